"""What there is to say of an entity or a mention, as plain rows: the pages and the terminal lay the same rows out."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from govner.entities import LAYER, Body, Document, Location, Person, Position, Span, Unit
from govner.linking.holders import HOLDER_EVIDENCE
from govner.linking.units import EVIDENCE
from govner.places.gazetteer import gazetteer

LABEL_NAMES = {
    "PER": "person",
    "POS": "post",
    "PARTY": "Party body",
    "STATE": "state body",
    "MASS": "Front or mass body",
    "ORG": "other organisation",
    "LOC": "place",
}
"""The labels in words, for legends."""

Entity = Person | Body | Location | Unit | Position

_UNSAFE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Card:
    """An entity in a few rows of (name, value); ``label`` is its label of the schema, or empty (a Unit has none)."""

    label: str
    title: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Entities of one kind as a table; ``numeric`` are the columns that hold numbers, ``labels`` the rows' labels."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    labels: tuple[str, ...]
    numeric: frozenset[int] = frozenset()


def printable(text: str) -> str:
    """The text with what no page and no file can hold, control characters and half surrogate pairs, as U+FFFD."""
    return _UNSAFE.sub("\ufffd", text)


def unit_line(unit: Unit | None) -> str:
    """``"huyện Mộ Đức, tỉnh Quảng Ngãi (2:533)"``; empty for none."""
    if unit is None:
        return ""
    names, above, units = [unit.full_name], unit, gazetteer()
    while (up := units.parent(above)) is not None and len(names) < 3:
        names.append(up.full_name)
        above = up
    return f"{', '.join(names)} ({unit.id})"


def post_line(position: Position) -> str:
    """``"Chủ tịch UBND tỉnh Quảng Ngãi (former)"``: the status where it is not current, the day where it is known."""
    notes = [each for each in (position.status, position.date) if each and each != "current"]
    return f"{position.name} ({', '.join(notes)})" if notes else position.name


def card(entity: Entity, document: Document | None = None) -> Card:
    """All that is known of an entity; ``document`` names the holder of a post."""
    if isinstance(entity, Person):
        return _person(entity)
    if isinstance(entity, Position):
        return _position(entity, document)
    if isinstance(entity, Body):
        return _body(entity)
    if isinstance(entity, Location):
        return _location(entity)
    return Card("", entity.full_name, _rows(_unit(entity)))


def _rows(rows: Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in rows if value not in (None, "", (), 0.0))


_SPOKEN = {
    "peoples": "people's",
    "womens": "women's",
    "farmers": "farmers'",
    "veterans": "veterans'",
    "na": "National Assembly",
    "party": "Party",
}


def words(name: str) -> str:
    """A kind in words: ``"peoples_committee"`` is ``"people's committee"``."""
    return " ".join(_SPOKEN.get(part, part) for part in name.split("_"))


def _person(person: Person) -> Card:
    posts = [("Post", post_line(position)) for position in person.positions]
    return Card("PER", person.name, _rows([*posts, ("Mentions", len(person.mentions))]))


def _position(position: Position, document: Document | None) -> Card:
    body = position.body
    holder = None
    if document is not None and position.person is not None:
        holder = next((person.name for person in document.people if person.id == position.person), None)
    rows: list[tuple[str, Any]] = [
        ("Holder", holder),
        ("Reason", _reason(position.evidence, HOLDER_EVIDENCE)),
        ("Status", position.status),
        ("Date", position.date),
        ("Body", body.name if body is not None else None),
        ("Unit", unit_line(body.unit) if body is not None else None),
        ("Place", position.place),
        ("Kind", words(position.kind)),
    ]
    return Card("POS", position.name, _rows(rows))


def _body(body: Body) -> Card:
    rows: list[tuple[str, Any]] = [
        ("Kind", words(body.kind)),
        ("Level", body.level),
        ("Organ", body.organ),
        ("Of", body.parent),
        ("Unit", unit_line(body.unit)),
        *_choice(body),
        ("Id", body.id),
    ]
    return Card(body.label, body.name, _rows(rows))


def _location(location: Location) -> Card:
    rows: list[tuple[str, Any]] = [("Kind", words(location.kind))]
    if location.unit is not None:
        rows += _unit_rows(location.unit)
    return Card("LOC", location.name, _rows([*rows, *_choice(location)]))


def _choice(entity: Body | Location) -> list[tuple[str, Any]]:
    """Why the unit was chosen, how sure that is, and what else it could be."""
    own = entity.unit.id if entity.unit is not None else None
    others = [each for each in entity.candidates if each != own]
    shown = ", ".join(others[:4]) + (f" and {len(others) - 4} more" if len(others) > 4 else "")
    return [
        ("Reason", _reason(entity.evidence, EVIDENCE)),
        ("Unit score", f"{entity.score:.2f}" if entity.score else None),
        ("Could also be" if own else "Could be", shown),
    ]


def _reason(evidence: str, meanings: Mapping[str, str]) -> str:
    """The word with its meaning: ``"near: the unit of that level named last before it, or first after it"``."""
    meaning = re.sub(r"^of a body[^:]*: ", "", meanings.get(evidence, "")).partition(": ")[0].rstrip(".")
    return f"{evidence}: {meaning[:1].lower()}{meaning[1:]}" if evidence and meaning else evidence


def _unit_rows(unit: Unit) -> list[tuple[str, Any]]:
    return [
        ("Unit", unit_line(unit)),
        ("Stood", _time(unit)),
        ("Went into", _kin(unit.successors, _after(unit))),
        ("Made of", _kin(unit.predecessors, _before(unit))),
    ]


def _unit(unit: Unit) -> list[tuple[str, Any]]:
    """A unit's own card: its level and its point as well."""
    first, *rest = _unit_rows(unit)
    level = {1: "province", 2: "district", 3: "commune"}.get(unit.level)
    point = None if unit.point is None else f"{unit.point[0]:.4f}° N, {unit.point[1]:.4f}° E"
    return [first, ("Level", level), *rest, ("Point", point)]


