"""Records out of Parquet and Arrow files, whatever program wrote them; pyarrow is an extra."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

from govner.entities import GovnerError, InputError
from govner.formats.inputs import LIMIT, Columns, Record, id_of, record
from govner.formats.jsonl import Problem, decode

try:
    import pyarrow as pa
    import pyarrow.dataset as ds
except ImportError as error:
    raise GovnerError('Parquet and Arrow need pyarrow: pip install "govner[batch]"') from error

ROWS = 256
"""Rows that are turned into records at a time."""


def records(
    path: str, format: str, below: str | None = None, columns: Columns | None = None, limit: int = LIMIT
) -> Iterator[tuple[float, Record | Problem]]:
    """The rows of a file, in order, each with the share of the file that has been read by then.

    ``format`` is ``"parquet"`` or ``"ipc"``: a file of Arrow, or a stream of it, as Hugging Face's ``datasets`` keeps.
    ``below`` is the folder of the dataset that the file is a part of: the partitions that the path names
    (``year=2025``) are columns too.
    """
    number = 0
    try:
        partitions = _partitions(path, below)
        wanted = columns or Columns()
        is_stream = format == "ipc" and not _is_ipc_file(path)
        batches = _of_stream(path, wanted, partitions) if is_stream else _of_dataset(path, format, wanted, partitions)
        for batch, found, share in batches:
            for row in rows(batch, found, partitions, limit, f"{path}:", number + 1):
                number += 1
                yield share, row
        if not number:
            yield 1.0, Problem(path, "no records in it")
    except (pa.ArrowException, InputError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        told = " ".join(str(error).split())
        if number:
            yield 1.0, Problem(f"{path}:{number + 1}", f"{told}; what follows was not read")
        else:
            yield 1.0, Problem(path, told.rpartition(f"'{path}': ")[2])


_Batches = Iterator[tuple[pa.RecordBatch, dict[str, str], float]]
"""Batches of at most ``ROWS`` rows, which column of theirs holds what, and the share of the file read with each."""


def _of_dataset(path: str, format: str, columns: Columns, partitions: Mapping[str, str]) -> _Batches:
    data = ds.dataset(path, format=format)
    found = columns.among([*data.schema.names, *partitions])
    total, read = max(1, data.count_rows()), 0
    stored = sorted({name for name in found.values() if name not in partitions})
    for batch in data.to_batches(stored, batch_size=ROWS, batch_readahead=1, fragment_readahead=1, use_threads=False):
        read += batch.num_rows
        yield batch, found, read / total


def _of_stream(path: str, columns: Columns, partitions: Mapping[str, str]) -> _Batches:
    with open(path, "rb") as file, pa.ipc.open_stream(file) as stream:
        found = columns.among([*stream.schema.names, *partitions])
        size = os.path.getsize(path)
        for batch in stream:
            for start in range(0, batch.num_rows, ROWS):
                yield batch.slice(start, ROWS), found, file.tell() / size


def _is_ipc_file(path: str) -> bool:
    """Whether Arrow is in its file form, which can be read from anywhere, and not in the form of a stream."""
    with open(path, "rb") as file:
        return file.read(6) == b"ARROW1"


def _partitions(path: str, below: str | None) -> dict[str, str]:
    """The columns that folders' names hold, as Hive writes them."""
    if below is None:
        return {}
    folders = os.path.relpath(os.path.dirname(path), below).split(os.sep)
    pairs = (folder.split("=", 1) for folder in folders if "=" in folder)
    return {name: unquote(value) for name, value in pairs if value != "__HIVE_DEFAULT_PARTITION__"}


def rows(
    batch: pa.RecordBatch,
    columns: Mapping[str, str],
    constants: Mapping[str, str] | None = None,
    limit: int = LIMIT,
    place: str = "",
    first: int = 1,
) -> Iterator[Record | Problem]:
    """A record for each row of a batch, or a ``Problem`` in its place.

    ``columns`` says which column holds what (``Columns.among``), ``constants`` give columns whose value is the same in
    all rows; ``place`` and a number from ``first`` name the row.
    """
    fixed = constants or {}
    values: dict[str, list[Any]] = {}
    for which, name in columns.items():
        column = [fixed[name]] * batch.num_rows if name in fixed else _values(batch.column(name))
        values[which] = column
    for number, cells in enumerate(zip(*values.values(), strict=True), first):
        row = dict(zip(values, cells, strict=True))
        try:
            for which, cell in row.items():
                if isinstance(cell, bytes):
                    row[which] = decode(cell)
                elif isinstance(cell, _Unreadable):
                    raise InputError(f'"{which}" cannot be read: {cell.reason}')
            if row["text"] is None:
                raise InputError('"text" is missing')
            yield record(row, f"{place}{number}", limit)
        except InputError as error:
            yield Problem(f"{place}{number}", str(error), id_of(row))


def _values(column: pa.Array) -> list[Any]:
    """The values of a column; strings that are no UTF-8, which other programs write, stay bytes."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        values: list[Any] = column.to_pylist()
        return values
    except (ValueError, OverflowError):
        return list(map(_value, column))


def _value(cell: pa.Scalar) -> Any:
    """A value for which its column cannot be taken as a whole."""
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return bytes(cell.as_buffer())
    except (ValueError, OverflowError) as error:  # a time beyond the years of Python
        return _Unreadable(str(error))


class _Unreadable(NamedTuple):
    """Stands for a value that Python cannot hold."""

    reason: str
