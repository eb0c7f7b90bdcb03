"""Names that stand bare: a given name the document explains, a country in one letter, a region in small letters."""

from __future__ import annotations

import pytest

from govner.rules import rules


def marked(text: str, label: str) -> list[str]:
    return [text[start:end] for start, end, found, _ in rules()([text])[0] if found == label]


def test_a_given_name_is_known_from_the_full_name() -> None:
    text = "Công an tạm giữ Lê Văn Hiếu và Lê Ngọc Thoại Em. Sau đó, Thoại Em ngăn cản Hiếu. Hiếu bị bắt."
    assert marked(text, "PER") == ["Lê Văn Hiếu", "Lê Ngọc Thoại Em", "Thoại Em", "Hiếu", "Hiếu"]


def test_words_that_are_names_too_stay_words() -> None:
    text = "Ông Nguyễn Văn Mới và bà Trần Thị Được tới dự. Mới đây họ về. Được biết, họ ở xa."
    assert marked(text, "PER") == ["Nguyễn Văn Mới", "Trần Thị Được"]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Chính quyền Ý ký biên bản.", ["Ý"]),
        ("Ý là thành viên đầu tiên.", ["Ý"]),
        ("Ý kiến của bà Lê Như Ý được ghi nhận.", []),
        ("Các nước phương Tây lo ngại.", ["phương Tây"]),
        ("Máy bay rơi trên lãnh thổ Nga.", ["Nga"]),
        ("Dự án xây dựng sân bay Long Thành.", ["sân bay Long Thành"]),
    ],
)
def test_places(text: str, places: list[str]) -> None:
    assert marked(text, "LOC") == places


@pytest.mark.parametrize(
    "text",
    [
        "Câu lạc bộ dẫn đầu giải Ngoại hạng Anh.",
        "Xã công bố dịch tả heo châu Phi.",
        "Bé bị viêm não Nhật Bản.",
        "Đoàn tặng quà các bà mẹ Việt Nam anh hùng.",
        "Chỉ số VN-Index tăng nhẹ.",
        "Thái độ phục vụ đã khá hơn.",
        "Mọi người tuân thủ Hiến pháp và pháp luật.",
        "Nhiều công ty chậm đóng bảo hiểm xã hội.",
        "Anh giành danh hiệu vua phá lưới.",
        "Tỉnh kiến nghị Trung ương hỗ trợ gạo.",
    ],
)
def test_set_phrases_name_nothing(text: str) -> None:
    assert rules()([text])[0] == []


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Phó Thủ tướng Thường trực Chính phủ Phạm Hòa Bình phát biểu.", ["Phạm Hòa Bình"]),
        ("Phó Chủ tịch UBND TPHCM Lê Thanh Khiêm dự họp.", ["Lê Thanh Khiêm"]),
        ("Đoàn dâng hương tưởng niệm chủ tịch Hồ Chí Minh.", ["Hồ Chí Minh"]),
    ],
)
def test_a_name_that_holds_a_place(text: str, people: list[str]) -> None:
    assert marked(text, "PER") == people
    assert not [place for place in marked(text, "LOC") if place in people[0]]
