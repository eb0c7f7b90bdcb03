"""The tagger: from texts to spans with probabilities, many texts at once."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
import numpy.typing as npt

from govner.entities import LAYER
from govner.layers import Layers, Row
from govner.lexicon import Chunks, Lexicon
from govner.lexicon.alphabet import FIRST
from govner.tagger.crf import constrain, decode
from govner.tagger.features import LAYERS, NEAR, TAGS, Candidate, Observation, combined, observe, sentence_ends
from govner.tagger.model import Model
from govner.tagger.weights import PLACES, WIDE, Floats, Weights
from govner.text.tokens import PADDING, Tokens

Ints = npt.NDArray[np.int64]
BLOCK = 60_000
"""Tokens that are scored together: enough to make NumPy's overhead small, few enough to bound the memory."""
SENTENCE = 400
"""A longer sentence, in tokens, is decoded in parts."""
LONG = 200
"""No candidate is longer than this, in tokens."""
_LABELS = [label for labels in LAYERS for label in labels]


class Proposer(Protocol):
    """What the tagger needs of the rule layer: the lexicon's chunks of a text, and the rules' candidate spans."""

    @property
    def lexicon(self) -> Lexicon: ...

    def propose(self, text: str) -> tuple[Chunks, Sequence[Candidate]]: ...


