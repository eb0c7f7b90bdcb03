"""The lexicon: phrases longest first, case and tone style, places; and the data files, each row as its reader wants."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise

import pytest

from govner.lexicon import Alphabet, Lexicon, body_kinds, entries
from govner.lexicon.build import build
from govner.lexicon.read import classes, data, needs_capital, table
from govner.lexicon.snapshot import digest, pack, unpack
from govner.lexicon.snapshot import packaged as packaged_tables
from govner.places.classes import place_classes
from govner.rules.rules import grammar, sources
from govner.text import folded

ENTRIES = [
    ("bí thư", "Secretary"),
    ("phó bí thư", "Secretary"),
    ("phó bí thư thường trực", "Permanent"),
    ("bí thư", "Old"),
    ("tỉnh ủy", "Committee"),
    ("Mặt trận", "Front"),
    ("ubnd", "Peoples"),
    ("y tế", "Field"),
    ("huyện", "AreaWord"),
    ("trưởng ban Hà Nam", "Wrong"),
]
PLACES = {
    ("hà", "nội"): frozenset({"Unit", "PlaceSure"}),
    ("hà", "nam"): frozenset({"Unit", "PlaceSure"}),
    ("nam", "định"): frozenset({"Unit", "PlaceSure"}),
    ("quảng", "hòa"): frozenset({"Unit", "PlaceLikely"}),
    ("huế",): frozenset({"Unit", "PlaceWeak"}),
}


@pytest.fixture(scope="module")
def tiny() -> Lexicon:
    return Lexicon(ENTRIES, PLACES)


def chunks(lexicon: Lexicon, text: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Each chunk of a text as it is written, with its classes."""
    found = lexicon.chunk(text)
    for symbol, (first, last) in zip(found.symbols, pairwise(found.firsts), strict=True):
        start, end = found.tokens.starts[first], found.tokens.end(last - 1)
        yield text[start:end], lexicon.alphabet.classes(symbol)


def forms(lexicon: Lexicon, text: str) -> list[str]:
    return [form for form, _ in chunks(lexicon, text)]


def classes_of(lexicon: Lexicon, text: str, form: str) -> frozenset[str]:
    return next(found for chunk, found in chunks(lexicon, text) if chunk == form)


def test_the_longest_phrase_wins(tiny: Lexicon) -> None:
    assert forms(tiny, "Phó Bí thư Thường trực Tỉnh ủy") == ["Phó Bí thư Thường trực", "Tỉnh ủy"]
    assert forms(tiny, "phó bí thư thường vụ") == ["phó bí thư", "thường", "vụ"]
    assert "Permanent" in classes_of(tiny, "phó bí thư thường trực", "phó bí thư thường trực")


def test_a_phrase_has_all_its_classes(tiny: Lexicon) -> None:
    assert {"Secretary", "Old", "Small"} <= classes_of(tiny, "ông bí thư nói", "bí thư")


def test_case(tiny: Lexicon) -> None:
    assert {"Secretary", "Capital"} <= classes_of(tiny, "BÍ THƯ", "BÍ THƯ")
    assert "Capital" not in classes_of(tiny, "bí thư", "bí thư")
    assert {"Front", "Capital"} <= classes_of(tiny, "Mặt trận họp", "Mặt trận")
    assert forms(tiny, "ra mặt trận") == ["ra", "mặt", "trận"]
    assert "Peoples" in classes_of(tiny, "UBND huyện", "UBND")
    assert "AreaWord" in classes_of(tiny, "Huyện", "Huyện")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "text", ["Tỉnh uỷ", "Tỉnh ủy", "TỈNH UỶ", "Tỉnh\u00a0ủy", "Tỉnh  ủy", "Tỉnh\u2009\u2060ủy\u200d"]
)
def test_tone_style_and_unicode_form(tiny: Lexicon, form: str, text: str) -> None:
    text = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert [found for _, found in chunks(tiny, text)] == [frozenset({"Committee", "Capital"})]


