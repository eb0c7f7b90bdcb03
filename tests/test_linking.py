"""What linking makes of marked-up snippets: people, holders, bodies, units. The marks are given, their ids are not."""

from __future__ import annotations

import json
import pickle
import unicodedata
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govner.entities import Document, InputError, MassBody, PartyBody, Position, StateBody
from govner.evaluate import evaluate, relinked
from govner.formats import from_markup
from govner.linking import EVIDENCE, HOLDER_EVIDENCE, link


def linked(markup: str, date: str | None = None, source: str | None = None) -> Document:
    marked = from_markup(markup)
    spans = [(span.start, span.end, span.label, 1.0) for span in marked.spans]
    return link(marked.text, spans, date=date, source=source)


def posts(document: Document) -> dict[str, list[str]]:
    """Name → the posts as mentioned, in text order."""
    found: dict[str, list[str]] = {person.name: [] for person in document.people}
    names = {person.id: person.name for person in document.people}
    for span in document.spans:
        if span.label == "POS" and span.person is not None:
            found[names[span.person]].append(span.text)
    return found


def held(document: Document, name: str) -> tuple[Position, ...]:
    return next(person.positions for person in document.people if person.name == name)


def units(document: Document) -> dict[str, str | None]:
    """Mention → its unit; the last mention of a text wins."""
    links = {(start, end): unit for start, end, unit in document.links}
    marks = [span for span in document.spans if span.label not in ("PER", "POS")]
    return {span.text: links.get((span.start, span.end)) for span in marks}


# People


def names_of(document: Document) -> list[tuple[str, str]]:
    full = {person.id: person.name for person in document.people}
    return [(span.text, full[span.person]) for span in document.spans if span.label == "PER" and span.person]


def test_a_short_name_is_the_full_name_that_ends_so() -> None:
    document = linked("Bà ⟦PER|Lê Thị Hoa Mai⟧ và ông ⟦PER|Trần Văn Lực⟧ dự. Ông ⟦PER|Lực⟧ nói, bà ⟦PER|Hoa Mai⟧ nghe.")
    assert dict(names_of(document))["Lực"] == "Trần Văn Lực"
    assert dict(names_of(document))["Hoa Mai"] == "Lê Thị Hoa Mai"
    assert [len(person.mentions) for person in document.people] == [2, 2]


def test_a_short_name_in_the_headline_is_named_in_full_below() -> None:
    document = linked("⟦POS|Bí thư⟧ ⟦PER|Lực⟧ đi chợ\nÔng ⟦PER|Trần Văn Lực⟧ đi chợ.")
    assert [person.name for person in document.people] == ["Trần Văn Lực"]


def test_two_full_names_stay_two_people_and_the_nearest_takes_the_short_one() -> None:
    document = linked("Ông ⟦PER|Trần Văn Lực⟧ đến. Ông ⟦PER|Đỗ Tấn Lực⟧ về. Ông ⟦PER|Lực⟧ vui.")
    assert [name for _, name in names_of(document)] == ["Trần Văn Lực", "Đỗ Tấn Lực", "Đỗ Tấn Lực"]


def test_wrong_case_and_a_slip_of_tone_join() -> None:
    document = linked("Ông ⟦PER|Nguyễn Văn Lực⟧, ông ⟦PER|NGUYỄN VĂN LỰC⟧ và ông ⟦PER|Nguyến văn Lực⟧.")
    assert len(document.people) == 1


@pytest.mark.parametrize(
    ("full", "short"), [("Donald Trump", "Trump"), ("Tập Cận Bình", "Tập"), ("Kim Jong-un", "Kim")]
)
def test_foreign_names_are_cut_at_either_end(full: str, short: str) -> None:
    assert len(linked(f"Ông ⟦PER|{full}⟧ đến. Ông ⟦PER|{short}⟧ về.").people) == 1


def test_nobody_is_called_by_a_common_surname() -> None:
    assert len(linked("Ông ⟦PER|Nguyễn Văn Lực⟧ đến. Anh ⟦PER|Nguyễn⟧ về.").people) == 2


def test_a_byline_is_a_person_of_its_own() -> None:
    document = linked("Ông ⟦PER|Trần Xuân Hoa⟧ họp.\n⟦PER|Xuân Hoa⟧")
    assert [person.name for person in document.people] == ["Trần Xuân Hoa", "Xuân Hoa"]


def test_names_that_differ_in_a_tone_are_two_people() -> None:
    document = linked("Ông ⟦PER|Nguyễn Xuân Anh⟧, ông ⟦PER|Nguyễn Xuân Ảnh⟧ dự. Ông ⟦PER|Ảnh⟧ nói.")
    assert [(person.name, len(person.mentions)) for person in document.people] == [
        ("Nguyễn Xuân Anh", 1), ("Nguyễn Xuân Ảnh", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("slip", ["Nguyễn thiện Nhân", "NGUYỄN THIỆN NHÂN", "Nguyến Thiện Nhân", "Nguyễn Thiệnn Nhân"])
def test_slips_of_the_pen_join(slip: str) -> None:
    document = linked(f"Ông ⟦PER|Nguyễn Thiện Nhân⟧ đến. Ông ⟦PER|{slip}⟧ nói. ⟦POS|Bí thư⟧ ⟦PER|Thiện Nhân⟧ về.")
    assert len(document.people) == 1


def test_the_form_of_address_tells_namesakes_apart() -> None:
    document = linked(
        "Ông ⟦PER|Trần Văn Hoa⟧ và bà ⟦PER|Lê Thị Hoa⟧ dự. Ông ⟦PER|Hoa⟧ nói, bà ⟦PER|Hoa⟧ nghe, ông ⟦PER|Hoa⟧ về."
    )
    assert [name for _, name in names_of(document)] == [
        "Trần Văn Hoa", "Lê Thị Hoa", "Trần Văn Hoa", "Lê Thị Hoa", "Trần Văn Hoa",
    ]  # fmt: skip
    assert len(linked("Bà ⟦PER|Lê Thị Hoa⟧ dự. Ông ⟦PER|Hoa⟧ nói.").people) == 2


def test_the_title_tells_namesakes_apart() -> None:
    document = linked(
        "⟦POS|Chủ tịch ⟦STATE|UBND huyện⟧⟧ ⟦PER|Trần Văn Lực⟧ và ông ⟦PER|Đỗ Tấn Lực⟧, ⟦POS|Bí thư ⟦PARTY|Huyện ủy⟧⟧."
        " ⟦POS|Chủ tịch⟧ ⟦PER|Lực⟧ nói, ⟦POS|Bí thư⟧ ⟦PER|Lực⟧ nghe. Ông ⟦PER|Lực⟧ về."
    )
    assert [name.split()[0] for _, name in names_of(document)] == ["Trần", "Đỗ", "Trần", "Đỗ", "Đỗ"]


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Y Bhiông Niê Kđăm", "Y Bhiông"), ("Y Bhiông Niê Kđăm", "Niê"), ("H'Yim Kđoh", "H'Yim"),
        ("Ksor Hnhan", "Ksor"),
        ("Giàng A Páo", "A Páo"), ("Giàng A Páo", "Páo"), ("Hầu A Lử", "Lử"), ("Điểu K'Sim", "K'Sim"),
    ],
)  # fmt: skip
def test_names_of_minorities_in_parts(full: str, short: str) -> None:
    assert len(linked(f"Ông ⟦PER|{full}⟧ đến. Ông ⟦PER|{short}⟧ về.").people) == 1


