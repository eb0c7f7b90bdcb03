"""The lexicon: what words and phrases are known, and one matcher that turns a text into chunks of classes.

Everything that depends on a form alone is computed once per distinct form and kept in a table; phrases are found by
one Aho–Corasick automaton over form characters (leftmost-longest), places by a second that sees capitalised forms
only. The result is a string with one symbol a chunk, on which the grammar works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from govner.lexicon import read
from govner.lexicon.alphabet import Alphabet
from govner.lexicon.read import Phrase, needs_capital
from govner.text import Tokens, clean, fold, folded, is_syllable, shape, tokenize
from govner.text.tokens import PADDING

_NONE = "\0"
_LEADER = ("hồ", "chí", "minh")
_FORM = 0x4E00  # first character for forms; the automaton never sees the text itself
_SHAPES = {"title": "Title", "letter": "Letter", "upper": "Upper", "mixed": "Mixed", "lower": "Low", "digit": "Num"}
_MARKS = {
    ".": "Dot", ",": "Comma", ";": "Semicolon", ":": "Colon", "-": "Dash", "/": "Slash", "(": "Open", ")": "Close",
    "[": "Open", "]": "Close", '"': "Quote", "'": "Quote", "&": "And", "…": "Dot", "!": "Dot", "?": "Dot", "+": "Plus",
}  # fmt: skip

Row = tuple[str, str, str]
"""What is known of a piece: its character for phrases, its character for places, its symbol."""


@dataclass(frozen=True, slots=True)
class Chunks:
    """A text as chunks: ``symbols[k]`` stands for the tokens ``firsts[k]`` to ``firsts[k + 1]`` (not included).

    ``hidden`` are the sure place names that end a longer phrase, as ``(first, last + 1)`` tokens.
    """

    tokens: Tokens
    symbols: str
    firsts: list[int]
    hidden: list[tuple[int, int]]


class Lexicon:
    """All phrases with their classes. ``phrases`` maps a form to its classes; ``places`` likewise, for place names."""

    def __init__(self, entries: Iterable[tuple[str, str]], places: Mapping[Phrase, frozenset[str]]) -> None:
        self.alphabet = Alphabet()
        self._names = _name_classes()
        self._common = {row["form"] for row in read.table("common.tsv")}
        any_case: dict[Phrase, set[str]] = {}
        capital: dict[Phrase, set[str]] = {}
        for form, name in entries:
            (capital if needs_capital(form) else any_case).setdefault(folded(form), set()).add(name)
        self._any, self._capital, self._places = any_case, capital, places
        self._forms: dict[str, str] = {}
        long = sorted({key for key in (*any_case, *capital) if len(key) > 1})
        spots = sorted(key for key in places if len(key) > 1)
        self._phrase_symbols = [self._of_phrase(key) for key in long]
        self._place_symbols = [self._of_place(key) for key in spots]
        self._tails = [self._tail(key) for key in long]
        self._plain = {index for index, key in enumerate(long) if self._is_plain(key)}
        self._phrase_matcher = AhoCorasick(
            ["".join(map(self._form, key)) for key in long], matchkind=MatchKind.LeftmostLongest
        )
        self._place_matcher = AhoCorasick(
            ["".join(map(self._form, key)) for key in spots], matchkind=MatchKind.LeftmostLongest
        )
        self.table = _Table(self)
        self._foresee()
        self._sort()
        self._sure = {
            symbol
            for key, symbol in zip(spots, self._place_symbols, strict=True)
            if "PlaceSure" in places[key] and "Leader" not in self.alphabet.classes(symbol)
        }
        self._leads = {
            symbol
            for symbol in self.alphabet.all()
            if "Title" in (classes := self.alphabet.classes(symbol))
            and not classes.isdisjoint(("Surname", "=thị", "=văn"))
            and "Honorific" not in classes
        }

    def _sort(self) -> None:
        """Number the alphabet's symbols by their classes; nothing but the phrases' symbols is written down yet."""
        table = self.alphabet.sort()
        self._phrase_symbols = [
            (small.translate(table), large.translate(table), title.translate(table))
            for small, large, title in self._phrase_symbols
        ]
        self._place_symbols = [symbol.translate(table) for symbol in self._place_symbols]

    def _form(self, form: str) -> str:
        char = self._forms.get(form)
        if char is None:
            char = self._forms[form] = chr(_FORM + len(self._forms) + (0x2000 if len(self._forms) > 0x8FFF else 0))
        return char

    def _of_phrase(self, key: Phrase) -> tuple[str, str, str]:
        """Symbols of a phrase in small letters, with a first capital, with all capitals; empty: not meant."""
        small, large = self._any.get(key, set()), self._capital.get(key, set()) | self._any.get(key, set())
        title = large | self._places[key] | {"Place"} if key in self._places else large
        symbol = self.alphabet.symbol
        full = {"Capital", "MediaFull"} if "Media" in large else {"Capital"}
        full = {*full, "Leader"} if key == _LEADER else full
        return symbol(small | {"Small"}) if small else "", symbol(large | {"Capital"}), symbol(title | full)

    def _is_plain(self, key: Phrase) -> bool:
        """Whether a phrase of two syllables, both written large behind a surname, is rather a part of a name.

        "Lâm Tài Nguyên" is no resource: so for words of every day, not for titles and bodies.
        """
        classes = self._any.get(key, set()) | self._capital.get(key, set())
        return len(key) == 2 and all(map(is_syllable, key)) and not any(map(_names_more, classes))

    def _tail(self, key: Phrase) -> int:
        """How many tokens at the end of a phrase are a country's short name or a continent's: "Thượng viện Mỹ"."""
        if len(key) > 2 and key[-2] == "châu":
            return 2
        return int({"Foreigner", "Country"} <= self._places.get(key[-1:], frozenset()))

    def _of_place(self, key: Phrase) -> str:
        extra = {"PlaceSurname"} if "Surname" in self._names.get(key[0], ()) else set()
        if key == _LEADER:
            extra = {"Leader"}  # the city bears a man's name
        return self.alphabet.symbol(self._places[key] | {"Place", "Capital"} | extra)

    def _classes(self, form: str, how: str) -> frozenset[str]:
        """The classes of a single folded form in a shape."""
        found = {_SHAPES.get(how, "Mark")}
        if how in ("other", "space"):
            found.add(_MARKS.get(form, "Other"))
        found |= self._any.get((form,), set())
        if how in ("title", "letter", "upper", "mixed"):
            found |= self._capital.get((form,), set()) | {"Capital"}
            if how == "letter":
                found |= self._names.get(form, frozenset()) & {"Prefix", "Surname", "Apostrophe"}
            else:
                found |= self._names.get(form, frozenset())
            place = self._places.get((form,))
            if place and how != "letter":
                found |= place | {"Place", "PlaceWord"}
            if form in self._common:
                found.add("Common")
            elif how != "letter":
                found.add("Cap")
            if not is_syllable(form):
                found.add("Alien")
        return frozenset(found)

    def row(self, piece: str) -> Row:
        """What is known of a piece of text (a token with the blanks behind it)."""
        word = clean(piece.strip(PADDING))
        how, form = shape(word), fold(word)
        if piece[0] in "\n\r\v\f\x85\u2028\u2029":
            return _NONE, _NONE, self.alphabet.symbol({"Line", "Para"} if piece.count("\n") > 1 else {"Line"})
        char = self._forms.get(form, _NONE)
        classes = self._classes(form, how)
        if form == "." and not piece[-1].isspace():
            classes |= {"Point"}
        return char, char if how != "lower" else _NONE, self.alphabet.symbol(classes)

    def _foresee(self) -> None:
        """Make every symbol that a form of the data can have, so that the alphabet is complete before it is used."""
        kinds: dict[tuple[object, ...], str] = {}
        for form in {
            *self._names,
            *self._common,
            *(k[0] for k in (*self._any, *self._capital, *self._places) if len(k) == 1),
        }:
            key = (
                frozenset(self._any.get((form,), ())), frozenset(self._capital.get((form,), ())), self._names.get(form),
                self._places.get((form,)), form in self._common, is_syllable(form), form in _MARKS,
            )  # fmt: skip
            kinds.setdefault(key, form)
        # And what no list knows: a sign, a word that is no syllable, a syllable by its spelling.
        for form in (*kinds.values(), "\uffff", "xzx", "nghuêch", *_MARKS):
            for how in (*_SHAPES, "other"):
                classes = self._classes(form, how)
                self.alphabet.symbol(classes)
                if form == ".":
                    self.alphabet.symbol(classes | {"Point"})
        self.alphabet.symbol({"Line"})
        self.alphabet.symbol({"Line", "Para"})

    def chunk(self, text: str | Tokens) -> Chunks:
        """Cut a text into tokens, find phrases and places, and write both down as symbols. Cost: linear."""
        tokens = tokenize(text) if isinstance(text, str) else text
        if not tokens.pieces:
            return Chunks(tokens, "", [0], [])
        forms, spots, symbols = map("".join, zip(*map(self.table.__getitem__, tokens.pieces), strict=True))
        found: list[tuple[int, int, str]] = []
        tails: list[tuple[int, int]] = []
        for index, start, end in self._phrase_matcher.find_matches_as_indexes(forms):
            large = spots[start] != _NONE
            every = large and _NONE not in spots[start:end]
            symbol = self._phrase_symbols[index][large + every]
            if symbol and not (every and index in self._plain and start and symbols[start - 1] in self._leads):
                found.append((start, end, symbol))
                tail = self._tails[index]
                if tail and spots[end - 1] != _NONE:
                    tails.append((end - tail, end))
        hidden: list[tuple[int, int, str]] = []
        places = [
            (start, end, self._place_symbols[index])
            for index, start, end in self._place_matcher.find_matches_as_indexes(spots)
        ]
        if places:
            found = _merge(found, places, hidden)
        hidden_sure = [*tails, *((a, b) for a, b, symbol in hidden if symbol in self._sure)]
        out: list[str] = []
        firsts: list[int] = []
        last = 0
        for start, end, symbol in found:
            out += (symbols[last:start], symbol)
            firsts += range(last, start)
            firsts.append(start)
            last = end
        out.append(symbols[last:])
        firsts += range(last, len(symbols) + 1)
        return Chunks(tokens, "".join(out), firsts, hidden_sure)


def _names_more(name: str) -> bool:
    """Whether a class says that a phrase is a title, a body, or a type of place or body."""
    return name not in _PLAIN and not name.startswith(("=", "Honorific", "Org:", "Loc:"))


_PLAIN = {"Field", "Word", "Compound", "Descriptor", "Rank", "LocHead", "OrgHead", "Verb", "Stop", "Crowd", "Function"}


class _Table(dict[str, Row]):
    """Piece → row, filled on first sight and emptied when it has grown past all use."""

    limit = 500_000

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self.lexicon = lexicon

    def __missing__(self, piece: str) -> Row:
        if len(self) > self.limit:
            self.clear()
        row = self[piece] = self.lexicon.row(piece)
        return row


def _merge(
    phrases: list[tuple[int, int, str]], places: list[tuple[int, int, str]], hidden: list[tuple[int, int, str]]
) -> list[tuple[int, int, str]]:
    """Phrases and places in one list without overlaps: the one that starts first wins, of two the longer."""
    merged: list[tuple[int, int, str]] = []
    last = 0
    queue = sorted([*((s, -e, 0, sym) for s, e, sym in phrases), *((s, -e, 1, sym) for s, e, sym in places)])
    for start, minus, is_place, symbol in queue:
        end = -minus
        if start >= last:
            merged.append((start, end, symbol))
            last = end
        elif is_place and end == last:
            hidden.append((start, end, symbol))
    return merged


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


_AREA = {"tỉnh", "phố", "huyện", "quận", "xã", "trấn", "phường", "khu", "tp", "việt", "nam"}


def entries() -> Iterable[tuple[str, str]]:
    """Every ``(phrase, class)`` of the data files.

    A body's level word ("công an huyện") is left out: it belongs to the place that may follow, and the grammar joins
    them again.
    """
    for form, name in _all_entries():
        words = form.lower().split()
        if (
            name.startswith(("Central", "Unit", "OrgHead", "Org:"))
            and len(words) > 1
            and words[-1] in _AREA
            and words[-2] != "bộ"
        ):
            continue
        yield form, name


def _small_head(form: str) -> str:
    """ "Báo Lao động" is also written "báo Lao động": a paper's type word counts in any case, a bare name does not."""
    head = form.split()[0]
    return form[0].lower() + form[1:] if head in ("Báo", "Tạp", "Hãng", "Đài", "Kênh", "Cổng", "Trang") else form


