"""How far a batch is: a bar in a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from govner.batch import Progress

EVERY = 10.0
"""Seconds between two plain lines."""

Report = Callable[["Progress"], None]


@contextmanager
def reporting(quiet: bool) -> Iterator[Report]:
    """What a batch calls after each chunk. Nothing is shown if ``quiet``."""
    if quiet:
        yield lambda progress: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (BarColumn(), TextColumn("{task.fields[told]}"), TimeElapsedColumn())
    with Bars(*columns, console=console, transient=True) as bars:
        task = bars.add_task("", total=None, told="loading")

        def report(progress: Progress) -> None:
            total = None if progress.read is None else 1.0
            bars.update(task, total=total, completed=progress.read or 0.0, told=told(progress))

        yield report


class _Lines:
    def __init__(self) -> None:
        self._next = time.monotonic() + EVERY

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            typer.echo(told(progress), err=True)


def told(progress: Progress) -> str:
    """``"1,200 done, about 800 left, 1 failed; 90 documents/s, 31,000 syllables/s"``"""
    left = progress.left
    parts = [f"{progress.done:,} done"]
    if left is not None:
        parts.append(f"about {left:,} left")
    parts.append(f"{progress.failed:,} failed")
    return f"{', '.join(parts)}; {speed(progress)}"


def speed(progress: Progress) -> str:
    """``"90 documents/s, 31,000 syllables/s"``"""
    documents, syllables = progress.speed
    return f"{documents:,.0f} documents/s, {syllables:,.0f} syllables/s"
