"""What an archive comes in: text files, folders, globs, JSON lines, tables, pages, standard input; as records.

Every record is read when its turn comes, and one that cannot be read is a ``Problem`` in its place, so that it costs
itself alone. Files may be compressed (.gz, .bz2, .xz, .zst).
"""

from __future__ import annotations

import csv
import datetime
import glob
import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeGuard

from govner.entities import GovnerError, InputError
from govner.formats import compress
from govner.formats.jsonl import Problem, decode, fields, iso_day, kind, no_surrogate
from govner.formats.markup import from_markup

LIMIT = 10_000_000
"""No text is longer than this, in characters, unless the caller says so: memory is bounded by it."""

FIELDS = ("id", "text", "date", "source")
USUAL: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "url"),
    "text": ("text", "content", "body"),
    "date": ("date",),
    "source": ("source",),
}
"""The names under which a column is looked for, the first that is there, where the caller does not name it."""

JSON_LINES = (".jsonl", ".ndjson")
TABLES = {".csv": ",", ".tsv": "\t"}
ARROW = {".parquet": "parquet", ".pq": "parquet", ".arrow": "ipc", ".feather": "ipc", ".ipc": "ipc"}
PAGES = (".html", ".htm")
TEXTS = (".txt",)

_BOM = b"\xef\xbb\xbf"
_MAGIC = {b"\x1f\x8b": ".gz", b"BZh": ".bz2", b"\xfd7zXZ\x00": ".xz", b"\x28\xb5\x2f\xfd": ".zst"}
"""How compressed data begin."""


