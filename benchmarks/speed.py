"""How fast Govner reads: syllables a second by stage, linearity, cold start, and a peer in the same run.

    python benchmarks/speed.py [--texts FOLDER|FILE.jsonl[.xz]] [--limit N] [--peers]

Texts are the government news of ../shared/raw where they are at hand, else the project's own texts, repeated. All
figures are of one process and one core. A syllable is a run of characters between blanks, as a word is for the peers.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import platform
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.table import Table

import govner
from govner.entities import Document
from govner.formats import from_markup
from govner.linking import link
from govner.pipeline import Pipeline
from govner.rules import rules
from govner.text import sentences, tokenize

ROOT = Path(__file__).resolve().parents[1]
NEWS = ROOT.parent / "shared" / "raw" / "government.jsonl.xz"
OWN = (ROOT / "models" / "corpus", ROOT / "tests" / "articles")
SIZES = (10_000, 100_000, 1_000_000)
PEER_TEXTS = 50  # the peers are slow: they read this many of the texts, and so does Govner beside them

COLD = """
import sys, time, resource
from importlib import resources
clock = time.perf_counter
a = clock()
import govner
b = clock()
nlp = govner.load()
c = clock()
nlp(sys.stdin.read())
d = clock()
print(b - a, c - b, d - c, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

Result = TypeVar("Result")


def syllables(texts: Sequence[str]) -> int:
    """Runs of characters between blanks."""
    return sum(len(text.split()) for text in texts)


def timed(work: Callable[[], Result]) -> tuple[float, Result]:
    """Seconds of wall time that the work took, and what it gave."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def best(work: Callable[[], object], rounds: int = 3) -> float:
    """Least seconds of a few rounds: what the machine's other users cost is not the library's."""
    return min(timed(work)[0] for _ in range(rounds))


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


def by_stage(nlp: Pipeline, texts: Sequence[str]) -> Iterator[tuple[str, float]]:
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
    yield "rules, text to spans (the three above, memory, nesting)", best(lambda: layer(texts))
    yield "linking", best(join)
    yield "all: text to Documents", best(lambda: drain(nlp.pipe(texts)))


def linearity(nlp: Pipeline, texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Size, syllables and microseconds a syllable of one text repeated to that size."""
    text = max(texts[:200], key=len)[:5000] + "\n"
    for size in SIZES:
        long = text * (size // len(text) + 1)
        count = syllables([long])
        yield size, count, best(lambda long=long: nlp(long), 2 if size == SIZES[-1] else 5) / count * 1e6  # type: ignore[misc]


def cold_start(text: str) -> tuple[float, float, float, float]:
    """Seconds of import, load and first document in a fresh process, the best of three, and its peak memory in MB."""
    runs = []
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-c", COLD], input=text, capture_output=True, text=True, encoding="utf-8", check=True
        )
        runs.append([float(value) for value in run.stdout.split()])
    loaded, ready, first, memory = min(runs, key=lambda run: sum(run[:3]))
    return loaded, ready, first, megabytes(memory)


def megabytes(rss: float) -> float:
    """``ru_maxrss`` is in bytes on macOS and in kilobytes elsewhere."""
    return rss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def peers(nlp: Pipeline, texts: Sequence[str], console: Console) -> None:
    """Govner and underthesea.ner on the same texts, one after the other."""
    texts = texts[:PEER_TEXTS]
    count = syllables(texts)
    try:
        from underthesea import ner

        ner(texts[0])  # loads the model, which its package brings along
    except ImportError as error:
        console.print(f"[bold]peers:[/] underthesea is not installed ({error}); run: pip install underthesea")
        return
    except Exception as error:  # a model that it would have to download and cannot raises one of many errors
        console.print(f"[bold]peers:[/] underthesea.ner cannot run here: {type(error).__name__}: {error}")
        return
    # Its cost grows faster than the text, so it is given sentences too, cut beforehand: its best case.
    parts = [text[start:end] for text in texts for start, end in sentences(text)]
    theirs = f"underthesea.ner {version('underthesea')}"
    rows = [
        (f"{theirs}, a text at a time", timed(lambda: [ner(text) for text in texts])[0]),
        (f"{theirs}, a sentence at a time", timed(lambda: [ner(part) for part in parts])[0]),
        (f"govner {govner.__version__}, text to Documents", best(lambda: drain(nlp.pipe(texts)))),
    ]
    table = Table(
        "reader", "syllables/s", "govner is", title=f"Peers: the same {len(texts)} texts, {count:,} syllables"
    )
    for reader, seconds in rows:
        table.add_row(
            reader,
            f"{count / seconds:,.0f}",
            "" if reader == rows[-1][0] else f"{seconds / rows[-1][1]:,.0f} times as fast",
        )
    console.print(table)


def load() -> str:
    """How busy the machine was before: figures from a machine that others use are lower bounds."""
    return f"; load average of the last minute {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=Path, metavar="FOLDER|JSONL", help="what to read")
    parser.add_argument("--limit", type=int, default=2000, metavar="N", help="at most N texts (default 2000)")
    parser.add_argument("--peers", action="store_true", help="measure underthesea.ner in the same run")
    options = parser.parse_args()
    if options.texts is not None and not options.texts.exists():
        parser.error(f"no such file or folder: {options.texts}")
    console = Console(width=None if sys.stdout.isatty() else 100)

    what, texts = sample(options.texts, options.limit)
    count = syllables(texts)
    console.print(f"{what}: {len(texts):,} texts, {count:,} syllables")
    console.print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, one used{load()}")

    cold = cold_start(texts[0])
    table = Table("step", "seconds", title="Cold start: a fresh process, best of 3")
    for step, seconds in zip(("import govner", "govner.load()", "first document"), cold, strict=False):
        table.add_row(step, f"{seconds:.3f}")
    table.add_row("all", f"{sum(cold[:3]):.3f}")
    table.add_row("peak memory then", f"{cold[3]:.0f} MB")
    console.print(table)

    nlp = govner.load()
    first = timed(lambda: drain(nlp.pipe(texts)))[0]  # fills the tables of forms
    streamed = megabytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    table = Table("stage", "seconds", "syllables/s", "µs/syllable", title="Stages: all texts, best of 3, warm")
    table.add_row("all: text to Documents, first pass", *_figures(first, count))
    for stage, seconds in by_stage(nlp, texts):
        table.add_row(stage, *_figures(seconds, count))
    console.print(table)

    table = Table("characters", "syllables", "µs/syllable", title="Linearity: one text repeated")
    for size, number, cost in linearity(nlp, texts):
        table.add_row(f"{size:,}", f"{number:,}", f"{cost:.2f}")
    console.print(table)
    console.print(f"Peak memory after the first pass, texts held, Documents not: {streamed:.0f} MB")
    if options.peers:
        peers(nlp, texts, console)


def _figures(seconds: float, count: int) -> tuple[str, str, str]:
    return f"{seconds:.2f}", f"{count / seconds:,.0f}", f"{seconds / count * 1e6:.2f}"


if __name__ == "__main__":
    main()
