"""Places that are no administrative units: countries, cities abroad, regions, waters, mountains, former provinces."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = ("country", "city", "region", "water", "mountain", "island", "former")
"""What a ``WorldPlace`` can be."""


@dataclass(frozen=True, slots=True)
class WorldPlace:
    """A place that the news names and that is no unit of the gazetteer.

    ``name`` as Vietnamese papers write it, without "sông", "núi" and the like where the name stands alone; ``kind`` one
    of ``KINDS``; ``aliases`` other names of the same place; ``ambiguous`` whether ``name`` is also a common word, a
    person's name or a club, so that it needs its context. Names are not unique:
    Hoàng Liên Sơn is a range and was a province.
    """

    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    ambiguous: bool = False


@cache
def world() -> tuple[WorldPlace, ...]:
    """The places of ``data/world.tsv``, in its order."""
    lines = (files("govner.places") / "data" / "world.tsv").read_text("utf-8").splitlines()
    places = []
    for line in lines[1:]:
        name, kind, aliases, flag = line.split("\t")
        places.append(WorldPlace(name, kind, tuple(aliases.split(";")) if aliases else (), flag == "word"))
    return tuple(places)


@cache
def usage() -> dict[str, tuple[int, int, int]]:
    """How often news writes each name after a type word, bare, and inside a person's name: key → (typed, bare, person).

    Keys are ``govner.places.key(name)``; a name that the counted texts never write is not there.
    """
    lines = (files("govner.places") / "data" / "ambiguity.tsv").read_text("utf-8").splitlines()
    counts = {}
    for line in lines[1:]:
        name, typed, bare, person = line.split("\t")
        counts[name] = (int(typed), int(bare), int(person))
    return counts
