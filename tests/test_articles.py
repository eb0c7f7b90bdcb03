"""The project's own articles, one of each kind: how well they are read, and the officials a reader would look for."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import pytest

import govner
from govner.entities import Document, Person
from govner.evaluate import evaluate
from govner.formats import from_markup

ARTICLES = Path(__file__).parent / "articles"
FLOOR = 0.927  # micro F1 of all spans: what was reached, less one point

with (ARTICLES / "index.tsv").open(encoding="utf-8", newline="") as file:
    INDEX = {row["file"]: row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)}


@cache
def gold(name: str) -> Document:
    row = INDEX[name]
    markup = (ARTICLES / name).read_text(encoding="utf-8")
    return from_markup(markup, id=name, date=row["date"], source=row["source"])


@cache
def read(name: str) -> Document:
    row = INDEX[name]
    return govner.load()(gold(name).text, id=name, date=row["date"], source=row["source"])


def person(name: str, full: str) -> Person:
    found = [someone for someone in read(name).people if someone.name == full]
    assert len(found) == 1, f"{full} among {[someone.name for someone in read(name).people]}"
    return found[0]


def test_the_index_names_every_article() -> None:
    assert set(INDEX) == {path.name for path in ARTICLES.glob("*.ann")}


def test_micro_f1() -> None:
    metric = evaluate([gold(name) for name in INDEX], [read(name) for name in INDEX])["spans"]
    assert metric.f1 >= FLOOR


def test_the_packaged_sample_is_read_whole() -> None:
    wanted, found = gold("00-sample.ann"), read("00-sample.ann")
    assert [(s.start, s.end, s.label) for s in found.spans] == [(s.start, s.end, s.label) for s in wanted.spans]


FACTS = [
    (
        "00-sample.ann",
        "Võ Thị Nhã Khanh",
        "Ủy viên Trung ương Đảng|Bí thư Tỉnh ủy Quảng Ngãi|Chủ tịch HĐND tỉnh Quảng Ngãi",
    ),
    ("00-sample.ann", "Lữ Minh Sang", "Tỉnh ủy viên|Bí thư Huyện ủy Mộ Đức|Chủ tịch HĐND huyện Mộ Đức"),
    ("01-hoi-nghi-tinh-uy.ann", "Hầu A Páo", "Phó Bí thư Thường trực Tỉnh ủy Hà Giang|Chủ tịch HĐND tỉnh Hà Giang"),
    ("01-hoi-nghi-tinh-uy.ann", "Vừ Mí Sính", "Bí thư Huyện ủy Mèo Vạc"),
    ("02-bo-nhiem-so-y-te.ann", "Lương Thị Hạnh Nguyên", "Bí thư Thị ủy Thái Hòa|Giám đốc Sở Y tế Nghệ An"),
    ("02-bo-nhiem-so-y-te.ann", "Hồ Sỹ Quýnh", "nguyên Giám đốc Sở Y tế Nghệ An"),
    (
        "03-ky-luat-thoi-binh.ann",
        "Kha Thanh Bửu",
        "nguyên Chủ tịch UBND huyện Thới Bình|nguyên Phó Bí thư Huyện ủy Thới Bình",
    ),
    ("04-bau-cu-gia-lai.ann", "Trương Thị Ngọc Uyển", "Phó Chủ tịch Thường trực HĐND tỉnh Gia Lai"),
    ("05-tham-lam-viec-dak-lak.ann", "Đoàn Khắc Trường", "Ủy viên Bộ Chính trị|Trưởng Ban Kinh tế Trung ương"),
    ("05-tham-lam-viec-dak-lak.ann", "Y Blơi Niê Kdăm", "Bí thư Tỉnh ủy Đắk Lắk"),
    ("06-lu-quang-tri.ann", "Lê Thị Mỹ Lam", "Chủ tịch UBND huyện Hải Lăng"),
    ("07-xet-xu-bac-binh.ann", "Châu Ngọc Dần", "nguyên Chi cục trưởng Chi cục Thi hành án dân sự huyện Bắc Bình"),
    ("08-tin-buon.ann", "Trần Hữu Khoát", "nguyên Bí thư Tỉnh ủy Hà Nam Ninh|nguyên Thứ trưởng Bộ Thủy lợi"),
    ("09-chinh-quyen-hai-cap.ann", "Tạ Hoàng Ánh Vân", "Phó Bí thư Đảng ủy phường Xuân Hương - Đà Lạt"),
    ("09-chinh-quyen-hai-cap.ann", "Liêu Quốc Thắng", "Phó Bí thư Tỉnh ủy Lâm Đồng|Chủ tịch UBND tỉnh Lâm Đồng"),
    (
        "10-dai-hoi-phuong.ann",
        "Lưu Gia Khang",
        "Bí thư Đảng ủy phường Bình Lợi Trung|Chủ tịch HĐND phường Bình Lợi Trung",
    ),
    ("11-doi-ngoai.ann", "Phan Đăng Khiêm", "Phó Thủ tướng|Bộ trưởng Ngoại giao"),
    ("12-tuoi-tre-can-tho.ann", "Thạch Sa Rinh", "Thành ủy viên|Bí thư Thành đoàn Cần Thơ"),
    ("13-ngo-doc-long-khanh.ann", "Hoàng Thị Ngọc Bích", "Trưởng Phòng Y tế thị xã Long Khánh"),
    ("14-sat-lo-nha-be.ann", "Hà Văn Tiệp", "phó chủ tịch UBND huyện Nhà Bè"),
    ("14-sat-lo-nha-be.ann", "Từ Thị Hoà", "bí thư Đảng ủy xã Hiệp Phước"),
]


@pytest.mark.parametrize(("name", "full", "posts"), FACTS)
def test_an_official_has_the_posts_that_the_article_gives(name: str, full: str, posts: str) -> None:
    someone = person(name, full)
    assert someone.is_official
    assert set(posts.split("|")) <= set(map(str, someone.positions))


def test_the_samples_officials_have_no_other_posts() -> None:
    assert {official.name: len(official.positions) for official in read("00-sample.ann").officials} == {
        "Võ Thị Nhã Khanh": 3,
        "Huỳnh Tấn Lực": 1,
        "Đinh Công Hiển": 2,
        "Lữ Minh Sang": 3,
        "Phạm Thị Thu Sương": 2,
    }


def test_short_names_are_the_same_person() -> None:
    assert [m.text for m in person("02-bo-nhiem-so-y-te.ann", "Lương Thị Hạnh Nguyên").mentions] == [
        "Lương Thị Hạnh Nguyên", "Nguyên",
    ]  # fmt: skip
    assert [m.text for m in person("14-sat-lo-nha-be.ann", "Từ Thị Hoà").mentions] == [
        "Từ Thị Hoà", "Hoà", "Từ Thị Hoà",
    ]  # fmt: skip


def test_an_acting_head() -> None:
    (position,) = person("14-sat-lo-nha-be.ann", "Huỳnh Bá Thuỵ").positions
    assert position.status == "acting"


@pytest.mark.parametrize("full", ["Martín Echevarri", "Annika Lindqvist", "Rodrigo Valdesolar"])
def test_foreign_holders_of_office_are_no_officials_of_vietnam(full: str) -> None:
    someone = person("11-doi-ngoai.ann", full)
    assert someone.positions
    assert not someone.is_official


@pytest.mark.parametrize(
    ("name", "text", "link"),
    [
        ("00-sample.ann", "Mộ Đức", "2:533"),
        ("01-hoi-nghi-tinh-uy.ann", "Mèo Vạc", "2:027"),
        ("08-tin-buon.ann", "Nam Định", None),
    ],
)
def test_units(name: str, text: str, link: str | None) -> None:
    document = read(name)
    links = {(start, end): unit for start, end, unit in document.links}
    found = {links.get((s.start, s.end)) for s in document.spans if s.label == "LOC" and s.text == text}
    assert found == {link} if link else found


def test_a_unit_is_the_one_of_the_articles_day() -> None:
    """Gia Lai before July 2025 and the merged province since bear one name and two codes of validity."""
    units = {loc.unit for loc in read("04-bau-cu-gia-lai.ann").locations if loc.unit and loc.unit.name == "Gia Lai"}
    assert [unit.valid_from for unit in units] == ["2025-07-01"]