def test_a_phrase_ends_at_a_line(tiny: Lexicon) -> None:
    assert forms(tiny, "bí\nthư") == ["bí", "\n", "thư"]


def test_places_need_their_capitals(tiny: Lexicon) -> None:
    assert {"Place", "PlaceSure", "Unit", "Capital"} <= classes_of(tiny, "ở Hà Nội", "Hà Nội")
    assert "Place" in classes_of(tiny, "HÀ NỘI", "HÀ NỘI")
    assert forms(tiny, "sông hà nội") == ["sông", "hà", "nội"]
    assert {"Place", "PlaceLikely"} <= classes_of(tiny, "Quảng Hoà", "Quảng Hoà")
    assert {"Place", "PlaceWord", "PlaceWeak"} <= classes_of(tiny, "về Huế", "Huế")


def test_of_two_places_the_first_wins(tiny: Lexicon) -> None:
    assert forms(tiny, "Hà Nam Định") == ["Hà Nam", "Định"]


def test_a_sure_place_that_ends_a_phrase_is_told(tiny: Lexicon) -> None:
    found = tiny.chunk("Trưởng ban Hà Nam họp")
    assert found.hidden == [(2, 4)]
    assert [len(found.symbols), found.firsts] == [2, [0, 4, 5]]


def test_a_surname_before_a_place_name_is_told(tiny: Lexicon) -> None:
    assert "PlaceSurname" in classes_of(tiny, "Hà Nam", "Hà Nam")
    assert "PlaceSurname" not in classes_of(tiny, "Quảng Hòa", "Quảng Hòa")


def test_single_words_have_shapes_names_and_marks(tiny: Lexicon) -> None:
    assert {"Title", "Surname", "Cap", "Capital"} <= classes_of(tiny, "Nguyễn Văn", "Nguyễn")
    assert {"Title", "Alien"} <= classes_of(tiny, "Strump", "Strump")
    assert {"Num"} == classes_of(tiny, "16", "16")
    assert {"Mark", "Dot", "Point"} <= classes_of(tiny, "16.3", ".")
    assert "Point" not in classes_of(tiny, "16. 3", ".")
    assert [found for _, found in chunks(tiny, "a\nb\n\n") if "Line" in found] == [{"Line"}, {"Line", "Para"}]
    for dash in "-–—":
        assert "Dash" in classes_of(tiny, f"a {dash} b", dash)


def test_an_empty_text(tiny: Lexicon) -> None:
    found = tiny.chunk("")
    assert (found.symbols, found.firsts, found.hidden) == ("", [0], [])


def test_firsts_cut_the_tokens_into_chunks(tiny: Lexicon) -> None:
    found = tiny.chunk("Ông An, Phó Bí thư Tỉnh ủy Hà Nam Định.\nHuế")
    assert len(found.firsts) == len(found.symbols) + 1
    assert found.firsts == sorted(set(found.firsts))
    assert (found.firsts[0], found.firsts[-1]) == (0, len(found.tokens))


def test_alphabet() -> None:
    alphabet = Alphabet()
    a = alphabet.symbol({"A"})
    ab = alphabet.symbol(["B", "A", "B"])
    assert alphabet.symbol(frozenset({"A", "B"})) == ab != a
    assert (alphabet.version, alphabet.all()) == (2, {a, ab})
    assert alphabet.classes(ab) == {"A", "B"}
    assert (alphabet.symbols("A"), alphabet.symbols("B"), alphabet.symbols("C")) == ({a, ab}, {ab}, set())
    assert all(len(symbol) == 1 for symbol in (a, ab))
    assert (alphabet.mask("A"), alphabet.mask("B"), alphabet.mask("C")) == (0b11, 0b10, 0)
    c = alphabet.symbol({"C", "A"})
    assert (alphabet.mask("A"), alphabet.mask("C")) == (0b111, 0b100)
    table = alphabet.sort()
    assert sorted(map(ord, (a, ab, c))) == sorted(table) == sorted(table.values())
    assert [alphabet.classes(s.translate(table)) for s in (a, ab, c)] == [{"A"}, {"A", "B"}, {"A", "C"}]
    assert alphabet.symbol({"C", "A"}) == c.translate(table)


