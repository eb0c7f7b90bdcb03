"""Words of one or more syllables, by pyvi or underthesea, with offsets into the caller's own string.

Both backends rewrite what they read: they put "_" for the space inside a word and spaces around punctuation, compose
letters, move tone marks, drop line ends. So their words are laid along the caller's string by the base letters alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import chain

from govner.entities import GovnerError, InputError

EXTRAS = {"pyvi": "words", "underthesea": "underthesea"}
"""The backends, and the extra of the package that installs each."""

_LINE = re.compile(r"[^\r\n\x0b\x0c\x85\u2028\u2029]+")
_SLACK = 32  # how far ahead, in letters, a word is sought whose backend left something out before it


@dataclass(frozen=True, slots=True)
class Word:
    """One word; ``text == string[start:end]`` of the caller's string, so its inner spaces are the caller's."""

    text: str
    start: int
    end: int


def words(text: str, backend: str = "pyvi") -> list[Word]:
    """Cut a text into words, numbers and punctuation marks, in the order of the text.

    ``backend`` is ``"pyvi"`` or ``"underthesea"``; a line end always ends a word. Every character of the text that can
    be seen lies in exactly one word: what a backend leaves out comes back as a word of its own.

    Raises ``InputError`` for a text that is no string or a backend that is none of the two, and ``GovnerError`` naming
    the extra to install where the backend is missing.
    """
    if not isinstance(text, str):
        raise InputError(f"text is {type(text).__name__}, not a string")
    segment = _backend(backend)
    found: list[Word] = []
    for line in _LINE.finditer(text):
        if not line[0].isspace():
            # Half a surrogate pair, as some decoders leave it, stops the backends; a stand-in of its length does not.
            parts = segment(line[0].encode("utf-8", "replace").decode())
            found += [Word(text[a:b], a, b) for a, b in align(text, line.start(), line.end(), parts)]
    return found


def align(text: str, start: int, end: int, parts: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Lay words of a backend along ``text[start:end]`` and yield the edges of each, in time linear in both.

    Only base letters, digits and signs are compared: not case, marks, blanks or "_". Words that are not in the text are
    passed over; what lies between the words comes back cut at blanks.
    """
    letters, at = _letters(text, start, end)
    cursor, done = 0, start
    for part in parts:
        key = "".join(map(_bare, part))
        found = letters.find(key, cursor, cursor + len(key) + _SLACK) if key else -1
        if found < 0:
            continue
        cursor = found + len(key)
        first, last = max(at[found], done), _with_marks(text, at[cursor - 1] + 1, end)
        yield from _visible(text, done, first)
        if first < last:
            yield first, last
            done = last
    yield from _visible(text, done, end)


def _letters(text: str, start: int, end: int) -> tuple[str, list[int]]:
    """What is compared of the text, and where in the text each of its characters stands."""
    bare = [_bare(char) for char in text[start:end]]
    return "".join(bare), list(chain.from_iterable([start + n] * len(key) for n, key in enumerate(bare)))


@lru_cache(maxsize=4096)
def _bare(char: str) -> str:
    """What one character is compared by: its base letters in lower case, "" for marks, blanks and what is not seen."""
    kept = (c for c in unicodedata.normalize("NFKD", char) if c not in "_" and not _silent(c))
    return "".join(kept).casefold().translate(_D)


_D = {ord("đ"): "d", ord("ð"): "d"}


def _silent(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in ("Mn", "Me", "Cf", "Cc")


def _with_marks(text: str, at: int, end: int) -> int:
    while at < end and unicodedata.category(text[at]) in ("Mn", "Me"):
        at += 1
    return at


def _visible(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What a backend left out, cut at blanks; format characters alone are nothing."""
    for piece in re.finditer(r"[^\s\u200b\ufeff]+", text[start:end]):
        if any(char == "_" or not _silent(char) for char in piece[0]):
            yield start + piece.start(), start + piece.end()


def _backend(name: str) -> Callable[[str], list[str]]:
    if name not in EXTRAS:
        raise InputError(f"no word segmentation {name!r}; the backends are {', '.join(map(repr, EXTRAS))}")
    try:
        if name == "pyvi":
            tokenize = import_module("pyvi.ViTokenizer").tokenize
            return lambda line: str(tokenize(line)).split()
        word_tokenize = import_module("underthesea").word_tokenize
        return lambda line: list(word_tokenize(line))
    except ImportError as error:
        mend = f'pip install "govner[{EXTRAS[name]}]"'
        raise GovnerError(f"word segmentation by {name} needs a package that is not installed; run: {mend}") from error
