"""What linking makes of marked-up snippets: people, holders, bodies, units. The marks are given, their ids are not."""

from __future__ import annotations

import unicodedata

import pytest

from govner.entities import Document, InputError, MassBody, PartyBody, Position, StateBody
from govner.formats import from_markup
from govner.linking import link


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
def test_decomposed_letters_change_nothing(form: str) -> None:
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
