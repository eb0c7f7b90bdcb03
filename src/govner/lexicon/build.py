"""Builds the lexicon's tables from phrases with classes, place names and the data files of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from govner.lexicon import read
from govner.lexicon.alphabet import Alphabet
from govner.lexicon.read import Phrase, needs_capital
from govner.text import fold, folded, is_syllable

NONE = "\0"
"""Stands where there is no form and no symbol."""
FORM = 0x4E00  # first character for forms; the automaton never sees the text itself
SHAPES = {"title": "Title", "letter": "Letter", "upper": "Upper", "mixed": "Mixed", "lower": "Low", "digit": "Num"}
WAYS = {how: n for n, how in enumerate((*SHAPES, "other"))}
"""The ways in which a form can stand in a text, by their place in a kind's symbols."""
_MARKS = {
    ".": "Dot", ",": "Comma", ";": "Semicolon", ":": "Colon", "-": "Dash", "/": "Slash", "(": "Open", ")": "Close",
    "[": "Open", "]": "Close", '"': "Quote", "'": "Quote", "&": "And", "…": "Dot", "!": "Dot", "?": "Dot", "+": "Plus",
}  # fmt: skip
_LEADER = ("hồ", "chí", "minh")
_PLAIN = {"Field", "Word", "Compound", "Descriptor", "Rank", "LocHead", "OrgHead", "Verb", "Stop", "Crowd", "Function"}


@dataclass(frozen=True, slots=True)
class Tables:
    """What a lexicon looks up.

    ``classes`` are the alphabet's sets by number; ``forms`` the folded tokens that stand in phrases and places, by the
    number of their character. ``kinds`` are what a single form can be, each a symbol for every one of ``WAYS``;
    ``singles`` gives the kind of each known form, ``unknown`` those of a word that is no syllable and of one that is.
    ``phrases`` and ``places`` are patterns of form characters; ``phrase_symbols`` are three rows: the phrase in small
    letters, with a first capital, with all capitals; ``place_symbols`` is one. ``tails`` counts the tokens at the end
    of a phrase that name a country; ``plain`` is 1 for a phrase that may rather be a part of a person's name.
    ``sure`` are the symbols of places that stay places inside a phrase, ``leads`` those of surnames; ``point`` is the
    full stop with no blank behind it.
    """

    classes: list[frozenset[str]]
    forms: list[str]
    kinds: list[str]
    singles: dict[str, int]
    unknown: tuple[int, int]
    phrases: list[str]
    phrase_symbols: tuple[str, str, str]
    tails: bytes
    plain: bytes
    places: list[str]
    place_symbols: str
    sure: str
    leads: str
    point: str


def build(entries: Iterable[tuple[str, str]], places: Mapping[Phrase, frozenset[str]]) -> Tables:
    """Tables of all phrases with their classes. ``entries`` are ``(phrase, class)``, ``places`` place names."""
    return _Builder(entries, places).tables()


