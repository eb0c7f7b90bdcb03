"""Mentions on their way to people and positions: posts and names in the order of the text."""

from __future__ import annotations

from dataclasses import dataclass

from govner.entities import Status
from govner.linking.posts import Reading


@dataclass(slots=True)
class Post:
    """One POS mention on its way to a holder. ``before`` is what stands between it and the mention before.

    ``status`` and ``date`` are what its sentence reports, ``None`` where it reports nothing; ``chain`` numbers the list
    that it stands in.
    """

    start: int
    end: int
    reading: Reading
    before: str = ""
    former: bool = False
    acting: bool = False
    person: int | None = None
    why: str = ""
    soft: bool = False
    chain: int = -1
    status: Status | None = None
    date: str | None = None

    @property
    def gone(self) -> bool:
        """Whether the holder has left the post."""
        return self.former or self.status in ("former", "removed")


@dataclass(slots=True)
class Name:
    """One PER mention with the number of its person."""

    start: int
    end: int
    person: int


Item = Post | Name
