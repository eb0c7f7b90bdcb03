"""Documents for the eye: the terminal, notebooks, pages, reports, pictures.

    govner.show.show(doc)                    # the terminal
    govner.show.page(doc)                    # one document as a page; the same as doc.to_html()
    govner.show.report(docs)                 # many documents as a page with tables that sort
    govner.show.table(doc.bodies)            # entities as an HTML table, as notebooks show them
    govner.show.graph(docs)                  # people, posts, bodies      ┐
    govner.show.map(docs)                    # the units named            │ figures of plotly
    govner.show.timeline(docs, body)         # who held a body's posts    │ (pip install "govner[pictures]")
    govner.show.counts(docs, by="month")     # mentions over time         ┘
    govner.show.network(docs)                # the graph as a networkx.Graph

Each name is looked up in its module when it is first used: the terminal needs no plotly.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from govner.show.graphs import graph, network
    from govner.show.html import fragment, page, table
    from govner.show.maps import map
    from govner.show.reports import report
    from govner.show.terminal import marked_up, show
    from govner.show.times import counts, timeline

_HOME = {
    "counts": "times",
    "fragment": "html",
    "graph": "graphs",
    "map": "maps",
    "marked_up": "terminal",
    "network": "graphs",
    "page": "html",
    "report": "reports",
    "show": "terminal",
    "table": "html",
    "timeline": "times",
}

__all__ = [
    "counts", "fragment", "graph", "map", "marked_up", "network", "page", "report", "show", "table", "timeline",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import the home of a name on its first use."""
    if name not in _HOME:
        raise AttributeError(f"module 'govner.show' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"govner.show.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
