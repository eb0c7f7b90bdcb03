"""From linked mentions to the document's entities: people with positions, bodies, places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from govner.entities import BODY_TYPES, Body, Level, Location, Person, Position, Span, Status, Unit
from govner.linking.bodies import CENTRAL, BodyReading, Found, cut
from govner.linking.holders import HOLDER_EVIDENCE
from govner.linking.identity import Identity, era_of_names, identify_body, of_the_past
from govner.linking.mentions import Post
from govner.linking.posts import Reading, fits, read_words
from govner.linking.quick import quick
from govner.linking.units import SCORES, Resolver, Spot
from govner.linking.words import rows, shown, words
from govner.places import TYPE_WORDS

_LABEL_KINDS = {"PARTY": "party", "STATE": "state", "MASS": "mass", "ORG": "organization"}
_LEVELS: Mapping[int, Level] = {1: "province", 2: "district", 3: "commune"}
_DISTRICTS = ("Huyện", "Quận", "Thị xã", "Thành phố")
_ABROAD = frozenset({"country", "city", "region"})
_STATE_HEADS = frozenset({"Minister", "Office", "Foreign"})


_BODIES = {label: quick(cls) for label, cls in BODY_TYPES.items()}
_place, _person, _position = quick(Location), quick(Person), quick(Position)


@cache
def _offices() -> Mapping[tuple[str, ...], str]:
    return {words(title): kind for title, kind in rows("offices.tsv")}


def level_of(reading: BodyReading, unit: Unit | None) -> Level | None:
    """Where a body stands, by its unit or else by its words."""
    if unit is not None and reading.level != "grassroots":
        return _LEVELS[unit.level]
    found: Mapping[str, Level] = {
        CENTRAL: "central", "province": "province", "district": "district", "commune": "commune",
        "grassroots": "grassroots",
    }  # fmt: skip
    return found.get(reading.level)


@lru_cache(maxsize=1 << 14)
def _resolved(name: str, unit: Unit, telling: bool) -> str:
    """A body's name with its unit: "UBND tỉnh" → "UBND tỉnh Quảng Ngãi", "UBND" → "UBND tỉnh Quảng Ngãi"."""
    last = words(name)[-1]
    if unit.code == "79" and unit.level == 1:
        return f"{name} Hồ Chí Minh" if last in ("phố", "tp") else f"{name} TP Hồ Chí Minh"
    return f"{name} {unit.name if telling else unit.full_name}"


@lru_cache(maxsize=1 << 14)
def _written(text: str, organ: bool) -> tuple[str, str | None]:
    """A body's name as the text has it, its place included, and the body that its organ belongs to."""
    name = shown(text)
    return name, cut(name)[1] if organ else None


def full_body_name(text: str, reading: BodyReading, unit: Unit | None, named: bool) -> tuple[str, str | None]:
    """The resolved name of a body and of the body that its organ belongs to."""
    if named and reading.level != CENTRAL:
        return _written(text, reading.organ is not None)
    name, parent = reading.name, reading.parent
    if unit is None:
        return name, parent
    return _resolved(name, unit, reading.telling), None if parent is None else _resolved(parent, unit, reading.telling)


class _Entity:
    """A body while its mentions are gathered."""

    __slots__ = ("first", "identity", "name", "parent", "score", "spans", "spot", "why")

    def __init__(self, first: Found, identity: Identity, name: str, parent: str | None) -> None:
        self.first, self.identity, self.name, self.parent = first, identity, name, parent
        self.spans: list[Span] = []
        self.score, self.why, self.spot = -1.0, "", first.spot

    def take(self, found: Found) -> None:
        """Add a mention; the surest one tells why."""
        self.spans.append(found.span)
        score = 0.0
        if found.unit is not None:
            score = SCORES[found.spot.why if found.spot is not None else found.why]
        if score > self.score:
            self.score, self.why, self.spot = score, found.why, found.spot


def bodies(
    text: str, found: Sequence[Found], resolver: Resolver, date: str | None
) -> tuple[tuple[Body, ...], list[int]]:
    """One body for all its mentions, and for every mention the place of its body in the result.

    ``date`` is the document's day: a central body bears the name that it had then, except where the text speaks of a
    former one.
    """
    order: dict[tuple[str, str, str | None], int] = {}
    entities: list[_Entity] = []
    index = []
    day = era_of_names(date)
    for mention in found:
        span, reading = mention.span, mention.reading
        central = day if day and reading.level == CENTRAL and not of_the_past(text, span.start, span.end) else None
        words_of = span.text if span.label == "ORG" else ""
        identity = identify_body(reading, span.label, _as_written(mention), central, words_of, mention.named)
        name, parent = identity.name, identity.parent
        if name is None or (parent is None and reading.organ is not None):
            written, above = full_body_name(span.text, reading, mention.unit, mention.named)
            name, parent = name or written, parent or above
        key: tuple[str, str, str | None]
        if identity.id is not None:
            key = (span.label, identity.id, "")
        else:
            key = (span.label, " ".join(read_words(name)), None if mention.unit is None else mention.unit.id)
        at = order.get(key)
        if at is None:
            at = order[key] = len(entities)
            entities.append(_Entity(mention, identity, name, parent))
        elif identity.name is None and len(name) > len(entities[at].name):
            entities[at].name = name
        entities[at].take(mention)
        index.append(at)
    return tuple(_body(entity, resolver) for entity in entities), index


