"""The engine for one machine: from files to a file, in input order, in bounded memory, resumable at any moment."""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, TimeoutError
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import govner
from govner.batch.checkpoint import Checkpoint, Part, folder_of, sweep
from govner.batch.core import Loader
from govner.batch.outputs import Outputs, publish
from govner.batch.pool import TIMEOUT, pool
from govner.batch.work import Numbered, Result, Work
from govner.entities import GovnerError
from govner.formats import Problem
from govner.formats.inputs import LIMIT, Columns, Inputs, Record, os_reason

if TYPE_CHECKING:
    from govner.pipeline import Pipeline

CHUNK = 300_000
"""Characters of a chunk: about a second's work. What is read ahead, and what a kill can cost, is a few chunks."""

CHUNK_DOCUMENTS = 4_000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. ``earlier`` of the documents and syllables were done by a run before, which this one resumes;
    ``read`` is the share of the input that has been read, ``None`` where its size is not known."""

    done: int = 0
    failed: int = 0
    syllables: int = 0
    earlier: tuple[int, int] = (0, 0)
    read: float | None = None
    seconds: float = 0.0

    @property
    def left(self) -> int | None:
        """About how many records are left, by the bytes that are left."""
        if not self.read:
            return None
        return round((self.done + self.failed) * (1 - min(self.read, 1.0)) / self.read)

    @property
    def speed(self) -> tuple[float, float]:
        """Documents and syllables a second, in this run."""
        seconds = self.seconds or 1e-9
        return (self.done - self.earlier[0]) / seconds, (self.syllables - self.earlier[1]) / seconds


@dataclass(frozen=True, slots=True)
class Summary:
    """What a run came to: ``files`` are those it wrote, ``errors`` the one among them that lists what failed;
    ``first`` are the first failures."""

    progress: Progress
    files: tuple[Path, ...] = ()
    errors: Path | None = None
    first: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive records. ``first`` is the number of the first in the whole input, ``read`` as ``Progress.read``."""

    number: int
    first: int
    items: list[Record | Problem]
    read: float | None = field(default=None, compare=False)

    def name(self, options: str) -> str:
        """Its number, and a digest of it and of the options: the same chunk has the same name in every run."""
        text = json.dumps([options, self.first, self.items if not self._mixed() else list(map(_plain, self.items))])
        return f"{self.number:08d}-{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"

    def _mixed(self) -> bool:
        return any(isinstance(item, Problem) for item in self.items)

    def records(self) -> list[Numbered]:
        """The records with their numbers."""
        return [(n, item) for n, item in enumerate(self.items, self.first) if isinstance(item, Record)]

    def failed(self, result: Result) -> list[Problem]:
        """What could not be read and what could not be annotated, in input order."""
        found = [(n, item) for n, item in enumerate(self.items, self.first) if isinstance(item, Problem)]
        for number, reason in result.failed:
            item = self.items[number - self.first]
            assert isinstance(item, Record)
            found.append((number, Problem(item.place, reason, item.id)))
        return [problem for _, problem in sorted(found, key=lambda pair: pair[0])]


def _plain(item: Record | Problem) -> Sequence[Any]:
    return item if isinstance(item, Record) else [item.where, item.reason, item.id]


def chunks(inputs: Inputs, characters: int = CHUNK, size: int | None = None) -> Iterator[Chunk]:
    """Records in chunks of about as many characters, and so of about as much work; the same in every run.

    ``size`` is the input's in bytes, to tell how far the reading is.
    """
    items: list[Record | Problem] = []
    number = first = length = 0
    for item in inputs:
        items.append(item)
        length += len(item.text) if isinstance(item, Record) else 0
        if length >= characters or len(items) >= CHUNK_DOCUMENTS:
            yield Chunk(number, first, items, inputs.bytes_read() / size if size else None)
            first += len(items)
            items, length, number = [], 0, number + 1
    if items:
        yield Chunk(number, first, items, 1.0 if size else None)


def stream(
    inputs: Inputs, work: Work, *, workers: int | None = None, timeout: float = TIMEOUT, chunk: int = CHUNK
) -> Iterator[tuple[Result, list[Problem]]]:
    """Annotate without a file: for each chunk what came of it and what failed, in input order.

    Raises ``GovnerError`` where workers cannot be started or cannot load their model.
    """
    processes = pool(work, workers, timeout)

    def todo() -> Iterator[Future[tuple[Result, list[Problem]]]]:
        for each in chunks(inputs, chunk):
            yield processes.submit(each.records(), partial(_with_failed, each))

    try:
        yield from in_order(todo(), 2 * max(1, processes.workers))
    finally:
        processes.close()


