"""Which holders of posts are foreigners: a foreign head of party or state bears the titles of a Vietnamese one.

"Tổng Bí thư" and "Chủ tịch nước" name no country; their holder's name does, or another post of his in the document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from govner.entities import Person, Position
from govner.lexicon import read
from govner.linking.people import parts, shared_surnames
from govner.linking.units import Spot
from govner.linking.words import Words, words
from govner.text import fold, is_syllable

_BESIDE = ("before", "after", "colon")
"""The evidence for a holder whose name stands beside the post."""

_RARE = 3
"""The most bearers in the count of surnames.tsv that a surname has which is none of Viet Nam."""


@cache
def _abroad_and_here() -> tuple[frozenset[str], frozenset[str]]:
    """Parts of foreigners' names, and parts of the names of Viet Nam's minorities."""
    found = {name: {fold(row["form"]) for row in read.table(f"names/{name}.tsv")} for name in ("foreign", "minority")}
    return frozenset(found["foreign"]), frozenset(part.rstrip("'") for part in found["minority"])


@cache
def _surnames() -> tuple[Mapping[str, int], frozenset[str]]:
    """Surnames of Viet Nam with their counts, and those of China and Korea that are rare here."""
    counts = {fold(row["form"]): int(row["count"]) for row in read.table("names/surnames.tsv")}
    return counts, frozenset(fold(row["form"]) for row in read.table("names/sino.tsv"))


@lru_cache(maxsize=1 << 14)
def is_foreign(name: str) -> bool:
    """Whether a name is a foreigner's by its letters: a part that Vietnamese does not spell, known from abroad.

    The names of Viet Nam's minorities (H'Ngăm Niê Kđăm) are not.
    """
    given = parts(name)
    foreign, here = _abroad_and_here()
    if not given or any(part in here for part in given):
        return False
    counts, _ = _surnames()
    if counts.get(given[0], 0) > _RARE and given[0] not in shared_surnames():
        return False
    return any(part in foreign and not is_syllable(part) for part in given)


@lru_cache(maxsize=1 << 14)
def _is_chinese(name: str) -> bool:
    """Whether a name of two or three syllables opens with a Chinese or Korean surname that nobody has here."""
    given, (counts, sino) = parts(name), _surnames()
    return 1 < len(given) < 4 and given[0] in sino and counts.get(given[0], 0) <= _RARE


@lru_cache(maxsize=1 << 14)
def _is_shared(name: str) -> bool:
    """Whether a name's surname is common here and in China or Korea alike."""
    return parts(name)[:1] != () and parts(name)[0] in shared_surnames()


def set_apart(people: Sequence[Person], spots: Sequence[Spot]) -> tuple[Person, ...]:
    """The people, with the kind ``foreign`` for posts of Party and state that a foreigner holds.

    A foreigner is whose name tells it by its letters, or by a Chinese surname in a text that names a foreign country.
    Whose surname is borne here too is one in the post that he is said to hold in a named country: after "Chủ tịch Trung
    Quốc Hồ Cẩm Đào" also as "Chủ tịch nước". Who has a post in a body of Viet Nam is none.
    """
    return tuple([_seen_apart(person, spots) if any(map(_is_open, person.positions)) else person for person in people])


def _is_open(position: Position) -> bool:
    """Whether a post's own words leave open of which state it is."""
    return position.kind in ("party", "state") and position.body is None and position.place is None


def _is_ours(position: Position) -> bool:
    """Whether a post's own words are of Viet Nam."""
    body = position.body
    return body is not None and (body.unit is not None or (body.label != "ORG" and body.level == "central"))


def _seen_apart(person: Person, spots: Sequence[Spot]) -> Person:
    name, posts = person.name, person.positions
    titles: set[Words] | None = None  # those that are foreign; all of them
    if any(map(_is_ours, posts)):
        return person
    if not is_foreign(name) and not (_is_chinese(name) and any(map(_is_abroad, spots))):
        if not _is_shared(name):
            return person
        titles = {_title(post) for post in posts if post.kind == "foreign" and post.evidence in _BESIDE and post.place}
    if titles == set():
        return person
    return replace(
        person,
        positions=tuple(
            replace(post, kind="foreign") if _is_open(post) and (titles is None or _title(post) in titles) else post
            for post in posts
        ),
    )


def _is_abroad(spot: Spot) -> bool:
    return spot.place.kind == "country" and not spot.place.country


def _title(position: Position) -> Words:
    """The words of a title; the Chủ tịch of a country and the Chủ tịch nước are one."""
    return tuple(word for word in words(position.title) if word != "nước")