class _Builder:
    def __init__(self, entries: Iterable[tuple[str, str]], places: Mapping[Phrase, frozenset[str]]) -> None:
        self.alphabet = Alphabet()
        self.names = _name_classes()
        self.common = {row["form"] for row in read.table("common.tsv")}
        self.small: dict[Phrase, set[str]] = {}
        self.capital: dict[Phrase, set[str]] = {}
        for form, name in entries:
            (self.capital if needs_capital(form) else self.small).setdefault(folded(form), set()).add(name)
        self.places = places
        self.forms: dict[str, str] = {}

    def tables(self) -> Tables:
        long = sorted({key for key in (*self.small, *self.capital) if len(key) > 1})
        spots = sorted(key for key in self.places if len(key) > 1)
        phrase_rows = [self.of_phrase(key) for key in long]
        place_row = "".join(map(self.of_place, spots))
        phrases = ["".join(map(self.form, key)) for key in long]
        patterns = ["".join(map(self.form, key)) for key in spots]
        kinds, singles, unknown = self.kinds()
        point = self.alphabet.symbol({"Point", *self.classes_of(".", "other")})
        self.alphabet.symbol({"Line"})
        self.alphabet.symbol({"Line", "Para"})
        table = self.alphabet.sort()  # nothing but the strings below is written in the old numbers
        rows = list(map("".join, zip(*phrase_rows, strict=True))) or ["", "", ""]
        classes = [self.alphabet.classes(self.alphabet.at(n)) for n in range(self.alphabet.version)]
        place_symbols = place_row.translate(table)
        sure = {
            symbol for key, symbol in zip(spots, place_symbols, strict=True)
            if "PlaceSure" in self.places[key] and key != _LEADER
        }  # fmt: skip
        leads = [
            self.alphabet.at(n) for n, names in enumerate(classes)
            if "Title" in names and "Honorific" not in names and not names.isdisjoint(("Surname", "=thị", "=văn"))
        ]  # fmt: skip
        return Tables(
            classes=classes,
            forms=list(self.forms),
            kinds=[kind.translate(table) for kind in kinds],
            singles=singles,
            unknown=unknown,
            phrases=phrases,
            phrase_symbols=(rows[0].translate(table), rows[1].translate(table), rows[2].translate(table)),
            tails=bytes(map(self.tail, long)),
            plain=bytes(map(self.is_plain, long)),
            places=patterns,
            place_symbols=place_symbols,
            sure="".join(sorted(sure)),
            leads="".join(leads),
            point=point.translate(table),
        )

    def form(self, form: str) -> str:
        char = self.forms.get(form)
        if char is None:
            char = self.forms[form] = form_char(len(self.forms))
        return char

    def of_phrase(self, key: Phrase) -> tuple[str, str, str]:
        """Symbols of a phrase in small letters, with a first capital, with all capitals."""
        small, large = self.small.get(key, set()), self.capital.get(key, set()) | self.small.get(key, set())
        title = large | self.places[key] | {"Place"} if key in self.places else large
        symbol = self.alphabet.symbol
        full = {"Capital", "MediaFull"} if "Media" in large else {"Capital"}
        full = {*full, "Leader"} if key == _LEADER else full
        return symbol(small | {"Small"}) if small else NONE, symbol(large | {"Capital"}), symbol(title | full)

    def is_plain(self, key: Phrase) -> bool:
        """Whether a phrase of two syllables, both written large behind a surname, is rather a part of a name.

        "Lâm Tài Nguyên" is no resource: so for words of every day, not for titles and bodies.
        """
        classes = self.small.get(key, set()) | self.capital.get(key, set())
        return len(key) == 2 and all(map(is_syllable, key)) and all(map(_everyday, classes))

    def tail(self, key: Phrase) -> int:
        """How many tokens at the end of a phrase are a country's short name or a continent's: "Thượng viện Mỹ"."""
        if len(key) > 2 and key[-2] == "châu":
            return 2
        if key[-2:] in self.small:  # Ủy ban Tư pháp
            return 0
        return int({"Foreigner", "Country"} <= self.places.get(key[-1:], frozenset()))

    def of_place(self, key: Phrase) -> str:
        extra = {"PlaceSurname"} if "Surname" in self.names.get(key[0], ()) else set()
        if key == _LEADER:
            extra = {"Leader"}  # the city bears a man's name
        return self.alphabet.symbol(self.places[key] | {"Place", "Capital"} | extra)

    def kinds(self) -> tuple[list[str], dict[str, int], tuple[int, int]]:
        """Every way a form of the data can be, so that the alphabet is complete before it is used."""
        kinds: dict[tuple[object, ...], int] = {}
        symbols: list[str] = []

        def kind(form: str) -> int:
            key = (
                frozenset(self.small.get((form,), ())), frozenset(self.capital.get((form,), ())), self.names.get(form),
                self.places.get((form,)), form in self.common, is_syllable(form), _MARKS.get(form),
            )  # fmt: skip
            number = kinds.get(key)
            if number is None:
                number = kinds[key] = len(symbols)
                symbols.append("".join(self.alphabet.symbol(self.classes_of(form, how)) for how in WAYS))
            return number

        known = (k[0] for k in (*self.small, *self.capital, *self.places) if len(k) == 1)
        singles = {form: kind(form) for form in sorted({*self.names, *self.common, *known, *_MARKS})}
        return symbols, singles, (kind("xzx"), kind("nghuêch"))

    def classes_of(self, form: str, how: str) -> frozenset[str]:
        """The classes of a single folded form in a shape."""
        found = {SHAPES.get(how, "Mark")}
        if how == "other":
            found.add(_MARKS.get(form, "Other"))
        found |= self.small.get((form,), set())
        if how in ("title", "letter", "upper", "mixed"):
            found |= self.capital.get((form,), set()) | {"Capital"}
            if how == "letter":
                found |= self.names.get(form, frozenset()) & {"Prefix", "Surname", "Apostrophe"}
            else:
                found |= self.names.get(form, frozenset())
            place = self.places.get((form,))
            if place and (how != "letter" or "Country" in place):
                found |= place | {"Place", "PlaceWord"}  # one letter: Ý
            if form in self.common:
                found.add("Common")
            elif how != "letter":
                found.add("Cap")
            if not is_syllable(form):
                found.add("Alien")
        return frozenset(found)


def form_char(number: int) -> str:
    """The character that stands for a form in the patterns."""
    return chr(FORM + number + (0x2000 if number > 0x8FFF else 0))


def _everyday(name: str) -> bool:
    """Whether a class leaves it open that a phrase is a word of every day: no title, no body."""
    return name in _PLAIN or name.startswith(("=", "Honorific", "Org:", "Loc:"))


def _name_classes() -> dict[str, frozenset[str]]:
    """Folded form → its classes as part of a person's name."""
    found: dict[str, set[str]] = {}

    def add(name: str, cls: str, least: int = 0) -> None:
        for row in read.table(f"names/{name}.tsv"):
            if int(row.get("count") or least) >= least:
                found.setdefault(fold(row["form"]), set()).add(cls)

    add("surnames", "Surname")
    add("givens", "Given", 5)
    add("middles", "Middle", 5)
    add("foreign", "ForeignName")
    add("sino", "Sino")
    for row in read.table("names/minority.tsv"):
        form = fold(row["form"])
        if form.endswith("'"):  # K' before a name: two tokens
            found.setdefault(form[:-1], set()).add("Apostrophe")
        else:
            found.setdefault(form, set()).add({"prefix": "Prefix"}.get(row["part"], "Minority"))
    return {form: frozenset(classes) for form, classes in found.items()}
