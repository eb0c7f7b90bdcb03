"""Units over time, and which unit and which body a text means: evidence, candidates, scores, ids."""

from __future__ import annotations

import re
import time
from datetime import date as day
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govner
from govner.entities import Body, Document, InputError, Location, Unit
from govner.formats import from_markup
from govner.lexicon import body_kinds
from govner.linking import EVIDENCE, link
from govner.places import gazetteer

G = gazetteer()
UNITS = list(G)
REFORM = "2025-07-01"

some_units = st.sampled_from(UNITS)
days = st.integers(0, 6 * 365).map(lambda n: (day(2020, 8, 1) + timedelta(days=n)).isoformat())


def unit(id: str, date: str | None = None) -> Unit:
    found = G.get(id, date)
    assert found is not None
    return found


def linked(markup: str, date: str | None = None, source: str | None = None) -> Document:
    marked = from_markup(markup)
    return link(marked.text, [(s.start, s.end, s.label, 1.0) for s in marked.spans], date=date, source=source)


def places(document: Document) -> dict[str, Location]:
    return {span.text: place for place in document.locations for span in place.mentions}


def bodies(document: Document) -> dict[str, Body]:
    return {span.text: body for body in document.bodies for span in body.mentions}


# Units over time


def names(found: tuple[Unit, ...]) -> list[str]:
    return [each.full_name for each in found]


@pytest.mark.parametrize(
    ("which", "date", "there"),
    [
        (("1:62", None), "2026-01-01", ["tỉnh Quảng Ngãi"]),
        (("1:51", None), "2019-01-01", ["tỉnh Quảng Ngãi"]),
        (("1:75", "2020-01-01"), "2026-06-01", ["thành phố Đồng Nai"]),
        (("1:70", None), "2026-06-01", ["thành phố Đồng Nai"]),
        (("1:75", None), "2026-04-29", ["tỉnh Đồng Nai"]),
        (("1:46", None), "2024-12-31", ["tỉnh Thừa Thiên Huế"]),
        (("1:46", "2020-01-01"), "2025-01-01", ["thành phố Huế"]),
        (("2:474", "2020-01-01"), "2025-01-01", ["quận Thuận Hóa", "quận Phú Xuân"]),
        (("1:28", None), "2008-07-31", ["tỉnh Hà Tây"]),
        (("1:28", None), "2008-08-01", ["thành phố Hà Nội"]),
        (("2:762", "2020-01-01"), "2020-12-31", ["quận Thủ Đức"]),
        (("2:762", "2020-01-01"), "2021-01-01", ["thành phố Thủ Đức"]),
        (("2:769", None), "2020-06-01", ["quận 2", "quận 9", "quận Thủ Đức"]),
        (("2:044", None), "2022-01-01", ["huyện Hà Quảng"]),
        (
            ("2:524", None),
            "2026-01-01",
            ["xã Bình Sơn", "xã Vạn Tường", "xã Đông Sơn", "xã Bình Minh", "xã Bình Chương"],
        ),
        (("3:00217", "2020-01-01"), "2026-01-01", ["phường Đống Đa", "phường Ô Chợ Dừa", "phường Kim Liên"]),
        (("2:536", None), "2026-01-01", ["đặc khu Lý Sơn"]),
        (("3:21548", None), "2020-01-01", ["huyện Lý Sơn"]),
    ],
)
def test_what_stood_on_a_day_in_the_place_of_a_unit(which: tuple[str, str | None], date: str, there: list[str]) -> None:
    assert names(unit(*which).at(date)) == there


def test_a_new_commune_on_a_day_before_the_reform_is_those_it_was_made_of() -> None:
    assert "thị trấn Châu Ổ" in names(unit("3:21040").at("2020-01-01"))
    assert {each.province.name for each in unit("3:26824").at("2020-01-01")} == {"Hồ Chí Minh"}


@given(some_units, days)
def test_whatever_stands_in_its_place_stands_then(one: Unit, date: str) -> None:
    found = one.at(date)
    assert len(set(found)) == len(found)
    for each in found:
        gap = each == one and G.find(each.name, level=each.level, date=date)  # a day between two listings
        assert gap or (each.valid_from or "") <= date <= (each.valid_to or "9999")


