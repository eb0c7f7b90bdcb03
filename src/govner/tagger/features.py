"""What the tagger sees of a token: columns, each a function of its form, of the lexicon, or of the rules' spans.

An attribute is a column's value at an offset ("the form two tokens back is ``bí``"). Training writes attributes as
strings; the tagger sums rows of weights by the same columns (see ``weights.py``), so both go through this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Protocol

import numpy as np
import numpy.typing as npt

from govner.entities import LAYER
from govner.lexicon import Chunks, Lexicon
from govner.text import fold, shape

Ints = npt.NDArray[np.int32]

FORM_OFFSETS: Mapping[str, tuple[int, ...]] = {
    "w": (-2, -1, 0, 1, 2),  # folded form
    "s": (-2, -1, 0, 1, 2),  # shape
    "c": (0,),  # form and first letter of the shape
    "p": (0,),  # first three letters
    "e": (0,),  # last three letters
    "k": (-2, -1, 0, 1, 2),  # word cluster
}
"""Columns that a piece has by itself, and the offsets at which they are looked at."""

NEAR = (-1, 0, 1)
"""Offsets of the lexicon's classes and of the rules' tags."""

LAYERS: tuple[tuple[str, ...], ...] = (("PER", "POS"), ("PARTY", "STATE", "MASS", "ORG"), ("LOC",))
TAGS: tuple[tuple[str, ...], ...] = tuple(
    ("O", *(f"{bio}-{label}" for label in labels for bio in "BI")) for labels in LAYERS
)
"""BIO tags of each layer; 0 is O, then B and I of each label in turn."""

_BEGINS = {label: (layer, 1 + 2 * n) for layer, labels in enumerate(LAYERS) for n, label in enumerate(labels)}

EDGE = "|"
"""The form of what lies before and behind a text."""


class Candidate(Protocol):
    """A span that the rules propose: tokens ``first`` to ``last`` (not included), its label and the rule's name."""

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def label(self) -> str: ...
    @property
    def rule(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Observation:
    """A text as the tagger sees it: its chunks, the rules' candidates, and the tag that these give to each token."""

    chunks: Chunks
    candidates: Sequence[Candidate]
    tags: Ints
    """Shape (3, tokens): index into ``TAGS`` of the layer."""


@cache
def clusters() -> Mapping[str, str]:
    """Folded form → word cluster (of 1,000), learned from raw news; see models/README.md."""
    text = (files("govner.tagger") / "clusters.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in text.splitlines()[1:])


@lru_cache(maxsize=1 << 18)
def form_values(piece: str) -> tuple[tuple[str, str], ...]:
    """``(column, value)`` of a piece of text, the blanks behind it left out."""
    word = piece.strip()
    form, how = (fold(word), shape(word)) if word else ("⏎", "space")
    values = [("w", form), ("s", how), ("c", form + how[0]), ("p", form[:3]), ("e", form[-3:])]
    cluster = clusters().get(form)
    if cluster is not None:
        values.append(("k", cluster))
    return tuple(values)


EDGE_VALUES = (("w", EDGE), ("s", EDGE))


def closes(piece: str) -> bool:
    """Whether a sentence ends with this piece: a line end, or . ? ! … before a blank."""
    word = piece.strip()
    return not word or (word in ".?!…" and piece[-1].isspace())


_SHORT = frozenset({"TP", "Tp", "TX", "Tx", "TT", "Tt", "TS", "ThS", "Ths", "BS", "GS", "PGS", "KTS", "LS"})


def abbreviates(piece: str) -> bool:
    """Whether a full stop right behind this piece ends no sentence: an initial or abbreviation ("Q. 2", "TP. HCM")."""
    return piece in _SHORT or (len(piece) == 1 and piece.isupper())


def observe(chunks: Chunks, candidates: Sequence[Candidate]) -> Observation:
    """Lay the rules' candidates over the tokens of a text."""
    tags = np.zeros((len(LAYERS), len(chunks.tokens)), np.int32)
    for candidate in candidates:
        layer, begin = _BEGINS[candidate.label]
        first = candidate.first
        tags[layer, first] = begin
        tags[layer, first + 1 : candidate.last] = begin + 1
    return Observation(chunks, candidates, tags)


def sentence_ends(pieces: Sequence[str]) -> list[int]:
    """Positions behind the last token of each sentence, the text's end included."""
    ends = [
        i + 1
        for i, piece in enumerate(pieces)
        if closes(piece) and not (i and piece[0] == "." and abbreviates(pieces[i - 1]))
    ]
    if pieces and (not ends or ends[-1] != len(pieces)):
        ends.append(len(pieces))
    return ends


def class_names(lexicon: Lexicon, symbol: str) -> list[str]:
    """The classes of a chunk that the tagger looks at: all but the grammar's literal words."""
    return sorted(name for name in lexicon.alphabet.classes(symbol) if not name.startswith("="))


def combined(tags: Ints) -> Ints:
    """One number for the three layers' tags of each token."""
    sizes = [len(names) for names in TAGS]
    result: Ints = (tags[0] + sizes[0] * (tags[1] + sizes[1] * tags[2])).astype(np.int32)
    return result


def attributes(seen: Observation, lexicon: Lexicon, rules: bool) -> Iterator[list[str]]:
    """The attributes of each token, as strings for the trainer: column, offset, value."""
    pieces = seen.chunks.tokens.pieces
    count = len(pieces)
    values = [EDGE_VALUES, EDGE_VALUES, *map(form_values, pieces), EDGE_VALUES, EDGE_VALUES]
    forms = [row[0][1] for row in values]
    classes: list[list[str]] = []
    firsts = seen.chunks.firsts
    for k, symbol in enumerate(seen.chunks.symbols):
        names = class_names(lexicon, symbol)
        length = firsts[k + 1] - firsts[k]
        for i in range(length):
            place = "S" if length == 1 else "B" if i == 0 else "E" if i == length - 1 else "I"
            classes.append([place + name for name in names])
    both = combined(seen.tags)
    named: list[list[str]] = [[] for _ in range(count)]
    for one in seen.candidates if rules else ():
        for i in range(one.first, one.last):
            named[i].append(f"n{LAYER[one.label]}={one.rule}{'BI'[i > one.first]}")
    for i in range(count):
        row = ["b"]
        for column, offsets in FORM_OFFSETS.items():
            for offset in offsets:
                row += [f"{column}{offset}={value}" for name, value in values[i + 2 + offset] if name == column]
        row.append(f"2w-1={forms[i + 1]} {forms[i + 2]}")
        row.append(f"2w0={forms[i + 2]} {forms[i + 3]}")
        for offset in NEAR:
            if 0 <= i + offset < count:
                row += [f"l{offset}={name}" for name in classes[i + offset]]
                if rules:
                    row += [f"r{layer}{offset}={tag}" for layer, tag in enumerate(seen.tags[:, i + offset])]
        if rules:
            row += named[i]
            row.append(f"a={both[i]}")
        yield row
