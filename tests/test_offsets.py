"""Offsets on real news: in NFC, NFD and mixed form every span lies where it says, and the three are read alike."""

from __future__ import annotations

import json
import lzma
import random
import re
import unicodedata
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import govner
from govner.entities import Document

Row = dict[str, Any]

SAMPLE = {"government": 350, "general": 300, "briefs_2025_2026": 350}
EVERY = 7  # one text in seven of each file's beginning


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def mixed(text: str) -> str:
    """Words composed and decomposed in turn, at random and the same each time."""
    draw = random.Random(len(text))
    return "".join(draw.choice((nfc, nfd))(part) for part in re.split(r"(\s+|(?<=\w)(?=[,.]))", text))


def thousand(shared: Path) -> list[Row]:
    if not (shared / "raw").is_dir():
        pytest.skip("the raw news (../shared/raw) are not here")
    rows: list[Row] = []
    for name, count in SAMPLE.items():
        with lzma.open(shared / "raw" / f"{name}.jsonl.xz", "rt", encoding="utf-8") as file:
            rows += [json.loads(line) for line in islice(file, 0, count * EVERY, EVERY)]
    return rows


def entities(document: Document) -> dict[str, list[Any]]:
    """What was found, without offsets, all text in NFC."""
    links = {(start, end): unit for start, end, unit in document.links}
    units = [*document.bodies, *document.locations]
    return {
        "spans": [(s.label, nfc(s.text), s.person, links.get((s.start, s.end))) for s in document.spans],
        "people": [(p.id, nfc(p.name), [nfc(str(post)) for post in p.positions]) for p in document.people],
        "bodies and places": [(nfc(e.name), e.kind, e.unit.id if e.unit else None, len(e.mentions)) for e in units],
        "posts of nobody": [nfc(str(position)) for position in document.positions],
    }


def test_a_thousand_texts_of_the_news(shared: Path) -> None:
    rows = thousand(shared)
    assert len(rows) == 1000
    nlp = govner.load()
    composed = list(nlp.pipe({**row, "text": nfc(row["text"])} for row in rows))
    assert sum(len(document.spans) for document in composed) > 20_000
    differing = []
    for form in (nfc, nfd, mixed):
        documents = composed if form is nfc else nlp.pipe({**row, "text": form(row["text"])} for row in rows)
        for row, document, expected in zip(rows, documents, composed, strict=True):
            assert (document.id, document.text) == (row["id"], form(row["text"]))
            for span in document.spans:
                assert document.text[span.start : span.end] == span.text
            found, wanted = entities(document), entities(expected)
            differing += [f"{form.__name__} {row['id']}: {part}" for part in wanted if found[part] != wanted[part]]
    assert not differing


def test_edges_carry_no_blanks_and_marks_stay_with_their_letter() -> None:
    text = nfd("Bí thư Tỉnh ủy Quảng Ngãi Bùi Thị Quỳnh Vân nói.")
    spans = govner.load()(text).spans
    assert len(spans) == 4
    for span in spans:
        assert span.text == span.text.strip()
        assert not unicodedata.combining(span.text[0])
        assert not unicodedata.combining(text[span.end])
