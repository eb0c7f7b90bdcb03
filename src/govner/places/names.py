"""Spellings of a place name: the key under which they meet, and the type words of units."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from govner.entities import InputError
from govner.text.forms import fold as fold_word

TYPES = ("Tỉnh", "Thành phố", "Huyện", "Quận", "Thị xã", "Xã", "Phường", "Thị trấn", "Đặc khu")
"""The types of units as the General Statistics Office writes them."""

TYPE_WORDS = {
    "tỉnh": "Tỉnh",
    "thành phố": "Thành phố", "tp": "Thành phố", "t p": "Thành phố", "thành": "Thành phố",
    "huyện": "Huyện", "h": "Huyện",
    "quận": "Quận", "q": "Quận",
    "thị xã": "Thị xã", "tx": "Thị xã", "t x": "Thị xã",
    "xã": "Xã", "x": "Xã",
    "phường": "Phường", "p": "Phường", "f": "Phường",
    "thị trấn": "Thị trấn", "tt": "Thị trấn", "t t": "Thị trấn",
    "đặc khu": "Đặc khu", "đk": "Đặc khu",
}  # fmt: skip
"""Type words and their abbreviations, as ``key`` writes them, with the type meant."""

_APOSTROPHE = re.compile("['’‘ʼ`´] *")
_GAP = re.compile(r"[\s.‐‑‒–—―−-]+")
_FINAL_Y = re.compile("(?:(?<=[bcdđghklmnprstvx])|(?<=qu))([yýỳỷỹỵ])$")
_Y_TO_I = dict(zip("yýỳỷỹỵ", "iíìỉĩị", strict=True))
_HIGHLAND_AK = re.compile("ăk$")
_TYPED = re.compile(
    rf"(?P<type>{'|'.join(sorted((w for w in TYPE_WORDS if w != 'thành'), key=len, reverse=True))})(?: (?=.)|(?=\d))"
)


@lru_cache(maxsize=1 << 16)
def _word(word: str) -> str:
    word = fold_word(word)
    if word.isdigit():
        return word.lstrip("0") or "0"
    word = _FINAL_Y.sub(lambda found: _Y_TO_I[found[1]], word)
    return _HIGHLAND_AK.sub("ắk", word)


@lru_cache(maxsize=1 << 16)
def key(name: str) -> str:
    """The form under which the spellings of one place name meet; for comparing, not for showing.

    NFC and lower case; Ð is Đ; the tone style (Hoà = Hòa); y and i after a consonant or qu (Quy = Qui, Mỹ = Mĩ);
    Đăk = Đắk; dashes and dots are spaces; no apostrophes (K'Bang = Kbang); "01" is "1".
    """
    text = _APOSTROPHE.sub("", unicodedata.normalize("NFC", name))
    return " ".join(_word(word) for word in _GAP.split(text) if word)


def unit_type(word: str) -> str:
    """The type of unit that a word means: ``"huyện"``, ``"TP."``, ``"TX"`` …

    Raises ``InputError`` for a word that names no type of unit.
    """
    found = TYPE_WORDS.get(key(word))
    if found is None:
        raise InputError(f"{word!r} is no type of unit; use one of {', '.join(TYPES)} or its abbreviation")
    return found


def split_type(name_key: str) -> tuple[str, str] | None:
    """``(type, rest)`` of a key that begins with a type word: ``"q 1"`` and ``"quận 1"`` → ``("Quận", "1")``."""
    found = _TYPED.match(name_key)
    if found is None:
        return None
    # The rest is folded again for the number of "p01", which stood in one word with the type.
    return TYPE_WORDS[found["type"]], key(name_key[found.end() :])
