"""Which administrative unit a place name, or a body that names its level only, means in this document at its time."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from operator import itemgetter

from govner.entities import Unit
from govner.lexicon import read
from govner.linking.bodies import CITY, COMMUNE, DISTRICT, PROVINCE, BodyReading
from govner.linking.words import Words, words
from govner.places import REFORM, gazetteer, key, usage, world
from govner.places.names import split_type
from govner.text import clean

EVIDENCE: Mapping[str, str] = {
    "country": "the country itself, or a body of its centre: no unit",
    "address": "the unit that the text names beside it in one address holds it",
    "type": "the type word before the name leaves one unit",
    "level": "the body around the name stands at that level and leaves one unit",
    "containment": "it lies in the district or province that the document speaks of",
    "paper": "it lies in the province of the paper, and nothing else tells",
    "dateline": "it lies in the province of the dateline, and nothing else tells",
    "date": "of all that bore the name, one stood on the document's day",
    "only": "no other unit bears the name",
    "former": "the text speaks of a unit that had been abolished by the document's day",
    "same": "another mention of the name in the document was resolved: one sense a document",
    "prominence": "the greatest unit of the name is meant where nothing asks for a smaller one",
    "name": "of a body: its own name holds the place",
    "near": "of a body that says its level only: the unit of that level named last before it, or first after it",
    "document": "of a body that says its level only: the unit of that level that the document speaks of most",
    "earlier": "of a body that says no level: the unit of the last body of its sort before it",
    "later": "of a body that says no level: the unit of the first body of its sort behind it",
}
"""What ``Location.evidence`` and ``Body.evidence`` can be, and what each says; empty where no unit was found."""

SCORES: Mapping[str, float] = {
    "address": 0.99, "type": 0.99, "level": 0.97, "containment": 0.96, "paper": 0.9, "dateline": 0.9, "date": 0.9,
    "only": 0.94, "former": 0.9, "same": 0.93, "prominence": 0.92, "near": 0.88, "document": 0.98, "earlier": 0.82,
    "later": 0.9,
}  # fmt: skip
"""How often the unit is right, by evidence.

Counted on the mentions of the 24 articles of ../shared/gold/train.jsonl that ../shared/gold/links.jsonl links, spans
given, and drawn towards 0.9 as by five more mentions, since some are rare there: (right + 4.5) / (all + 5).
"""

CANDIDATES = 8
"""How many candidates an entity keeps at most."""

_EVE = "2025-06-30"
_LEVEL = {PROVINCE: 1, CITY: 0, DISTRICT: 2, COMMUNE: 3}
_ADMIN = {"admin1": "province", "admin2": "district", "admin3": "commune"}
_KINDS = {
    "land": "mountain", "water": "water", "road": "road", "facility": "facility", "region": "region",
    "village": "village",
}  # fmt: skip
_OF_LEVEL = {1: "province", 2: "district", 3: "commune"}
_ABROAD = {"country": "country", "city": "city", "former": "region"}
_SLICE = re.compile(r"[\s,(\-–]*(?:thuộc|của|ở|tại)?\s*")
_FORMER_AFTER = re.compile(
    r"\s?[,(]?\s?(?:cũ\b|(?:trước (?:đây|kia|khi sáp nhập|sáp nhập)|ngày trước)\b(?! (?:là|thuộc|gồm|vốn)\b))", re.I
)
_FORMER_BEFORE = re.compile(r"\btrước (?:đây|kia|sáp nhập|khi sáp nhập)(?: là| thuộc| thuộc về|,)?\s$", re.I)
_TYPE = r"(?:(?i:tỉnh|thành phố|tp\.?|xã|phường|thị trấn|huyện|quận|thị xã|đặc khu) ?)"
_NAME = rf"{_TYPE}?[A-ZĐ][\w'’]*(?: [A-ZĐ][\w'’]*)*(?: \(?cũ\)?)?"
_MERGING = r"(?i:hợp nhất|sáp nhập|sát nhập|gộp|nhập)"
_MERGED = re.compile(
    rf"\b{_MERGING} (?:(?:các|hai|ba|bốn|toàn bộ|nguyên trạng|một phần|diện tích(?: tự nhiên)?,?"
    r"|(?:và )?(?:quy mô )?dân số|của) )*"
    rf"(?P<list>{_TYPE}?với (?:{_NAME} và )?|(?:{_NAME}, )*(?:{_NAME} (?:và|với|cùng) )?)(?:các )?{_TYPE}?\Z"
)
"""What stands before one of those that are merged: "hợp nhất tỉnh Kiên Giang và ", "sáp nhập với "."""
_MERGED_ON = re.compile(
    rf" ?(?:\([^)]*\) ?)?(?:(?:,|và|với|cùng) {_TYPE}?[A-ZĐ]|(?:để )?(?:thành(?! phố| viên| ủy)|vào|lấy tên))"
)
_TO_MERGE = re.compile(rf"(?:, {_NAME})* (?:và|với) {_NAME} (?:(?:được|đã|sẽ) )*{_MERGING}\b")
_OF_OLD = re.compile(
    r"\b(?:hợp nhất|sáp nhập|sát nhập|sắp xếp (?:đơn vị|các tỉnh|tỉnh)|nay (?:là|thuộc)|trước đây)\b",
    re.I,
)
"""Words of merging: in a sentence with one of them a bare name that was a province's means that province."""
_HOME = re.compile(r"\b(?:quê|quê quán|nguyên quán)\b[^;]{0,60}\Z", re.I)
_LISTED_OLD = re.compile(rf"(?:(?:,| và) {_NAME}){{0,3}} ?\(?cũ\b")
_LISTED_BEFORE = re.compile(rf"(?i:\b(?:các|hai|ba|bốn|năm|những|mấy) tỉnh:? )(?:{_NAME}(?:, | và ))*\Z")
_ADDRESS_ON = re.compile(rf",? \(?{_TYPE}?[A-ZĐ]")
_STOP = re.compile(r"(?<![Tt][Pp])[.!?…;]\s|\n")
_REACH = 160
"""How many characters of its sentence are read on either side of a place."""
_ORIGIN = tuple(home + at for home in ("quê", "quê quán", "sinh tại", "người", "gốc") for at in ("", " ở", " tại"))


