"""The hard cases of the docs (docs/hard_cases.json): each entry is read as a user would read it, and asked one thing.

``ask`` is ``people`` (expect: name → the texts of its mentions), ``positions`` (name → [[name, status, date], …]),
``holders`` ([[post as written, holder], …] in text order), ``links`` (mention → unit id or null, the last of a text
wins), ``units`` ([[place as written, unit id or null], …] in text order), ``bodies`` (mention → the body's name),
``ids`` (mention → the body's id) or ``date`` ([day, source]).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import govner
from govner.entities import Document

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).resolve().parents[1] / "docs" / "hard_cases.json").read_text(encoding="utf-8")
)


def people(document: Document) -> Any:
    return {person.name: [span.text for span in person.mentions] for person in document.people}


def positions(document: Document) -> Any:
    return {p.name: [[post.name, post.status, post.date] for post in p.positions] for p in document.people}


def holders(document: Document) -> Any:
    names = {person.id: person.name for person in document.people}
    posts = (span for span in document.spans if span.label == "POS")
    return [[span.text, names.get(span.person) if span.person else None] for span in posts]


def links(document: Document) -> Any:
    known = {(start, end): unit for start, end, unit in document.links}
    spans = (span for span in document.spans if span.label not in ("PER", "POS"))
    return {span.text: known.get((span.start, span.end)) for span in spans}


def bodies(document: Document) -> Any:
    return {span.text: body.name for body in document.bodies for span in body.mentions}


def ids(document: Document) -> Any:
    return {span.text: body.id for body in document.bodies for span in body.mentions}


def units(document: Document) -> Any:
    known = {(start, end): unit for start, end, unit in document.links}
    return [[span.text, known.get((span.start, span.end))] for span in document.spans if span.label == "LOC"]


def date(document: Document) -> Any:
    return [document.date, document.date_source]


ANSWERS = {answer.__name__: answer for answer in (people, positions, holders, links, units, bodies, ids, date)}


def test_ids_and_titles_are_their_own() -> None:
    assert len({case["id"] for case in CASES}) == len({case["title"] for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case(case: dict[str, Any]) -> None:
    document = govner.load()(case["text"], date=case["date"], source=case["source"])
    found = ANSWERS[case["ask"]](document)
    if case["ask"] in ("links", "bodies", "ids"):
        found = {mention: found.get(mention, "no such mention") for mention in case["expect"]}
    assert found == case["expect"]
