"""The command ``govner``: a module a command, put together here."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import govner
from govner.cli import annotate, demo, evaluate, show, train
from govner.cli.common import Exit, complain, os_reason
from govner.entities import GovnerError


class _Group(TyperGroup):
    """Commands whose expected errors are one line on standard error, not a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # the reader has gone (``govner annotate … | head``); typer leaves quietly
        except GovnerError as error:
            complain(str(error))
        except OSError as error:
            complain(os_reason(error))
        raise typer.Exit(Exit.NOTHING)


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


def main() -> None:
    """Run the command line; the console script's entry."""
    app()


def _version(value: bool) -> None:
    if value:
        typer.echo(f"govner {govner.__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Read Vietnamese political news: officials with their posts, Party and state bodies, dated places."""


for _command in (demo.demo, annotate.annotate, show.show, evaluate.evaluate, train.train):
    app.command()(_command)