def test_a_chinese_is_called_by_the_surname_where_no_given_name_fits() -> None:
    document = linked("Ông ⟦PER|Trần Mẫn⟧ và ông ⟦PER|Lê Văn Trần⟧ dự. Ông ⟦PER|Trần⟧ nói.")
    assert names_of(document)[-1] == ("Trần", "Lê Văn Trần")
    assert len(linked("Ông ⟦PER|Trần Mẫn⟧ dự. Ông ⟦PER|Trần⟧ nói.").people) == 1


def test_a_name_in_brackets_is_another_name() -> None:
    assert len(linked("Ông ⟦PER|Tôn Chính Tài⟧ (⟦PER|Sun Zheng Cai⟧) đến. Ông ⟦PER|Sun⟧ về.").people) == 1


# Holders


def test_all_posts_before_a_name_are_its_own() -> None:
    document = linked(
        "⟦POS|Ủy viên ⟦PARTY|Trung ương Đảng⟧⟧, ⟦POS|Bí thư ⟦PARTY|Tỉnh ủy⟧⟧, ⟦POS|Chủ tịch ⟦STATE|HĐND tỉnh⟧⟧"
        " Đại tá ⟦PER|Bùi Thị Lan⟧; ⟦POS|Phó Bí thư ⟦PARTY|Tỉnh ủy⟧⟧ ⟦PER|Đặng Văn Phú⟧ dự.",
        source="Báo Quảng Ngãi",
    )
    assert [str(post) for post in held(document, "Bùi Thị Lan")] == [
        "Ủy viên Trung ương Đảng", "Bí thư Tỉnh ủy Quảng Ngãi", "Chủ tịch HĐND tỉnh Quảng Ngãi",
    ]  # fmt: skip
    assert [post.kind for post in held(document, "Bùi Thị Lan")] == ["party", "party", "state"]
    assert [str(post) for post in held(document, "Đặng Văn Phú")] == ["Phó Bí thư Tỉnh ủy Quảng Ngãi"]


@pytest.mark.parametrize(
    "markup",
    [
        "Ông ⟦PER|Lê Văn Ân⟧, ⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧, nói.",
        "Ông ⟦PER|Lê Văn Ân⟧ - ⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧ nói.",
        "Ông ⟦PER|Lê Văn Ân⟧ (⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧) nói.",
        "Ông ⟦PER|Lê Văn Ân⟧ (45 tuổi), ⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧.",
        "Ông ⟦PER|Lê Văn Ân⟧ hiện là ⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧.",
        "Ông ⟦PER|Lê Văn Ân⟧ được bầu làm ⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧.",
        "Hội nghị chỉ định ông ⟦PER|Lê Văn Ân⟧ giữ chức ⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧.",
        "Cách chức ⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧ đối với ông ⟦PER|Lê Văn Ân⟧.",
        "⟦POS|Bí thư ⟦PARTY|Huyện ủy⟧⟧: ông ⟦PER|Lê Văn Ân⟧.",
        "Ông ⟦PER|Lê Văn Ân⟧ quê Huế. Ông từng giữ chức ⟦POS|bí thư ⟦PARTY|Huyện ủy⟧⟧.",
    ],
)
def test_the_ways_a_text_gives_a_post(markup: str) -> None:
    assert list(posts(linked(markup))["Lê Văn Ân"]) != []


def test_pairs_in_a_list() -> None:
    document = linked(
        "Có ông ⟦PER|Lê Văn Ân⟧ – ⟦POS|chủ tịch⟧, bà ⟦PER|Võ Thị Bê⟧ – ⟦POS|phó chủ tịch ⟦STATE|UBND ⟦LOC|huyện A⟧⟧⟧;"
        " ⟦POS|Thủ tướng⟧ ⟦PER|Phạm Văn Cư⟧ và ⟦POS|Chủ tịch ⟦STATE|Quốc hội⟧⟧ ⟦PER|Trần Thị Đào⟧."
    )
    assert posts(document) == {
        "Lê Văn Ân": ["chủ tịch"],
        "Võ Thị Bê": ["phó chủ tịch UBND huyện A"],
        "Phạm Văn Cư": ["Thủ tướng"],
        "Trần Thị Đào": ["Chủ tịch Quốc hội"],
    }


def test_a_later_bare_post_means_its_known_holder() -> None:
    document = linked(
        "⟦POS|Bí thư ⟦PARTY|Tỉnh ủy⟧⟧ nói gì?\n⟦POS|Bí thư ⟦PARTY|Tỉnh ủy ⟦LOC|Lạng Sơn⟧⟧⟧ ⟦PER|Lê Văn Ân⟧ và"
        " ⟦POS|Chủ tịch ⟦STATE|UBND tỉnh⟧⟧ ⟦PER|Võ Thị Bê⟧ họp. ⟦POS|Bí thư⟧ đồng ý, ⟦POS|Chủ tịch⟧ cũng vậy."
    )
    assert posts(document) == {
        "Lê Văn Ân": ["Bí thư Tỉnh ủy", "Bí thư Tỉnh ủy Lạng Sơn", "Bí thư"],
        "Võ Thị Bê": ["Chủ tịch UBND tỉnh", "Chủ tịch"],
    }
    (post,) = held(document, "Lê Văn Ân")
    assert (post.name, len(post.mentions)) == ("Bí thư Tỉnh ủy Lạng Sơn", 3)


