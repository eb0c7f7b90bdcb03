"""Rows of weights for what a token can be: per form, per pair of forms, per chunk class, per rule.

The trainer gives a weight to every attribute and tag. Summed beforehand over all attributes that hang on one thing (a
form, a chunk's symbol), they become a row of that thing, and a text's scores are sums of gathered rows.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from govner.lexicon import Lexicon
from govner.tagger.features import EDGE_VALUES, FORM_OFFSETS, NEAR, TAGS, abbreviates, class_names, closes, form_values

Floats = npt.NDArray[np.float32]
PLACES = "SBIE"  # a chunk of one token; the first, an inner, the last token of a longer one
WIDE = max(max(map(abs, offsets)) for offsets in FORM_OFFSETS.values())


class _Pieces(dict[str, int]):
    """Piece of text → the number of its rows, made on first sight."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self._weights = weights

    def __missing__(self, piece: str) -> int:
        return self._weights.add(piece)


class Weights:
    """A model's attributes with their weights over all tags of the three layers, side by side.

    ``names`` are the attributes, ``values`` their weights, shape (attributes, tags of all layers).
    """

    def __init__(self, names: list[str], values: npt.NDArray[np.floating], lexicon: Lexicon) -> None:
        self.width = sum(map(len, TAGS))
        self.values = np.vstack([np.zeros((1, self.width), np.float32), values.astype(np.float32)])
        self.number: Mapping[str, int] = {name: n for n, name in enumerate(names, 1)}
        self.lexicon = lexicon
        self.bias: Floats = self.of(["b"])
        self.pieces = _Pieces(self)
        self._ends, self._dots, self._short = (np.zeros(1024, bool) for _ in range(3))
        self._rows: Floats = np.zeros((1024, 2 * WIDE + 1, self.width), np.float32)
        self._forms: dict[str, int] = {}
        self._form_of = np.zeros(1024, np.int64)
        self.edge = self._add("", EDGE_VALUES)
        self._pairs()
        self._classes()
        self._rule_rows()

    def of(self, names: list[str]) -> Floats:
        """The sum of the weights of attributes; those that the model does not know weigh nothing."""
        total: Floats = self.values[[self.number.get(name, 0) for name in names]].sum(axis=0)
        return total

    # forms

    def _add(self, piece: str, values: tuple[tuple[str, str], ...]) -> int:
        number = len(self.pieces)
        if number == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
            self._form_of = np.concatenate([self._form_of, np.zeros_like(self._form_of)])
            self._ends, self._dots, self._short = (
                np.concatenate([flags, np.zeros_like(flags)]) for flags in (self._ends, self._dots, self._short)
            )
        for column, value in values:
            for offset in FORM_OFFSETS[column]:
                # what stands at i + offset adds to the score of i: the row is looked up from the other side
                self._rows[number, WIDE + offset] += self.values[self.number.get(f"{column}{offset}={value}", 0)]
        form = values[0][1]
        self._form_of[number] = self._forms.setdefault(form, len(self._forms))
        self._ends[number] = bool(piece) and closes(piece)
        self._dots[number] = piece[:1] == "."
        self._short[number] = abbreviates(piece)
        self.pieces[piece] = number
        return number

    def add(self, piece: str) -> int:
        """Make the rows of a piece of text and return their number."""
        return self._add(piece, form_values(piece))

    def ends(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether a sentence ends with each piece of consecutive pieces, by row numbers."""
        ends = self._ends[ids]
        ends[1:] &= ~(self._dots[ids[1:]] & self._short[ids[:-1]])
        return ends

    def form_scores(self, ids: npt.NDArray[np.int64]) -> Floats:
        """Scores from forms and pairs of forms; ``ids`` are rows with two edges at either end and between texts."""
        count = len(ids)
        total = np.broadcast_to(self.bias, (count, self.width)).copy()
        for offset in range(-WIDE, WIDE + 1):
            rows = self._rows[ids, WIDE + offset]
            if offset < 0:
                total[-offset:] += rows[:offset]
            elif offset:
                total[:-offset] += rows[offset:]
            else:
                total += rows
        forms = self._form_of[ids]
        keys = forms[:-1] << 32 | forms[1:]
        spot = np.minimum(np.searchsorted(self._pair_keys, keys), len(self._pair_keys) - 1)
        hit = np.flatnonzero(self._pair_keys[spot] == keys)
        total[hit + 1] += self._pair_rows[spot[hit], 0]
        total[hit] += self._pair_rows[spot[hit], 1]
        return total

    def _pairs(self) -> None:
        rows: dict[int, list[int]] = {}
        for name, number in self.number.items():
            if name.startswith("2w"):
                head, _, forms = name.partition("=")
                first, _, second = forms.partition(" ")
                known = self._forms
                key = known.setdefault(first, len(known)) << 32 | known.setdefault(second, len(known))
                rows.setdefault(key, [0, 0])[head == "2w0"] = number
        keys = sorted(rows) or [-1]
        self._pair_keys = np.array(keys, np.int64)
        self._pair_rows = self.values[np.array([rows.get(key, [0, 0]) for key in keys])]

    # chunk classes

    def _classes(self) -> None:
        alphabet = self.lexicon.alphabet
        self._version = alphabet.version
        table = np.zeros((alphabet.version, len(PLACES), len(NEAR), self.width), np.float32)
        known: dict[str, Floats] = {}
        for n in range(alphabet.version):
            for name in class_names(self.lexicon, alphabet.at(n)):
                if name not in known:
                    known[name] = self.values[
                        [[self.number.get(f"l{offset}={place}{name}", 0) for offset in NEAR] for place in PLACES]
                    ]
                table[n] += known[name]
        self._class_rows = table

    def class_rows(self) -> Floats:
        """Shape (symbols, places in a chunk, offsets, tags); made anew when the alphabet has grown."""
        if self.lexicon.alphabet.version != self._version:
            self._classes()
        return self._class_rows

    # rules

    def _rule_rows(self) -> None:
        self.tag_rows = [
            np.stack([np.stack([self.of([f"r{layer}{o}={tag}"]) for o in NEAR]) for tag in range(len(TAGS[layer]))])
            for layer in range(len(TAGS))
        ]
        self.both_rows = np.stack([self.of([f"a={n}"]) for n in range(int(np.prod([len(tags) for tags in TAGS])))])
        self._names: list[dict[str, int]] = [{"": 0} for _ in TAGS]
        stacks: list[list[Floats]] = [[np.zeros(self.width, np.float32)] for _ in TAGS]
        for name, number in self.number.items():
            if name[0] == "n" and name[2:3] == "=":
                layer = int(name[1])
                self._names[layer][name[3:]] = len(stacks[layer])
                stacks[layer].append(self.values[number])
        self.name_rows = [np.stack(stack) for stack in stacks]

    def rule(self, layer: int, name: str) -> tuple[int, int]:
        """The row numbers of a rule's B and I; 0 for a rule that the model does not know."""
        known = self._names[layer]
        return known.get(name + "B", 0), known.get(name + "I", 0)
