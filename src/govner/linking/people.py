"""Which mentions are one person: full names by their spelling, short forms to the nearest full name that bears them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache

from govner.lexicon import read
from govner.linking.words import Words, rows, words
from govner.text import fold, is_syllable

_BYLINE = re.compile(
    r"(?:^|\n)[ \t\-–(]*$|(?:ảnh|nguồn|bài|clip|video|tin|thực hiện|đồ họa)[ \t]*[:.]?[ \t\-–]*$", re.I
)
_END = re.compile(r"[ \t).]*(?:\n|$)")
_ALSO = re.compile(r"\s*\((?:tức|tên khác|hay|bí danh|tên thật|còn gọi là|biệt danh)?\s*")
_I_FOR_Y = str.maketrans("yýỳỷỹỵ", "iíìỉĩị")
_PLAIN = str.maketrans("đy", "di")
_LONG_ENOUGH = 5  # letters of a part in which one other letter is a slip
_PARTS, _KEPT = 6, 8  # the most parts of a name, and the most names of one pattern, that are compared
_APART = frozenset("-–'’.\n")


@cache
def _surnames() -> frozenset[str]:
    found = {fold(row["form"]) for row in read.table("names/surnames.tsv")}
    return frozenset(found | {fold(row["form"]) for row in read.table("names/sino.tsv")})


@cache
def _common_surnames() -> frozenset[str]:
    return frozenset(fold(row["form"]) for row in read.table("names/surnames.tsv") if int(row["count"]) > 50) - {"hồ"}


@cache
def shared_surnames() -> frozenset[str]:
    """Surnames that are common in Viet Nam and in China or Korea alike."""
    return frozenset(fold(form) for (form,) in rows("shared_surnames.tsv"))


@lru_cache(maxsize=1 << 15)
def parts(name: str) -> Words:
    """The syllables of a name, folded, without dashes, dots and apostrophes."""
    return tuple(word for word in words(name) if word not in _APART and word != '"' and word != ",")


@lru_cache(maxsize=1 << 15)
def _skeleton(name: str) -> str:
    """A name without blanks, i for y: the form under which ways of writing one name meet."""
    return "".join(parts(name)).translate(_I_FOR_Y)


@cache
def _usual() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The name parts that are known: surnames, what stands in the middle, given names."""
    table = {name: {fold(row["form"]) for row in read.table(f"names/{name}.tsv")} for name in ("middles", "givens")}
    return _surnames(), frozenset(table["middles"] | table["givens"] | _surnames()), frozenset(table["givens"])


@lru_cache(maxsize=1 << 15)
def _odd(form: Words) -> tuple[bool, ...]:
    """For each part of a name whether people bear none such at that place: it is a slip of the pen, or rare."""
    first, middle, last = _usual()
    known = (first, *[middle] * (len(form) - 2), last)
    return tuple(part not in parts for part, parts in zip(form, known, strict=True))


@lru_cache(maxsize=1 << 15)
def _is_odd(form: Words) -> bool:
    """Whether any part of a name of three parts or more is none that people bear."""
    return len(form) > 2 and any(_odd(form))


@lru_cache(maxsize=1 << 15)
def _bare(part: str) -> str:
    """A part of a name without any marks."""
    letters = unicodedata.normalize("NFD", part).translate(_PLAIN)
    return "".join(letter for letter in letters if letter.isascii())


def _slip(one: str, other: str) -> bool:
    """Whether two parts differ in marks alone, or in one letter that was added, lost or changed."""
    a, b = sorted((_bare(one), _bare(other)), key=len)
    if a == b:
        return True
    if len(b) - len(a) > 1 or len(b) < _LONG_ENOUGH:
        return False
    same = next((n for n in range(len(a)) if a[n] != b[n]), len(a))
    return a[same + (len(a) == len(b)) :] == b[same + 1 :]


class _Spellings:
    """The full names met so far, to find the one that another spelling means.

    Two names are one person's if they differ in one part, by a slip, and that part of one of them is no name: "Nguyến
    văn Lực" is Nguyễn Văn Lực, but Xuân Anh and Xuân Ảnh are two people. Each name is kept under its other parts.
    """

    def __init__(self, odd: bool) -> None:
        """``odd`` says whether any of the names has a part that is no name; without one there is no slip to find."""
        self._odd = odd
        self._same: dict[str, int] = {}
        self._but_one: dict[tuple[Words, Words], list[tuple[str, bool, int]]] = {}

    def find(self, name: str, form: Words, at: int) -> int:
        """The mention that a name is another spelling of, else its own; it is remembered either way."""
        skeleton = _skeleton(name)
        head = self._same.get(skeleton)
        if head is None and self._odd and 2 < len(form) <= _PARTS:
            head = self._kin(form, at)
        return self._same.setdefault(skeleton, at if head is None else head)

    def _kin(self, form: Words, at: int) -> int | None:
        """The mention of a name that differs by a slip; the name is kept under its other parts for those behind."""
        odd, found = _odd(form), None
        for n, part in enumerate(form):
            kept = self._but_one.setdefault((form[:n], form[n + 1 :]), [])
            if kept and found is None:
                found = next((head for other, rare, head in kept if (odd[n] or rare) and _slip(part, other)), None)
            if len(kept) < _KEPT:
                kept.append((part, odd[n], at if found is None else found))
        return found