def _with_failed(chunk: Chunk, result: Result) -> tuple[Result, list[Problem]]:
    return result, chunk.failed(result)


def in_order(futures: Iterable[Any], window: int) -> Iterator[Any]:
    """The values of futures in their order, as soon as they are there; ``window`` are asked for ahead."""
    waiting: deque[Any] = deque()
    for future in futures:
        waiting.append(future)
        while waiting and (len(waiting) > window or not isinstance(waiting[0], Future) or waiting[0].done()):
            yield _value(waiting.popleft())
    while waiting:
        yield _value(waiting.popleft())


def _value(future: Any) -> Any:
    while isinstance(future, Future):
        with suppress(TimeoutError):
            return future.result(1.0)  # again and again: on Windows, Ctrl-C waits for a wait to end
        if future.done():
            return future.result()  # the work itself ran out of time
    return future


def annotate_files(
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    tables: bool = False,
    workers: int | None = None,
    columns: Columns | None = None,
    html: bool = False,
    date: str | None = None,
    source: str | None = None,
    errors: str | Path | None = None,
    overwrite: bool = False,
    model: str | None = "default",
    rules: bool = True,
    loader: Callable[[], Pipeline] | None = None,
    limit: int = LIMIT,
    timeout: float = TIMEOUT,
    chunk: int = CHUNK,
    report: Callable[[Progress], None] = lambda progress: None,
    say: Callable[[str], None] = lambda message: None,
) -> Summary:
    """Annotate files into one file of JSON lines (``.jsonl``) or Parquet (``.parquet``), in input order.

    ``inputs`` are what ``govner.formats.inputs.Inputs`` takes; ``columns``, ``html``, ``date``, ``source``, ``limit``
    are its. With ``tables`` the flat tables of ``govner.formats.arrow.TABLES`` are written beside the output
    (``out.people.parquet``). ``workers`` are processes, by default one a core, 0 for this process; ``timeout`` the
    seconds that one may say nothing; ``chunk`` the characters of a chunk. ``loader`` makes the pipeline instead of
    ``model`` and ``rules``; it must pickle, and its ``repr`` must tell what it makes.

    What cannot be read or annotated is written to ``errors`` (by default ``out.errors.jsonl``), a JSON object a line
    with ``id``, ``place``, ``reason``, and the rest goes on. Files appear whole, at the end. What is finished is kept
    in ``.out.jsonl.parts`` until then: the same call goes on from there after a crash, and the file is the same, byte
    for byte. ``report`` is told of the progress after each chunk, ``say`` what is taken over from an earlier run.

    Raises ``InputError`` before any work where the output cannot be written, is there already (and not ``overwrite``),
    is being written by another run, or was begun by one with other options; ``GovnerError`` where the disk is full,
    workers cannot start, or nothing could be annotated (the errors file then says why, and an older output stays).
    """
    made = loader or Loader(model, rules)
    there = Outputs.of(output, tables, errors)
    work = Work(made, there.kind, html, tables)
    _has_extras(work)
    records = Inputs([str(name) for name in inputs], columns or Columns(), html, date, source, limit, there.all())
    sweep(folder_of(there.main))
    there.check(overwrite or _ends(there.main, records.names), records.names)
    options = {
        "govner": f"{govner.__version__} {_code()}", "model": _model(made), "kind": there.kind, "tables": tables,
        "html": html, "columns": asdict(records.columns), "date": date, "source": source, "limit": limit,
        "chunk": chunk,
    }  # fmt: skip
    checkpoint = Checkpoint.open(there.main, options)
    try:
        ending = checkpoint.ending()
        if ending is not None and ending["inputs"] == list(records.names):
            say(f"{there.main}: an earlier run had finished but for the files' names")
        else:
            there.check(overwrite)
            if stale := there.stale():
                names = ", ".join(path.name for path in stale)
                say(f"{there.main}: beside it are flat tables of an earlier run; give --tables, or remove {names}")
            _say(say, there.main, checkpoint)
            ending = _worked(records, work, there, checkpoint, json.dumps(options), workers, timeout, chunk, report)
        summary = _published(ending)
    except OSError as error:
        checkpoint.close(remove=not checkpoint.parts())
        raise GovnerError(
            f"{there.main}: {os_reason(error)}; what is finished is kept in {checkpoint.folder}: mend that, and run "
            "the same command again"
        ) from error
    except BaseException:
        checkpoint.close(remove=not checkpoint.parts())
        raise
    checkpoint.close(remove=True)
    if not summary.progress.done:
        raise NothingError(summary)
    return summary