def test_posts_of_other_bodies_and_levels_are_not_confused() -> None:
    document = linked(
        "⟦POS|Chủ tịch ⟦STATE|UBND ⟦LOC|tỉnh Lào Cai⟧⟧⟧ ⟦PER|Lê Văn Ân⟧ đến. ⟦POS|Chủ tịch ⟦STATE|HĐND tỉnh⟧⟧ vắng,"
        " ⟦POS|chủ tịch ⟦STATE|UBND xã⟧⟧ vắng, ⟦POS|Bí thư ⟦MASS|Tỉnh đoàn⟧⟧ vắng."
    )
    assert posts(document) == {"Lê Văn Ân": ["Chủ tịch UBND tỉnh Lào Cai"]}
    assert len(document.positions) == 3


def test_an_office_that_is_only_to_be_filled_has_no_holder() -> None:
    document = linked("Cựu ứng viên ⟦POS|tổng thống⟧ ⟦PER|John Doe⟧ dự lễ.")
    assert posts(document) == {"John Doe": []}


def test_former_and_acting() -> None:
    document = linked(
        "Ông ⟦PER|Lê Văn Ân⟧, nguyên ⟦POS|Bí thư ⟦PARTY|Huyện ủy⟧⟧, và"
        " ⟦POS|Chủ tịch ⟦STATE|UBND huyện⟧⟧ ⟦PER|Võ Thị Bê⟧."
    )
    assert held(document, "Lê Văn Ân")[0].status == "former"
    assert held(document, "Võ Thị Bê")[0].status == "current"
    assert str(held(document, "Lê Văn Ân")[0]).startswith("nguyên ")


def test_one_post_for_two_goes_to_the_first_named() -> None:
    document = linked("Ông ⟦PER|Lê Văn Ân⟧ và bà ⟦PER|Võ Thị Bê⟧ được bầu làm ⟦POS|Phó Chủ tịch ⟦STATE|UBND tỉnh⟧⟧.")
    assert posts(document)["Lê Văn Ân"] == ["Phó Chủ tịch UBND tỉnh"]


def test_whose_office_a_post_is() -> None:
    document = linked(
        "⟦POS|Tổng thống ⟦LOC|Mỹ⟧⟧ ⟦PER|Donald Trump⟧ gặp ⟦POS|giám đốc ⟦ORG|Công ty A⟧⟧ ⟦PER|Lê Văn Ân⟧,"
        " ⟦POS|Chủ tịch ⟦MASS|Hội Nông dân tỉnh⟧⟧ ⟦PER|Võ Thị Bê⟧."
    )
    assert [held(document, n)[0].kind for n in ("Donald Trump", "Lê Văn Ân", "Võ Thị Bê")] == [
        "foreign", "organization", "mass",
    ]  # fmt: skip
    assert [person.name for person in document.officials] == ["Võ Thị Bê"]
    assert held(document, "Donald Trump")[0].place == "Mỹ"


A, B, C = "⟦PER|Lê Văn Ân⟧", "⟦PER|Võ Thị Bê⟧", "⟦PER|Đỗ Tấn Lực⟧"
BI_THU, CHU_TICH = "⟦POS|Bí thư ⟦PARTY|Huyện ủy⟧⟧", "⟦POS|Chủ tịch ⟦STATE|UBND huyện⟧⟧"
PHO, GIAM_DOC = "⟦POS|Phó Chủ tịch ⟦STATE|UBND huyện⟧⟧", "⟦POS|Giám đốc ⟦STATE|Sở Y tế⟧⟧"
NAMES = {A: "Lê Văn Ân", B: "Võ Thị Bê", C: "Đỗ Tấn Lực"}


def statuses(markup: str, date: str | None = "2021-03-20") -> dict[str, list[tuple[str, str]]]:
    """Name → (post, status) of each of the person's positions; people without one are left out."""
    people = linked(markup, date=date).people
    return {p.name: [(post.name, post.status) for post in p.positions] for p in people if p.positions}