@lru_cache(maxsize=1 << 15)
def _short_forms(name: str) -> tuple[tuple[Words, ...], tuple[Words, ...]]:
    """The short forms that a full name allows: first its ends, then the weaker ones (beginnings, middle parts)."""
    full = parts(name)
    ends = tuple(full[at:] for at in range(1, len(full)))
    if all(map(is_syllable, full)):
        # "ông Tập", "Bác Hồ", "ông Trần" of China; but nobody calls Nguyễn Văn An "ông Nguyễn".
        never = full[0] in _common_surnames() and full[0] not in shared_surnames()
        return ends, () if never else (full[:1],)
    inner = (full[a:b] for a in range(len(full)) for b in range(a + 1, len(full)))
    return ends, tuple(inner) if len(full) < 7 else (full[:1],)


def _is_byline(text: str, start: int, end: int) -> bool:
    """Whether a name stands alone on its line or behind "Ảnh:": the author of the text or of a picture."""
    return _END.match(text, end) is not None and _BYLINE.search(text[max(0, start - 14) : start]) is not None


def _is_full(name: Words) -> bool:
    return len(name) > 2 or (len(name) == 2 and (name[0] in _surnames() or not all(map(is_syllable, name))))


@cache
def _genders() -> Mapping[str, str]:
    """Honorific of one word → "m" or "f"; the last word before a name tells: "vợ ông" is before a man's name."""
    rows_ = (row for row in read.table("honorifics.tsv") if row["kind"] == "address" and " " not in row["form"])
    return {row["form"].casefold(): row["gender"] for row in rows_ if row["gender"] != "-"}


def _gender(before: str, form: Words) -> str:
    """What the word before a name, or the name itself, says of its bearer: "m", "f" or nothing."""
    last = before.rsplit(None, 1)[-1:] if before[-1:].isspace() else None
    known = _genders().get(last[0].casefold(), "") if last else ""
    if known or len(form) < 3:
        return known
    return "f" if form[1] == "thị" else ""


@lru_cache(maxsize=1 << 15)
def _keys(name: str) -> tuple[tuple[Words, int], ...]:
    """The short forms of a name, each with its rank: 0 an end of the name, 1 a weaker one."""
    return tuple((form, rank) for rank, forms in enumerate(_short_forms(name)) for form in forms)


class _Bearers:
    """Who bears a short form: the latest one added, of either gender, and the holder of a title."""

    def __init__(self) -> None:
        self._of: dict[str, dict[tuple[Words, int], int]] = {"": {}, "m": {}, "f": {}}
        self._titled: dict[tuple[Words, Words], int] = {}
        self._last: tuple[int, Words] | None = None

    def add(self, head: int, keys: Sequence[tuple[Words, int]], gender: str, title: Words = ()) -> None:
        """Make a person the latest bearer of short forms; without a gender that of either."""
        if not keys or self._last == (head, title):
            return
        self._last = head, title
        for sex in ("", gender) if gender else ("", "m", "f"):
            self._of[sex].update(dict.fromkeys(keys, head))
        if title:
            for form, _ in keys:
                self._titled[form, title] = head

    def get(self, form: Words, rank: int, gender: str) -> int | None:
        """The latest one added that bears a form and can be of the gender."""
        return self._of[gender].get((form, rank))

    def titled(self, form: Words, title: Words) -> int | None:
        """The latest one added that bears a form and holds the title."""
        return self._titled.get((form, title)) if title else None


