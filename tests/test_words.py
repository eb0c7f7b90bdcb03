"""Word segmentation: offsets into the caller's own string, whatever the backend makes of it."""

from __future__ import annotations

import sys
import time
import unicodedata
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govner.entities import GovnerError, InputError
from govner.text.segmentation import EXTRAS, Word, align, words

TEXT = (
    "Ông Lê Văn An, Bí thư Tỉnh ủy  Quảng Ngãi (KT- XH); uỷ ban nhân dân TP.HCM\u00a0hôm nay\u200b nói… 'có'\r\n\n"
    "Họp 16.3 tại Ðà Nẵng, 10 000 đồng, a_b@c.vn 😀 ½ ____ x\ud83d y"
)

backends = pytest.mark.parametrize(
    "backend",
    [pytest.param(b, marks=pytest.mark.skipif(find_spec(b) is None, reason=f"{b} is not installed")) for b in EXTRAS],
)


def edges(text: str, parts: list[str]) -> list[str]:
    return [text[start:end] for start, end in align(text, 0, len(text), parts)]


@backends
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_words_lie_in_the_callers_string(backend: str, form: Any) -> None:
    text = unicodedata.normalize(form, TEXT)
    found = words(text, backend)
    assert all(text[w.start : w.end] == w.text for w in found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    covered = {n for w in found for n in range(w.start, w.end)}
    assert {text[n] for n in range(len(text)) if n not in covered} <= set(" \u00a0\u200b\r\n")
    forms = [unicodedata.normalize("NFC", w.text) for w in found]
    assert {"Lê Văn An", "Quảng Ngãi", "hôm nay", "Ðà Nẵng", "16.3", "____"} <= set(forms)
    assert forms == [unicodedata.normalize("NFC", w.text) for w in words(unicodedata.normalize("NFC", TEXT), backend)]


@backends
@pytest.mark.parametrize("text", ["", " \n\t\u00a0", "\n\n"])
def test_nothing_gives_no_words(backend: str, text: str) -> None:
    assert words(text, backend) == []


def test_inner_spaces_are_the_callers() -> None:
    assert edges("Quảng  Ngãi.", ["Quảng_Ngãi", "."]) == ["Quảng  Ngãi", "."]


def test_tone_marks_case_and_letters_may_move() -> None:
    assert edges("uỷ ban Ðà Nẵng", ["ủy ban", "Đà Nẵng"]) == ["uỷ ban", "Ðà Nẵng"]


def test_what_a_backend_leaves_out_or_adds() -> None:
    assert edges("Họp (sáng 16.3) tại Huế", ["Họp", "sáng", "16.3", "xxx", "tại", "Huế"]) == [
        "Họp", "(", "sáng", "16.3", ")", "tại", "Huế",
    ]  # fmt: skip
    assert edges("a b c", []) == ["a", "b", "c"]


@given(st.text(), st.lists(st.text()))
def test_alignment_holds_for_any_text_and_any_backend(text: str, parts: list[str]) -> None:
    found = list(align(text, 0, len(text), parts))
    assert all(0 <= a < b <= len(text) for a, b in found)
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    covered = {n for start, end in found for n in range(start, end)}
    for n, char in enumerate(text):
        assert n in covered or char.isspace() or unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc")


def test_alignment_is_linear() -> None:
    sentence = "Ông An họp với Ủy ban nhân dân tỉnh. "
    parts = ["Ông", "An", "họp", "với", "Ủy_ban_nhân_dân", "tỉnh", "."]

    def seconds(times: int) -> float:
        text, many = sentence * times, parts * times
        start = time.perf_counter()
        assert sum(1 for _ in align(text, 0, len(text), many)) == len(many)
        return time.perf_counter() - start

    small = min(seconds(1000) for _ in range(3))
    assert min(seconds(8000) for _ in range(3)) < small * 8 * 4  # a quadratic walk would take 64 times as long


def test_a_missing_backend_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("pyvi", "pyvi.ViTokenizer", "underthesea"):
        monkeypatch.setitem(sys.modules, module, None)  # an import of it fails from now on
    with pytest.raises(GovnerError, match=r'pip install "govner\[words\]"'):
        words("một từ")
    with pytest.raises(GovnerError, match=r'pip install "govner\[underthesea\]"'):
        words("một từ", "underthesea")


def test_an_unknown_backend_names_the_choices() -> None:
    with pytest.raises(InputError, match="'pyvi', 'underthesea'"):
        words("một từ", "vncorenlp")


def test_a_text_that_is_none() -> None:
    with pytest.raises(InputError, match="text is NoneType"):
        words(None)  # type: ignore[arg-type]


def test_words_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Word("a", 0, 1).start = 2  # type: ignore[misc]
