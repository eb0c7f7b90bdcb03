"""The gazetteer, the other places and their counts, at the public surface."""

from __future__ import annotations

import subprocess
import sys

import pytest

from govner.entities import InputError
from govner.places import KINDS, TYPES, WorldPlace, gazetteer, key, unit_type, usage, world

G = gazetteer()


def ids(name: str, **filters: object) -> list[str]:
    return [unit.id for unit in G.find(name, **filters)]  # type: ignore[arg-type]


def test_loads_without_numpy() -> None:
    code = "import sys, govner.places as p; p.gazetteer().find('Huế'); assert 'numpy' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_is_read_once_and_holds_every_unit() -> None:
    assert gazetteer() is G
    assert len(G) > 16_000
    units = list(G)
    assert {unit.level for unit in units} == {1, 2, 3}
    assert {unit.type for unit in units} == set(TYPES)
    assert sum(unit.level == 1 and unit.valid_to is None for unit in units) == 34
    assert sum(unit.level == 1 and unit.valid_from is None for unit in units) == 63


def test_every_unit_is_found_by_its_name_and_by_its_id() -> None:
    for unit in G:
        assert unit in G.find(unit.name, level=unit.level)
        assert G.get(unit.id, unit.valid_to or unit.valid_from) == unit


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hoà Bình", "Hòa Bình"),
        ("Thuỷ Nguyên", "Thủy Nguyên"),
        ("Quý Lộc", "Quí Lộc"),
        ("Mỹ Đức", "Mĩ Đức"),
        ("Quy Nhơn", "Qui Nhơn"),
        ("Bà Rịa - Vũng Tàu", "Bà Rịa–Vũng Tàu"),
        ("Bà Rịa-Vũng Tàu", "BÀ RỊA VŨNG TÀU"),
        ("K'Bang", "K’Bang"),
        ("K'Bang", "Kbang"),
        ("Đăk Lăk", "Đắk Lắk"),
        ("Ðồng Nai", "Đồng Nai"),
        ("Phường 01", "phường 1"),
        ("Đà Nẵng", "Đà Nẵng"),
    ],
)
def test_spellings_of_one_name_meet(one: str, other: str) -> None:
    assert key(one) == key(other)
    assert G.find(one) == G.find(other)


@pytest.mark.parametrize(("one", "other"), [("Đông Hà", "Dông Hà"), ("Thúy", "Thúi"), ("Hà Nam", "Hạ Nam"), ("I", "1")])
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert key(one) != key(other)


@pytest.mark.parametrize(
    ("alias", "unit"),
    [
        ("TP.HCM", "1:79"),
        ("TPHCM", "1:79"),
        ("TP HCM", "1:79"),
        ("TP. Hồ Chí Minh", "1:79"),
        ("Thành phố Hồ Chí Minh", "1:79"),
        ("Sài Gòn", "1:79"),
        ("Thừa Thiên - Huế", "1:46"),
        ("TT-Huế", "1:46"),
        ("Huế", "1:46"),
        ("Daklak", "1:66"),
        ("Đắc Lắc", "1:66"),
        ("Đắc Nông", "1:67"),
        ("BR-VT", "1:77"),
        ("Kontum", "1:62"),
        ("Bắc Cạn", "1:06"),
        ("Plei Ku", "2:622"),
        ("Ban Mê Thuột", "2:643"),
    ],
)
def test_aliases(alias: str, unit: str) -> None:
    assert unit in ids(alias)


def test_a_type_word_before_the_name_is_understood() -> None:
    assert ids("huyện Bình Sơn") == ids("Bình Sơn", type="H.") == ["2:524"]
    assert ids("Q.1") == ids("quận 01") == ids("Q1") == ids("1", type="quận") == ["2:760"]
    assert ids("Quận I") == []
    assert ids("huyện Bình Sơn", type="xã") == []