class NothingError(GovnerError):
    """Nothing could be annotated; ``summary`` says what failed."""

    def __init__(self, summary: Summary) -> None:
        super().__init__("nothing was annotated")
        self.summary = summary


def _worked(
    inputs: Inputs,
    work: Work,
    there: Outputs,
    checkpoint: Checkpoint,
    options: str,
    workers: int | None,
    timeout: float,
    chunk: int,
    report: Callable[[Progress], None],
) -> dict[str, Any]:
    """Do the work and write the files aside; what is to be done then."""
    start = time.monotonic()
    progress = Progress()
    parts: list[Path] = []
    processes = pool(work, workers, timeout)
    reads: deque[float | None] = deque()

    def todo() -> Iterator[Part | Future[Part]]:
        for each in chunks(inputs, chunk, inputs.size()):
            reads.append(each.read)
            name = each.name(options)
            yield checkpoint.part(name) or processes.submit(each.records(), partial(_kept, checkpoint, name, each))

    try:
        for part in in_order(todo(), 2 * max(1, processes.workers)):
            parts.append(part.path)
            progress = _further(progress, part, reads.popleft(), time.monotonic() - start)
            report(progress)
    finally:
        processes.close()
    return there.write(checkpoint, parts, list(inputs.names), asdict(progress))


def _kept(checkpoint: Checkpoint, name: str, chunk: Chunk, result: Result) -> Part:
    return checkpoint.save(name, result, chunk.failed(result))


def _further(before: Progress, part: Part, read: float | None, seconds: float) -> Progress:
    earlier = (0, 0) if part.fresh else (part.done, part.syllables)
    return Progress(
        before.done + part.done, before.failed + part.failed, before.syllables + part.syllables,
        (before.earlier[0] + earlier[0], before.earlier[1] + earlier[1]), read, seconds,
    )  # fmt: skip


def _published(ending: Mapping[str, Any]) -> Summary:
    """Give the files their names; what has its name already stays."""
    written = publish(ending["files"])
    told = ending["progress"]
    progress = Progress(**{**told, "earlier": tuple(told["earlier"])})
    return Summary(
        progress, written, Path(ending["errors"]) if ending["errors"] else None,
        tuple(Problem(where, reason, id) for where, reason, id in ending["first"]),
    )  # fmt: skip


def _say(say: Callable[[str], None], output: Path, checkpoint: Checkpoint) -> None:
    if checkpoint.found:
        say(f"{output}: going on from an earlier run ({checkpoint.found} finished chunks in {checkpoint.folder})")


def _ends(output: Path, names: Sequence[str]) -> bool:
    """Whether an earlier run was stopped between naming its files and cleaning up: then the output may be there."""
    with suppress(OSError, ValueError, KeyError):
        ending = json.loads((folder_of(output) / "ending.json").read_bytes())
        return bool(ending["inputs"] == list(names))
    return False


# --- what is being run -----------------------------------------------------------------------------------------------


def _has_extras(work: Work) -> None:
    """Say before the work that a package is missing."""
    if work.kind == "parquet" or work.tables:
        import govner.formats.arrow
    if work.html:
        import govner.formats.html  # noqa: F401


def _code() -> str:
    """A digest of the installed package, code, data and models: another Govner must not go on with an older one's."""
    digest = hashlib.blake2b(digest_size=12)
    _hash(digest, Path(str(files("govner"))))
    return digest.hexdigest()


def _hash(digest: Any, folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.is_dir() and path.name != "__pycache__":
            _hash(digest, path)
        elif path.is_file():
            digest.update(path.name.encode() + b"\0" + path.read_bytes())


def _model(loader: Callable[[], Pipeline]) -> str:
    """What tells the model from others: for a folder the digest of its description, which has that of the weights."""
    described = ""
    if isinstance(loader, Loader) and isinstance(loader.model, str):
        with suppress(OSError):
            described = hashlib.blake2b((Path(loader.model) / "model.json").read_bytes(), digest_size=12).hexdigest()
    return f"{loader!r} {described}".strip()
