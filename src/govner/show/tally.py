"""Many documents added up in one pass: who held which post, which bodies and units are named, and when.

People of different documents are one where they bear one name: a name is all that a document tells. Bodies are one
where their ids are equal, bodies without an id where label, name and unit are; so two papers' "Tỉnh ủy" that neither
text resolves are one row, which their empty unit shows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from govner.entities import Body, Document, Location, Person, Position, Unit
from govner.formats.frames import stream

Key = tuple[str, ...]


@dataclass(slots=True)
class Seen:
    """How often and when: mentions, documents, the first and the last day of those that are dated."""

    mentions: int = 0
    documents: int = 0
    first: str = ""
    last: str = ""

    def add(self, mentions: int, date: str | None) -> None:
        """One more document."""
        self.mentions += mentions
        self.documents += 1
        if date:
            self.first = min(self.first or date, date)
            self.last = max(self.last, date)


@dataclass(slots=True)
class Held:
    """One person in one post."""

    name: str
    position: Position
    seen: Seen = field(default_factory=Seen)


@dataclass(slots=True)
class Named:
    """One body or place."""

    entity: Body | Location
    seen: Seen = field(default_factory=Seen)


@dataclass(slots=True)
class Tally:
    """The sums. The keys are those of ``body_key`` and its like; the order is that of the first mention."""

    documents: int = 0
    characters: int = 0
    people: dict[str, Seen] = field(default_factory=dict)
    officials: set[str] = field(default_factory=set)
    posts: dict[Key, Held] = field(default_factory=dict)
    bodies: dict[Key, Named] = field(default_factory=dict)
    places: dict[Key, Named] = field(default_factory=dict)
    units: dict[Unit, int] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Add one document."""
        self.documents += 1
        self.characters += len(document.text)
        for person in document.people:
            self._person(person, document.date)
        for body in document.bodies:
            self._named(self.bodies, body_key(body), body, document.date)
        for place in document.locations:
            unit = place.unit.id if place.unit is not None else ""
            self._named(self.places, (place.name, place.kind, unit), place, document.date)

    def _person(self, person: Person, date: str | None) -> None:
        self.people.setdefault(person.name, Seen()).add(len(person.mentions), date)
        if person.is_official:
            self.officials.add(person.name)
        for position in person.positions:
            key = (person.name, *post_key(position), position.status)
            held = self.posts.setdefault(key, Held(person.name, position))
            held.seen.add(len(position.mentions), position.date or date)

    def _named(self, into: dict[Key, Named], key: Key, entity: Body | Location, date: str | None) -> None:
        into.setdefault(key, Named(entity)).seen.add(len(entity.mentions), date)
        if entity.unit is not None:
            self.units[entity.unit] = self.units.get(entity.unit, 0) + len(entity.mentions)


def tally(documents: Document | Iterable[Document]) -> Tally:
    """The sums of the documents."""
    made = Tally()
    for document in stream(documents):
        made.add(document)
    return made


def body_key(body: Body) -> Key:
    """What tells a body from all others, over documents."""
    if body.id is not None:
        return (body.id,)
    return body.label, body.name, body.unit.id if body.unit is not None else ""


def post_key(position: Position) -> Key:
    """What tells a post from all others: its title with its body or place."""
    return (position.title, *(body_key(position.body) if position.body is not None else (position.place or "",)))
