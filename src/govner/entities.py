"""The types that the library returns: spans, people, positions, bodies, locations, units, documents.

All are frozen, slotted and comparable, print short, and turn into plain JSON values and back without loss
(``Document.to_dict`` / ``Document.from_dict``). This module imports nothing of the package: every stage may use it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, SupportsIndex, TypeVar, overload

if TYPE_CHECKING:  # for the types of what the methods return; nothing is imported when the program runs
    import pandas
    import polars
    from rich.console import RenderableType
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from govner.formats.frames import Kind, Library

Label = Literal["PER", "POS", "PARTY", "STATE", "MASS", "ORG", "LOC"]
Status = Literal["current", "former", "acting", "appointed", "removed", "nominated"]
DateSource = Literal["given", "dateline", "text"]
Level = Literal["central", "province", "district", "commune", "grassroots"]

LABELS: tuple[Label, ...] = ("PER", "POS", "PARTY", "STATE", "MASS", "ORG", "LOC")
"""The seven labels of the schema, in the order of its three layers."""

LAYER: Mapping[str, int] = {"PER": 0, "POS": 0, "PARTY": 1, "STATE": 1, "MASS": 1, "ORG": 1, "LOC": 2}
"""The layer of each label; a span nests only inside spans of a lower layer."""


T = TypeVar("T")


class _Shown:
    """Notebooks show it as HTML, and rich in colour; ``repr`` stays plain."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from govner.show import html  # heavy, and it imports this module

        return html.entity(self)

    def __rich__(self) -> RenderableType:
        from govner.show import terminal  # heavy, and it imports this module

        return terminal.card(self)


class Entities(tuple[T, ...]):
    """A tuple of spans or entities that notebooks show as a table; equal to the plain tuple of the same items."""

    __slots__ = ()

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> T: ...
    @overload
    def __getitem__(self, index: slice, /) -> Entities[T]: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> T | Entities[T]:
        if isinstance(index, slice):
            return Entities(super().__getitem__(index))
        return super().__getitem__(index)

    def _repr_html_(self) -> str:
        from govner.show import html  # heavy, and it imports this module

        return html.table(self)

    def __rich__(self) -> RenderableType:
        from govner.show import terminal  # heavy, and it imports this module

        return terminal.table(self)


class GovnerError(Exception):
    """Base of every error that the library raises on purpose; its message names the input and the mend."""


