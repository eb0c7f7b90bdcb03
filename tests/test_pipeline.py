"""The pipeline: what goes in, what comes out, which errors rise; and that any text gives a sound Document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import govner
from govner.entities import LABELS, LAYER, Document, InputError, Span
from govner.formats import from_markup
from govner.pipeline import Pipeline

TEXT = "Ông Lê Văn An, Phó Bí thư Thường trực Huyện ủy Bình Sơn (Quảng Ngãi), họp với UBND huyện."
SPANS = [
    ("PER", "Lê Văn An"),
    ("POS", "Phó Bí thư Thường trực Huyện ủy Bình Sơn"),
    ("PARTY", "Huyện ủy Bình Sơn"),
    ("LOC", "Bình Sơn"),
    ("LOC", "Quảng Ngãi"),
    ("STATE", "UBND huyện"),
]


@pytest.fixture(scope="module")
def nlp() -> Pipeline:
    return govner.load()


def labelled(document: Document) -> list[tuple[str, str]]:
    return [(span.label, span.text) for span in document.spans]


def test_one_text(nlp: Pipeline) -> None:
    document = nlp(TEXT, id="a", date="2021-03-16", source="Báo Quảng Ngãi")
    assert labelled(document) == SPANS
    assert (document.id, document.date, document.source, document.text) == ("a", "2021-03-16", "Báo Quảng Ngãi", TEXT)
    assert all(0.5 < span.score <= 1.0 for span in document.spans)
    assert all(span.score == 1.0 for span in govner.load(None)(TEXT).spans)
    (official,) = document.officials
    assert official.name == "Lê Văn An"
    (position,) = official.positions
    assert (position.title, position.kind, position.status) == ("Phó Bí thư Thường trực", "party", "current")
    assert position.body in document.party_bodies
    assert document.locations


def test_pipe_takes_texts_pairs_and_mappings_in_any_mix(nlp: Pipeline) -> None:
    items: list[Any] = [
        TEXT,
        ("n1", TEXT),
        (7, ""),
        {"text": TEXT, "id": "n2", "date": "2025-07-02", "source": "VnExpress", "title": "of no use here"},
        {"text": "trời nắng"},
    ]
    documents = list(nlp.pipe(items))
    assert [(d.id, d.date, d.source) for d in documents] == [
        (None, None, None), ("n1", None, None), (7, None, None), ("n2", "2025-07-02", "VnExpress"), (None, None, None),
    ]  # fmt: skip
    assert [len(d.spans) for d in documents] == [6, 6, 0, 6, 0]


@pytest.mark.parametrize("batch_size", [1, 2, 3, 64])
def test_pipe_gives_what_single_calls_give(nlp: Pipeline, batch_size: int) -> None:
    texts = [TEXT, "", "Bí thư Tỉnh ủy", TEXT * 3, "\n"]
    assert list(nlp.pipe(texts, batch_size=batch_size)) == [nlp(text) for text in texts]


def test_pipe_reads_no_further_than_its_batch(nlp: Pipeline) -> None:
    seen = []

    def stream() -> Iterator[str]:
        for n in range(1000):
            seen.append(n)
            yield f"Ông Lê Văn {n}"

    assert len(list(islice(nlp.pipe(stream(), batch_size=4), 6))) == 6
    assert len(seen) == 8


def test_pipe_of_nothing(nlp: Pipeline) -> None:
    assert list(nlp.pipe([])) == []


@pytest.mark.parametrize("value", [None, 3, b"An", ["An"], TEXT.split()])
def test_a_text_must_be_a_string(nlp: Pipeline, value: Any) -> None:
    with pytest.raises(InputError, match=f"the text: a text must be a string, not {type(value).__name__}"):
        nlp(value)
    with pytest.raises(InputError, match=f"n7: a text must be a string, not {type(value).__name__}"):
        list(nlp.pipe([("n7", value)]))
    with pytest.raises(InputError, match=f"n7: a text must be a string, not {type(value).__name__}"):
        list(nlp.pipe([{"id": "n7", "text": value}]))


@pytest.mark.parametrize("item", [3, None, b"An", {"id": "a"}, ("a",), ("a", "b", "c"), ["a", "b"]])
def test_an_item_that_is_none_of_the_three(nlp: Pipeline, item: Any) -> None:
    with pytest.raises(InputError, match=f"item 1 is {type(item).__name__}: give a text, an"):
        list(nlp.pipe([TEXT, item]))


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_holds_something(nlp: Pipeline, size: int) -> None:
    with pytest.raises(InputError, match="batch_size must be at least 1"):
        list(nlp.pipe([TEXT], batch_size=size))


@pytest.mark.parametrize("date", ["16.3.2021", "2021-13-01", "yesterday", ""])
def test_a_date_that_is_no_day(nlp: Pipeline, date: str) -> None:
    with pytest.raises(InputError, match=r"(?i)day|date"):
        nlp(TEXT, date=date)


def test_stages_can_be_left_out() -> None:
    spans_only = govner.load(exclude=["linking"])(TEXT, id="a")
    assert labelled(spans_only) == SPANS
    assert (spans_only.people, spans_only.bodies, spans_only.locations) == ((), (), ())
    assert all(span.person is None for span in spans_only.spans)
    for nothing in (
        govner.load(None, rules=False),
        govner.load(None, exclude=("rules",)),
        govner.load(None, exclude=["rules", "linking"]),
    ):
        assert nothing(TEXT) == Document(TEXT)
    assert repr(govner.load(None, exclude=["linking"])) == "Pipeline(tokens → rules)"


def test_an_unknown_stage() -> None:
    with pytest.raises(InputError, match=r"no stage tagging; the stages are rules, tagger, linking"):
        govner.load(exclude=["tagging"])


def test_an_unknown_model() -> None:
    with pytest.raises(InputError, match="no model 'mine'"):
        govner.load("mine")


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00a0\u200b", "\ufeff", "...", "\ud83d", "\x00", "😀", "⟦PER|⟧"])
def test_texts_without_anything(nlp: Pipeline, text: str) -> None:
    assert nlp(text) == Document(text)


def test_no_state_between_texts(nlp: Pipeline) -> None:
    alone = nlp("Ông An nói.")
    nlp("Ông Lê Văn An, Bí thư Huyện ủy Bình Sơn, nói.")
    assert nlp("Ông An nói.") == alone


def test_a_text_of_a_megabyte(nlp: Pipeline) -> None:
    articles = sorted(Path(__file__).parent.glob("articles/*.ann"))
    parts = [from_markup(path.read_text(encoding="utf-8")).text for path in articles]
    reader = govner.load(exclude=["linking"])
    article = "\n\n".join(parts)
    times = 1_000_000 // len(article.encode()) + 1
    whole = nlp("\n\n".join([article] * times))
    assert len(whole.text.encode()) >= 1_000_000
    assert_sound(whole)
    pieces = sum(len(document.spans) for document in reader.pipe(parts)) * times
    assert 0.97 * pieces <= len(whole.spans) <= 1.1 * pieces  # a long text remembers names of its other parts


def test_a_megabyte_without_blanks_or_of_one_word(nlp: Pipeline) -> None:
    for text in ("a" * 1_000_000, "Nguyễn " * 150_000, "Bí thư " * 150_000, "(" * 1_000_000, "Q." * 300_000):
        assert_sound(nlp(text))


WORDS = (
    "Bí thư", "Phó Bí thư Thường trực", "Chủ tịch", "phó chủ tịch", "Tỉnh ủy", "Huyện ủy", "Đảng ủy", "UBND", "HĐND",
    "UBND tỉnh", "nguyên", "cựu", "quyền", "Trưởng", "Ban Tổ chức Trung ương", "Ban Thường vụ", "Đảng",
    "Trung ương Đảng", "Bộ Chính trị", "Bộ trưởng", "Bộ Y tế", "Sở Y tế", "Công an tỉnh", "Giám đốc", "MTTQ",
    "Hội Nông dân huyện", "Đoàn", "Công ty TNHH", "Trường THPT", "Bệnh viện", "Báo", "Tuổi Trẻ", "ông", "bà",
    "đồng chí", "đ/c", "Đại tá", "GS.TS", "Nguyễn", "Lê", "Văn", "Thị", "An", "Bình", "Hòa Bình", "Hồ Chí Minh",
    "Trần Đức Lương", "Kim Jong-un", "Donald Trump", "Y Thanh Hà Niê Kđăm", "K'Dõng", "H'", "A.", "N.ĐỨC",
    "LÊ VĂN AN", "tỉnh", "huyện", "Huyện", "xã", "TP.HCM", "Q.2", "P.", "phường", "đặc khu", "Quảng Ngãi", "Bình Sơn",
    "Hà Nội", "Việt Nam", "Mỹ", "Lào", "Trung Quốc", "sông", "đường", "quốc lộ", "1A", "số", "16.3", "5", "XVII",
    "và", "của", "tại", "ở", "là", "các", "hai", "cho biết", ",", ";", ".", ":", "-", "–", "/", "(", ")", "“", "”",
    "‘", "'", "…", "\n", "\r\n", "\u00a0", "\u200b", "Ảnh:", "Uỷ", "Hoà", "Ð",
)  # fmt: skip
PIECE = st.one_of(st.sampled_from(WORDS), st.text(max_size=4))
MIX = st.lists(st.tuples(PIECE, st.sampled_from([" ", " ", " ", "", "  ", "\n"])), max_size=60).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)


def assert_sound(document: Document) -> None:
    """What the schema promises of every Document."""
    text, spans = document.text, document.spans
    assert all(0 <= s.start < s.end <= len(text) and text[s.start : s.end] == s.text for s in spans)
    assert all(s.text.strip() == s.text and s.label in LABELS and 0.0 <= s.score <= 1.0 for s in spans)
    assert list(spans) == sorted(spans, key=lambda s: (s.start, -s.end, LAYER[s.label]))
    open_spans: list[Span] = []
    for span in spans:
        while open_spans and open_spans[-1].end <= span.start:
            open_spans.pop()
        if open_spans:
            outer = open_spans[-1]
            assert span.end <= outer.end, f"{span!r} crosses {outer!r}"
            assert outer.label != "PER", f"{span!r} inside {outer!r}"
            assert LAYER[outer.label] < LAYER[span.label], f"{span!r} inside {outer!r}"
        open_spans.append(span)
    numbers = [person.id for person in document.people]
    assert len(set(numbers)) == len(numbers)
    known = set(spans)
    for person in document.people:
        assert person.mentions
        assert all(m in known and m.label == "PER" and m.person == person.id for m in person.mentions)
        for position in person.positions:
            assert position.person == person.id
            assert all(m in known and m.label == "POS" and m.person == person.id for m in position.mentions)
            assert position.body is None or position.body in document.bodies
    for span in spans:
        assert span.person is None or span.person in numbers
        assert span.label in ("PER", "POS") or span.person is None
    for entity in (*document.bodies, *document.locations):
        label = getattr(entity, "label", "LOC")
        assert entity.mentions
        assert all(m in known and m.label == label for m in entity.mentions)
    names = [m for person in document.people for m in person.mentions]
    assert len(names) == len(set(names)) == sum(s.label == "PER" for s in spans)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(), MIX, MIX))
@example("Ảnh: VĂN ANBí thư Tỉnh uỷ")
def test_any_text_gives_a_sound_document(text: str) -> None:
    document = govner.load()(text)
    assert document.text == text
    assert_sound(document)
    assert Document.from_dict(json.loads(json.dumps(document.to_dict()))) == document


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers() | st.text(max_size=3), MIX), max_size=5), st.integers(1, 4))
def test_any_stream_keeps_its_ids(rows: list[tuple[Any, str]], batch_size: int) -> None:
    documents = list(govner.load().pipe(rows, batch_size=batch_size))
    assert [(document.id, document.text) for document in documents] == rows
