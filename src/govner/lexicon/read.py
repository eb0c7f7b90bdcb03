"""Reads the data files of the lexicon into phrases with classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

Phrase = tuple[str, ...]
"""The folded tokens of a phrase."""


def data(name: str) -> str:
    """The text of a data file of this package."""
    return (files("govner.lexicon") / "data" / name).read_text(encoding="utf-8")


def table(name: str) -> Iterator[dict[str, str]]:
    """The rows of a tab-separated data file; its first line names the columns, lines with # are comments."""
    lines = (line for line in data(name).splitlines() if line and not line.startswith("#"))
    columns = next(lines).split("\t")
    for line in lines:
        yield dict(zip(columns, line.split("\t"), strict=False))


def classes(name: str) -> Iterator[tuple[str, str]]:
    """``(phrase, class)`` of a file in the notation of titles.txt."""
    current = ""
    for line in data(name).splitlines():
        if line.startswith("[") and line.endswith("]"):
            current = line[1:-1]
        elif line and not line.startswith("#"):
            for form in line.split(";"):
                if form.strip():
                    yield form.strip(), current


def needs_capital(form: str) -> bool:
    """Whether a form of the data is meant only where the text writes its first letter large."""
    return form[0].isupper()


@cache
def body_kinds() -> Mapping[str, str]:
    """The closed list of what a body can be (``Body.kind``), each kind with its meaning."""
    return {row["kind"]: row["meaning"] for row in table("bodies/kinds.tsv")}
