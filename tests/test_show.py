"""What is shown: marks, cards, tables, pages, reports, maps. Above all: the text as it is, and as text."""

from __future__ import annotations

import base64
import hashlib
import io
import pickle
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from conftest import SENTENCE, StandIn
from govner import show
from govner.cli import app
from govner.entities import (
    Document,
    Entities,
    Location,
    Organization,
    PartyBody,
    Person,
    Position,
    Span,
    StateBody,
    Unit,
)
from govner.formats import write_jsonl
from govner.places import gazetteer
from govner.show.marks import Mark, fold, marks, tree
from govner.show.outlines import edition_of, outlines, province_code

TEXT = "Bí thư Huyện ủy Bình Sơn Lê Văn An làm việc với UBND tỉnh.\n\nÔng An cảm ơn."
HOSTILE = '<script>window.hit = 1</script><img src=x onerror="hit=2">"\'&amp;{{ 7777 * 7 }}</mark></style>'


def span(text: str, words: str, label: str, person: int | None = None, after: int = 0) -> Span:
    start = text.index(words, after)
    return Span(start, start + len(words), label, words, person)


def unit(id: str, date: str = "2020-01-01") -> Unit:
    found = gazetteer().get(id, date)
    assert found is not None
    return found


@pytest.fixture
def doc() -> Document:
    post = span(TEXT, "Bí thư Huyện ủy Bình Sơn", "POS", 1)
    party = replace(span(TEXT, "Huyện ủy Bình Sơn", "PARTY"), score=0.93)
    place = span(TEXT, "Bình Sơn", "LOC")
    name, short = span(TEXT, "Lê Văn An", "PER", 1), span(TEXT, "An", "PER", 1, TEXT.index("Ông"))
    state = span(TEXT, "UBND tỉnh", "STATE")
    committee = PartyBody(
        "Huyện ủy Bình Sơn", "party_committee", "district", unit=unit("2:524"), mentions=(party,), evidence="name",
        id="party/district/524", score=0.98, candidates=("2:524", "3:21040"),
    )  # fmt: skip
    council = StateBody("UBND tỉnh Quảng Ngãi", "peoples_committee", "province", unit=unit("1:51"), mentions=(state,))
    position = Position("Bí thư", committee, kind="party", mentions=(post,), person=1, evidence="before")
    person = Person(1, "Lê Văn An", (name, short), (position,))
    location = Location("huyện Bình Sơn", "district", unit("2:524"), (place,), "containment", 0.9)
    spans = (post, party, place, name, state, short)
    return Document(TEXT, "b1", "2020-05-01", "Báo", spans, (person,), (committee, council), (location,))


class Page(HTMLParser):
    """What a page says: the texts' letters, the marks with the marks around them, cards, tags, attributes, tables."""

    VOID = frozenset({"meta", "input", "br", "rect", "circle", "path"})

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.texts: list[str] = []
        self.marks: list[tuple[str, ...]] = []
        self.cards: list[str] = []
        self.rows: list[list[str]] = []
        self.script = ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(given)
        if tag == "mark":
            self.marks.append((*self._around(), given["data-t"] or ""))
        classes = (given.get("class") or "").split()
        if "gv-text" in classes:
            self.texts.append("")
        if "gv-card" in classes:
            self.cards.append("")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag not in self.VOID:
            kind = "card" if "gv-card" in classes else "text" if "gv-text" in classes else given.get("data-t") or ""
            self.open.append((tag, kind))

    def _around(self) -> Iterator[str]:
        return (kind for tag, kind in self.open if tag == "mark")

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        kinds = [kind for _, kind in self.open]
        if self.open and self.open[-1][0] == "script":
            self.script += data
        elif "card" in kinds:
            self.cards[-1] += data + "|"
        elif "text" in kinds:
            self.texts[-1] += data
        elif any(tag in ("td", "th") for tag, _ in self.open):
            self.rows[-1][-1] += data


# --- marks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [Document._repr_html_, Document.to_html], ids=["notebook", "page"])
def test_the_text_is_shown_letter_for_letter_with_nested_marks(doc: Document, make: object) -> None:
    page = Page(make(doc))  # type: ignore[operator]
    assert page.texts == [TEXT]
    assert page.marks == [
        ("POS\xa01",),
        ("POS\xa01", "PARTY"),
        ("POS\xa01", "PARTY", "LOC"),
        ("PER\xa01",),
        ("STATE",),
        ("PER\xa01",),
    ]


