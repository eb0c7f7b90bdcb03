"""Texts annotated by Govner itself, for training a model that reads without the rules.

python tools/silver.py RAW.jsonl[.xz]... -o SILVER.jsonl [--texts 2000] [--every 1] [--without GOLD.jsonl...] reads each
text by rules alone and by rules and model, cuts it into its paragraphs, and keeps those that both annotate alike and in
which they find something. What it writes is an ordinary training file: ``govner train GOLD.jsonl SILVER.jsonl
--no-rules``. It is made of others' texts, so keep it out of the repository. Texts that ``--without`` files begin alike
with are left out: name the texts that the model will be judged by. Prints how many paragraphs were kept.
"""

from __future__ import annotations

import argparse
import itertools
import json
import lzma
import pathlib
from collections.abc import Iterable, Iterator

import govner
from govner.entities import Document, Span

BATCH = 64
HEAD = 60
"""So many characters tell a text from others."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("raw", nargs="+", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True)
    parser.add_argument("--texts", type=int, default=2000, help="how many texts of each file")
    parser.add_argument("--every", type=int, default=1, help="take every n-th text")
    parser.add_argument("--model", default="default", help="the model beside the rules")
    parser.add_argument("--without", nargs="*", type=pathlib.Path, default=[], help="files of texts to leave out")
    options = parser.parse_args()
    without = {text[:HEAD] for path in options.without for _, text in texts(path)}
    options.output.parent.mkdir(parents=True, exist_ok=True)
    rules, both = govner.load(None, exclude=["linking"]), govner.load(options.model, exclude=["linking"])
    kept = seen = 0
    with options.output.open("w", encoding="utf-8") as out:
        for path in options.raw:
            every = itertools.islice(texts(path), 0, options.texts * options.every, options.every)
            chosen = (pair for pair in every if pair[1][:HEAD] not in without)
            while batch := list(itertools.islice(chosen, BATCH)):
                for one, other in zip(rules.pipe(batch), both.pipe(batch), strict=True):
                    for row in agreed(one, other):
                        seen += 1
                        if row["spans"]:
                            out.write(json.dumps(row, ensure_ascii=False) + "\n")
                            kept += 1
    print(f"{kept} of {seen} paragraphs kept")


def texts(path: pathlib.Path) -> Iterator[tuple[str, str]]:
    """``(id, text)`` of the lines of a file of JSON lines, packed or not."""
    with lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            yield f"{path.name}:{row.get('id', number)}", row["text"]


def agreed(one: Document, other: Document) -> Iterator[dict[str, object]]:
    """The paragraphs of a text; ``spans`` is None where the two readings differ."""
    start = 0
    for number, part in enumerate(one.text.splitlines(keepends=True)):
        end = start + len(part)
        found, again = within(one.spans, start, end), within(other.spans, start, end)
        if text := part.rstrip():
            yield {"id": f"{one.id}/{number}", "text": text, "spans": found if found == again else None}
        start = end


def within(spans: Iterable[Span], start: int, end: int) -> list[list[object]]:
    """The spans that touch a paragraph, as ``[start, end, label, person]`` from its beginning."""
    return [[s.start - start, s.end - start, s.label, None] for s in spans if s.start < end and s.end > start]


if __name__ == "__main__":
    main()
