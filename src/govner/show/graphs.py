"""Who holds which post in which body, as a graph: networkx's, and drawn as plotly's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from govner.entities import Document, InputError
from govner.show import facts
from govner.show.figures import PLAIN, SIDES, Point, line, load, shown, times
from govner.show.labels import Room
from govner.show.palette import PALETTE
from govner.show.tally import Seen, body_key, post_key, tally

if TYPE_CHECKING:
    import networkx
    from plotly.graph_objects import Figure

_WIDTH = 1000
"""Pixels that a figure is laid out for; in another width its names stand a little looser or closer."""


def network(docs: Iterable[Document]) -> networkx.Graph[str]:
    """Who holds which post in which body, over all documents, as an undirected ``networkx.Graph``.

    Nodes are people (``"person/NAME"``), posts (``"post/…"``) and bodies (their id, or ``"body/…"`` without one), with
    the attributes ``kind`` (``person``, ``post``, ``body``), ``label`` (of the schema), ``name``, ``documents``. An
    edge leads from a person to a post, with ``status`` (the newest), ``documents``, ``first`` and ``last`` (ISO days,
    empty where no document is dated), and from a post to its body. People of one name are one node: a name is all that
    a document tells. Raises ``GovnerError`` where networkx is not installed.
    """
    nx = load("networkx")
    graph: networkx.Graph[str] = nx.Graph()
    sums = tally(docs)
    for held in sums.posts.values():
        position, seen = held.position, held.seen
        person, post = f"person/{held.name}", "post/" + "/".join(post_key(position))
        graph.add_node(person, kind="person", label="PER", name=held.name, documents=sums.people[held.name].documents)
        before = graph.nodes[post]["documents"] if post in graph else 0
        graph.add_node(post, kind="post", label="POS", name=position.name, documents=before + seen.documents)
        _join(graph, person, post, position.status, seen)
        if position.body is not None:
            key = body_key(position.body)
            body = key[0] if len(key) == 1 else "body/" + "/".join(key)
            count = sums.bodies[key].seen.documents if key in sums.bodies else 0
            graph.add_node(body, kind="body", label=position.body.label, name=position.body.name, documents=count)
            graph.add_edge(post, body)
    return graph


def _join(graph: networkx.Graph[str], person: str, post: str, status: str, seen: Seen) -> None:
    """One edge for a person in a post: the newest status, the documents of all."""
    edge = graph.edges[person, post] if graph.has_edge(person, post) else None
    if edge is not None:
        status = status if seen.last >= edge["last"] else edge["status"]
        first = min(filter(None, (seen.first, edge["first"])), default="")
        seen = Seen(0, seen.documents + edge["documents"], first, max(seen.last, edge["last"]))
    graph.add_edge(person, post, status=status, documents=seen.documents, first=seen.first, last=seen.last)


def graph(docs: Iterable[Document], top: int = 25) -> Figure:
    """The people with posts, their posts and the bodies these belong to, as a plotly ``Figure``.

    ``top`` is how many people are drawn, those of the most documents first. Hover over a circle for what it is. The
    same documents give the same picture. Raises ``InputError`` where no document gives anybody a post.
    """
    if top < 1:
        raise InputError(f"top={top}: at least one person must be drawn")
    go = load("plotly.graph_objects")
    full = network(docs)
    people = sorted(
        (node for node, kind in full.nodes(data="kind") if kind == "person"),
        key=lambda node: (-full.nodes[node]["documents"], -full.degree(node), node),
    )[:top]
    if not people:
        raise InputError("no document gives anybody a post: nothing to draw")
    shown = set(people)
    for person in people:
        for post in full[person]:
            shown |= {post, *(node for node in full[post] if full.nodes[node]["kind"] == "body")}
    part = full.subgraph(node for node in full if node in shown)
    at = _layout(part)
    names, height = _names(part, at)
    lines: list[Point | None] = list(chain.from_iterable((at[a], at[b], None) for a, b in part.edges))
    figure = go.Figure(go.Scatter(**line(lines), mode="lines", line={"color": "#aaa", "width": 1}, hoverinfo="skip",
                                  showlegend=False))  # fmt: skip
    for label in PALETTE:
        nodes = [node for node, found in part.nodes(data="label") if found == label]
        if nodes:
            figure.add_trace(_circles(go, part, nodes, at, names, label))
    figure.update_layout(**PLAIN, title=f"{times(len(people), 'person')} with posts and bodies", hovermode="closest")
    figure.update_layout(legend={"orientation": "h", "y": -0.02}, height=height + 120, dragmode="pan")
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False, scaleanchor="x")
    return figure


def _circles(
    go: Any, part: networkx.Graph[str], nodes: Sequence[str], at: dict[str, Point], names: dict[str, str], label: str
) -> Any:
    found = [part.nodes[node] for node in nodes]
    hover = [f"{shown(each['name'])}<br>{times(each['documents'], 'document')}" for each in found]
    return go.Scatter(
        x=[at[node][0] for node in nodes],
        y=[at[node][1] for node in nodes],
        mode="markers+text",
        text=[shown(_short(part, node)) if node in names else "" for node in nodes],
        textposition=[names.get(node, "middle right") for node in nodes],
        textfont={"size": 11},
        hovertext=hover,
        hoverinfo="text",
        name=facts.LABEL_NAMES[label],
        marker={
            "size": [2 * _radius(part, node) for node in nodes],
            "color": PALETTE[label][0],
            "line": {"color": "#444", "width": 1},
        },
    )


def _radius(part: networkx.Graph[str], node: str) -> float:
    if part.nodes[node]["kind"] == "post":
        return 4
    return 6 + 1.6 * math.sqrt(part.degree(node))


def _short(part: networkx.Graph[str], node: str) -> str:
    name: str = part.nodes[node]["name"]
    return name if len(name) <= 30 else name[:29].rstrip() + "…"


def _names(part: networkx.Graph[str], at: dict[str, Point]) -> tuple[dict[str, str], int]:
    """The nodes that have room for a name with the side where it stands, and the height of the drawing in pixels.

    People come first, then bodies, those with the most lines first. Posts are named by what is on both their sides.
    """
    west, east = min(x for x, _ in at.values()), max(x for x, _ in at.values())
    south, north = min(y for _, y in at.values()), max(y for _, y in at.values())
    margin = 90
    scale = (_WIDTH - 2 * margin) / max(east - west, 1.0)
    height = round((north - south) * scale + 60)
    pixels = {node: (margin + (x - west) * scale, 30 + (north - y) * scale) for node, (x, y) in at.items()}
    room = Room(_WIDTH, height, ((*pixels[node], _radius(part, node)) for node in part))
    ranked = sorted(
        (node for node, kind in part.nodes(data="kind") if kind != "post"),
        key=lambda node: (part.nodes[node]["kind"] != "person", -part.degree(node), node),
    )
    sides = {node: room.take(*pixels[node], _radius(part, node), _short(part, node)) for node in ranked}
    return {node: SIDES[side] for node, side in sides.items() if side is not None}, height


def _layout(part: networkx.Graph[str]) -> dict[str, Point]:
    """Each connected part by itself, by springs, in a square as large as it needs; the squares in rows, large first."""
    nx = load("networkx")
    pieces = sorted(nx.connected_components(part), key=lambda piece: (-len(piece), min(piece)))
    sides = [1.15 * math.sqrt(len(piece)) + 0.8 for piece in pieces]
    width = max(sides[0], 1.3 * math.sqrt(sum(side * side for side in sides)))
    at: dict[str, Point] = {}
    left = top = high = 0.0
    for piece, side in zip(pieces, sides, strict=True):
        if left and left + side > width:
            left, top, high = 0.0, top - high, 0.0
        ordered = nx.Graph()
        ordered.add_nodes_from(sorted(piece))
        ordered.add_edges_from(sorted(part.subgraph(piece).edges))
        spots = nx.spring_layout(ordered, seed=1, iterations=100, method="force") if len(piece) > 2 else _pair(ordered)
        for node, (x, y) in spots.items():
            at[node] = left + side * (0.5 + 0.4 * float(x)), top - side * (0.5 + 0.4 * float(y))
        left, high = left + side, max(high, side)
    return at


def _pair(piece: networkx.Graph[str]) -> dict[str, Point]:
    return {node: (0.0, 0.6 - 1.2 * n) for n, node in enumerate(piece)}