class Record(NamedTuple):
    """A text to be annotated. ``place`` names where it stood (``"news.jsonl:7"``)."""

    id: str | None
    text: str
    date: str | None = None
    source: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of a table, or field of a JSON object, holds what; ``None``: one of the ``USUAL`` names."""

    id: str | None = None
    text: str | None = None
    date: str | None = None
    source: str | None = None

    def among(self, names: Iterable[str]) -> dict[str, str]:
        """For each field the name that holds it, among those that there are; a field that none holds is left out.

        Raises ``InputError`` where a column that the caller named is not there, or none holds the text.
        """
        there = list(names)
        found: dict[str, str] = {}
        for which in FIELDS:
            named = getattr(self, which)
            if named is not None and named not in there:
                raise InputError(f"no column {named!r}, only {', '.join(map(repr, there)) or 'none'}")
            name = named or next((name for name in USUAL[which] if name in there), None)
            if name is not None:
                found[which] = name
        if "text" not in found:
            usual = ", ".join(USUAL["text"])
            only = ", ".join(map(repr, there)) or "none"
            raise InputError(f"no column for the text ({usual}), only {only}; name it (--text-column)")
        return found


@dataclass(slots=True)
class Inputs:
    """The records of files, folders, globs and standard input, in order; iterate over it once.

    ``names`` are paths, globs, or ``"-"``; ``html`` says that the texts are web pages, so that .html files are read
    too; ``date`` and ``source`` stand in where a record brings none; ``limit`` is the most characters of one text.
    ``without`` are files that are passed over in folders and globs, such as the output of an earlier run.
    """

    names: Sequence[str]
    columns: Columns = field(default_factory=Columns)
    html: bool = False
    date: str | None = None
    source: str | None = None
    limit: int = LIMIT
    without: Sequence[str | Path] = ()
    _position: int = 0
    _raw: BinaryIO | None = None

    def __iter__(self) -> Iterator[Record | Problem]:
        for record in self._all():
            if isinstance(record, Record):
                if len(record.text) > self.limit:
                    yield Problem(record.place, too_large(len(record.text), self.limit), record.id)
                    continue
                if (self.date and not record.date) or (self.source and not record.source):
                    record = record._replace(date=record.date or self.date, source=record.source or self.source)
            yield record

    def size(self) -> int | None:
        """Bytes of all the files, ``None`` where standard input is among them (or all are empty)."""
        if "-" in self.names:
            return None
        total = 0
        for name in self.names:
            for path in self.files(name):
                try:
                    total += os.path.getsize(path)
                except OSError:
                    continue  # it is named when its turn comes
        return total or None

    def bytes_read(self) -> int:
        """How many bytes of the files have been read."""
        try:
            return self._position + (self._raw.tell() if self._raw is not None else 0)
        except (OSError, ValueError):  # closed in the meantime
            return self._position

    # which files

    def _all(self) -> Iterator[Record | Problem]:
        for name in self.names:
            try:
                yield from _stdin(self) if name == "-" else self._named(name)
            except OSError as error:
                yield Problem(name, os_reason(error))

    def _named(self, name: str) -> Iterator[Record | Problem]:
        found = False
        for path in self.files(name):
            found = True
            yield from self.of_file(path, name)
        if not found:
            wanted = ", ".join((*TEXTS, *JSON_LINES[:1], *TABLES, ".parquet", *(PAGES[:1] if self.html else ())))
            yield Problem(name, f"a folder without {wanted} files" if os.path.isdir(name) else "no file is named so")

    def files(self, name: str) -> Iterator[str]:
        """The files of a name: itself, those of a folder (all below it), those that a glob stands for."""
        if os.path.isdir(name):
            found = self._folder(name)
        elif glob.has_magic(name) and not os.path.exists(name):
            found = (path for path in sorted(glob.glob(name, recursive=True)) if not os.path.isdir(path))
        else:
            yield name
            return
        without = {os.path.abspath(path) for path in self.without}
        yield from (path for path in found if os.path.abspath(path) not in without)

    def _folder(self, folder: str) -> Iterator[str]:
        """Files below a folder that can be read, by name; hidden ones and those of engines (_SUCCESS) are not."""
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        for entry in listed:
            if entry.name[0] in "._":
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from self._folder(entry.path)
            elif self._reader(entry.name) and _suffix(entry.name) != ".ann":
                yield entry.path

    def _reader(self, name: str) -> Callable[[str, str], Iterator[Record | Problem]] | None:
        suffix = _suffix(name)
        if suffix in JSON_LINES:
            return self._json_lines
        if suffix in TABLES:
            return self._table
        if suffix in ARROW:
            return self._arrow
        if suffix in (*TEXTS, ".ann") or (suffix in PAGES and self.html):
            return self._text
        return None

    # one file

    def of_file(self, path: str, name: str) -> Iterator[Record | Problem]:
        reader = self._reader(path) or (None if os.path.exists(path) else self._text)
        if reader is None:
            yield Problem(path, _unreadable(path))
            return
        start = self._position
        try:
            yield from reader(path, name)
        except OSError as error:
            yield Problem(path, os_reason(error))
        finally:
            self._raw = None
            self._position = start + _size(path)

    def _open(self, path: str) -> BinaryIO:
        self._raw = open(path, "rb")  # noqa: SIM115 - closed by the reader that asked for it
        return self._raw

    def _text(self, path: str, name: str) -> Iterator[Record | Problem]:
        id = os.path.relpath(path, name) if os.path.isdir(name) else os.path.basename(path)
        id = _printable(Path(os.path.splitext(compress.split(id)[0])[0]).as_posix())
        most = 4 * self.limit + len(_BOM)  # UTF-8 needs four bytes for a character at most
        try:
            with self._open(path) as raw, compress.opened(raw, compress.split(path)[1]) as file:
                data = file.read(most + 1)
            if len(data) > most:
                raise InputError(too_large(None, self.limit))
            text = decode(data)
            if _suffix(path) == ".ann":
                text = from_markup(text.rstrip("\r\n"), id=id).text
            yield Record(id, text, place=_printable(path))
        except GovnerError as error:
            yield Problem(_printable(path), str(error).removeprefix(f"{id}: "), id)

    def _json_lines(self, path: str, name: str) -> Iterator[Record | Problem]:
        with self._open(path) as raw:
            yield from json_lines(raw, _printable(path), compress.split(path)[1], self.columns, self.limit)

    def _table(self, path: str, name: str) -> Iterator[Record | Problem]:
        with self._open(path) as raw:
            plain, suffix = compress.split(path)
            yield from _csv(raw, _printable(path), suffix, TABLES[_suffix(plain)], self.columns, self.limit)

    def _arrow(self, path: str, name: str) -> Iterator[Record | Problem]:
        if compress.split(path)[1]:
            yield Problem(path, "a compressed Parquet or Arrow file; unpack it first (Parquet is compressed inside)")
            return
        from govner.formats.columnar import records  # pyarrow is an extra

        below = name if os.path.isdir(name) else None
        start, size = self._position, _size(path)
        for share, record in records(path, ARROW[_suffix(path)], below, self.columns, self.limit):
            self._position = start + round(share * size)
            yield record


def too_large(characters: int | None, limit: int) -> str:
    """Why a text that is too large is not read."""
    return f"too large: {'' if characters is None else f'{characters:,} and so '}more than {limit:,} characters"


def os_reason(error: OSError) -> str:
    """What the operating system says, in few words, without the file's name."""
    return "no such file or folder" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _suffix(name: str) -> str:
    return os.path.splitext(compress.split(name)[0])[1].lower()