def _as_written(found: Found) -> Unit | None:
    """The unit of a mention with the type that the text gives it: "thị xã Long Khánh" before it was a city."""
    unit, spot = found.unit, found.spot
    if unit is None or unit.level != 2:
        return unit
    if spot is not None:
        type = spot.place.type if spot.unit is unit else None
    else:
        last = words(found.reading.name)[-2:]
        type = TYPE_WORDS.get(" ".join(last)) or TYPE_WORDS.get(last[-1])
    return _retyped(unit, type) if type in _DISTRICTS and type != unit.type else unit


@lru_cache(maxsize=1 << 12)
def _retyped(unit: Unit, type: str) -> Unit:
    return replace(unit, type=type)


def _body(entity: _Entity, resolver: Resolver) -> Body:
    found, identity = entity.first, entity.identity
    label, reading, unit = found.span.label, found.reading, found.unit
    candidates: tuple[str, ...] = ()
    if entity.spot is not None:
        candidates = resolver.candidates(entity.spot)
    elif unit is not None:
        candidates = resolver.rivals(unit) if entity.why == "document" else (unit.id,)
    return _BODIES[label](
        entity.name,
        reading.kind,
        level_of(reading, unit) if label != "ORG" else None,
        identity.organ or reading.organ,
        entity.parent,
        unit,
        tuple(entity.spans),
        entity.why,
        identity.id,
        entity.score,
        candidates,
    )


def locations(spots: Sequence[Spot], spans: Sequence[Span], resolver: Resolver) -> tuple[Location, ...]:
    """One location for all its mentions; the surest mention tells why its unit is meant."""
    order: dict[tuple[str, None] | tuple[str, Unit], int] = {}
    rows: list[tuple[list[Spot], list[Span]]] = []
    for spot, span in zip(spots, spans, strict=True):
        unit = spot.unit
        # The unit, not its id: codes are reused, an old province and the new one can bear the same.
        key = (spot.place.key, None) if unit is None else ("", unit)
        if key not in order:
            order[key] = len(rows)
            rows.append(([], []))
        rows[order[key]][0].append(spot)
        rows[order[key]][1].append(span)
    return tuple(_location(here, spans, resolver) for here, spans in rows)


def _location(spots: Sequence[Spot], spans: Sequence[Span], resolver: Resolver) -> Location:
    # That another mention of the name was resolved says nothing where that one tells why itself.
    spot = spots[0]
    if len(spots) > 1 and spot.unit is not None:
        spot = max(spots, key=lambda spot: (spot.why != "same", _score(spot)))
    return _place(
        max((shown(span.text) for span in spans), key=len) if len(spans) > 1 else shown(spans[0].text),
        spot.place.kind if spot.unit is None else _LEVELS[spot.unit.level],
        spot.unit,
        tuple(spans),
        "country" if spot.place.country else spot.why,
        _score(spot),
        resolver.candidates(spot),
    )


def _score(spot: Spot) -> float:
    return 0.0 if spot.unit is None else SCORES[spot.why]


@lru_cache(maxsize=1 << 14)
def _title(text: str) -> str:
    return shown(text).rstrip(" ,-–(").removesuffix(" của").removesuffix(" thuộc")


def position_kind(post: Post, title: str, body: Body | None, places: Sequence[Spot]) -> str:
    """Whose office a post is."""
    head = post.reading.head
    abroad = bool(places) and any(
        spot.unit is None and not spot.place.country and spot.place.kind in _ABROAD for spot in places
    )
    if body is not None:
        if body.label == "ORG" and (head in _STATE_HEADS or (abroad and head in ("Secretary", "Deputy", "Member"))):
            return "foreign"
        return _LABEL_KINDS[body.label]
    if abroad:
        return "foreign"
    known = _offices().get(words(title)) or _offices().get(post.reading.title)
    if known:
        return known
    if head == "Foreign":
        return "foreign"
    if any(spot.unit is not None for spot in places):
        return {"Secretary": "party", "Chair": "state"}.get(head, "other")
    return "other"


