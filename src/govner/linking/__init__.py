"""Who, what and where: from mentions to people with their posts, bodies and dated administrative units.

>>> from govner.linking import link
>>> link("Ông Lê Văn An", [(4, 13, "PER", 1.0)]).people
(Person('Lê Văn An', []),)
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from govner.entities import Body, Document, Span, Unit
from govner.linking import build
from govner.linking.bodies import CENTRAL, OPEN, BodyReading, names_central, read_body
from govner.linking.composed import Mention, compose, lay_back
from govner.linking.holders import hold
from govner.linking.papers import home
from govner.linking.people import identify
from govner.linking.units import Resolver, Spot, is_origin, level_number, read_place

__all__ = ["link"]

_Found = tuple[Span, BodyReading, Unit | None, bool, str]
_CENTRAL_IF_OPEN = frozenset({"party_delegation", "agency"})
_OF_FIRM = re.compile(r"công ty|tập đoàn|ngân hàng|bệnh viện|trường|khối", re.I)


def link(
    text: str,
    spans: Sequence[Mention],
    *,
    id: str | None = None,
    date: str | None = None,
    source: str | None = None,
) -> Document:
    """Make a Document of a text and its mentions: people, posts with holders, bodies and places with their units.

    ``spans`` are (start, end, label, score), sorted by start, the longer first, nested as the schema says. ``date`` is
    the ISO day of the text, ``source`` its paper; both help to tell units apart. Cost: linear in text and mentions.

    Raises ``InputError`` for a date that is no day.
    """
    if not unicodedata.is_normalized("NFC", text):
        composed, there = compose(text, spans)
        return lay_back(_link(composed, there, id, date, source), text, spans)
    return _link(text, spans, id, date, source)


def _link(text: str, spans: Sequence[Mention], id: str | None, date: str | None, source: str | None) -> Document:
    names = [(start, end) for start, end, label, _ in spans if label == "PER"]
    posts = [(start, end) for start, end, label, _ in spans if label == "POS"]
    numbers = identify(text, names)
    held = hold(text, [(*name, number) for name, number in zip(names, numbers, strict=True)], posts)
    who: dict[tuple[int, int], int | None] = dict(zip(names, numbers, strict=True))
    who.update({(post.start, post.end): post.person for post in held})
    marks = tuple(
        Span(start, end, label, text[start:end], who.get((start, end)) if label in ("PER", "POS") else None, score)
        for start, end, label, score in spans
    )
    spots, inner, parents = _spots(text, marks, date)
    resolver = Resolver(text, spots, home(text, source, date), date)
    resolver.run()
    found = _units(inner, resolver)
    made, index = build.bodies(found)
    by_post: list[tuple[list[Body], list[Spot], list[int]]] = [([], [], []) for _ in held]
    for (span, *_), which, post in zip(found, index, parents[0], strict=True):
        if post >= 0:
            by_post[post][0].append(made[which])
            by_post[post][2].append(span.start)
    for spot, post in zip(spots, parents[1], strict=True):
        if post >= 0:
            by_post[post][1].append(spot)
    owned, free = build.positions(held, [mark for mark in marks if mark.label == "POS"], by_post)
    return Document(
        text,
        id,
        date,
        source,
        marks,
        build.people([mark for mark in marks if mark.label == "PER"], owned),
        made,
        build.locations(spots, [mark for mark in marks if mark.label == "LOC"]),
        free,
    )


def _spots(
    text: str, marks: Sequence[Span], date: str | None
) -> tuple[list[Spot], list[tuple[Span, BodyReading, list[Spot]]], tuple[list[int], list[int]]]:
    """The places; the bodies with the places in them; and for every body and every place the post around it, or -1."""
    spots: list[Spot] = []
    inner: list[tuple[Span, BodyReading, list[Spot]]] = []
    body_posts: list[int] = []
    spot_posts: list[int] = []
    post, post_end, body_end = -1, -1, -1
    queue: list[Span] = []  # the body that is open, until its places are known
    held: list[Span] = []

    def close() -> None:
        if queue:
            inner.append(_body(text, queue.pop(), held, date, spots))
            held.clear()

    for mark in marks:
        if mark.start >= body_end:
            close()
        if mark.label == "POS":
            post, post_end = post + 1, mark.end
        elif mark.label == "LOC":
            spot_posts.append(post if mark.start < post_end else -1)
            if mark.start < body_end:
                held.append(mark)
            else:
                spots.append(Spot(mark.start, mark.end, read_place(mark.text, date), weight=_weight(text, mark.start)))
        elif mark.label != "PER":
            body_posts.append(post if mark.start < post_end else -1)
            queue.append(mark)
            body_end = mark.end
    close()
    return spots, inner, (body_posts, spot_posts)


def _weight(text: str, start: int) -> int:
    return 0 if is_origin(text, start) else 1


def _body(
    text: str, mark: Span, places: Sequence[Span], date: str | None, spots: list[Spot]
) -> tuple[Span, BodyReading, list[Spot]]:
    """Read a body without the places in it, and add those places with the level that the body gives them."""
    bare = mark.text
    for place in reversed(places):
        bare = bare[: place.start - mark.start] + bare[place.end - mark.start :]
    if places and names_central(mark.text):
        reading = read_body(mark.text, mark.label, False)
    else:
        reading = read_body(bare, mark.label, bool(places))
    own: list[Spot] = []
    if reading.level == "district":
        date = None  # there are no districts since July 2025: a former one is meant
    for place in places:
        spot = Spot(place.start, place.end, read_place(place.text, date), level_number(reading), weight=2)
        if mark.label == "ORG":
            spot.level, spot.weight = -1, 1
        own.append(spot)
    spots.extend(own)
    return mark, reading, own


def _units(
    inner: Sequence[tuple[Span, BodyReading, list[Spot]]],
    resolver: Resolver,
) -> list[_Found]:
    """For every body its unit, whether its own name says it, and why."""
    out: list[_Found] = []
    latest: dict[tuple[str, ...], Unit] = {}
    by_label: dict[str, Unit] = {}
    for span, reading, places in inner:
        unit: Unit | None = None
        named, why = bool(places), ""
        level = level_number(reading)
        if span.label == "ORG":
            out.append((span, reading, None, named, ""))
            continue
        inside = [] if reading.level == CENTRAL else [spot for spot in places if spot.unit is not None]
        if inside:
            best = next((spot for spot in inside if spot.unit is not None and spot.unit.level == level), inside[-1])
            unit, why = best.unit, "name"
        elif reading.level == CENTRAL or (places and any(spot.place.country for spot in places)):
            why = "country"
        elif not places:
            if reading.kind in _CENTRAL_IF_OPEN and reading.level == OPEN:
                why = "country"
            elif reading.level == OPEN and (reading.kind == "military" or _OF_FIRM.search(span.text)):
                pass
            elif reading.head == ("đảng", "ủy") and reading.level == OPEN and resolver.communes:
                unit, why = resolver.commune(span.start), "document"
            elif reading.level == OPEN:
                unit, why = latest.get(reading.head) or by_label.get(span.label) or by_label.get(""), "earlier"
            elif reading.level != "grassroots":
                unit, why = resolver.main(reading.level, span.start), "document"
        if unit is None and why != "country":
            why = ""
        if unit is not None:
            latest[reading.head] = by_label[span.label] = by_label[""] = unit
        out.append((span, reading, unit, named, why))
    return _from_later(out)


def _from_later(found: list[_Found]) -> list[_Found]:
    """A bare "HĐND" before the text says whose: that of the next one."""
    later: dict[tuple[str, ...], Unit] = {}
    for at in range(len(found) - 1, -1, -1):
        span, reading, unit, named, why = found[at]
        if unit is not None:
            later[reading.head] = unit
        elif reading.level == OPEN and not named and not why and reading.head in later and span.label != "ORG":
            found[at] = span, reading, later[reading.head], named, "later"
    return found
