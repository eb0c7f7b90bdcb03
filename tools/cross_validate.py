"""Five-fold cross-validation of the tagger on the annotated texts and on our own corpus.

python tools/cross_validate.py [--folds 5] [--only FOLD] [--iterations 100] [--alone] [--also FILE] reads
../shared/gold/train.jsonl, briefs_train.jsonl and models/corpus; each fold is held out once, or just the one that
``--only`` names, from 1. Texts of ``--also`` (``models/standoff``, joined) are learned in every fold, judged in none.
Prints span F1 (micro and per label) of the rules alone and of model and rules on the held-out articles of 2016–2019, on
the briefs of 2025–2026, and on our own articles, by their date; with ``--alone`` also of a model trained without rules.
"""

from __future__ import annotations

import argparse
import collections
import pathlib
from collections.abc import Sequence

from govner.entities import LABELS
from govner.rules import rules
from govner.tagger.data import Example, read
from govner.tagger.tagger import Tagger
from govner.tagger.training import train

ROOT = pathlib.Path(__file__).resolve().parents[1]
GOLD = ROOT.parent / "shared" / "gold"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--only", type=int, metavar="FOLD")
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--alone", action="store_true")
    parser.add_argument("--also", type=pathlib.Path, action="append", default=[], metavar="FILE")
    options = parser.parse_args()
    proposer = rules()
    always = read(options.also) if options.also else []
    corpus = read([ROOT / "models" / "corpus"], skip_bad=True)
    sets = {
        "articles 2016-2019": read([GOLD / "train.jsonl"], skip_bad=True),
        "briefs 2025-2026": read([GOLD / "briefs_train.jsonl"]),
        "own, after July 2025": [one for one in corpus if one.id.rpartition("/")[2].startswith("c")],
        "own, before": [one for one in corpus if not one.id.rpartition("/")[2].startswith("c")],
    }
    ways = ("rules", "rules + model", *(("model",) if options.alone else ()))
    counts = {(name, how): collections.Counter[str]() for name in sets for how in ways}
    if options.only is not None and not 1 <= options.only <= options.folds:
        parser.error(f"--only must be from 1 to {options.folds}")
    for fold in range(options.folds) if options.only is None else (options.only - 1,):
        learn = always + [one for texts in sets.values() for n, one in enumerate(texts) if n % options.folds != fold]
        taggers = {
            how: Tagger(train(learn, proposer=proposer, iterations=options.iterations, rules="rules" in how), proposer)
            for how in ways[1:]
        }
        for name, texts in sets.items():
            held = [one for n, one in enumerate(texts) if n % options.folds == fold]
            words = [one.text for one in held]
            add(counts[name, "rules"], held, proposer(words))
            for how, tagger in taggers.items():
                add(counts[name, how], held, tagger(words))
        print(f"fold {fold + 1} of {options.folds} done", flush=True)
    for (name, how), count in counts.items():
        figures = " ".join(f"{label} {f1(count, label):.3f}" for label in LABELS)
        print(f"{name:22} {how:14} F1 {f1(count, 'all'):.3f}  {figures}")


def add(
    count: collections.Counter[str], gold: Sequence[Example], found: Sequence[Sequence[tuple[int, int, str, float]]]
) -> None:
    """Count hits, predictions and gold spans, over all and per label."""
    for example, rows in zip(gold, found, strict=True):
        want, got = {tuple(mark[:3]) for mark in example.spans}, {tuple(row[:3]) for row in rows}
        for name, spans in (("hit", want & got), ("got", got), ("want", want)):
            for span in spans:
                count[f"{name} all"] += 1
                count[f"{name} {span[2]}"] += 1


def f1(count: collections.Counter[str], label: str) -> float:
    """Span F1 of a label, or of ``all``."""
    return 2 * count[f"hit {label}"] / max(1, count[f"got {label}"] + count[f"want {label}"])


if __name__ == "__main__":
    main()
