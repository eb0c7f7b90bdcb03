"""What a post says: its title, and the words that name its body and place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from govner.lexicon import read
from govner.linking.words import Words, rows, words

_TITLE_CLASSES = frozenset(
    "Secretary Chair Director HeadOf HeadBefore Member Deputy DeputyNA MemberWord Office Minister Foreign Clergy".split()
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A post's words: ``title`` folded, ``rest`` the telling words of its body and place, ``head`` the lexicon class."""

    title: Words
    rest: frozenset[str]
    head: str
    length: int


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


@cache
def _idle() -> frozenset[str]:
    return frozenset("tỉnh thành phố tp huyện quận thị xã phường thôn . , - & và của thuộc tại ở".split())


def spell_out(given: Words) -> Words:
    """Words with their abbreviations written out."""
    known = _spelled_out()
    return tuple(word for short in given for word in known.get(short, (short,)))


@lru_cache(maxsize=1 << 16)
def read_post(text: str) -> Reading:
    """Cut a post into title and rest: ``"Phó Bí thư Tỉnh uỷ"`` → ("phó", "bí", "thư"), {"tỉnh", "ủy"}."""
    known, longest = _titles()
    given = spell_out(words(text))
    for size in range(min(longest, len(given)), 0, -1):
        name = known.get(given[:size])
        if name:
            break
    else:
        size, name = min(2, len(given)), ""
    title, rest = given[:size], given[size:]
    while rest and rest[0] in ("thường", "trực", "chuyên", "trách") and not name.startswith("Member"):
        title, rest = (*title, rest[0]), rest[1:]
    telling = frozenset(rest)
    if len(rest) > 2 or not telling & {"ủy"}:
        telling -= _idle() if "ủy" not in telling else frozenset(". , - & và của thuộc tại ở tp phố".split())
    return Reading(title, telling, name, size)


def fits(one: Reading, other: Reading) -> bool:
    """Whether two mentions can be of one post: the same title, and the rest of one holds that of the other."""
    return _same_title(one.title, other.title) and (one.rest <= other.rest or other.rest <= one.rest)


def _same_title(one: Words, other: Words) -> bool:
    return one == other or (one[: len(other)] == other and one[len(other) :] == ("thường", "trực"))
