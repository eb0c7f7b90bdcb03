"""Annotated files back as Documents, whatever their format."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from govner.entities import Document, GovnerError, InputError
from govner.formats.jsonl import decode

JSON_LINES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".jsonl.zst", ".ndjson.zst")


def read_documents(path: str | Path) -> Iterator[Document]:
    """The Documents of a file that ``govner annotate`` wrote, one after the other, in bounded memory.

    ``path`` is a file of JSON lines (``.jsonl``, also packed as ``.jsonl.gz`` or ``.jsonl.zst``), or Parquet as
    ``read_parquet`` takes it: a file, a folder, a glob, a URI.

    Raises ``InputError`` naming the file, or its line, that cannot be read or is no annotated document.
    """
    if str(path).endswith(JSON_LINES):
        return _documents(Path(path))
    if Path(path).suffix in (".json", ".csv", ".tsv", ".txt"):
        raise InputError(f"{path}: holds no Documents; give the .jsonl or .parquet that govner annotate wrote")
    from govner.formats.arrow import read_parquet

    return read_parquet(path)


def _documents(path: Path) -> Iterator[Document]:
    opened, errors = _opener(path)
    try:
        with opened() as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _document(line, f"{path}:{number}")
    except errors as error:
        raise InputError(f"{path}: cannot be read: {error}") from error


def _opener(path: Path) -> tuple[Callable[[], Any], tuple[type[Exception], ...]]:
    """What opens the file, and what it raises where the file is not there, is damaged or ends too soon."""
    if path.suffix == ".gz":
        import gzip
        import zlib

        return lambda: gzip.open(path, "rb"), (OSError, EOFError, zlib.error)
    if path.suffix == ".zst":
        try:
            import zstandard
        except ImportError as error:
            raise GovnerError(f'{path}: .zst needs zstandard: pip install "govner[batch]"') from error
        # Its reader does not iterate over lines by itself.
        return lambda: io.BufferedReader(zstandard.open(path, "rb")), (OSError, EOFError, zstandard.ZstdError)
    return lambda: path.open("rb"), (OSError,)


def _document(line: bytes, where: str) -> Document:
    try:
        row = json.loads(decode(line))
        if not isinstance(row, dict) or "spans" not in row:
            raise InputError("not an annotated document: no spans")
        return Document.from_dict(row)
    except (InputError, ValueError, RecursionError) as error:
        raise InputError(f"{where}: {error}") from error