def test_filters() -> None:
    assert {unit.level for unit in G.find("Bình Sơn")} == {2, 3}
    assert ids("Bình Sơn", level=2) == ["2:524"]
    assert ids("Bình Sơn", parent="1:51") == ["2:524", "3:21040"]
    assert ids("Bình Sơn", parent="51", date="2024-01-01") == ["2:524"]
    assert ids("Bình Sơn", parent="51", date="2025-07-01") == ["3:21040"]
    # A ward of a district is below the province too.
    assert {G.province(unit).id for unit in G.find("P.12", parent="1:79")} == {"1:79"}
    assert ids("Không Có Nơi Này") == ids("") == ids("xã") == []


@pytest.mark.parametrize("word", ["huyện", "H.", "Huyện"])
def test_type_words(word: str) -> None:
    assert unit_type(word) == "Huyện"


def test_order_is_level_then_those_that_stand() -> None:
    found = G.find("Hòa Bình")
    order = [(unit.level, unit.valid_to is not None) for unit in found]
    assert order == sorted(order)


def test_a_reused_code_is_told_apart_by_date() -> None:
    assert repr(G.get("1:15")) == "Unit(1:15 tỉnh Lào Cai)"
    assert repr(G.get("1:15", "2020-01-01")) == "Unit(1:15 tỉnh Yên Bái)"
    assert repr(G.get("00004", "2025-06-30")) == "Unit(3:00004 phường Trúc Bạch)"
    assert G.get("1:99") is None
    assert G.get("1:10", "2026-01-01") is None


def test_no_day_is_lost_between_two_listings() -> None:
    # Huyện Hoa Lư is last listed on 2024-11-21, the city that it became first on 2024-12-30.
    both = {unit.full_name for unit in G.find("Hoa Lư", level=2, date="2024-12-15")}
    assert both == {"huyện Hoa Lư", "thành phố Hoa Lư"}
    assert {unit.full_name for unit in G.find("Hoa Lư", level=2, date="2024-11-21")} == {"huyện Hoa Lư"}
    assert {unit.full_name for unit in G.find("Hoa Lư", level=2, date="2025-02-18")} == {"thành phố Hoa Lư"}


def test_a_day_in_force_parts_the_old_from_the_new() -> None:
    assert [unit.full_name for unit in G.find("Huế", level=1, date="2024-12-31")] == ["tỉnh Thừa Thiên Huế"]
    assert [unit.full_name for unit in G.find("Huế", level=1, date="2025-01-01")] == ["thành phố Huế"]
    assert ids("Thủ Đức", level=2, date="2020-12-31") == ["2:762"]
    assert ids("Thủ Đức", level=2, date="2021-01-01") == ["2:769"]


def test_parent_and_province_are_those_of_the_units_time() -> None:
    old = G.get("3:21040", "2025-06-30")
    new = G.get("3:21040")
    assert old is not None
    assert new is not None
    assert old.parent == "524"
    assert G.province(old) == G.parent(new) == G.get("1:51")
    ward = G.get("3:00004", "2020-01-01")
    assert ward is not None
    district = G.parent(ward)
    assert district is not None
    assert district.full_name == "quận Ba Đình"
    yen_bai = G.find("Yên Bái", type="TP")[0]
    assert G.province(yen_bai).name == "Yên Bái"
    hanoi = G.find("Hà Nội", level=1)[0]
    assert G.parent(hanoi) is None
    assert G.province(hanoi) is hanoi


def test_every_unit_has_a_province() -> None:
    assert all(G.province(unit).level == 1 for unit in G)


def test_successors_and_predecessors() -> None:
    (district,) = G.find("huyện Bình Sơn")
    assert [unit.id for unit in G.successors(district)] == list(district.successors)
    assert "3:21040" in district.successors
    assert G.successors(G.find("Hà Giang", level=1)[0]) == G.find("Tuyên Quang", level=1)
    # Vĩnh Phúc and Hòa Bình went into Phú Thọ, which is not its own predecessor.
    assert {unit.name for unit in G.predecessors(G.find("Phú Thọ", level=1)[0])} == {"Vĩnh Phúc", "Hòa Bình"}
    (lao_cai,) = G.find("Lào Cai", level=1, date="2026-01-01")
    assert {unit.name for unit in G.predecessors(lao_cai)} == {"Lào Cai", "Yên Bái"}
    assert G.successors(G.find("Phú Thọ", level=1)[0]) == []


