"""Symbols: one character for every set of classes that a token or phrase can have.

A document becomes a string of such characters, and the grammar a set of regular expressions over them, so that the
hot path runs in C whatever the number of classes.
"""

from __future__ import annotations

from collections.abc import Iterable

FIRST = 0x1000  # below the surrogates: a regular expression looks such characters up in a bitmap, higher ones in a list


class Alphabet:
    """Sets of class names ↔ characters. Grows on demand; ``version`` tells a compiled grammar that it did."""

    def __init__(self) -> None:
        self._symbol: dict[frozenset[str], str] = {}
        self._classes: list[frozenset[str]] = []
        self._having: dict[str, set[str]] = {}

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
            for name in key:
                self._having.setdefault(name, set()).add(symbol)
        return symbol

    def classes(self, symbol: str) -> frozenset[str]:
        """The classes of a symbol."""
        return self._classes[ord(symbol) - FIRST]

    def at(self, number: int) -> str:
        """The symbol with a number; numbers count from 0 in the order in which symbols were made."""
        return chr(FIRST + number)

    def symbols(self, name: str) -> set[str]:
        """Every symbol whose set holds the class."""
        return set(self._having.get(name, ()))

    def all(self) -> set[str]:
        return set(self._symbol.values())