def _time(unit: Unit) -> str:
    if unit.valid_from and unit.valid_to:
        return f"{unit.valid_from} to {unit.valid_to}"
    if unit.valid_from or unit.valid_to:
        return f"since {unit.valid_from}" if unit.valid_from else f"until {unit.valid_to}"
    return ""


REFORM = datetime.date(2025, 7, 1)
"""The day of which successors and predecessors are, unless the unit itself began or ended later."""


def _after(unit: Unit) -> datetime.date:
    """The day on which a unit's successors stood."""
    last = datetime.date.fromisoformat(unit.valid_to) if unit.valid_to else REFORM
    return max(last + datetime.timedelta(1), REFORM)


def _before(unit: Unit) -> datetime.date:
    """The last day on which a unit's predecessors stood."""
    return (datetime.date.fromisoformat(unit.valid_from) if unit.valid_from else REFORM) - datetime.timedelta(1)


def _kin(ids: Sequence[str], day: datetime.date) -> str:
    """The units of these ids by their names of that day; by its id one that the gazetteer does not hold."""
    units = gazetteer()
    found = [(units.get(id, day.isoformat()) or units.get(id), id) for id in ids[:4]]
    names = ", ".join(unit.full_name if unit is not None else id for unit, id in found)
    return names + (f" and {len(ids) - 4} more" if len(ids) > 4 else "")


class Index:
    """From a mention of a document to what it means."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._people = {person.id: person for person in document.people}
        self._meant: dict[tuple[int, int, str], Entity] = {}
        entities: list[Entity] = [*document.people, *document.bodies, *document.locations, *document.positions]
        for person in document.people:
            entities += person.positions
        for entity in entities:
            if not isinstance(entity, Unit):
                for span in entity.mentions:
                    self._meant[span.start, span.end, span.label] = entity

    def entity(self, span: Span) -> Entity | None:
        """The person, post, body or place that a mention means; ``None`` where the document has none."""
        return self._meant.get((span.start, span.end, span.label))

    def card(self, span: Span) -> Card:
        """The card of a mention: its entity's, and the mention's own score."""
        entity = self.entity(span)
        score = [("Mark score", f"{span.score:.2f}")] if span.score < 1 else []
        if entity is not None:
            found = card(entity, self._document)
            return Card(span.label, found.title, (*found.rows, *score))
        holder = self._people.get(span.person) if span.person is not None else None
        rows = [("Holder", holder.name)] if holder is not None else []
        return Card(span.label, span.text, (*rows, *score))


def sheet(items: Sequence[Any]) -> Sheet | None:
    """Entities of one kind as a table; ``None`` where they are of several kinds, or none of the library's."""
    for kind, columns, row, numeric in _SHEETS:
        if items and all(isinstance(item, kind) for item in items):
            labels = tuple(_label(item) for item in items)
            return Sheet(columns, tuple(row(item) for item in items), labels, frozenset(numeric))
    return None


def _label(item: Any) -> str:
    """The label, where a table can hold several: of people alone it would say nothing."""
    return item.label if isinstance(item, Body | Span) else ""


def _person_row(person: Person) -> tuple[str, ...]:
    return person.name, "\n".join(map(post_line, person.positions)), str(len(person.mentions))


def _position_row(position: Position) -> tuple[str, ...]:
    body = position.body
    unit = unit_line(body.unit) if body is not None else ""
    return position.title, body.name if body else position.place or "", unit, position.status, position.date or ""


def _body_row(body: Body) -> tuple[str, ...]:
    return body.name, words(body.kind), unit_line(body.unit), str(len(body.mentions))


def _location_row(location: Location) -> tuple[str, ...]:
    return location.name, words(location.kind), unit_line(location.unit), str(len(location.mentions))


def _unit_row(unit: Unit) -> tuple[str, ...]:
    return unit.id, unit_line(unit).removesuffix(f" ({unit.id})"), _time(unit), _kin(unit.successors, _after(unit))


def _span_row(span: Span) -> tuple[str, ...]:
    person = "" if span.person is None else str(span.person)
    return span.text, str(span.start), str(span.end), person, f"{span.score:.2f}"


_SHEETS: tuple[tuple[type, tuple[str, ...], Any, tuple[int, ...]], ...] = (
    (Person, ("Name", "Posts", "Mentions"), _person_row, (2,)),
    (Position, ("Post", "Body or place", "Unit", "Status", "Date"), _position_row, ()),
    (Body, ("Name", "Kind", "Unit", "Mentions"), _body_row, (3,)),
    (Location, ("Name", "Kind", "Unit", "Mentions"), _location_row, (3,)),
    (Unit, ("Id", "Name", "Stood", "Went into"), _unit_row, ()),
    (Span, ("Text", "Start", "End", "Person", "Score"), _span_row, (1, 2, 3, 4)),
)


def in_order(spans: Iterable[Span]) -> list[Span]:
    """By start, the longer first, then by layer: the order in which nested marks open."""
    return sorted(spans, key=lambda span: (span.start, -span.end, LAYER.get(span.label, 0)))
