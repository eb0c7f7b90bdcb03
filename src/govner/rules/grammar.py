"""The grammar's notation, and how it becomes regular expressions over symbols.

A grammar is text in stages; a stage is a list of rules; a rule is a pattern over the classes of the lexicon and the
labels of earlier stages. Each stage reads the chunks from left to right once; at each place the first rule that
matches wins, what its brackets enclose becomes mentions, and each outermost bracket becomes one chunk for the stages
that follow (a cascade of finite-state transducers, after FASTUS: Hobbs et al., 1997).

    # a comment
    stage places
    define Number = Num | Letter
    rule numbered = [LOC:admin LocHead Dot? Number]

======================  ==============================================================================================
``Class``               a chunk that has the class (from the lexicon's data, or a label made by an earlier stage)
``'của'``               a chunk that is this word or phrase
``<A & B - C>``         a chunk with class A and B and without C; ``|`` adds and binds least
``x y``  ``x | y``      one after the other; one or the other
``x?  x*  x+  x{1,3}``  repetition, as many as possible; with ``~`` behind it, as few as possible
``( … )``               grouping
``[LABEL:kind … ]``     a mention with this label; kind is for later rules (``LOC:typed``) and for the cascade's reader
``preceded_by(x)``      only behind x (a fixed number of chunks); also ``not_preceded_by``
``followed_by(x)``      only before x, which is not used up; also ``not_followed_by``
``define Name = …``     a pattern to be used by name
======================  ==============================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import groupby
from operator import or_

from govner.entities import GovnerError
from govner.lexicon.alphabet import FIRST, Alphabet

LABEL = re.compile(r"[A-Z]{3,5}(?::\w+)?$")
_LEX = re.compile(
    r"\s*(?:(?P<comment>#[^\n]*)|(?P<open>\[\s*(?P<name>[A-Za-z][\w:]*))|(?P<word>[A-Za-z][\w:]*)|'(?P<literal>[^']+)'"
    r"|(?P<count>\{\d*,?\d*\})|(?P<sign>[\]()|?*+~<>&=-]))"
)
_LOOK = {"preceded_by": "(?<=", "not_preceded_by": "(?<!", "followed_by": "(?=", "not_followed_by": "(?!"}


class GrammarError(GovnerError):
    """The grammar's text is wrong; the message names the rule and the place."""


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a pattern: ``kind`` is set, literal, name, seq, alt, repeat, look or bracket."""

    kind: str
    value: str = ""
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A named pattern of a stage."""

    name: str
    pattern: Node


@dataclass(frozen=True, slots=True)
class Stage:
    """Rules that are tried together."""

    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Grammar:
    """Stages in order, and the words that the patterns name literally."""

    stages: tuple[Stage, ...]
    literals: frozenset[str]
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Bracket:
    """Where a compiled rule's bracket is: its group, label, kind, whether it is outermost, whether it opens the rule.

    The group of a bracket that opens its rule is empty and stands at the bracket's end (see ``_Compiler._rule``).
    """

    group: int
    name: str
    kind: str
    outer: bool
    opening: bool


@dataclass(frozen=True, slots=True)
class CompiledStage:
    """A stage as one regular expression; ``brackets`` of a rule by the number of the rule's own group."""

    name: str
    search: Callable[[str], Iterator[re.Match[str]]]
    brackets: dict[int, tuple[str, tuple[Bracket, ...]]]


def parse(text: str, origin: str = "grammar") -> Grammar:
    """Read a grammar; raises ``GrammarError`` naming the rule that cannot be read."""
    return _Parser(text, origin).grammar()