def identify(
    text: str, mentions: Sequence[tuple[int, int]], title: Callable[[int, int], Words] = lambda start, end: ()
) -> list[int]:
    """The number of the person that each mention means; people are numbered from 1 in the order of first mention.

    ``title`` gives, for a mention, the folded words of the title that stands beside it, where one does; it is asked
    only where that can matter. A short form
    means the latest full name that bears it, that the word before it allows ("bà" Lan is no Văn Lan), and that
    holds the title beside it, if one does; a name before it goes before a name behind it.

    Cost: linear in the number of mentions; what is looked up is the latest bearer of a form, never all of them.
    """
    names = [text[start:end] for start, end in mentions]
    forms = [parts(name) for name in names]
    bylines = [_is_byline(text, start, end) for start, end in mentions]
    # A line with nothing but a foreign name is a caption: that one may be spoken of, an author is not.
    authors = [alone and all(map(is_syllable, form)) for alone, form in zip(bylines, forms, strict=True)]
    heads = _heads(names, forms, bylines)
    other = _aliases(text, mentions, heads)
    meant = _short(text, mentions, names, forms, authors, heads, other, title) if None in heads else {}
    given: dict[int, int] = {}
    out = []
    for at, head in enumerate(heads):
        if head is None:
            head = meant[at]
        out.append(given.setdefault(other.get(head, head), len(given) + 1))
    return out


def _short(
    text: str,
    mentions: Sequence[tuple[int, int]],
    names: Sequence[str],
    forms: Sequence[Words],
    authors: Sequence[bool],
    heads: Sequence[int | None],
    other: Mapping[int, int],
    title: Callable[[int, int], Words],
) -> dict[int, int]:
    """Whom each short form means, by the mention that he is numbered after."""
    wanted = {form for form, head in zip(forms, heads, strict=True) if head is None}
    keys = {name: [key for key in _keys(name) if key[0] in wanted] for name in set(names)}
    # What is said of those whom no short form can mean does not matter.
    matter = {head for head in heads if head is None or keys[names[head]] or keys[names[other.get(head, head)]]}
    said: list[str] = [""] * len(names)
    titled: list[Words] = [()] * len(names)
    for at, (start, end) in enumerate(mentions):
        if heads[at] in matter:
            said[at] = _gender(text[start - 10 if start > 10 else 0 : start], forms[at])
            titled[at] = title(start, end)
    gender: dict[int, str] = {}
    for head, sex in zip(heads, said, strict=True):
        if head is not None and sex and gender.setdefault(head, sex) != sex:
            gender[head] = ""  # the text is at odds with itself
    latest, first = _Bearers(), _Bearers()
    for at in range(len(heads) - 1, -1, -1):  # the first bearer stays, for short forms that come before the full name
        if heads[at] == at and not authors[at]:
            first.add(at, keys[names[at]], gender.get(at, ""), titled[at])
    meant: dict[int, int] = {}
    for at, head in enumerate(heads):
        if head is None:
            head = _meant(forms[at], said[at], titled[at], latest, first)
            if head is None:
                head = at
                first.add(at, ((forms[at], 0),), said[at])
            meant[at] = head
        head = other.get(head, head)
        if not authors[at]:
            latest.add(head, keys[names[head]], gender.get(head, ""), titled[at])
    return meant


def _meant(form: Words, gender: str, title: Words, latest: _Bearers, first: _Bearers) -> int | None:
    """The person that a short form means, by the mention that it is numbered after."""
    found = latest.titled(form, title)
    if found is None:
        options = (bearers.get(form, rank, gender) for rank in (0, 1) for bearers in (latest, first))
        found = next((option for option in options if option is not None), None)
    return found


def _aliases(text: str, mentions: Sequence[tuple[int, int]], heads: Sequence[int | None]) -> dict[int, int]:
    """ "Tôn Chính Tài (Sun Zheng Cai)": the name in brackets is another name of the one before."""
    found: dict[int, int] = {}
    for at in range(1, len(mentions)):
        before, (start, end) = mentions[at - 1][1], mentions[at]
        if start - before < 14 and text[end : end + 1] == ")" and _ALSO.fullmatch(text, before, start):
            one, two = heads[at - 1], heads[at]
            if one is not None and two is not None and one != two:
                one = found.get(one, one)
                if one != two:
                    found.setdefault(max(one, two), min(one, two))
    return found


def _heads(names: list[str], forms: list[Words], bylines: list[bool]) -> list[int | None]:
    """For every mention the first mention of its full name, ``None`` for a form that may be short for another."""
    seen: dict[Words, int] = {}
    ends: set[Words] = set()
    for name in set(names):
        ends.update(*_short_forms(name))
    spellings = _Spellings(any(map(_is_odd, set(forms))))
    heads: list[int | None] = []
    for at, (name, form) in enumerate(zip(names, forms, strict=True)):
        short = not bylines[at] and (form in ends or not _is_full(form))
        if short:
            heads.append(None)
            continue
        head = seen.get(form)
        if head is None:
            head = seen[form] = spellings.find(name, form, at) if len(form) > 1 else at
        heads.append(head)
    return heads
