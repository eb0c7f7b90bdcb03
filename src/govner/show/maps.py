"""The units that documents name, on the outlines of the provinces, as a figure of plotly.

The provinces are filled lines on plain axes: plotly's own geographic axes fetch their base map from the network even
where nothing of it is shown, and stay empty without it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from govner.entities import Document, InputError, Unit
from govner.formats.frames import stream
from govner.show import facts
from govner.show.figures import PLAIN, SIDES, Point, line, load, shown, times
from govner.show.labels import Room
from govner.show.outlines import EDITIONS, Edition, Outline, outlines, province_code, vote
from govner.show.palette import PALETTE
from govner.show.svgmap import COUNTRY, SEA, SHRINK, Box, Place, merged, short_names, window
from govner.show.tally import Tally

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

_HEIGHT = 800
"""Pixels of a map, without its margins."""


def map(docs: Document | Iterable[Document], edition: Edition | None = None, top: int = 25) -> Figure:
    """The administrative units that places and bodies mean, on the outlines of the provinces, as a plotly ``Figure``.

    A province is the darker, the more often it or a unit in it is named; a circle is a unit, the larger, the more
    often. ``edition`` is ``"until"`` for the 63 provinces until 30 June 2025, ``"since"`` for the 34 since; by default
    that of most documents, by their days. ``top`` is how many units bear their name. Nothing comes from the network.
    Raises ``InputError`` where no unit with a point is named.
    """
    if edition not in (None, *EDITIONS):
        raise InputError(f"edition={edition!r}: use 'until' or 'since'")
    go = load("plotly.graph_objects")
    sums, votes = Tally(), Counter[Edition | None]()
    for document in stream(docs):
        sums.add(document)
        votes[vote(document)] += 1
    edition = edition or ("until" if votes["until"] > votes["since"] else "since")
    named = (Place(unit, count) for unit, count in sums.units.items() if unit.point is not None)
    units = {place.unit: place.count for place in merged(named)}
    if not units:
        raise InputError("no document names a unit with a point: nothing to draw")
    figure = go.Figure()
    counts: Counter[str] = Counter()
    for unit, count in units.items():
        code = province_code(unit, edition)
        if code is not None:
            counts[code] += count
    box = window(list(units), counts, edition)
    _provinces(go, figure, counts, edition)
    _units(go, figure, units, top, box)
    for name, lon, lat in SEA if box == COUNTRY else ():
        figure.add_annotation(x=lon, y=lat, text=name, showarrow=False, font={"size": 11, "color": "#666"})
    west, south, east, north = box
    figure.update_layout(**PLAIN, title=f"Units named · {EDITIONS[edition]}", showlegend=False, hovermode="closest")
    figure.update_layout(plot_bgcolor="#f3f4f6", dragmode="pan", height=_HEIGHT + 70)
    figure.update_xaxes(visible=False, range=(west, east), constrain="domain")
    figure.update_yaxes(visible=False, range=(south, north), scaleanchor="x", scaleratio=1 / SHRINK, constrain="domain")
    return figure


def _provinces(go: Any, figure: Figure, counts: Counter[str], edition: Edition) -> None:
    most = max([1, *counts.values()])
    plain = [outline for outline in outlines(edition) if outline.code not in counts]
    edge = {"color": "#999", "width": 0.7}
    every = chain.from_iterable(_points(outline) for outline in plain)
    figure.add_trace(
        go.Scatter(**line(every), mode="lines", fill="toself", fillcolor="#fff", line=edge, hoverinfo="skip")
    )
    for outline in outlines(edition):
        if outline.code in counts:
            count = counts[outline.code]
            text = f"{shown(outline.name)}: {times(count, 'mention')}"
            colour = f"rgba(0,158,115,{0.12 + 0.5 * count / most:.2f})"
            figure.add_trace(
                go.Scatter(**line(_points(outline)), mode="lines", fill="toself", fillcolor=colour, line=edge,
                           hoveron="fills", text=text, hoverinfo="text", name=outline.name)
            )  # fmt: skip


def _units(go: Any, figure: Figure, units: dict[Unit, int], top: int, box: Box) -> None:
    ranked = sorted(units, key=lambda unit: (-units[unit], unit.level, unit.code))
    names = short_names(ranked)
    most = max(1, units[ranked[0]])
    sizes = [6 + 12 * math.sqrt(units[unit] / most) for unit in ranked]
    west, south, east, north = box
    scale = _HEIGHT / (north - south)
    spots = [
        (((unit.lon or 0.0) - west) * scale * SHRINK, (north - (unit.lat or 0.0)) * scale, size / 2)
        for unit, size in zip(ranked, sizes, strict=True)
    ]
    room = Room((east - west) * scale * SHRINK, _HEIGHT, spots)
    sides = [room.take(*spot, name) for spot, name in zip(spots[:top], names, strict=False)]
    sides += [None] * (len(ranked) - len(sides))
    figure.add_trace(
        go.Scatter(
            x=[unit.lon for unit in ranked],
            y=[unit.lat for unit in ranked],
            mode="markers+text",
            text=[shown(name) if side else "" for name, side in zip(names, sides, strict=True)],
            textposition=[SIDES[side or "right"] for side in sides],
            textfont={"size": 11},
            hovertext=[f"{shown(facts.unit_line(unit))}<br>{times(units[unit], 'mention')}" for unit in ranked],
            hoverinfo="text",
            marker={"size": sizes, "color": PALETTE["STATE"][0], "opacity": 0.8, "line": {"color": "#fff", "width": 1}},
            name="units",
        )
    )


def _points(outline: Outline) -> Iterator[Point | None]:
    """The outer lines of a province in degrees, ``None`` between them."""
    for outer, *_ in outline.polygons:
        yield from ((x / 1000, y / 1000) for x, y in (*outer, outer[0]))
        yield None