@dataclass(frozen=True, slots=True)
class Place:
    """What a place name says by itself: ``type`` the type word of units that stands in it.

    ``units`` can be meant, ``past`` whether all of them had been abolished by the day, ``listed`` whether a list of
    roads before it makes it a road.
    """

    key: str
    kind: str
    type: str | None
    units: tuple[Unit, ...]
    country: bool
    natural: bool = False
    past: bool = False
    listed: bool = False


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
def _candidates(name: str, date: str | None) -> tuple[tuple[Unit, ...], bool]:
    """The units of a name that stood on the day, else those that had been abolished by it, and whether they had.

    Without a date those from before the reform: no text is newer than its date, and most without one are older.
    """
    units = gazetteer().find(name)
    past = False
    if date is None:
        units = [unit for unit in units if (unit.valid_from or "") < REFORM]
    else:
        standing = gazetteer().find(name, date=date)
        gone = [unit for unit in units if unit.valid_to is not None and unit.valid_to < date]
        units, past = standing or gone, not standing and bool(gone)
    found: dict[str, Unit] = {}
    for unit in units:
        found.setdefault(unit.id, unit)
    return tuple(found.values()), past


@lru_cache(maxsize=1 << 15)
def _namesakes(name: str, type: str | None) -> int:
    """How many units ever bore a name, of that type where it is told."""
    return len({unit.id for unit in gazetteer().find(name) if type is None or unit.type == type})


