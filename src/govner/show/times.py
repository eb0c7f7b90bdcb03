"""What documents say over time: who held a post, and how often what is named. Figures of plotly."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

from govner.entities import Body, Document, InputError
from govner.formats.frames import stream
from govner.show.figures import PLAIN, load, shown
from govner.show.palette import PALETTE, SERIES
from govner.show.tally import body_key

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

Period = Literal["day", "week", "month", "quarter", "year"]
Seen = tuple[str, str, str]
"""The day, the status and the document that says so."""

What = Literal["labels", "documents", "people", "bodies", "places"]

_SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down", "star", "hexagon", "cross")
_STATUSES = {
    "current": ("circle", "●"),
    "acting": ("diamond", "◆"),
    "appointed": ("triangle-up", "▲"),
    "nominated": ("triangle-right", "▶"),
    "removed": ("x", "✖"),
    "former": ("circle-open", "○"),
}
"""Status → plotly's shape of its points, and the sign that stands for it in a heading."""


def timeline(docs: Document | Iterable[Document], body: Body | str, title: str | None = None) -> Figure:
    """Who held the posts of a body, over the days of the documents, as a plotly ``Figure``.

    ``body`` is a ``Body``, its id or its name as a document resolves it ("Tỉnh ủy Quảng Ngãi"); ``title`` one of its
    posts ("Bí thư"), by default all. A row is a holder in a post, a point a document (or the day that it reports), its
    shape how the person then stood to the post; the line spans the first and the last. Undated documents are passed
    over. Raises ``InputError`` where no dated document names a holder; it names the bodies that have some.
    """
    go = load("plotly.graph_objects")
    rows, name = _held(docs, body, title)
    figure = go.Figure()
    holders = list(dict.fromkeys(holder for _, holder in rows))
    first = {post: min(min(seen) for (found, _), seen in rows.items() if found == post)[0] for post, _ in rows}
    for post, holder in sorted(rows, key=lambda row: (first[row[0]], row[0], min(rows[row]), row[1])):
        colour = SERIES[holders.index(holder) % len(SERIES)]
        figure.add_trace(_row(go, f"{post} · {holder}", holder, sorted(rows[post, holder]), colour))
    statuses = {status for seen in rows.values() for _, status, _ in seen}
    legend = "   ".join(f"{sign} {status}" for status, (_, sign) in _STATUSES.items() if status in statuses)
    heading = shown(f"{title}, {name}" if title else name)
    figure.update_layout(**PLAIN, title=f"{heading}<br><sub>{legend}</sub>", showlegend=False)
    figure.update_layout(height=150 + 34 * len(rows), margin_t=75)
    days = sorted(datetime.date.fromisoformat(day) for seen in rows.values() for day, *_ in seen)
    aside = max(datetime.timedelta(days=10), (days[-1] - days[0]) * 0.05)
    figure.update_xaxes(type="date", range=[days[0] - aside, days[-1] + aside])
    if days[-1] - days[0] < datetime.timedelta(days=10):  # plotly would else part the day into hours
        figure.update_xaxes(dtick=5 * 86_400_000, tickformat="%Y-%m-%d")
    figure.update_yaxes(autorange="reversed", automargin=True)
    return figure


def _held(
    docs: Document | Iterable[Document], body: Body | str, title: str | None
) -> tuple[dict[tuple[str, str], list[Seen]], str]:
    """(post, holder) → when seen and how, and the body's name."""
    rows: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    names: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for document in stream(docs):
        for person in document.people:
            for position in person.positions:
                day = position.date or document.date
                if not day or position.body is None:
                    continue
                if _is(position.body, body) and title in (None, position.title):
                    rows[position.title, person.name].append((day, position.status, document.id or ""))
                    names[position.body.name] += 1
                else:
                    others[position.body.id or position.body.name] += 1
    if not rows:
        name = body.name if isinstance(body, Body) else body
        post = f"{title} of {name}" if title else f"a post of {name}"
        known = ", ".join(repr(each) for each, _ in others.most_common(5))
        hint = f"; bodies with holders: {known}" if known else ""
        raise InputError(f"no dated document names a holder of {post}{hint}")
    return rows, names.most_common(1)[0][0]