_TELLING: tuple[Status, ...] = ("removed", "former", "appointed", "nominated", "acting", "current")
"""Which status of a post's mentions is the post's: the first of them; the mere name of a post says the least."""


_SURE = tuple(HOLDER_EVIDENCE)
"""The evidence for a holder, the surest first."""


class _Draft:
    """A position while its mentions are gathered."""

    __slots__ = ("body", "date", "kind", "place", "post", "reading", "spans", "status", "title", "why")

    def __init__(self, post: Post, title: str, body: Body | None, place: str | None, kind: str, span: Span) -> None:
        self.post, self.title, self.body, self.place, self.kind = post, title, body, place, kind
        self.reading: Reading = post.reading
        self.status: Status = post.status or ("former" if post.former else "acting" if post.acting else "current")
        self.date = post.date
        self.why = post.why
        self.spans = [span]

    def take(self, other: _Draft) -> None:
        """Add another mention of the same post; the one that says more gives the words."""
        fuller = other.body is not None and (
            self.body is None or (len(other.body.name) > len(self.body.name) and len(other.title) >= len(self.title))
        )
        if fuller or (self.body is None and self.place is None and other.place is not None):
            self.title, self.body, self.place, self.reading = other.title, other.body, other.place, other.reading
        if self.kind == "other" or fuller:
            self.kind = other.kind if other.kind != "other" else self.kind
        self.spans += other.spans
        if self._outdone(other):
            self.status, self.date = other.status, other.date
        elif other.status == self.status:
            self.date = self.date or other.date
        if _SURE.index(other.why) < _SURE.index(self.why):
            self.why = other.why

    def _outdone(self, other: _Draft) -> bool:
        """Whether another mention tells the status. Who stands for a post that he is said to hold holds it."""
        if {self.status, other.status} == {"nominated", "current"}:
            holds = self if self.status == "current" else other
            if holds.why in ("before", "after"):
                return holds is other
        return _TELLING.index(other.status) < _TELLING.index(self.status)

    def done(self) -> Position:
        post = self.post
        spans = tuple(sorted(self.spans, key=lambda span: span.start))
        status: Status = self.status
        day = self.date if status in ("appointed", "removed", "nominated") else None
        return _position(self.title, self.body, self.place, self.kind, status, spans, post.person, self.why, day)


def positions(
    posts: Sequence[Post], spans: Sequence[Span], inside: Sequence[tuple[list[Body], list[Spot], list[int]]]
) -> tuple[dict[int, tuple[Position, ...]], tuple[Position, ...]]:
    """The positions of each person, mentions of one post merged; then the positions whose holder nobody names.

    ``inside`` gives for each post the bodies and places in it, and the places' numbers of characters from its start.
    """
    held: dict[int, list[_Draft]] = {}
    free: list[_Draft] = []
    for post, span, (body_list, spot_list, edges) in zip(posts, spans, inside, strict=True):
        body = body_list[0] if body_list else None
        outside = spot_list if body is None or not edges else [spot for spot in spot_list if spot.start < edges[0]]
        first = edges[0] if edges else span.end
        if outside and outside[0].start < first:
            first = outside[0].start
        title = _title(span.text[: first - span.start]) or _title(span.text)
        place = None
        if body is None and outside:
            place = shown(span.text[outside[0].start - span.start :])
        draft = _Draft(post, title, body, place, position_kind(post, title, body, spot_list), span)
        drafts = free if post.person is None else held.setdefault(post.person, [])
        for known in drafts[-24:]:
            if _one_post(known, draft) and {known.status, draft.status} != {"acting", "appointed"}:
                known.take(draft)
                break
        else:
            drafts.append(draft)
    return (
        {person: tuple(draft.done() for draft in drafts) for person, drafts in held.items()},
        tuple(draft.done() for draft in free),
    )


def _one_post(one: _Draft, other: _Draft) -> bool:
    if not fits(one.reading, other.reading):
        return False
    if one.body is not None and other.body is not None and one.body is not other.body:
        return one.body.label == other.body.label and one.body.unit == other.body.unit
    return True


def people(spans: Sequence[Span], held: Mapping[int, tuple[Position, ...]]) -> tuple[Person, ...]:
    """The people of the document in the order of their first mention."""
    mentions: dict[int, list[Span]] = {}
    for span in spans:
        if span.person is not None:
            mentions.setdefault(span.person, []).append(span)
    return tuple(
        _person(
            number,
            max((shown(span.text) for span in found), key=len),
            tuple(found),
            held.get(number, ()),
        )
        for number, found in mentions.items()
    )