def speaks_of_former(text: str, start: int, end: int) -> bool:
    """Whether the words beside a place say that it is no more: "huyện Bình Sơn cũ", "trước đây là xã Bình Trị"."""
    beside = text[max(0, start - 30) : end + 26]
    if "cũ" not in beside and "rước" not in beside and "ngày" not in beside:
        return False  # by far the most: spare them the expressions
    return (
        _FORMER_AFTER.match(text, end, end + 26) is not None
        or _FORMER_BEFORE.search(text[max(0, start - 30) : start]) is not None
    )


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and behind a place in its sentence, ``_REACH`` characters at most."""
    before, after = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    first = max((stop.end() for stop in _STOP.finditer(before)), default=0)
    behind = _STOP.search(after)
    return before[first:], after[: behind.start()] if behind else after


def is_merged(before: str, after: str) -> bool:
    """Whether the words beside a place say that it is merged into another: then its old state is meant.

    "hợp nhất hai tỉnh Bình Định và Gia Lai thành tỉnh Gia Lai": the first Gia Lai is not the second one.
    """
    found = _MERGED.search(before)
    if found is not None:
        return bool(found["list"]) or _MERGED_ON.match(after) is not None
    return _TO_MERGE.match(after) is not None


@lru_cache(maxsize=1 << 12)
def _old_province(name: str) -> bool:
    """Whether a name was a province's until the reform, and is none's since."""
    known = gazetteer()
    return bool(known.find(name, level=1, date=_EVE)) and not known.find(name, level=1, date=REFORM)


def _as_province(before: str, after: str) -> bool:
    """Whether the sentence speaks of provinces that are no more: by words of merging, a home, or a list of them."""
    if _OF_OLD.search(before) or _OF_OLD.search(after) or _LISTED_OLD.match(after):
        return True
    if _HOME.search(before):
        return _ADDRESS_ON.match(after) is None  # "quê Hòa Bình, Phú Thọ" is an address of today
    return _LISTED_BEFORE.search(before) is not None


def place_at(text: str, start: int, end: int, date: str | None, level: int = -1) -> Place:
    """What a place mention says on the day; ``level`` is forced by the body around it, as a ``Spot``'s.

    Since the reform a district or an old province is taken only where the text speaks of a former one: where it says
    so, where its type word or the body around it names what there is no more.
    """
    shown = text[start:end]
    place = read_place(shown, date)
    if date is None or date < REFORM:
        return place
    forced = level >= 0 and not any(level in (0, unit.level) for unit in place.units)
    if forced or speaks_of_former(text, start, end):
        before = read_place(shown, _EVE)
        if any(level in (-1, 0, unit.level) for unit in before.units):
            return replace(before, past=True)
        return place
    return _old_state(text, start, end, place, level) or place


def _old_state(text: str, start: int, end: int, place: Place, level: int) -> Place | None:
    """A place, read as of today, as what bore its name before the reform, where its sentence means that."""
    if place.past or place.country:
        return None
    province = place.type is None and level in (-1, 1) and _old_province(place.key)
    if not province and all(len(unit.predecessors) < 2 for unit in place.units):
        return None
    beside = text[max(0, start - _REACH) : end + _REACH]
    if not province and "hập" not in beside and "ợp nhất" not in beside and "gộp" not in beside:
        return None  # by far the most: spare them the expressions
    before, after = _sentence(text, start, end)
    merged = is_merged(before, after)
    if not merged and not (province and _as_province(before, after)):
        return None
    old = read_place(text[start:end], _EVE)
    if not province:
        # Of those that bore the name, what went into the one that bears it now.
        made = {unit.id for unit in place.units}
        units = tuple(
            unit for unit in old.units if level in (-1, 0, unit.level) and not made.isdisjoint(unit.successors)
        )
        return replace(old, units=units, past=True) if units else None
    return replace(old, past=True)


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
    if kind and kind not in _ADMIN and not (shown[0].isupper() and _candidates(folded, date)[0]):
        return Place(folded, _KINDS.get(kind, "place"), None, (), False)
    if given[:2] in (("thủ", "đô"), ("cố", "đô"), ("huyện", "đảo")):
        folded = " ".join((("huyện",) if given[0] == "huyện" else ()) + tuple(key(shown).split()[2:]))
    split = split_type(folded)
    units, past = _candidates(folded, date)
    if past and split is None and date is not None and date >= REFORM:
        units, past = (), False
    if split is not None and units and key(units[0].name) == folded:
        split = None
    if not units and split is not None:
        units = _kin(shown, split, date)
    if not units and split is not None:
        abroad = _world().get(split[1])
        return Place(split[1], "city" if abroad else _ADMIN.get(kind, "place"), split[0], (), False)
    abroad = _world().get(folded)
    if abroad == "former" and units:
        abroad = None  # Hà Đông was a province once, and is a district
    if abroad in ("island", "mountain", "water", "region") and units and units[0].level > 1:
        natural = abroad != "island" and folded not in _towns()
        return Place(folded, abroad, None, units, False, natural)
    if abroad and not any(unit.level == 1 for unit in units):
        return Place(folded, _ABROAD.get(abroad, abroad), None, (), False)
    if split is not None:
        return Place(split[1], _ADMIN.get(kind, "place"), split[0], units, False, past=past)
    return Place(folded, _OF_LEVEL[units[0].level] if units else "place", None, units, False, past=past)


@cache
def _towns() -> frozenset[str]:
    """Regions of the list that are nothing but a district, which the press often names by its name alone: Cần Giờ.

    Cam Ranh is more often the bay, Điện Biên Phủ the battle, U Minh two districts' forest.
    """
    found = set()
    districts = {key(name) for name, levels in gazetteer().names() if 2 in levels}
    for place in world():
        name = key(place.name)
        if place.kind != "region" or place.ambiguous or name not in districts:
            continue
        typed, bare, _ = usage().get(name, (0, 0, 0))
        if 4 * typed >= bare and not any(other.startswith(name + " ") for other in districts):
            found.add(name)
    return frozenset(found)


_LEVEL_OF_TYPE = {
    "Tỉnh": 1, "Thành phố": 2, "Huyện": 2, "Quận": 2, "Thị xã": 2, "Xã": 3, "Phường": 3, "Thị trấn": 3, "Đặc khu": 3,
}  # fmt: skip
_GLUED = re.compile(r"(?<=[a-zà-ỹ])(?=[A-ZĐ])")


def _kin(shown: str, split: tuple[str, str], date: str | None) -> tuple[Unit, ...]:
    """Units of a typed name that bear another type of the same level: "huyện Giá Rai" before it was a thị xã."""
    level = _LEVEL_OF_TYPE[split[0]]
    glued = key(_GLUED.sub(" ", shown))
    for name in (split[1], (split_type(glued) or split)[1]):
        units = tuple(unit for unit in _candidates(name, date)[0] if unit.level == level)
        if units:
            return units
    return ()


class Resolver:
    """The units of one document. Provinces first, then districts within them, then communes within those."""

    def __init__(
        self, text: str, spots: Sequence[Spot], home: tuple[str | None, str] = (None, ""), date: str | None = None
    ) -> None:
        """``home`` is the code of a province and how it is known, ``"paper"`` or ``"dateline"``."""
        self.text, self.spots, self.date = text, spots, date
        self.home, self.home_from = home
        self.provinces: Counter[str] = Counter()
        self.districts: Counter[str] = Counter()
        self.communes: Counter[str] = Counter()
        self.by_id: dict[str, Unit] = {}
        self.trail: list[tuple[int, Unit]] = []
        self._mains: dict[tuple[str, str | None], Unit | None] = {}
        self._standing: set[str] | None = None
        self._foremost: str | None = None  # the province that is named most, where that is known
        self._tops: dict[int, list[str]] = {}
        if self.home:
            self.provinces[self.home] += 2

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
        if self.date is not None and self.date >= REFORM:
            self._as_elsewhere(senses)
        self.trail = sorted((spot.start, spot.unit) for spot in self.spots if spot.unit is not None)

    def _as_elsewhere(self, senses: Mapping[tuple[str, str | None], Unit]) -> None:
        """A bare name that is left open or taken for a commune's, where the text has told that a province is meant."""
        if not any(unit.level == 1 and unit.valid_to is not None for unit in senses.values()):
            return
        for spot in self.spots:
            place = spot.place
            if place.type is not None or spot.level >= 0 or spot.why == "address" or place.kind == "road":
                continue
            if spot.unit is not None and spot.unit.level < 3:
                continue
            sense = senses.get((place.key, None)) or senses.get((place.key, ""))
            if sense is not None and sense.level == 1 and sense.valid_to is not None and not self._stands(place.key):
                spot.unit, spot.why = sense, "same"

    def _try(
        self, at: int, spot: Spot, level: int, senses: dict[tuple[str, str | None], Unit], last: bool = False
    ) -> None:
        units = [unit for unit in spot.place.units if unit.level == level and _allowed(spot, unit)]
        if not units or spot.unit is not None:
            return
        sense = senses.get((spot.place.key, spot.place.type)) or (
            senses.get((spot.place.key, None)) if spot.place.type is None else None
        )
        if sense is not None and sense in units and (len(units) == 1 or not self._told_otherwise(at, sense, units)):
            self._set(spot, sense, "same", senses)
            return
        if level > 1 and spot.place.type is None and spot.level < 0:
            # A bare name: the greater unit of that name is meant, unless the text has typed the smaller one, or has
            # named no other than one that is no more.
            typed = senses.get((spot.place.key, ""))
            if typed is not None and (typed in units or (typed.level < level and not self._stands(spot.place.key))):
                self._set(spot, typed, "same", senses)
                return
        unit, why = self._choose(at, spot, units, last)
        if unit is not None:
            self._set(spot, unit, why, senses)

    def _told_otherwise(self, at: int, sense: Unit, units: Sequence[Unit]) -> bool:
        """Whether the address of a mention names another unit than the name's sense in the document so far."""
        above = self._neighbours(at)
        if not above or not above.isdisjoint(_chain(sense)):
            return False
        return any(not above.isdisjoint(_chain(unit)) for unit in units)

    def _stands(self, key: str) -> bool:
        """Whether the document names a unit of a name that stands, with its type or in a body's name."""
        if self._standing is None:
            self._standing = {
                spot.place.key
                for spot in self.spots
                if not spot.place.past and (spot.place.type is not None or spot.level >= 0)
            }
        return key in self._standing

    def _choose(self, at: int, spot: Spot, units: Sequence[Unit], last: bool) -> tuple[Unit | None, str]:
        if units[0].level == 1:
            return units[0], self._alone(spot, units[0])
        above = self._neighbours(at)
        scored = sorted(((self._score(unit, above), n) for n, unit in enumerate(units)), reverse=True)
        best, n = scored[0]
        if len(scored) > 1 and scored[1][0] == best:
            return None, ""
        if best >= 8:
            return units[n], "former" if spot.place.past else "address"
        if best > 0:
            if spot.place.type is None and units[n].level == 3 and not last:
                return None, ""
            if len(units) == 1 and (spot.place.type is not None or spot.level > 0):
                return units[n], self._alone(spot, units[n])
            return units[n], "former" if spot.place.past else self._why(units[n])
        if len(units) == 1 and (spot.place.type is not None or spot.level > 0 or units[n].level == 2):
            return units[n], self._alone(spot, units[n])
        if len(units) == 1 and self.date is not None and self.date >= REFORM:
            return units[n], self._alone(spot, units[n])
        return None, ""

    def _alone(self, spot: Spot, unit: Unit) -> str:
        """Why the one unit that can be meant is meant."""
        place = spot.place
        if place.past:
            return "former"
        if self.date is not None and len(place.units) == 1 and _namesakes(place.key, place.type) > 1:
            return "date"
        if place.type is not None:
            return "type"
        if spot.level >= 0:
            return "level"
        return "only" if len(place.units) == 1 else "prominence"

    def _why(self, unit: Unit) -> str:
        """Which of the document's other places speaks for a unit."""
        chain = _chain(unit)
        if self.home == chain[-1] and self.provinces[chain[-1]] == 2 and not self.districts[chain[0]]:
            return self.home_from
        return "containment"

    def candidates(self, spot: Spot) -> tuple[str, ...]:
        """Ids of the units that a mention can mean, its own first, then the likeliest; ask after ``run``."""
        units = spot.place.units
        if len(units) < 2:
            return (units[0].id,) if units else ()
        found = [unit for unit in units if _allowed(spot, unit)] or units
        none: Set[str] = frozenset()
        ranked = sorted(found, key=lambda unit: (unit is not spot.unit, -self._score(unit, none), unit.level))
        return tuple(unit.id for unit in ranked[:CANDIDATES])

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

    def _score(self, unit: Unit, above: Set[str]) -> int:
        chain = _chain(unit)
        score = 0
        if any(code in above for code in chain):
            score += 8
        if unit.level == 3 and chain[0] in self.districts:
            score += 2 + min(self.districts[chain[0]], 2)
        province = chain[-1]
        if province in self.provinces:
            if self._foremost is None:
                self._foremost = self.provinces.most_common(1)[0][0]
            score += 2 if self._foremost == province else 1
        return score

    def _set(self, spot: Spot, unit: Unit, why: str, senses: dict[tuple[str, str | None], Unit]) -> None:
        spot.unit, spot.why = unit, why
        senses.setdefault((spot.place.key, spot.place.type), unit)
        if spot.place.type is not None or spot.level >= 0:
            senses.setdefault((spot.place.key, ""), unit)
        self.count(unit, spot.weight)

    def count(self, unit: Unit, weight: int) -> None:
        """Remember that the document speaks of a unit."""
        known = self.by_id.get(unit.code)
        if known is None or known.valid_to is not None or unit.valid_to is None:
            self.by_id[unit.code] = unit  # a code is reused: what stands goes before what is no more
        self._foremost = None
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

    def main(self, level: str, at: int, type: str | None = None) -> tuple[Unit | None, str]:
        """The unit of a level that a body at a place of the text means by "tỉnh", "huyện" …, and why; after ``run``.

        ``type`` is the type of unit that the body's words tell: "Tỉnh ủy" is not Hà Nội's, and "Thị ủy" is a thị xã's
        where the text names one.
        """
        near: Unit | None = None
        if level == CITY:
            near = self._near(at, lambda unit: unit.type == "Thành phố")
        elif level != PROVINCE:
            wanted = _LEVEL[level]
            if type is not None:
                near = self._near(at, lambda unit: unit.level == wanted and unit.type == type)
            near = near or self._near(at, lambda unit: unit.level == wanted)
        if near is not None:
            return near, "near"
        if (level, type) not in self._mains:
            self._mains[level, type] = self._main(level, type)
        return self._mains[level, type], "document"

    def _main(self, level: str, type: str | None) -> Unit | None:
        if level == CITY:
            return next((u for u in self._named(self.provinces, self.districts) if u.type == "Thành phố"), None)
        counter = {PROVINCE: self.provinces, DISTRICT: self.districts, COMMUNE: self.communes}[level]
        found = (u for u in self._named(counter) if u.level == _LEVEL[level])
        return next((u for u in found if level != PROVINCE or type is None or u.type == type), None)

    def rivals(self, unit: Unit) -> tuple[str, ...]:
        """Ids of the units of a unit's level that the document speaks of, that one first, then the most often named."""
        if unit.level not in self._tops:
            counter = {1: self.provinces, 2: self.districts, 3: self.communes}[unit.level]
            self._tops[unit.level] = [f"{unit.level}:{code}" for code, _ in counter.most_common(CANDIDATES)]
        named = [id for id in self._tops[unit.level] if id != unit.id]
        return (unit.id, *named[: CANDIDATES - 1])

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


