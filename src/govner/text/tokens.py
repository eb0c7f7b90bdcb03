"""Tokens: syllables, numbers and single other characters, with offsets into the caller's own string."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from govner.entities import InputError
from govner.text.forms import INVISIBLE, clean, fold, is_syllable

_MARK = "\u0300-\u036f" + INVISIBLE
_BREAK = "\n\r\v\f\x85\u2028\u2029"
_UNSEEN = "\u200b" + INVISIBLE
_BLANK = r" \t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000\x1c-\x1f" + _UNSEEN
_PIECE = re.compile(
    rf"(?:[^\W\d_]+(?:[{_MARK}]+[^\W\d_]*)*|\d+|[{_BREAK}]\s*|[^\s{_UNSEEN}])[{_BLANK}]*|[\s{_UNSEEN}]", re.DOTALL
)
PADDING = " \t\xa0\u1680\u202f\u205f\u3000\x1c\x1d\x1e\x1f" + "".join(map(chr, range(0x2000, 0x200B))) + _UNSEEN
"""What may stand in a piece behind its token: blanks within a line, and characters that are not seen."""


@dataclass(frozen=True, slots=True)
class Token:
    """One token; ``text == string[start:end]`` of the caller's string."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut into pieces, each a token and the blanks after it: ``"".join(pieces) == text``.

    ``starts[i]`` is the offset of piece i; one more entry holds the text's length. A piece of blanks alone (at the
    start of the text) and a run of line ends are tokens too, so that nothing of the text is lost.
    """

    text: str
    pieces: list[str]
    starts: list[int]

    def __len__(self) -> int:
        return len(self.pieces)

    def end(self, i: int) -> int:
        """Offset behind token i, without the blanks that follow it."""
        return self.starts[i] + len(self.pieces[i].rstrip(PADDING))

    def __iter__(self) -> Iterator[Token]:
        for i, start in enumerate(self.starts[:-1]):
            end = self.end(i)
            if not self.text[start:end].isspace() and end > start:
                yield Token(self.text[start:end], start, end)


def tokenize(text: str) -> Tokens:
    """Cut a text into tokens.

    A token is a syllable (a run of letters with their marks, composed or not), a run of digits, or one other
    character. Words that a caption glues together ("VĂN ANBí thư") are cut where the case changes, if that leaves two
    Vietnamese syllables. Raises ``InputError`` when ``text`` is not a string. Cost: linear.
    """
    if not isinstance(text, str):
        raise InputError(f"a text must be a string, not {type(text).__name__}")
    pieces = _PIECE.findall(text)
    if any(map(_GLUED.__getitem__, pieces)):
        pieces = [part for piece in pieces for part in (_GLUED[piece] or (piece,))]
    return Tokens(text, pieces, list(accumulate(map(len, pieces), initial=0)))


def folded(phrase: str) -> tuple[str, ...]:
    """The folded tokens of a short phrase of the data: ``"Tỉnh uỷ"`` → ``("tỉnh", "ủy")``."""
    return tuple(map(_fold, _PIECE.findall(phrase)))


@cache
def _fold(piece: str) -> str:
    return fold(piece.strip())


class _Glued(dict[str, tuple[str, ...]]):
    """Piece → the parts it was glued from, empty for an ordinary piece. Computed once per distinct piece."""

    limit = 500_000

    def __missing__(self, piece: str) -> tuple[str, ...]:
        if len(self) > self.limit:
            self.clear()
        parts = _unglue(piece)
        self[piece] = parts
        return parts


_GLUED = _Glued()


def _unglue(piece: str) -> tuple[str, ...]:
    word = clean(piece.rstrip(PADDING))
    if len(word) < 4 or word.islower() or word.isupper() or word[1:].islower():
        return ()
    for cut in range(2, len(word) - 1):
        left, right = word[:cut], word[cut:]
        if not right[0].isupper():
            continue
        title = right[1:].islower() and len(right) > 1
        if left.isupper() and title and len(right) > 2 and not right[:2].isascii():  # & DLĐắk: no syllable by the book
            apart = True
        elif not is_syllable(right):
            continue
        elif left.isupper():  # VĂN ANBí, AFPMàn, VĂN ANTrao; but no brand in plain letters: VNPay
            plain = right.isascii() and left.isascii()
            apart = title and (not plain or (len(right) > 2 and is_syllable(left)))
        else:  # tayẢnh, đồngÔng
            apart = left[-1].islower() and (title or right.isupper()) and len(right) > 1 and is_syllable(left)
            apart = apart and not (left.isascii() and right.isascii())
        if apart:
            at = _raw_offset(piece, cut)
            return piece[:at], piece[at:]
    return ()


def _raw_offset(piece: str, letters: int) -> int:
    """Where in a piece, whatever its Unicode form, that many letters lie behind."""
    seen = 0
    for at, char in enumerate(piece):
        if not unicodedata.combining(char) and char not in INVISIBLE:
            if seen == letters:
                return at
            seen += 1
    return len(piece)