def _unreadable(path: str) -> str:
    suffix = _suffix(path)
    if suffix in PAGES:
        return "a web page; give --html to read the article in it"
    return f"cannot read {suffix or 'such a'} file; give .txt, .jsonl, .csv, .tsv, .parquet or a folder of them"


def _printable(name: str) -> str:
    """A file's name as text that can be written: bytes that are no UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


# --- values ----------------------------------------------------------------------------------------------------------


def record(values: Mapping[str, Any], place: str = "", limit: int = LIMIT) -> Record:
    """A record from the values of a row: ``text``, and if known ``id``, ``date``, ``source``.

    ``date`` is an ISO day or a date; an ``id`` that is a whole number becomes a string. Raises ``InputError`` naming
    the field that does not fit.
    """
    text: Any = values.get("text")
    date, source = values.get("date"), values.get("source")
    id: Any = values.get("id")
    if _is_whole(id):
        id = str(int(id))
    if isinstance(date, datetime.date):  # a time of day is one too
        date = date.isoformat()
    for name, value in (("text", text), ("id", id), ("date", date), ("source", source)):
        if not isinstance(value, str):
            if name == "text" and value is None and "text" not in values:
                raise InputError('no field "text"')
            if name == "text" or value is not None:
                raise InputError(f'"{name}" is {kind(value)}, not a string')
        elif not value.isascii():
            no_surrogate(name, value)
    if len(text) > limit:
        raise InputError(too_large(len(text), limit))
    return Record(id, text, iso_day(date), source, place)


def id_of(values: Mapping[str, Any]) -> str | None:
    """The id of a row that makes no record, for the report on it; ``None`` where it has none that could be one."""
    id = values.get("id")
    return id if isinstance(id, str) and id.isprintable() else str(int(id)) if _is_whole(id) else None


def _is_whole(id: Any) -> TypeGuard[int | float | Decimal]:
    """Whether it is a whole number, also as a float or a decimal: with one null a column of numbers becomes those."""
    return isinstance(id, int | float | Decimal) and not isinstance(id, bool) and id % 1 == 0


# --- JSON lines ------------------------------------------------------------------------------------------------------


def json_lines(
    raw: BinaryIO, name: str, suffix: str = "", columns: Columns | None = None, limit: int = LIMIT
) -> Iterator[Record | Problem]:
    """The records of JSON lines, compressed as ``suffix`` says; ``name`` stands in the places of records."""
    names = columns or Columns()
    unseen = {named for which in ("id", "date", "source") if (named := getattr(names, which)) is not None}
    most = 8 * limit + (1 << 20)  # six bytes can spell a character; then there are other fields
    empty, number = True, 0
    try:
        with compress.opened(raw, suffix) as file:
            for number, line in enumerate(_lines(file, most), 1):
                if line is None:
                    yield Problem(f"{name}:{number}", too_large(None, limit))
                elif line.strip():
                    data = line if number > 1 else line.removeprefix(_BOM)
                    yield _of_line(data, f"{name}:{number}", names, limit, unseen)
                else:
                    continue
                empty = False
    except GovnerError as error:
        yield Problem(f"{name}:{number + 1}", f"{error}; what follows was not read")
    else:
        if empty:
            yield Problem(name, "no records in it")
        for field in sorted(unseen if not empty else ()):
            yield Problem(name, f"no record in it has the field {field!r}")


def _lines(file: BinaryIO, most: int) -> Iterator[bytes | None]:
    """Lines of a stream; one that is longer than ``most`` bytes is skipped over, not held, and comes as ``None``."""
    while line := file.readline(most):
        if len(line) == most and not line.endswith(b"\n"):
            while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield line


def _of_line(line: bytes, place: str, columns: Columns, limit: int, unseen: set[str]) -> Record | Problem:
    """The record of a line. Of the fields in ``unseen`` those that it has are taken out."""
    values: dict[str, Any] = {}
    try:
        row = fields(line)
        unseen.difference_update(row)
        values = {which: row[name] for which, name in _json_names(columns, row)}
        return record(values, place, limit)
    except InputError as error:
        return Problem(place, str(error), id_of(values))


def _json_names(columns: Columns, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What holds each field of a JSON object; unlike a table's rows, objects may each have other fields."""
    for which in FIELDS:
        named = getattr(columns, which)
        if named is not None and named not in row and which == "text":
            raise InputError(f"no field {named!r}")
        name = named or next((name for name in USUAL[which] if name in row), None)
        if name is not None and name in row:
            yield which, name


