"""What is in annotated archives: counts of officials, posts, bodies and provinces, as a page of the documentation.

    govner annotate ../shared/raw/government.jsonl.xz -o build/government.parquet --tables
    govner annotate ../shared/raw/briefs_2025_2026.jsonl.xz -o build/briefs_2025_2026.parquet --tables
    python tools/archive_report.py build/government.parquet build/briefs_2025_2026.parquet -o docs/archive.md

It reads the flat tables beside each output (``build/government.posts.parquet`` …). The page holds names and numbers, no
sentence and no text of an article. A number is that of documents, unless it says otherwise.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import polars as pl

import govner
from govner.formats.arrow import TABLES
from govner.text import fold

TOP = 25
"""How many officials, bodies and provinces are listed."""

MONTHS_TOP = 15
"""How many officials and provinces are followed by month."""

ABOUT = {
    "government": "Articles that name Party or state bodies often, 2016–2019 (Tuổi Trẻ, VnExpress, Người Đưa Tin), "
    "from the public corpus vietnews. They bring no dates; a few say theirs in the text.",
    "briefs_2025_2026": "Headlines with summaries of August 2025 to August 2026 (VnExpress, Thanh Niên, Tuổi Trẻ), "
    "from the public feed archive tintuchangngay. Each has its day.",
}
"""What an archive is, by its file's name."""

HEAD = """# An archive read

What Govner {version} finds in archives of Vietnamese news. `tools/archive_report.py` makes the page from the flat
tables that `govner annotate --tables` writes; it holds names and numbers, no text of an article. Numbers count
documents.

Nothing was corrected by hand, so the reader's errors are in the numbers ([how many](model-card.md)). People are told
apart by name alone here: two officials of one name count as one. A post, or a body, is named as it is most often; a
post held formerly has "nguyên" before it. Of bodies those count that the reader could tell from all others.
"""


class Archive:
    """The flat tables of one output."""

    def __init__(self, output: Path) -> None:
        self.name = output.stem
        self.documents = pl.scan_parquet(output).select("id", "date", "text").with_columns(month=_month()).collect()
        self.tables = {kind: self._table(output, kind) for kind in TABLES}
        self.dated = 2 * self.documents["date"].count() > len(self.documents)

    def _table(self, output: Path, kind: str) -> pl.DataFrame:
        path = output.with_name(f"{output.stem}.{kind}.parquet")
        if not path.is_file():
            sys.exit(f"{path}: not there; annotate with --tables")
        return pl.read_parquet(path).with_columns(month=_month())

    def months(self) -> list[str]:
        """The months in which there are documents, the oldest first."""
        return sorted(self.documents["month"].drop_nulls().unique().to_list())


def _month() -> pl.Expr:
    return pl.col("date").dt.strftime("%Y-%m")


# --- what is counted -------------------------------------------------------------------------------------------------


def same_name(names: Iterable[str]) -> dict[str, str]:
    """For each name the key of all that differ in case, in the place of a tone mark, or in Unicode's form alone."""
    return {name: " ".join(fold(part) for part in name.split()) for name in names}


def officials(archive: Archive) -> pl.DataFrame:
    """A row an official of a document: ``row``, ``month``, ``person``, ``key``, ``name``.

    Only people named in full, since "Sơn" is many.
    """
    found = archive.tables["people"].filter(pl.col("official") & pl.col("name").str.contains(" "))
    keys = same_name(found["name"].unique().to_list())
    return found.select("row", "month", "person", "name", key=pl.col("name").replace_strict(keys, default=None))


def usual(frame: pl.DataFrame, by: str, what: str) -> dict[str, str]:
    """For each value of ``by`` the commonest of ``what``; of several the first by the alphabet."""
    counted = frame.drop_nulls(what).group_by(by, what).len().sort(["len", what], descending=[True, False])
    return dict(counted.group_by(by, maintain_order=True).first().select(by, what).iter_rows())


def posts(archive: Archive, people: pl.DataFrame) -> pl.DataFrame:
    """The posts of those officials in Vietnamese bodies: ``key``, ``post``, the province of its body in ``province``.

    A post that is held no more has "nguyên" before it.
    """
    kinds = ("party", "state", "mass")
    held = archive.tables["posts"].filter(pl.col("kind").is_in(kinds)).join(people, on=["row", "person"])
    former = pl.col("status").is_in(["former", "removed"])
    post = pl.when(former).then(pl.lit("nguyên ") + pl.col("name")).otherwise(pl.col("name"))
    return held.select("key", "province", post=post)


