"""What a document says of its own names: a name once read with certainty is read again where it stands bare."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache, reduce
from operator import or_
from typing import NamedTuple

from govner.entities import BODY_TYPES
from govner.lexicon.alphabet import Alphabet
from govner.rules.cascade import Mention, Parse
from govner.rules.grammar import character_class
from govner.text import clean, fold, is_syllable
from govner.text.tokens import PADDING

_PADDING = "\n" + PADDING
_TYPES = frozenset({"tp", "tx", "tt", "kcn", "kdc", "ii", "iii", "iv", "vi", "vii", "viii"})
"""Short forms at the end of a body's name that are no name of it."""

Name = tuple[str, ...]
"""The folded tokens of a name."""


@dataclass(slots=True)
class _Known:
    """A document's names: ``names`` wherever they stand, ``alone`` people's names where nothing large is beside."""

    names: dict[Name, str] = field(default_factory=dict)
    alone: set[str] = field(default_factory=set)

    def person(self, parts: Name) -> None:
        """A full name, its last two parts, a foreigner's family name; alone the last name and a foreigner's first."""
        self.alone.add(parts[-1])
        if _foreign(parts[0]):
            self.alone.add(parts[0])
        if _foreign(parts[-1]):
            self.names.setdefault(parts[-1:], "PER")
        if len(parts) > 1:
            self.names.setdefault(parts, "PER")
        if len(parts) > 2:
            self.names.setdefault(parts[-2:], "PER")
        if len(parts) > 3 and parts[-2] == "-" and parts[-3] in ("al", "el"):
            self.names.setdefault(parts[-3:], "PER")

    def place(self, parts: Name, described: bool) -> None:
        """What stood behind a type word; ``described`` if that word is followed by another in small letters."""
        if len(parts) > 1 and not parts[0].isdigit():
            self.names.setdefault(parts, "LOC")
            if len(parts) > 2 and described:
                self.names.setdefault(parts[1:], "LOC")

    def body(self, label: str, last: str, bracketed: str) -> None:
        """The short form that closes a body's name or stands in brackets behind it."""
        for word in (bracketed, last if label == "ORG" else ""):
            large = word[1:].upper() == word[1:] or (word == bracketed and label == "ORG" and word.istitle())
            if len(word) > 1 and large and word.isalpha() and not _syllable(word) and fold(word) not in _TYPES:
                self.names.setdefault((fold(word),), label)


def remember(parse: Parse, alphabet: Alphabet) -> list[Mention]:
    """Further mentions of names that the grammar found elsewhere in the document. Cost: linear in the text.

    A person's full name, the last two parts of it, or a foreigner's family name; a person's last name, a foreigner's
    first name, and what stood behind a title, where they stand alone; a place first named with its type word; a short
    form in brackets behind a body.
    """
    pieces = parse.chunks.tokens.pieces
    known = _learn(parse.mentions, pieces)
    if not known.names and not known.alone:
        return []
    names, alone, symbols = known.names, known.alone, parse.symbols
    longest = max(map(len, names), default=0)
    runs, bare, inner, low, start, opening, acts, words = _symbols(alphabet, alphabet.version)
    found: list[Mention] = []
    for match in runs(symbols):
        begin, behind = match.span()
        first, last = parse.firsts[begin], parse.firsts[behind]
        parts = tuple(map(folded_piece, pieces[first:last]))
        if last - first == 1:
            before = symbols[begin - 1]
            likely = inner if before in low else bare
            if before in start and symbols[behind] in acts:
                likely = opening
            if parts[0] in alone and symbols[begin] in likely:
                if first > 1 and (folded_piece(pieces[first - 2]), "-", *parts) in names:  # al - Masri
                    first -= 2
                found.append(Mention(first, last, "PER", "memory", "memory-alone"))
                continue
        elif last - first < 5 and symbols[begin] not in words and names.get(parts[-1:]) == "PER":
            found.append(Mention(first, last, "PER", "memory", "memory-run"))  # the family name closes a longer name
            continue
        at, count = 0, last - first
        while at < count:
            for size in range(min(longest, count - at), 0, -1):
                label = names.get(parts[at : at + size])
                if label:
                    found.append(Mention(first + at, first + at + size, label, "memory", "memory"))
                    at += size
                    break
            else:
                at += 1
    return found


