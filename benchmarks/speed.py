"""How fast Govner reads: syllables a second, stages, linearity, cold start, memory, and its peers in the same run.

    python benchmarks/speed.py [--texts FOLDER|FILE.jsonl[.xz]] [--limit N] [--model NAME|DIR]... [--peers]

Texts are the government news of ../shared/raw where they are at hand, else the project's own texts, repeated. All
figures are of one process and one core. A syllable is a run of characters between blanks, as a word is for the peers.
Rules alone are measured always, and beside them the packaged models, or those that ``--model`` names.
"""

from __future__ import annotations

import argparse
import gc
import json
import lzma
import os
import platform
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from rich.console import Console
from rich.table import Table

import govner
from govner.entities import Document, GovnerError
from govner.formats import from_markup
from govner.linking import link
from govner.pipeline import DEFAULT_MODEL, DEFAULT_WITHOUT_RULES, Pipeline
from govner.rules import rules
from govner.tagger.model import packaged
from govner.text import sentences, tokenize
from peers import ONE_CORE, Measured, Unmeasured, kind, measure, measure_spacy, russian, syllables

ROOT = Path(__file__).resolve().parents[1]
NEWS = ROOT.parent / "shared" / "raw" / "government.jsonl.xz"
OWN = (ROOT / "models" / "corpus", ROOT / "tests" / "articles")
SIZES = (10_000, 100_000, 1_000_000)  # bytes of UTF-8
PEER_TEXTS = 50  # the peers are slow: they read this many of the texts, and so does Govner beside them
FEW_TEXTS = 12  # and this many a reader whose cost grows faster than its text

COLD = """
import sys, time
clock = time.perf_counter
a = clock()
import govner
b = clock()
nlp = govner.load(sys.argv[1] or None)
c = clock()
nlp(sys.stdin.read())
d = clock()
sys.path.append(sys.argv[2])
from peers import peak
print(b - a, c - b, d - c, peak())
"""

Named = dict[str, str | None]
"""Govner's readers: in words, and what ``govner.load`` takes."""


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """Least seconds of a few rounds: what the machine's other users cost is not the library's."""
    least = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        least = min(least, time.perf_counter() - start)
    return least


def drain(documents: Iterable[Document]) -> None:
    """Read a stream to its end and keep nothing of it."""
    deque(documents, maxlen=0)


def texts_of(path: Path) -> Iterator[str]:
    """The texts of a folder (.txt, .ann) or of JSON lines, packed by xz or not."""
    if path.is_dir():
        for file in sorted(path.iterdir()):
            if file.suffix == ".ann":
                yield from_markup(file.read_text(encoding="utf-8")).text
            elif file.suffix == ".txt":
                yield file.read_text(encoding="utf-8")
        return
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)["text"]


def sample(path: Path | None, limit: int) -> tuple[str, list[str]]:
    """What is read, in words, and the texts themselves."""
    if path is None and NEWS.is_file():
        path = NEWS
    if path is not None:
        texts = list(islice(texts_of(path), limit))
        if not texts:
            sys.exit(f"{path}: no texts here; give a folder of .txt or .ann files, or JSON lines with 'text'")
        return path.name, texts
    own = [text for folder in OWN if folder.is_dir() for text in texts_of(folder)]
    return f"{len(own)} own texts, repeated", list(islice(cycle(own), limit))


def readers(models: Sequence[str]) -> Named:
    """Rules alone and the models that are asked for, or else those that are packaged."""
    found: Named = {"rules alone": None}
    for model in models or [name for name in (DEFAULT_MODEL, DEFAULT_WITHOUT_RULES) if name in packaged()]:
        name = kind(govner.load(model).stages)
        found[name if name not in found else f"{name}: {model}"] = model
    return found