def test_a_card_says_who_what_where_why_and_how_sure(doc: Document) -> None:
    cards = Page(doc._repr_html_()).cards
    post, party, place = cards[2], cards[1], cards[0]  # a card stands at the end of its mark: the inner first
    for words in (
        "Bí thư Huyện ủy Bình Sơn",
        "Holder|Lê Văn An",
        "Reason|before: the post stands directly before the name|",
        "Body|Huyện ủy Bình Sơn",
    ):
        assert words in post
    for words in (
        "Unit|huyện Bình Sơn, tỉnh Quảng Ngãi (2:524)", "Reason|name: its own name holds the place|",
        "Unit score|0.98", "Mark score|0.93",
        "party/district/524", "Could also be|3:21040",
    ):  # fmt: skip
        assert words in party
    assert "Reason|containment: it lies in" in place
    assert "Unit score|0.90" in place
    assert "until 2025-06-30" in place


def test_nothing_from_a_text_becomes_html(doc: Document) -> None:
    place = Location(HOSTILE, HOSTILE, replace(unit("2:524"), name=HOSTILE, type=HOSTILE), (), HOSTILE)
    body = Organization(HOSTILE, HOSTILE, None, HOSTILE, HOSTILE, None, (), HOSTILE, HOSTILE)
    person = Person(1, HOSTILE, (), (Position(HOSTILE, body, HOSTILE, kind="party"),))
    marked = Span(0, len(HOSTILE), "ORG", HOSTILE)
    bad = Document(HOSTILE, HOSTILE, HOSTILE, HOSTILE, (marked,), (person,), (body,), (place,), (person.positions[0],))
    harmless = Page(doc.to_html())
    sources = {
        "page": bad.to_html(), "notebook": bad._repr_html_(), "report": show.report([bad], title=HOSTILE),
        "card": person._repr_html_(), "table": bad.bodies._repr_html_(), "unit": show.table([place.unit]),
    }  # fmt: skip
    for name, source in sources.items():
        page = Page(source)
        assert not {"img"} & set(page.tags), name
        assert page.tags.count("script") == (name in ("page", "report")), name
        assert "onerror" not in page.attributes, name
        assert str(7777 * 7) not in source, name
        assert HOSTILE in "".join((*page.texts, *page.cards, *(cell for row in page.rows for cell in row))), name
    assert Page(sources["page"]).script == harmless.script


def test_a_person_number_that_is_none_stays_out_of_the_style_sheet() -> None:
    # Document.from_dict takes what JSON has.
    number = '"]{}*{display:none}'
    bad = Document("An", people=(Person(number, "An"),))  # type: ignore[arg-type]
    assert "display:none}" not in re.sub(r"&[a-z#0-9]+;", "", bad._repr_html_().split("</style>", 1)[1])


@pytest.mark.parametrize(
    "text",
    [
        "Thu\u031b\u0301 tro\u031bng",  # NFD
        "שלום \u202eẩn\u202c עולם",
        "👩‍👩‍👧 🇻🇳",
        "một\r\nhai\n\n\n  ba\tbốn ",
        "",
        "\n",
    ],
)
def test_any_letter_stays(text: str) -> None:
    whole = Document(text, spans=(Span(0, len(text), "ORG", text),) if text else ())
    assert Page(whole._repr_html_()).texts == [text]
    assert Page(whole.to_html()).texts == [text]


def test_what_no_page_can_hold_is_replaced() -> None:
    page = Document("a\x00b\ud800c\x1b[31m").to_html()
    page.encode()
    assert Page(page).texts == ["a\ufffdb\ufffdc\ufffd[31m"]


def test_a_long_text_is_folded_between_words_and_outside_marks() -> None:
    words = "Sở Y tế tỉnh Quảng Ngãi "
    text = words * 400
    long = Document(text, spans=tuple(Span(n, n + 23, "STATE", words[:-1]) for n in range(0, len(text), 24)))
    page = Page(long._repr_html_())
    assert "".join(page.texts) == text
    assert len(page.texts) == 2
    assert 2500 <= len(page.texts[0]) < 2600
    assert len(page.marks) == 400
    assert f"{len(page.texts[1]):,} more characters" in long._repr_html_()
    assert "<details" not in Document(text[:3000])._repr_html_()


