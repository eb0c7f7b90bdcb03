"""Training: python-crfsuite learns the weights, one CRF a layer; they leave as plain arrays."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from govner.entities import LAYER, GovnerError
from govner.tagger.data import Example
from govner.tagger.features import LAYERS, TAGS, attributes, observe, sentence_ends
from govner.tagger.model import Model
from govner.tagger.tagger import Proposer

Progress = Callable[[int, str, float, "dict[str, float] | None"], None]
SETTINGS = {"c1": 0.05, "c2": 0.5, "feature.minfreq": 2, "feature.possible_transitions": True}
FORMAT = "crf-1"
LEAST = 0.05
"""Attributes none of whose weights reaches this, of either sign, are left out: a third of them, and no F1 changes."""


def train(
    examples: Sequence[Example],
    dev: Sequence[Example] = (),
    *,
    proposer: Proposer | None = None,
    name: str = "model",
    rules: bool = True,
    labels: Sequence[str] | None = None,
    seed: int = 0,
    iterations: int = 80,
    progress: Progress | None = None,
) -> Model:
    """Learn a model from annotated texts.

    Only ``labels`` are learned (all by default). ``rules=False`` learns without the rules' candidate spans. With
    ``dev`` the probabilities are calibrated on it. The same examples and settings give the same model bit for bit on
    one machine; ``seed`` orders the examples. Raises ``GovnerError`` when python-crfsuite is missing.
    """
    try:
        import pycrfsuite
    except ImportError as error:
        raise GovnerError('training needs python-crfsuite: pip install "govner[train]"') from error
    if proposer is None:
        from govner.rules import rules as packaged

        proposer = packaged()
    wanted = set(labels or LAYER)
    order = np.random.default_rng(seed).permutation(len(examples))
    weights: dict[str, npt.NDArray[np.float32]] = {}
    transitions = [np.zeros((len(tags), len(tags)), np.float32) for tags in TAGS]
    trainers = {n: pycrfsuite.Trainer(verbose=False) for n, labels_ in enumerate(LAYERS) if wanted & set(labels_)}
    for n in order:
        example = examples[n]
        chunks, candidates = proposer.propose(example.text)
        seen = observe(chunks, candidates if rules else ())
        rows = list(attributes(seen, proposer.lexicon, rules))
        ends = sentence_ends(chunks.tokens.pieces)
        for layer, trainer in trainers.items():
            marks = tags_of(example, chunks.tokens.starts, layer, wanted)
            for a, b in zip([0, *ends], ends, strict=False):
                trainer.append(pycrfsuite.ItemSequence(rows[a:b]), marks[a:b])
    column = 0
    width = sum(map(len, TAGS))
    with tempfile.TemporaryDirectory() as folder:
        for layer, tags in enumerate(TAGS):
            if layer in trainers:
                path = str(Path(folder) / f"{layer}.crf")
                _fit(trainers[layer], path, iterations, "/".join(LAYERS[layer]), progress)
                tagger = pycrfsuite.Tagger()
                tagger.open(path)
                info = tagger.info()
                for (attribute, tag), weight in info.state_features.items():
                    row = weights.setdefault(attribute, np.zeros(width, np.float32))
                    row[column + tags.index(tag)] = weight
                for (before, after), weight in info.transitions.items():
                    transitions[layer][tags.index(before), tags.index(after)] = weight
                tagger.close()
            else:
                weights.setdefault("b", np.zeros(width, np.float32))[column] = 100.0  # nothing to find: always O
            column += len(tags)
    names = sorted(name for name, row in weights.items() if np.abs(row).max() >= LEAST or name == "b")
    arrays: dict[str, npt.NDArray[Any]] = {
        "attributes": np.frombuffer("\n".join(names).encode("utf-8"), np.uint8),
        "weights": np.stack([weights[key] for key in names]).astype(np.float16),
        **{f"transitions{layer}": table for layer, table in enumerate(transitions)},
    }
    found = tuple(label for label in LAYER if label in wanted)
    model = Model(name=name, labels=found, config={"kind": FORMAT}, arrays=arrays, rules=rules)
    return calibrate(model, dev, proposer) if dev else model


def tags_of(example: Example, starts: Sequence[int], layer: int, wanted: set[str]) -> list[str]:
    """The BIO tags of a layer for each token of an example."""
    tags = ["O"] * (len(starts) - 1)
    at = {start: n for n, start in enumerate(starts)}
    for start, end, label, *_ in example.spans:
        if LAYER[label] != layer or label not in wanted or start not in at:
            continue
        n = at[start]
        tags[n] = f"B-{label}"
        n += 1
        while n < len(tags) and starts[n] < end:
            tags[n] = f"I-{label}"
            n += 1
    return tags


def _fit(trainer: object, path: str, iterations: int, layer: str, progress: Progress | None) -> None:
    trainer.set_params({**SETTINGS, "max_iterations": iterations})  # type: ignore[attr-defined]
    if progress is not None:

        def message(text: str, seen: list[int] = [0]) -> None:  # noqa: B006 - a counter of this call
            if text.startswith("Loss:"):
                seen[0] += 1
                progress(seen[0], layer, float(text.split()[1]), None)

        trainer.message = message  # type: ignore[attr-defined]
    trainer.train(path)  # type: ignore[attr-defined]


def calibrate(model: Model, dev: Sequence[Example], proposer: Proposer) -> Model:
    """Fit slope and shift of the spans' log odds on annotated texts (Platt scaling), by Newton's method."""
    from govner.tagger.tagger import Tagger

    tagger = Tagger(model, proposer)
    odds, right = [], []
    for example, rows in zip(dev, tagger([one.text for one in dev]), strict=True):
        gold = {tuple(span[:3]) for span in example.spans}
        for start, end, label, chance in rows:
            chance = min(max(chance, 1e-4), 1 - 1e-4)
            odds.append(np.log(chance / (1 - chance)))
            right.append((start, end, label) in gold)
    x, y = np.array(odds), np.array(right, float)
    fit = np.array([1.0, 0.0])
    design = np.stack([x, np.ones_like(x)], axis=1)
    for _ in range(25):
        p = 1 / (1 + np.exp(-design @ fit))
        gradient = design.T @ (p - y) + 1e-3 * (fit - [1, 0])
        hessian = design.T @ (design * (p * (1 - p))[:, None]) + 1e-3 * np.eye(2)
        fit -= np.linalg.solve(hessian, gradient)
    return Model(
        name=model.name, labels=model.labels, arrays=model.arrays, rules=model.rules,
        config={**model.config, "slope": round(float(fit[0]), 4), "shift": round(float(fit[1]), 4)},
    )  # fmt: skip
