"""Who holds which post in which body, as a graph: networkx's, and drawn as plotly's."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from govner.entities import Document, InputError
from govner.show import facts
from govner.show.figures import PLAIN, SIDES, Point, line, load, shown, times
from govner.show.labels import Box, Room
from govner.show.palette import PALETTE
from govner.show.tally import Seen, body_key, post_key, tally

if TYPE_CHECKING:
    import networkx
    from plotly.graph_objects import Figure

_WIDTH = 1000
"""Pixels that a figure is laid out for; in another width its names stand a little looser or closer."""

_STRICT = 250
"""Nodes of a connected part up to which Kamada and Kawai's layout takes seconds only."""

_ASIDE = 140
"""Pixels left and right for the names of the outermost nodes."""


def network(docs: Document | Iterable[Document]) -> networkx.Graph[str]:
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


def graph(docs: Document | Iterable[Document], top: int = 25) -> Figure:
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
    names, box = _names(part, at)
    lines: list[Point | None] = list(chain.from_iterable((at[a], at[b], None) for a, b in part.edges))
    figure = go.Figure(go.Scatter(**line(lines), mode="lines", line={"color": "#aaa", "width": 1}, hoverinfo="skip",
                                  showlegend=False))  # fmt: skip
    for label in PALETTE:
        nodes = [node for node, found in part.nodes(data="label") if found == label]
        if nodes:
            figure.add_trace(_circles(go, part, nodes, at, names, label))
    many = "1 person" if len(people) == 1 else f"{len(people)} people"
    figure.update_layout(**PLAIN, title=f"{many} with posts and bodies", hovermode="closest")
    figure.update_layout(legend={"orientation": "h", "y": -0.02}, dragmode="pan")
    figure.update_layout(height=round(_WIDTH * (box[3] - box[1]) / (box[2] - box[0])) + 120)
    figure.update_xaxes(visible=False, range=[box[0], box[2]])
    figure.update_yaxes(visible=False, range=[box[1], box[3]], scaleanchor="x", constrain="domain")
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


def _names(part: networkx.Graph[str], at: dict[str, Point]) -> tuple[dict[str, str], Box]:
    """The nodes that have room for a name, with the side where it stands; and what the axes span, names included.

    People come first, then bodies, those with the most lines first. Posts are named by what is on both their sides.
    """
    west, east = min(x for x, _ in at.values()), max(x for x, _ in at.values())
    south, north = min(y for _, y in at.values()), max(y for _, y in at.values())
    scale = (_WIDTH - 2 * _ASIDE) / max(east - west, 1.0)
    box = west - _ASIDE / scale, south - 30 / scale, east + _ASIDE / scale, north + 30 / scale
    pixels = {node: ((x - box[0]) * scale, (box[3] - y) * scale) for node, (x, y) in at.items()}
    room = Room(_WIDTH, (box[3] - box[1]) * scale, ((*pixels[node], _radius(part, node)) for node in part))
    ranked = sorted(
        (node for node, kind in part.nodes(data="kind") if kind != "post"),
        key=lambda node: (part.nodes[node]["kind"] != "person", -part.degree(node), node),
    )
    sides = {node: room.take(*pixels[node], _radius(part, node), _short(part, node), 12) for node in ranked}
    return {node: SIDES[side] for node, side in sides.items() if side is not None}, box


def _layout(part: networkx.Graph[str]) -> dict[str, Point]:
    """Each connected part by itself, by Kamada and Kawai's springs, in a square as large as it needs; these in rows."""
    nx = load("networkx")
    pieces = sorted(nx.connected_components(part), key=lambda piece: (-len(piece), min(piece)))
    # In a row of small parts there must be room for names; in a large one they crowd the more, the larger it is.
    sides = [0.75 * len(piece) ** 0.75 + 1.7 for piece in pieces]
    width = max(sides[0], 1.3 * math.sqrt(sum(side * side for side in sides)))
    at: dict[str, Point] = {}
    left = top = high = 0.0
    for piece, side in zip(pieces, sides, strict=True):
        if left and left + side > width:
            left, top, high = 0.0, top - high, 0.0
        ordered = nx.Graph()
        ordered.add_nodes_from(sorted(piece))
        ordered.add_edges_from(sorted(part.subgraph(piece).edges))
        if len(piece) < 3:
            spots = _pair(ordered)
        elif len(piece) <= _STRICT:
            spots = _spread(nx.kamada_kawai_layout(ordered))
        else:
            spots = _spread(nx.spring_layout(ordered, seed=1))
        for node, (x, y) in spots.items():
            at[node] = left + side * (0.5 + 0.4 * float(x)), top - side * (0.5 + 0.4 * float(y))
        left, high = left + side, max(high, side)
    return at


def _spread(spots: Mapping[str, Sequence[float]]) -> dict[str, Point]:
    """The same places within -1 to 1, in the middle."""
    xs, ys = [float(x) for x, _ in spots.values()], [float(y) for _, y in spots.values()]
    x0, y0 = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    half = max(max(xs) - x0, max(ys) - y0) or 1.0
    return {node: ((float(x) - x0) / half, (float(y) - y0) / half) for node, (x, y) in spots.items()}


def _pair(piece: networkx.Graph[str]) -> dict[str, Point]:
    return {node: (0.0, 0.6 - 1.2 * n) for n, node in enumerate(piece)}