def test_a_very_long_text_is_bounded_in_a_notebook_and_whole_on_a_page() -> None:
    text = "Sở Y tế tỉnh Quảng Ngãi " * 4_000
    long = Document(text, spans=tuple(Span(n, n + 23, "STATE", text[:23]) for n in range(0, len(text), 24)))
    source = long._repr_html_()
    shown = "".join(Page(source).texts)
    assert text.startswith(shown)
    assert 52_000 < len(shown) < 54_000
    assert f"{len(text) - len(shown):,} more are not shown here" in source
    assert Page(long.to_html()).texts == [text]


spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 15), st.sampled_from(["PER", "POS", "PARTY", "STATE", "LOC"])),
    max_size=12,
)


@given(st.text(max_size=40), spans)
def test_marks_lose_no_letter_even_where_they_cross(text: str, given: list[tuple[int, int, str]]) -> None:
    found = [Span(a, a + n, label, text[a : a + n]) for a, n, label in given if a + n <= len(text)]
    pieces = tree(text, found)

    def letters(of: list[str | Mark]) -> str:
        return "".join(piece if isinstance(piece, str) else letters(piece.inside) for piece in of)

    assert letters(pieces) == text
    for mark in marks(pieces):
        assert letters(mark.inside) == text[mark.start : mark.end]
    for each in found:
        parts = [(mark.start, mark.end) for mark in marks(pieces) if mark.span is each]
        assert [n for start, end in parts for n in range(start, end)] == list(range(each.start, each.end))
    head, rest = fold(pieces, 10)
    assert letters([*head, *rest]) == text


# --- entities --------------------------------------------------------------------------------------------------------


def test_entities_stay_a_tuple(doc: Document) -> None:
    assert doc.people == tuple(doc.people)
    assert hash(doc.people) == hash(tuple(doc.people))
    assert repr(doc.officials) == repr(tuple(doc.officials))
    again = pickle.loads(pickle.dumps(doc))
    assert again == doc
    assert isinstance(again.spans, Entities)
    assert isinstance(doc.spans[1:3], Entities)
    assert doc.spans[1:3] == (doc.spans[1], doc.spans[2])
    assert Document.from_dict(doc.to_dict()) == doc


def test_lists_of_entities_are_tables(doc: Document) -> None:
    assert Page(doc.officials._repr_html_()).rows == [
        ["Name", "Posts", "Mentions"],
        ["Lê Văn An", "Bí thư Huyện ủy Bình Sơn", "2"],
    ]
    bodies = Page(doc.bodies._repr_html_()).rows
    assert bodies[1:] == [
        ["PARTYHuyện ủy Bình Sơn", "Party committee", "huyện Bình Sơn, tỉnh Quảng Ngãi (2:524)", "1"],
        ["STATEUBND tỉnh Quảng Ngãi", "people's committee", "tỉnh Quảng Ngãi (1:51)", "1"],
    ]
    assert Page(doc.locations._repr_html_()).rows[1][0] == "huyện Bình Sơn"
    assert Page(doc.spans._repr_html_()).rows[1] == ["POSBí thư Huyện ủy Bình Sơn", "0", "24", "1", "1.00"]
    assert Page(show.table(doc.officials[0].positions)).rows[1][:2] == ["Bí thư", "Huyện ủy Bình Sơn"]
    assert Page(show.table([unit("2:524")])).rows[1][:2] == ["2:524", "huyện Bình Sơn, tỉnh Quảng Ngãi"]
    assert "none" in doc.mass_bodies._repr_html_()
    assert len(Page(show.table([*doc.people, *doc.bodies])).cards) == 3


def test_a_long_table_is_bounded_and_says_so(doc: Document) -> None:
    page = show.table(doc.locations * 250)
    assert len(Page(page).rows) == 201
    assert "and 50 more" in page


