"""The outlines of the provinces, as they were until 30 June 2025 and as they are since."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from govner.entities import Body, Document, Location, Unit
from govner.places.gazetteer import REFORM, gazetteer

Edition = Literal["until", "since"]
Ring = tuple[tuple[int, int], ...]

EDITIONS: Mapping[Edition, str] = {
    "until": "63 provinces, until 30 June 2025",
    "since": "34 provinces, since 1 July 2025",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """One province: its polygons, each of rings, each of points ``(lon, lat)`` in thousandths of a degree (WGS 84)."""

    code: str
    name: str
    polygons: tuple[tuple[Ring, ...], ...]

    @property
    def box(self) -> tuple[int, int, int, int]:
        """West, south, east, north, in thousandths of a degree."""
        xs, ys = zip(*(point for polygon in self.polygons for point in polygon[0]), strict=True)
        return min(xs), min(ys), max(xs), max(ys)


@cache
def outlines(edition: Edition) -> tuple[Outline, ...]:
    """The provinces of an edition, by code."""
    packed = (files("govner.show") / "data" / "outlines.z").read_bytes()
    rows = (line.split("\t") for line in zlib.decompress(packed).decode("utf-8").split("\n"))
    return tuple(
        Outline(code, name, tuple(tuple(map(_ring, polygon.split(";"))) for polygon in polygons))
        for of, code, name, *polygons in rows
        if of == edition
    )


def _ring(packed: str) -> Ring:
    x = y = 0
    points = []
    for step in packed.split(" "):
        dx, _, dy = step.partition(",")
        x, y = x + int(dx), y + int(dy)
        points.append((x, y))
    return tuple(points)


def vote(document: Document) -> Edition | None:
    """The edition that a document speaks of, ``None`` where it does not tell.

    Its day decides; where it has none, its units do: those that ended with the reform speak for the old map, those
    that began with it for the new.
    """
    if document.date is not None:
        return "until" if document.date < REFORM else "since"
    entities: tuple[Body | Location, ...] = (*document.bodies, *document.locations)
    units = [each.unit for each in entities if each.unit is not None]
    old = sum(unit.valid_to is not None and unit.valid_to < REFORM for unit in units)
    new = sum(unit.valid_from is not None and unit.valid_from >= REFORM for unit in units)
    if old == new:
        return None
    return "until" if old > new else "since"


def edition_of(documents: Iterable[Document]) -> Edition:
    """The edition of most of the documents; today's where they do not tell."""
    votes = Counter(map(vote, documents))
    return "until" if votes["until"] > votes["since"] else "since"


def province_code(unit: Unit, edition: Edition) -> str | None:
    """The code of the province that a unit lies in, on the map of an edition; ``None`` where that is not known.

    A unit of before the reform goes, on the new map, to the province that its own went into. A unit that began with
    the reform has no one place on the old map: it can be made of parts of several provinces.
    """
    if edition == "until" and unit.valid_from is not None and unit.valid_from >= REFORM:
        return None
    above: Unit | None = unit
    while above is not None and above.parent is not None:
        above = gazetteer().get(above.parent, unit.valid_to)
    if above is None:
        return None
    if edition == "since" and above.valid_to is not None and above.valid_to < REFORM and above.successors:
        return above.successors[0].removeprefix("1:")
    return above.code
