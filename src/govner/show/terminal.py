"""A document in the terminal: the marked-up text, its officials with their posts, its bodies and places."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from govner.entities import LAYER, Document, Person, Position, Span, Unit
from govner.show import facts
from govner.show.palette import PALETTE

COLOURS = {label: f"{ink} on {colour}" for label, (colour, ink) in PALETTE.items()}
"""One style a label."""

_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def show(document: Document, console: Console | None = None, rows: int | None = 15) -> None:
    """Print a document: its text with the marks, then tables of officials, bodies and places.

    ``console`` is rich's, standard output by default; ``rows`` bounds the tables of bodies and of places, ``None`` for
    no bound. Without colours (a pipe, ``NO_COLOR``) the marks are read by their brackets and labels.
    """
    console = console or Console()
    for part in _parts(document, rows):
        # Into a file or a pipe the text goes as it is; only a terminal has a width to break its lines at.
        console.print(part, soft_wrap=isinstance(part, Text) and not console.is_terminal)


def renderable(document: Document, rows: int | None = 15) -> RenderableType:
    """The same as ``show`` prints, for ``rich.print(document)`` and layouts of one's own."""
    return Group(*_parts(document, rows))


def _parts(document: Document, rows: int | None) -> list[RenderableType]:
    parts: list[RenderableType] = []
    head = " · ".join(part for part in (document.id, document.date, document.source) if part)
    if head:
        parts.append(Text(_safe(head), style="bold"))
    parts += [marked_up(document), "", officials_table(document.officials)]
    tables = _bodies_table(document, rows), _places_table(document, rows)
    return [*parts, *(each for each in tables if each is not None)]


def card(entity: Any) -> RenderableType:
    """A person, post, body, place or unit in a frame, with the rows that a notebook shows."""
    found = facts.card(entity)
    grid = Table.grid(padding=(0, 2))
    for name, value in found.rows:
        grid.add_row(Text(name, style="dim"), Text(_safe(value)))
    title = Text(f" {found.label} " if found.label else "", COLOURS.get(found.label, ""))
    title.append(f" {_safe(found.title)} ", "bold")
    return Panel(grid, title=title, title_align="left", box=box.ROUNDED, expand=False)


def table(items: Sequence[Any], rows: int | None = 50) -> RenderableType:
    """Entities of one kind as a table, of several kinds one below the other; ``rows`` bounds it, ``None`` for none."""
    shown = list(items)[:rows]
    left = len(items) - len(shown)
    sheet = facts.sheet(shown)
    if sheet is None:
        lines = [Text(_safe(repr(each))) for each in shown] or [Text("none")]
        return Group(*lines, *([Text(f"and {left} more", style="dim")] if left else []))
    made = Table(box=box.SIMPLE_HEAD, caption=f"and {left} more" if left else None)
    for n, column in enumerate(sheet.columns):
        made.add_column(column, overflow="fold", justify="right" if n in sheet.numeric else "left")
    for label, (first, *rest) in zip(sheet.labels, sheet.rows, strict=True):
        name = Text.assemble((f" {label} ", COLOURS.get(label, "")), " ") if label else Text()
        name.append(_safe(first))
        made.add_row(name, *(Text(_safe(cell)) for cell in rest))
    return made


def marked_up(document: Document) -> Text:
    """The text with every mark as ``[LABEL words]``, nested marks inside each other, one colour a label.

    PER and POS show the number of their person: ``[POS:1 Bí thư [PARTY Huyện ủy [LOC Bình Sơn]]]``.
    """
    out = Text()
    stack: list[Span] = []
    done = 0

    def write(until: int) -> None:
        nonlocal done
        out.append(_safe(document.text[done:until]), COLOURS.get(stack[-1].label) if stack else None)
        done = max(done, until)

    def close(until: int) -> None:
        while stack and stack[-1].end <= until:
            write(stack[-1].end)
            out.append("]", f"bold {COLOURS.get(stack.pop().label, '')}")

    for span in sorted(document.spans, key=lambda s: (s.start, -s.end, LAYER.get(s.label, 0))):
        close(span.start)
        write(span.start)
        number = "" if span.person is None else f":{span.person}"
        out.append(f"[{span.label}{number} ", f"bold {COLOURS.get(span.label, '')}")
        stack.append(span)
    close(len(document.text))
    write(len(document.text))
    return out


def officials_table(people: Iterable[Person]) -> Table:
    """The officials, each post a line: name, post, its status where it is not current, the unit of its body."""
    table = Table(title="Officials", title_justify="left", show_lines=False)
    for column in ("Name", "Post", "Status", "Unit"):
        table.add_column(column, overflow="fold")
    for person in people:
        for n, post in enumerate(person.positions):
            name = Text(_safe(person.name), style="bold") if n == 0 else Text()
            table.add_row(
                name, Text(_safe(post.name)), "" if post.status == "current" else post.status, _unit(_unit_of(post))
            )
        table.add_section()
    if not table.rows:
        table.add_row("none", "", "", "")
    return table


def _unit_of(post: Position) -> Unit | None:
    return post.body.unit if post.body is not None else None


def _unit(unit: Unit | None) -> Text:
    return Text(_safe(f"{unit.full_name} ({unit.id})") if unit is not None else "")


def _bodies_table(document: Document, limit: int | None) -> Table | None:
    found = [
        (len(body.mentions), body.name, f"{body.label} {facts.words(body.kind)}".removesuffix(" other"), body.unit)
        for body in document.bodies
    ]
    return _counts("Bodies", found, limit)


def _places_table(document: Document, limit: int | None) -> Table | None:
    found = [(len(place.mentions), place.name, facts.words(place.kind), place.unit) for place in document.locations]
    return _counts("Places", found, limit)


def _counts(title: str, found: Sequence[tuple[int, str, str, Unit | None]], limit: int | None) -> Table | None:
    if not found:
        return None
    ranked = sorted(found, key=lambda row: -row[0])[:limit]
    left = len(found) - len(ranked)
    table = Table(title=f"{title} ({len(found)})", title_justify="left", caption=f"and {left} more" if left else None)
    table.add_column("Name", overflow="fold")
    table.add_column("Kind", overflow="fold")
    table.add_column("Unit", overflow="fold")
    table.add_column("Mentions", justify="right")
    for count, name, kind, unit in ranked:
        table.add_row(Text(_safe(name)), kind, _unit(unit), str(count))
    return table


def _safe(text: str) -> str:
    # A text may hold control characters, and the terminal would obey them; half a surrogate pair cannot be printed.
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", "\n")).encode("utf-8", "replace").decode()


def console(stderr: bool = False) -> Console:
    """A console that never fails on a letter that the terminal's encoding lacks."""
    stream = sys.stderr if stderr else sys.stdout
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="replace")
    return Console(file=stream, highlight=False)
