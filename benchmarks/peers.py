"""Readers side by side, each in a process of its own, so that time to load and peak memory are its own too.

    python benchmarks/peers.py READER < JOB.json

is what ``speed.py`` starts for each; the last line of the output is JSON. ``measure`` does so and reads the answer.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT / "models" / "corpus"
RUSSIAN = Path(__file__).with_name("russian.txt")
EPOCHS = 6  # of spaCy's training: enough that it finds names, which is what its time depends on
LIMIT = 150  # seconds that a reader may take
ROUNDS, ENOUGH = 3, 10.0  # passes over the texts, and the seconds after which no further one begins

# One core for all: NumPy, BLIS and torch would take as many as there are.
ONE_CORE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)

Reader = Callable[[Sequence[str]], int]
"""Reads all texts and says how many spans or entities it found."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What one reader took: seconds to load, of the first pass and of the best; MB at its peak; spans found."""

    title: str
    syllables: int
    load: float
    first: float
    best: float
    found: int
    memory: float


class Unmeasured(Exception):  # noqa: N818 - not an error: the message says why a reader was left out
    """A reader that is not installed or cannot run here; the message says what would mend it."""


def syllables(texts: Sequence[str]) -> int:
    """Runs of characters between blanks: a Vietnamese syllable, a Russian word."""
    return sum(len(text.split()) for text in texts)


def russian(lengths: Sequence[int]) -> list[str]:
    """Russian news texts of as many words each as ``lengths`` says: our own sentences, repeated, each text beginning
    with another."""
    lines = RUSSIAN.read_text(encoding="utf-8").splitlines()
    texts = []
    for first, length in enumerate(lengths):
        words: list[str] = []
        line = first
        while len(words) < length:
            words += lines[line % len(lines)].split()
            line += 1
        texts.append(" ".join(words[:length]))
    return texts


