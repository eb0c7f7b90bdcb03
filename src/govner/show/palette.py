"""One colour a label, of the palette that Okabe and Ito made for every kind of colour vision.

Source: Okabe & Ito, "Color Universal Design" (2008). The letters on a colour are black or white, whichever has the
higher contrast (5.1 : 1 or more for all seven).
"""

from __future__ import annotations

from collections.abc import Mapping

PALETTE: Mapping[str, tuple[str, str]] = {
    "PER": ("#56b4e9", "black"),
    "POS": ("#e69f00", "black"),
    "PARTY": ("#d55e00", "black"),
    "STATE": ("#0072b2", "white"),
    "MASS": ("#f0e442", "black"),
    "ORG": ("#cc79a7", "black"),
    "LOC": ("#009e73", "black"),
}
"""Label → its colour and the colour of letters on it."""

SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#777777")
"""Colours of series without a label, in the order in which they are given out."""


def rgb(colour: str) -> str:
    """``"#56b4e9"`` as ``"86 180 233"``, for a style sheet that wants it more or less translucent."""
    return " ".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