class Tagger:
    """A trained model at work. ``proposer`` gives chunks and candidate spans; a model trained without rules ignores the
    latter."""

    def __init__(self, model: Model, proposer: Proposer) -> None:
        self.model, self.proposer = model, proposer
        names = bytes(model.arrays["attributes"]).decode("utf-8").split("\n")
        self.weights = Weights(names, model.arrays["weights"], proposer.lexicon)
        self.transitions = [constrain(model.arrays[f"transitions{layer}"].astype(np.float32)) for layer in range(3)]
        self.slope = float(model.config.get("slope", 1.0))
        self.shift = float(model.config.get("shift", 0.0))

    def __call__(self, texts: Sequence[str]) -> list[list[Row]]:
        """The spans of each text, sorted by start, the longer first; nesting as the schema allows.

        Memory is bounded: texts are scored together up to ``BLOCK`` tokens, longer ones in windows of whole sentences.
        """
        tokens: list[Tokens] = []
        spans: list[Ints] = [np.zeros((0, 4), np.int64)]
        chances: list[Floats] = [np.zeros(0, np.float32)]
        block: list[Window] = []
        size = 0
        for number, text in enumerate(texts):
            # Of a text only its tokens and arrays are kept: small objects would wake the garbage collector.
            chunks, candidates = self.proposer.propose(text)
            seen = observe(chunks, candidates if self.model.rules else ())
            tokens.append(chunks.tokens)
            for window in _windows(number, seen, self._named(seen.candidates)):
                if block and size + len(window.pieces) > BLOCK:
                    self._tag(block, spans, chances)
                    block, size = [], 0
                block.append(window)
                size += len(window.pieces)
        if block:
            self._tag(block, spans, chances)
        return self._rows(tokens, np.concatenate(spans), np.concatenate(chances))

    def _named(self, candidates: Sequence[Candidate]) -> Ints:
        """First and last token, layer, and the rows of the rule's B and I of each candidate, sorted as they are."""
        rule = self.weights.rule
        rows = [
            (one.first, one.last, layer, *rule(layer, one.rule)) for one in candidates for layer in (LAYER[one.label],)
        ]
        return np.array(rows, np.int64).reshape(-1, 5)

    def _tag(self, block: list[Window], spans: list[Ints], chances: list[Floats]) -> None:
        """Decode a block of windows; add ``(text, first, last, label)`` of each span, and its probability."""
        counts = [one.last - one.first for one in block]
        offsets = np.concatenate(([0], np.cumsum(counts)))
        scores, closing = self.scores(block)
        closing[offsets[1:] - 1] = True
        ends = np.flatnonzero(closing) + 1
        for end in ends[np.diff(ends, prepend=0) > SENTENCE].tolist():
            # no sentence is that long: what is decoded in step must stay short
            start = int(np.flatnonzero(closing[: end - 1])[-1]) + 1 if closing[: end - 1].any() else 0
            closing[start + SENTENCE - 1 : end - 1 : SENTENCE] = True
        ends = np.flatnonzero(closing) + 1
        texts = np.array([one.text for one in block])
        shifts = np.array([one.start + one.first for one in block]) - offsets[:-1]
        column = 0
        for layer, tags in enumerate(TAGS):
            part = np.ascontiguousarray(scores[:, column : column + len(tags)])
            column += len(tags)
            best, sure, end = decode(part, self.transitions[layer], ends)
            starts = np.flatnonzero(best % 2 == 1)
            inside = (best > 0) & (best % 2 == 0)
            # a span reaches to the last I behind its B
            stop_at = np.flatnonzero(~np.append(inside, False))
            lasts = stop_at[np.searchsorted(stop_at, starts + 1)]
            total = np.concatenate(([0.0], np.cumsum(sure, dtype=np.float64)))
            chances.append(np.exp(total[lasts] - total[starts] + end[lasts - 1]))
            label = (best[starts] - 1) // 2 + (0, 2, 6)[layer]
            window = np.searchsorted(offsets, starts, side="right") - 1
            spans.append(np.stack([texts[window], starts + shifts[window], lasts + shifts[window], label], axis=1))

    def _rows(self, texts: list[Tokens], spans: Ints, chances: Floats) -> list[list[Row]]:
        """Spans in characters, text by text, those left out that the schema's layers do not allow."""
        order = np.lexsort((spans[:, 3], -spans[:, 2], spans[:, 1], spans[:, 0]))
        odds = np.log(np.clip(chances, 1e-6, 1 - 1e-6) / (1 - np.clip(chances, 1e-6, 1 - 1e-6)))
        probability = np.round(1 / (1 + np.exp(-(self.slope * odds + self.shift))), 4)
        rows: list[list[Row]] = [[] for _ in texts]
        layers, before = Layers(), -1
        for (text, first, last, number), chance in zip(spans[order].tolist(), probability[order].tolist(), strict=True):
            if text != before:
                layers, before = Layers(), text
            tokens = texts[text]
            while last > first and not tokens.pieces[last - 1].strip().strip(PADDING):
                last -= 1  # a line end is no part of a span
            if not tokens.pieces[first].strip().strip(PADDING):
                continue
            label = _LABELS[number]
            if layers.take(first, last, label):
                rows[text].append((tokens.starts[first], tokens.end(last - 1), label, chance))
        return rows

    def scores(self, block: Sequence[Window]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Scores of the windows' own tokens, one after the other, and whether a sentence ends with each.

        The scores' shape is (tokens, tags of the three layers).
        """
        weights = self.weights
        weights.trim()
        pad = [weights.edge] * WIDE
        row_of = weights.pieces.__getitem__
        numbers: list[int] = []
        spots: list[int] = []
        for one in block:
            numbers += pad
            spots.append(len(numbers))
            numbers += map(row_of, one.pieces)
            numbers += pad
        ids = np.array(numbers, np.int64)
        total = weights.form_scores(ids)
        # What depends on chunks and rules is laid out as the pieces are; on padding it is the last row, which is empty.
        table = weights.class_rows(np.concatenate([one.places for one in block]) // len(PLACES))
        places = np.full(len(ids), len(table[0]) - 1)
        for one, spot in zip(block, spots, strict=True):
            places[spot : spot + len(one.pieces)] = one.places
        for number, offset in enumerate(NEAR):
            _shifted(total, offset, np.take(table[number], places, axis=0))
        if self.model.rules:
            tags = np.full((len(LAYERS), len(ids)), -1, np.int32)
            for one, spot in zip(block, spots, strict=True):
                tags[:, spot : spot + len(one.pieces)] = one.tags
            self._rule_scores(total, tags)
            self._name_rows(total, block, spots)
        own = np.concatenate([np.arange(a + w.first, a + w.last) for w, a in zip(block, spots, strict=True)])
        return np.take(total, own, axis=0), weights.ends(ids)[own]

    def _rule_scores(self, total: Floats, tags: npt.NDArray[np.int32]) -> None:
        """Add what the tags that the rules give weigh; ``tags`` is (layers, positions), -1 on padding."""
        weights = self.weights
        here = tags[0] >= 0
        everywhere = np.zeros(weights.width, np.float32)
        first, last = np.flatnonzero(here & ~np.roll(here, 1)), np.flatnonzero(here & ~np.roll(here, -1))
        for layer, rows in enumerate(weights.tag_rows):
            plain = rows[0]  # nearly all tokens are O: add that everywhere, then the difference
            everywhere += plain.sum(axis=0)
            total[first] -= plain[0]  # but a text's first token has none before it
            total[last] -= plain[-1]
            some = np.flatnonzero(tags[layer] > 0)
            more = (rows - plain)[tags[layer, some]]
            for number, offset in enumerate(NEAR):
                total[some - offset] += more[:, number]
        total += np.take(weights.both_rows + everywhere, np.where(here, combined(tags), 0), axis=0)

    def _name_rows(self, total: Floats, block: Sequence[Window], spots: Sequence[int]) -> None:
        """Add what the names of the candidates' rules weigh."""
        weights = self.weights
        shifts = [spot - one.start for one, spot in zip(block, spots, strict=True)]
        counts = [len(one.names) for one in block]
        first, last, layers, begin, inside = np.concatenate([one.names for one in block]).T
        first, last = first + np.repeat(shifts, counts), last + np.repeat(shifts, counts)
        low = np.repeat(spots, counts)
        high = low + np.repeat([len(one.pieces) for one in block], counts)
        begin = np.where(first < low, inside, begin)  # it began before the window
        first, last = np.maximum(first, low), np.minimum(last, high)
        for layer, table in enumerate(weights.name_rows):
            some = (layers == layer) & (first < last)
            if some.any():
                firsts, lengths = first[some], (last - first)[some]
                ahead = np.cumsum(lengths) - lengths
                at = np.arange(lengths.sum()) + np.repeat(firsts - ahead, lengths)
                rows = np.repeat(inside[some], lengths)
                rows[ahead] = begin[some]
                total[at] += table[rows]


def _shifted(total: Floats, offset: int, rows: Floats) -> None:
    """Add to position i the row of what stands at i + offset."""
    if offset > 0:
        total[:-offset] += rows[offset:]
    elif offset:
        total[-offset:] += rows[:offset]
    else:
        total += rows


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a text to be scored: its pieces from token ``start`` on, with a few neighbours at either end.

    ``first`` to ``last`` are the window's own tokens, counted from its start; ``text`` is the number of the text;
    ``names`` are the candidates near it, as ``Tagger._named`` gives them.
    """

    text: int
    start: int
    first: int
    last: int
    pieces: list[str]
    places: Ints
    tags: npt.NDArray[np.int32]
    names: Ints


def _windows(number: int, seen: Observation, names: Ints) -> Iterator[Window]:
    """A text in windows of whole sentences: one for all but very long texts."""
    pieces = seen.chunks.tokens.pieces
    if not pieces:
        return
    places = _places(seen.chunks)
    if len(pieces) <= BLOCK:
        yield Window(number, 0, 0, len(pieces), pieces, places, seen.tags, names)
        return
    cuts = [0]
    ends = sentence_ends(pieces)
    for end, beyond in zip(ends, [*ends[1:], len(pieces) + BLOCK], strict=True):
        cuts += range(cuts[-1] + BLOCK, end, BLOCK)  # a "sentence" that is longer than a block
        if beyond - cuts[-1] > BLOCK and end > cuts[-1]:
            cuts.append(end)
    firsts = names[:, 0].tolist()
    for first, last in pairwise(cuts):
        start, stop = max(0, first - WIDE), min(len(pieces), last + WIDE)
        near = names[bisect_left(firsts, start - LONG) : bisect_left(firsts, stop)]
        yield Window(
            number, start, first - start, last - start, pieces[start:stop], places[start:stop],
            seen.tags[:, start:stop], near,
        )  # fmt: skip


def _places(chunks: Chunks) -> Ints:
    """For each token, the number of its chunk's symbol and its place in the chunk, as one row number."""
    symbols = np.frombuffer(chunks.symbols.encode("utf-32-le"), np.uint32).astype(np.int64) - FIRST
    firsts = np.array(chunks.firsts, np.int64)
    lengths = np.diff(firsts)
    number = np.repeat(symbols * len(PLACES), lengths)
    place = np.full(len(number), 2)
    place[firsts[:-1]] = 1
    place[firsts[1:] - 1] = np.where(lengths == 1, 0, 3)
    result: Ints = number + place
    return result