class InputError(GovnerError, ValueError):
    """The caller's text, record or file cannot be used; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class Span:
    """One mention. ``start`` and ``end`` count characters of the document's text; ``text == document.text[start:end]``.

    ``person`` numbers the people of one document, on PER and on a POS with a known holder. ``score`` is a probability
    in [0, 1]; a rule's span has 1.0.
    """

    start: int
    end: int
    label: str
    text: str
    person: int | None = None
    score: float = 1.0

    def __repr__(self) -> str:
        holder = "" if self.person is None else f":{self.person}"
        return f"{self.label}{holder}[{self.start}:{self.end}] {self.text!r}"


@dataclass(frozen=True, slots=True)
class Unit(_Shown):
    """An administrative unit of Vietnam over one span of time.

    ``code`` is the General Statistics Office's code, ``level`` 1 for a province, 2 for a district, 3 for a commune;
    ``parent`` the code of the unit above. ``valid_from`` and ``valid_to`` are ISO days, both inclusive, ``None`` for
    "before the first listing" and "to this day". ``lat`` and ``lon`` are degrees (WGS 84). ``successors`` are ids of
    the units that it went into on 1 July 2025 (one that changed otherwise: on its last day), ``predecessors`` those
    that it was made of then (a unit of another time: on its first day).
    """

    code: str
    name: str
    type: str
    level: int
    parent: str | None = None
    valid_from: str | None = None
    valid_to: str | None = None
    lat: float | None = None
    lon: float | None = None
    successors: tuple[str, ...] = ()
    predecessors: tuple[str, ...] = ()

    def __hash__(self) -> int:
        """That of code, name and type: enough to tell units apart, and quicker than all fields."""
        return hash((self.code, self.name, self.type))

    @property
    def id(self) -> str:
        """``"LEVEL:CODE"``, as in the ``links`` of an annotated text; a code is reused, so pair it with a date."""
        return f"{self.level}:{self.code}"

    @property
    def full_name(self) -> str:
        """Type word and name: ``"huyện Bình Sơn"``."""
        return f"{self.type[0].lower()}{self.type[1:]} {self.name}"

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude of a point in it, degrees (WGS 84), or ``None`` where none is known."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)

    @property
    def province(self) -> Unit:
        """The province that it belonged to in its own time; a province is its own.

        Raises ``InputError`` for a unit that the packaged gazetteer does not hold.
        """
        from govner.places import gazetteer  # the places import this module

        return gazetteer().province(self)

    def at(self, date: str) -> tuple[Unit, ...]:
        """What stood on an ISO day in its place: itself, or else the units that it became or came from.

        The main part's comes first; huyện Bình Sơn on a day of 2026 is five communes. Empty where the listings do not
        say: of a commune that was merged into another before July 2025. Raises ``InputError`` for what is no day.

        >>> from govner.places import gazetteer
        >>> gazetteer().get("1:62").at("2026-01-01")
        (Unit(1:51 tỉnh Quảng Ngãi),)
        """
        from govner.places import gazetteer  # the places import this module

        return gazetteer().at(self, date)

    def __repr__(self) -> str:
        return f"Unit({self.id} {self.full_name})"


@dataclass(frozen=True, slots=True)
class Location(_Shown):
    """A named place of the document with all its mentions.

    ``kind`` is one of ``country``, ``province``, ``district``, ``commune``, ``village``, ``region``, ``water``,
    ``mountain``, ``island``, ``road``, ``facility``, ``city`` (abroad) or ``place``. ``unit`` is the administrative
    unit meant, or ``None`` where the text leaves it open; ``evidence`` says in one word why it was chosen, ``score``
    how sure that is, in [0, 1] (0 without a unit). ``candidates`` are the ids of the units that the name could mean on
    the document's day, the likeliest first.
    """

    name: str
    kind: str
    unit: Unit | None = None
    mentions: tuple[Span, ...] = ()
    evidence: str = ""
    score: float = 0.0
    candidates: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Location({self.name!r}, {self.kind}{f', {self.unit.id}' if self.unit else ''})"


_WITH_FIELD = frozenset({"agency", "commission", "council-committee", "division", "project-board", "subdepartment"})
"""The organs whose kind in an id is followed by their field."""


@dataclass(frozen=True, slots=True, eq=False)
class Body(_Shown):
    """An organisation: base of PartyBody, StateBody, MassBody and Organization.

    ``name`` is the canonical, resolved name ("Tỉnh ủy Quảng Ngãi" where the text says "Tỉnh ủy"); ``kind`` a value of a
    closed taxonomy (``govner.lexicon.body_kinds()``); ``level`` where it stands; ``organ`` the part that is named
    ("Ban Thường vụ"), ``parent`` the body that the organ belongs to ("Huyện ủy Bình Sơn"); ``unit`` the
    administrative unit that it governs; ``evidence``, ``score`` and ``candidates`` are the unit's, as a Location's.

    ``id`` names the same body in every document (``"party/province/51/standing-committee"``), ``None`` where the text
    does not say which one it is. Two bodies with ids are equal where type and id are, whatever the documents call them;
    without an id they are equal only in name and mentions, so that two papers' "Tỉnh ủy" are not one.
    """

    label: ClassVar[str] = "ORG"

    name: str
    kind: str = "other"
    level: Level | None = None
    organ: str | None = None
    parent: str | None = None
    unit: Unit | None = None
    mentions: tuple[Span, ...] = ()
    evidence: str = ""
    id: str | None = None
    score: float = 0.0
    candidates: tuple[str, ...] = ()

    @property
    def parent_id(self) -> str | None:
        """The id of ``parent``: of ``party/district/524/standing-committee`` it is ``party/district/524/committee``.

        ``None`` where there is no id or no parent. An id is a path (``govner.linking.identity``): what is left of it
        without its last part is the parent's; a unit's Party committee and people's committee need no part there.
        """
        if self.id is None or self.parent is None:
            return None
        path = self.id.split("/")
        path = path[:-2] if path[-2] in _WITH_FIELD else path[:-1]
        if len(path) == 2:
            path.append("central-committee")
        elif len(path) == 3 and path[1] != "central":
            path.append("committee" if path[0] == "party" else "peoples-committee")
        return "/".join(path)

    def _identity(self) -> tuple[Any, ...]:
        if self.id is not None:
            return type(self), self.id
        return type(self), None, self.name, self.kind, self.unit, self.mentions

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Body):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.kind}{f', {self.unit.id}' if self.unit else ''})"


class PartyBody(Body):
    """A body of the Communist Party of Vietnam."""

    __slots__ = ()
    label: ClassVar[str] = "PARTY"


class StateBody(Body):
    """A body of the Vietnamese state."""

    __slots__ = ()
    label: ClassVar[str] = "STATE"


class MassBody(Body):
    """The Fatherland Front or one of its member organisations."""

    __slots__ = ()
    label: ClassVar[str] = "MASS"


class Organization(Body):
    """Any other named organisation."""

    __slots__ = ()
    label: ClassVar[str] = "ORG"


BODY_TYPES: Mapping[str, type[Body]] = {t.label: t for t in (PartyBody, StateBody, MassBody, Organization)}


@dataclass(frozen=True, slots=True)
class Position(_Shown):
    """A post that the text gives to a person.

    ``title`` is the office without its body ("Phó Bí thư Thường trực"); ``place`` the place it names beside or instead
    of a body ("Tổng thống" of "Mỹ"); ``kind`` whose office it is: ``party``, ``state``, ``mass``, ``organization``,
    ``foreign`` or ``other``; ``status`` how the person stands to it: ``current``, ``former``, ``acting``, or what the
    text reports: ``appointed`` (elected, moved or assigned to it), ``removed`` (left it, by whatever way),
    ``nominated``; ``date`` the ISO day of that report, where the sentence gives one. ``person`` is the holder's number
    in the document, ``None`` where the document names no holder; ``evidence`` says in one word how the holder was
    found.
    """

    title: str
    body: Body | None = None
    place: str | None = None
    kind: str = "other"
    status: Status = "current"
    mentions: tuple[Span, ...] = ()
    person: int | None = None
    evidence: str = ""
    date: str | None = None

    @property
    def name(self) -> str:
        """Title, body and place in one line: ``"Chủ tịch HĐND tỉnh Quảng Ngãi"``."""
        parts = [self.title]
        if self.body is not None:
            parts.append(self.body.name)
        if self.place is not None:
            parts.append(self.place)
        return " ".join(parts)

    def __str__(self) -> str:
        return ("nguyên " if self.status in ("former", "removed") else "") + self.name

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True, slots=True)
class Person(_Shown):
    """One human being of the document: ``name`` is the fullest form, ``mentions`` all PER spans, in text order."""

    id: int
    name: str
    mentions: tuple[Span, ...] = ()
    positions: tuple[Position, ...] = ()

    @property
    def is_official(self) -> bool:
        """Whether the text gives the person an office in a Vietnamese Party, state or Front body, now or formerly."""
        return any(position.kind in ("party", "state", "mass") for position in self.positions)

    def __repr__(self) -> str:
        return f"Person({self.name!r}, {list(self.positions)})"


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what was read in it.

    ``spans`` are all mentions, sorted by start, the longer first, nested as the schema says; ``people``, ``bodies`` and
    ``locations`` are the entities behind them, in the order of their first mention. ``date`` is an ISO day or ``None``,
    ``date_source`` whence it is known: ``given`` by the caller, or read from the ``dateline`` or the ``text``;
    ``source`` is the paper or feed.
    """

    text: str
    id: str | None = None
    date: str | None = None
    source: str | None = None
    spans: tuple[Span, ...] = ()
    people: tuple[Person, ...] = ()
    bodies: tuple[Body, ...] = ()
    locations: tuple[Location, ...] = ()
    positions: tuple[Position, ...] = field(default=(), repr=False)
    date_source: DateSource | None = None

    def __post_init__(self) -> None:
        for name in ("spans", "people", "bodies", "locations", "positions"):
            items = getattr(self, name)
            if type(items) is not Entities:
                object.__setattr__(self, name, Entities(items))  # the document is frozen

    @property
    def officials(self) -> tuple[Person, ...]:
        """The people who hold or held an office in a Vietnamese Party, state or Front body."""
        return Entities(person for person in self.people if person.is_official)

    @property
    def party_bodies(self) -> tuple[PartyBody, ...]:
        """The bodies of the Communist Party of Vietnam."""
        return Entities(body for body in self.bodies if isinstance(body, PartyBody))

    @property
    def state_bodies(self) -> tuple[StateBody, ...]:
        """The bodies of the Vietnamese state."""
        return Entities(body for body in self.bodies if isinstance(body, StateBody))

    @property
    def mass_bodies(self) -> tuple[MassBody, ...]:
        """The Fatherland Front and its member organisations."""
        return Entities(body for body in self.bodies if isinstance(body, MassBody))

    @property
    def organizations(self) -> tuple[Organization, ...]:
        """The other organisations."""
        return Entities(body for body in self.bodies if isinstance(body, Organization))

    @property
    def links(self) -> list[list[Any]]:
        """``[start, end, unit]`` for every place and body mention whose unit is known; ``"VN"`` is the country."""
        found: list[list[Any]] = []
        entities: tuple[Body | Location, ...] = (*self.bodies, *self.locations)
        for entity in entities:
            unit = link_id(entity)
            if unit is not None:
                found += [[span.start, span.end, unit] for span in entity.mentions]
        return sorted(found)

    def __repr__(self) -> str:
        head = self.text[:40].replace("\n", " ")
        return (
            f"Document({self.id or head!r}, {len(self.spans)} spans, {len(self.people)} people, "
            f"{len(self.bodies)} bodies, {len(self.locations)} locations)"
        )

    def to_dict(self) -> dict[str, Any]:
        """The document as plain JSON values, in the format of the annotated texts.

        ``id``, ``date``, ``source``, ``text``, ``spans`` (``[start, end, label, person]``), ``links``
        (``[start, end, unit]``), then ``people``, ``bodies``, ``locations`` and ``positions`` (those without a named
        holder); entities name their mentions by ``[start, end]``, a position its body by the place in ``bodies``.
        ``scores``, one a span, is there only where a span has one below 1.
        """
        number = {body: n for n, body in enumerate(self.bodies)}
        out: dict[str, Any] = {
            "id": self.id,
            "date": self.date,
            "date_source": self.date_source,
            "source": self.source,
            "text": self.text,
            "spans": [[s.start, s.end, s.label, s.person] for s in self.spans],
            "links": self.links,
            "people": [
                {
                    "id": person.id,
                    "name": person.name,
                    "official": person.is_official,
                    "mentions": _edges(person.mentions),
                    "positions": [_position_to_dict(p, number) for p in person.positions],
                }
                for person in self.people
            ],
            "bodies": [
                {
                    "id": body.id,
                    "label": body.label,
                    "name": body.name,
                    "kind": body.kind,
                    "level": body.level,
                    "organ": body.organ,
                    "parent": body.parent,
                    "unit": _unit_to_dict(body.unit),
                    "mentions": _edges(body.mentions),
                    "evidence": body.evidence,
                    "score": body.score,
                    "candidates": list(body.candidates),
                }
                for body in self.bodies
            ],
            "locations": [
                {
                    "name": location.name,
                    "kind": location.kind,
                    "unit": _unit_to_dict(location.unit),
                    "mentions": _edges(location.mentions),
                    "evidence": location.evidence,
                    "score": location.score,
                    "candidates": list(location.candidates),
                }
                for location in self.locations
            ],
            "positions": [_position_to_dict(p, number) for p in self.positions],
        }
        if any(span.score != 1.0 for span in self.spans):
            out["scores"] = [span.score for span in self.spans]
        return out

    @overload
    def to_frame(self, kind: Kind = ..., *, library: Literal["pandas"] = ...) -> pandas.DataFrame: ...
    @overload
    def to_frame(self, kind: Kind = ..., *, library: Literal["polars"]) -> polars.DataFrame: ...
    def to_frame(self, kind: Kind = "mentions", *, library: Library = "pandas") -> pandas.DataFrame | polars.DataFrame:
        """The document's mentions, people, posts, bodies or locations as a frame of pandas or polars, a row each.

        The columns are those of ``govner.to_frame``, which makes a frame of many documents. Raises ``InputError`` for
        a kind or a library that there is not, and ``GovnerError`` where the library is not installed.
        """
        # pandas, polars and pyarrow are extras; formats stand above the types in the house.
        from govner.formats.frames import to_frame

        return to_frame(self, kind, library=library)

    def to_spacy(self, vocab: Vocab | None = None) -> Doc:
        """The document as a spaCy ``Doc``: ``doc.ents``, ``doc.spans["govner"]``, ``doc._.officials`` and the like, as
        the spaCy component ``govner`` makes them; its tokens are Govner's own.

        ``vocab`` is the vocabulary of the spaCy pipeline that the Doc will meet. Raises ``GovnerError`` where spaCy is
        not installed.
        """
        # spaCy is an extra and takes a second to import; formats stand above the types in the house.
        from govner.formats.spacy import to_doc

        return to_doc(self, vocab)

    def to_html(self) -> str:
        """The document as one HTML page that needs no network: the text beside its officials, a map, bodies, places.

        ``doc.to_html()`` is what ``govner show FILE --html out.html`` writes. All that comes from the text is escaped.
        """
        from govner.show import html  # heavy, and it imports this module

        return html.page(self)

    def _repr_html_(self) -> str:
        from govner.show import html  # heavy, and it imports this module

        return html.fragment(self)

    def __rich__(self) -> RenderableType:
        from govner.show import terminal  # heavy, and it imports this module

        return terminal.renderable(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Document:
        """Read what ``to_dict`` wrote, or a row of annotated text that has ``text`` and ``spans`` alone.

        Raises ``InputError`` naming the document and the field that is missing or does not fit.
        """
        name = data.get("id") if isinstance(data, Mapping) else None
        try:
            return _document(data)
        except InputError:
            raise
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            what = f"no field {error}" if isinstance(error, KeyError) else str(error)
            raise InputError(f"document {name!r}: not an annotated document: {what}") from error


def link_id(entity: Body | Location) -> str | None:
    """The unit of an entity as ``links`` writes it: ``"LEVEL:CODE"``, ``"VN"`` for the country, or ``None``."""
    if entity.unit is not None:
        return entity.unit.id
    return "VN" if entity.evidence == "country" or (isinstance(entity, Body) and entity.level == "central") else None


def _edges(spans: Iterable[Span]) -> list[list[int]]:
    return [[span.start, span.end] for span in spans]


def _unit_to_dict(unit: Unit | None) -> dict[str, Any] | None:
    if unit is None:
        return None
    return {
        "code": unit.code,
        "name": unit.name,
        "type": unit.type,
        "level": unit.level,
        "parent": unit.parent,
        "valid_from": unit.valid_from,
        "valid_to": unit.valid_to,
        "lat": unit.lat,
        "lon": unit.lon,
        "successors": list(unit.successors),
        "predecessors": list(unit.predecessors),
    }


def _unit(data: Mapping[str, Any] | None) -> Unit | None:
    if data is None:
        return None
    plural = {key: tuple(data.get(key, ())) for key in ("successors", "predecessors")}
    return Unit(**{**data, **plural})


def _position_to_dict(position: Position, number: Mapping[Body, int]) -> dict[str, Any]:
    return {
        "title": position.title,
        "name": position.name,
        "body": None if position.body is None else number.get(position.body),
        "place": position.place,
        "kind": position.kind,
        "status": position.status,
        "mentions": _edges(position.mentions),
        "person": position.person,
        "evidence": position.evidence,
        "date": position.date,
    }


def _document(data: Mapping[str, Any]) -> Document:
    text = data["text"]
    if not isinstance(text, str):
        raise InputError(f"document {data.get('id')!r}: text is {type(text).__name__}, not a string")
    rows, scores = data.get("spans", []), data.get("scores")
    spans = []
    for n, (start, end, label, *person) in enumerate(rows):
        if label not in LAYER or not 0 <= start < end <= len(text):
            raise InputError(f"document {data.get('id')!r}: span {n} [{start}, {end}, {label!r}] does not fit the text")
        spans.append(
            Span(start, end, label, text[start:end], person[0] if person else None, scores[n] if scores else 1.0)
        )
    spans.sort(key=lambda s: (s.start, -s.end, LAYER[s.label]))
    at = {(span.start, span.end, span.label): span for span in spans}

    def mentions(entity: Mapping[str, Any], label: str) -> tuple[Span, ...]:
        return tuple(at[start, end, label] for start, end in entity["mentions"])

    bodies = tuple(
        BODY_TYPES[row["label"]](
            row["name"], row["kind"], row["level"], row["organ"], row["parent"], _unit(row["unit"]),
            mentions(row, row["label"]), row["evidence"], row.get("id"), row.get("score", 0.0),
            tuple(row.get("candidates", ())),
        )
        for row in data.get("bodies", [])
    )  # fmt: skip

    def position(row: Mapping[str, Any]) -> Position:
        body = None if row["body"] is None else bodies[row["body"]]
        return Position(
            row["title"], body, row["place"], row["kind"], row["status"], mentions(row, "POS"), row["person"],
            row["evidence"], row.get("date"),
        )  # fmt: skip

    people = tuple(
        Person(row["id"], row["name"], mentions(row, "PER"), tuple(map(position, row["positions"])))
        for row in data.get("people", [])
    )
    locations = tuple(
        Location(
            row["name"], row["kind"], _unit(row["unit"]), mentions(row, "LOC"), row["evidence"], row.get("score", 0.0),
            tuple(row.get("candidates", ())),
        )
        for row in data.get("locations", [])
    )  # fmt: skip
    return Document(
        text, data.get("id"), data.get("date"), data.get("source"), tuple(spans), people, bodies, locations,
        tuple(map(position, data.get("positions", []))), data.get("date_source"),
    )  # fmt: skip
