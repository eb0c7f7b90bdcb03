"""Whole archives end to end, from JSON lines to Parquet: syllables a second, scaling, memory; Ray; underthesea.

    python benchmarks/batch.py [--documents N] [--texts FILE.jsonl[.xz]]... [--peer-python PATH]

Texts are the 40,000 articles and 151,000 briefs of ../shared/raw where they are at hand, else the project's own texts,
repeated. Each run is a fresh process: seconds include the start of the workers, their loading of the model, and the
writing of the file. ``--documents`` takes that many, evenly from all files. Ray is measured where it is installed;
``--peer-python`` names an interpreter that has underthesea, if this one has not.
"""

from __future__ import annotations

import argparse
import json
import lzma
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from govner.formats import from_markup
from govner.text import sentences
from peers import Unmeasured, measure, syllables

ROOT = Path(__file__).resolve().parents[1]
RAW = ROOT.parent / "shared" / "raw"
NEWS = ("government.jsonl.xz", "general.jsonl.xz", "briefs_2025_2026.jsonl.xz")
OWN = (ROOT / "models" / "corpus", ROOT / "tests" / "articles")
OWN_DOCUMENTS = 5_000
PEER_TEXTS = 60  # underthesea reads this many of the texts, a sentence at a time
FEW_TEXTS = 12  # and this many whole, for its cost grows faster than its text
EVERY = 0.2  # seconds between two looks at the memory


# --- the texts -------------------------------------------------------------------------------------------------------


def lines_of(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        yield from lines


def own() -> Iterator[str]:
    """The project's own texts as JSON lines, again and again."""
    files = [file for folder in OWN if folder.is_dir() for file in sorted(folder.iterdir())]
    texts = [from_markup(f.read_text(encoding="utf-8")).text for f in files if f.suffix == ".ann"]
    for number, text in enumerate(islice(cycle(texts), OWN_DOCUMENTS)):
        yield json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n"


def unpack(paths: Sequence[Path], documents: int | None, folder: Path) -> tuple[int, int, list[str]]:
    """Write the texts that are read, as plain JSON lines; how many, their syllables, and some of them for the peer."""
    sources = {path.name.removesuffix(".xz"): list(lines_of(path)) for path in paths} or {"own.jsonl": list(own())}
    total = sum(map(len, sources.values()))
    step = max(1.0, total / documents) if documents else 1.0
    count = length = 0
    few: list[str] = []
    for name, lines in sources.items():
        chosen = [lines[int(n * step)] for n in range(int(len(lines) / step))]
        (folder / name).write_text("".join(chosen), encoding="utf-8")
        texts = [json.loads(line)["text"] for line in chosen]
        count, length = count + len(texts), length + syllables(texts)
        few += texts[:: max(1, len(texts) * len(sources) // PEER_TEXTS)]
    return count, length, few


# --- one run, in a process of its own --------------------------------------------------------------------------------


class Memory(threading.Thread):
    """Looks at the peak memory of this process and of all that it started, while they live."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peaks: dict[int, int] = {}
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.wait(EVERY):
            for pid in family(os.getpid()):
                with suppress(OSError, IndexError, ValueError):
                    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
                    self.peaks[pid] = int(status.split("VmHWM:")[1].split()[0]) // 1024

    def found(self) -> tuple[int, int]:
        """MB of this process, and of the largest other one."""
        others = [peak for pid, peak in self.peaks.items() if pid != os.getpid()]
        return self.peaks.get(os.getpid(), 0), max(others, default=0)


def family(pid: int) -> list[int]:
    """A process and all below it. Linux says so in /proc; elsewhere memory is not measured."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError, ValueError):
            stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def one(engine: str, workers: int, source: str, target: str, model: str) -> dict[str, Any]:
    """Annotate all files of a folder; seconds, memory, and what was counted."""
    chosen = None if model == "none" else model
    memory = Memory()
    memory.start()
    start = time.perf_counter()
    if engine == "ray":
        import ray

        ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False)
        ready = time.perf_counter()
        from govner.batch.ray import annotate_files as on_ray

        counts = on_ray([source], target, model=chosen)
        done, failed = counts.done, counts.failed
    else:
        from govner.batch import annotate_files

        ready = start
        progress = annotate_files([source], target, model=chosen, workers=workers).progress
        done, failed = progress.done, progress.failed
    end = time.perf_counter()
    memory.stop.set()
    memory.join()
    main, largest = memory.found()
    return {"seconds": end - start, "cluster": ready - start, "done": done, "failed": failed,
            "main": main, "largest": largest}  # fmt: skip


def run(engine: str, workers: int, source: Path, target: Path, model: str) -> dict[str, Any]:
    """``one`` in a fresh process. Raises ``Unmeasured`` where it cannot run here."""
    job = ["--one", engine, str(workers), str(source), str(target), model]
    done = subprocess.run([sys.executable, __file__, *job], capture_output=True, text=True)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise Unmeasured(f"{engine} with {workers} workers left out, it cannot run here: {why}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


# --- side by side ----------------------------------------------------------------------------------------------------


def same(one_file: Path, folder: Path) -> bool:
    """Whether two outputs hold the same rows in the same order; a column at a time, so that memory bears it."""
    import pyarrow.dataset as ds

    first, second = ds.dataset(one_file), ds.dataset(folder)
    return all(first.to_table([name]).equals(second.to_table([name])) for name in first.schema.names)


def size(path: Path) -> float:
    """MB of a file or of a folder's files."""
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files) / 1e6


def main() -> None:
    if sys.argv[1:2] == ["--one"]:
        engine, workers, source, target, model = sys.argv[2:7]
        print(json.dumps(one(engine, int(workers), source, target, model)))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=Path, action="append", default=[], metavar="JSONL", help="what to read")
    parser.add_argument("--documents", type=int, metavar="N", help="about N documents, evenly from all files")
    parser.add_argument("--model", default="default", help="a model's name or folder, or none for rules alone")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="the most workers (default 2)")
    parser.add_argument("--peer-python", default=sys.executable, metavar="PATH", help="a Python that has underthesea")
    parser.add_argument("--folder", type=Path, metavar="DIR", help="where to write (default a temporary folder)")
    options = parser.parse_args()
    for path in options.texts:
        if not path.is_file():
            parser.error(f"no such file: {path}")
    paths = options.texts or [RAW / name for name in NEWS if (RAW / name).is_file()]
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        report(paths, options, Path(folder), Console(width=None if sys.stdout.isatty() else 130))


