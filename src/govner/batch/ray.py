"""Annotation on Ray: the one function of ``govner.batch`` over a ``ray.data.Dataset``, on one machine or on many.

    annotated = govner.batch.ray.annotate(ray.data.read_parquet("s3://news/2025"))  # a Dataset, computed when used
    govner.batch.ray.annotate_files(["s3://news/2025"], "s3://news/annotated")  # from files to a folder of Parquet

Every worker process of Ray loads the pipeline once and keeps it. Ray is an extra, ``pip install "govner[ray]"``, and
Govner must be installed on every node (or come with the job: ``runtime_env={"pip": [...]}``).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from govner.batch.core import Loader
from govner.batch.core import annotate as annotate_batch
from govner.entities import GovnerError, InputError
from govner.formats.arrow import SCHEMA
from govner.formats.inputs import LIMIT, Columns, Inputs, Record
from govner.formats.jsonl import Problem

try:
    import pyarrow as pa
    import pyarrow.compute
    import pyarrow.fs
    import pyarrow.parquet as pq
    import ray.data
except ImportError as error:
    raise GovnerError('the Ray engine needs Ray: pip install "govner[ray]"') from error

if TYPE_CHECKING:
    from ray.data import Dataset

ROWS = 256
"""Documents that a worker annotates at a time; its memory is bounded by them."""

ROWS_A_TASK = 4096
"""Documents that one task of Ray gets, and one file of the output holds: some seconds of work, so that a task costs
little and the last ones end together."""

RECORD = pa.schema([(name, pa.string()) for name in ("id", "text", "date", "source", "__problem")])
"""What the reader of files hands on: records, and for inputs that are none, why (no user's column is called so)."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows were annotated, and how many could not be."""

    done: int
    failed: int


@dataclass(frozen=True)
class _Work:
    """What every worker is told. ``date`` and ``source`` stand in where a record brings none."""

    columns: Columns
    model: str | None
    rules: bool
    html: bool
    limit: int
    date: str | None = None
    source: str | None = None

    def __call__(self, table: pa.Table) -> pa.Table:
        """Annotate the rows of a table. A row that comes with a problem of the reader's keeps it as its error."""
        found = self.columns.among(table.schema.names)
        arrays = {field: table[name].combine_chunks() for field, name in found.items()}
        for field, value in (("date", self.date), ("source", self.source)):
            if value is not None:
                empty = pa.nulls(table.num_rows, pa.string())
                arrays[field] = arrays.get(field, empty).cast(pa.string()).fill_null(value)
        batch = pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))
        out = annotate_batch(batch, model=self.model, rules=self.rules, html=self.html, limit=self.limit)
        annotated = pa.Table.from_batches([out], SCHEMA)
        if "__problem" in table.schema.names:
            error = pa.compute.coalesce(table["__problem"], annotated["error"])
            annotated = annotated.set_column(len(SCHEMA) - 1, SCHEMA.field("error"), error)
        return annotated


def annotate(
    data: Dataset | str | Sequence[str],
    *,
    columns: Columns | None = None,
    model: str | None = "default",
    rules: bool = True,
    html: bool = False,
    limit: int = LIMIT,
    workers: int | None = None,
) -> Dataset:
    """Annotate a Dataset of Ray, or the Parquet at a path, paths, or URIs of object stores.

    What returns is a Dataset of ``govner.formats.arrow.SCHEMA`` with a row for each row, computed when it is used. It
    is in the order of ``data`` where Ray is told to keep it (``DataContext.execution_options.preserve_order``). A row
    that cannot be annotated has its reason in ``error``. ``columns`` names the columns that hold text, id, date and
    source; ``workers`` is how many tasks run at a time, by default one a core of the cluster; the rest is as
    ``govner.batch.annotate`` takes it.

    Raises ``InputError`` where no column holds the text, and what Ray raises where it cannot read.
    """
    dataset = data if isinstance(data, ray.data.Dataset) else ray.data.read_parquet(data)
    names = columns or Columns()
    schema = dataset.schema()
    if schema is not None:
        dataset = dataset.select_columns(list(names.among(schema.names).values()))
    return _mapped(dataset, _Work(names, model, rules, html, limit), workers)


def _mapped(dataset: Dataset, work: _Work, workers: int | None) -> Dataset:
    compute = None if workers is None else ray.data.TaskPoolStrategy(size=workers)
    return dataset.repartition(target_num_rows_per_block=ROWS_A_TASK).map_batches(
        work, batch_format="pyarrow", batch_size=ROWS, compute=compute, num_cpus=1
    )