@given(some_units)
def test_a_unit_is_itself_in_its_own_time_and_lies_in_a_province_of_that_time(one: Unit) -> None:
    assert one.at(one.valid_to or "2026-07-25") == (one,)
    assert one.province.level == 1
    assert one.province.valid_from is None or one.valid_to is None or one.province.valid_from <= one.valid_to
    assert one.point is None or (8 < one.point[0] < 24 and 102 < one.point[1] < 118)


def test_all_provinces_and_districts_lead_over_the_reform() -> None:
    for one in UNITS:
        if one.level < 3:
            assert one.at("2025-06-30") or one.code == "224", one
            assert one.at("2026-07-01"), one


def test_a_bad_day() -> None:
    with pytest.raises(InputError, match="1/7/2025"):
        unit("1:51").at("1/7/2025")


# Which unit a text means


@pytest.mark.parametrize(
    ("markup", "mention", "id", "evidence"),
    [
        ("Ở ⟦LOC|huyện Bình Sơn⟧.", "huyện Bình Sơn", "2:524", "type"),
        ("⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧ họp.", "Bình Sơn", "2:524", "level"),
        ("Ở ⟦LOC|xã Bình Minh⟧, ⟦LOC|huyện Bình Sơn⟧.", "xã Bình Minh", "3:21085", "address"),
        ("⟦LOC|Tỉnh Quảng Ngãi⟧ mưa lớn. Nước lên ở ⟦LOC|xã Bình Minh⟧.", "xã Bình Minh", "3:21085", "containment"),
        ("Ở ⟦LOC|Hòa Bình⟧.", "Hòa Bình", "1:17", "prominence"),
        ("Ở ⟦LOC|Lai Vung⟧.", "Lai Vung", "2:876", "prominence"),
        ("Ở ⟦LOC|Gia Lâm⟧ và ⟦LOC|huyện Gia Lâm⟧.", "Gia Lâm", "2:018", "type"),
        ("Quê ⟦LOC|tỉnh Hà Tây⟧ cũ.", "tỉnh Hà Tây", "1:28", "former"),
        ("Ở ⟦LOC|Việt Nam⟧.", "Việt Nam", None, "country"),
        ("Ở ⟦LOC|huyện Châu Thành⟧.", "huyện Châu Thành", None, ""),
    ],
)
def test_why(markup: str, mention: str, id: str | None, evidence: str) -> None:
    place = places(linked(markup, "2021-03-16"))[mention]
    assert ((place.unit and place.unit.id), place.evidence) == (id, evidence)


def test_the_paper_and_the_dateline_decide_last() -> None:
    text = "Công an điều tra ở ⟦LOC|huyện Châu Thành⟧."
    place = places(linked(text, "2021-03-16", "Báo Đồng Tháp"))["huyện Châu Thành"]
    assert (place.unit, place.evidence) == (unit("2:877"), "paper")
    place = places(linked("(Baodongthap.vn) - " + text, "2021-03-16"))["huyện Châu Thành"]
    assert (place.unit, place.evidence) == (unit("2:877"), "dateline")
    place = places(linked("Đồng Tháp (TTXVN) - " + text, "2021-03-16"))["huyện Châu Thành"]
    assert (place.unit, place.evidence) == (unit("2:877"), "dateline")
    other = places(linked(text + " ⟦LOC|Tỉnh Bến Tre⟧ lo.", "2021-03-16"))["huyện Châu Thành"]
    assert (other.unit, other.evidence) == (unit("2:831"), "containment")


def test_candidates_are_those_of_the_day_the_likeliest_first() -> None:
    place = places(linked("Ở ⟦LOC|huyện Châu Thành⟧, ⟦LOC|tỉnh Bến Tre⟧.", "2021-03-16"))["huyện Châu Thành"]
    assert place.candidates[0] == "2:831"
    assert len(place.candidates) == 8  # of nine
    assert places(linked("Ở ⟦LOC|xã Bình Sơn⟧.", "2026-03-16"))["xã Bình Sơn"].candidates[0].startswith("3:")
    assert set(places(linked("⟦LOC|Bình Sơn⟧", "2026-03-16"))["Bình Sơn"].candidates) <= {
        each.id for each in G.find("Bình Sơn", date="2026-03-16")
    }


def test_each_of_two_namesakes_keeps_its_own_address() -> None:
    document = linked(
        "⟦LOC|xã Bình Minh⟧, ⟦LOC|huyện Bình Sơn⟧, và ⟦LOC|xã Bình Minh⟧, ⟦LOC|huyện Thăng Bình⟧.", "2021-03-16"
    )
    found = [each for _, _, each in document.links]
    assert found == ["3:21085", "2:524", "3:20812", "2:513"]


