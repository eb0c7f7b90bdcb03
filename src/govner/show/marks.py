"""A text with its marks as a tree, so that a page can nest them and no letter is lost, doubled or moved."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from govner.entities import LAYER, Span


@dataclass(slots=True)
class Mark:
    """A span with what lies in it: runs of text and marks. ``start`` and ``end`` are the part of it shown here."""

    span: Span
    start: int
    end: int
    inside: list[str | Mark] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many marks are nested in it, one in the other."""
        return max((1 + each.height for each in self.inside if isinstance(each, Mark)), default=0)


def tree(text: str, spans: Iterable[Span]) -> list[str | Mark]:
    """The text as runs and nested marks; put together in order, the runs are the text.

    Spans that cross, which the schema forbids but another's annotation may hold, are cut where they cross: the rest
    follows as a mark of its own.
    """
    top: list[str | Mark] = []
    open_marks: list[Mark] = []
    done = 0

    def write(until: int) -> None:
        nonlocal done
        if done < until:
            (open_marks[-1].inside if open_marks else top).append(text[done:until])
            done = until

    def close(until: int) -> None:
        while open_marks and open_marks[-1].end <= until:
            write(open_marks[-1].end)
            open_marks.pop()

    waiting = [
        (span.start, -span.end, LAYER.get(span.label, 0), n, span)
        for n, span in enumerate(spans)
        if 0 <= span.start < span.end <= len(text)
    ]
    heapq.heapify(waiting)
    while waiting:
        start, negative, layer, n, span = heapq.heappop(waiting)
        close(start)
        write(start)
        end = -negative
        if open_marks and open_marks[-1].end < end:
            heapq.heappush(waiting, (open_marks[-1].end, negative, layer, n, span))
            end = open_marks[-1].end
        mark = Mark(span, start, end)
        (open_marks[-1].inside if open_marks else top).append(mark)
        open_marks.append(mark)
    close(len(text))
    write(len(text))
    return top


def marks(pieces: Iterable[str | Mark]) -> Iterator[Mark]:
    """All marks of a tree, in text order, the outer before the inner."""
    for piece in pieces:
        if isinstance(piece, Mark):
            yield piece
            yield from marks(piece.inside)


def fold(pieces: list[str | Mark], limit: int) -> tuple[list[str | Mark], list[str | Mark]]:
    """A tree in two: the head holds ``limit`` characters or a little more, and ends between words and outside marks.

    The rest is empty where the text is not longer than one and a half times the limit.
    """
    if length(pieces) <= limit * 3 // 2:
        return pieces, []
    seen = 0
    for n, piece in enumerate(pieces):
        if seen + _length(piece) > limit and isinstance(piece, str):
            at = piece.find("\n", max(0, limit - seen))
            if not 0 <= at < limit - seen + 400:
                at = piece.find(" ", max(0, limit - seen))
            if at >= 0:
                return [*pieces[:n], piece[:at]], [piece[at:], *pieces[n + 1 :]]
        seen += _length(piece)
    return pieces, []


def length(pieces: Iterable[str | Mark]) -> int:
    """The characters of a tree."""
    return sum(map(_length, pieces))


def _length(piece: str | Mark) -> int:
    return len(piece) if isinstance(piece, str) else piece.end - piece.start