def _learn(mentions: list[Mention], pieces: list[str]) -> _Known:
    known = _Known()
    for m in mentions:
        if m.label == "PER":
            known.person(tuple(map(folded_piece, pieces[m.first : m.last])))
        elif m.label == "LOC":
            if m.kind == "typed" and m.last - m.first > 2:
                described = not pieces[m.first + 1][0].isupper()
                known.place(tuple(map(folded_piece, pieces[m.first + 1 : m.last])), described)
        elif m.label in BODY_TYPES and m.last - m.first > 1:
            known.body(m.label, clean(pieces[m.last - 1].strip(_PADDING)), clean(_bracketed(pieces, m.last)))
    return known


def _bracketed(pieces: list[str], at: int) -> str:
    """The word that stands first in brackets at a position: "Công ty Đường Bình Định (BISUCO, vốn Ấn Độ)"."""
    inside = [piece.strip(_PADDING) for piece in pieces[at : at + 3]]
    return inside[1] if len(inside) == 3 and inside[0] == "(" and inside[2] in ("),;") else ""


@lru_cache(maxsize=1 << 18)
def folded_piece(piece: str) -> str:
    """The folded form of a piece of text, without the blanks behind it."""
    return fold(piece.strip(_PADDING))


_syllable = lru_cache(maxsize=1 << 16)(is_syllable)


def _foreign(part: str) -> bool:
    return len(part) > 2 and not _syllable(part)


class _Symbols(NamedTuple):
    """What tells a bare name.

    ``runs`` finds runs of capitalised chunks. ``bare`` are symbols of a word that can be nothing but a name (no word of
    every day, place or body); ``inner`` these and given names, which the capital tells behind a word in small letters
    or a form of address (``low``); ``first`` what the next word tells (``acts``) at the start of a sentence or clause
    (``start``). No name begins with one of ``words``.
    """

    runs: Callable[[str], Iterator[re.Match[str]]]
    bare: frozenset[str]
    inner: frozenset[str]
    low: frozenset[str]
    start: frozenset[str]
    first: frozenset[str]
    acts: frozenset[str]
    words: frozenset[str]


@cache
def _symbols(alphabet: Alphabet, version: int) -> _Symbols:
    """The sets of symbols that ``remember`` looks for in what the grammar left."""

    def having(*names: str) -> int:
        return reduce(or_, map(alphabet.mask, names))

    def chars(mask: int) -> frozenset[str]:
        return frozenset(alphabet.at(n) for n in range(mask.bit_length()) if mask >> n & 1)

    run = having("Capital") & ~having("Honorific")
    inside, before = character_class(run), character_class(run | having("NotName"))
    after = character_class(run | having("Honorific") & having("Given") & having("Title"))  # Thoại Em
    # a syllable that some hamlet bears, and people too, but no country: Hiếu
    place = having("Place") & ~(having("PlaceWord") & having("PlaceWeak") & having("Given") & ~having("Foreigner"))
    other = place | having("OrgName", "Media", "Party", "Upper", "Letter", "Compass")
    head = having("OrgHead", "LocHead", "HeadBefore", "DeptHead", "DivisionHead", "Mass")
    bare = having("Cap") & ~having("Common") & ~other
    given = having("Given") & having("Title") & ~other & ~head
    small = having("Function", "Stop", "Plural", "Verb", "PlaceBefore", "Appoint", "Counted", "Credit")
    return _Symbols(
        runs=re.compile(f"(?={inside})(?<!{before}){inside}{after}*").finditer,
        bare=chars(bare),
        inner=chars(bare | given),
        low=chars(having("Low", "Small") | having("Honorific") & ~having("Alien")),
        start=chars(having("Line", "Dot", "Quote", "Comma")),
        first=chars(bare | given & ~small),
        acts=chars(having("Verb", "Function")),
        words=chars(small | head | having("OfficeWord")),
    )