@pytest.mark.parametrize(
    ("markup", "former"),
    [
        ("⟦LOC|Kon Tum⟧ đón khách.", False),
        ("⟦LOC|Kon Tum⟧ cũ đón khách.", True),
        ("⟦LOC|Kon Tum⟧ (cũ) đón khách.", True),
        ("⟦LOC|Kon Tum⟧ trước sáp nhập đón khách.", True),
        ("Trước đây là ⟦LOC|Kon Tum⟧.", True),
        ("⟦LOC|tỉnh Kon Tum⟧ đón khách.", True),
        ("⟦PARTY|Tỉnh ủy ⟦LOC|Kon Tum⟧⟧ họp.", True),
        ("⟦LOC|Bình Sơn⟧ đón khách.", False),
        ("⟦LOC|huyện Bình Sơn⟧ đón khách.", True),
        ("⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧ họp.", True),
        ("⟦LOC|xã Bình Sơn⟧, ⟦LOC|Quảng Ngãi⟧.", False),
        ("⟦LOC|xã La Ngà⟧, ⟦LOC|Đồng Nai⟧ (trước đây là xã Phú Ngọc).", False),
        ("⟦LOC|phường Cát Lái⟧ (trước đây thuộc ⟦LOC|TP Thủ Đức⟧).", False),
    ],
)
def test_a_text_of_2026_means_an_old_unit_only_where_it_speaks_of_one(markup: str, former: bool) -> None:
    place = linked(markup, "2026-03-16").locations[0]
    old = place.unit is not None and place.unit.valid_to is not None
    assert old is former
    assert (place.evidence == "former") is former


@settings(deadline=None)
@given(some_units, days, st.booleans(), st.sampled_from(["", " cũ"]))
def test_no_unit_of_the_future_and_a_past_one_only_as_former(one: Unit, date: str, typed: bool, after: str) -> None:
    name = one.full_name if typed else one.name
    text = f"Đoàn đến {name}{after}, rồi về."
    start = text.index(name)
    (place,) = link(text, [(start, start + len(name), "LOC", 1.0)], date=date).locations
    if place.unit is not None:
        stood = place.unit in G.find(place.unit.name, level=place.unit.level, date=date)
        assert stood or (place.evidence == "former" and (place.unit.valid_to or "9999") < date)
        assert place.unit.id == place.candidates[0]
        assert date >= REFORM or (place.unit.valid_from or "") < REFORM


# Which body a text means


def test_one_body_has_one_id_in_all_documents() -> None:
    one = linked("⟦STATE|UBND ⟦LOC|tỉnh Quảng Ngãi⟧⟧ và ⟦PARTY|Ban Thường vụ Tỉnh ủy⟧.", "2021-03-16")
    other = linked("⟦PARTY|BTV Tỉnh uỷ ⟦LOC|Quảng Ngãi⟧⟧, ⟦STATE|Uỷ ban Nhân dân tỉnh⟧.", "2024-05-01")
    assert set(one.bodies) == set(other.bodies)
    assert {body.id: body.name for body in one.bodies} == {body.id: body.name for body in other.bodies}
    assert [body.id for body in one.bodies] == [
        "state/province/51/peoples-committee", "party/province/51/standing-committee",
    ]  # fmt: skip
    committee = one.bodies[1]
    assert (committee.organ, committee.parent, committee.parent_id) == (
        "Ban Thường vụ", "Tỉnh ủy Quảng Ngãi", "party/province/51/committee",
    )  # fmt: skip