@pytest.mark.parametrize(
    ("sentence", "post", "status"),
    [
        (f"Ông {A} được bầu làm {CHU_TICH}.", "Chủ tịch UBND huyện", "appointed"),
        (f"Ông {A} trúng cử chức danh {CHU_TICH}.", "Chủ tịch UBND huyện", "appointed"),
        (f"Ông {A} tái đắc cử {BI_THU}.", "Bí thư Huyện ủy", "appointed"),
        (f"HĐND huyện bầu bổ sung ông {A} giữ chức {CHU_TICH}.", "Chủ tịch UBND huyện", "appointed"),
        (f"Bổ nhiệm ông {A} giữ chức vụ {GIAM_DOC}.", "Giám đốc Sở Y tế", "appointed"),
        (f"Chỉ định ông {A} tham gia Ban Chấp hành, giữ chức {BI_THU}.", "Bí thư Huyện ủy", "appointed"),
        (f"Phân công ông {A} đảm nhiệm chức vụ {BI_THU}.", "Bí thư Huyện ủy", "appointed"),
        (f"Phê chuẩn kết quả bầu chức vụ {CHU_TICH} đối với ông {A}.", "Chủ tịch UBND huyện", "appointed"),
        (f"Tân {CHU_TICH} {A} ra mắt.", "Chủ tịch UBND huyện", "appointed"),
        (f"Ông {A} được giới thiệu ứng cử chức danh {CHU_TICH}.", "Chủ tịch UBND huyện", "nominated"),
        (f"Ban Thường vụ giới thiệu ông {A} để bầu giữ chức {CHU_TICH}.", "Chủ tịch UBND huyện", "nominated"),
        (f"Đề cử ông {A} làm {CHU_TICH}.", "Chủ tịch UBND huyện", "nominated"),
        (f"Trình Quốc hội phê chuẩn ông {A} giữ chức {GIAM_DOC}.", "Giám đốc Sở Y tế", "nominated"),
        (f"Ông {A} thôi giữ chức {CHU_TICH}.", "Chủ tịch UBND huyện", "removed"),
        (f"Miễn nhiệm chức danh {CHU_TICH} đối với ông {A}.", "Chủ tịch UBND huyện", "removed"),
        (f"Phê chuẩn kết quả miễn nhiệm chức vụ {CHU_TICH} đối với ông {A}.", "Chủ tịch UBND huyện", "removed"),
        (f"Bãi nhiệm {CHU_TICH} {A}.", "Chủ tịch UBND huyện", "removed"),
        (f"Cách chức {BI_THU} đối với ông {A}.", "Bí thư Huyện ủy", "removed"),
        (f"{CHU_TICH} {A} bị cách chức.", "Chủ tịch UBND huyện", "removed"),
        (f"Ông {A}, {CHU_TICH}, nghỉ hưu.", "Chủ tịch UBND huyện", "removed"),
        (f"Trao quyết định nghỉ hưu cho ông {A}, {CHU_TICH}.", "Chủ tịch UBND huyện", "removed"),
        (f"Miễn nhiệm ông {A}, {GIAM_DOC}.", "Giám đốc Sở Y tế", "removed"),
        (f"Ông {A} không còn là {CHU_TICH}.", "Chủ tịch UBND huyện", "removed"),
        (f"Ông {A}, nguyên {CHU_TICH}, nói.", "Chủ tịch UBND huyện", "former"),
        (f"Ông {A}, {CHU_TICH} cũ, nói.", "Chủ tịch UBND huyện", "former"),
        (f"Ông {A}, {CHU_TICH} (khi đó), đã ký.", "Chủ tịch UBND huyện", "former"),
        (f"Khi còn là {CHU_TICH}, ông {A} đã ký.", "Chủ tịch UBND huyện", "former"),
        (f"Thời còn giữ chức {CHU_TICH}, ông {A} đã ký.", "Chủ tịch UBND huyện", "former"),
        (f"Ông {A} từng được bầu làm {CHU_TICH}.", "Chủ tịch UBND huyện", "former"),
        (f"Trước khi được điều động, ông {A} giữ chức {GIAM_DOC}.", "Giám đốc Sở Y tế", "former"),
        (f"Ông {A}, {CHU_TICH} nhiệm kỳ 2011-2016, nói.", "Chủ tịch UBND huyện", "former"),
        (f"Ông {A} được giao phụ trách chức vụ {GIAM_DOC}.", "Giám đốc Sở Y tế", "acting"),
        (f"Ông {A} được giao ⟦POS|quyền Chủ tịch ⟦STATE|UBND huyện⟧⟧.", "quyền Chủ tịch UBND huyện", "acting"),
        (f"Ông {A}, {CHU_TICH}, sắp nghỉ hưu.", "Chủ tịch UBND huyện", "current"),
        (f"Ông {A}, {CHU_TICH}, xin từ chức.", "Chủ tịch UBND huyện", "current"),
        (f"Ông {A} có đơn xin thôi làm {CHU_TICH}.", "Chủ tịch UBND huyện", "current"),
        (f"Huyện ủy chuẩn bị cách chức {CHU_TICH} {A}.", "Chủ tịch UBND huyện", "current"),
        (f"Cử tri đề nghị cách chức {CHU_TICH} đối với ông {A}.", "Chủ tịch UBND huyện", "current"),
        (f"Ông {A} tiếp tục giữ chức {CHU_TICH}.", "Chủ tịch UBND huyện", "current"),
        (f"{CHU_TICH} {A} phân công nhiệm vụ.", "Chủ tịch UBND huyện", "current"),
        (f"Trong chính quyền {CHU_TICH} {A} có nhiều đổi mới.", "Chủ tịch UBND huyện", "current"),
    ],
)
def test_what_a_sentence_reports_of_a_post(sentence: str, post: str, status: str) -> None:
    assert statuses(sentence) == {"Lê Văn Ân": [(post, status)]}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            f"Điều động ông {A}, {PHO}, giữ chức {CHU_TICH}.",
            {A: [("Phó Chủ tịch UBND huyện", "current"), ("Chủ tịch UBND huyện", "appointed")]},
        ),
        (
            f"Bổ nhiệm {PHO} {A} làm {CHU_TICH}.",
            {A: [("Phó Chủ tịch UBND huyện", "current"), ("Chủ tịch UBND huyện", "appointed")]},
        ),
        (
            f"Ông {A} thôi giữ chức {BI_THU} để giữ chức {GIAM_DOC}; bà {B} thay ông {A} làm {BI_THU}.",
            {
                A: [("Bí thư Huyện ủy", "removed"), ("Giám đốc Sở Y tế", "appointed")],
                B: [("Bí thư Huyện ủy", "appointed")],
            },
        ),
        (
            f"Ông {A} thôi tham gia Ban Thường vụ và {BI_THU} để tham gia Ban Cán sự, giữ chức {GIAM_DOC}.",
            {A: [("Bí thư Huyện ủy", "removed"), ("Giám đốc Sở Y tế", "appointed")]},
        ),
        (f"Bà {B} thay ông {A} làm {CHU_TICH}.", {B: [("Chủ tịch UBND huyện", "appointed")]}),
        (f"Ông {A} nghỉ hưu, bà {B} làm {CHU_TICH}.", {B: [("Chủ tịch UBND huyện", "appointed")]}),
        (
            f"Ông {A} được {BI_THU} {B} trao quyết định bổ nhiệm {GIAM_DOC}.",
            {A: [("Giám đốc Sở Y tế", "appointed")], B: [("Bí thư Huyện ủy", "current")]},
        ),
        (
            f"HĐND bầu bà {B}, {GIAM_DOC}, và ông {C}, {PHO}, làm ⟦POS|Ủy viên ⟦STATE|UBND tỉnh⟧⟧.",
            {
                B: [("Giám đốc Sở Y tế", "current"), ("Ủy viên UBND tỉnh", "appointed")],
                C: [("Phó Chủ tịch UBND huyện", "current")],
            },
        ),
        (
            f"Ông {A}, nguyên {BI_THU}, {CHU_TICH}, ⟦POS|Chủ tịch ⟦MASS|Hội Khuyến học huyện⟧⟧, nói.",
            {
                A: [
                    ("Bí thư Huyện ủy", "former"),
                    ("Chủ tịch UBND huyện", "former"),
                    ("Chủ tịch Hội Khuyến học huyện", "current"),
                ]
            },
        ),
        (
            f"Ông {A} từng là {BI_THU}, hiện là {GIAM_DOC}.",
            {A: [("Bí thư Huyện ủy", "former"), ("Giám đốc Sở Y tế", "current")]},
        ),
        (
            f"{PHO} {A} phát biểu. Chiều qua, ông {A} thôi giữ chức {PHO}.",
            {A: [("Phó Chủ tịch UBND huyện", "removed")]},
        ),
    ],
)
def test_who_takes_and_who_leaves(text: str, expected: dict[str, list[tuple[str, str]]]) -> None:
    assert statuses(text) == {NAMES[name]: found for name, found in expected.items()}


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        (f"Sáng 16.3, HĐND huyện bầu ông {A} làm {CHU_TICH}.", "2021-03-16"),
        (f"Ông {A} thôi làm {CHU_TICH} từ ngày 1-4.", "2021-04-01"),
        (f"Ông {A} thôi làm {CHU_TICH} từ ngày 1 tháng 4 năm 2020.", "2020-04-01"),
        (f"Ngày 20-12, ông {A} được bầu làm {CHU_TICH}.", "2020-12-20"),
        (f"Chiều nay, ông {A} được bầu làm {CHU_TICH}.", "2021-03-20"),
        (f"Ông {A} (sinh ngày 12-4-1970) được bầu làm {CHU_TICH}.", None),
        (f"Sáng 16.3, ông {A}, {CHU_TICH}, phát biểu.", None),
    ],
)
def test_the_day_of_a_report(sentence: str, day: str | None) -> None:
    assert held(linked(sentence, date="2021-03-20"), "Lê Văn Ân")[0].date == day


