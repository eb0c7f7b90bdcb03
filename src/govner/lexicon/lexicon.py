"""The lexicon: what words and phrases are known, and one matcher that turns a text into chunks of classes.

Everything that depends on a form alone is computed once per distinct form and kept in a table; phrases are found by
one Aho–Corasick automaton over form characters (leftmost-longest), places by a second that sees capitalised forms
only. The result is a string with one symbol a chunk, on which the grammar works.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, MatchKind

from govner.lexicon.alphabet import Alphabet
from govner.lexicon.build import NONE, WAYS, Tables, build, form_char
from govner.lexicon.read import Phrase
from govner.text import Tokens, clean, fold, is_syllable, shape, tokenize
from govner.text.tokens import PADDING

Known = tuple[str, str, str]
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
        self._take(build(entries, places))

    @classmethod
    def of(cls, tables: Tables) -> Lexicon:
        """A lexicon of tables that were built before."""
        lexicon = cls.__new__(cls)
        lexicon._take(tables)
        return lexicon

    def _take(self, tables: Tables) -> None:
        self.alphabet = Alphabet(tables.classes)
        self._tables = tables
        self._forms = {form: form_char(number) for number, form in enumerate(tables.forms)}
        self._sure, self._leads = frozenset(tables.sure), frozenset(tables.leads)
        self._phrase_matcher = AhoCorasick(tables.phrases, matchkind=MatchKind.LeftmostLongest)
        self._place_matcher = AhoCorasick(tables.places, matchkind=MatchKind.LeftmostLongest)
        self.table = _Table(self)

    def known(self, piece: str) -> Known:
        """What is known of a piece of text (a token with the blanks behind it)."""
        if piece[0] in "\n\r\v\f\x85\u2028\u2029":
            return NONE, NONE, self.alphabet.symbol({"Line", "Para"} if piece.count("\n") > 1 else {"Line"})
        word = clean(piece.strip(PADDING))
        how, form = shape(word), fold(word)
        char = self._forms.get(form, NONE)
        if form == "." and not piece[-1].isspace():
            return char, char, self._tables.point
        kind = self._tables.singles.get(form)
        if kind is None:
            kind = self._tables.unknown[is_syllable(form)]
        return char, char if how != "lower" else NONE, self._tables.kinds[kind][WAYS.get(how, -1)]

    def chunk(self, text: str | Tokens) -> Chunks:
        """Cut a text into tokens, find phrases and places, and write both down as symbols. Cost: linear."""
        tokens = tokenize(text) if isinstance(text, str) else text
        if not tokens.pieces:
            return Chunks(tokens, "", [0], [])
        forms, spots, symbols = map("".join, zip(*map(self.table.__getitem__, tokens.pieces), strict=True))
        rows, plain, ends, leads = self._tables.phrase_symbols, self._tables.plain, self._tables.tails, self._leads
        found: list[tuple[int, int, str]] = []
        hidden: list[tuple[int, int]] = []
        for index, start, end in self._phrase_matcher.find_matches_as_indexes(forms):
            large = spots[start] != NONE
            every = large and NONE not in spots[start:end]
            symbol = rows[large + every][index]
            if symbol != NONE and not (every and plain[index] and start and symbols[start - 1] in leads):
                found.append((start, end, symbol))
                tail = ends[index]
                if tail and spots[end - 1] != NONE:
                    hidden.append((end - tail, end))
        places = [
            (start, end, self._tables.place_symbols[index])
            for index, start, end in self._place_matcher.find_matches_as_indexes(spots)
        ]
        if places:
            within: list[tuple[int, int, str]] = []
            found = _merge(found, places, within)
            hidden += [(start, end) for start, end, symbol in within if symbol in self._sure]
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
        return Chunks(tokens, "".join(out), firsts, hidden)


class _Table(dict[str, Known]):
    """Piece → what is known of it, filled on first sight and emptied when it has grown past all use."""

    limit = 500_000

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self.lexicon = lexicon

    def __missing__(self, piece: str) -> Known:
        if len(self) > self.limit:
            self.clear()
        known = self[piece] = self.lexicon.known(piece)
        return known


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
