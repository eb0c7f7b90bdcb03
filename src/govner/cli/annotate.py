"""``govner annotate``: texts into JSON lines or Parquet."""

from __future__ import annotations

import sys
import time
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govner.cli.common import DateOption, Exit, ModelOption, NoRulesOption, SourceOption, complain, option_day
from govner.cli.progress import reporting, speed
from govner.entities import GovnerError

if TYPE_CHECKING:
    from govner.batch import Progress, Summary
    from govner.formats import Problem

STOPPED = 130
"""Exit status after Ctrl-C, as a shell has it."""


class Engine(str, Enum):
    """Where the work is done."""

    LOCAL = "local"
    RAY = "ray"


def annotate(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Texts (.txt), JSON lines (.jsonl), tables (.csv, .tsv, .parquet, .arrow), folders of them, globs; "
            "packed ones too (.gz, .bz2, .xz, .zst). - is standard input: JSON lines if it begins with {, else one "
            "text.",
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="What to write: .jsonl or .parquet; JSON lines to standard output if left out, or -.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write over files that are there.")] = False,
    tables: Annotated[
        bool,
        typer.Option(
            "--tables",
            help="Also write mentions, people, posts, bodies and locations as flat tables: "
            "out.people.parquet and so on beside out.parquet.",
        ),
    ] = False,
    errors: Annotated[
        Path | None,
        typer.Option("--errors", metavar="FILE", help="Where to list what failed; by default beside the output."),
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id-column", metavar="NAME", help="Column or field of ids; by default id, url.")
    ] = None,
    text_column: Annotated[
        str | None, typer.Option("--text-column", metavar="NAME", help="Of texts; by default text, content, body.")
    ] = None,
    date_column: Annotated[
        str | None, typer.Option("--date-column", metavar="NAME", help="Of dates (ISO days); by default date.")
    ] = None,
    source_column: Annotated[
        str | None, typer.Option("--source-column", metavar="NAME", help="Of papers or feeds; by default source.")
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="The texts are web pages (.html too): read the article in each.")
    ] = False,
    date: DateOption = None,
    source: SourceOption = None,
    model: ModelOption = None,
    no_rules: NoRulesOption = False,
    workers: Annotated[
        int | None,
        typer.Option(
            "--workers",
            "-j",
            min=0,
            metavar="N",
            help="Worker processes, by default one a core; 0 works in this process, which a bad text can then end.",
        ),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=0.1, metavar="SECONDS", help="Give a text up after this time.")
    ] = 300.0,
    limit: Annotated[
        int, typer.Option("--limit", min=1, metavar="CHARACTERS", help="Longer texts are not read.")
    ] = 10_000_000,
    chunk: Annotated[
        int,
        typer.Option(
            "--chunk",
            min=1,
            metavar="CHARACTERS",
            help="Of texts that a worker gets at a time, and that a crash can cost.",
        ),
    ] = 300_000,
    engine: Annotated[
        Engine, typer.Option("--engine", help="Work on this machine or on a Ray cluster.")
    ] = Engine.LOCAL,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")] = False,
) -> None:
    """Annotate texts into JSON lines or Parquet.

    A line or row is one document: its id, date, source, text, spans, people, bodies, locations and positions. With -o
    the files appear whole at the end, or not at all. What cannot be read or annotated is listed in FILE.errors.jsonl
    (without -o on standard error), and the rest goes on. A run that was stopped, even by a crash, is gone on with by
    the same command; what it has done is kept beside FILE until then.

    Exit status: 0 all was annotated, 3 a part could not be, 1 nothing was.
    """
    from govner.batch import Columns

    output = None if output == "-" else output
    common: dict[str, Any] = {
        "columns": Columns(id_column, text_column, date_column, source_column), "html": html,
        "date": option_day(date), "source": source, "limit": limit, "model": _model(model, no_rules),
        "rules": not no_rules, "workers": workers,
    }  # fmt: skip
    if engine is Engine.RAY:
        _on_ray(inputs, output, tables or errors is not None, overwrite, common)
    elif output is None or _is_device(Path(output)):
        if tables or errors is not None or overwrite:
            raise typer.BadParameter("--tables, --errors and --overwrite need a file to write", param_hint="--output")
        _to_stream(inputs, output, common, timeout, chunk)
    else:
        options = {"tables": tables, "errors": errors, "overwrite": overwrite, "timeout": timeout, "chunk": chunk}
        _to_file(inputs, output, {**common, **options}, quiet)


