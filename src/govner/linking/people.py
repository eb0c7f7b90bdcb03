"""Which mentions are one person: full names by their spelling, short forms to the nearest full name that bears them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from govner.lexicon import read
from govner.linking.words import Words, words
from govner.text import fold, is_syllable, toneless

_BYLINE = re.compile(
    r"(?:^|\n)[ \t\-–(]*$|(?:ảnh|nguồn|bài|clip|video|tin|thực hiện|đồ họa)[ \t]*[:.]?[ \t\-–]*$", re.I
)
_END = re.compile(r"[ \t).]*(?:\n|$)")
_ALSO = re.compile(r"\s*\((?:tức|tên khác|hay|bí danh|tên thật|còn gọi là|biệt danh)?\s*")
_APART = frozenset("-–'’.\n")


@cache
def _surnames() -> frozenset[str]:
    found = {fold(row["form"]) for row in read.table("names/surnames.tsv")}
    return frozenset(found | {fold(row["form"]) for row in read.table("names/sino.tsv")})


@cache
def _common_surnames() -> frozenset[str]:
    return frozenset(fold(row["form"]) for row in read.table("names/surnames.tsv") if int(row["count"]) > 50) - {"hồ"}


@lru_cache(maxsize=1 << 15)
def parts(name: str) -> Words:
    """The syllables of a name, folded, without dashes, dots and apostrophes."""
    return tuple(word for word in words(name) if word not in _APART and word != '"' and word != ",")


@lru_cache(maxsize=1 << 15)
def _skeleton(name: str) -> str:
    """A name without tones and without blanks: the form under which slips of the pen meet."""
    return "".join(toneless(part) for part in parts(name)).replace("đ", "d").replace("y", "i")


@lru_cache(maxsize=1 << 15)
def _short_forms(name: str) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """The short forms that a full name allows: first its ends, then the weaker ones (beginnings, middle parts)."""
    full = parts(name)
    ends = tuple(full[at:] for at in range(1, len(full)))
    if all(map(is_syllable, full)):
        # "ông Tập", "Bác Hồ"; but nobody calls Nguyễn Văn An "ông Nguyễn".
        return ends, () if full[0] in _common_surnames() else (full[:1],)
    inner = (full[a:b] for a in range(len(full)) for b in range(a + 1, len(full)))
    return ends, tuple(inner) if len(full) < 7 else (full[:1],)


def _is_byline(text: str, start: int, end: int) -> bool:
    """Whether a name stands alone on its line or behind "Ảnh:": the author of the text or of a picture."""
    return _END.match(text, end) is not None and _BYLINE.search(text[max(0, start - 14) : start]) is not None


def _is_full(name: Words) -> bool:
    return len(name) > 2 or (len(name) == 2 and (name[0] in _surnames() or not all(map(is_syllable, name))))


def identify(text: str, mentions: Sequence[tuple[int, int]]) -> list[int]:
    """The number of the person that each mention means; people are numbered from 1 in the order of first mention.

    Cost: linear in the number of mentions; what is looked up is the latest bearer of a form, never all of them.
    """
    names = [text[start:end] for start, end in mentions]
    forms = [parts(name) for name in names]
    bylines = [_is_byline(text, start, end) for start, end in mentions]
    heads = _heads(names, forms, bylines)
    given: dict[int, int] = {}
    latest: dict[tuple[Words, int], int] = {}
    first: dict[tuple[Words, int], int] = {}
    for at, head in enumerate(heads):  # who bears a form first, for short forms that come before the full name
        if head == at:
            for rank, shorts in enumerate(_short_forms(names[at])):
                for short in shorts:
                    first.setdefault((short, rank), at)
    other = _aliases(text, mentions, heads)
    out = []
    for at, head in enumerate(heads):
        if head is None:
            key = forms[at]
            options = (latest.get((key, 0)), first.get((key, 0)), latest.get((key, 1)), first.get((key, 1)))
            head = next((option for option in options if option is not None), None)
            if head is None:
                head = first.setdefault((key, 0), at)
        head = other.get(head, head)
        for rank, shorts in enumerate(_short_forms(names[head])):
            for short in shorts:
                latest[short, rank] = head
        out.append(given.setdefault(head, len(given) + 1))
    return out


def _aliases(text: str, mentions: Sequence[tuple[int, int]], heads: Sequence[int | None]) -> dict[int, int]:
    """ "Tôn Chính Tài (Sun Zheng Cai)": the name in brackets is another name of the one before."""
    found: dict[int, int] = {}
    for at in range(1, len(mentions)):
        before, (start, end) = mentions[at - 1][1], mentions[at]
        if start - before < 14 and text[end : end + 1] == ")" and _ALSO.fullmatch(text, before, start):
            one, two = heads[at - 1], heads[at]
            if one is not None and two is not None and one != two:
                one = found.get(one, one)
                if one != two:
                    found.setdefault(max(one, two), min(one, two))
    return found


def _heads(names: list[str], forms: list[Words], bylines: list[bool]) -> list[int | None]:
    """For every mention the first mention of its full name, ``None`` for a form that may be short for another."""
    seen: dict[Words, int] = {}
    skeletons: dict[str, int] = {}
    ends: set[Words] = set()
    for name in names:
        for shorts in _short_forms(name):
            ends.update(shorts)
    heads: list[int | None] = []
    for at, (name, form) in enumerate(zip(names, forms, strict=True)):
        short = not bylines[at] and (form in ends or not _is_full(form))
        if short:
            heads.append(None)
            continue
        head = seen.get(form)
        if head is None:
            head = skeletons.get(_skeleton(name), at) if len(form) > 1 else at
            seen[form] = head
            skeletons.setdefault(_skeleton(name), head)
        heads.append(head)
    return heads