def test_one_entity_is_a_card(doc: Document) -> None:
    position = doc.officials[0].positions[0]
    for entity, words in (
        (doc.officials[0], "Post|Bí thư Huyện ủy Bình Sơn"),
        (position, "Unit|huyện Bình Sơn, tỉnh Quảng Ngãi (2:524)"),
        (doc.bodies[0], "Kind|Party committee"),
        (doc.locations[0], "Stood|until 2025-06-30"),
        (unit("2:524"), "Stood|until 2025-06-30"),
        (unit("2:524"), "Level|district"),
        (unit("2:524"), "Went into|xã Bình Sơn, xã Vạn Tường, xã Đông Sơn, xã Bình Minh and 1 more"),
        (unit("2:769", "2022-01-01"), "Made of|quận 2, quận 9, quận Thủ Đức"),
        (unit("2:524"), "Point|15.3208° N, 108.7363° E"),
    ):
        assert words in Page(entity._repr_html_()).cards[0]


def test_rich_shows_them_in_the_terminal(doc: Document) -> None:
    def printed(item: object, colour: bool = False) -> str:
        out = io.StringIO()
        Console(file=out, width=100, force_terminal=colour, color_system="truecolor" if colour else None).print(item)
        return out.getvalue()

    assert "[POS:1 Bí thư [PARTY Huyện ủy [LOC Bình Sơn]]]" in printed(doc)
    assert "Lê Văn An" in printed(doc.officials)
    assert "UBND tỉnh Quảng Ngãi" in printed(doc.bodies)
    assert "huyện Bình Sơn, tỉnh Quảng Ngãi (2:524)" in printed(doc.bodies[0])
    assert "86;180;233" in printed(doc.people[0], colour=True)
    assert "\x1b[2J" not in printed(Person(1, "\x1b[2J"), colour=True)
    assert "none" in printed(doc.mass_bodies)
    assert "[bold]" in printed(Organization("[bold]x"))  # a name is no console markup


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_page_stands_alone_and_allows_only_its_own_script(doc: Document) -> None:
    for source in (doc.to_html(), show.report([doc])):
        page = Page(source)
        digest = base64.b64encode(hashlib.sha256(page.script.encode()).digest()).decode()
        assert f"script-src &#39;sha256-{digest}&#39;" in source or f"script-src 'sha256-{digest}'" in source
        assert "default-src 'none'" in source
        assert not re.search(r"""(?:src|href)=["'](?!#)|url\(|@import""", source)
        assert len(source) < 150_000


def test_the_page_links_entities_to_their_marks(doc: Document) -> None:
    source = doc.to_html()
    ids = re.findall(r'<mark [^>]*id="([^"]+)"', source)
    links = re.findall(r'href="#([^"]+)"', source)
    assert len(set(ids)) == len(ids) == 6
    assert set(links) <= set(ids)
    assert len(links) >= 5


def test_a_document_of_spans_alone_has_a_page() -> None:
    page = Page(Document.from_dict({"text": "Lê An", "spans": [[0, 5, "PER"]]}).to_html())
    assert page.marks == [("PER",)]
    assert page.texts == ["Lê An"]


@pytest.mark.parametrize(
    ("date", "provinces"), [("2020-05-01", "63 provinces"), ("2025-07-01", "34 provinces"), (None, "63 provinces")]
)
def test_the_map_is_of_the_day(doc: Document, date: str | None, provinces: str) -> None:
    source = replace(doc, date=date).to_html()
    assert f"{provinces}, " in source
    named = re.findall(r'class="gv-named"[^>]*><title>([^<]+)', source)
    assert set(named) == {"Quảng Ngãi"}
    assert "huyện Bình Sơn: 2 mentions" in source


def test_places_far_apart_show_the_whole_country_with_its_archipelagos(doc: Document) -> None:
    far = Location("Hà Nội", "province", unit("1:01"), (Span(0, 2, "LOC", "Bí"),))
    source = replace(doc, locations=(*doc.locations, far)).to_html()
    assert "Hoàng Sa" in source
    assert "Trường Sa" in source
    assert "Hoàng Sa" not in doc.to_html()
    assert "<svg" not in replace(doc, locations=(), bodies=()).to_html()


def test_outlines_of_both_times() -> None:
    assert (len(outlines("until")), len(outlines("since"))) == (63, 34)
    for edition in ("until", "since"):
        of = {outline.code: outline for outline in outlines(edition)}
        assert of["48"].box[2] > 112_000, "Hoàng Sa is Đà Nẵng's"
        assert of["56"].box[2] > 117_000, "Trường Sa is Khánh Hòa's"


