"""The rule layer: from a text to the spans of all seven labels."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise

from govner.entities import LAYER
from govner.layers import Layers, Row
from govner.lexicon import Chunks, Lexicon, entries, snapshot
from govner.lexicon.build import build
from govner.rules.cascade import Cascade, Mention
from govner.rules.grammar import Grammar, parse
from govner.rules.memory import folded_piece, remember
from govner.text import Tokens


def grammar() -> Grammar:
    """The packaged grammar: all files of ``data/`` in the order of their names."""
    folder = files("govner.rules") / "data"
    names = sorted(item.name for item in folder.iterdir() if item.name.endswith(".grammar"))
    return parse("\n".join((folder / name).read_text(encoding="utf-8") for name in names), "rules/data")


class Rules:
    """Finds mentions by the grammar and by what the document itself says of its names."""

    def __init__(self, lexicon: Lexicon, grammar: Grammar) -> None:
        self.lexicon = lexicon
        self.cascade = Cascade(grammar, lexicon.alphabet)

    def propose(self, text: str) -> tuple[Chunks, list[Mention]]:
        """The chunks of a text and the mentions that the grammar and the document give, nested as the schema allows."""
        parse = self.cascade(self.lexicon.chunk(text))
        found = nest([*parse.mentions, *remember(parse, self.lexicon.alphabet)], parse.chunks.hidden)
        return parse.chunks, abroad(found, parse.chunks.tokens)

    def mentions(self, text: str) -> tuple[list[Mention], list[Row]]:
        """What the grammar found, with rule names, and the spans in characters that are left after nesting."""
        chunks, found = self.propose(text)
        starts, end = chunks.tokens.starts, chunks.tokens.end
        return found, [(starts[m.first], end(m.last - 1), m.label, 1.0) for m in found]

    def __call__(self, texts: Iterable[str]) -> list[list[Row]]:
        """The spans of each text: ``(start, end, label, score)``, sorted by start, the longer first."""
        return [self.mentions(text)[1] for text in texts]


def nest(mentions: list[Mention], hidden: list[tuple[int, int]]) -> list[Mention]:
    """Keep what the schema's three layers allow: no body in a body, no post in a post, nothing in a person.

    ``hidden`` place names are added where a body or post encloses them.
    """
    found = [*mentions, *(Mention(first, last, "LOC", "hidden", "hidden") for first, last in hidden)]
    found.sort(key=lambda m: (m.first, -m.last, LAYER[m.label]))
    kept: list[Mention] = []
    layers = Layers()
    for m in found:
        if m.kind == "hidden" and m.last > max(layers.edges[:2]):
            continue
        if layers.take(m.first, m.last, m.label):
            kept.append(m)
    return kept


_HOME = frozenset({"sure", "likely", "list", "known", "known-word", "known-large"})
"""Rules whose places lie in Vietnam."""


def abroad(mentions: list[Mention], tokens: Tokens) -> list[Mention]:
    """In a text about other countries alone, their parties, ministries and parliaments are no bodies of Vietnam.

    A text is so when it names countries four times and more, few places that could lie in Vietnam (provinces of China
    have names like theirs), and never Vietnam itself. Elsewhere what the grammar proposed for such texts only (kind
    "abroad") is left out.
    """
    places = [m for m in mentions if m.label == "LOC"]
    foreign = sum(m.kind == "foreign" for m in places)
    elsewhere = foreign >= 4
    if elsewhere:
        forms = list(map(folded_piece, tokens.pieces))
        home = [tuple(forms[m.first : m.last]) for m in places if m.rule in _HOME]
        names = len(set(home))
        few = 2 * foreign > 3 * names and (foreign >= len(home) or names <= 3)
        elsewhere = few and ("việt", "nam") not in pairwise(forms)
    if not elsewhere:
        return [m for m in mentions if m.kind != "abroad"]
    return [
        Mention(m.first, m.last, "ORG", "foreign", m.rule) if m.label in ("PARTY", "STATE", "MASS") else m
        for m in mentions
    ]


def sources(literals: Iterable[str]) -> tuple[list[tuple[str, str]], dict[tuple[str, ...], frozenset[str]]]:
    """What the packaged lexicon is built from: phrases with their classes, a grammar's literal words among them, and
    place names."""
    from govner.places.classes import place_classes  # only where the tables are built

    return [*entries(), *((form, f"={form}") for form in literals)], place_classes()


@cache
def rules() -> Rules:
    """The packaged rules, loaded once."""
    packaged = grammar()
    tables = snapshot.packaged(snapshot.digest(packaged.literals)) or build(*sources(packaged.literals))
    return Rules(Lexicon.of(tables), packaged)
