"""What a post says: its title, and the words that name its body and place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from govner.lexicon import read
from govner.linking.words import Words, rows, words
from govner.text import clean

_TITLE_CLASSES = frozenset(
    {
        "Secretary", "Chair", "Director", "HeadOf", "HeadBefore", "Member", "Deputy", "DeputyNA", "MemberWord",
        "Office", "Minister", "Foreign", "Clergy",
    }
)  # fmt: skip


_LEVELS = {
    "tỉnh": 1, "thành": 4, "huyện": 2, "quận": 2, "thị": 2, "xã": 3, "phường": 3, "trấn": 3, "q": 2, "p": 3,
}  # fmt: skip
_IDLE = frozenset(
    {
        "tỉnh", "thành", "phố", "huyện", "quận", "thị", "xã", "phường", "trấn", ".", ",", "-", "&", "/", "(", ")",
        "và", "của", "thuộc", "tại", "ở", "này", "q", "p",
    }
)  # fmt: skip
_ASSEMBLY = frozenset({"ủy", "ban", "nhân", "dân", "hội", "đồng"})
_OTHER_CHAIRS = frozenset({"hội", "mặt", "đoàn", "quốc", "ty", "tập", "nước", "hđtv", "trị"})
_OF_ONE_STATE = frozenset({("tổng", "bí", "thư"), ("chủ", "tịch", "nước")})
_COMMITTEE = frozenset({"ủy", "đảng", "bộ"})


@dataclass(frozen=True, slots=True)
class Reading:
    """A post's words: ``title`` folded, ``rest`` the telling words of its body and place, ``head`` the lexicon class.

    ``level`` is 1 province, 2 district, 3 commune, 4 a city of either, 0 untold; ``assembly`` is ``"u"`` for a people's
    committee, ``"h"`` for a people's council, ``"p"`` the Party, ``"y"`` the youth union,
    ``"o"`` what else has a chair, empty where the post names none.
    """

    title: Words
    rest: frozenset[str]
    head: str
    level: int
    assembly: str


@cache
def _titles() -> tuple[Mapping[Words, str], int]:
    found: dict[Words, str] = {}
    for form, name in read.classes("titles.txt"):
        if name in _TITLE_CLASSES:
            found.setdefault(words(form), name)
    return found, max(map(len, found))


@cache
def _spelled_out() -> Mapping[str, Words]:
    """Abbreviation → its words, ``data/abbreviations.tsv``."""
    return {words(short)[0]: words(long) for short, long in rows("abbreviations.tsv")}


_CENTRE = re.compile(r"\bT\.? ?[ƯW]\b|\bTƯ\b")


@lru_cache(maxsize=1 << 16)
def read_words(text: str) -> Words:
    """The folded words of a post's or body's name, abbreviations written out ("T.Ư" = Trung ương)."""
    return spell_out(words(_CENTRE.sub("Trung ương", clean(text))))


def spell_out(given: Words) -> Words:
    """Words with their abbreviations written out."""
    known = _spelled_out()
    return tuple(word for short in given for word in known.get(short, (short,)))


@lru_cache(maxsize=1 << 16)
def read_post(text: str) -> Reading:
    """Cut a post into title and rest: ``"Phó Bí thư Tỉnh uỷ"`` → ("phó", "bí", "thư"), {"tỉnh", "ủy"}."""
    known, longest = _titles()
    given = read_words(text)
    for size in range(min(longest, len(given)), 0, -1):
        name = known.get(given[:size])
        if name:
            break
    else:
        size, name = min(2, len(given)), ""
    title, rest = given[:size], given[size:]
    if title[-2:] == ("phụ", "trách") and len(title) > 2:
        title = title[:-2]
    while rest and rest[0] in ("thường", "trực", "chuyên", "trách") and not name.startswith("Member"):
        title, rest = (*title, rest[0]), rest[1:]
    level = next((_LEVELS[word] for word in reversed(rest) if word in _LEVELS), 0)
    telling = frozenset(rest) - _IDLE
    assembly = ""
    if {"nhân", "dân"} <= telling:
        assembly = "u" if "ban" in telling else "h" if "đồng" in telling else ""
        if len(telling) < 9 and assembly:
            telling -= _ASSEMBLY
    if telling == {"việt", "nam"}:
        telling = frozenset()
    if name == "Chair" and not assembly:
        if telling & _OTHER_CHAIRS:
            assembly = "o"
        elif level and not telling:
            assembly = "u"
    if name == "Secretary":
        if "đoàn" in telling:
            assembly = "y"
        elif "ủy" in telling or level:
            assembly = "p"
        if assembly != "y":
            telling -= _COMMITTEE
    return Reading(title, telling, name, level, assembly)


def fits(one: Reading, other: Reading) -> bool:
    """Whether two mentions can be of one post: the same title, and the rest of one holds that of the other."""
    if not _same_title(one.title, other.title) or not (one.rest <= other.rest or other.rest <= one.rest):
        return False
    if one.title in _OF_ONE_STATE and one.rest != other.rest:
        return False  # that of Laos is another man than that of Viet Nam
    if one.assembly != other.assembly and one.assembly and other.assembly:
        return False
    levels = {one.level, other.level}
    return len(levels) == 1 or 0 in levels or (4 in levels and 3 not in levels)


def _same_title(one: Words, other: Words) -> bool:
    short, long = (one, other) if len(one) < len(other) else (other, one)
    return short == long or (long[: len(short)] == short and long[len(short) :] == ("thường", "trực"))
