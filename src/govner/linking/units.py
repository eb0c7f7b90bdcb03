"""Which administrative unit a place name, or a body that names its level only, means in this document at its time."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter

from govner.entities import Unit
from govner.lexicon import read
from govner.linking.bodies import CITY, COMMUNE, DISTRICT, PROVINCE, BodyReading
from govner.linking.words import Words, words
from govner.places import REFORM, gazetteer, key, usage, world
from govner.places.names import split_type
from govner.text import clean

_LEVEL = {PROVINCE: 1, CITY: 0, DISTRICT: 2, COMMUNE: 3}
_ADMIN = {"admin1": "province", "admin2": "district", "admin3": "commune"}
_KINDS = {
    "land": "mountain", "water": "water", "road": "road", "facility": "facility", "region": "region",
    "village": "village",
}  # fmt: skip
_OF_LEVEL = {1: "province", 2: "district", 3: "commune"}
_ABROAD = {"country": "country", "city": "city", "former": "region"}
_SLICE = re.compile(r"[\s,(\-–]*(?:thuộc|của|ở|tại)?\s*")
_ORIGIN = re.compile(r"(?:quê|quê quán|sinh tại|người|gốc)(?: ở| tại)?\s*:?\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Place:
    """What a place name says by itself: ``typed`` whether a type word of units stands in it."""

    key: str
    kind: str
    type: str | None
    units: tuple[Unit, ...]
    country: bool
    natural: bool = False


@dataclass(slots=True)
class Spot:
    """One LOC mention on its way to a unit. ``level`` is forced by the body around it, 0 for a city, -1 where open."""

    start: int
    end: int
    place: Place
    level: int = -1
    unit: Unit | None = None
    why: str = ""
    weight: int = 1


@cache
def _heads() -> tuple[Mapping[Words, str], int]:
    found: dict[Words, str] = {}
    for row in read.table("bodies/locheads.tsv"):
        found.setdefault(words(row["form"]), row["kind"].split(";")[0])
    return found, max(map(len, found))


@cache
def _world() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for place in world():
        for name in (place.name, *place.aliases):
            found.setdefault(key(name), place.kind)
    return found


@lru_cache(maxsize=1 << 15)
def _candidates(name: str, date: str | None) -> tuple[Unit, ...]:
    """The units of a name that stood on the day, or before the reform; for a new text, old ones if nothing new fits."""
    units = gazetteer().find(name)
    if date is None or date < REFORM:
        units = [unit for unit in units if (unit.valid_from or "") < REFORM]
        if date is not None:
            units = gazetteer().find(name, date=date) or units
    else:
        units = gazetteer().find(name, date=date) or units
    found: dict[str, Unit] = {}
    for unit in units:
        found.setdefault(unit.id, unit)
    return tuple(found.values())


@lru_cache(maxsize=1 << 15)
def read_place(text: str, date: str | None) -> Place:
    """What a place name says: its kind, and the units that it can mean on the day."""
    shown = " ".join(clean(text).split())
    folded = key(shown)
    if folded in ("việt nam", "việt", "vn"):
        return Place(folded, "country", None, (), True)
    heads, longest = _heads()
    given = words(shown)
    kind = ""
    for size in range(min(longest, len(given) - 1), 0, -1):
        if given[:size] in heads:
            kind = heads[given[:size]]
            break
    if kind and kind not in _ADMIN and not (shown[0].isupper() and _candidates(folded, date)):
        return Place(folded, _KINDS.get(kind, "place"), None, (), False)
    if given[:2] in (("thủ", "đô"), ("cố", "đô"), ("huyện", "đảo")):
        folded = " ".join((("huyện",) if given[0] == "huyện" else ()) + tuple(key(shown).split()[2:]))
    split = split_type(folded)
    units = _candidates(folded, date)
    if split is not None and units and key(units[0].name) == folded:
        split = None
    if not units and split is not None:
        units = _kin(shown, split, date)
    if not units and split is not None:
        abroad = _world().get(split[1])
        return Place(split[1], "city" if abroad else _ADMIN.get(kind, "place"), split[0], (), False)
    abroad = _world().get(folded)
    if abroad in ("island", "mountain", "water", "region") and units and units[0].level > 1:
        return Place(folded, abroad, None, units, False, abroad != "island")
    if abroad and not any(unit.level == 1 for unit in units):
        return Place(folded, _ABROAD.get(abroad, abroad), None, (), False)
    if split is not None:
        return Place(split[1], _ADMIN.get(kind, "place"), split[0], units, False)
    return Place(folded, _OF_LEVEL[units[0].level] if units else "place", None, units, False)


_LEVEL_OF_TYPE = {
    "Tỉnh": 1, "Thành phố": 2, "Huyện": 2, "Quận": 2, "Thị xã": 2, "Xã": 3, "Phường": 3, "Thị trấn": 3, "Đặc khu": 3,
}  # fmt: skip
_GLUED = re.compile(r"(?<=[a-zà-ỹ])(?=[A-ZĐ])")


def _kin(shown: str, split: tuple[str, str], date: str | None) -> tuple[Unit, ...]:
    """Units of a typed name that bear another type of the same level: "huyện Giá Rai" before it was a thị xã."""
    level = _LEVEL_OF_TYPE[split[0]]
    glued = key(_GLUED.sub(" ", shown))
    for name in (split[1], (split_type(glued) or split)[1]):
        units = tuple(unit for unit in _candidates(name, date) if unit.level == level)
        if units:
            return units
    return ()


class Resolver:
    """The units of one document. Provinces first, then districts within them, then communes within those."""

    def __init__(self, text: str, spots: Sequence[Spot], home: str | None, date: str | None) -> None:
        self.text, self.spots, self.home, self.date = text, spots, home, date
        self.provinces: Counter[str] = Counter()
        self.districts: Counter[str] = Counter()
        self.communes: Counter[str] = Counter()
        self.by_id: dict[str, Unit] = {}
        self.trail: list[tuple[int, Unit]] = []
        self._mains: dict[str, Unit | None] = {}
        if home:
            self.provinces[home] += 2

    def run(self) -> None:
        senses: dict[tuple[str, str | None], Unit] = {}
        for level in (1, 2, 3):
            for at, spot in enumerate(self.spots):
                if spot.unit is None and spot.place.units:
                    self._try(at, spot, level, senses)
        for at, spot in enumerate(self.spots):  # a second look, now that the others are known
            if spot.unit is None and spot.place.units:
                for level in (1, 2, 3):
                    self._try(at, spot, level, senses, last=True)
        self.trail = sorted((spot.start, spot.unit) for spot in self.spots if spot.unit is not None)

    def _try(
        self, at: int, spot: Spot, level: int, senses: dict[tuple[str, str | None], Unit], last: bool = False
    ) -> None:
        units = [unit for unit in spot.place.units if unit.level == level and _allowed(spot, unit)]
        if not units or spot.unit is not None:
            return
        sense = senses.get((spot.place.key, spot.place.type)) or (
            senses.get((spot.place.key, None)) if spot.place.type is None else None
        )
        if sense is not None and sense in units:
            self._set(spot, sense, "same", senses)
            return
        if level > 1 and spot.place.type is None and spot.level < 0:
            # A bare name: the greater unit of that name is meant, unless the text has typed the smaller one.
            typed = senses.get((spot.place.key, ""))
            if typed is not None and typed in units:
                self._set(spot, typed, "same", senses)
                return
        unit, why = self._choose(at, spot, units, last)
        if unit is not None:
            self._set(spot, unit, why, senses)

    def _choose(self, at: int, spot: Spot, units: Sequence[Unit], last: bool) -> tuple[Unit | None, str]:
        if units[0].level == 1:
            return units[0], "name"
        above = self._neighbours(at)
        scored = sorted(((self._score(unit, above), n) for n, unit in enumerate(units)), reverse=True)
        best, n = scored[0]
        if len(scored) > 1 and scored[1][0] == best:
            return None, ""
        if best >= 8:
            return units[n], "address"
        if best > 0:
            if spot.place.type is None and units[n].level == 3 and not last:
                return None, ""
            return units[n], "containment"
        if len(units) == 1 and (spot.place.type is not None or spot.level > 0 or units[n].level == 2):
            return units[n], "only"
        if len(units) == 1 and self.date is not None and self.date >= REFORM:
            return units[n], "only"
        return None, ""

    def _neighbours(self, at: int) -> set[str]:
        """Codes of the units beside a mention in its address, either side."""
        found: set[str] = set()
        for step in (1, 2):
            if at + step < len(self.spots):
                other = self.spots[at + step]
                gap = self.text[self.spots[at + step - 1].end : other.start]
                if len(gap) > 14 or not _SLICE.fullmatch(gap):
                    break
                if other.unit is not None:
                    found.add(other.unit.code)
                elif other.place.units and other.place.type is not None:
                    found.update(unit.code for unit in other.place.units)
        for step in (1, 2):
            if at - step >= 0:
                other = self.spots[at - step]
                gap = self.text[other.end : self.spots[at - step + 1].start]
                if not 0 <= len(gap) <= 14 or not _SLICE.fullmatch(gap):
                    break
                if other.unit is not None and other.unit.level < 3:
                    found.add(other.unit.code)
        return found

    def _score(self, unit: Unit, above: set[str]) -> int:
        chain = _chain(unit)
        score = 0
        if any(code in above for code in chain):
            score += 8
        if unit.level == 3 and chain[0] in self.districts:
            score += 2 + min(self.districts[chain[0]], 2)
        province = chain[-1]
        if province in self.provinces:
            score += 2 if self.provinces.most_common(1)[0][0] == province else 1
        return score

    def _set(self, spot: Spot, unit: Unit, why: str, senses: dict[tuple[str, str | None], Unit]) -> None:
        spot.unit, spot.why = unit, why
        senses.setdefault((spot.place.key, spot.place.type), unit)
        if spot.place.type is not None or spot.level >= 0:
            senses.setdefault((spot.place.key, ""), unit)
        self.count(unit, spot.weight)

    def count(self, unit: Unit, weight: int) -> None:
        """Remember that the document speaks of a unit."""
        self.by_id[unit.code] = unit
        chain = _chain(unit)
        if unit.level == 1:
            self.provinces[unit.code] += 2 * weight
        elif unit.level == 2:
            self.districts[unit.code] += 2 * weight
            self.provinces[chain[-1]] += weight
        else:
            self.communes[unit.code] += 2 * weight
            if len(chain) > 1:
                self.districts[chain[0]] += weight
            self.provinces[chain[-1]] += weight

    def main(self, level: str, at: int) -> Unit | None:
        """The unit of a level that a body at a place of the text means by "tỉnh", "huyện" …; ask after ``run``."""
        if level == CITY:
            near = self._near(at, lambda unit: unit.type == "Thành phố")
        elif level == PROVINCE:
            near = None
        else:
            near = self._near(at, lambda unit: unit.level == _LEVEL[level])
        if near is None and level not in self._mains:
            self._mains[level] = self._main(level)
        return near or self._mains[level]

    def _main(self, level: str) -> Unit | None:
        if level == CITY:
            return next((u for u in self._named(self.provinces, self.districts) if u.type == "Thành phố"), None)
        counter = {PROVINCE: self.provinces, DISTRICT: self.districts, COMMUNE: self.communes}[level]
        return next((u for u in self._named(counter) if u.level == _LEVEL[level]), None)

    def commune(self, at: int) -> Unit | None:
        """The commune that a bare "Đảng ủy" means."""
        return self._near(at, lambda unit: unit.level == 3) if self.communes else None

    def _near(self, at: int, wanted: Callable[[Unit], bool]) -> Unit | None:
        place = bisect_left(self.trail, (at,))
        for _, unit in reversed(self.trail[max(0, place - 12) : place]):
            if wanted(unit):
                return unit
        for _, unit in self.trail[place : place + 12]:
            if wanted(unit):
                return unit
        return None

    def _named(self, *counters: Counter[str]) -> Iterator[Unit]:
        """The units that the document speaks of, the most often named first."""
        day, known = _day(self.date), gazetteer()
        for _, code in sorted(((-n, code) for counter in counters for code, n in counter.items()), key=itemgetter(0)):
            unit = self.by_id.get(code) or known.get(code, day) or known.get(code)
            if unit is not None:
                yield unit


def _day(date: str | None) -> str | None:
    return date if date is not None and date >= "2019-11-01" else "2024-12-31"


@lru_cache(maxsize=1 << 14)
def _chain(unit: Unit) -> tuple[str, ...]:
    """Codes of the units above, the nearest first; a province's own."""
    if unit.parent is None:
        return (unit.code,)
    above = gazetteer().parent(unit)
    return (unit.parent, *(() if above is None or above.parent is None else (above.parent,)))


def _allowed(spot: Spot, unit: Unit) -> bool:
    if spot.place.natural and spot.level <= 0:
        return False
    if spot.place.type is not None:
        return True
    if spot.level < 0:
        return unit.level < 3 or not _is_persons(spot.place.key)
    if spot.level == 0:
        return unit.type == "Thành phố"
    return unit.level == spot.level


@lru_cache(maxsize=1 << 14)
def _is_persons(name: str) -> bool:
    """Whether the news writes a name mostly as a person's: a bare "Võ Thị Sáu" is a street."""
    typed, bare, person = usage().get(name, (0, 0, 0))
    return person > typed + bare


def level_number(reading: BodyReading) -> int:
    """The level that a body forces on a bare place name in it: 1, 2, 3, 0 for a city, -1 where it forces none."""
    return _LEVEL.get(reading.level, -1)


def is_origin(text: str, start: int) -> bool:
    """Whether a place is somebody's home: it says little of what the text is about."""
    return _ORIGIN.search(text[max(0, start - 16) : start]) is not None
