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


def remember(parse: Parse, alphabet: Alphabet) -> list[Mention]:
    """Further mentions of names that the grammar found elsewhere in the document.

    A person's full name, the last two parts of it, or a foreigner's family name; a place first named with its type
    word; a short form in brackets behind a body. Cost: linear in the text.
    """
    pieces = parse.chunks.tokens.pieces
    known: dict[tuple[str, ...], str] = {}

    def name(first: int, last: int) -> tuple[str, ...]:
        return tuple(_folded(piece) for piece in pieces[first:last])

    for m in parse.mentions:
        if m.label == "PER":
            parts = name(m.first, m.last)
            known.setdefault(parts, "PER") if len(parts) > 1 else None
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
            for word in (_bracketed(pieces, m.last), pieces[m.last - 1].strip(_PADDING) if m.label == "ORG" else ""):
                if len(word) > 1 and word[1:].upper() == word[1:] and word.isalpha() and not is_syllable(word):
                    known.setdefault((fold(word),), m.label)
    if not known:
        return []
    longest = max(map(len, known))
    found: list[Mention] = []
    for match in _capitals(alphabet, alphabet.version).finditer(parse.symbols):
        first, last = parse.firsts[match.start()], parse.firsts[match.end()]
        if last - first > 1 and known.get(name(last - 1, last)) == "PER" and last - first < 5:
            found.append(Mention(first, last, "PER", "memory", "memory-run"))  # the family name closes a longer name
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
    """The word that stands alone in brackets at a position: "Công ty Đường Bình Định (BISUCO)"."""
    inside = [piece.strip(_PADDING) for piece in pieces[at : at + 3]]
    return inside[1] if len(inside) == 3 and inside[0] == "(" and inside[2] == ")" else ""


@lru_cache(maxsize=1 << 18)
def _folded(piece: str) -> str:
    return fold(piece.strip(_PADDING))


@cache
def _capitals(alphabet: Alphabet, version: int) -> re.Pattern[str]:
    """Runs of capitalised chunks that no rule has taken."""
    run = alphabet.symbols("Capital") - alphabet.symbols("Honorific")
    inside, before = character_class(run), character_class(run | alphabet.symbols("NotName"))
    return re.compile(f"(?={inside})(?<!{before}){inside}+")
