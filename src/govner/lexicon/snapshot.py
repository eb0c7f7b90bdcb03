"""The lexicon's tables as one packaged file, which loads in a tenth of the time that building them takes.

The file is made by ``tools/build_lexicon.py`` and is used only for the very data that it was made from: it holds
their digest. With other data, or none of it, the tables are built anew; the spans are the same.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from hashlib import blake2b
from importlib.resources import files

from govner.lexicon.build import Tables

NAME = "tables.z"
VERSION = "1"
_LEXICON = (
    "titles.txt", "bodies.txt", "words.txt", "common.tsv", "honorifics.tsv", "ranks.tsv", "newspapers.tsv",
    *(f"bodies/{name}.tsv" for name in ("fields", "central", "orgs", "units", "orgheads", "descriptors", "locheads")),
    *(f"names/{name}.tsv" for name in ("surnames", "givens", "middles", "foreign", "sino", "minority")),
)  # fmt: skip
_PLACES = ("units.z", "world.tsv", "ambiguity.tsv", "aliases.tsv")
_CLASS = 0x100  # first character for class names


def digest(literals: Iterable[str]) -> str:
    """The digest of all that the tables of a grammar's lexicon are built from: the data files and its literals."""
    total = blake2b("\n".join((VERSION, *sorted(literals))).encode("utf-8"), digest_size=16)
    for package, names in (("govner.lexicon", _LEXICON), ("govner.places", _PLACES)):
        folder = files(package) / "data"
        for name in names:
            total.update((folder / name).read_bytes())
    return total.hexdigest()


def packaged(wanted: str) -> Tables | None:
    """The packaged tables, if they are there, whole, and made from the data with this digest."""
    file = files("govner.lexicon") / "data" / NAME
    if not file.is_file():
        return None
    content = file.read_bytes()
    if not content.startswith(wanted.encode("ascii")):
        return None
    try:
        return unpack(content[len(wanted) :])
    except (zlib.error, ValueError):
        return None


def pack(tables: Tables) -> bytes:
    """Tables as bytes."""
    names = sorted(set[str]().union(*tables.classes))
    number = {name: chr(_CLASS + n) for n, name in enumerate(names)}
    content = {
        "names": names,
        "classes": ["".join(sorted(number[name] for name in classes)) for classes in tables.classes],
        "forms": tables.forms,
        "kinds": tables.kinds,
        "singles": list(tables.singles),
        "single_kinds": list(tables.singles.values()),
        "unknown": tables.unknown,
        "phrases": tables.phrases,
        "phrase_symbols": tables.phrase_symbols,
        "tails": tables.tails.hex(),
        "plain": tables.plain.hex(),
        "places": tables.places,
        "place_symbols": tables.place_symbols,
        "sure": tables.sure,
        "leads": tables.leads,
        "point": tables.point,
    }
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8"), 9)


def unpack(content: bytes) -> Tables:
    """Tables from the bytes that ``pack`` made."""
    found = json.loads(zlib.decompress(content))
    names = {_CLASS + n: name for n, name in enumerate(found["names"])}
    low, high, title = found["phrase_symbols"]
    alien, syllable = found["unknown"]
    return Tables(
        classes=[frozenset(names[ord(char)] for char in classes) for classes in found["classes"]],
        forms=found["forms"],
        kinds=found["kinds"],
        singles=dict(zip(found["singles"], found["single_kinds"], strict=True)),
        unknown=(alien, syllable),
        phrases=found["phrases"],
        phrase_symbols=(low, high, title),
        tails=bytes.fromhex(found["tails"]),
        plain=bytes.fromhex(found["plain"]),
        places=found["places"],
        place_symbols=found["place_symbols"],
        sure=found["sure"],
        leads=found["leads"],
        point=found["point"],
    )