def named(frame: pl.DataFrame, key: str) -> pl.DataFrame:
    """Documents in which each key stands: ``key``, ``documents``, the most first."""
    counted = frame.drop_nulls(key).group_by(key).agg(documents=pl.col("row").n_unique())
    return counted.sort(["documents", key], descending=[True, False])


def by_month(frame: pl.DataFrame, key: str, keys: Sequence[str], months: Sequence[str]) -> list[list[int]]:
    """For each key its documents in each month."""
    counted = frame.filter(pl.col(key).is_in(keys)).group_by(key, "month").agg(pl.col("row").n_unique())
    found = {(name, month): count for name, month, count in counted.iter_rows()}
    return [[found.get((name, month), 0) for month in months] for name in keys]


# --- the page --------------------------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table of Markdown; numbers stand at the right."""
    body = [
        [f"{cell:,}" if isinstance(cell, int) else str(cell or "").replace("|", "\\|") for cell in row] for row in rows
    ]
    sides = ["---:" if all(_number(row[n]) for row in body) and body else "---" for n in range(len(head))]
    lines = ["| " + " | ".join(row) + " |" for row in (head, sides, *body)]
    return [*lines, ""]


def _number(cell: str) -> bool:
    return not cell or cell.replace(",", "").replace(".", "").replace(" %", "").isdigit()


def overview(archives: Sequence[Archive]) -> list[str]:
    """How much was read and found."""

    def count(of: Callable[[Archive], object]) -> list[object]:
        return [of(archive) for archive in archives]

    def syllables(archive: Archive) -> int:
        return int(archive.documents["text"].str.count_matches(r"\S+").sum())

    def official(archive: Archive) -> int:
        return officials(archive)["row"].n_unique()

    rows = [
        ["documents", *count(lambda a: len(a.documents))],
        ["of these with a day", *count(lambda a: len(a.documents) - a.documents["date"].null_count())],
        ["syllables", *count(syllables)],
        ["mentions", *count(lambda a: len(a.tables["mentions"]))],
        ["people", *count(lambda a: len(a.tables["people"]))],
        ["of these officials", *count(lambda a: int(a.tables["people"]["official"].sum()))],
        ["posts", *count(lambda a: len(a.tables["posts"]))],
        ["bodies", *count(lambda a: len(a.tables["bodies"]))],
        ["places", *count(lambda a: len(a.tables["locations"]))],
        ["of these with their unit", *count(lambda a: a.tables["locations"]["unit"].count())],
        ["documents that name an official in full", *count(official)],
    ]
    lines = ["## What was read", "", *table(["", *(archive.name for archive in archives)], rows)]
    lines += ["People, posts, bodies and places are counted once a document.", ""]
    return lines


def page_of_officials(archive: Archive) -> list[str]:
    """The officials named in most documents, with what they are said to be, and by month."""
    people = officials(archive)
    names, held = usual(people, "key", "name"), posts(archive, people)
    said = usual(held, "key", "post")
    theirs = pl.col("post") == pl.col("key").replace_strict(said, default=None)
    homes = usual(held.filter(theirs), "key", "province")
    counted = named(people, "key")
    top = counted.head(TOP)
    rows = [[names[key], said.get(key, ""), homes.get(key, ""), documents] for key, documents in top.iter_rows()]
    lines = ["### Officials", "", f"{len(counted):,} officials are named in full; those in most documents:", ""]
    lines += table(["official", "post named most often", "province", "documents"], rows)
    if archive.dated:
        months, keys = archive.months(), top["key"].to_list()[:MONTHS_TOP]
        monthly = by_month(people, "key", keys, months)
        lines += ["By month:", ""]
        lines += table(["official", *months], [[names[key], *row] for key, row in zip(keys, monthly, strict=True)])
    return lines