def test_a_later_post_means_the_one_who_holds_it_now() -> None:
    document = linked(
        f"Ông {A} thôi giữ chức {CHU_TICH}. Bà {B} được bầu giữ chức {CHU_TICH}. {CHU_TICH} nói."
        f" Nguyên {CHU_TICH} nghe."
    )
    assert [span.person for span in document.spans if span.label == "POS"] == [1, 2, 2, 1]


def test_this_chair_and_he_now_is() -> None:
    document = linked(
        f"{CHU_TICH} {A} đến. Vị ⟦POS|chủ tịch⟧ này nói. Ông hiện là ⟦POS|đại biểu ⟦STATE|HĐND tỉnh⟧⟧ khóa mới."
    )
    assert posts(document) == {"Lê Văn Ân": ["Chủ tịch UBND huyện", "chủ tịch", "đại biểu HĐND tỉnh"]}
    assert {post.evidence for post in held(document, "Lê Văn Ân")} == {"before", "pronoun"}


def test_who_stands_again_for_his_post_holds_it() -> None:
    assert statuses(f"Ông {A}, {CHU_TICH}, ứng cử chức danh {CHU_TICH}.") == {
        "Lê Văn Ân": [("Chủ tịch UBND huyện", "current")]
    }
    assert statuses(f"Ông {A} ứng cử chức danh {CHU_TICH}. {CHU_TICH} còn trống.") == {
        "Lê Văn Ân": [("Chủ tịch UBND huyện", "nominated")]
    }


def test_the_surest_mention_is_the_evidence() -> None:
    document = linked(f"{CHU_TICH} nói gì?\n{CHU_TICH} {A} đã về.")
    assert [post.evidence for post in held(document, "Lê Văn Ân")] == ["before"]


def test_nested_lists() -> None:
    document = linked(
        f"Dự có: {A}, {BI_THU}, {CHU_TICH}; {B} - {PHO}, kiêm {GIAM_DOC}; {C} (⟦POS|đại biểu ⟦STATE|HĐND tỉnh⟧⟧)."
    )
    assert posts(document) == {
        "Lê Văn Ân": ["Bí thư Huyện ủy", "Chủ tịch UBND huyện"],
        "Võ Thị Bê": ["Phó Chủ tịch UBND huyện", "Giám đốc Sở Y tế"],
        "Đỗ Tấn Lực": ["đại biểu HĐND tỉnh"],
    }


def test_posts_joined_by_kiem_va_and_cung() -> None:
    document = linked(f"{BI_THU} kiêm {CHU_TICH} {A}, {PHO} {B} cùng {GIAM_DOC} {C} dự.")
    assert [len(found) for found in posts(document).values()] == [2, 1, 1]


def test_evidence_is_of_the_closed_lists() -> None:
    document = linked(QUANG_NGAI + f" {BI_THU} {A} nói. Ông làm {CHU_TICH}. {BI_THU} nghe, {GIAM_DOC} vắng.")
    positions = [*document.positions, *(post for person in document.people for post in person.positions)]
    assert {post.evidence for post in positions} <= set(HOLDER_EVIDENCE)
    known = {*EVIDENCE, ""}
    assert {body.evidence for body in document.bodies} | {place.evidence for place in document.locations} <= known
    assert all(meaning for meaning in (*HOLDER_EVIDENCE.values(), *EVIDENCE.values()))


# The document's day


@pytest.mark.parametrize(
    ("text", "day", "source"),
    [
        ("Thứ ba, 16/03/2021, 09:30 (GMT+7)\nHọp ở ⟦LOC|Huế⟧.", "2021-03-16", "dateline"),
        ("Hà Nội, ngày 16 tháng 3 năm 2021\nHọp ở ⟦LOC|Huế⟧.", "2021-03-16", "dateline"),
        ("Họp ở ⟦LOC|Huế⟧.\nCập nhật lúc 10:15, 16-3-2021", "2021-03-16", "dateline"),
        ("Sáng 16.3.2021, họp ở ⟦LOC|Huế⟧.", "2021-03-16", "text"),
        ("Sáng 16.3, họp ở ⟦LOC|Huế⟧. Theo kết luận ngày 10.3.2021, phải xong.", "2021-03-16", "text"),
        ("Chiều 4-1, họp ở ⟦LOC|Huế⟧. Trước đó, ngày 28-12-2020, đã họp.", "2021-01-04", "text"),
        ("Ngày 12-4, họp ở ⟦LOC|Huế⟧. 3 tháng đầu năm 2021, thu đạt khá.", "2021-04-12", "text"),
        ("Sáng thứ ba (16-3), họp ở ⟦LOC|Huế⟧ về việc của năm 2021.", "2021-03-16", "text"),
        ("Sáng 16.3, họp ở ⟦LOC|Huế⟧.", None, None),
        ("Sáng 16.3, họp ở ⟦LOC|Huế⟧ về nhiệm kỳ 2020-2025 và tầm nhìn đến năm 2030.", None, None),
        ("Sáng 16.3, họp ở ⟦LOC|Huế⟧ về vụ án năm 2015.", None, None),
        ("Ông ⟦PER|Lê Văn Ân⟧ sinh ngày 12-4-1970.", None, None),
        ("Ngày 31-2-2021, họp ở ⟦LOC|Huế⟧.", None, None),
        ("Dự kiến ngày 12-4-2021 sẽ khánh thành.", None, None),
        ("Tỉ số 2-1, giá 16.3 triệu đồng, 50/50.", None, None),
        ("", None, None),
    ],
)
def test_the_day_is_read_or_left_open(text: str, day: str | None, source: str | None) -> None:
    document = linked(text)
    assert (document.date, document.date_source) == (day, source)
    assert Document.from_dict(document.to_dict()) == document


