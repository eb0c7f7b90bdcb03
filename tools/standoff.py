"""Annotations of texts that are not ours to publish: ids, offsets and labels are kept apart from the texts.

The files of ``models/standoff`` hold marks that were set by hand on texts of ../shared/raw; a line is one document:
``{"id": …, "sha256": first 16 digits of the text's, "spans": [[start, end, label], …]}``. With the raw texts at hand::

    python tools/standoff.py join models/standoff/*.jsonl --raw ../shared/raw/*.jsonl.xz -o joined.jsonl

writes ordinary annotated JSON lines, which ``govner evaluate`` and ``govner train`` take; ``split`` does the reverse::

    python tools/standoff.py split annotated.jsonl -o models/standoff/name.jsonl.xz

Files whose names end in ``.xz`` are packed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal


def digest(text: str) -> str:
    """What tells that a text is the one that was annotated."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def opened(path: Path, mode: Literal["rt", "wt"]) -> IO[str]:
    """A file of text, packed with xz where its name ends so."""
    if path.suffix == ".xz":
        return lzma.open(path, mode, encoding="utf-8")
    return path.open(mode, encoding="utf-8")


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a file of JSON lines, packed with xz or not."""
    with opened(path, "rt") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def split(row: dict[str, Any]) -> dict[str, Any]:
    """An annotated record without its text."""
    return {"id": row["id"], "sha256": digest(row["text"]), "spans": [list(span[:3]) for span in row["spans"]]}


def join(standoff: list[dict[str, Any]], raw: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The annotated records in the order of ``standoff``; one whose text is not there is named and left out."""
    wanted = {row["id"]: row for row in standoff}
    found = {row["id"]: row for row in raw if row["id"] in wanted}
    for row in standoff:
        text = found.get(row["id"], {}).get("text")
        if text is None or digest(text) != row["sha256"]:
            print(f"{row['id']}: {'no text of this id' if text is None else 'another text'}", file=sys.stderr)
            continue
        yield {**found[row["id"]], "spans": [[*span, None] for span in row["spans"]]}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("join", "split"))
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--raw", nargs="+", type=Path, default=[])
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    given = [row for file in options.files for row in rows(file)]
    out = (
        map(split, given)
        if options.verb == "split"
        else join(given, (row for file in options.raw for row in rows(file)))
    )
    options.output.parent.mkdir(parents=True, exist_ok=True)
    with opened(options.output, "wt") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in out)


if __name__ == "__main__":
    main()