def annotate_files(
    inputs: Sequence[str],
    output: str,
    *,
    columns: Columns | None = None,
    model: str | None = "default",
    rules: bool = True,
    html: bool = False,
    limit: int = LIMIT,
    date: str | None = None,
    source: str | None = None,
    workers: int | None = None,
    force: bool = False,
) -> Counts:
    """Annotate files on Ray, to a folder of Parquet files, in the order of the inputs.

    ``inputs`` are files, folders and globs of every kind that ``govner annotate`` reads, each file read by one task
    (so give many; where there are several nodes, they must all see them), or URIs of Parquet on an object store
    (``"s3://bucket/folder"``). ``output`` is a folder, or the URI of one: on a disk it takes its name when all is
    written; on an object store, which cannot rename, a file ``_SUCCESS`` says so. Rows that could not be annotated are
    in it with their ``error``, and are listed beside it (``OUTPUT.errors.jsonl``). ``force`` replaces an output that
    exists; ``date`` and ``source`` stand in where a record brings none.

    Raises ``InputError`` where an input or the model is not there or the output exists, ``GovnerError`` where Ray gives
    up; nothing is left then but, on an object store, files without ``_SUCCESS``.
    """
    work = _Work(columns or Columns(), model, rules, html, limit, date, source)
    target = _Target(output, force)
    Loader(model, rules)()  # a model that there is not is told now, not by a worker
    with _settings():
        try:
            dataset = _mapped(_read(inputs, work), replace(work, columns=Columns()), workers)
            with target.writing() as folder:
                sink = _Sink(folder, target.filesystem)
                dataset.write_datasink(sink)
                counts = target.told(sink.parts)
        except (ray.exceptions.RayError, pa.ArrowException, OSError) as error:
            raise GovnerError(f"Ray could not finish: {_told(error)}") from error
    return counts


def _told(error: Exception) -> str:
    """The error that began it: Ray gives the traceback of the worker as text, causes first."""
    found = re.search(r"^(?:\w+\.)*(\w+(?:Error|Exception|Invalid): .*)$", str(error), re.MULTILINE)
    return found[1] if found else f"{type(error).__name__}: {' '.join(str(error).split())}"


@contextmanager
def _settings() -> Iterator[None]:
    """Ray keeps the rows' order, and draws no bars where there is no terminal."""
    context = ray.data.DataContext.get_current()
    order, bars = context.execution_options.preserve_order, context.enable_progress_bars
    context.execution_options.preserve_order, context.enable_progress_bars = True, bars and sys.stderr.isatty()
    try:
        yield
    finally:
        context.execution_options.preserve_order, context.enable_progress_bars = order, bars


# --- in --------------------------------------------------------------------------------------------------------------


def _read(inputs: Sequence[str], work: _Work) -> Dataset:
    remote = [name for name in inputs if "://" in name]
    if remote and len(remote) < len(inputs):
        raise InputError("give files of this machine or URIs, not both in one run")
    if remote:
        dataset = ray.data.read_parquet(remote)
        found = work.columns.among(dataset.schema().names)
        return dataset.select_columns(list(found.values())).rename_columns(
            {name: field for field, name in found.items()}
        )
    reader = Inputs(inputs, work.columns, html=work.html, limit=work.limit)
    files: list[dict[str, str]] = []
    for name in inputs:
        # Workers may stand in another folder.
        below = [{"name": os.path.abspath(name), "path": os.path.abspath(path)} for path in reader.files(name)]
        if not below or not os.path.exists(below[0]["path"]):
            raise InputError(f"{name}: no such file, or a folder without files to read")
        files += below
    return ray.data.from_items(files, override_num_blocks=len(files)).map_batches(
        _Reader(work), batch_format="pyarrow", batch_size=1
    )


@dataclass(frozen=True)
class _Reader:
    work: _Work

    def __call__(self, files: pa.Table) -> Iterator[pa.Table]:
        """The records of a file, some at a time."""
        for file in files.to_pylist():
            reader = Inputs([file["name"]], self.work.columns, html=self.work.html, limit=self.work.limit)
            rows: list[tuple[str | None, ...]] = []
            for record in reader.of_file(file["path"], file["name"]):
                if isinstance(record, Record):
                    rows.append((record.id, record.text, record.date, record.source, None))
                else:
                    rows.append((record.id, None, None, None, f"{record.where}: {record.reason}"))
                if len(rows) == ROWS:
                    yield _records(rows)
                    rows = []
            yield _records(rows)


