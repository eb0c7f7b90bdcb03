"""Tokens, forms and sentences: everything the text holds, at the caller's own offsets, whatever its Unicode form."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govner.entities import InputError
from govner.text import clean, fold, is_syllable, sentences, shape, tokenize, toneless

LETTERS = "aăâeêioôơuưyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵbcdđghklmnpqrstvx"
VIETNAMESE = st.text(alphabet=LETTERS + LETTERS.upper() + " .,-/()'\n0123456789")


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def texts(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


TOKENS = [
    ("", ""),
    (" \t\u00a0\u200b", ""),
    ("Bí thư Tỉnh ủy", "Bí|thư|Tỉnh|ủy"),
    ("BÍ THƯ TỈNH ỦY QUẢNG NGÃI", "BÍ|THƯ|TỈNH|ỦY|QUẢNG|NGÃI"),
    ("uỷ Hoà", "uỷ|Hoà"),
    ("Ðà Nẵng", "Ðà|Nẵng"),
    ("xã\u00a0An\u2009Phú\u3000Tân", "xã|An|Phú|Tân"),
    ("Hoà\u200bBình", "Hoà|Bình"),
    ("Ủy\u00adban \u2060An\u200d Phú", "Ủy\u00adban|An|Phú"),
    ("\ufeffÔng An", "Ông|An"),
    ("a\r\n\r\nb\n", "a|b"),
    ("ẢNH: VĂN ANBí thư", "ẢNH|:|VĂN|AN|Bí|thư"),
    ("dịp nàyÔng An", "dịp|này|Ông|An"),
    ("VnExpress YouTube VNPost", "VnExpress|YouTube|VNPost"),
    ("KT- XH", "KT|-|XH"),
    ("(Baoquangngai.vn)- Sáng 16.3", "(|Baoquangngai|.|vn|)|-|Sáng|16|.|3"),
    ("TP.HCM, Q.2, T.Ư", "TP|.|HCM|,|Q|.|2|,|T|.|Ư"),
    ("GD-ĐT UBMTTQVN BTV đ/c", "GD|-|ĐT|UBMTTQVN|BTV|đ|/|c"),
    ("1.200ha 12a", "1|.|200|ha|12|a"),
    ("K'Dõng, Điểu K'Ré", "K|'|Dõng|,|Điểu|K|'|Ré"),
    ("‘Nghe dân nói'…", "‘|Nghe|dân|nói|'|…"),
    ("a_b 😀", "a|_|b|😀"),
]


@pytest.mark.parametrize(("text", "expected"), TOKENS)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_tokens(text: str, expected: str, form: Any) -> None:
    text = unicodedata.normalize(form, text)
    assert [nfc(t) for t in texts(text)] == [nfc(part) for part in expected.split("|") if part]
    assert all(text[t.start : t.end] == t.text for t in tokenize(text))


def test_pieces_keep_the_blanks_behind_a_token() -> None:
    tokens = tokenize("Tỉnh  ủy\u00a0\n\nHọp")
    assert tokens.pieces == ["Tỉnh  ", "ủy\u00a0", "\n\n", "Họp"]
    assert tokens.starts == [0, 6, 9, 11, 14]
    assert (len(tokens), tokens.end(0), tokens.end(1), tokens.end(3)) == (4, 4, 8, 14)


def test_a_name_glued_in_nfd_is_cut_before_the_right_letter() -> None:
    text = nfd("VĂN ẨNBí thư")
    assert [nfc(t) for t in texts(text)] == ["VĂN", "ẨN", "Bí", "thư"]


@pytest.mark.parametrize("value", [None, 3, b"An", ["An"]])
def test_a_text_that_is_none(value: Any) -> None:
    with pytest.raises(InputError, match=f"not {type(value).__name__}"):
        tokenize(value)


@given(st.one_of(st.text(), VIETNAMESE, VIETNAMESE.map(nfd)))
def test_nothing_of_a_text_is_lost(text: str) -> None:
    tokens = tokenize(text)
    assert "".join(tokens.pieces) == text
    assert all(tokens.pieces)
    assert len(tokens.starts) == len(tokens.pieces) + 1
    found = list(tokens)
    assert all(text[t.start : t.end] == t.text and t.start < t.end for t in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    covered = {n for t in found for n in range(t.start, t.end)}
    for n, char in enumerate(text):
        assert n in covered or char.isspace() or unicodedata.category(char) == "Cf"


@given(VIETNAMESE)
def test_tokens_of_nfd_are_those_of_nfc(text: str) -> None:
    text = nfc(text)
    composed, decomposed = tokenize(text), tokenize(nfd(text))
    assert [nfc(piece) for piece in decomposed.pieces] == composed.pieces
    assert [nfc(t.text) for t in decomposed] == [t.text for t in composed]
    assert [fold(t.text) for t in decomposed] == [fold(t.text) for t in composed]
    assert [shape(t.text) for t in decomposed] == [shape(t.text) for t in composed]


@pytest.mark.parametrize(
    ("form", "folded"),
    [
        ("Uỷ", "ủy"), ("ỦY", "ủy"), ("uỵ", "ụy"), ("Hoà", "hòa"), ("HÒA", "hòa"), ("Thuỷ", "thủy"), ("khoẻ", "khỏe"),
        ("toạ", "tọa"), ("Oà", "òa"), ("quý", "quý"), ("Quỳ", "quỳ"), ("quả", "quả"), ("hoàng", "hoàng"),
        ("Ðà", "đà"), ("đ", "đ"), ("D", "d"), ("–", "-"), ("—", "-"), ("“", '"'), ("»", '"'), ("’", "'"), ("ʼ", "'"),
        ("UBND", "ubnd"), ("ban\u00ad", "ban"), ("", ""), ("16", "16"),
    ],
)  # fmt: skip
def test_fold(form: str, folded: str) -> None:
    assert fold(form) == folded
    assert fold(nfd(form)) == folded
    assert fold(fold(form)) == folded


@given(st.text(max_size=12))
def test_fold_is_stable(form: str) -> None:
    assert fold(clean(form)) == fold(form)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("tỉnh", "lower"), ("Tỉnh", "title"), ("TỈNH", "upper"), ("UBND", "upper"), ("Ê", "letter"), ("A", "letter"),
        ("a", "lower"), ("đ", "lower"), ("VnExpress", "mixed"), ("iPhone", "mixed"), ("16", "digit"), (".", "other"),
        ("(", "other"), ("\u00a0", "space"), ("", "space"), ("Ðắk", "title"), ("Đắk", "title"),
    ],
)  # fmt: skip
def test_shape(form: str, expected: str) -> None:
    assert shape(form) == expected
    assert shape(nfd(form)) == expected


def test_toneless() -> None:
    assert [toneless(form) for form in ("Nguyễn", "tỉnh", "Thuỷ", "đường")] == ["nguyên", "tinh", "thuy", "đương"]


@pytest.mark.parametrize(
    "form",
    [
        "nguyễn", "Nghiêng", "quỳnh", "uỷ", "ỦY", "yến", "ý", "giặt", "khuyết", "thuở", "ngoẹo", "gì", "xoong",
        "Đường", "hoà", "quý", "a",
    ],
)  # fmt: skip
def test_syllables(form: str) -> None:
    assert is_syllable(form)
    assert is_syllable(nfd(form))


@pytest.mark.parametrize(
    "form", ["UBND", "Trump", "Kđăm", "HCM", "vn", "Đắk", "Baoquangngai", "xyz", "w", "16", ".", "ANBí"]
)
def test_what_is_no_syllable(form: str) -> None:
    assert not is_syllable(form)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\n ", []),
        ("Ông An nói. Bà Bình nghe! Ai đi?", ["Ông An nói.", "Bà Bình nghe!", "Ai đi?"]),
        ("Một dòng\nhai dòng\r\n\r\nba", ["Một dòng", "hai dòng", "ba"]),
        ("Bà A. Merkel tới TP. HCM. Rồi về Q. 2. Hết", ["Bà A. Merkel tới TP. HCM.", "Rồi về Q. 2.", "Hết"]),
        ('Ông nói: "Tốt!" Rồi đi.', ['Ông nói: "Tốt!"', "Rồi đi."]),
        ("Ông ngập ngừng… rồi nói. Ngày 16.3 họp.", ["Ông ngập ngừng… rồi nói.", "Ngày 16.3 họp."]),
        ("Dài 3.5 km. Theo T.Ư. Đảng", ["Dài 3.5 km.", "Theo T.Ư. Đảng"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


@given(st.one_of(st.text(), VIETNAMESE))
def test_sentences_hold_all_that_can_be_seen(text: str) -> None:
    found = sentences(text)
    assert all(start < end and text[start:end] == text[start:end].strip() for start, end in found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    covered = {n for start, end in found for n in range(start, end)}
    assert all(n in covered or char.isspace() for n, char in enumerate(text))
