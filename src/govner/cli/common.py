"""What the commands share: exit statuses, options, the pipeline that they ask for, messages on standard error."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

import govner
from govner.entities import InputError
from govner.formats.jsonl import iso_day

if TYPE_CHECKING:
    from govner.pipeline import Pipeline

Record = dict[str, Any]


class Exit(IntEnum):
    """What the exit status says."""

    OK = 0
    NOTHING = 1
    SOME = 3
    BELOW = 4


ModelOption = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME|FOLDER",
        help="A packaged model's name or a folder that govner train wrote; none for rules alone. "
        "If left out, the packaged model.",
    ),
]

NoRulesOption = Annotated[bool, typer.Option("--no-rules", help="Leave the rules out and use the model alone.")]

DateOption = Annotated[
    str | None, typer.Option("--date", metavar="DAY", help="ISO day of texts that bring none (2025-07-01).")
]

SourceOption = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="Paper or feed of texts that bring none.")
]


def load_pipeline(model: str | None, no_rules: bool) -> Pipeline:
    """The pipeline of ``--model`` and ``--no-rules``; raises what ``govner.load`` raises, and for options at odds."""
    if model == "none" and no_rules:
        raise typer.BadParameter("neither a model nor rules: nothing is left to read with", param_hint="--no-rules")
    chosen = None if model == "none" else "default" if model is None else model
    return govner.load(model=chosen, rules=not no_rules)


def option_day(value: str | None) -> str | None:
    """The ISO day of ``--date``; any other form is a wrong use of the command."""
    try:
        return iso_day(value)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--date") from error


def complain(message: str) -> None:
    """Say on standard error what is wrong; what its encoding cannot write is escaped."""
    typer.echo(f"govner: {message}".encode("utf-8", "backslashreplace").decode(), err=True)


def os_reason(error: OSError, name: str | None = None) -> str:
    """What the operating system says, in few words; ``name`` given means that the message names the file already."""
    what = "no such file or folder" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()
    return what if name is not None or not error.filename else f"{error.filename}: {what}"
