"""``govner show``: one text, or many, and what was read in them, in the terminal or as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from govner.cli.common import (
    DateOption,
    Exit,
    ModelOption,
    NoRulesOption,
    Record,
    SourceOption,
    complain,
    load_pipeline,
    option_day,
)  # fmt: skip
from govner.cli.predict import annotated, predictions
from govner.cli.records import records, with_defaults
from govner.entities import Document, GovnerError, InputError
from govner.formats import Problem
from govner.formats.jsonl import whole_file


def show(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A text (.txt), marked-up text (.ann), .jsonl, or -.")],
    id: Annotated[str | None, typer.Option("--id", help="Which document of a .jsonl; the first if left out.")] = None,
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="List all bodies and places, not the most frequent; with --html, put all documents into one report.",
        ),
    ] = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page that any browser opens, instead of printing."),
    ] = None,
    date: DateOption = None,
    source: SourceOption = None,
    model: ModelOption = None,
    no_rules: NoRulesOption = False,
) -> None:
    """Show one text, its officials, bodies and places.

    A document that is annotated already (.ann, or .jsonl with spans) is shown as it is; a bare text is annotated first.

    With --html the text stands in a page beside its officials, a map, its bodies and places. The page needs no network.
    With --all --html, FILE (or a folder of .txt) becomes one report: tables that sort, a map, the texts. What cannot be
    read is then named on standard error and passed over; the exit status is 3.
    """
    found = with_defaults(records([file]), option_day(date), source)
    if every and html is not None:
        if id is not None:
            raise typer.BadParameter("one document, or --all of them", param_hint="--id")
        _report(found, file, html, model, no_rules)
        return
    record = _pick(found, file, id)
    document = (
        Document.from_dict(record) if "spans" in record else next(predictions(load_pipeline(model, no_rules), [record]))
    )
    if html is not None:
        page = document.to_html()
        with whole_file(html) as out:
            out.write(page.encode())
        return
    from govner.show import terminal

    terminal.show(document, terminal.console(), rows=None if every else 15)


def _report(found: Iterable[Record | Problem], name: str, html: Path, model: str | None, no_rules: bool) -> None:
    from govner.show import report

    counts = [0, 0]

    def good() -> Iterator[Document]:
        for result in _documents(found, model, no_rules):
            counts[isinstance(result, Problem)] += 1
            if isinstance(result, Problem):
                complain(str(result))
            else:
                yield result

    page = report(good(), title="Standard input" if name == "-" else Path(name).name)
    if not counts[0]:
        raise GovnerError("nothing to show")
    with whole_file(html) as out:
        out.write(page.encode())
    typer.echo(f"{html}: {counts[0]} documents, {counts[1]} failed", err=True)
    if counts[1]:
        raise typer.Exit(Exit.SOME)


def _documents(found: Iterable[Record | Problem], model: str | None, no_rules: bool) -> Iterator[Document | Problem]:
    """The documents, those without spans annotated; the pipeline is loaded if there are such."""
    for bare, run in groupby(found, key=lambda record: isinstance(record, dict) and "spans" not in record):
        if bare:
            yield from annotated(load_pipeline(model, no_rules), run)
            continue
        for record in run:
            try:
                yield record if isinstance(record, Problem) else Document.from_dict(record)
            except InputError as error:
                where, _, reason = str(error).partition(": ")
                yield Problem(where, reason)


def _pick(records: Iterable[Record | Problem], name: str, id: str | None) -> Record:
    """The record to show; a line that cannot be read is an error only where it stands in the way."""
    problem: Problem | None = None
    for record in records:
        if isinstance(record, Problem):
            problem = problem or record
            if id is None:
                break
        elif id is None or record.get("id") == id:
            return record
    if problem is not None:
        raise InputError(str(problem))
    raise InputError(f"{name}: no document has the id {id!r}")