def test_packed_tables_come_back_whole(tiny: Lexicon) -> None:
    tables = build(ENTRIES, PLACES)
    again = Lexicon.of(unpack(pack(tables)))
    assert unpack(pack(tables)) == tables
    text = "Phó Bí thư Thường trực Tỉnh uỷ Hà Nội, ông Nguyễn Văn A. 16.3, UBND huyện\n\nHuế"
    assert list(chunks(again, text)) == list(chunks(tiny, text))


def test_the_packaged_tables_are_those_that_the_data_give() -> None:
    literals = grammar().literals
    tables = packaged_tables(digest(literals))
    mend = "the data changed: run python tools/build_lexicon.py"
    assert tables is not None, mend
    assert tables == build(*sources(literals)), mend
    assert packaged_tables(digest([*literals, "một từ khác"])) is None


def test_the_readers_of_data_files() -> None:
    assert folded("Tỉnh uỷ") == ("tỉnh", "ủy")
    assert folded("GD-ĐT") == ("gd", "-", "đt")
    assert (needs_capital("Đảng"), needs_capital("đảng bộ"), needs_capital("3")) == (True, False, False)


TABLES = {
    "common.tsv": ("form", "lower", "title"),
    "honorifics.tsv": ("form", "gender", "kind"),
    "ranks.tsv": ("form", "kind"),
    "newspapers.tsv": ("form", "aliases", "province", "kind", "scope", "province_2025"),
    "names/surnames.tsv": ("form", "count"),
    "names/givens.tsv": ("form", "count"),
    "names/middles.tsv": ("form", "count"),
    "names/foreign.tsv": ("form", "count"),
    "names/sino.tsv": ("form",),
    "names/minority.tsv": ("form", "part"),
    "names/not_names.tsv": ("form", "kind"),
    "bodies/central.tsv": ("form", "label", "kind", "canonical"),
    "bodies/units.tsv": ("form", "label", "kind"),
    "bodies/kinds.tsv": ("kind", "meaning"),
    "bodies/orgs.tsv": ("form", "kind"),
    "bodies/orgheads.tsv": ("form", "kind"),
    "bodies/fields.tsv": ("form", "kinds"),
    "bodies/descriptors.tsv": ("form",),
    "bodies/locheads.tsv": ("form", "kind"),
}
LISTS = ("titles.txt", "bodies.txt", "words.txt")
CLOSED = {
    ("honorifics.tsv", "gender"): {"m", "f", "-"},
    ("honorifics.tsv", "kind"): {"address", "status", "occupation", "religious"},
    ("ranks.tsv", "kind"): {"military", "academic", "honour"},
    ("newspapers.tsv", "kind"): {"newspaper", "magazine", "broadcaster", "agency", "portal"},
    ("newspapers.tsv", "scope"): {"provincial", "national", "foreign"},
    ("names/minority.tsv", "part"): {"surname", "given", "prefix"},
    ("names/not_names.tsv", "kind"): {"place", "company", "word"},
    ("bodies/central.tsv", "label"): {"PARTY", "STATE", "MASS", "ORG"},
    ("bodies/units.tsv", "label"): {"PARTY", "STATE", "MASS", "ORG"},
}
NUMBERS = ("count", "lower")


def rows(name: str) -> list[list[str]]:
    """The rows of a table as they stand, without the column names."""
    return [line.split("\t") for line in data(name).splitlines() if line and not line.startswith("#")][1:]


@pytest.mark.parametrize("name", [*TABLES, *LISTS])
def test_data_files_are_clean(name: str) -> None:
    text = data(name)
    assert text == unicodedata.normalize("NFC", text)
    assert "Ð" not in text  # the Icelandic letter
    assert not [line for line in text.splitlines() if line != line.strip(" ")]
    assert not set(text) & set("\u00a0\u200b\u00ad\ufeff\r")