def _stdin(inputs: Inputs) -> Iterator[Record | Problem]:
    stream = sys.stdin.buffer
    head: list[bytes] = []
    for line in stream:
        head.append(line)
        if line.removeprefix(_BOM).strip():
            break
    else:
        yield Problem("-", "nothing came in on standard input")
        return
    packed = next((suffix for magic, suffix in _MAGIC.items() if head[0].startswith(magic)), None)
    if packed is not None:
        yield Problem("-", f"compressed data ({packed}); unpack them first: zcat FILE | govner annotate -")
        return
    if head[-1].removeprefix(_BOM).lstrip().startswith(b"{"):
        joined = io.BufferedReader(_Joined(b"".join(head), stream))
        yield from json_lines(joined, "-", "", inputs.columns, inputs.limit)
        return
    most = 4 * inputs.limit
    data = b"".join(chain(head, [stream.read(most + 1)]))
    try:
        if len(data) > most:
            raise InputError(too_large(None, inputs.limit))
        yield Record(None, decode(data), place="-")
    except InputError as error:
        yield Problem("-", str(error))


class _Joined(io.RawIOBase):
    """A stream with what was read from it already put back before it."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head[: len(buffer)] or self._rest.read1(len(buffer))  # type: ignore[attr-defined]
        self._head = self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


# --- CSV and TSV -----------------------------------------------------------------------------------------------------


def _csv(
    raw: BinaryIO, name: str, suffix: str, separator: str, columns: Columns, limit: int
) -> Iterator[Record | Problem]:
    """The rows of a table with a header. A comma's place may be taken by a semicolon or tab, as the header shows."""
    csv.field_size_limit(4 * limit)
    number, begun = 1, False
    try:
        with compress.opened(raw, suffix) as file:
            # What is no UTF-8 becomes surrogates, so that it costs its row alone.
            text = io.TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="")
            head = text.readline(1 << 20)
            if not head.strip():
                raise InputError("no header in the first line" if head or text.read(1) else "no records in it")
            rows = csv.reader(chain([head], text), delimiter=_separator(head, separator))
            header = next(rows)
            found = columns.among(header)
            begun = True
            places = {which: header.index(column) for which, column in found.items()}
            empty = True
            for row in rows:
                number, empty = rows.line_num, False
                if row:
                    yield _of_row(row, len(header), places, f"{name}:{number}", limit)
            if empty:
                yield Problem(name, "no records in it")
            text.detach()
    except (GovnerError, csv.Error) as error:
        told = f"{error}; what follows was not read" if begun else str(error)
        yield Problem(f"{name}:{number}" if number > 1 else name, told)


def _separator(head: str, usual: str) -> str:
    return max((usual, ",", ";", "\t"), key=head.count)


def _of_row(row: list[str], width: int, places: Mapping[str, int], place: str, limit: int) -> Record | Problem:
    values: dict[str, Any] = {}
    try:
        if len(row) != width:
            raise InputError(f"{len(row)} columns where the header has {width}")
        values = {which: row[column] or (None if which != "text" else "") for which, column in places.items()}
        for value in values.values():
            if value and not value.isascii():
                _encodable(value)
        return record(values, place, limit)
    except InputError as error:
        return Problem(place, str(error), id_of(values))


def _encodable(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        byte = ord(value[error.start]) - 0xDC00
        raise InputError(f"not UTF-8: byte 0x{byte:02x}; convert it to UTF-8 first") from None