def by_stage(texts: Sequence[str], named: Named) -> Iterator[tuple[str, float]]:
    """Each stage alone on the same texts, then text to Documents; seconds."""
    layer = rules()
    tokens = [tokenize(text) for text in texts]
    chunks = [layer.lexicon.chunk(each) for each in tokens]
    spans = layer(texts)

    def join() -> list[Document]:
        rows = zip(texts, spans, strict=True)
        return [link(text, found, id=None, date=None, source=None) for text, found in rows]

    yield "tokens", best(lambda: [tokenize(text) for text in texts])
    yield "lexicon and places", best(lambda: [layer.lexicon.chunk(each) for each in tokens])
    yield "grammar", best(lambda: [layer.cascade(each) for each in chunks])
    yield "rules alone: text to spans (the three above, memory, nesting)", best(lambda: layer(texts))
    for name, model in named.items():
        if model is not None:
            unlinked = govner.load(model, exclude=["linking"])
            yield f"{name}: text to spans", best(lambda nlp=unlinked: drain(nlp.pipe(texts)))  # type: ignore[misc]
    yield "linking", best(join)


def grown(texts: Sequence[str], size: int) -> str:
    """One text of ``size`` bytes, made of one article of the sample again and again."""
    article = max(texts[:200], key=len)[:5000] + "\n"
    return (article * (size // len(article.encode()) + 1)).encode()[:size].decode(errors="ignore")


def linearity(nlp: Pipeline, texts: Sequence[str]) -> Iterator[float]:
    """Microseconds a syllable of one text of each size."""
    for size in SIZES:
        long = grown(texts, size)
        rounds = 3 if size == SIZES[-1] else 7
        yield best(lambda long=long: nlp(long), rounds) / syllables([long]) * 1e6  # type: ignore[misc]


def cold_start(text: str, model: str | None) -> list[float]:
    """Seconds of import, load and first document in a fresh process, the best of three, and its peak memory in MB."""
    runs = []
    for _ in range(3):
        # An installed package has its bytecode; here the first run writes it, whatever the caller's shell says.
        run = subprocess.run(
            [sys.executable, "-c", COLD, model or "", str(Path(__file__).parent)],
            input=text, capture_output=True, text=True, encoding="utf-8", check=True,
            env={key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
        )  # fmt: skip
        runs.append([float(value) for value in run.stdout.split()])
    return min(runs, key=lambda run: sum(run[:3]))


def side_by_side(texts: Sequence[str], named: Named) -> Iterator[Measured | str]:
    """Govner and its peers on the same texts, one after the other, each in its own process; or why one is left out."""

    def attempt(work: Callable[[], Measured]) -> Measured | str:
        try:
            return work()
        except Unmeasured as error:
            return str(error)

    for model in named.values():
        yield attempt(lambda model=model: measure("govner", texts, model))  # type: ignore[misc]
    # underthesea's cost grows faster than the text, so it is given sentences too, cut beforehand: its best case.
    parts = [text[start:end] for text in texts for start, end in sentences(text)]
    theirs = attempt(lambda: measure("underthesea", parts))
    if isinstance(theirs, str):
        yield theirs
    else:
        yield _retitled(theirs, "a sentence at a time")
        slow = attempt(lambda: measure("underthesea", texts[:FEW_TEXTS]))
        yield slow if isinstance(slow, str) else _retitled(slow, f"a text at a time, {FEW_TEXTS} texts")
    yield attempt(lambda: measure_spacy(texts))
    yield attempt(lambda: measure("natasha", russian([syllables([text]) for text in texts])))


def peers(texts: Sequence[str], named: Named, console: Console) -> None:
    """The table of the peers; one line below it for each that was left out."""
    rows = list(side_by_side(texts, named))
    measured = [row for row in rows if isinstance(row, Measured)]
    own = measured[min(len(named), 2) - 1]  # with the first model, or by rules alone
    table = Table("reader", "syllables/s, first pass", "best pass", "× (best)", "load, s", "peak MB", "spans")
    table.title = f"Peers: {len(texts)} texts, {syllables(texts):,} syllables. ×: how many times as fast {own.title} is"
    for row in measured:
        ratio = (row.best / row.syllables) / (own.best / own.syllables)
        table.add_row(
            row.title, f"{row.syllables / row.first:,.0f}", f"{row.syllables / row.best:,.0f}",
            "" if row is own else f"{ratio:,.1f}", f"{row.load:.1f}", f"{row.memory:,.0f}",
            f"{row.found:,}",
        )  # fmt: skip
    console.print(table)
    for why in rows:
        if isinstance(why, str):
            console.print(why, markup=False)


def _retitled(row: Measured, more: str) -> Measured:
    return replace(row, title=f"{row.title}, {more}")


def _busy() -> str:
    """How busy the machine was before: figures from a machine that others use are lower bounds."""
    return f"; load average of the last minute {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


def _figures(seconds: float, count: int) -> tuple[str, str, str]:
    return f"{seconds:.2f}", f"{count / seconds:,.0f}", f"{seconds / count * 1e6:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=Path, metavar="FOLDER|JSONL", help="what to read")
    parser.add_argument("--limit", type=int, default=2000, metavar="N", help="at most N texts (default 2000)")
    parser.add_argument(
        "--model", action="append", default=[], metavar="NAME|DIR", help="a model to measure; may be repeated"
    )
    parser.add_argument("--peers", action="store_true", help="measure underthesea, spaCy and Natasha in the same run")
    options = parser.parse_args()
    if options.texts is not None and not options.texts.exists():
        parser.error(f"no such file or folder: {options.texts}")
    os.environ.update(ONE_CORE)  # before a model is loaded, and NumPy with it, which counts the cores then
    try:
        named = readers(options.model)
    except GovnerError as error:
        parser.error(str(error))
    console = Console(width=None if sys.stdout.isatty() else 120)

    what, texts = sample(options.texts, options.limit)
    count = syllables(texts)
    console.print(f"{what}: {len(texts):,} texts, {count:,} syllables")
    machine = f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores"
    console.print(f"{machine}, one used{_busy()}")
    if len(named) == 1:
        console.print("no model is packaged: rules alone are measured; --model DIR adds one that govner train wrote")

    table = Table("seconds", "import govner", "govner.load()", "first document", "all", "peak MB then")
    table.title = "Cold start: a fresh process, best of 3"
    for name, model in named.items():
        cold = cold_start(texts[0], model)
        table.add_row(name, *(f"{step:.3f}" for step in (*cold[:3], sum(cold[:3]))), f"{cold[3]:.0f}")
    console.print(table)

    table = Table(
        "text to Documents", "first pass, s", "syllables/s", "µs/syllable", "best pass, syllables/s", "peak MB"
    )
    table.title = "All texts: a fresh process's first pass, and the best of 3"
    for name, model in named.items():
        row = measure("govner", texts, model)
        table.add_row(name, *_figures(row.first, count), f"{count / row.best:,.0f}", f"{row.memory:.0f}")
    console.print(table)

    table = Table("stage", "seconds", "syllables/s", "µs/syllable", title="Stages: all texts, best of 3, warm")
    for stage, seconds in by_stage(texts, named):
        table.add_row(stage, *_figures(seconds, count))
    console.print(table)

    table = Table("µs a syllable", *(f"{size // 1000:,} kB" for size in SIZES), title="Linearity: one text")
    for name, model in named.items():
        nlp = govner.load(model)
        table.add_row(name, *(f"{cost:.2f}" for cost in linearity(nlp, texts)))
        gc.disable()  # it walks over all spans of a long text, and again
        table.add_row(f"{name}, garbage collector off", *(f"{cost:.2f}" for cost in linearity(nlp, texts)))
        gc.enable()
    console.print(table)
    if options.peers:
        peers(texts[:PEER_TEXTS], named, console)


if __name__ == "__main__":
    main()