def report(paths: Sequence[Path], options: argparse.Namespace, folder: Path, console: Console) -> None:
    """Measure and print. ``folder`` is emptied at the end."""
    (folder / "in").mkdir()
    (folder / "tenth").mkdir()
    count, length, few = unpack(paths, options.documents, folder / "in")
    tenth, tenth_length, _ = unpack(paths, max(1, count // 10), folder / "tenth")
    names = ", ".join(path.name for path in paths) or "own texts, repeated"
    console.print(f"{names}: {count:,} documents, {length:,} syllables")
    load = f", load average of the last minute {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    console.print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores{load}")

    table = Table(
        "engine", "workers", "documents", "seconds", "syllables/s", "main MB", "largest worker MB", "Parquet MB"
    )
    table.title = "From JSON lines to Parquet; fresh processes, start and loading included"
    speeds: dict[tuple[str, int], float] = {}
    notes = []
    most = options.workers
    plan = [("local", 1, "in"), ("local", most, "tenth"), ("local", most, "in"), ("ray", most, "in")]
    for engine, workers, what in plan:
        target = folder / f"{engine}-{workers}-{what}.parquet"
        try:
            found = run(engine, workers, folder / what, target, options.model)
        except Unmeasured as error:
            notes.append(str(error))
            continue
        speed = (length if what == "in" else tenth_length) / found["seconds"]
        if what == "in":
            speeds[engine, workers] = speed
        if found["cluster"]:
            notes.append(f"Ray: {found['cluster']:.1f} of the seconds are the start of the cluster on this machine")
        if found["done"] + found["failed"] != (count if what == "in" else tenth) or found["failed"]:
            notes.append(f"{engine}: {found['done']:,} done, {found['failed']:,} failed")
        table.add_row(
            engine, str(workers), f"{found['done']:,}", f"{found['seconds']:.1f}", f"{speed:,.0f}",
            f"{found['main']:,}", f"{found['largest']:,}", f"{size(target):,.1f}",
        )  # fmt: skip
    console.print(table)
    if {("local", 1), ("local", most)} <= set(speeds):
        scaling = speeds["local", most] / speeds["local", 1]
        console.print(f"Scaling from 1 to {most} workers: {scaling:.2f}")
        same_file = (folder / "local-1-in.parquet").read_bytes() == (folder / f"local-{most}-in.parquet").read_bytes()
        console.print(f"The files of 1 and of {most} workers are the same, byte for byte: {same_file}")
    if ("ray", most) in speeds:
        equal = same(folder / f"local-{most}-in.parquet", folder / f"ray-{most}-in.parquet")
        ratio = speeds["ray", most] / speeds["local", most]
        console.print(f"Ray at {ratio:.2f} of the local engine's speed; the same rows in the same order: {equal}")
    beside(few, speeds, options.peer_python, console)
    for note in notes:
        console.print(note, markup=False)


def beside(few: Sequence[str], speeds: dict[tuple[str, int], float], python: str, console: Console) -> None:
    """underthesea over a sample, in one process: given sentences cut beforehand, its best case, and given texts."""
    parts = [text[start:end] for text in few for start, end in sentences(text)]
    spread = few[:: max(1, len(few) // FEW_TEXTS)][:FEW_TEXTS]
    engines = [f"{engine}, {workers} workers" for engine, workers in speeds]
    table = Table("peer, one process", "texts", "syllables", "syllables/s", *(f"Govner {name}, ×" for name in engines))
    table.title = "underthesea in the same run, loading left out; ×: how many times as fast Govner is"
    for how, texts, given in (("a sentence at a time", few, parts), ("a text at a time", spread, spread)):
        try:
            theirs = measure("underthesea", given, python=python)
        except Unmeasured as error:
            console.print(str(error), markup=False)
            continue
        speed = theirs.syllables / theirs.best
        ratios = (f"{ours / speed:,.0f}" for ours in speeds.values())
        table.add_row(f"{theirs.title}, {how}", f"{len(texts)}", f"{theirs.syllables:,}", f"{speed:,.0f}", *ratios)
    console.print(table)


if __name__ == "__main__":
    main()
