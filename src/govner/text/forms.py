"""What one written form is: folding, shape, and whether it can be a Vietnamese syllable.

Every function here looks at one short string and is called once per distinct form, never per token.
"""

from __future__ import annotations

import re
import unicodedata

INVISIBLE = "\u00ad\u200c\u200d\u2060\ufeff"
"""Characters that may stand inside a written word and are not seen: soft hyphen, joiners, byte-order mark."""

_DROP = str.maketrans("", "", INVISIBLE)
_ETH = str.maketrans("Ðð", "Đđ")
_ODD = re.compile(f"[{INVISIBLE}Ðð]")
_TONES = "\u0300\u0301\u0303\u0309\u0323"
_TONE = re.compile(f"[{_TONES}]")
_DASHES = dict.fromkeys("-‐‑‒–—―−", "-")
_QUOTES = dict.fromkeys("\"'“”‘’«»„`´′″ʼ", '"')
_APOSTROPHES = dict.fromkeys("'’ʼ‘`´", "'")

ONSET = "(?:ngh|ng|nh|gh|gi|kh|ph|th|tr|ch|qu|b|c|d|đ|g|h|k|l|m|n|p|r|s|t|v|x)?"
RHYME = (
    "(?:a(?:c|ch|i|m|n|ng|nh|o|p|t|u|y)?|ă(?:c|m|n|ng|p|t)|â(?:c|m|n|ng|p|t|u|y)"
    "|e(?:c|m|n|ng|o|p|t)?|ê(?:ch|m|n|nh|p|t|u)?|i(?:a|ch|m|n|nh|p|t|u|êc|êm|ên|êng|êp|êt|êu)?"
    "|o(?:a|ac|ach|ai|am|an|ang|anh|ao|ap|at|ay|ăc|ăm|ăn|ăng|ăt|c|e|en|eo|et|i|m|n|ng|oc|ong|p|t)?"
    "|ô(?:c|i|m|n|ng|p|t)?|ơ(?:i|m|n|p|t)?"
    "|u(?:a|ân|âng|ât|ây|c|ê|êch|ên|ênh|êt|êu|i|m|n|ng|ơ|p|t|ôc|ôi|ôm|ôn|ông|ôt|y|ya|ych|yn|ynh|yp|yt|yu|yên|yêt)?"
    "|ư(?:a|c|i|m|n|ng|t|u|ơc|ơi|ơm|ơn|ơng|ơp|ơt|ơu)?|y(?:a|êm|ên|êng|êt|êu|t|m|nh)?)"
)
"""The syllables of Vietnamese without tones, after the standard inventories of onsets and rhymes."""
_SYLLABLE = re.compile(f"{ONSET}{RHYME}")


def clean(form: str) -> str:
    """The form as it is meant: NFC, without invisible characters, Đ for the Icelandic Ð."""
    if _ODD.search(form):  # translating is dear, and hardly any form needs it
        form = form.translate(_DROP).translate(_ETH)
    return unicodedata.normalize("NFC", form)


def fold(form: str) -> str:
    """The form under which spellings of one word meet.

    NFC, lower case, đ kept, the tone mark of a final oa, oe, uy on its first vowel (uỷ = ủy, Hoà = Hòa; quý stays),
    one kind of dash, quotation mark and apostrophe.
    """
    form = clean(form)
    if len(form) == 1 and form in _DASHES:
        return "-"
    if len(form) == 1 and form in _QUOTES:
        return "'" if form in _APOSTROPHES else '"'
    form = form.lower()
    if len(form) > 2 or form in ("uỷ", "uỵ", "uý", "uỳ", "uỹ", "oà", "oá", "oả", "oã", "oạ"):
        form = _tone_style(form)
    return form


def _tone_style(form: str) -> str:
    last = unicodedata.normalize("NFD", form[-1])
    if len(form) < 2 or last[0] not in "aey" or len(last) > 2:
        return form
    before = unicodedata.normalize("NFD", form[-2])
    vowel = before[0]
    if vowel not in "ou" or len(before) > 2 or (vowel + last[0]) not in ("oa", "oe", "uy"):
        return form
    tone = (last[1:] or before[1:])[:1]
    if not tone or tone not in _TONES:
        return form
    if len(form) > 2 and form[-3] == "q":
        return form[:-2] + "u" + unicodedata.normalize("NFC", last[0] + tone)
    return form[:-2] + unicodedata.normalize("NFC", vowel + tone) + last[0]


def toneless(form: str) -> str:
    """The folded form without its tone mark: "nguyễn" becomes "nguyên", "tỉnh" becomes "tinh"."""
    return unicodedata.normalize("NFC", _TONE.sub("", unicodedata.normalize("NFD", fold(form))))


def is_syllable(form: str) -> bool:
    """Whether the form can be a syllable of Vietnamese by its spelling."""
    return _SYLLABLE.fullmatch(toneless(form)) is not None


def shape(form: str) -> str:
    """``lower``, ``title`` (Nguyễn), ``letter`` (one capital), ``upper`` (UBND), ``mixed`` (VnExpress), ``digit``,
    ``space`` or ``other``."""
    form = clean(form)
    if form.isdigit():
        return "digit"
    if not form or form.isspace():
        return "space"
    if not form[0].isalpha():
        return "other"
    if form.islower() or not form[0].isupper():
        return "lower" if form.islower() or not any(c.isupper() for c in form) else "mixed"
    if len(form) == 1:
        return "letter"
    if form.isupper():
        return "upper"
    return "title" if form[1:].islower() else "mixed"
