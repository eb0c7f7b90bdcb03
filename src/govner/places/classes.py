"""The classes of place names for the phrase matcher: what a name names, and how far it can be trusted alone.

``Unit`` a unit of Vietnam, ``Foreigner`` a country or city abroad, ``Region`` any other place. Just one of
``PlaceSure`` (a place wherever it stands), ``PlaceLikely`` (a place unless a longer name holds it) and ``PlaceWeak``
(needs a type word, a preposition or the document's own evidence), from the name's level and from how it was used in
raw news (``usage``: with a type word, bare, in a person's name).
"""

from __future__ import annotations

from govner.places.gazetteer import gazetteer
from govner.places.names import key
from govner.places.world import usage, world
from govner.text import folded, is_syllable

_ABROAD = {"country", "city"}


def place_classes() -> dict[tuple[str, ...], frozenset[str]]:
    """Folded tokens of a place name → its classes; numbers ("quận 1") are left to the grammar."""
    found: dict[tuple[str, ...], set[str]] = {}
    counts = usage()
    for name, levels in gazetteer().names():
        form = folded(name)
        if len(form) > 1 or (len(form[0]) > 1 and not name.isdigit()):
            typed, bare, person = counts.get(key(name), (0, 0, 0))
            found.setdefault(form, set()).update({"Unit", _trust(levels, form, typed, bare, person)})
    for place in world():
        kind = "Foreigner" if place.kind in _ABROAD and place.name not in ("Việt Nam", "Việt") else "Region"
        kind = "Unit" if place.kind == "former" else kind
        for name in (place.name, *place.aliases):
            trust = "PlaceWeak" if place.ambiguous and len(folded(name)) == 1 else "PlaceSure"
            if place.kind == "former" and name not in ("Sài Gòn", "Hà Tây", "Gia Định"):
                trust = "PlaceWeak" if place.ambiguous else "PlaceLikely"
            classes = found.setdefault(folded(name), set())
            classes |= {kind, trust} | ({"Country"} if place.kind == "country" else set())
    for classes in found.values():
        for better, worse in (("PlaceSure", {"PlaceLikely", "PlaceWeak"}), ("PlaceLikely", {"PlaceWeak"})):
            if better in classes:
                classes -= worse
    return {form: frozenset(classes) for form, classes in found.items()}


def _trust(levels: tuple[int, ...], form: tuple[str, ...], typed: int, bare: int, person: int) -> str:
    seen = typed + bare + person
    if 1 in levels:
        return "PlaceSure"
    if len(form) == 1 and is_syllable(form[0]):
        return "PlaceWeak"
    if 2 in levels:
        return "PlaceLikely" if person <= 0.35 * seen else "PlaceWeak"
    return "PlaceLikely" if typed >= 0.3 * seen and person <= 0.1 * seen and seen >= 5 else "PlaceWeak"
