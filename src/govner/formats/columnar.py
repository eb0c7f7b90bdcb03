"""Records out of Parquet and Arrow files, whatever program wrote them; pyarrow is an extra."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any
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
    """The rows of a file, in order, each with the share of the file that has been read with it.

    ``format`` is ``"parquet"`` or ``"ipc"``.
    ``below`` is the folder of the dataset that the file is a part of: the partitions that the path names
    (``year=2025``) are columns too.
    """
    number = 0
    try:
        data = ds.dataset(path, format=format)
        partitions = _partitions(path, below)
        found = (columns or Columns()).among([*data.schema.names, *partitions])
        total = max(1, data.count_rows())
        stored = sorted({name for name in found.values() if name not in partitions})
        batches = data.to_batches(stored, batch_size=ROWS, batch_readahead=1, fragment_readahead=1, use_threads=False)
        for batch in batches:
            for row in rows(batch, found, partitions, limit, f"{path}:", number + 1):
                number += 1
                yield number / total, row
        if not number:
            yield 1.0, Problem(path, "no records in it")
    except (pa.ArrowException, InputError) as error:
        told = " ".join(str(error).split())
        yield 1.0, Problem(f"{path}:{number + 1}" if number else path, f"{told}; what follows was not read")


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
    except UnicodeDecodeError:
        large = pa.types.is_large_string(column.type)
        return list(column.cast(pa.large_binary() if large else pa.binary()).to_pylist())
