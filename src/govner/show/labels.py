"""Room for names in a picture: beside their dots, and never one over another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Side = Literal["right", "left", "above", "below", "above right", "below right", "above left", "below left"]
Box = tuple[float, float, float, float]

WIDE, HIGH = 0.54, 1.15
"""The mean width and the height of a letter, in parts of the font's size (measured on Noto Sans and Arial)."""


class Room:
    """What is taken of a drawing; all in pixels, ``y`` downwards."""

    def __init__(self, width: float, height: float, dots: Iterable[tuple[float, float, float]]) -> None:
        """``dots`` are (x, y, radius): no name may cover one."""
        self._width, self._height = width, height
        self._taken: list[Box] = [(x - r, y - r, x + r, y + r) for x, y, r in dots]

    def take(self, x: float, y: float, r: float, name: str, size: float = 11) -> Side | None:
        """The side of a dot that has room for its name, which is then taken; ``None`` where none has."""
        long, half = WIDE * size * len(name), HIGH * size / 2
        sides: tuple[tuple[Side, float, float], ...] = (
            ("right", x + r + 3, y),
            ("left", x - r - 3 - long, y),
            ("above", x - long / 2, y - r - half - 2),
            ("below", x - long / 2, y + r + half + 2),
            ("above right", x, y - r - half - 2),
            ("below right", x, y + r + half + 2),
            ("above left", x - long, y - r - half - 2),
            ("below left", x - long, y + r + half + 2),
        )
        for side, left, middle in sides:
            box = (left, middle - half, left + long, middle + half)
            inside = box[0] >= 0 and box[2] <= self._width and box[1] >= 0 and box[3] <= self._height
            if inside and not any(_touch(box, other) for other in self._taken):
                self._taken.append(box)
                return side
        return None


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
