"""Records for the commands that look at one text or at annotated ones: files, folders, JSON lines, standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from govner.cli.common import Record, os_reason
from govner.entities import InputError
from govner.formats import Problem, from_markup, read_jsonl
from govner.formats.inputs import JSON_LINES
from govner.formats.jsonl import decode


def records(inputs: Sequence[str]) -> Iterator[Record | Problem]:
    """All records of the inputs, each read when its turn comes."""
    for name in inputs:
        try:
            yield from _stdin() if name == "-" else of_path(Path(name))
        except OSError as error:
            yield Problem(name, os_reason(error, name))


def of_path(path: Path) -> Iterator[Record | Problem]:
    """The records of a file or folder."""
    if path.is_dir():
        files = sorted(path.rglob("*.txt"))
        if not files:
            yield Problem(str(path), "a folder without .txt files")
        for file in files:
            yield of_text(file, file.relative_to(path).with_suffix("").as_posix())
    elif path.suffix in JSON_LINES:
        empty = True
        for record in read_jsonl(path):
            empty = False
            yield record
        if empty:
            yield Problem(str(path), "no records in it")
    elif path.suffix in (".txt", ".ann") or not path.exists():
        yield of_text(path, path.stem)
    else:
        yield Problem(str(path), f"cannot read {path.suffix or 'such a'} file; give .txt, .jsonl or a folder of .txt")


def of_text(path: Path, id: str) -> Record | Problem:
    """The one record of a text file or of a marked-up one."""
    try:
        text = decode(path.read_bytes())
        if path.suffix == ".ann":
            document = from_markup(text.rstrip("\r\n"), id=id)
            return document.to_dict()
        return {"id": id, "text": text}
    except InputError as error:
        return Problem(str(path), str(error).removeprefix(f"{id}: "))
    except OSError as error:
        return Problem(str(path), os_reason(error, str(path)))


def _stdin() -> Iterator[Record | Problem]:
    stream = sys.stdin.buffer
    head: list[bytes] = []
    for line in stream:
        head.append(line)
        if line.removeprefix(b"\xef\xbb\xbf").strip():
            break
    else:
        yield Problem("-", "nothing came in on standard input")
        return
    lines = chain(head, stream)
    if head[-1].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        yield from read_jsonl(lines, "-")
        return
    try:
        yield {"id": None, "text": decode(b"".join(lines))}
    except InputError as error:
        yield Problem("-", str(error))


def with_defaults(
    records: Iterable[Record | Problem], date: str | None, source: str | None
) -> Iterator[Record | Problem]:
    """The records, with this date and source where they bring none."""
    for record in records:
        if isinstance(record, dict):
            record["date"] = record.get("date") or date
            record["source"] = record.get("source") or source
        yield record
