"""The seed article, where it is at hand: rules alone read it as its annotators did."""

from __future__ import annotations

from pathlib import Path

import pytest

import govner
from govner.entities import Document
from govner.evaluate import evaluate
from govner.formats import from_markup

OFFICIALS = {
    "Bùi Thị Quỳnh Vân": {"Ủy viên Trung ương Đảng", "Bí thư Tỉnh ủy Quảng Ngãi", "Chủ tịch HĐND tỉnh Quảng Ngãi"},
    "Đặng Ngọc Huy": {"Phó Bí thư Thường trực Tỉnh ủy Quảng Ngãi"},
    "Đặng Văn Minh": {"Phó Bí thư Tỉnh ủy Quảng Ngãi", "Chủ tịch UBND tỉnh Quảng Ngãi"},
}
BINH_SON = "2:524"


@pytest.fixture(scope="module")
def gold(shared: Path) -> Document:
    return from_markup((shared / "seed" / "article.ann").read_text(encoding="utf-8"), id="seed")


@pytest.fixture(scope="module")
def found(gold: Document) -> Document:
    return govner.load()(gold.text, id="seed")


def test_spans(gold: Document, found: Document) -> None:
    metrics = evaluate([gold], [found])
    assert metrics["spans"].f1 >= 0.95
    assert metrics["PER"].f1 >= 0.95
    assert metrics["people"].f1 >= 0.95


def test_officials_with_all_their_posts(found: Document) -> None:
    assert {official.name: set(map(str, official.positions)) for official in found.officials} == OFFICIALS
    assert all(position.status == "current" for official in found.officials for position in official.positions)


def test_posts_are_held_by_the_right_mentions(gold: Document, found: Document) -> None:
    assert evaluate([gold], [found])["posts"].f1 >= 0.95


def test_binh_son_is_its_district_in_every_mention(found: Document) -> None:
    links = {(start, end): unit for start, end, unit in found.links}
    named = [span for span in found.spans if span.text.endswith("Bình Sơn") and span.label != "POS"]
    assert sum(span.label == "LOC" for span in named) == 11
    assert {(span.text, links.get((span.start, span.end))) for span in named} == {(s.text, BINH_SON) for s in named}
    (unit,) = {location.unit for location in found.locations if location.name.endswith("Bình Sơn")}
    assert unit is not None
    assert (unit.id, unit.name, unit.type, unit.parent) == (BINH_SON, "Bình Sơn", "Huyện", "51")


def test_the_two_bodies_of_the_province_are_those_of_quang_ngai(found: Document) -> None:
    units = {body.name: body.unit.id for body in found.bodies if body.unit and "tỉnh" in body.name.casefold()}
    assert units["Tỉnh ủy Quảng Ngãi"] == units["UBND tỉnh Quảng Ngãi"] == units["HĐND tỉnh Quảng Ngãi"] == "1:51"
