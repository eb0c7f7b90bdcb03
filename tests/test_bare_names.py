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