@pytest.mark.parametrize("name", TABLES)
def test_rows_have_their_columns(name: str) -> None:
    columns = TABLES[name]
    assert tuple(next(table(name))) == columns
    found = rows(name)
    assert not [row for row in found if len(row) > len(columns) or not row[0].strip()]
    for at, column in enumerate(columns):
        values = [row[at] for row in found if at < len(row)]
        allowed = CLOSED.get((name, column))
        if allowed:
            assert set(values) <= allowed
        if column in NUMBERS:
            assert all(value.isdigit() for value in values)


@pytest.mark.parametrize("name", TABLES)
def test_no_row_stands_twice(name: str) -> None:
    # A form may stand under two labels or kinds, and once large and once small; the very same row may not.
    counts = Counter((row[0], *row[1:2]) if name.startswith("bodies/") else (row[0],) for row in rows(name))
    assert not [form for form, count in counts.items() if count > 1]


@pytest.mark.parametrize("name", LISTS)
def test_no_phrase_stands_twice_in_a_class(name: str) -> None:
    counts = Counter((form, cls) for form, cls in classes(name))
    assert all(cls.isidentifier() for _, cls in counts)
    assert not [key for key, count in counts.items() if count > 1]


def test_every_data_file_is_known_here() -> None:
    def walk(folder: object, prefix: str = "") -> Iterator[str]:
        for item in folder.iterdir():  # type: ignore[attr-defined]
            if item.is_dir():
                yield from walk(item, f"{prefix}{item.name}/")
            elif item.name.endswith((".tsv", ".txt")):
                yield prefix + item.name

    assert set(walk(files("govner.lexicon") / "data")) == {*TABLES, *LISTS}


@pytest.fixture(scope="module")
def packaged() -> Lexicon:
    return Lexicon(entries(), place_classes())


@pytest.mark.parametrize(
    ("text", "cls"),
    [
        ("phó bí thư thường trực", "Secretary"), ("Chủ tịch", "Chair"), ("chánh án", "HeadOf"), ("CEO", "Director"),
        ("Huyện ủy", "PartyCommittee"), ("Đảng uỷ", "PartyCommittee"), ("HĐND", "PeoplesBody"),
        ("Bộ Chính trị", "CentralPARTY"), ("Hội Nông dân", "Mass"), ("công ty", "OrgHead"), ("TNHH", "Descriptor"),
        ("đồng chí", "Honorific"), ("đ/c", "Honorific"), ("Thiếu tướng", "Rank"), ("PGS.TS", "Rank"),
        ("Tuổi Trẻ", "Media"), ("VnExpress", "Media"), ("Y tế", "Field"), ("đặc khu", "Loc:admin3"),
        ("Quảng Ngãi", "PlaceSure"), ("Bình Sơn", "Place"), ("Uruguay", "Foreigner"), ("Biển Đông", "Region"),
        ("Nguyễn", "Surname"), ("Trump", "ForeignName"), ("Niê", "Minority"),
    ],
)  # fmt: skip
def test_what_the_packaged_lexicon_knows(packaged: Lexicon, text: str, cls: str) -> None:
    found = list(chunks(packaged, text))
    assert [form for form, _ in found] == [text]
    assert cls in found[0][1]


def test_all_symbols_are_foreseen(packaged: Lexicon) -> None:
    """A grammar is compiled once: a text brings no set of classes that the data cannot."""
    before = packaged.alphabet.version
    packaged.chunk(
        "Ông Y Thanh Hà Niê Kđăm (Đắk Lắk) – 16.3, TP.HCM: “KT- XH” 😀 VnExpress\nÐà Nẵng, ĐIỂU K'RÉ; BOT/ABC & 1."
    )
    assert packaged.alphabet.version == before


def test_every_kind_of_body_is_of_the_closed_list() -> None:
    known = set(body_kinds())
    for name in ("central", "units", "orgs", "orgheads"):
        assert {row["kind"] for row in table(f"bodies/{name}.tsv")} <= known, name
