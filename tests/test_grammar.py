"""The grammar's notation, construct by construct, on a lexicon of this file's own; the cascade; the nesting."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from govner.entities import GovnerError
from govner.lexicon import Lexicon
from govner.rules.cascade import Mention, Parse
from govner.rules.grammar import GrammarError, parse
from govner.rules.rules import Cascade, Rules, grammar, nest, rules

ENTRIES = [
    ("bí thư", "Head"),
    ("chủ tịch", "Head"),
    ("chủ tịch", "Chair"),
    ("tỉnh ủy", "Committee"),
    ("ubnd", "Committee"),
    ("huyện", "Type"),
    ("xã", "Type"),
    ("nguyên", "Former"),
]
LITERALS = ("của", "và", "ban thường vụ", "tại", "ông")
PLACES = {("hà", "nội"): frozenset({"Unit"}), ("bình", "sơn"): frozenset({"Unit"})}

Read = Callable[[str, str], list[str]]


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon([*ENTRIES, *((word, f"={word}") for word in LITERALS)], PLACES)


@pytest.fixture
def run(lexicon: Lexicon) -> Callable[[str, str], Parse]:
    return lambda source, text: Cascade(parse(source), lexicon.alphabet)(lexicon.chunk(text))


@pytest.fixture
def read(run: Callable[[str, str], Parse]) -> Read:
    """``read(grammar, text)``: each mention as ``LABEL:kind text``, in the order they were found."""

    def show(parse: Parse, m: Mention) -> str:
        tokens = parse.chunks.tokens
        return f"{m.label}{':' * bool(m.kind)}{m.kind} {tokens.text[tokens.starts[m.first] : tokens.end(m.last - 1)]}"

    def found(source: str, text: str) -> list[str]:
        result = run(source, text)
        return [show(result, mention) for mention in result.mentions]

    return found


CONSTRUCTS = {
    "class": ("rule r = [POS Head]", "Bí thư họp", ["POS Bí thư"]),
    "kind": ("rule r = [POS:bare Head]", "Bí thư họp", ["POS:bare Bí thư"]),
    "literal": ("rule r = [POS 'ban thường vụ']", "Ban Thường vụ họp", ["POS Ban Thường vụ"]),
    "one after the other": ("rule r = [POS Head Committee]", "chủ tịch UBND, bí thư", ["POS chủ tịch UBND"]),
    "or": ("rule r = [POS Head (Committee | Place)]", "chủ tịch Hà Nội", ["POS chủ tịch Hà Nội"]),
    "or, the first wins": ("rule r = [POS Head | Head Committee]", "chủ tịch UBND", ["POS chủ tịch"]),
    "or in a bracket": ("rule r = Head [LOC Place | Num] Committee", "bí thư 3 UBND", ["LOC 3"]),
    "and": ("rule r = [POS <Head & Capital>]", "bí thư, Bí thư", ["POS Bí thư"]),
    "without": ("rule r = [POS <Head - Chair>]", "chủ tịch, bí thư", ["POS bí thư"]),
    "set of alternatives": ("rule r = [POS <Head & Chair | Committee>]+", "bí thư UBND", ["POS UBND"]),
    "or binds least": ("rule r = [POS <Head & Chair | Committee - Capital>]", "UBND tỉnh ủy", ["POS tỉnh ủy"]),
    "literal in a set": ("rule r = [POS <'của' | Committee>]", "bí thư của", ["POS của"]),
    "without a literal": ("rule r = [POS Head <Low - 'của'>]", "bí thư của, bí thư nào", ["POS bí thư nào"]),
    "at most once": ("rule r = [POS Head 'của'? Committee]", "Bí thư của Tỉnh ủy", ["POS Bí thư của Tỉnh ủy"]),
    "any number": ("rule r = [LOC Type Cap*]", "xã Trà Giang Kđăm họp xã", ["LOC xã Trà Giang Kđăm", "LOC xã"]),
    "once or more": ("rule r = [LOC Type Num+]", "xã 1 2, xã", ["LOC xã 1 2"]),
    "counts": ("rule r = [LOC Type Num{2,3}]", "xã 1, xã 1 2 3 4", ["LOC xã 1 2 3"]),
    "an exact count": ("rule r = [LOC Type Num{2}]", "xã 1 2 3", ["LOC xã 1 2"]),
    "as few as possible": ("rule r = [LOC Type Num+~]", "xã 1 2", ["LOC xã 1"]),
    "few, but enough": ("rule r = [LOC Type Num{1,3}~] followed_by(Comma)", "xã 1 2, 3", ["LOC xã 1 2"]),
    "preceded_by": ("rule r = preceded_by('tại') [LOC Place]", "Hà Nội tại Bình Sơn", ["LOC Bình Sơn"]),
    "not_preceded_by": ("rule r = not_preceded_by('tại') [LOC Place]", "Hà Nội tại Bình Sơn", ["LOC Hà Nội"]),
    "followed_by": ("rule r = [LOC Place] followed_by(Comma)", "Hà Nội, Bình Sơn", ["LOC Hà Nội"]),
    "not_followed_by": ("rule r = [LOC Place] not_followed_by(Comma)", "Hà Nội, Bình Sơn", ["LOC Bình Sơn"]),
    "looks do not use up": (
        "rule r = [LOC Place] followed_by(Head)\nrule p = [POS Head]",
        "Hà Nội bí thư",
        ["LOC Hà Nội", "POS bí thư"],
    ),
    "alternatives in a look": ("rule r = preceded_by('tại' | Type) [LOC Place]", "huyện Bình Sơn", ["LOC Bình Sơn"]),
    "a text begins as a line": ("rule r = preceded_by(Line) [LOC Place] followed_by(Line)", "Hà Nội", ["LOC Hà Nội"]),
    "a line of its own": ("rule r = preceded_by(Line) [LOC Place] followed_by(Line)", "a\nHà Nội\nb", ["LOC Hà Nội"]),
    "inner mention": (
        "rule r = [POS Head [PARTY Committee]]",
        "Bí thư Tỉnh ủy",
        ["POS Bí thư Tỉnh ủy", "PARTY Tỉnh ủy"],
    ),
    "side by side": ("rule r = [POS Head] [LOC Place]", "Chủ tịch Hà Nội", ["POS Chủ tịch", "LOC Hà Nội"]),
    "no bracket, no mention": (
        "rule a = Head Committee\nrule b = [POS Head]",
        "Bí thư Tỉnh ủy, bí thư",
        ["POS bí thư"],
    ),
    "the first rule wins": ("rule a = [LOC Type]\nrule b = [ORG Type Num]", "xã 3", ["LOC xã"]),
    "a define": ("define Two = Head Committee?\nrule r = [POS Two]", "Bí thư Tỉnh ủy", ["POS Bí thư Tỉnh ủy"]),
    "a define in a set": ("define H = <Head & Chair>\nrule r = [POS <H | Num>]", "bí thư, chủ tịch", ["POS chủ tịch"]),
    "a comment": ("# rule x = [\nrule r = [POS Head] # [POS Num]\n", "bí thư", ["POS bí thư"]),
    "over two lines": ("rule r =\n    [POS Head\n     Committee]", "bí thư UBND", ["POS bí thư UBND"]),
    "nothing found": ("rule r = [POS Head]", "trời nắng", []),
    "an empty text": ("rule r = [POS Head]", "", []),
}


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_constructs(read: Read, name: str) -> None:
    source, text, expected = CONSTRUCTS[name]
    assert read(f"stage one\n{source}", text) == expected


def test_a_stage_reads_what_earlier_stages_made(read: Read) -> None:
    source = """