class _Parser:
    def __init__(self, text: str, origin: str) -> None:
        self.origin = origin
        self.defines: dict[str, Node] = {}
        self.literals: set[str] = set()
        self.labels: set[str] = set()
        self.text = text
        self.items: list[tuple[str, str]] = []
        self.at = 0

    def grammar(self) -> Grammar:
        stages: list[tuple[str, list[Rule]]] = []
        for statement in re.split(r"(?m)^(?=(?:stage|define|rule)\s)", self.text):
            lines = [line for line in statement.splitlines() if line.strip() and not line.lstrip().startswith("#")]
            if not lines:
                continue
            head = re.match(r"(stage|define|rule)\s+([\w-]+)\s*(=?)", "\n".join(lines))
            if not head:
                raise GrammarError(f"{self.origin}: expected stage, define or rule at {lines[0][:60]!r}")
            what, name, _ = head.groups()
            if what == "stage":
                stages.append((name, []))
                continue
            self.name = name
            self.items = self._lex("\n".join(lines)[head.end() :])
            self.at = 0
            node = self._alternatives()
            if self.at < len(self.items):
                raise GrammarError(f"{self.origin}: {name}: unexpected {self.items[self.at][1]!r}")
            if what == "define":
                self.defines[name] = node
            elif not stages:
                raise GrammarError(f"{self.origin}: rule {name} stands before any stage")
            else:
                stages[-1][1].append(Rule(name, node))
        return Grammar(
            tuple(Stage(name, tuple(rules)) for name, rules in stages), frozenset(self.literals), frozenset(self.labels)
        )

    def _lex(self, text: str) -> list[tuple[str, str]]:
        items, at = [], 0
        text = text.rstrip()
        while at < len(text):
            match = _LEX.match(text, at)
            if not match:
                raise GrammarError(f"{self.origin}: {self.name}: cannot read {text[at : at + 30].strip()!r}")
            at = match.end()
            for kind in ("open", "word", "literal", "count", "sign"):
                if match[kind] is not None:
                    items.append((kind, match["name"] if kind == "open" else match[kind]))
        return items

    def _peek(self) -> tuple[str, str]:
        return self.items[self.at] if self.at < len(self.items) else ("end", "")

    def _take(self, value: str) -> None:
        if self._peek()[1] != value:
            raise GrammarError(f"{self.origin}: {self.name}: expected {value!r}, found {self._peek()[1]!r}")
        self.at += 1

    def _alternatives(self) -> Node:
        parts = [self._sequence()]
        while self._peek() == ("sign", "|"):
            self.at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Node("alt", "", tuple(parts))

    def _sequence(self) -> Node:
        parts = []
        while self._peek()[0] != "end" and self._peek() not in (("sign", "|"), ("sign", ")"), ("sign", "]")):
            parts.append(self._repeated())
        return parts[0] if len(parts) == 1 else Node("seq", "", tuple(parts))

    def _repeated(self) -> Node:
        node = self._atom()
        kind, value = self._peek()
        if kind == "count" or (kind == "sign" and value in "?*+"):
            self.at += 1
            lazy = self._peek() == ("sign", "~")
            self.at += lazy
            node = Node("repeat", value + ("?" if lazy else ""), (node,))
        return node

    def _atom(self) -> Node:
        kind, value = self._peek()
        self.at += 1
        if kind == "literal":
            self.literals.add(value)
            return Node("set", f"={value}")
        if kind == "word" and value in _LOOK:
            self._take("(")
            inside = self._alternatives()
            self._take(")")
            return Node("look", value, (inside,))
        if kind == "word":
            return self.defines.get(value) or Node("set", value)
        if kind == "open":
            inside = self._alternatives()
            self._take("]")
            if not LABEL.match(value):
                raise GrammarError(f"{self.origin}: {self.name}: {value!r} is no label such as POS or LOC:typed")
            self.labels.add(value)
            return Node("bracket", value, (inside,))
        if value == "(":
            inside = self._alternatives()
            self._take(")")
            return inside
        if value == "<":
            return self._set()
        raise GrammarError(f"{self.origin}: {self.name}: unexpected {value!r}")

    def _set(self) -> Node:
        terms: list[list[Node]] = [[]]
        sign = "|"
        while self._peek() != ("sign", ">"):
            kind, value = self._peek()
            self.at += 1
            if kind == "sign" and value in "&|-":
                sign = value
                if value == "|":
                    terms.append([])
                continue
            if kind == "literal":
                self.literals.add(value)
                value = f"={value}"
            elif kind != "word":
                raise GrammarError(f"{self.origin}: {self.name}: unexpected {value!r} in a set")
            defined = self.defines.get(value)
            if defined is not None and defined.kind != "set":
                raise GrammarError(f"{self.origin}: {self.name}: {value} is a pattern, a set needs single chunks")
            how = sign if terms[-1] else "|"
            terms[-1].append(Node(how, defined.value, defined.parts) if defined else Node(how, value))
        self._take(">")
        return Node("set", "", tuple(Node("|", "", tuple(term)) for term in terms))