def page_of_posts(archive: Archive) -> list[str]:
    """The titles given most often, and what was reported of posts."""
    given = archive.tables["posts"].filter(pl.col("kind").is_in(["party", "state", "mass"]))
    given = given.with_columns(key=pl.col("title").replace_strict(same_name(given["title"].unique()), default=None))
    titles = usual(given, "key", "title")
    top = named(given, "key").head(TOP)
    parts = ("party", "state", "mass")
    split = {
        (key, kind): count
        for key, kind, count in given.group_by("key", "kind").agg(pl.col("row").n_unique()).iter_rows()
    }
    rows = [
        [titles[key][0].upper() + titles[key][1:], *(split.get((key, kind), 0) for kind in parts), total]
        for key, total in top.iter_rows()
    ]
    lines = ["### Posts", "", *table(["title", "Party", "state", "Front", "documents"], rows)]
    reported = given.filter(pl.col("status").is_in(["appointed", "removed", "nominated"]))
    if len(reported) and archive.dated:
        months, kinds = archive.months(), ["appointed", "removed", "nominated"]
        monthly = by_month(reported, "status", kinds, months)
        lines += ["Documents that report of somebody who came to a post, left one, or was put forward for one:", ""]
        lines += table(["", *months], [[kind, *row] for kind, row in zip(kinds, monthly, strict=True)])
    return lines


def page_of_bodies(archive: Archive) -> list[str]:
    """The bodies named in most documents, of the Party, the state and the Front."""
    # A body has the same id in every document; none where the text leaves open which one it is.
    bodies = archive.tables["bodies"].with_columns(key=pl.col("body_id"))
    names, homes = usual(bodies, "key", "name"), usual(bodies, "key", "province")
    lines = ["### Bodies", ""]
    for label, title in (("PARTY", "Of the Party"), ("STATE", "Of the state"), ("MASS", "Of the Front")):
        top = named(bodies.filter(pl.col("label") == label), "key").head(TOP if label == "STATE" else 15)
        rows = [[names[key], homes.get(key, ""), count] for key, count in top.iter_rows()]
        lines += table([title, "province", "documents"], rows)
    return lines


def page_of_provinces(archive: Archive) -> list[str]:
    """The provinces named, themselves or by a unit of theirs, in most documents."""
    columns = ["row", "month", "province"]
    named_in = pl.concat([archive.tables[kind].select(columns) for kind in ("locations", "bodies")])
    counted = named(named_in, "province")
    top = counted.head(TOP)
    lines = ["### Provinces", ""]
    lines += [
        "Documents that name the province, a unit in it, or a body of either; provinces as they stood at the time:",
        "",
    ]
    if not archive.dated:
        return lines + table(["province", "documents"], top.iter_rows())
    months, keys = archive.months(), top["province"].to_list()
    monthly = by_month(named_in, "province", keys, months)
    rows = [[key, count, *row] for (key, count), row in zip(top.iter_rows(), monthly, strict=True)]
    return lines + table(["province", "documents", *months], rows)


def page_of_months(archive: Archive) -> list[str]:
    """How many documents each month has, and in how many an official or a body of the Party stands."""
    months = archive.months()
    kinds = {
        "documents": archive.documents.with_row_index("row"),
        "with an official": archive.tables["people"].filter(pl.col("official")),
        "with a body of the Party": archive.tables["bodies"].filter(pl.col("label") == "PARTY"),
        "with a body of the state": archive.tables["bodies"].filter(pl.col("label") == "STATE"),
    }
    rows: list[list[object]] = []
    for name, frame in kinds.items():
        counted = dict(frame.drop_nulls("month").group_by("month").agg(pl.col("row").n_unique()).iter_rows())
        rows.append([name, *(counted.get(month, 0) for month in months)])
    return ["### Months", "", *table(["", *months], rows)]


@cache
def page_of(archive: Archive) -> list[str]:
    """All of one archive."""
    lines = [f"## {archive.name}", "", ABOUT.get(archive.name, ""), ""]
    for part in (page_of_officials, page_of_posts, page_of_bodies, page_of_provinces):
        lines += part(archive)
    return lines + (page_of_months(archive) if archive.dated else [])


def page(archives: Sequence[Archive], note: str | None = None) -> str:
    """The whole page."""
    lines = [HEAD.format(version=govner.__version__), *([note, ""] if note else []), *overview(archives)]
    for archive in archives:
        lines += page_of(archive)
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("outputs", type=Path, nargs="+", metavar="OUT.parquet", help="what govner annotate wrote")
    parser.add_argument("-o", "--output", type=Path, default=Path("docs/archive.md"), metavar="PAGE.md")
    parser.add_argument("--note", metavar="TEXT", help="a sentence to stand at the head, as that it is a sample")
    options = parser.parse_args()
    for path in options.outputs:
        if not path.is_file():
            parser.error(f"no such file: {path}")
    options.output.write_text(page([Archive(path) for path in options.outputs], options.note), encoding="utf-8")
    print(f"{options.output}: written")


if __name__ == "__main__":
    main()