stage places
rule typed = [LOC:typed Type Place]
stage bodies
rule body = [PARTY:committee Committee LOC?]
stage posts
rule post = [POS Head <PARTY>]
rule where = 'tại' [ORG <LOC:typed>]
"""
    assert read(source, "Bí thư Tỉnh ủy huyện Bình Sơn") == [
        "LOC:typed huyện Bình Sơn",
        "PARTY:committee Tỉnh ủy huyện Bình Sơn",
        "POS Bí thư Tỉnh ủy huyện Bình Sơn",
    ]
    assert read(source, "tại huyện Bình Sơn, tại Bình Sơn") == ["LOC:typed huyện Bình Sơn", "ORG huyện Bình Sơn"]


def test_what_a_stage_made_is_one_chunk_without_its_old_classes(read: Read) -> None:
    source = "stage a\nrule a = [LOC Type Place]\nstage b\nrule b = [ORG LOC LOC]\nrule c = [ORG Place]"
    assert read(source, "xã Hà Nội xã Bình Sơn") == ["LOC xã Hà Nội", "LOC xã Bình Sơn", "ORG xã Hà Nội xã Bình Sơn"]


def test_only_the_outermost_bracket_is_seen_later(read: Read) -> None:
    source = "stage a\nrule a = [POS Head [LOC Place]]\nstage b\nrule b = [ORG LOC]\nrule c = [MASS POS]"
    assert read(source, "Chủ tịch Hà Nội") == ["POS Chủ tịch Hà Nội", "LOC Hà Nội", "MASS Chủ tịch Hà Nội"]


def test_brackets_at_the_same_place_end_where_each_ends(run: Callable[[str, str], Parse]) -> None:
    source = "stage s\nrule r = [POS [PARTY [MASS Committee] Num]]"
    found = run(f"{source} [LOC Place]", "Tỉnh ủy 3 Hà Nội")
    assert [(m.label, m.first, m.last, m.rule) for m in found.mentions] == [
        ("POS", 0, 3, "r"), ("PARTY", 0, 3, "r"), ("MASS", 0, 2, "r"), ("LOC", 3, 5, "r"),
    ]  # fmt: skip


def test_parse_says_what_stands_in_the_source() -> None:
    found = parse("stage a\nrule x = 'của' [POS:bare Head]\nstage b\nrule y = [LOC 'tại' Place]")
    assert [(stage.name, [rule.name for rule in stage.rules]) for stage in found.stages] == [("a", ["x"]), ("b", ["y"])]
    assert (found.literals, found.labels) == ({"của", "tại"}, {"POS:bare", "LOC"})


BAD = {
    "no keyword": ("stages s\nrule r = [POS Head]", "expected stage, define or rule at 'stages s'"),
    "a rule without a stage": ("rule r = [POS Head]", "rule r stands before any stage"),
    "a bracket left open": ("stage s\nrule r = [POS Head", "r: expected ']', found ''"),
    "a bracket that is no label": ("stage s\nrule r = [title Head]", "r: 'title' is no label"),
    "a group left open": ("stage s\nrule r = (Head | Num", r"r: expected '\)', found ''"),
    "a set left open": ("stage s\nrule r = <Head", "r: unexpected '' in a set"),
    "one bracket too many": ("stage s\nrule r = [POS Head]]", "r: unexpected ']'"),
    "a sign at the start": ("stage s\nrule r = * Head", r"r: unexpected '\*'"),
    "a sign nobody knows": ("stage s\nrule r = [POS Head] ! Num", "r: cannot read '! Num'"),
    "a look without its bracket": ("stage s\nrule r = preceded_by Head", r"r: expected '\(', found 'Head'"),
    "a pattern in a set": (
        "stage s\ndefine P = Head Num\nrule r = [POS <P>]",
        "P is a pattern, a set needs single chunks",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_grammar_that_cannot_be_read(name: str) -> None:
    source, reason = BAD[name]
    with pytest.raises(GrammarError, match=reason):
        parse(source, "mine.grammar")
    with pytest.raises(GovnerError, match=r"^mine\.grammar: "):
        parse(source, "mine.grammar")


def test_a_class_that_nothing_has(read: Read) -> None:
    with pytest.raises(GrammarError, match="rule typo: nothing has the class 'Hed'"):
        read("stage s\nrule typo = [POS Hed]", "bí thư")


@pytest.mark.parametrize("pattern", ["Head?", "[POS Head*]", "followed_by(Head)", "Head{0,2} Num?"])
def test_a_rule_that_matches_nothing_at_all(read: Read, pattern: str) -> None:
    with pytest.raises(GrammarError, match="rule empty matches nothing at all"):
        read(f"stage s\nrule empty = {pattern}", "bí thư")


def test_a_cascade_follows_a_growing_alphabet(lexicon: Lexicon) -> None:
    cascade = Cascade(parse("stage s\nrule r = [POS Head]"), lexicon.alphabet)
    lexicon.alphabet.symbol({"Head", "never", "seen"})
    assert len(cascade(lexicon.chunk("bí thư")).mentions) == 1


def spans(*mentions: tuple[int, int, str], hidden: tuple[tuple[int, int], ...] = ()) -> list[tuple[int, int, str]]:
    kept = nest([Mention(a, b, label, "", "r") for a, b, label in mentions], list(hidden))
    return [(m.first, m.last, m.label) for m in kept]


@pytest.mark.parametrize(
    ("found", "kept"),
    [
        ([], []),
        ([(0, 5, "POS"), (1, 5, "PARTY"), (3, 5, "LOC")], [(0, 5, "POS"), (1, 5, "PARTY"), (3, 5, "LOC")]),
        ([(3, 5, "LOC"), (1, 5, "PARTY"), (0, 5, "POS")], [(0, 5, "POS"), (1, 5, "PARTY"), (3, 5, "LOC")]),
        ([(0, 4, "STATE"), (2, 4, "ORG")], [(0, 4, "STATE")]),
        ([(0, 4, "POS"), (2, 4, "POS")], [(0, 4, "POS")]),
        ([(0, 3, "PER"), (1, 3, "LOC")], [(0, 3, "PER")]),
        ([(0, 3, "PER"), (1, 3, "ORG")], [(0, 3, "PER")]),
        ([(0, 4, "POS"), (1, 3, "PER")], [(0, 4, "POS")]),
        ([(0, 4, "LOC"), (1, 3, "LOC")], [(0, 4, "LOC")]),
        ([(0, 3, "POS"), (2, 5, "STATE")], [(0, 3, "POS")]),
        ([(0, 3, "STATE"), (2, 5, "LOC")], [(0, 3, "STATE")]),
        ([(0, 3, "PER"), (0, 3, "LOC")], [(0, 3, "PER")]),
        ([(0, 2, "LOC"), (0, 2, "ORG")], [(0, 2, "ORG"), (0, 2, "LOC")]),
        ([(0, 2, "LOC"), (2, 4, "LOC")], [(0, 2, "LOC"), (2, 4, "LOC")]),
    ],
)
def test_nesting(found: list[tuple[int, int, str]], kept: list[tuple[int, int, str]]) -> None:
    assert spans(*found) == kept


def test_hidden_places_are_added_where_something_holds_them() -> None:
    assert spans((0, 4, "ORG"), hidden=((2, 4),)) == [(0, 4, "ORG"), (2, 4, "LOC")]
    assert spans((0, 4, "POS"), hidden=((2, 4),)) == [(0, 4, "POS"), (2, 4, "LOC")]
    assert spans((0, 4, "PER"), hidden=((2, 4),)) == [(0, 4, "PER")]
    assert spans(hidden=((2, 4),)) == []


def test_rules_give_offsets_in_characters(lexicon: Lexicon) -> None:
    made = Rules(lexicon, parse("stage s\nrule r = [POS Head [PARTY Committee]]"))
    assert made(["  Bí  thư Tỉnh ủy , ", "", "x"]) == [[(2, 17, "POS", 1.0), (10, 17, "PARTY", 1.0)], [], []]


def test_the_packaged_grammar() -> None:
    found = grammar()
    names = [rule.name for stage in found.stages for rule in stage.rules]
    assert len(found.stages) >= 5
    assert len(names) > 60
    for stage in found.stages:
        assert len({rule.name for rule in stage.rules}) == len(stage.rules), f"stage {stage.name}: a name stands twice"
    assert rules() is rules()


def test_an_inner_chain_of_rules_is_packaged() -> None:
    text = "Ông Lê Văn An, Phó Bí thư Thường trực Huyện ủy Bình Sơn."
    assert [(text[a:b], label) for a, b, label, _ in rules()([text])[0]] == [
        ("Lê Văn An", "PER"),
        ("Phó Bí thư Thường trực Huyện ủy Bình Sơn", "POS"),
        ("Huyện ủy Bình Sơn", "PARTY"),
        ("Bình Sơn", "LOC"),
    ]