def test_a_province_raised_to_a_city_after_the_reform() -> None:
    before, after = G.get("1:75", "2026-04-29"), G.get("1:75")
    assert before is not None
    assert after is not None
    assert (before.type, after.type) == ("Tỉnh", "Thành phố")
    assert G.successors(before) == [after]
    assert G.predecessors(after) == [before]
    assert [unit.name for unit in G.predecessors(before)] == ["Bình Phước"]


def test_links_over_the_reform_agree() -> None:
    for unit in G:
        if unit.level == 2 or not unit.valid_to or unit.valid_to > "2025-06-30":
            continue
        for successor in G.successors(unit):
            assert successor.valid_to is None or successor.valid_to > "2025-06-30"
            if unit.valid_to == "2025-06-30":
                assert unit in G.predecessors(successor)


def test_children() -> None:
    quang_ngai = G.get("1:51")
    assert quang_ngai is not None
    assert {unit.level for unit in G.children(quang_ngai)} == {2, 3}
    assert all(unit.type == "Huyện" or unit.level == 2 for unit in G.children(quang_ngai, level=2))
    (district,) = G.find("huyện Bình Sơn")
    communes = G.children(district)
    assert communes == G.children(district, level=3)
    assert set(communes) < set(G.children(quang_ngai, level=3))
    lao_cai = G.get("1:15")
    assert lao_cai is not None
    assert {unit.level for unit in G.children(lao_cai)} == {3}
    assert sum(len(G.children(unit)) for unit in G if unit.level == 1 and unit.valid_from == "2025-07-01") > 500


def test_names_hold_each_name_once_with_its_levels() -> None:
    listed = list(G.names())
    names = dict(listed)
    assert len(names) == len(listed)
    assert names["Bình Sơn"] == (2, 3)
    assert names["TPHCM"] == (1,)
    assert names["Sài Gòn"] == (1, 3)
    assert all(levels for levels in names.values())
    assert all(G.find(name) for name in names)


@pytest.mark.parametrize(
    "filters", [{"type": "làng"}, {"level": 4}, {"parent": "5"}, {"parent": "2:51"}, {"date": "1/7/2025"}]
)
def test_bad_arguments_are_named(filters: dict[str, object]) -> None:
    with pytest.raises(InputError, match=str(next(iter(filters.values())))):
        ids("Bình Sơn", **filters)


@pytest.mark.parametrize(
    ("unit", "date"), [("Quảng Ngãi", None), ("51a", None), ("1:51", "2025-02-30"), ("1:51", "20250701")]
)
def test_bad_ids_and_days(unit: str, date: str | None) -> None:
    with pytest.raises(InputError):
        G.get(unit, date)


def test_bad_level_of_children() -> None:
    with pytest.raises(InputError, match="level 0"):
        G.children(next(iter(G)), level=0)


def test_world() -> None:
    places = world()
    assert places is world()
    assert len(places) >= 700
    assert {place.kind for place in places} == set(KINDS)
    assert len({(place.name, place.kind) for place in places}) == len(places)
    of = {(place.name, place.kind): place for place in places}
    assert of["Mỹ", "country"] == WorldPlace("Mỹ", "country", ("Hoa Kỳ", "Hợp chúng quốc Hoa Kỳ", "USA"), True)
    assert not of["Hàn Quốc", "country"].ambiguous
    assert of["Nhật", "country"].aliases == ("Nhật Bản",)
    for name, kind in [("Bắc Kinh", "city"), ("Đông Nam Á", "region"), ("Trường Sa", "island"), ("Hà Tây", "former")]:
        assert (name, kind) in of
    assert not any(place.name == "ASEAN" for place in places)


def test_usage() -> None:
    counts = usage()
    assert counts is usage()
    assert all(sum(row) > 0 for row in counts.values())
    assert all(key(name) == name for name in counts)
    typed, bare, person = counts[key("Hà Nội")]
    assert bare > typed > person
    assert counts["1"][1:] == (0, 0)
