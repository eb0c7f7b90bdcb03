"""What the pictures share: the look, the import of plotly and networkx, text that plotly takes for text.

All pictures are plotly's own ``Figure``, to change, save and show as its users know:

    figure = govner.show.map(docs)
    figure.show()                      # in a notebook
    figure.write_html("map.html")      # as a page of its own

They need ``pip install "govner[pictures]"``. All functions read the documents once, so a stream will do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from govner.entities import GovnerError
from govner.show import facts
from govner.show.labels import Side

Point = tuple[float, float]

PLAIN: Mapping[str, Any] = {
    "template": "plotly_white",
    "margin": {"l": 20, "r": 20, "t": 50, "b": 20},
    "font": {"family": "system-ui, 'Noto Sans', sans-serif"},
}
"""The layout of every figure."""

SIDES: Mapping[Side, str] = {
    "right": "middle right",
    "left": "middle left",
    "above": "top center",
    "below": "bottom center",
    "above right": "top right",
    "below right": "bottom right",
    "above left": "top left",
    "below left": "bottom left",
}
"""The side of a dot where its name stands, in plotly's words."""


def load(name: str) -> Any:
    """A module of plotly or networkx; raises ``GovnerError`` with the mend where it is not installed."""
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        package = name.partition(".")[0]
        if (error.name or "").partition(".")[0] != package:
            raise
        raise GovnerError(f'pictures need {package}; pip install "govner[pictures]"') from error


def line(points: Iterable[Point | None]) -> dict[str, list[float | None]]:
    """Points as plotly's two columns; ``None`` lifts the pen."""
    found = list(points)
    return {"x": [p and p[0] for p in found], "y": [p and p[1] for p in found]}


def shown(text: str) -> str:
    """A name as plotly shows it: plotly reads some HTML in texts, and a name is none."""
    return facts.printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def times(count: int, what: str) -> str:
    """``"1 mention"``, ``"2 mentions"``."""
    return f"{count:,} {what}" + ("" if count == 1 else "s")
