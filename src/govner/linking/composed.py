"""Texts in decomposed letters: linked in composed letters, the result is laid back on the caller's text."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from govner.entities import Body, Document, Person, Position, Span

Mention = tuple[int, int, str, float]


def compose(text: str, spans: Sequence[Mention]) -> tuple[str, list[Mention]]:
    """The text in NFC, and its mentions there; letters are not joined over the edge of a mention."""
    edges = sorted({0, len(text), *(span[0] for span in spans), *(span[1] for span in spans)})
    pieces, at, length = [], {0: 0}, 0
    for start, end in pairwise(edges):
        piece = unicodedata.normalize("NFC", text[start:end])
        pieces.append(piece)
        length += len(piece)
        at[end] = length
    return "".join(pieces), [(at[start], at[end], label, score) for start, end, label, score in spans]


def lay_back(document: Document, text: str, spans: Sequence[Mention]) -> Document:
    """The document with its mentions at their places in the caller's text; ``spans`` are in the order of its own."""
    moved = {
        (old.start, old.end, old.label): replace(old, start=start, end=end, text=text[start:end])
        for old, (start, end, _, _) in zip(document.spans, spans, strict=True)
    }

    def there(mentions: Sequence[Span]) -> tuple[Span, ...]:
        return tuple(moved[span.start, span.end, span.label] for span in mentions)

    bodies: Mapping[int, Body] = {id(body): replace(body, mentions=there(body.mentions)) for body in document.bodies}

    def position(old: Position) -> Position:
        body = None if old.body is None else bodies[id(old.body)]
        return replace(old, body=body, mentions=there(old.mentions))

    def person(old: Person) -> Person:
        return replace(old, mentions=there(old.mentions), positions=tuple(map(position, old.positions)))

    return replace(
        document,
        text=text,
        spans=there(document.spans),
        people=tuple(map(person, document.people)),
        bodies=tuple(bodies.values()),
        locations=tuple(replace(place, mentions=there(place.mentions)) for place in document.locations),
        positions=tuple(map(position, document.positions)),
    )