def peak() -> float:
    """The process's peak memory in MB.

    Linux hands a parent's ``ru_maxrss`` on to the child it starts, so the peak of this program alone is asked for.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    # in bytes on macOS, in kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def measure(reader: str, texts: Sequence[str], model: str | None = None, python: str = sys.executable) -> Measured:
    """Start a process in which the reader reads the texts. Raises ``Unmeasured`` where it cannot.

    ``python`` is the interpreter that has the reader, where that is not this one.
    """
    answer = _start(reader, {"texts": list(texts), "model": model}, python)
    return Measured(syllables=syllables(texts), **answer)


def measure_spacy(texts: Sequence[str]) -> Measured:
    """spaCy's CNN, trained from nothing on our own articles in one process and read with in another.

    Its published models would have to be downloaded, and there is none for Vietnamese. How fast the network runs
    depends on its shape, hardly on what it has learned. Raises ``Unmeasured`` where spaCy cannot run.
    """
    if not CORPUS.is_dir():
        raise Unmeasured(f"spaCy: {CORPUS} is not there to train on")
    with tempfile.TemporaryDirectory() as folder:
        _start("train-spacy", {"model": folder})
        return measure("spacy", texts, folder)


def _start(reader: str, job: dict[str, Any], python: str = sys.executable) -> dict[str, Any]:
    title, package, _ = READERS[reader]
    try:
        run = subprocess.run(
            [python, __file__, reader],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**os.environ, **ONE_CORE, "PYTHONIOENCODING": "utf-8"},
            timeout=LIMIT,
        )
    except subprocess.TimeoutExpired:
        raise Unmeasured(f"{title} left out: it took more than {LIMIT} seconds") from None
    if run.returncode:
        why = (run.stderr.strip().splitlines() or [f"it ended with {run.returncode}"])[-1]
        raise Unmeasured(f"{title} left out, it cannot run here: {why}")
    answer: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    if "missing" in answer:
        raise Unmeasured(f"{title} left out: no module {answer['missing']!r} here; run: pip install {package}")
    return answer


# --- the readers, in the process that was started --------------------------------------------------------------------


def _govner(model: str | None) -> tuple[str, Reader]:
    import govner

    nlp = govner.load(model)
    return f"Govner {govner.__version__}, {kind(nlp.stages)}", lambda texts: sum(
        len(document.spans) for document in nlp.pipe(texts)
    )


def kind(stages: Sequence[str]) -> str:
    """What a Govner pipeline reads with, in words."""
    return {(True, True): "model and rules", (True, False): "model alone"}.get(
        ("tagger" in stages, "rules" in stages), "rules alone"
    )


def _underthesea(_: str | None) -> tuple[str, Reader]:
    from underthesea import ner

    def read(texts: Sequence[str]) -> int:
        return sum(word[3].startswith("B") for text in texts for word in ner(text))

    return f"underthesea.ner {version('underthesea')}", read


def _spacy(folder: str | None) -> tuple[str, Reader]:
    import spacy

    assert folder is not None
    nlp = spacy.load(folder)
    return f"spaCy {version('spacy')}, CNN ner", lambda texts: sum(len(doc.ents) for doc in nlp.pipe(texts))


def _natasha(_: str | None) -> tuple[str, Reader]:
    from natasha import Doc, NewsEmbedding, NewsNERTagger, Segmenter

    segmenter, tagger = Segmenter(), NewsNERTagger(NewsEmbedding())

    def read(texts: Sequence[str]) -> int:
        found = 0
        for text in texts:
            doc = Doc(text)
            doc.segment(segmenter)
            doc.tag_ner(tagger)
            found += len(doc.spans)
        return found

    return f"Natasha {version('natasha')}, Slovnet {version('slovnet')}, Russian", read


READERS: dict[str, tuple[str, str, Callable[[str | None], tuple[str, Reader]]]] = {
    "govner": ("Govner", "govner", _govner),
    "underthesea": ("underthesea.ner", "underthesea", _underthesea),
    "train-spacy": ("spaCy's CNN", "spacy", _spacy),
    "spacy": ("spaCy's CNN", "spacy", _spacy),
    "natasha": ("Natasha", "natasha", _natasha),
}
"""By name: what messages call it, the package that brings it, and what makes it, the title to print with it."""


def train_spacy(folder: str, seed: int = 0) -> None:
    """Train spaCy's default ``ner`` (hash embeddings, four convolutions of width 96, transitions) on our articles.

    ``xx`` splits at blanks and signs; ``vi`` would segment words with pyvi first, which takes longer. spaCy's
    entities cannot nest, so it learns the outermost.
    """
    import spacy
    from spacy.training import Example
    from spacy.util import filter_spans, fix_random_seed, minibatch

    from govner.formats import from_markup

    fix_random_seed(seed)
    nlp = spacy.blank("xx")
    nlp.add_pipe("ner")
    examples = []
    for file in sorted(CORPUS.glob("*.ann")):
        marked = from_markup(file.read_text(encoding="utf-8"))
        gold = nlp.make_doc(marked.text)
        spans = [gold.char_span(s.start, s.end, s.label, alignment_mode="expand") for s in marked.spans]
        gold.ents = filter_spans([span for span in spans if span is not None])
        examples.append(Example(nlp.make_doc(marked.text), gold))
    optimizer = nlp.initialize(lambda: examples)
    shuffled = random.Random(seed)
    for _ in range(EPOCHS):
        shuffled.shuffle(examples)
        for batch in minibatch(examples, 8):
            nlp.update(batch, sgd=optimizer, drop=0.1)
    nlp.to_disk(folder)


def _passes(read: Reader, texts: Sequence[str]) -> Iterator[tuple[float, int]]:
    began = time.perf_counter()
    for _ in range(ROUNDS):
        start = time.perf_counter()
        found = read(texts)
        yield time.perf_counter() - start, found
        if time.perf_counter() - began > ENOUGH:
            return


def _answer(reader: str, job: dict[str, Any]) -> dict[str, Any]:
    if reader == "train-spacy":
        train_spacy(job["model"])
        return {}
    texts = job["texts"]
    start = time.perf_counter()
    title, read = READERS[reader][2](job["model"])
    read([texts[0][:500]])  # what is loaded at the first use
    load = time.perf_counter() - start
    passes = list(_passes(read, texts))
    return {
        "title": title,
        "load": load,
        "first": passes[0][0],
        "best": min(seconds for seconds, _ in passes),
        "found": passes[0][1],
        "memory": peak(),
    }


def main() -> None:
    try:
        answer = _answer(sys.argv[1], json.load(sys.stdin))
    except ImportError as error:
        answer = {"missing": error.name or str(error)}
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
