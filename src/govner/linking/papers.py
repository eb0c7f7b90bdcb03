"""The province that a paper or a dateline speaks from."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from govner.lexicon import read
from govner.places import REFORM, gazetteer
from govner.text import clean

_PLACE_LINE = re.compile(
    r"\W{0,3}((?:[^\W\d_]+[. ]{0,2}){1,4}?)(?:\)|,\s*(?:ngày\s)?\d[\d./-]*|\s\((?:[^\W\d_]+[\s,/+-]*){1,4}\))\s*[-–—:]"
)
"""A place in brackets, or with a day or an agency behind it, before a dash: a route ("Hà Nội - Huế") is none."""
_DATELINE = re.compile(r"\W{0,3}((?:báo )?[\w.]+(?: \w+){0,4}?)\s*\)\s*[-–—]", re.I)


@cache
def _papers() -> dict[str, tuple[str, str]]:
    """Name or alias of a provincial outlet → code of its province until and since July 2025."""
    found: dict[str, tuple[str, str]] = {}
    for row in read.table("newspapers.tsv"):
        if row["scope"] != "provincial":
            continue
        for form in (row["form"], *row["aliases"].split("|")):
            if form.strip():
                found.setdefault(clean(form).strip().casefold(), (row["province"], row["province_2025"]))
    return found


@lru_cache(maxsize=4096)
def _province(name: str, new: bool) -> str | None:
    codes = _papers().get(clean(name).strip().casefold())
    return (codes[1 if new else 0] or None) if codes else None


def home(text: str, source: str | None, date: str | None) -> tuple[str | None, str]:
    """The code of the province that a text speaks from, and whence it is known.

    ``"paper"`` from its source, ``"dateline"`` from a line like "(Baoquangngai.vn)-", "(Quảng Ngãi) -" or
    "QUẢNG NGÃI (TTXVN) -"; ``(None, "")`` where neither tells.
    """
    new = date is not None and date >= REFORM
    if source:
        code = _province(source, new)
        if code:
            return code, "paper"
    found = _DATELINE.match(text, 0, 60)
    code = _province(found[1], new) if found else None
    if code is None:
        place = _PLACE_LINE.match(text, 0, 80)
        code = _province_named(place[1], date) if place else None
    return (code, "dateline") if code else (None, "")


@lru_cache(maxsize=4096)
def _province_named(name: str, date: str | None) -> str | None:
    """The code of the one province of a name; dates come as eras."""
    day = date if date is not None else "2019-12-31"
    found = {unit.code for unit in gazetteer().find(name, level=1, date=day)}
    return found.pop() if len(found) == 1 else None
