"""What the name of a body says: its kind, its level, the organ that is named and the body that it belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from govner.entities import Span, Unit
from govner.lexicon import read
from govner.linking.posts import read_words
from govner.linking.words import Words, rows
from govner.text import clean

if TYPE_CHECKING:
    from govner.linking.units import Spot

CENTRAL, PROVINCE, CITY, DISTRICT, COMMUNE, GRASSROOTS, OPEN = (
    "central", "province", "city", "district", "commune", "grassroots", "",
)  # fmt: skip

_LEVEL_WORDS = {
    "tỉnh": PROVINCE, "thành": CITY, "huyện": DISTRICT, "quận": DISTRICT, "thị": DISTRICT,
    "xã": COMMUNE, "phường": COMMUNE, "trấn": COMMUNE, "thôn": GRASSROOTS,
}  # fmt: skip
_PARENT = re.compile(
    r"(?<=\s)(?:(?:tỉnh|thành|huyện|quận|thị|đảng)\s(?:u[ỷỵ]|ủy)|đảng\sbộ|đảng\sđoàn|hđnd|ubnd|hội\sđồng\snhân\sdân"
    r"|u[ỷ]\sban\snhân\sdân|ủy\sban\snhân\sdân|quốc\shội|chính\sphủ|trung\sương|t\.?ư\b|mttq|mặt\strận|công\san|đoàn\b)",
    re.I,
)
_ORGANS = frozenset(
    {
        "standing_committee", "standing_board", "executive_committee", "party_commission", "inspection_committee",
        "office", "council_committee", "inspectorate", "police", "division",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class BodyReading:
    """A body's name without its places: ``level`` is empty where the words leave it open, ``city`` for a thành ủy.

    ``telling`` whether the words tell the level; ``canonical`` whether ``name`` is a central body's full name. Compared
    by identity, as ``read_body`` gives one for one name.
    """

    kind: str
    level: str
    name: str
    organ: str | None
    parent: str | None
    head: Words
    telling: bool
    canonical: bool = False


@dataclass(slots=True)
class Found:
    """A body mention on its way to a ``Body``: its unit, why, and the place in its own name that says it."""

    span: Span
    reading: BodyReading
    named: bool
    unit: Unit | None = None
    why: str = ""
    spot: Spot | None = None


@cache
def _kinds() -> tuple[Mapping[Words, tuple[str, str]], int]:
    found = {read_words(form): (kind, "" if level == "-" else level) for form, kind, level, *_ in rows("kinds.tsv")}
    return found, max(map(len, found))


@cache
def central_names() -> Mapping[Words, tuple[str, str]]:
    """Folded name of a central body → its kind and full name."""
    found: dict[Words, tuple[str, str]] = {}
    for row in read.table("bodies/central.tsv"):
        found.setdefault(read_words(row["form"]), (row["kind"], row["canonical"]))
    return found


@cache
def _other_kinds() -> tuple[Mapping[Words, str], int]:
    """Beginnings of the names of all other bodies → kind, from the lexicon's lists."""
    found: dict[Words, str] = {}
    for name in ("bodies/orgs.tsv", "bodies/orgheads.tsv", "bodies/units.tsv"):
        for row in read.table(name):
            found.setdefault(read_words(row["form"]), row["kind"])
    return found, max(map(len, found))


def _other_kind(given: Words) -> str:
    known, longest = _other_kinds()
    sizes = range(min(longest, len(given)), 0, -1)
    return next((known[given[:size]] for size in sizes if given[:size] in known), "other")


@lru_cache(maxsize=1 << 16)
def read_body(text: str, label: str, place: bool) -> BodyReading:
    """Read a body's name; ``text`` is the mention, ``place`` whether it ends in a named place of Vietnam."""
    given = read_words(text)
    shown = " ".join(clean(text).split())
    known, longest = _kinds()
    kind, level, head = "other", OPEN, given[:2]
    for size in range(min(longest, len(given)), 0, -1):
        if given[:size] in known:
            (kind, level), head = known[given[:size]], given[:size]
            break
    central = None if place else central_names().get(given)
    if central is not None and (level == CENTRAL or _is_central(given, shown, label)):
        name = "Trung ương Đảng" if central[0] == "central_committee" else central[1]
        return BodyReading(central[0], CENTRAL, name, None, None, head, True, True)
    if label == "ORG":
        return BodyReading(_other_kind(given), OPEN, shown, None, None, head, False)
    if kind == "other":
        kind = _other_kind(given)
    # A sở is a province's; "Sở TT-TT" is read with the words of "thị trấn".
    level, told = (PROVINCE, True) if kind == "department" else _level(given, level)
    organ, parent = (None, None)
    if kind in _ORGANS:
        organ, parent = cut(shown)
    return BodyReading(kind, level, shown, organ, parent, head, told)


def _is_central(given: Words, shown: str, label: str) -> bool:
    """Whether a name of the list of central bodies means the central one: "hội phụ nữ" is any women's union."""
    if "ương" in given or given[-2:] == ("quốc", "hội") or ("việt", "nam") in pairwise(given):
        return True
    return shown[:1].isupper() and (label != "MASS" or given[0] in ("mặt", "tổng", "đoàn"))


@lru_cache(maxsize=1 << 15)
def names_central(text: str) -> bool:
    """Whether the whole of a mention, places included, is the name of a central body ("Ban Chỉ đạo Tây Nguyên")."""
    given = read_words(text)
    return given in central_names() or _kinds()[0].get(given, ("", ""))[1] == CENTRAL


def _level(given: Words, level: str) -> tuple[str, bool]:
    """The level that the words tell, and whether they tell one."""
    if level == CENTRAL:
        return CENTRAL, True
    pairs = set(pairwise(given))
    if ("trung", "ương") in pairs or ("tối", "cao") in pairs:
        return CENTRAL, True
    for at in range(len(given) - 1, -1, -1):
        word = given[at]
        found = _LEVEL_WORDS.get(word)
        if found is None:
            continue
        before, after = given[at - 1] if at else "", given[at + 1] if at + 1 < len(given) else ""
        if word == "xã" and before == "thị":
            return DISTRICT, True
        if (word == "xã" and before in ("hội", "văn")) or after == "hội":
            continue
        if word == "thành" and after not in ("phố", "ủy", "đoàn"):
            continue
        if word == "thị" and after not in ("ủy", "xã", "đoàn"):
            continue
        return found, True
    if level:
        return level, True
    if ("quốc", "hội") in pairwise(given) or given[-2:] == ("chính", "phủ"):
        return CENTRAL, True
    for one, two in pairwise(given[1:]):
        if one == "bộ" and two not in ("tư", "chỉ", "đội") and given[0] != "đảng":
            return CENTRAL, True
    return OPEN, False


def cut(shown: str) -> tuple[str | None, str | None]:
    """Organ and parent: ``"Ban Thường vụ Huyện ủy"`` → ("Ban Thường vụ", "Huyện ủy"); twice ``None`` for no organ."""
    found = _PARENT.search(shown)
    if found is None:
        return None, None
    return shown[: found.start()].strip(), shown[found.start() :]
