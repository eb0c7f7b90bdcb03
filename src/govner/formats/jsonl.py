"""JSON lines: one record a line, read so that one bad line costs that line alone, and written whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from govner.entities import Document, InputError


@dataclass(frozen=True, slots=True)
class Problem:
    """An input that was passed over.

    ``where`` names its place (``"news.jsonl:7"``), ``reason`` says what is wrong with it, ``id`` is the record's own,
    where one is known.
    """

    where: str
    reason: str
    id: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}"


def read_jsonl(source: str | Path | Iterable[bytes], name: str | None = None) -> Iterator[dict[str, Any] | Problem]:
    """Read the records of a file of JSON lines: objects with ``text`` and, if known, ``id``, ``date``, ``source``.

    ``source`` is a path or an open binary stream; ``name`` is what a ``Problem`` calls it. A line that is not UTF-8,
    not JSON, not an object, or whose four fields do not fit comes back as a ``Problem`` in its place, and reading goes
    on. Other fields are kept as they are; an ``id`` that is a number becomes a string, ``date`` an ISO day. Blank lines
    are skipped. Raises ``OSError`` where a path cannot be opened.
    """
    if isinstance(source, (str, Path)):
        with open(source, "rb") as file:
            yield from read_jsonl(file, name or str(source))
        return
    for number, line in enumerate(source, 1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if line.strip():
            where = f"{name or getattr(source, 'name', 'input')}:{number}"
            try:
                yield record(line)
            except InputError as error:
                yield Problem(where, str(error))


def record(line: bytes) -> dict[str, Any]:
    """One line as a record, as ``read_jsonl`` gives it. Raises ``InputError`` saying what is wrong with it."""
    row = fields(line)
    if "text" not in row:
        raise InputError('no field "text"')
    for field in ("text", "id", "date", "source"):
        value = row.get(field)
        if field == "id" and isinstance(value, int) and not isinstance(value, bool):
            value = row["id"] = str(value)
        if not isinstance(value, str) and (field == "text" or value is not None):
            raise InputError(f'"{field}" is {kind(value)}, not a string')
        if isinstance(value, str) and not value.isascii():
            no_surrogate(field, value)
    row["date"] = iso_day(row.get("date"))
    return row


def fields(line: bytes) -> dict[str, Any]:
    """The JSON object of a line. Raises ``InputError`` where it is not UTF-8, not JSON, or not an object."""
    try:
        row = json.loads(decode(line))
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"not JSON: {error}") from error
    except ValueError as error:
        raise InputError(str(error) if isinstance(error, InputError) else f"not JSON: {error}") from error
    if not isinstance(row, dict):
        raise InputError(f"not a JSON object but {kind(row)}")
    return row


def kind(value: object) -> str:
    """What a JSON value is, in words: ``"a number"``."""
    names: dict[type, str] = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def no_surrogate(field: str, value: str) -> None:
    """Raise ``InputError`` for half a surrogate pair: JSON can spell it, but no file can hold it."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        half = f"\\u{ord(value[error.start]):04x}"
        raise InputError(f'"{field}" holds half a surrogate pair ({half}) at character {error.start}') from None


def decode(data: bytes) -> str:
    """Bytes as UTF-8 text, without a byte-order mark; raises ``InputError`` naming the first byte that does not fit."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        bad = data[error.start]
        raise InputError(f"not UTF-8: byte 0x{bad:02x} at {error.start}; convert it to UTF-8 first") from None


def iso_day(value: str | None) -> str | None:
    """The ISO day of an ISO day or time (``"2025-07-01T08:30:00+07:00"``); ``None`` for none.

    Raises ``InputError`` for any other form, since "01/07/2025" is two days, depending on who reads it.
    """
    if not value or not value.strip():
        return None
    value = value.strip()
    day = value[:10] if value[10:11] in ("T", " ") else value
    with suppress(ValueError):
        return date.fromisoformat(day).isoformat()
    raise InputError(f"date {value!r} is not an ISO day such as 2025-07-01")


def dumps(record: Document | Mapping[str, Any]) -> str:
    """One record as one line of JSON, without the line end."""
    row = record.to_dict() if isinstance(record, Document) else dict(record)
    return json.dumps(row, ensure_ascii=False, separators=(", ", ": "))


def write_jsonl(path: str | Path, records: Iterable[Document | Mapping[str, Any]]) -> int:
    """Write documents or records to a file, a line each, and return how many.

    The file appears whole: lines go to a temporary file beside it, which takes its name at the end; where ``records``
    raises, nothing is left and an older file stays. Raises ``InputError`` where the folder cannot be written to.
    """
    count = 0
    with whole_file(path) as file:
        for record in records:
            file.write(dumps(record).encode() + b"\n")
            count += 1
    return count


@contextmanager
def whole_file(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its name only when the block ends without an error."""
    target = Path(path)
    if target.is_dir():
        raise InputError(f"{target}: a folder; name a file to write to")
    if target.exists() and not target.is_file():  # a device or a pipe cannot be replaced by a file
        with open(target, "wb") as device:
            yield device
        return
    try:
        handle, part = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise InputError(f"{target}: cannot be written: {error.strerror or error}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(part, 0o666 & ~mask)  # mkstemp makes files that only their owner may read
        os.replace(part, target.resolve() if target.is_symlink() else target)
    except BaseException:
        with suppress(OSError):
            os.unlink(part)
        raise
