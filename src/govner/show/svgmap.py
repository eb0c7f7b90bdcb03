"""The map of a page: an SVG of the provinces with the named units on it, drawn here so that a page needs nothing else.

All positions are thousandths of a degree with the north up; a degree of longitude is drawn 0.96 as wide as one of
latitude, its share at 16° N in the middle of the country.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from govner.entities import Unit
from govner.show.labels import Room, Side
from govner.show.outlines import Edition, Outline, outlines, province_code

COUNTRY = (101.9, 6.9, 118.0, 23.6)
"""West, south, east, north of a map of the whole country with Hoàng Sa and Trường Sa, in degrees."""

SEA = (("Hoàng Sa", 112.0, 16.4), ("Trường Sa", 114.3, 9.6))
"""Where the names of the archipelagos stand: name, longitude, latitude."""

SHRINK = 0.96
LEAST, MOST = 1.6, 5.0
"""Degrees: a map shows at least the first; where the points lie wider apart than the second, the whole country."""

NAMES = 24
"""The most units that bear their names."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """A unit on the map: how often it is named, and the id of the mark to jump to, if any."""

    unit: Unit
    count: int
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """A unit as a circle; ``x``, ``y``, ``r`` in pixels of the drawing. ``label`` is empty where it found no room."""

    x: float
    y: float
    r: float
    title: str
    target: str | None
    label: str = ""
    side: Side = "right"

    @property
    def name_at(self) -> tuple[float, float, str]:
        """Where the label stands, and its SVG ``text-anchor``."""
        row, _, column = self.side.partition(" ")
        if row in ("above", "below"):
            anchor = {"right": "start", "left": "end", "": "middle"}[column]
            return self.x, round(self.y + (-self.r - 4 if row == "above" else self.r + 12), 1), anchor
        if self.side == "left":
            return round(self.x - self.r - 3, 1), round(self.y + 4, 1), "end"
        return round(self.x + self.r + 3, 1), round(self.y + 4, 1), "start"


@dataclass(frozen=True, slots=True)
class Shape:
    """A province as an SVG path, with how strongly it is filled (0 to 1)."""

    path: str
    title: str
    weight: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the template draws: sizes in pixels, the provinces, the dots, and a small map that shows where this is."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    dots: tuple[Dot, ...]
    names: tuple[tuple[str, float, float], ...]
    edition: Edition
    inset: Drawing | None = None
    frame: Box | None = None


def short_names(units: Sequence[Unit]) -> list[str]:
    """Names for a map: without the type word, but for "quận 2" and where two of the units bear one name."""
    borne = Counter(unit.name for unit in units)
    return [unit.full_name if unit.name.isdigit() or borne[unit.name] > 1 else unit.name for unit in units]


def merged(places: Iterable[Place]) -> list[Place]:
    """One place a name and code: a province before and since a merger is one circle, where it is named most."""
    found: dict[tuple[str, str], list[Place]] = {}
    for place in places:
        found.setdefault((place.unit.id, place.unit.full_name), []).append(place)
    return [
        Place(max(same, key=lambda each: each.count).unit, sum(each.count for each in same), same[0].target)
        for same in found.values()
    ]


def draw(places: Iterable[Place], edition: Edition, width: int = 420) -> Drawing | None:
    """A map of the units that have a point, ``None`` where none has. ``width`` is in pixels."""
    found = merged(place for place in places if place.unit.lat is not None and place.unit.lon is not None)
    if not found:
        return None
    counts: dict[str, int] = {}
    for place in found:
        code = province_code(place.unit, edition)
        if code is not None:
            counts[code] = counts.get(code, 0) + place.count
    box = window([place.unit for place in found], counts, edition)
    whole = box == COUNTRY
    view = _View(box, width)
    most = max([1, *counts.values()])
    shapes = tuple(
        Shape(path, outline.name, counts.get(outline.code, 0) / most)
        for outline in outlines(edition)
        if (path := view.path(outline))
    )
    names = tuple((name, *view.at(lon, lat)) for name, lon, lat in SEA) if whole else ()
    inset = frame = None
    if not whole:
        small = _View(COUNTRY, 92)
        provinces = tuple(Shape(p, o.name, float(o.code in counts)) for o in outlines(edition) if (p := small.path(o)))
        (x, y), (right, bottom) = small.at(box[0], box[3]), small.at(box[2], box[1])
        frame = (x, y, right - x, bottom - y)
        inset = Drawing(small.width, small.height, provinces, (), (), edition)
    return Drawing(view.width, view.height, shapes, tuple(_dots(found, view)), names, edition, inset, frame)


def window(units: Sequence[Unit], provinces: Collection[str], edition: Edition) -> Box:
    """The part of the country to show: west, south, east, north in degrees.

    Around the points of the units, with the whole province if one alone holds them; the country where they lie wide
    apart. ``provinces`` are the codes of the provinces that hold them.
    """
    xs = [unit.lon for unit in units if unit.lon is not None]
    ys = [unit.lat for unit in units if unit.lat is not None]
    if len(provinces) == 1:
        only = next(outline for outline in outlines(edition) if outline.code in provinces)
        west, south, east, north = (edge / 1000 for edge in _mainland(only))
        xs, ys = [*xs, west, east], [*ys, south, north]
    west, south, east, north = min(xs), min(ys), max(xs), max(ys)
    if max(east - west, north - south) > MOST:
        return COUNTRY
    side = max((east - west) * 1.15, (north - south) * 1.15, LEAST)
    x, y = (west + east) / 2, (south + north) / 2
    high = max((north - south) * 1.15, side * 0.8)
    return x - side / 2, y - high / 2, x + side / 2, y + high / 2


def _mainland(outline: Outline) -> Box:
    """The box of a province's largest polygon: Khánh Hòa's would else reach to the farthest reef of Trường Sa."""
    largest = max(outline.polygons, key=lambda polygon: len(polygon[0]))
    return Outline(outline.code, outline.name, (largest,)).box


class _View:
    """From degrees to pixels."""

    def __init__(self, box: Box, width: int) -> None:
        self.west, self.south, self.east, self.north = box
        self.width = width
        self.scale = width / (self.east - self.west)
        self.height = round((self.north - self.south) * self.scale / SHRINK)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return round((lon - self.west) * self.scale, 1), round((self.north - lat) * self.scale / SHRINK, 1)

    def path(self, outline: Outline) -> str:
        """The part of a province that can be seen, as SVG path data in half pixels' steps; empty for none."""
        return "".join(
            self._ring(ring) for polygon in outline.polygons if self._sees(polygon[0]) for ring in polygon
        )  # fmt: skip

    def _sees(self, ring: Sequence[tuple[int, int]]) -> bool:
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        wide = max(xs) >= self.west * 1000 and min(xs) <= self.east * 1000
        return wide and max(ys) >= self.south * 1000 and min(ys) <= self.north * 1000

    def _ring(self, ring: Sequence[tuple[int, int]]) -> str:
        points: list[tuple[int, int]] = []
        for lon, lat in ring:
            x, y = self.at(lon / 1000, lat / 1000)
            point = round(x * 2), round(y * 2)
            if not points or point != points[-1]:
                points.append(point)
        if len(points) < 3:  # smaller than a pixel: a speck that can still be seen
            points = [points[0], (points[0][0] + 1, points[0][1]), (points[0][0], points[0][1] + 1)]
        (x, y), *rest = points
        out = [f"M{_half(x)} {_half(y)}l"]
        for left, top in rest:
            out.append(f"{_half(left - x)} {_half(top - y)} ")
            x, y = left, top
        return "".join(out).rstrip() + "z"


def _half(value: int) -> str:
    return str(value // 2) if value % 2 == 0 else f"{value / 2:g}"


def _dots(places: Sequence[Place], view: _View) -> list[Dot]:
    """Circles, the most named last and so on top; a label each where it covers no other."""
    most = max(1, *(place.count for place in places))
    ranked = sorted(places, key=lambda place: (-place.count, place.unit.level))
    spots = []
    for place in ranked:
        x, y = view.at(place.unit.lon or 0.0, place.unit.lat or 0.0)
        spots.append((place, x, y, round(3.5 + 4.5 * math.sqrt(place.count / most), 1)))
    room = Room(view.width, view.height, ((x, y, r) for _, x, y, r in spots))
    dots = []
    names = short_names([place.unit for place in ranked])
    for n, (place, x, y, r) in enumerate(spots):
        name = names[n]
        side = room.take(x, y, r, name, 11.5) if n < NAMES else None
        times = "mention" if place.count == 1 else "mentions"
        title = f"{place.unit.full_name}: {place.count} {times}"
        dots.append(Dot(x, y, r, title, place.target, name if side else "", side or "right"))
    return dots[::-1]
