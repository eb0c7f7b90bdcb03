"""What a document says of its own names: a name once read with certainty is read again where it stands bare."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from govner.entities import BODY_TYPES
from govner.lexicon.alphabet import Alphabet
from govner.rules.cascade import Mention, Parse
from govner.rules.grammar import character_class
from govner.text import fold, is_syllable
from govner.text.tokens import PADDING

_PADDING = "\n" + PADDING
_TYPES = frozenset({"tp", "tx", "tt", "kcn", "kdc", "ii", "iii", "iv", "vi", "vii", "viii"})
"""Short forms at the end of a body's name that are no name of it."""


def remember(parse: Parse, alphabet: Alphabet) -> list[Mention]:
    """Further mentions of names that the grammar found elsewhere in the document.

    A person's full name, the last two parts of it, or a foreigner's family name; a person's last name, a foreigner's
    first name, and what stood behind a title, where they stand alone; a place first named with its type word; a short
    form in brackets behind a body. Cost: linear in the text.
    """
    pieces = parse.chunks.tokens.pieces
    known: dict[tuple[str, ...], str] = {}
    alone: set[str] = set()

    def name(first: int, last: int) -> tuple[str, ...]:
        return tuple(_folded(piece) for piece in pieces[first:last])

    for m in parse.mentions:
        if m.label == "PER":
            parts = name(m.first, m.last)
            known.setdefault(parts, "PER") if len(parts) > 1 else None
            alone.add(parts[-1])
            if len(parts) > 3 and parts[-2] == "-" and parts[-3] in ("al", "el"):
                known.setdefault(parts[-3:], "PER")
            if not is_syllable(parts[0]) and len(parts[0]) > 2:
                alone.add(parts[0])
            if len(parts) > 2:
                known.setdefault(parts[-2:], "PER")
            if not is_syllable(parts[-1]) and len(parts[-1]) > 2:
                known.setdefault(parts[-1:], "PER")
        elif m.label == "LOC" and m.kind == "typed" and m.last - m.first > 2:
            parts = name(m.first + 1, m.last)
            if len(parts) > 1 and not parts[0].isdigit():
                known.setdefault(parts, "LOC")
                if len(parts) > 2:
                    known.setdefault(parts[1:], "LOC") if not pieces[m.first + 1][0].isupper() else None
        elif m.label in BODY_TYPES:
            if m.last - m.first < 2:
                continue
            short = _bracketed(pieces, m.last)
            for word in (short, pieces[m.last - 1].strip(_PADDING) if m.label == "ORG" else ""):
                large = word[1:].upper() == word[1:] or (word is short and m.label == "ORG" and word.istitle())
                if len(word) > 1 and large and word.isalpha() and not is_syllable(word) and fold(word) not in _TYPES:
                    known.setdefault((fold(word),), m.label)
    if not known and not alone:
        return []
    longest = max(map(len, known), default=0)
    bare, inner, low = _bare(alphabet, alphabet.version)
    found: list[Mention] = []
    for match in _capitals(alphabet, alphabet.version).finditer(parse.symbols):
        first, last = parse.firsts[match.start()], parse.firsts[match.end()]
        if last - first > 1 and known.get(name(last - 1, last)) == "PER" and last - first < 5:
            found.append(Mention(first, last, "PER", "memory", "memory-run"))  # the family name closes a longer name
            continue
        if last - first == 1 and _folded(pieces[first]) in alone and parse.symbols[match.start()] in (
            inner if parse.symbols[match.start() - 1] in low else bare
        ):
            if name(first - 2, last) in known:  # al - Masri
                first -= 2
            found.append(Mention(first, last, "PER", "memory", "memory-alone"))
            continue
        at = first
        while at < last:
            for size in range(min(longest, last - at), 0, -1):
                label = known.get(name(at, at + size))
                if label:
                    found.append(Mention(at, at + size, label, "memory", "memory"))
                    at += size
                    break
            else:
                at += 1
    return found


def _bracketed(pieces: list[str], at: int) -> str:
    """The word that stands first in brackets at a position: "Công ty Đường Bình Định (BISUCO, vốn Ấn Độ)"."""
    inside = [piece.strip(_PADDING) for piece in pieces[at : at + 3]]
    return inside[1] if len(inside) == 3 and inside[0] == "(" and inside[2] in ("),;") else ""


@lru_cache(maxsize=1 << 18)
def _folded(piece: str) -> str:
    return fold(piece.strip(_PADDING))


@cache
def _capitals(alphabet: Alphabet, version: int) -> re.Pattern[str]:
    """Runs of capitalised chunks that no rule has taken."""
    run = alphabet.symbols("Capital") - alphabet.symbols("Honorific")
    inside, before = character_class(run), character_class(run | alphabet.symbols("NotName"))
    return re.compile(f"(?={inside})(?<!{before}){inside}+")


@cache
def _bare(alphabet: Alphabet, version: int) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Symbols of a capitalised word that is a name and no word of every day, place or body; such as are given names,
    which the capital tells behind a word in small letters; and those of such words."""
    other = set[str]().union(*map(alphabet.symbols, ("Place", "OrgName", "Media", "Party", "Upper", "Letter", "Compass")))
    head = set[str]().union(*map(alphabet.symbols, ("OrgHead", "LocHead", "HeadBefore", "DeptHead", "DivisionHead", "Mass")))
    given = (alphabet.symbols("Given") & alphabet.symbols("Title")) - other - head
    bare = alphabet.symbols("Cap") - alphabet.symbols("Common") - other
    return frozenset(bare), frozenset(bare | given), frozenset(alphabet.symbols("Low") | alphabet.symbols("Small"))