def test_the_given_day_goes_before_the_read_one() -> None:
    document = linked("Sáng 16.3.2021, họp.", date="2021-03-17")
    assert (document.date, document.date_source) == ("2021-03-17", "given")


@pytest.mark.parametrize(
    "sign",
    [
        "Sáng 5.1.2026, họp.",
        "Bộ máy chính quyền địa phương 2 cấp hoạt động ổn định.",
        "Năm 2026, sau khi sáp nhập, công việc nhiều hơn.",
        "Kể từ tháng 9/2025, phải làm xong; tháng 10/2025 đã xong.",
        "Họp ở ⟦LOC|phường Bắc Nha Trang⟧.",
    ],
)
def test_an_undated_text_of_the_new_units_is_read_as_one(sign: str) -> None:
    document = linked(f"{sign} Ở ⟦LOC|xã Bình Sơn⟧, ⟦LOC|tỉnh Quảng Ngãi⟧.")
    assert units(document)["xã Bình Sơn"] == "3:21040"


@pytest.mark.parametrize(
    "sign", ["Sau sáp nhập năm 2019, xã mạnh hơn.", "Kế hoạch đến năm 2026 và tầm nhìn năm 2030.", "Sáng 5.1, họp."]
)
def test_an_undated_text_is_not_taken_for_a_new_one(sign: str) -> None:
    document = linked(f"{sign} Ở ⟦LOC|xã Bình Sơn⟧, ⟦LOC|tỉnh Quảng Ngãi⟧.")
    assert units(document)["xã Bình Sơn"] != "3:21040"


@given(
    st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)),
    st.sampled_from(
        ["Sáng {d}.{m}.{y}, họp.", "Chiều {d}-{m}-{y}, họp.", "Hôm nay ({d}/{m}/{y}), họp.", "{d:02}/{m:02}/{y}"]
    ),
)
def test_every_day_that_is_written_out_is_read(day: date, pattern: str) -> None:
    document = linked(pattern.format(d=day.day, m=day.month, y=day.year))
    assert document.date == day.isoformat()


@given(st.text(alphabet="0123456789 .-/ngàySáng,(\n", max_size=60))
def test_what_is_read_is_a_day(text: str) -> None:
    found = link(text, []).date
    assert found is None or date.fromisoformat(found)


WORDS = [
    "nguyên",
    "thôi giữ chức",
    "được bầu làm",
    "thay",
    "và",
    ",",
    ";",
    ".",
    "cho",
    "ông",
    "bà",
    "nghỉ hưu",
    "sáng 1.2",
]


@given(st.lists(st.sampled_from([*WORDS, A, B, BI_THU, CHU_TICH]), max_size=24))
def test_every_mention_has_one_place(parts: list[str]) -> None:
    document = linked(" ".join(parts), date="2021-03-20")
    held_by = [span.person for span in document.spans if span.label == "POS"]
    positions = [(post, person.id) for person in document.people for post in person.positions]
    everybody: list[tuple[Position, int | None]] = [*positions, *((post, None) for post in document.positions)]
    found = [(span, person) for post, person in everybody for span in post.mentions]
    assert [person for _, person in sorted(found, key=lambda item: item[0].start)] == held_by
    assert all(post.person == person for post, person in positions)
    assert all(post.date is None or post.status in ("appointed", "removed", "nominated") for post, _ in positions)
    assert {span.person for span in document.spans if span.label == "PER"} == {person.id for person in document.people}
    assert Document.from_dict(document.to_dict()) == document


def test_a_line_of_blanks_and_numbers_is_read_in_no_time() -> None:
    assert linked(" " * 50 + "16-3-2021" + " ." * 25000 + "1-1-1" * 5000).people == ()


# Bodies and units

QUANG_NGAI = (
    "(⟦ORG|Baoquangngai.vn⟧)- Hôm qua ⟦PARTY|Thường trực Tỉnh ủy⟧ mời ⟦PARTY|Ban Thường vụ Huyện ủy ⟦LOC|Bình Sơn⟧⟧."
    " ⟦STATE|UBND tỉnh⟧ giúp ⟦LOC|huyện Bình Sơn⟧; ⟦PARTY|Huyện ủy⟧ cảm ơn ⟦STATE|Chính phủ⟧. ⟦LOC|Bình Sơn⟧ vui."
)


def test_bodies_take_their_unit_from_the_document() -> None:
    document = linked(QUANG_NGAI)
    assert units(document) == {
        "Baoquangngai.vn": None, "Thường trực Tỉnh ủy": "1:51", "Ban Thường vụ Huyện ủy Bình Sơn": "2:524",
        "Bình Sơn": "2:524", "UBND tỉnh": "1:51", "huyện Bình Sơn": "2:524", "Huyện ủy": "2:524", "Chính phủ": "VN",
    }  # fmt: skip
    committee = next(body for body in document.bodies if body.organ == "Ban Thường vụ")
    assert isinstance(committee, PartyBody)
    assert (committee.kind, committee.level, committee.parent) == (
        "standing_committee",
        "district",
        "Huyện ủy Bình Sơn",
    )
    people = next(body for body in document.bodies if isinstance(body, StateBody))
    assert (people.name, people.kind) == ("UBND tỉnh Quảng Ngãi", "peoples_committee")


