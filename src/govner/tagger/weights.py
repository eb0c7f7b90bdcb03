"""Rows of weights for what a token can be: per form, per pair of forms, per chunk class, per rule.

The trainer gives a weight to every attribute and tag. Summed beforehand over all attributes that hang on one thing (a
form, a chunk's symbol), they become a row of that thing, and a text's scores are sums of gathered rows.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from govner.lexicon import Lexicon
from govner.tagger.features import EDGE_VALUES, FORM_OFFSETS, NEAR, TAGS, abbreviates, closes, form_values

Floats = npt.NDArray[np.float32]
PIECES = 1 << 17
"""Pieces of text whose rows are kept, some 60 MB: an archive has no end of names and numbers, and each is a piece."""

PLACES = "SBIE"  # a chunk of one token; the first, an inner, the last token of a longer one
FEW = ("s", "k")
"""Columns of so few values that the rows of each are kept: shapes and word clusters."""
LAST = "\U0010ffff"
"""Sorts behind any letter."""
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
        self.number: Mapping[str, int] = dict(zip(names, range(1, len(names) + 1), strict=True))
        self._names = sorted(names)
        self.lexicon = lexicon
        self.bias: Floats = self.of(["b"])
        self.pieces = _Pieces(self)
        self._ends, self._dots, self._short = (np.zeros(1024, bool) for _ in range(3))
        self._rows: Floats = np.zeros((2 * WIDE + 1, 1024, self.width), np.float32)
        self._shared: dict[tuple[str, str], Floats] = {}
        self._forms: dict[str, int] = {}
        self._form_of = np.zeros(1024, np.int64)
        self.edge = self._add("", EDGE_VALUES)
        self._pairs()
        self._known = len(self.pieces), len(self._forms)
        self._summed = np.zeros(0, bool)
        self._class_rows: Floats = np.zeros((len(NEAR), 0, len(PLACES), self.width), np.float32)
        self._of_class: dict[str, Floats | None] = {}
        self._rule_rows()

    def of(self, names: list[str]) -> Floats:
        """The sum of the weights of attributes; those that the model does not know weigh nothing."""
        total: Floats = self.values[[self.number.get(name, 0) for name in names]].sum(axis=0)
        return total

    # forms

    def _add(self, piece: str, values: tuple[tuple[str, str], ...]) -> int:
        number = len(self.pieces)
        if number == len(self._form_of):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)], axis=1)
            self._form_of = np.concatenate([self._form_of, np.zeros_like(self._form_of)])
            self._ends, self._dots, self._short = (
                np.concatenate([flags, np.zeros_like(flags)]) for flags in (self._ends, self._dots, self._short)
            )
        rows = self._rows[:, number]
        for column, value in values:
            if column not in FEW:
                self._sum(column, value, rows)
                continue
            shared = self._shared.get((column, value))
            if shared is None:
                shared = self._shared[column, value] = np.zeros_like(rows)
                self._sum(column, value, shared)
            rows += shared
        form = values[0][1]
        self._form_of[number] = self._forms.setdefault(form, len(self._forms))
        self._ends[number] = bool(piece) and closes(piece)
        self._dots[number] = piece[:1] == "."
        self._short[number] = abbreviates(piece)
        self.pieces[piece] = number
        return number

    def _sum(self, column: str, value: str, rows: Floats) -> None:
        """Add what a column's value weighs at each offset."""
        for offset in FORM_OFFSETS[column]:
            # what stands at i + offset adds to the score of i: the row is looked up from the other side
            known = self.number.get(f"{column}{offset}={value}")
            if known is not None:
                rows[WIDE + offset] += self.values[known]

    def trim(self) -> None:
        """Forget the pieces seen so far where they have grown too many; the rows' numbers are void then."""
        if len(self.pieces) <= PIECES:
            return
        pieces, forms = self._known
        for table, kept in ((self.pieces, pieces), (self._forms, forms)):
            for key in list(table)[kept:]:
                del table[key]
        self._rows[:, pieces:] = 0

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
        total = np.take(self._rows[WIDE], ids, axis=0)
        total += self.bias
        for offset in range(-WIDE, WIDE + 1):
            if not offset:
                continue
            rows = np.take(self._rows[WIDE + offset], ids, axis=0)
            if offset < 0:
                total[-offset:] += rows[:offset]
            else:
                total[:-offset] += rows[offset:]
        forms = self._form_of[ids]
        keys = forms[:-1] << 32 | forms[1:]
        spot = np.minimum(np.searchsorted(self._pair_keys, keys), len(self._pair_keys) - 1)
        hit = np.flatnonzero(self._pair_keys[spot] == keys)
        total[hit + 1] += self._pair_rows[spot[hit], 0]
        total[hit] += self._pair_rows[spot[hit], 1]
        return total

    def _pairs(self) -> None:
        """The rows of pairs of forms: by key, a row for the second form of the pair and one for the first."""
        heads = []
        for head in ("2w-1=", "2w0="):
            pairs, numbers = self._block(head)
            forms = [form for pair in pairs for form in pair.split(" ", 1)]
            new = [form for form in dict.fromkeys(forms) if form not in self._forms]
            self._forms.update(zip(new, range(len(self._forms), len(self._forms) + len(new)), strict=True))
            ids = np.fromiter(map(self._forms.__getitem__, forms), np.int64, len(forms))
            heads.append((ids[::2] << 32 | ids[1::2], numbers))
        self._pair_keys = np.unique(np.concatenate([keys for keys, _ in heads]))
        if not len(self._pair_keys):
            self._pair_keys = np.array([-1])
        rows = np.zeros((len(self._pair_keys), len(heads)), np.int64)
        for behind, (keys, numbers) in enumerate(heads):
            rows[np.searchsorted(self._pair_keys, keys), behind] = numbers
        self._pair_rows = self.values[rows]

    def _block(self, head: str) -> tuple[list[str], list[int]]:
        """The attributes that begin so: what follows the beginning, and their numbers."""
        cut = len(head)
        first, last = bisect_left(self._names, head), bisect_left(self._names, head + LAST)
        names = self._names[first:last]
        return [name[cut:] for name in names], list(map(self.number.__getitem__, names))

    # chunk classes

    def class_rows(self, symbols: npt.NDArray[np.int64]) -> Floats:
        """Rows of chunks' symbols (by number) and places; shape (offsets, symbols × places, tags), the last row empty.

        The rows of a symbol are summed when it is first asked for: of the thousands there are, a text has hundreds.
        """
        alphabet = self.lexicon.alphabet
        if alphabet.version >= len(self._summed):
            room = alphabet.version + 1024
            table = np.zeros((len(NEAR), room, len(PLACES), self.width), np.float32)
            table[:, : len(self._summed)] = self._class_rows
            self._summed = np.concatenate([self._summed, np.zeros(room - len(self._summed), bool)])
            self._class_rows = table
        for n in np.unique(symbols[~self._summed[symbols]]).tolist():
            for name in sorted(alphabet.classes(alphabet.at(n))):  # one order, so that sums are the same every time
                rows = self._class(name)
                if rows is not None:
                    self._class_rows[:, n] += rows
            self._summed[n] = True
        return self._class_rows.reshape(len(NEAR), -1, self.width)

    def _class(self, name: str) -> Floats | None:
        """What a class weighs, shape (offsets, places, tags); None for one that the model does not know."""
        if name not in self._of_class:
            numbers = [[self.number.get(f"l{offset}={place}{name}", 0) for place in PLACES] for offset in NEAR]
            self._of_class[name] = self.values[numbers] if any(map(any, numbers)) else None
        return self._of_class[name]

    # rules

    def _rule_rows(self) -> None:
        self.tag_rows = [
            np.stack([np.stack([self.of([f"r{layer}{o}={tag}"]) for o in NEAR]) for tag in range(len(TAGS[layer]))])
            for layer in range(len(TAGS))
        ]
        self.both_rows = np.stack([self.of([f"a={n}"]) for n in range(int(np.prod([len(tags) for tags in TAGS])))])
        self._rules: list[dict[str, int]] = [{"": 0} for _ in TAGS]
        stacks: list[list[Floats]] = [[np.zeros(self.width, np.float32)] for _ in TAGS]
        for layer, stack in enumerate(stacks):
            for name, number in zip(*self._block(f"n{layer}="), strict=True):
                self._rules[layer][name] = len(stack)
                stack.append(self.values[number])
        self.name_rows = [np.stack(stack) for stack in stacks]

    def rule(self, layer: int, name: str) -> tuple[int, int]:
        """The row numbers of a rule's B and I; 0 for a rule that the model does not know."""
        known = self._rules[layer]
        return known.get(name + "B", 0), known.get(name + "I", 0)
