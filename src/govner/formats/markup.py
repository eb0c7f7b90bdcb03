"""Inline markup: ``ông ⟦PER:1|Lê Văn An⟧, ⟦POS:1|Bí thư ⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧⟧``.

Without every ``⟦LABEL|``, ``⟦LABEL:n|`` and ``⟧`` the text is the original, character for character. The number is
that of a person of the document: on PER whom the name means, on POS who holds the post.
"""

from __future__ import annotations

import re
from typing import NoReturn

from govner.entities import LABELS, LAYER, Document, InputError, Person, Position, Span

OPEN, CLOSE = "⟦", "⟧"
_EDGE = re.compile(r"⟦(?:([A-Z]+)(?::(\d{1,9}))?\|)?|⟧")
_KINDS = {"PARTY": "party", "STATE": "state", "MASS": "mass", "ORG": "organization"}


def from_markup(markup: str, *, id: str | None = None, date: str | None = None, source: str | None = None) -> Document:
    """Read marked-up text into a document.

    Its people are those that PER marks number, each with the posts that POS marks give to the same number; bodies and
    places stay mere spans, for the markup does not say which are the same.

    Raises ``InputError`` naming the document, the character of ``markup`` and the reason, for a mark that is not
    closed, not opened, unknown, empty or padded with blanks, that lies inside a mark of its own or a higher layer or
    inside a name, and for a number on anything but PER and POS.
    """
    text, spans = _parse(markup, id or "markup")
    return Document(text, id, date, source, spans, _people(spans))


def _parse(markup: str, name: str) -> tuple[str, tuple[Span, ...]]:
    pieces: list[str] = []
    spans: list[tuple[int, int, str, int | None]] = []
    stack: list[tuple[int, str, int | None, int]] = []  # start, label, person, where the mark opens in the markup
    length = done = 0
    for edge in _EDGE.finditer(markup):
        pieces.append(markup[done : edge.start()])
        length += edge.start() - done
        done = edge.end()
        if edge[0] == CLOSE:
            if not stack:
                _fail(name, markup, edge.start(), f"{CLOSE} closes no mark")
            start, label, person, at = stack.pop()
            if start == length:
                _fail(name, markup, at, f"empty {label} mark")
            spans.append((start, length, label, person))
        else:
            label, person = _opening(name, markup, edge, stack[-1][1] if stack else None)
            stack.append((length, label, person, edge.start()))
    if stack:
        _fail(name, markup, stack[-1][3], f"{stack[-1][1]} mark is never closed")
    text = "".join(pieces) + markup[done:]
    for start, end, label, _ in spans:
        if text[start].isspace() or text[end - 1].isspace():
            raise InputError(f"{name}: {label} mark with a blank at its edge: {text[start:end]!r}")
    spans.sort(key=lambda s: (s[0], -s[1], LAYER[s[2]]))
    return text, tuple(Span(start, end, label, text[start:end], person) for start, end, label, person in spans)


def _opening(name: str, markup: str, edge: re.Match[str], outer: str | None) -> tuple[str, int | None]:
    label, number = edge[1], edge[2]
    if label not in LAYER:
        what = f"unknown label {label!r}" if label else f"{OPEN} without LABEL|"
        _fail(name, markup, edge.start(), f"{what}; the labels are {', '.join(LABELS)}")
    if outer == "PER":
        _fail(name, markup, edge.start(), f"{label} mark inside a PER mark")
    if outer is not None and LAYER[outer] >= LAYER[label]:
        _fail(name, markup, edge.start(), f"{label} mark inside a mark of {outer}")
    if number is not None and label not in ("PER", "POS"):
        _fail(name, markup, edge.start(), f"{label} mark takes no number")
    return label, None if number is None else int(number)


def _fail(name: str, markup: str, at: int, reason: str) -> NoReturn:
    near = markup[max(0, at - 15) : at + 25]
    raise InputError(f"{name}: at character {at}: {reason} (near {near!r})")


def _people(spans: tuple[Span, ...]) -> tuple[Person, ...]:
    names: dict[int, list[Span]] = {}
    for span in spans:
        if span.label == "PER" and span.person is not None:
            names.setdefault(span.person, []).append(span)
    posts: dict[int, dict[str, list[Span]]] = {}
    for span in spans:
        if span.label == "POS" and span.person in names:
            posts.setdefault(span.person, {}).setdefault(span.text, []).append(span)
    bodies = [span for span in spans if span.label in _KINDS]
    return tuple(
        Person(
            number,
            max((m.text for m in mentions), key=len),
            tuple(mentions),
            tuple(_position(title, at, bodies) for title, at in posts.get(number, {}).items()),
        )
        for number, mentions in names.items()
    )


def _position(title: str, mentions: list[Span], bodies: list[Span]) -> Position:
    # The markup knows a post's words and the bodies in it, no more: the whole mention stands as its title.
    first = mentions[0]
    inside = [body for body in bodies if first.start <= body.start and body.end <= first.end]
    kind = _KINDS[inside[-1].label] if inside else "other"
    return Position(title, kind=kind, mentions=tuple(mentions), person=first.person, evidence="annotation")


def to_markup(document: Document) -> str:
    """Write a document's text with its spans as marks; ``from_markup`` reads text and spans back.

    Raises ``InputError`` where the text holds ``⟦`` or ``⟧`` itself, or two spans cross.
    """
    text, name = document.text, document.id or "document"
    taken = next((at for at, char in enumerate(text) if char in "⟦⟧"), None) if OPEN in text or CLOSE in text else None
    if taken is not None:
        raise InputError(f"{name}: at character {taken}: the text itself holds {text[taken]!r}, a sign of the markup")
    out: list[str] = []
    stack: list[Span] = []
    done = 0

    def close_until(place: int) -> None:
        nonlocal done
        while stack and stack[-1].end <= place:
            span = stack.pop()
            out.extend((text[done : span.end], CLOSE))
            done = span.end

    for span in sorted(document.spans, key=lambda s: (s.start, -s.end, LAYER[s.label])):
        close_until(span.start)
        if stack and span.end > stack[-1].end:
            raise InputError(f"{name}: {span!r} crosses {stack[-1]!r}; marks can only nest")
        number = f":{span.person}" if span.person is not None and span.label in ("PER", "POS") else ""
        out.extend((text[done : span.start], f"{OPEN}{span.label}{number}|"))
        done = span.start
        stack.append(span)
    close_until(len(text))
    out.append(text[done:])
    return "".join(out)
