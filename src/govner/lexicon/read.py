"""Reads the data files of the lexicon into phrases with classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


_AREA = {"tỉnh", "phố", "huyện", "quận", "xã", "trấn", "phường", "khu", "tp", "việt", "nam"}


def entries() -> Iterable[tuple[str, str]]:
    """Every ``(phrase, class)`` of the data files.

    A body's level word ("công an huyện") is left out: it belongs to the place that may follow, and the grammar joins
    them again.
    """
    for form, name in _all_entries():
        words = form.lower().split()
        if (
            name.startswith(("Central", "Unit", "OrgHead", "Org:"))
            and len(words) > 1
            and words[-1] in _AREA
            and words[-2] != "bộ"
        ):
            continue
        yield form, name


def _small_head(form: str) -> str:
    """ "Báo Lao động" is also written "báo Lao động": a paper's type word counts in any case, a bare name does not."""
    head = form.split()[0]
    return form[0].lower() + form[1:] if head in ("Báo", "Tạp", "Hãng", "Đài", "Kênh", "Cổng", "Trang") else form


def _all_entries() -> Iterable[tuple[str, str]]:
    for name in ("titles.txt", "bodies.txt", "words.txt"):
        yield from classes(name)
    for row in table("honorifics.tsv"):
        yield row["form"], "Honorific"
        yield row["form"], f"Honorific:{row['kind']}"
    for row in table("ranks.tsv"):
        form = row["form"]  # "Đại tá", "đại tá"; abbreviations as they are written
        yield form.lower() if form[1:].islower() else form, "Rank"
    for row in table("newspapers.tsv"):
        for form in (row["form"], *row["aliases"].split("|")):
            if form.strip():
                yield _small_head(form.strip()), "Media"
    for row in table("bodies/fields.tsv"):
        yield row["form"], "Field"
    for row in table("bodies/central.tsv"):
        yield row["form"].removesuffix(" Việt Nam"), f"Central{row['label']}"
    for row in table("bodies/orgs.tsv"):
        yield row["form"].removesuffix(" Việt Nam"), "Brand" if row["kind"] in ("platform", "brand") else "OrgName"
    for row in table("bodies/units.tsv"):
        yield row["form"], f"Unit{row['label']}"
    for row in table("bodies/orgheads.tsv"):
        yield row["form"], "OrgHead"
        yield row["form"], f"Org:{row['kind']}"
    for row in table("bodies/descriptors.tsv"):
        yield row["form"], "Descriptor"
    for row in table("bodies/locheads.tsv"):
        yield row["form"], "LocHead"
        for kind in row["kind"].split(";"):
            yield row["form"], f"Loc:{kind}"
