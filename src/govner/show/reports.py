"""Many documents as one HTML page: what there is, in tables that sort, with a map and the texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from govner.entities import Body, Document
from govner.formats.frames import stream
from govner.show import facts, svgmap
from govner.show.html import View, whole
from govner.show.outlines import vote
from govner.show.tally import Named, Tally


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the report: ``total`` rows there are, ``rows`` are those shown; ``links`` lead from the first cell."""

    id: str
    title: str
    sheet: facts.Sheet
    total: int
    links: tuple[str | None, ...] = ()


def report(
    documents: Document | Iterable[Document], *, title: str = "Report", rows: int = 1000, texts: int = 30
) -> str:
    """The documents as one HTML page that needs no network.

    Tables of the documents, of the posts with their holders, of bodies and of places, which sort by a click on a head
    (without JavaScript they stay sorted by how often each is named); a map of the units; the marked-up texts, folded.
    ``rows`` bounds each table and ``texts`` the texts, so that a page of a large archive still opens; what is left out
    is counted. The documents are read once, as a stream, and only the texts shown are kept.
    """
    sums = Tally()
    kept: list[Document] = []
    listed: list[tuple[str, ...]] = []
    votes: Counter[str | None] = Counter()
    for document in stream(documents):
        sums.add(document)
        votes[vote(document)] += 1
        if len(listed) < rows:
            listed.append(_document_row(document, sums.documents))
        if len(kept) < texts:
            kept.append(document)
    views = [View(document, salt=str(n)) for n, document in enumerate(kept)]
    places = [svgmap.Place(unit, count) for unit, count in sorted(sums.units.items(), key=lambda item: -item[1])]
    drawing = svgmap.draw(places, "until" if votes["until"] > votes["since"] else "since", 520)
    grids = [
        _documents(listed, sums, views),
        _posts(sums, rows),
        _named(sums.bodies.values(), "bodies", "Body", rows),
        _named(sums.places.values(), "places", "Place", rows),
    ]
    tiles = (
        ("documents", sums.documents),
        ("characters", sums.characters),
        ("officials", len(sums.officials)),
        ("bodies", len(sums.bodies)),
        ("places", len(sums.places)),
    )
    labels = [label for label in facts.LABEL_NAMES if any(label in view.labels for view in views)]
    return whole(
        "report.html.j2", title, tiles=tiles, grids=[grid for grid in grids if grid.sheet.rows], drawing=drawing,
        views=views, labels=labels, left=sums.documents - len(views),
    )  # fmt: skip


def _document_row(document: Document, number: int) -> tuple[str, ...]:
    counts = len(document.text), len(document.officials), len(document.bodies), len(document.locations)
    return document.id or f"#{number}", document.date or "", document.source or "", *map(str, counts)


def _documents(listed: Sequence[tuple[str, ...]], sums: Tally, views: Sequence[View]) -> Grid:
    columns = ("Document", "Date", "Source", "Characters", "Officials", "Bodies", "Places")
    links = [view.prefix for view in views[: len(listed)]] + [None] * (len(listed) - len(views))
    sheet = facts.Sheet(columns, tuple(listed), ("",) * len(listed), frozenset((3, 4, 5, 6)))
    return Grid("documents", "Documents", sheet, sums.documents, tuple(links))


def _posts(sums: Tally, rows: int) -> Grid:
    ranked = sorted(sums.posts.values(), key=lambda held: (-held.seen.documents, held.seen.first, held.name))
    found = tuple(
        (
            held.name,
            held.position.title,
            held.position.body.name if held.position.body is not None else held.position.place or "",
            facts.unit_line(held.position.body.unit) if held.position.body is not None else "",
            held.position.status,
            held.seen.first,
            held.seen.last,
            str(held.seen.documents),
        )
        for held in ranked[:rows]
    )
    columns = ("Name", "Post", "Body or place", "Unit", "Status", "First", "Last", "Documents")
    sheet = facts.Sheet(columns, found, ("",) * len(found), frozenset((7,)))
    return Grid("posts", "Posts and their holders", sheet, len(ranked))


def _named(found: Iterable[Named], id: str, column: str, rows: int) -> Grid:
    """Bodies or places, the most named first."""
    ranked = sorted(found, key=lambda named: -named.seen.mentions)
    shown = [named.entity for named in ranked[:rows]]
    cells = tuple(
        (
            entity.name,
            entity.kind.replace("_", " "),
            facts.unit_line(entity.unit),
            str(named.seen.mentions),
            str(named.seen.documents),
        )
        for entity, named in zip(shown, ranked, strict=False)
    )
    labels = tuple(entity.label if isinstance(entity, Body) else "" for entity in shown)
    columns = (column, "Kind", "Unit", "Mentions", "Documents")
    return Grid(id, id.capitalize(), facts.Sheet(columns, cells, labels, frozenset((3, 4))), len(ranked))