_JOINT = re.compile(r"(?:,| và|;| -)\s")
_ROADS = re.compile(r"\b(?:các|những|nhiều|hai|ba|tuyến)\s(?:tuyến\s|con\s|trục\s)?$", re.I)


def goes_on(text: str, before: Spot, spot: Spot) -> bool:
    """Whether a bare name goes on with a list of roads: "các tuyến đường Nguyễn Huệ, Võ Thị Sáu"."""
    if before.place.kind != "road" or spot.place.type is not None or before.end >= spot.start:
        return False
    if spot.place.kind not in ("commune", "district", "place") or not _JOINT.fullmatch(text, before.end, spot.start):
        return False
    listed = _ROADS.search(text[max(0, before.start - 18) : before.start]) is not None
    return listed or before.place.listed


@lru_cache(maxsize=1 << 12)
def type_told(text: str) -> str | None:
    """The type of unit that the words of a body tell: of "Thị ủy" a thị xã; ``None`` for "xã", "TP" and none."""
    found = set(words(text))
    if "thị" in found:
        return "Thị trấn" if "trấn" in found else "Thị xã"
    return next((type for type in ("Tỉnh", "Huyện", "Quận", "Phường") if type.lower() in found), None)


def level_number(reading: BodyReading) -> int:
    """The level that a body forces on a bare place name in it: 1, 2, 3, 0 for a city, -1 where it forces none."""
    return _LEVEL.get(reading.level, -1)


def is_origin(text: str, start: int) -> bool:
    """Whether a place is somebody's home: it says little of what the text is about."""
    before = text[start - 16 if start > 16 else 0 : start].rstrip()
    return before.removesuffix(":").rstrip().lower().endswith(_ORIGIN)
