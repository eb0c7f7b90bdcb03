"""The province that a paper or a dateline speaks from."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from govner.lexicon import read
from govner.places import REFORM
from govner.text import clean

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


def home(text: str, source: str | None, date: str | None) -> str | None:
    """The code of the province of the text's paper, from its source or from a dateline like "(Baoquangngai.vn)-"."""
    new = date is not None and date >= REFORM
    if source:
        code = _province(source, new)
        if code:
            return code
    found = _DATELINE.match(text, 0, 60)
    return _province(found[1], new) if found else None