def test_a_unit_lies_in_the_province_of_the_map() -> None:
    assert province_code(unit("2:524"), "until") == "51"
    assert province_code(unit("1:62"), "until") == "62"
    assert province_code(unit("1:62"), "since") == "51", "Kon Tum went into Quảng Ngãi"
    assert province_code(unit("1:15", "2026-01-01"), "until") is None, "the new Lào Cai is not the old Yên Bái"
    assert edition_of([]) == "since"


# --- reports ---------------------------------------------------------------------------------------------------------


def test_a_report_adds_documents_up(doc: Document) -> None:
    later = replace(doc, id="b2", date="2021-06-01")
    source = show.report((each for each in (doc, later, Document("", "b3"))), title="Kho báo")
    page = Page(source)
    assert "Kho báo" in source
    assert ["Document", "Date", "Source", "Characters", "Officials", "Bodies", "Places"] in page.rows
    assert ["b2", "2021-06-01", "Báo", str(len(TEXT)), "1", "2", "1"] in page.rows
    unit_line = "huyện Bình Sơn, tỉnh Quảng Ngãi (2:524)"
    held = ["Lê Văn An", "Bí thư", "Huyện ủy Bình Sơn", unit_line, "current", "2020-05-01", "2021-06-01", "2"]
    assert held in page.rows
    assert ["PARTYHuyện ủy Bình Sơn", "party committee", unit_line, "2", "2"] in page.rows
    assert ["huyện Bình Sơn", "district", unit_line, "2", "2"] in page.rows
    assert page.texts == [TEXT, TEXT, ""]
    ids = re.findall(r' id="([^"]+)"', source)
    assert len(set(ids)) == len(ids), "the same text twice, and every id once"


def test_a_large_report_is_bounded_and_counts_the_rest(doc: Document) -> None:
    source = show.report((replace(doc, id=str(n)) for n in range(50)), rows=10, texts=3)
    page = Page(source)
    assert len(page.texts) == 3
    assert sum(row[-3:] == ["1", "2", "1"] for row in page.rows) == 10
    assert "and 40 more" in source
    assert "and 47 more" in source


def test_a_report_of_nothing_is_a_page() -> None:
    assert Page(show.report([])).rows == []


# --- the command line ------------------------------------------------------------------------------------------------


def test_show_writes_a_page(stand_in: StandIn, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SENTENCE, encoding="utf-8")
    out = tmp_path / "a.html"
    result = CliRunner().invoke(app, ["show", str(tmp_path / "a.txt"), "--html", str(out)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert Page(out.read_text("utf-8")).texts == [SENTENCE]


def test_show_writes_a_report_and_names_what_it_cannot_read(stand_in: StandIn, doc: Document, tmp_path: Path) -> None:
    file, out = tmp_path / "a.jsonl", tmp_path / "a.html"
    write_jsonl(file, [doc, {"id": "bare", "text": SENTENCE}, {"id": "odd", "text": "a", "spans": [[0, 9, "PER"]]}])
    with file.open("a", encoding="utf-8") as lines:
        lines.write("nonsense\n")
    result = CliRunner().invoke(app, ["show", str(file), "--all", "--html", str(out)])
    assert result.exit_code == 3
    assert "'odd'" in result.stderr
    assert "a.jsonl:4: not JSON" in result.stderr
    assert Page(out.read_text("utf-8")).texts == [TEXT, SENTENCE]


def test_show_leaves_no_page_where_there_is_nothing(stand_in: StandIn, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("nonsense\n", encoding="utf-8")
    for extra in ([], ["--all"]):
        out = tmp_path / "a.html"
        result = CliRunner().invoke(app, ["show", str(tmp_path / "a.jsonl"), *extra, "--html", str(out)])
        assert result.exit_code == 1
        assert "not JSON" in result.stderr
        assert not out.exists()
    missing = CliRunner().invoke(app, ["show", str(tmp_path / "none.txt"), "--html", str(tmp_path / "b.html")])
    assert missing.exit_code == 1
    assert "none.txt" in missing.stderr