def _records(rows: list[tuple[str | None, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(RECORD)
    return pa.Table.from_arrays([pa.array(column, pa.string()) for column in columns], schema=RECORD)


# --- out -------------------------------------------------------------------------------------------------------------


class _Target:
    """The folder that is written, on this machine's disks or on an object store."""

    def __init__(self, output: str, force: bool) -> None:
        self.output = output.rstrip("/")
        self.local = "://" not in output
        if self.local:
            self.filesystem, self.path = pyarrow.fs.LocalFileSystem(), os.path.abspath(self.output)
        else:
            try:
                self.filesystem, self.path = pyarrow.fs.FileSystem.from_uri(self.output)
            except pa.ArrowInvalid as error:
                raise InputError(f"{self.output}: cannot be written to: {error}") from error
        stem = self.path.removesuffix(".parquet")
        self.errors = f"{stem}.errors.jsonl"
        self._free(force)

    def _free(self, force: bool) -> None:
        there = self.filesystem.get_file_info(self.path).type != pyarrow.fs.FileType.NotFound
        if there and not force:
            raise InputError(f"{self.output}: exists already; name another folder, or give force")
        if self.local and not os.path.isdir(os.path.dirname(self.path)):
            raise InputError(f"{self.output}: no folder {os.path.dirname(self.path)}; make it first")

    @contextmanager
    def writing(self) -> Iterator[str]:
        """Where to write; at the end the folder takes its name, or the mark of success is set."""
        if not self.local:
            with suppress(FileNotFoundError):
                self.filesystem.delete_dir_contents(self.path)
            yield self.path
            with self.filesystem.open_output_stream(f"{self.path}/_SUCCESS"):
                pass
            return
        head, tail = os.path.split(self.path)
        part = os.path.join(head, f".{tail}.part")  # the same name each time: a run that was killed leaves one, no more
        shutil.rmtree(part, ignore_errors=True)
        try:
            yield part
            _remove(self.path)
            os.replace(part, self.path)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def told(self, parts: Sequence[_Part]) -> Counts:
        """Count the rows, and list those that failed: ``id``, ``place`` (the row of the output), ``reason``."""
        rows = failed = 0
        lines: list[bytes] = []
        for part in parts:
            for number, problem in part.problems:
                row = {"id": problem.id, "place": f"row {rows + number}", "reason": problem.reason}
                lines.append(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                failed += 1
            rows += part.rows
        if lines:
            with self.filesystem.open_output_stream(self.errors) as file:
                file.write(b"".join(lines))
        elif self.filesystem.get_file_info(self.errors).type == pyarrow.fs.FileType.File:
            self.filesystem.delete_file(self.errors)  # of a former run
        return Counts(rows - failed, failed)


@dataclass(frozen=True)
class _Part:
    """What a task wrote: a file by its number, so many rows, and which of them are problems."""

    number: int
    rows: int
    problems: list[tuple[int, Problem]]


class _Sink(ray.data.Datasink):  # type: ignore[misc]
    """A Parquet file a task, named by its number: in order, and the same however often Ray repeats a task.

    Ray's own writer hands the rows of a task to several threads, and they may change places.
    """

    def __init__(self, folder: str, filesystem: pyarrow.fs.FileSystem) -> None:
        self.folder, self.filesystem = folder, filesystem
        self.parts: list[_Part] = []

    def on_write_start(self, schema: pa.Schema | None = None) -> None:
        self.filesystem.create_dir(self.folder, recursive=True)

    def write(self, blocks: Iterable[pa.Table], ctx: Any) -> _Part:
        """Write the blocks of one task, one after the other."""
        rows, bad = 0, []
        name = f"{self.folder}/part-{ctx.task_idx:06d}.parquet"
        with pq.ParquetWriter(name, SCHEMA, filesystem=self.filesystem, compression="zstd") as writer:
            for block in blocks:
                writer.write_table(block)
                for number, error in enumerate(block["error"].to_pylist(), rows):
                    if error is not None:
                        bad.append((number, Problem("", error, block["id"][number - rows].as_py())))
                rows += block.num_rows
        return _Part(ctx.task_idx, rows, bad)

    def on_write_complete(self, write_result: Any) -> None:
        """What the tasks wrote, in order; where there were no rows, a file without any says what the columns are."""
        self.parts = sorted(write_result.write_returns, key=lambda part: part.number)
        if not self.parts:
            name = f"{self.folder}/part-000000.parquet"
            pq.write_table(SCHEMA.empty_table(), name, filesystem=self.filesystem)


def _remove(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            os.unlink(path)