@pytest.mark.parametrize(
    "forms",
    [
        (
            "⟦STATE|UBND ⟦LOC|huyện Bình Sơn⟧⟧",
            "⟦STATE|Ủy ban nhân dân ⟦LOC|huyện Bình Sơn⟧⟧",
            "⟦STATE|ubnd ⟦LOC|H. Bình Sơn⟧⟧",
        ),
        ("⟦STATE|HĐND ⟦LOC|TP.HCM⟧⟧", "⟦STATE|Hội đồng nhân dân ⟦LOC|Thành phố Hồ Chí Minh⟧⟧"),
        (
            "⟦MASS|MTTQ ⟦LOC|tỉnh Cà Mau⟧⟧",
            "⟦MASS|Ủy ban Mặt trận Tổ quốc ⟦LOC|tỉnh Cà Mau⟧⟧",
            "⟦MASS|Mặt trận ⟦LOC|tỉnh Cà Mau⟧⟧",
        ),
        (
            "⟦STATE|Sở GD-ĐT ⟦LOC|Cà Mau⟧⟧",
            "⟦STATE|Sở Giáo dục và Đào tạo ⟦LOC|tỉnh Cà Mau⟧⟧",
            "⟦STATE|sở giáo dục ⟦LOC|Cà Mau⟧⟧",
        ),
        ("⟦STATE|Sở TT-TT ⟦LOC|Cà Mau⟧⟧", "⟦STATE|Sở Thông tin và Truyền thông ⟦LOC|Cà Mau⟧⟧"),
        ("⟦STATE|Bộ TN-MT⟧", "⟦STATE|Bộ Tài nguyên và Môi trường⟧", "⟦STATE|bộ Tài nguyên - Môi trường⟧"),
        ("⟦PARTY|Đảng⟧", "⟦PARTY|Đảng Cộng sản Việt Nam⟧"),
        ("⟦MASS|Hội LHPN ⟦LOC|huyện Bình Sơn⟧⟧", "⟦MASS|Hội Liên hiệp Phụ nữ ⟦LOC|huyện Bình Sơn⟧⟧"),
        ("⟦MASS|Tỉnh đoàn ⟦LOC|Cà Mau⟧⟧", "⟦MASS|Đoàn Thanh niên ⟦LOC|tỉnh Cà Mau⟧⟧"),
    ],
)  # fmt: skip
def test_short_and_full_forms_are_one_body_of_one_name(forms: tuple[str, ...]) -> None:
    found = [linked(form + " họp.", "2021-03-16").bodies[0] for form in forms]
    assert found[0].id is not None
    assert len({(body.id, body.name) for body in found}) == 1
    together = linked("; ".join(forms) + ".", "2021-03-16")
    assert [len(body.mentions) for body in together.bodies] == [len(forms)]


@pytest.mark.parametrize(
    ("markup", "id", "parent"),
    [
        ("⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧", "party/district/524/committee", None),
        ("⟦PARTY|Đảng ủy Công an ⟦LOC|tỉnh Cà Mau⟧⟧", "party/province/96/committee/cong-an", None),
        (
            "⟦PARTY|Ban Tổ chức Tỉnh ủy ⟦LOC|Cà Mau⟧⟧",
            "party/province/96/commission/to-chuc",
            "party/province/96/committee",
        ),
        ("⟦PARTY|Ủy ban Kiểm tra Trung ương⟧", "party/central/inspection-committee", None),
        ("⟦PARTY|Đảng bộ ⟦LOC|tỉnh Cà Mau⟧⟧", "party/province/96/organization", None),
        (
            "⟦STATE|Thường trực HĐND ⟦LOC|tỉnh Cà Mau⟧⟧",
            "state/province/96/peoples-council/standing-board",
            "state/province/96/peoples-council",
        ),
        (
            "⟦STATE|Phòng Kinh tế UBND ⟦LOC|huyện Bình Sơn⟧⟧",
            "state/district/524/division/kinh-te",
            "state/district/524/peoples-committee",
        ),
        ("⟦STATE|phòng kinh tế ⟦LOC|huyện Bình Sơn⟧⟧", "state/district/524/division/kinh-te", None),
        (
            "⟦STATE|Thanh tra Sở Y tế ⟦LOC|Cà Mau⟧⟧",
            "state/province/96/department/y-te/inspectorate",
            "state/province/96/department/y-te",
        ),
        (
            "⟦STATE|Phòng Cảnh sát hình sự Công an ⟦LOC|tỉnh Cà Mau⟧⟧",
            "state/province/96/police/division/canh-sat-hinh-su",
            "state/province/96/police",
        ),
        ("⟦STATE|Vụ Pháp chế Bộ Y tế⟧", "state/central/ministry/y-te/agency/phap-che", "state/central/ministry/y-te"),
        ("⟦STATE|Quân khu 7⟧", "state/central/military/quan-khu-7", None),
        ("⟦ORG|EVN⟧", "organization/company/evn", None),
    ],
)  # fmt: skip
def test_ids_and_those_of_parents(markup: str, id: str, parent: str | None) -> None:
    (body,) = linked(markup + " họp.", "2021-03-16").bodies
    assert (body.id, body.parent_id) == (id, parent)


