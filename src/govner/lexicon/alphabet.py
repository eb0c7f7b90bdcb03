"""Symbols: one character for every set of classes that a token or phrase can have.

A document becomes a string of such characters, and the grammar a set of regular expressions over them, so that the
hot path runs in C whatever the number of classes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

FIRST = 0x1000  # below the surrogates: a regular expression looks such characters up in a bitmap, higher ones in a list


class Alphabet:
    """Sets of class names ↔ characters. Grows on demand; ``version`` tells a compiled grammar that it did."""

    def __init__(self, classes: Iterable[frozenset[str]] = ()) -> None:
        self._classes = list(classes)
        self._symbol = {names: chr(FIRST + n) for n, names in enumerate(self._classes)}
        self._masks: dict[str, int] = {}

    @property
    def version(self) -> int:
        return len(self._classes)

    def symbol(self, classes: Iterable[str]) -> str:
        """The character of a set of classes, made if it is new."""
        key = frozenset(classes)
        symbol = self._symbol.get(key)
        if symbol is None:
            symbol = self._symbol[key] = chr(FIRST + len(self._classes))
            self._classes.append(key)
            self._masks.clear()
        return symbol

    def classes(self, symbol: str) -> frozenset[str]:
        """The classes of a symbol."""
        return self._classes[ord(symbol) - FIRST]

    def at(self, number: int) -> str:
        """The symbol with a number; numbers count from 0."""
        return chr(FIRST + number)

    def mask(self, name: str) -> int:
        """The symbols whose set holds the class, as a number: bit n is set for the symbol with number n."""
        if not self._masks:
            bits: dict[str, bytearray] = {}
            size = len(self._classes) // 8 + 1
            for number, names in enumerate(self._classes):
                for each in names:
                    row = bits.get(each)
                    if row is None:
                        row = bits[each] = bytearray(size)
                    row[number >> 3] |= 1 << (number & 7)
            self._masks = {each: int.from_bytes(row, "little") for each, row in bits.items()}
        return self._masks.get(name, 0)

    def symbols(self, name: str) -> set[str]:
        """Every symbol whose set holds the class."""
        return {symbol for names, symbol in self._symbol.items() if name in names}

    def all(self) -> set[str]:
        return set(self._symbol.values())

    def sort(self) -> dict[int, int]:
        """Number the symbols anew, so that those with the same classes are neighbours: classes become few ranges.

        Returns a table for ``str.translate`` from the old symbols to the new.
        """
        counts = Counter(name for names in self._classes for name in names)
        rank = {name: n for n, (name, _) in enumerate(sorted(counts.items(), key=lambda item: (-item[1], item[0])))}
        order = sorted(range(len(self._classes)), key=lambda n: sorted(map(rank.__getitem__, self._classes[n])))
        self._classes = [self._classes[n] for n in order]
        self._symbol = {names: chr(FIRST + n) for n, names in enumerate(self._classes)}
        self._masks.clear()
        return {FIRST + old: FIRST + new for new, old in enumerate(order)}
