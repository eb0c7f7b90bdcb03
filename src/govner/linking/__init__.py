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
from govner.linking.abroad import set_apart
from govner.linking.bodies import (
    CENTRAL,
    CITY,
    COMMUNE,
    DISTRICT,
    OPEN,
    PROVINCE,
    BodyReading,
    Found,
    names_central,
    read_body,
)
from govner.linking.composed import Mention, compose, lay_back
from govner.linking.dates import Reading, read
from govner.linking.holders import HOLDER_EVIDENCE, hold, title
from govner.linking.papers import home
from govner.linking.people import identify
from govner.linking.quick import quick
from govner.linking.units import EVIDENCE, Place, Resolver, Spot, goes_on, is_origin, level_number, place_at, type_told
from govner.places import gazetteer

__all__ = ["EVIDENCE", "HOLDER_EVIDENCE", "link"]

_span = quick(Span)
_CENTRAL_IF_OPEN = frozenset({"party_delegation", "agency"})
_OF_THE_LAST = frozenset({"standing_committee", "standing_board", "executive_committee"})
_BELOW = frozenset({PROVINCE, CITY, DISTRICT, COMMUNE})
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
    the ISO day of the text, ``source`` its paper; both help to tell units apart. Without a ``date`` the text's own is
    read, where it tells one (``Document.date_source``). Cost: linear in text and mentions.

    Raises ``InputError`` for a date that is no day.
    """
    if not unicodedata.is_normalized("NFC", text):
        composed, there = compose(text, spans)
        return lay_back(_link(composed, there, id, date, source), text, spans)
    return _link(text, spans, id, date, source)


def _link(text: str, spans: Sequence[Mention], id: str | None, date: str | None, source: str | None) -> Document:
    names: list[tuple[int, int]] = []
    posts: list[tuple[int, int]] = []
    places: list[str] = []
    for start, end, label, _ in spans:
        if label == "PER":
            names.append((start, end))
        elif label == "POS":
            posts.append((start, end))
        elif label == "LOC":
            places.append(text[start:end])
    known = Reading(date, "given") if date is not None else read(text, places)
    numbers = identify(text, names, lambda start, end: title(text, start, end, posts))
    held = hold(text, [(*name, number) for name, number in zip(names, numbers, strict=True)], posts, known.day)
    marks = _marks(text, spans, numbers, [post.person for post in held])
    when = known.since if known.day is None else known.day
    era = None if when is None else gazetteer().era(when)
    spots, inner, parents = _spots(text, marks, era)
    resolver = Resolver(text, spots, home(text, source, era), era)
    resolver.run()
    found = _units(inner, resolver)
    made, index = build.bodies(text, found, resolver, when)
    by_post: list[tuple[list[Body], list[Spot], list[int]]] = [([], [], []) for _ in held]
    for body, which, post in zip(found, index, parents[0], strict=True):
        if post >= 0:
            by_post[post][0].append(made[which])
            by_post[post][2].append(body.span.start)
    for spot, post in zip(spots, parents[1], strict=True):
        if post >= 0:
            by_post[post][1].append(spot)
    kinds: dict[str, list[Span]] = {"PER": [], "POS": [], "LOC": []}
    for mark in marks:
        if mark.label in kinds:
            kinds[mark.label].append(mark)
    owned, free = build.positions(held, kinds["POS"], by_post)
    return Document(
        text,
        id,
        known.day,
        source,
        marks,
        set_apart(build.people(kinds["PER"], owned), spots),
        made,
        build.locations(spots, kinds["LOC"], resolver),
        free,
        known.source,
    )


def _marks(
    text: str, spans: Sequence[Mention], numbers: Sequence[int], holders: Sequence[int | None]
) -> tuple[Span, ...]:
    """The mentions as spans, names and posts with the numbers of their people."""
    names, posts = iter(numbers), iter(holders)
    return tuple(
        [
            _span(
                start,
                end,
                label,
                text[start:end],
                next(names) if label == "PER" else next(posts) if label == "POS" else None,
                score,
            )
            for start, end, label, score in spans
        ]
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

    for mark in marks:
        label, start = mark.label, mark.start
        if start >= body_end and queue:
            inner.append(_body(text, queue.pop(), held, date, spots))
            held.clear()
        if label == "POS":
            post, post_end = post + 1, mark.end
        elif label == "LOC":
            spot_posts.append(post if start < post_end else -1)
            if start < body_end:
                held.append(mark)
            else:
                weight = 0 if is_origin(text, start) else 1
                spot = Spot(start, mark.end, place_at(text, start, mark.end, date, -1), -1, None, "", weight)
                if spots and spots[-1].place.kind == "road" and goes_on(text, spots[-1], spot):
                    spot.place = Place(spot.place.key, "road", None, (), False, listed=True)
                spots.append(spot)
        elif label != "PER":
            body_posts.append(post if start < post_end else -1)
            queue.append(mark)
            body_end = mark.end
    if queue:
        inner.append(_body(text, queue.pop(), held, date, spots))
    return spots, inner, (body_posts, spot_posts)


def _body(
    text: str, mark: Span, places: Sequence[Span], date: str | None, spots: list[Spot]
) -> tuple[Span, BodyReading, list[Spot]]:
    """Read a body without the places in it, and add those places with the level that the body gives them."""
    if not places:
        return mark, read_body(mark.text, mark.label, False), []
    bare = mark.text
    for place in reversed(places):
        bare = bare[: place.start - mark.start] + bare[place.end - mark.start :]
    central = names_central(mark.text)
    reading = read_body(mark.text if central else bare, mark.label, not central)
    own: list[Spot] = []
    level = -1 if mark.label == "ORG" else level_number(reading)
    for place in places:
        there = place_at(text, place.start, place.end, date, level)
        own.append(Spot(place.start, place.end, there, level, None, "", 1 if mark.label == "ORG" else 2))
    spots.extend(own)
    if not central and _is_below(mark, reading, own):
        reading = read_body(mark.text, mark.label, False)  # the country's name is part of the body's
    return mark, reading, own


def _is_below(mark: Span, reading: BodyReading, places: Sequence[Spot]) -> bool:
    """Whether a body names the country, and by a word of level only whose it is: "Ủy ban MTTQ Việt Nam tỉnh"."""
    if mark.label == "ORG" or not reading.telling or reading.level not in _BELOW:
        return False
    return all(spot.place.country for spot in places)


def _units(
    inner: Sequence[tuple[Span, BodyReading, list[Spot]]],
    resolver: Resolver,
) -> list[Found]:
    """For every body its unit, whether its own name says it, and why."""
    out: list[Found] = []
    latest: dict[tuple[str, ...], Unit] = {}
    by_label: dict[str, Unit] = {}
    for span, reading, places in inner:
        body = Found(span, reading, bool(places))
        out.append(body)
        if span.label == "ORG":
            continue
        level = level_number(reading)
        if places and _is_below(span, reading, places):
            body.named, places = False, []
        inside = [] if reading.level == CENTRAL else [spot for spot in places if spot.unit is not None]
        if inside:
            best = next((spot for spot in inside if spot.unit is not None and spot.unit.level == level), inside[-1])
            body.unit, body.why, body.spot = best.unit, "name", best
        elif reading.level == CENTRAL or (places and any(spot.place.country for spot in places)):
            body.why = "country"
        elif not places:
            if reading.kind in _CENTRAL_IF_OPEN and reading.level == OPEN:
                body.why = "country"
            elif reading.level == OPEN and (reading.kind == "military" or _OF_FIRM.search(span.text)):
                pass
            elif reading.head == ("đảng", "ủy") and reading.level == OPEN and resolver.communes:
                body.unit, body.why = resolver.commune(span.start), "near"
            elif reading.level == OPEN:
                same = latest.get(reading.head)
                nearest = by_label.get(span.label) or by_label.get("")
                body.unit, body.why = (nearest if reading.kind in _OF_THE_LAST else same) or same or nearest, "earlier"
            elif reading.level != "grassroots":
                body.unit, body.why = resolver.main(reading.level, span.start, type_told(span.text))
        if body.unit is None and body.why != "country":
            body.why = ""
        if body.unit is not None:
            latest[reading.head] = by_label[span.label] = by_label[""] = body.unit
    _from_later(out)
    return out


def _from_later(found: Sequence[Found]) -> None:
    """A bare "HĐND" before the text says whose: that of the next one."""
    later: dict[tuple[str, ...], Unit] = {}
    for body in reversed(found):
        head = body.reading.head
        if body.unit is not None:
            later[head] = body.unit
        elif body.reading.level == OPEN and not body.named and not body.why and body.span.label != "ORG":
            body.unit = later.get(head)
            body.why = "later" if body.unit is not None else ""