@pytest.mark.parametrize(
    "markup",
    [
        "⟦STATE|UBND huyện⟧ họp.",
        "⟦PARTY|Tỉnh ủy⟧ họp.",
        "⟦STATE|Công an ⟦LOC|huyện Châu Thành⟧⟧ họp.",
        "⟦STATE|Vụ Pháp chế⟧ họp.",
        "⟦STATE|Tòa án nhân dân cấp cao⟧ xử.",
        "⟦ORG|bệnh viện⟧ báo tin.",
        "⟦LOC|Tỉnh Cà Mau⟧: ⟦STATE|phòng Tổ chức cán bộ⟧ họp.",
    ],
)
def test_no_id_where_the_text_does_not_say_which(markup: str) -> None:
    assert linked(markup, "2021-03-16").bodies[-1].id is None


def test_bodies_of_nobody_knows_where_are_not_one() -> None:
    one, other = (linked(f"{start} ⟦PARTY|Tỉnh ủy⟧ họp.") for start in ("Hôm qua", "Sáng nay"))
    assert one.bodies[0] != other.bodies[0]


def test_a_code_given_anew_makes_another_body() -> None:
    old = linked("⟦PARTY|Tỉnh ủy ⟦LOC|Yên Bái⟧⟧ họp.", "2021-03-16").bodies[0]
    new = linked("⟦PARTY|Tỉnh ủy ⟦LOC|Lào Cai⟧⟧ họp.", "2026-03-16").bodies[0]
    assert (old.unit and old.unit.id) == (new.unit and new.unit.id) == "1:15"
    assert old != new
    assert (old.id, new.id) == ("party/province/15/committee", "party/province/15-lao-cai/committee")


def test_an_organ_alone_is_that_of_the_committee_before_it() -> None:
    document = linked(
        "⟦PARTY|Ban Thường vụ Tỉnh ủy ⟦LOC|Quảng Ngãi⟧⟧ đến. ⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧ tiếp;"
        " ⟦PARTY|Ban Thường vụ⟧ báo cáo.",
        "2021-03-16",
    )
    organ = bodies(document)["Ban Thường vụ"]
    assert (organ.name, organ.organ, organ.parent) == (
        "Ban Thường vụ Huyện ủy Bình Sơn", "Ban Thường vụ", "Huyện ủy Bình Sơn",
    )  # fmt: skip
    assert organ.parent_id == bodies(document)["Huyện ủy Bình Sơn"].id


@pytest.mark.parametrize(
    ("date", "before", "name"),
    [
        ("2025-02-28", "", "Bộ Tài nguyên và Môi trường"),
        ("2025-03-01", "", "Bộ Nông nghiệp và Môi trường"),
        ("2026-03-16", "Nguyên thứ trưởng ", "Bộ Tài nguyên và Môi trường"),
        ("2026-03-16", "Ngành tài nguyên và ", "Bộ Nông nghiệp và Môi trường"),
        (None, "", "Bộ Tài nguyên và Môi trường"),
    ],
)
def test_a_ministry_bears_the_name_of_the_day(date: str | None, before: str, name: str) -> None:
    document = linked(f"{before}⟦STATE|Bộ TN-MT⟧ góp ý với ⟦STATE|Bộ Nội vụ⟧.", date)
    assert [body.name for body in document.bodies] == [name, "Bộ Nội vụ"]
    assert document.bodies[0].id == {
        "Bộ Tài nguyên và Môi trường": "state/central/ministry/tai-nguyen-va-moi-truong",
        "Bộ Nông nghiệp và Môi trường": "state/central/ministry/nong-nghiep-va-moi-truong",
    }[name]  # fmt: skip


def test_a_province_word_is_not_a_citys() -> None:
    document = linked("Ở ⟦LOC|Hà Nội⟧, ⟦PARTY|Tỉnh ủy⟧ các nơi về họp.", "2021-03-16")
    assert document.bodies[0].unit is None


