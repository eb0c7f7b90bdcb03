"""Runs the grammar over a document's chunks, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass

from govner.lexicon.alphabet import Alphabet
from govner.lexicon.lexicon import Chunks
from govner.rules.grammar import CompiledStage, Grammar, compile_grammar


@dataclass(frozen=True, slots=True)
class Mention:
    """What a rule found: tokens ``first`` to ``last`` (not included), label, kind, and the rule's name."""

    first: int
    last: int
    label: str
    kind: str
    rule: str


@dataclass(frozen=True, slots=True)
class Parse:
    """The mentions of a text in the order they were found, and the chunks that are left: a symbol for each."""

    chunks: Chunks
    symbols: str
    firsts: list[int]
    mentions: list[Mention]


class Cascade:
    """A compiled grammar; compiled anew when the alphabet has grown since (a set of classes never seen before)."""

    def __init__(self, grammar: Grammar, alphabet: Alphabet) -> None:
        self.grammar, self.alphabet = grammar, alphabet
        self.stages: tuple[CompiledStage, ...] = compile_grammar(grammar, alphabet)
        self._version = alphabet.version

    def __call__(self, chunks: Chunks) -> Parse:
        if self.alphabet.version != self._version:
            self.stages = compile_grammar(self.grammar, self.alphabet)
            self._version = self.alphabet.version
        line = self.alphabet.symbol({"Line", "Para"})  # a text begins and ends as a paragraph does
        symbols, firsts = f"{line}{chunks.symbols}{line}", [0, *chunks.firsts, chunks.firsts[-1]]
        mentions: list[Mention] = []
        for stage in self.stages:
            symbols, firsts = self._apply(stage, symbols, firsts, mentions)
        return Parse(chunks, symbols, firsts, mentions)

    def _apply(
        self, stage: CompiledStage, symbols: str, firsts: list[int], mentions: list[Mention]
    ) -> tuple[str, list[int]]:
        parts: list[str] = []
        starts: list[int] = []
        done = 0
        for match in stage.search(symbols):
            rule, brackets = stage.brackets[match.lastindex or 0]
            for bracket in brackets:
                a, b = match.span(bracket.group)
                if bracket.opening:
                    a = match.start()
                if b < 0 or a == b:
                    continue
                mentions.append(Mention(firsts[a], firsts[b], bracket.name, bracket.kind, rule))
                if bracket.outer:
                    full = f"{bracket.name}:{bracket.kind}"
                    parts += (
                        symbols[done:a],
                        self.alphabet.symbol({bracket.name, full} if bracket.kind else {full[:-1]}),
                    )
                    starts += firsts[done : a + 1]
                    done = b
        if not parts:
            return symbols, firsts
        parts.append(symbols[done:])
        starts += firsts[done:]
        return "".join(parts), starts
