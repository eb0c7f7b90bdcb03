"""The schema's nesting: three flat layers, a span only inside a span of a layer above, nothing inside a person."""

from __future__ import annotations

from govner.entities import LAYER

Row = tuple[int, int, str, float]
"""A span without its text: start and end in characters, label, probability (1.0 from the rules)."""


class Layers:
    """Takes spans in order (by start, the longer first) and tells which the schema allows beside those taken before.

    Positions may be characters or tokens, as long as all are the same.
    """

    __slots__ = ("edges", "person")

    def __init__(self) -> None:
        self.edges = [0, 0, 0]
        """Where the last span of each layer ends."""
        self.person = 0

    def take(self, first: int, last: int, label: str) -> bool:
        """Whether ``[first, last)`` fits: it starts in no span of its own or a lower layer and crosses none above."""
        layer, edges = LAYER[label], self.edges
        top, middle, low = edges  # written out: this is called for every span of every text, by rules and tagger
        if first < self.person or first < low or (layer < 2 and first < middle) or (layer < 1 and first < top):
            return False
        if (layer > 0 and first < top < last) or (layer > 1 and first < middle < last):
            return False
        edges[layer] = last
        if label == "PER":
            self.person = last
        return True