def test_many_places_and_bodies_stay_linear() -> None:
    piece = "⟦LOC|Châu Thành⟧, ⟦STATE|UBND huyện⟧, ⟦LOC|xã Bình Minh⟧ cũ, ⟦PARTY|Ban Thường vụ⟧; "
    for date in ("2020-03-16", "2026-03-16"):
        start = time.process_time()
        linked(piece * 500, date)
        small = time.process_time() - start
        start = time.process_time()
        linked(piece * 4000, date)
        assert time.process_time() - start < 8 * (3 * small + 0.1)


TEXTS = (
    "Bí thư Huyện ủy Bình Sơn làm việc với UBND xã Bình Minh; Sở Y tế, Công an tỉnh và MTTQ huyện cùng dự. "
    "Ban Thường vụ giao HĐND huyện giám sát. Đoàn đến Châu Thành, Hòa Bình và Bình Dương.",
    "Thủ tướng Chính phủ họp với Bộ NN-PTNT, UBND TP.HCM, Thành ủy Thủ Đức, Đảng ủy phường Bến Thành, EVN.",
)


@pytest.mark.parametrize("date", [None, "2019-12-20", "2021-03-16", "2025-02-10", "2026-03-16"])
@pytest.mark.parametrize("text", TEXTS)
def test_every_entity_can_be_audited(text: str, date: str | None) -> None:
    document = govner.load(None)(text, date=date)
    assert document.bodies
    for entity in (*document.bodies, *document.locations):
        assert entity.evidence in EVIDENCE or (entity.evidence == "" and entity.unit is None)
        assert 0 <= entity.score <= 1
        assert (entity.score > 0) == (entity.unit is not None)
        assert len(entity.candidates) <= 8
        assert len(set(entity.candidates)) == len(entity.candidates)
        assert entity.unit is None or entity.unit.id in entity.candidates
    for body in document.bodies:
        assert body.kind in body_kinds()
        assert body.id is None or re.fullmatch(r"(party|state|mass|organization)(/[a-z0-9-]+)+", body.id)
    ids = [(body.label, body.id) for body in document.bodies if body.id]
    assert len(set(ids)) == len(ids)
    assert Document.from_dict(document.to_dict()) == document


# What is merged, and what it becomes


@pytest.mark.parametrize(
    ("markup", "meant"),
    [
        (
            "Hợp nhất hai ⟦LOC|tỉnh Bình Định⟧ và ⟦LOC|Gia Lai⟧ thành ⟦LOC|tỉnh Gia Lai⟧ mới.",
            ["1:52 Bình Định", "1:64 Gia Lai", "1:52 Gia Lai"],
        ),
        (
            "Hợp nhất ⟦LOC|tỉnh Kiên Giang⟧ và ⟦LOC|tỉnh An Giang⟧ thành ⟦LOC|tỉnh An Giang⟧.",
            ["1:91 Kiên Giang", "1:89 An Giang", "1:91 An Giang"],
        ),
        (
            "Nhập ⟦LOC|tỉnh An Giang⟧ vào ⟦LOC|tỉnh Kiên Giang⟧, lấy tên ⟦LOC|tỉnh An Giang⟧.",
            ["1:89 An Giang", "1:91 Kiên Giang", "1:91 An Giang"],
        ),
        (
            "Sáp nhập ⟦LOC|phường Bến Nghé⟧ vào ⟦LOC|phường Sài Gòn⟧, ⟦LOC|TP.HCM⟧.",
            ["3:26740 Bến Nghé", "3:26740 Sài Gòn", "1:79 Hồ Chí Minh"],
        ),
        (
            "Sau khi hợp nhất với ⟦LOC|Thái Bình⟧, ⟦LOC|tỉnh Hưng Yên⟧ họp.",
            ["1:34 Thái Bình", "1:33 Hưng Yên"],
        ),
        (
            "Trước khi sáp nhập vào ⟦LOC|Phú Thọ⟧, ⟦LOC|Hòa Bình⟧ có 10 huyện.",
            ["1:25 Phú Thọ", "1:17 Hòa Bình"],
        ),
        ("Ông quê ở ⟦LOC|Hòa Bình⟧, nay là ⟦LOC|Phú Thọ⟧.", ["1:17 Hòa Bình", "1:25 Phú Thọ"]),
        (
            "Nghị quyết hợp nhất ba ⟦LOC|tỉnh Phú Thọ⟧, ⟦LOC|Vĩnh Phúc⟧ và ⟦LOC|Hòa Bình⟧.",
            ["1:25 Phú Thọ", "1:26 Vĩnh Phúc", "1:17 Hòa Bình"],
        ),
        (
            "Khi ⟦LOC|tỉnh Đồng Nai⟧ sáp nhập với ⟦LOC|Bình Phước⟧, ông chuyển công tác.",
            ["1:75 Đồng Nai", "1:70 Bình Phước"],
        ),
        ("Lũ lớn ở ⟦LOC|Hà Nam⟧, ⟦LOC|Nam Định⟧ (cũ).", ["1:35 Hà Nam", "1:36 Nam Định"]),
        # Told once, it holds for the name wherever it stands alone.
        (
            "⟦LOC|Tỉnh Hòa Bình⟧ cũ có 10 huyện. Người dân ⟦LOC|Hòa Bình⟧ vui.",
            ["1:17 Hòa Bình", "1:17 Hòa Bình"],
        ),
        # What stands today is meant where the words of merging do not make it one of the parts.
        ("Sau sáp nhập, ⟦LOC|Gia Lai⟧ có 135 xã.", ["1:52 Gia Lai"]),
        ("Sau khi hợp nhất với ⟦LOC|Bình Định⟧, ⟦LOC|tỉnh Gia Lai⟧ họp.", ["1:52 Bình Định", "1:52 Gia Lai"]),
        ("Sau khi sáp nhập, ⟦LOC|phường Vĩnh Phúc⟧, ⟦LOC|tỉnh Phú Thọ⟧ họp.", ["3:08716 Vĩnh Phúc", "1:25 Phú Thọ"]),
        ("Bà quê ⟦LOC|Vĩnh Phúc⟧, ⟦LOC|Phú Thọ⟧.", ["3:08716 Vĩnh Phúc", "1:25 Phú Thọ"]),
    ],
)
def test_what_is_merged_is_not_what_it_becomes(markup: str, meant: list[str]) -> None:
    document = linked(markup, "2025-07-10")
    units = [(span.start, place.unit) for place in document.locations for span in place.mentions]
    assert [each and f"{each.id} {each.name}" for _, each in sorted(units, key=lambda unit: unit[0])] == meant
    assert len(document.locations) == len(set(meant))