def test_short_and_full_forms_are_one_body() -> None:
    document = linked(
        "⟦STATE|UBND ⟦LOC|tỉnh Lào Cai⟧⟧ họp; ⟦STATE|Uỷ ban nhân dân tỉnh⟧ kết luận; ⟦STATE|UBND tỉnh⟧ nói."
    )
    assert [len(body.mentions) for body in document.bodies] == [3]


def test_the_date_decides_between_old_and_new_units() -> None:
    text = "Tại ⟦LOC|xã Bình Sơn⟧, ⟦LOC|tỉnh Quảng Ngãi⟧."
    assert units(linked(text, date="2026-03-01"))["xã Bình Sơn"] == "3:21040"
    assert units(linked("Tại ⟦LOC|quận 1⟧, ⟦LOC|TP.HCM⟧.", date="2020-05-01")) == {"quận 1": "2:760", "TP.HCM": "1:79"}
    assert units(linked("Tại ⟦LOC|TP HCM⟧, quê ⟦LOC|Bình Dương⟧."))["Bình Dương"] == "1:74"


def test_an_address_settles_a_common_name() -> None:
    document = linked("Ở ⟦LOC|huyện Châu Thành⟧, ⟦LOC|tỉnh Bến Tre⟧; nhà ở ⟦LOC|huyện Châu Thành⟧.", date="2020-06-01")
    assert units(document)["huyện Châu Thành"] == "2:831"


def test_open_is_left_open() -> None:
    assert units(linked("Ở ⟦LOC|huyện Châu Thành⟧.", date="2020-06-01"))["huyện Châu Thành"] is None
    assert units(linked("⟦LOC|Mỹ⟧, ⟦LOC|Biển Đông⟧, ⟦LOC|sông Hồng⟧, ⟦LOC|Bắc Kinh⟧, ⟦LOC|đường Nguyễn Huệ⟧.")) == {
        "Mỹ": None, "Biển Đông": None, "sông Hồng": None, "Bắc Kinh": None, "đường Nguyễn Huệ": None,
    }  # fmt: skip


def test_the_country_and_its_central_bodies() -> None:
    document = linked(
        "⟦LOC|Việt Nam⟧: ⟦STATE|Quốc hội⟧, ⟦STATE|Bộ Y tế⟧, ⟦PARTY|Ban Tổ chức T.Ư⟧,"
        " ⟦MASS|Mặt trận Tổ quốc ⟦LOC|Việt Nam⟧⟧."
    )
    assert set(units(document).values()) == {"VN"}
    assert isinstance(document.mass_bodies[0], MassBody)
    assert document.locations[0].kind == "country"


def test_the_kinds_of_places() -> None:
    document = linked(
        "⟦LOC|Lào⟧, ⟦LOC|sông Hồng⟧, ⟦LOC|đường Nguyễn Huệ⟧, ⟦LOC|Hà Nội⟧, ⟦LOC|quận Ba Đình⟧, ⟦LOC|thôn Hạ⟧."
    )
    assert [place.kind for place in document.locations] == [
        "country", "water", "road", "province", "district", "village",
    ]  # fmt: skip


# Form


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_decomposed_letters_change_nothing(form: Literal["NFC", "NFD"]) -> None:
    document = linked(unicodedata.normalize(form, QUANG_NGAI))
    assert [body.name for body in document.bodies] == [body.name for body in linked(QUANG_NGAI).bodies]
    assert all(document.text[s.start : s.end] == s.text for body in document.bodies for s in body.mentions)
    assert [unit for *_, unit in document.links] == [unit for *_, unit in linked(QUANG_NGAI).links]
    assert Document.from_dict(document.to_dict()) == document


def test_spans_keep_their_place_and_score() -> None:
    document = link("Ông An", [(4, 6, "PER", 0.5)], id="a", date="2024-01-01", source="s")
    assert [(s.start, s.end, s.score, s.person) for s in document.spans] == [(4, 6, 0.5, 1)]
    assert (document.id, document.date, document.source) == ("a", "2024-01-01", "s")
    assert link("", []) == Document("")


def test_a_date_that_is_no_day() -> None:
    with pytest.raises(InputError, match="2024-13"):
        link("Hà Nội", [(0, 6, "LOC", 1.0)], date="2024-13-01")


def test_many_mentions_of_many_people_stay_linear() -> None:
    names = [f"Nguyễn Văn {a}{b}" for a in "BCDGH" for b in ("an", "ong", "inh", "ung")]
    text, spans = "", []
    for n in range(6000):
        for label, form in (("POS", "Bí thư Tỉnh ủy"), ("PER", names[n % 20])):
            spans.append((len(text), len(text) + len(form), label, 1.0))
            text += form + " "
        text += "nói. "
    assert len(link(text, spans).people) == 20


@pytest.mark.parametrize("name", ["dev", "briefs_dev"])
def test_annotated_spans_are_linked_well(shared: Path, name: str) -> None:
    def read(file: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (shared / "gold" / file).read_text(encoding="utf-8").splitlines()]

    rows = read(f"{name}.jsonl")
    links = {row["id"]: row["links"] for row in read("links.jsonl")}
    metrics = evaluate(rows, relinked(rows), links)
    assert metrics["people"].f1 >= 0.97
    assert metrics["posts"].f1 >= 0.95
    assert metrics["links"].f1 >= 0.94


@pytest.mark.parametrize(
    "markup",
    [
        "Chiều 3.4, ⟦POS|Tổng Bí thư⟧, ⟦POS|Chủ tịch nước⟧ ⟦PER|Khamsing Vorachith⟧ thăm trường.",
        "Cuộc gặp giữa ⟦POS|Thủ tướng⟧ ⟦PER|Kim Jong-chol⟧ và đoàn doanh nhân kéo dài hai giờ.",
        "Đoàn vừa từ ⟦LOC|Trung Quốc⟧ về. ⟦POS|Tổng Bí thư⟧, ⟦POS|Chủ tịch nước⟧ ⟦PER|Tập Văn Khải⟧ gửi điện mừng.",
        "⟦POS|Chủ tịch ⟦LOC|Trung Quốc⟧⟧ ⟦PER|Lý Vân Sinh⟧ đến. Sau đó, ⟦POS|Chủ tịch nước⟧ ⟦PER|Lý Vân Sinh⟧ về.",
    ],
)
def test_a_foreign_head_of_party_or_state_is_no_vietnamese_official(markup: str) -> None:
    document = linked(markup)
    (person,) = document.people
    assert {position.kind for position in person.positions} == {"foreign"}
    assert document.officials == ()