class _Compiler:
    def __init__(self, alphabet: Alphabet) -> None:
        self.alphabet = alphabet
        self.groups = 0

    def stage(self, stage: Stage) -> CompiledStage:
        self.groups = 0
        brackets: dict[int, tuple[str, tuple[Bracket, ...]]] = {}
        self.first_of_stage = 0
        sources: list[str] = []
        for look, rules in groupby(stage.rules, key=lambda rule: _leading_look(rule.pattern)):
            shared = [self._rule(rule, look is not None, brackets) for rule in rules]
            if look is None:
                sources += shared
            else:  # neighbours behind the same context: look at it once for all of them
                sources.append(f"{self.source(look, True)}(?:{'|'.join(shared)})")
        pattern = f"(?={character_class(self.first_of_stage)})(?:{'|'.join(sources)})"
        return CompiledStage(stage.name, re.compile(pattern).finditer, brackets)

    def _rule(self, rule: Rule, shorn: bool, brackets: dict[int, tuple[str, tuple[Bracket, ...]]]) -> str:
        """The source of a rule, ``shorn`` of its leading context; an empty group at its end tells which rule it was.

        Groups stand behind what they enclose wherever they can: the engine skips an alternative that begins with a
        character class at once, and any other only after some steps.
        """
        self.rule = rule.name
        self.found: list[Bracket] = []
        pattern = Node("seq", "", rule.pattern.parts[1:]) if shorn else rule.pattern
        starts, empty = self.first(rule.pattern)
        if empty:
            raise GrammarError(f"rule {rule.name} matches nothing at all")
        self.first_of_stage |= starts
        plain = _begins_with_set(pattern)
        source = self.source(pattern, outer=True, opening=plain)
        self.groups += 1
        brackets[self.groups] = (rule.name, tuple(self.found))
        return f"{'' if plain else f'(?={character_class(starts)})'}{source}()"

    def members(self, node: Node) -> int:
        """The symbols of a set, as a mask (see ``Alphabet.mask``)."""
        if not node.parts:
            found = self.alphabet.mask(node.value)
            if not found:
                raise GrammarError(f"rule {self.rule}: nothing has the class {node.value!r}")
            return found
        found = 0
        for part in node.parts:
            these = self.members(part)
            found = found & these if part.kind == "&" else found & ~these if part.kind == "-" else found | these
        return found

    def source(self, node: Node, outer: bool, opening: bool = False) -> str:
        if node.kind == "set":
            return character_class(self.members(node))
        if node.kind == "seq":
            return "".join(
                f"(?:{self.source(p, outer)})" if p.kind == "alt" else self.source(p, outer, opening and not n)
                for n, p in enumerate(node.parts)
            )
        if node.kind == "alt":
            return "|".join(self.source(part, outer) for part in node.parts)
        inside = node.parts[0]
        if node.kind == "repeat":
            source = self.source(inside, outer)
            return f"{source if inside.kind in ('set', 'bracket') else f'(?:{source})'}{node.value}"
        if node.kind == "look":
            return f"{_LOOK[node.value]}{self.source(inside, outer)})"
        name, _, kind = node.value.partition(":")
        place = len(self.found)
        self.groups += not opening
        self.found.append(Bracket(self.groups, name, kind, outer, opening))
        source = self.source(inside, False, opening)
        if not opening:
            return f"({source})"
        self.groups += 1  # its group stands behind the inner ones
        self.found[place] = Bracket(self.groups, name, kind, outer, opening)
        return f"{source}()"

    def first(self, node: Node) -> tuple[int, bool]:
        """The symbols that a match can begin with, and whether the pattern can match nothing."""
        if node.kind == "set":
            return self.members(node), False
        if node.kind == "look":
            return 0, True
        if node.kind == "alt":
            both = [self.first(part) for part in node.parts]
            return reduce(or_, (starts for starts, _ in both)), any(empty for _, empty in both)
        if node.kind == "repeat":
            starts, empty = self.first(node.parts[0])
            return starts, empty or node.value[0] in "?*" or node.value.startswith(("{0", "{,"))
        starts = 0
        for part in node.parts:
            these, empty = self.first(part)
            starts |= these
            if not empty:
                return starts, False
        return starts, True


def _begins_with_set(pattern: Node) -> bool:
    """Whether a pattern's first piece is just one chunk, maybe in a bracket."""
    while pattern.kind in ("seq", "bracket") and pattern.parts:
        pattern = pattern.parts[0]
    return pattern.kind == "set"


def _leading_look(pattern: Node) -> Node | None:
    """The context that a rule begins with, if it looks back."""
    if pattern.kind == "seq" and pattern.parts[0].kind == "look" and "preceded" in pattern.parts[0].value:
        return pattern.parts[0]
    return None


@lru_cache(maxsize=4096)
def character_class(mask: int) -> str:
    """A character class of the symbols in a mask; neighbours as ranges, which keeps the compiled pattern small."""
    if not mask:
        return "(?!)"
    spans = (match.span() for match in re.finditer("1+", f"{mask:b}"[::-1]))
    return (
        "["
        + "".join(chr(FIRST + a) if b == a + 1 else f"{chr(FIRST + a)}-{chr(FIRST + b - 1)}" for a, b in spans)
        + "]"
    )


def compile_grammar(grammar: Grammar, alphabet: Alphabet) -> tuple[CompiledStage, ...]:
    """Turn a grammar's stages into regular expressions over the symbols that the alphabet has now."""
    for label in grammar.labels:
        name, _, kind = label.partition(":")
        alphabet.symbol({name, label} if kind else {name})
    return tuple(_Compiler(alphabet).stage(stage) for stage in grammar.stages)