def test_before_the_reform_nothing_is_merged_yet() -> None:
    document = linked("Đề án hợp nhất ⟦LOC|tỉnh An Giang⟧ và ⟦LOC|Kiên Giang⟧.", "2025-05-10")
    assert [place.unit and place.unit.id for place in document.locations] == ["1:89", "1:91"]


def test_the_province_that_stands_is_the_documents_not_the_one_that_bore_its_code() -> None:
    document = linked(
        "⟦LOC|Tỉnh An Giang⟧ họp sau khi nhận bàn giao từ ⟦LOC|tỉnh Kiên Giang⟧ cũ. ⟦STATE|UBND tỉnh⟧ nêu rõ.",
        "2025-09-10",
    )
    assert bodies(document)["UBND tỉnh"].name == "UBND tỉnh An Giang"


def test_a_district_that_the_press_calls_by_its_name_alone_is_that_district() -> None:
    assert places(linked("Đoàn đến thăm ⟦LOC|Cần Giờ⟧.", "2018-02-02"))["Cần Giờ"].unit == unit("2:787", "2018-02-02")
    assert places(linked("Ông nhắc lại trận ⟦LOC|Điện Biên Phủ⟧.", "2018-02-02"))["Điện Biên Phủ"].unit is None
    assert places(linked("Cháy rừng ⟦LOC|U Minh⟧.", "2018-02-02"))["U Minh"].unit is None


@pytest.mark.parametrize(
    ("body", "name", "id"),
    [
        ("⟦MASS|Ủy ban MTTQ ⟦LOC|Việt Nam⟧ tỉnh⟧", "Ủy ban MTTQ Việt Nam tỉnh Quảng Ngãi", "1:51"),
        ("⟦MASS|Ủy ban MTTQ ⟦LOC|Việt Nam⟧⟧", "Ủy ban Mặt trận Tổ quốc Việt Nam", None),
    ],
)
def test_a_body_of_a_level_is_its_provinces_though_it_names_the_country(body: str, name: str, id: str | None) -> None:
    document = linked(f"{body} họp. ⟦LOC|Tỉnh Quảng Ngãi⟧ có 96 xã.", "2025-09-01")
    assert document.bodies[0].name == name
    assert (document.bodies[0].unit and document.bodies[0].unit.id) == id
