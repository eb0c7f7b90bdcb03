"""The tagger: from texts to spans with probabilities, many texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from govner.entities import LAYER
from govner.lexicon import Chunks, Lexicon
from govner.lexicon.alphabet import FIRST
from govner.tagger.crf import constrain, decode, stretches
from govner.tagger.features import LAYERS, NEAR, TAGS, Candidate, Observation, combined, observe
from govner.tagger.model import Model
from govner.tagger.weights import WIDE, Floats, Weights

Row = tuple[int, int, str, float]
"""A span without its text: start, end, label, probability."""

Ints = npt.NDArray[np.int64]
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
        """The spans of each text, sorted by start, the longer first; nesting as the schema allows."""
        seen = []
        for text in texts:
            chunks, candidates = self.proposer.propose(text)
            seen.append(observe(chunks, candidates if self.model.rules else ()))
        kept = [one for one in seen if one.chunks.tokens.pieces]
        found = iter(self._tag(kept) if kept else ())
        return [next(found) if one.chunks.tokens.pieces else [] for one in seen]

    def _tag(self, seen: list[Observation]) -> list[list[Row]]:
        counts = [len(one.chunks.tokens) for one in seen]
        offsets = np.concatenate(([0], np.cumsum(counts)))
        scores, closing = self.scores(seen)
        closing[offsets[1:] - 1] = True
        ends = np.flatnonzero(closing) + 1
        spans: list[npt.NDArray[np.int64]] = []
        chances: list[Floats] = []
        column = 0
        for layer, tags in enumerate(TAGS):
            part = np.ascontiguousarray(scores[:, column : column + len(tags)])
            column += len(tags)
            best, sure, end = decode(part, self.transitions[layer], stretches(part, ends))
            starts = np.flatnonzero(best % 2 == 1)
            inside = (best > 0) & (best % 2 == 0)
            # a span reaches to the last I behind its B
            stop_at = np.flatnonzero(~np.append(inside, False))
            lasts = stop_at[np.searchsorted(stop_at, starts + 1)]
            total = np.concatenate(([0.0], np.cumsum(sure, dtype=np.float64)))
            chance = total[lasts] - total[starts] + end[lasts - 1]
            label = (best[starts] - 1) // 2 + (0, 2, 6)[layer]
            spans.append(np.stack([starts, lasts, label], axis=1))
            chances.append(np.exp(chance))
        return self._rows(seen, offsets, np.concatenate(spans), np.concatenate(chances))

    def _rows(self, seen: list[Observation], offsets: Ints, spans: Ints, chances: Floats) -> list[list[Row]]:
        """Spans in characters, text by text, those left out that the schema's layers do not allow."""
        order = np.lexsort((spans[:, 2], -spans[:, 1], spans[:, 0]))
        odds = np.log(np.clip(chances, 1e-6, 1 - 1e-6) / (1 - np.clip(chances, 1e-6, 1 - 1e-6)))
        probability = 1 / (1 + np.exp(-(self.slope * odds + self.shift)))
        texts = np.searchsorted(offsets, spans[:, 0], side="right") - 1
        rows: list[list[Row]] = [[] for _ in seen]
        edges: list[list[int]] = [
            [0, 0, 0, 0] for _ in seen
        ]  # where the last span of each layer ends, and the last PER
        at = zip(
            texts[order].tolist(), spans[order].tolist(), probability[order].tolist(), offsets[texts[order]].tolist(),
            strict=True,
        )  # fmt: skip
        for text, (first, last, number), chance, offset in at:
            edge = edges[text]
            label = _LABELS[number]
            layer = 0 if number < 2 else 1 if number < 6 else 2
            if first < edge[3] or any(first < edge[k] < last for k in range(layer)) or first < edge[layer]:
                continue
            edge[layer] = last
            if label == "PER":
                edge[3] = last
            tokens = seen[text].chunks.tokens
            rows[text].append((tokens.starts[first - offset], tokens.end(last - offset - 1), label, round(chance, 4)))
        return rows

    def scores(self, seen: Sequence[Observation]) -> tuple[Floats, npt.NDArray[np.bool_]]:
        """Scores of all tokens of the texts, one after the other, and whether a sentence ends with each.

        The scores' shape is (tokens, tags of the three layers).
        """
        weights = self.weights
        pad = [weights.edge] * WIDE
        row_of = weights.pieces.__getitem__
        numbers: list[int] = []
        spots: list[int] = []
        for one in seen:
            numbers += pad
            spots.append(len(numbers))
            numbers += map(row_of, one.chunks.tokens.pieces)
            spots.append(len(numbers))
            numbers += pad
        ids = np.array(numbers, np.int64)
        here = np.concatenate([np.arange(a, b) for a, b in zip(spots[::2], spots[1::2], strict=True)])
        total = weights.form_scores(ids)
        table = weights.class_rows().reshape(-1, len(NEAR), weights.width)
        self._near(total, here, table, np.concatenate([_places(one.chunks) for one in seen]))
        if self.model.rules:
            tags = np.concatenate([one.tags for one in seen], axis=1)
            everywhere = np.zeros(weights.width, np.float32)
            for layer in range(len(LAYERS)):
                some = np.flatnonzero(tags[layer])
                plain = weights.tag_rows[layer][0]  # nearly all tokens are O: add that everywhere, then the difference
                everywhere += plain.sum(axis=0)
                total[spots[::2]] -= plain[0]  # but a text's first token has none before it
                total[np.array(spots[1::2]) - 1] -= plain[-1]
                self._near(total, here[some], weights.tag_rows[layer] - plain, tags[layer, some])
            self._name_rows(total, seen, spots)
            total[here] += (weights.both_rows + everywhere)[combined(tags)]
        scores: Floats = total[here]
        return scores, weights.ends(ids[here])

    def _name_rows(self, total: Floats, seen: Sequence[Observation], spots: Sequence[int]) -> None:
        """Add what the names of the candidates' rules weigh."""
        weights = self.weights
        at: list[list[int]] = [[] for _ in LAYERS]
        rows: list[list[int]] = [[] for _ in LAYERS]
        for one, spot in zip(seen, spots[::2], strict=True):
            for candidate in one.candidates:
                layer = LAYER[candidate.label]
                begin, inside = weights.rule(layer, candidate.rule)
                length = candidate.last - candidate.first
                at[layer] += range(spot + candidate.first, spot + candidate.last)
                rows[layer] += (begin, *[inside] * (length - 1))
        for layer, table in enumerate(weights.name_rows):
            if at[layer]:
                total[at[layer]] += table[rows[layer]]

    @staticmethod
    def _near(total: Floats, here: Ints, table: Floats, values: npt.NDArray[np.integer]) -> None:
        """Add what the neighbours' values weigh; what falls beyond a text's edge lands on padding and is dropped."""
        rows = table[values]
        for number, offset in enumerate(NEAR):
            total[here - offset] += rows[:, number]


def _places(chunks: Chunks) -> Ints:
    """For each token, the number of its chunk's symbol and its place in the chunk, as one row number."""
    symbols = np.frombuffer(chunks.symbols.encode("utf-32-le"), np.uint32).astype(np.int64) - FIRST
    firsts = np.array(chunks.firsts, np.int64)
    lengths = np.diff(firsts)
    number = np.repeat(symbols * 4, lengths)
    place = np.full(len(number), 2)
    place[firsts[:-1]] = 1
    place[firsts[1:] - 1] = np.where(lengths == 1, 0, 3)
    result: Ints = number + place
    return result
