"""Sentences: where one ends and the next begins."""

from __future__ import annotations

import re
from itertools import pairwise

_END = re.compile(r"[.?!…]+[\"'”’»)\]]*(?=\s)|[\n\r\v\f\x85\u2028\u2029]+")
_ABBREVIATION = re.compile(
    r"(?:\b(?:TP|Tp|TX|Tx|TT|Tt|H|Q|P|X|T|Đ|St|Mr|Mrs|Ms|Dr|TS|ThS|Ths|GS|PGS|BS|LS|KS|CN|NXB|tr|vv|Ng|Th|Tr|Ph|Ch|Kh)"
    r"|\b[^\W\d_])\.$"
)


def sentences(text: str) -> list[tuple[int, int]]:
    """``[start, end)`` offsets of the sentences of a text, blanks at their edges left out.

    A sentence ends at a line end, and at . ? ! … before a blank, except after an abbreviation or an initial
    ("TP. HCM", "Q. 2", "A. Merkel") and before a lower-case letter.
    """
    cuts = [0]
    for match in _END.finditer(text):
        if not match[0].isspace():
            rest = text[match.end() : match.end() + 3].lstrip()
            if rest[:1].islower() or (
                match[0] == "." and _ABBREVIATION.search(text, max(0, match.end() - 6), match.end())
            ):
                continue
        cuts.append(match.end())
    cuts.append(len(text))
    found = []
    for start, end in pairwise(cuts):
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        if piece.strip():
            found.append((start + left, start + len(piece.rstrip())))
    return found