@pytest.mark.parametrize(
    "markup",
    [
        "Đoàn vừa từ ⟦LOC|Lào⟧ về. ⟦POS|Tổng Bí thư⟧, ⟦POS|Chủ tịch nước⟧ ⟦PER|Trần Văn Khải⟧ gửi điện mừng.",
        "⟦POS|Thủ tướng⟧ ⟦PER|Lý Vân Sinh⟧ từ ⟦LOC|Trung Quốc⟧ trở về.",
        "⟦POS|Đại sứ ⟦LOC|Việt Nam⟧ tại ⟦LOC|Trung Quốc⟧⟧ ⟦PER|Trần Văn Khải⟧ nay là ⟦POS|Phó Thủ tướng⟧.",
        "⟦POS|Bộ trưởng⟧ ⟦PER|Y Thông Niê Kđăm⟧ tiếp đoàn khách từ ⟦LOC|Campuchia⟧.",
        "⟦POS|Phó Thủ tướng⟧ ⟦PER|Đàm Quang Lực⟧ thăm ⟦LOC|Trung Quốc⟧.",
        "⟦POS|Bí thư ⟦PARTY|Tỉnh ủy ⟦LOC|Quảng Ngãi⟧⟧⟧ ⟦PER|Tập Văn Khải⟧, nguyên ⟦POS|Chủ tịch nước⟧, đến ⟦LOC|Lào⟧.",
    ],
)
def test_vietnamese_holders_stay_vietnamese_officials(markup: str) -> None:
    (person,) = linked(markup).officials
    assert {"party", "state"} & {position.kind for position in person.positions}
    assert "foreign" not in {position.kind for position in person.positions if position.place is None}


def test_entities_of_a_linked_text_are_as_if_made_by_hand() -> None:
    document = linked(
        "⟦POS|Bí thư ⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧⟧ ⟦PER|Lê Văn An⟧ làm việc tại ⟦LOC|xã Bình Trị⟧.",
        date="2019-12-01",
    )
    made = [*document.spans, *document.people, *document.people[0].positions, *document.bodies, *document.locations]
    assert len({type(one) for one in made}) == 5
    for one in made:
        again = replace(one)
        assert (type(again), again, hash(again), repr(again)) == (type(one), one, hash(one), repr(one))
        assert pickle.loads(pickle.dumps(one)) == one
        with pytest.raises((AttributeError, TypeError)):  # frozen
            setattr(one, "mentions" if hasattr(one, "mentions") else "text", ())


# Found by an acceptance test


@pytest.mark.parametrize("joint", [" kiêm ", " đồng thời là ", ", kiêm "])
def test_what_somebody_also_is_stands_behind_the_name(joint: str) -> None:
    document = linked(
        f"⟦POS|Bí thư ⟦PARTY|Tỉnh ủy⟧⟧ ⟦PER|Trần Quốc Oánh⟧{joint}⟦POS|Chủ tịch ⟦STATE|HĐND tỉnh⟧⟧ phát biểu."
    )
    assert posts(document) == {"Trần Quốc Oánh": ["Bí thư Tỉnh ủy", "Chủ tịch HĐND tỉnh"]}


@pytest.mark.parametrize(
    "phrase", ["tất cả chức vụ trong ⟦PARTY|Đảng⟧:", "tất cả chức vụ trong ⟦PARTY|Đảng⟧,", "chức vụ"]
)
def test_who_is_stripped_of_all_posts_loses_those_that_follow(phrase: str) -> None:
    document = linked(
        f"Ông ⟦PER|Lê Văn Tám⟧ bị cách chức {phrase} ⟦POS|Phó Bí thư ⟦PARTY|Huyện ủy⟧⟧, "
        "⟦POS|Ủy viên ⟦PARTY|Ban Thường vụ Huyện ủy⟧⟧."
    )
    assert [(post.title, post.status) for post in held(document, "Lê Văn Tám")] == [
        ("Phó Bí thư", "removed"),
        ("Ủy viên", "removed"),
    ]


@pytest.mark.parametrize("verb", ["nhận quyết định làm", "nhận quyết định giữ chức", "nhận quyết định bổ nhiệm"])
def test_who_is_handed_the_decision_is_appointed(verb: str) -> None:
    document = linked(f"Ông ⟦PER|Lê Văn Tám⟧ {verb} ⟦POS|Giám đốc ⟦STATE|Sở Y tế⟧⟧.")
    assert [post.status for post in held(document, "Lê Văn Tám")] == ["appointed"]


def test_a_decision_to_retire_appoints_nobody() -> None:
    document = linked("Ông ⟦PER|Lê Văn Tám⟧, ⟦POS|Giám đốc ⟦STATE|Sở Y tế⟧⟧, nhận quyết định nghỉ hưu.")
    assert [post.status for post in held(document, "Lê Văn Tám")] == ["removed"]


def test_the_post_of_a_former_unit_is_that_of_the_name_behind_it() -> None:
    document = linked(
        "⟦POS|Chủ tịch ⟦STATE|UBND ⟦LOC|TP Thủ Đức⟧⟧⟧ cũ ⟦PER|Hoàng Tú Trung⟧ nay là "
        "⟦POS|Bí thư ⟦PARTY|Đảng ủy ⟦LOC|phường Thủ Đức⟧⟧⟧.",
        "2025-07-10",
    )
    assert [(post.title, post.status) for post in held(document, "Hoàng Tú Trung")] == [
        ("Chủ tịch", "former"),
        ("Bí thư", "current"),
    ]


def test_a_small_letter_in_a_name_makes_nobody_else() -> None:
    document = linked("⟦PER|Lê thiện Tám⟧ đến thăm. ⟦POS|Bí thư⟧ ⟦PER|Thiện Tám⟧ phát biểu.")
    assert len(document.people) == 1


def test_a_day_behind_the_place_of_a_dateline_is_the_reports() -> None:
    told = linked("GIA LAI - Ngày 12-4, ⟦STATE|UBND tỉnh⟧ họp. Trước đó, ngày 10-4-2026, mưa lớn.")
    assert (told.date, told.date_source) == ("2026-04-12", "text")
    assert linked("GIA LAI - Ngày 12-4, ⟦STATE|UBND tỉnh⟧ họp.").date is None
