"""Words of mentions and of the text between them: folded once per distinct string, and their classes."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files

from govner.lexicon import read
from govner.text import clean, fold

Words = tuple[str, ...]

_WORD = re.compile(r"\w+|\n|[^\w\s]")


def rows(name: str) -> list[list[str]]:
    """The rows of a tab-separated data file of this package; its first line names the columns, # opens a comment."""
    text = (files("govner.linking") / "data" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")][1:]


@lru_cache(maxsize=1 << 16)
def _fold(word: str) -> str:
    return fold(word)


@lru_cache(maxsize=1 << 16)
def shown(text: str) -> str:
    """A mention as it is shown: NFC, one blank between words."""
    return " ".join(clean(text).split())


@lru_cache(maxsize=1 << 16)
def words(text: str) -> Words:
    """A string as folded words and marks; every line end is a word of its own."""
    return tuple(map(_fold, _WORD.findall(clean(text))))


@cache
def _classes() -> tuple[dict[Words, str], dict[str, tuple[int, ...]]]:
    """Phrase → the letter of its class; first word → the lengths of the phrases that it opens, the longest first."""
    found: dict[Words, str] = {}
    for row in read.table("ranks.tsv"):
        found[words(row["form"])] = "r"
    for row in read.table("honorifics.tsv"):
        found[words(row["form"])] = "h"
    for form, letter in rows("between.tsv"):
        found[words(form)] = letter
    sizes: dict[str, set[int]] = {}
    for phrase in found:
        sizes.setdefault(phrase[0], set()).add(len(phrase))
    return found, {word: tuple(sorted(lengths, reverse=True)) for word, lengths in sizes.items()}


@lru_cache(maxsize=1 << 16)
def between(text: str) -> str:
    """What stands between two mentions, one letter a phrase; the letters are those of ``data/between.tsv``.

    ``h`` is an honorific, ``r`` a rank, ``0`` a number, ``o`` any other word.
    """
    pieces = _WORD.findall(clean(text))
    letters = list(map(_letter, pieces))
    if "" in letters:
        letters = _joined(tuple(map(_fold, pieces)), letters)
    return "".join(letters).replace("_", "")


@lru_cache(maxsize=1 << 16)
def _letter(word: str) -> str:
    """The letter of a word by itself; empty for one that can open a phrase of several words."""
    found, sizes = _classes()
    folded = _fold(word)
    lengths = sizes.get(folded, ())
    if lengths and lengths[0] > 1:
        return ""
    if lengths:
        return found[folded,]
    return "0" if folded.isdigit() else "\n" if folded == "\n" else "o"


def _joined(given: Words, letters: list[str]) -> list[str]:
    """The letters of words and phrases, the longest phrase at each place; ``letters`` are those of single words."""
    found, sizes = _classes()
    out: list[str] = []
    at = 0
    for opening, letter in enumerate(letters):
        if letter or opening < at:
            continue
        out += letters[at:opening]
        for size in sizes[given[opening]]:
            letter = found.get(given[opening : opening + size], "")
            if letter:
                out.append(letter)
                at = opening + size
                break
        else:
            out.append("o")  # no word that opens a phrase is a number
            at = opening + 1
    return out + letters[at:]