def _model(model: str | None, no_rules: bool) -> str | None:
    if model == "none" and no_rules:
        raise typer.BadParameter("neither a model nor rules: nothing is left to read with", param_hint="--no-rules")
    return None if model == "none" else "default" if model is None else model


def _is_device(output: Path) -> bool:
    """Whether it is a device or a pipe, which no file can replace."""
    return output.exists() and not output.is_file() and not output.is_dir()


def _to_file(inputs: list[str], output: str, options: dict[str, Any], quiet: bool) -> None:
    from govner.batch import NothingError, annotate_files

    try:
        with reporting(quiet) as report:
            summary = annotate_files(inputs, output, report=report, say=complain, **options)
    except NothingError as nothing:
        _told_failures(nothing.summary)
        raise
    except KeyboardInterrupt:
        complain("stopped; the same command goes on from here")
        raise typer.Exit(STOPPED) from None
    _told_failures(summary)
    _end(summary.progress)


def _told_failures(summary: Summary) -> None:
    for problem in summary.first:
        complain(str(problem))
    more = summary.progress.failed - len(summary.first)
    if more > 0:
        complain(f"and {more:,} more: {summary.errors}")


def _end(progress: Progress) -> None:
    took = f"{progress.syllables:,} syllables in {progress.seconds:.1f} s ({speed(progress)})"
    typer.echo(f"{progress.done:,} annotated, {progress.failed:,} failed: {took}", err=True)
    if progress.failed:
        raise typer.Exit(Exit.SOME)


def _to_stream(inputs: list[str], output: str | None, options: dict[str, Any], timeout: float, chunk: int) -> None:
    """Results as they come, to standard output or a device."""
    from govner.batch import Loader, Progress, stream
    from govner.batch.work import MAIN, Work
    from govner.formats.inputs import Inputs

    work = Work(Loader(options["model"], options["rules"]), html=options["html"])
    records = Inputs(inputs, options["columns"], options["html"], options["date"], options["source"], options["limit"])
    start, done, syllables, failed = time.monotonic(), 0, 0, 0
    with open(output, "wb") if output else _Standard() as file:
        for result, problems in stream(records, work, workers=options["workers"], timeout=timeout, chunk=chunk):
            done, syllables, failed = done + result.done, syllables + result.syllables, failed + len(problems)
            _complain_of(problems)
            for blob in result.streams.get(MAIN, []):
                file.write(blob)
            file.flush()
    if not done:
        raise GovnerError("nothing was annotated")
    if output is not None or failed:
        _end(Progress(done, failed, syllables, seconds=time.monotonic() - start))


class _Standard:
    def __enter__(self) -> Any:
        return sys.stdout.buffer

    def __exit__(self, *error: object) -> None:
        """Standard output is not ours to close."""


def _complain_of(problems: list[Problem]) -> None:
    for problem in problems:
        complain(str(problem))


def _on_ray(inputs: list[str], output: str | None, more: bool, overwrite: bool, options: dict[str, Any]) -> None:
    if output is None or more:
        raise typer.BadParameter(
            "ray writes a folder of Parquet: name it with -o; --tables and --errors are for the local engine",
            param_hint="--engine",
        )
    from govner.batch import ray

    start = time.monotonic()
    counts = ray.annotate_files(inputs, output, force=overwrite, **options)
    if not counts.done:
        raise GovnerError("nothing was annotated")
    typer.echo(f"{counts.done:,} annotated, {counts.failed:,} failed in {time.monotonic() - start:.1f} s", err=True)
    if counts.failed:
        raise typer.Exit(Exit.SOME)