def _all_entries() -> Iterable[tuple[str, str]]:
    for name in ("titles.txt", "bodies.txt", "words.txt"):
        yield from read.classes(name)
    for row in read.table("honorifics.tsv"):
        yield row["form"], "Honorific"
        yield row["form"], f"Honorific:{row['kind']}"
    for row in read.table("ranks.tsv"):
        form = row["form"]  # "Đại tá", "đại tá"; abbreviations as they are written
        yield form.lower() if form[1:].islower() else form, "Rank"
    for row in read.table("newspapers.tsv"):
        for form in (row["form"], *row["aliases"].split("|")):
            if form.strip():
                yield _small_head(form.strip()), "Media"
    for row in read.table("bodies/fields.tsv"):
        yield row["form"], "Field"
    for row in read.table("bodies/central.tsv"):
        yield row["form"].removesuffix(" Việt Nam"), f"Central{row['label']}"
    for row in read.table("bodies/orgs.tsv"):
        yield row["form"].removesuffix(" Việt Nam"), "Brand" if row["kind"] in ("platform", "brand") else "OrgName"
    for row in read.table("bodies/units.tsv"):
        yield row["form"], f"Unit{row['label']}"
    for row in read.table("bodies/orgheads.tsv"):
        yield row["form"], "OrgHead"
        yield row["form"], f"Org:{row['kind']}"
    for row in read.table("bodies/descriptors.tsv"):
        yield row["form"], "Descriptor"
    for row in read.table("bodies/locheads.tsv"):
        yield row["form"], "LocHead"
        for kind in row["kind"].split(";"):
            yield row["form"], f"Loc:{kind}"