def _row(go: Any, row: str, holder: str, seen: list[Seen], colour: str) -> Any:
    return go.Scatter(
        x=[day for day, *_ in seen],
        y=[shown(row)] * len(seen),
        mode="lines+markers",
        line={"color": colour, "width": 5},
        marker={
            "size": 13,
            "symbol": [_STATUSES[status][0] for _, status, _ in seen],
            "line": {"color": "#fff", "width": 1},
        },
        hovertext=[shown(" · ".join(filter(None, (day, status, id)))) for day, status, id in seen],
        hoverinfo="text",
        name=shown(holder),
    )


def _is(found: Body, wanted: Body | str) -> bool:
    if isinstance(wanted, Body):
        return body_key(found) == body_key(wanted)
    return wanted in (found.id, found.name)


def counts(docs: Document | Iterable[Document], by: Period = "month", of: What = "labels", top: int = 8) -> Figure:
    """What the documents name, over time, as a plotly ``Figure``: a line a series, a point a period.

    ``by`` is ``day``, ``week`` (its Monday), ``month``, ``quarter`` or ``year``. ``of`` is ``labels``: the mentions of
    each label; ``documents``: how many there are; ``people``, ``bodies`` or ``places``: in how many documents each of
    the ``top`` most named stands. Periods without a document are zero; undated documents are passed over. Raises
    ``InputError`` for other words, and where no document is dated.
    """
    go = load("plotly.graph_objects")
    if by not in _PERIODS:
        raise InputError(f"by={by!r}: use {', '.join(_PERIODS)}")
    if of not in _WHAT:
        raise InputError(f"of={of!r}: use {', '.join(_WHAT)}")
    series: dict[str, Counter[datetime.date]] = defaultdict(Counter)
    for document in stream(docs):
        if document.date is not None:
            start = _period(document.date, by)
            for name, count in _WHAT[of](document).items():
                series[name][start] += count
    starts = sorted({start for found in series.values() for start in found})
    if not starts:
        raise InputError("no document has a date and something to count; give dates: nlp(text, date='2025-07-01')")
    axis = list(_between(starts[0], starts[-1], by))
    names = sorted(series, key=lambda name: (-series[name].total(), name))[: len(PALETTE) if of == "labels" else top]
    figure = go.Figure()
    for n, name in enumerate(names):
        colour = PALETTE[name][0] if of == "labels" else SERIES[n % len(SERIES)]
        figure.add_trace(
            go.Scatter(
                x=axis,
                y=[series[name][start] for start in axis],
                name=shown(name),
                mode="lines+markers",
                line={"color": colour, "width": 2.5},
                # The shapes tell apart what the colours may not, and their edges show the yellow on white.
                marker={"size": 9, "symbol": _SHAPES[n % len(_SHAPES)], "line": {"color": "#555", "width": 1}},
            )
        )
    unit = "Mentions" if of == "labels" else "Documents"
    figure.update_layout(**PLAIN, title=f"{unit} by {by}", hovermode="x unified", yaxis_rangemode="tozero")
    figure.update_yaxes(title=unit.lower())
    figure.update_layout(showlegend=True)
    return figure


def _labels(document: Document) -> Counter[str]:
    return Counter(span.label for span in document.spans)


_WHAT: dict[str, Callable[[Document], Counter[str]]] = {
    "labels": _labels,
    "documents": lambda document: Counter({"documents": 1}),
    "people": lambda document: Counter({person.name for person in document.people}),
    "bodies": lambda document: Counter({body.name for body in document.bodies}),
    "places": lambda document: Counter({place.name for place in document.locations}),
}

_PERIODS = ("day", "week", "month", "quarter", "year")


def _period(day: str, by: str) -> datetime.date:
    """The first day of the period that an ISO day lies in."""
    found = datetime.date.fromisoformat(day)
    if by == "week":
        return found - datetime.timedelta(days=found.weekday())
    if by == "month":
        return found.replace(day=1)
    if by == "quarter":
        return found.replace(month=found.month - (found.month - 1) % 3, day=1)
    return found.replace(month=1, day=1) if by == "year" else found


def _between(first: datetime.date, last: datetime.date, by: str) -> Iterator[datetime.date]:
    """The first days of all periods from one to another."""
    days = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[by]
    while first <= last:
        yield first
        first = _period((first + datetime.timedelta(days=days)).isoformat(), by)
