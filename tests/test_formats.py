"""JSON lines and inline markup."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from govner.entities import Document, InputError, Span
from govner.formats import Problem, from_markup, read_jsonl, to_markup, write_jsonl
from govner.formats.jsonl import iso_day

MARKED = "ông ⟦PER:1|Lê Văn An⟧, ⟦POS:1|Bí thư ⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧⟧."
PLAIN = "ông Lê Văn An, Bí thư Huyện ủy Bình Sơn."


def read(*lines: bytes) -> list[dict[str, Any] | Problem]:
    return list(read_jsonl(io.BytesIO(b"\n".join(lines)), "in"))


BAD_LINES = [
    (b"{", "not JSON"),
    (b"[1]", "not a JSON object but a list"),
    (b"7", "not a JSON object but a number"),
    (b'{"id": "a"}', 'no field "text"'),
    (b'{"text": 5}', '"text" is a number, not a string'),
    (b'{"text": null}', '"text" is null, not a string'),
    (b'{"text": "a", "id": ["x"]}', '"id" is a list, not a string'),
    (b'{"text": "a", "date": "01/07/2025"}', "not an ISO day"),
    (b'{"text": "a", "date": 2025}', '"date" is a number, not a string'),
    (b'{"text": "a\\ud800"}', "half a surrogate pair (\\ud800) at character 1"),
    (b'{"text": "\xff"}', "not UTF-8: byte 0xff at 10"),
    (b"[" * 200_000, "not JSON"),
    (b'{"text": "a", "n": ' + b"9" * 5000 + b"}", "not JSON"),
]


@pytest.mark.parametrize(("line", "reason"), BAD_LINES, ids=[reason for _, reason in BAD_LINES])
def test_one_bad_line_costs_that_line_alone(line: bytes, reason: str) -> None:
    first, bad, last = read(b'{"text": "before"}', line, b'{"text": "after"}')
    assert isinstance(bad, Problem)
    assert bad.where == "in:2"
    assert reason in bad.reason
    assert [row["text"] for row in (first, last) if isinstance(row, dict)] == ["before", "after"]


def test_reads_a_mark_of_byte_order_blank_lines_numbers_as_ids_and_times_as_days() -> None:
    first = b'\xef\xbb\xbf{"text": "a", "id": 7, "date": "2025-07-01T08:30:00+07:00"}\r'
    rows = read(first, b"", b'{"text": "", "x": 1}')
    assert rows == [{"text": "a", "id": "7", "date": "2025-07-01"}, {"text": "", "x": 1, "date": None}]


@pytest.mark.parametrize(("given_day", "day"), [(None, None), ("", None), (" 2025-07-01 ", "2025-07-01")])
def test_iso_day(given_day: str | None, day: str | None) -> None:
    assert iso_day(given_day) == day


def test_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out.jsonl"
    assert write_jsonl(target, [Document(PLAIN, "một"), {"id": "b", "text": "x"}]) == 2
    assert [row["id"] for row in read_jsonl(target) if isinstance(row, dict)] == ["một", "b"]
    before = target.read_bytes()
    assert "một".encode() in before  # letters as they are, not as escapes

    def broken() -> Iterator[Document]:
        yield Document("x")
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        write_jsonl(target, broken())
    assert target.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_unwritable_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write_jsonl(tmp_path / "none" / "out.jsonl", [])
    with pytest.raises(InputError, match="a folder"):
        write_jsonl(tmp_path, [])


def test_markup_to_document() -> None:
    document = from_markup(MARKED, id="a", date="2025-01-02", source="báo")
    assert (document.text, document.id, document.date, document.source) == (PLAIN, "a", "2025-01-02", "báo")
    assert [(s.text, s.label, s.person) for s in document.spans] == [
        ("Lê Văn An", "PER", 1),
        ("Bí thư Huyện ủy Bình Sơn", "POS", 1),
        ("Huyện ủy Bình Sơn", "PARTY", None),
        ("Bình Sơn", "LOC", None),
    ]
    assert all(PLAIN[s.start : s.end] == s.text for s in document.spans)
    (official,) = document.officials
    assert (official.name, [str(p) for p in official.positions]) == ("Lê Văn An", ["Bí thư Huyện ủy Bình Sơn"])
    assert to_markup(document) == MARKED
    assert Document.from_dict(json.loads(json.dumps(document.to_dict()))) == document


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("a ⟦PER:1|b", "at character 2: PER mark is never closed"),
        ("a b⟧", "at character 3: ⟧ closes no mark"),
        ("⟦NAME|b⟧", "at character 0: unknown label 'NAME'"),
        ("⟦ b⟧", "at character 0: ⟦ without LABEL|"),
        ("x⟦LOC|⟧", "at character 1: empty LOC mark"),
        ("⟦LOC|Huế ⟧", "LOC mark with a blank at its edge: 'Huế '"),
        ("⟦PARTY|a ⟦ORG|b⟧⟧", "at character 9: ORG mark inside a mark of PARTY"),
        ("⟦PER:1|a ⟦LOC|b⟧⟧", "at character 9: LOC mark inside a PER mark"),
        ("⟦LOC:2|Huế⟧", "at character 0: LOC mark takes no number"),
    ],
)
def test_bad_markup_names_position_and_reason(markup: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        from_markup(markup, id="doc")
    assert str(caught.value).startswith("doc: ")
    assert reason in str(caught.value)


def test_markup_cannot_hold_its_own_signs_or_crossing_spans() -> None:
    with pytest.raises(InputError, match="at character 2: the text itself holds '⟦'"):
        to_markup(Document("a ⟦b"))
    crossing = (Span(0, 2, "POS", "ab"), Span(1, 3, "LOC", "bc"))
    with pytest.raises(InputError, match="crosses"):
        to_markup(Document("abc", spans=crossing))


BY_LAYER = (["PER:3", "POS", "POS:3"], ["PARTY", "STATE", "MASS", "ORG"], ["LOC"], [""])


@st.composite
def markups(draw: st.DrawFn, layer: int = 0) -> str:
    """Well-formed markup: words and, between them, marks of this layer or a later one."""
    word = st.text("abê ủ\u0323Đ\n", min_size=1, max_size=4).map(lambda w: f"x{w}x")
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        parts.append(draw(word))
        label = draw(st.sampled_from(BY_LAYER[layer]))
        if label and draw(st.booleans()):
            inner = draw(markups(3 if label.startswith("PER") else layer + 1)) if layer < 3 else "x"
            parts.append(f"⟦{label}|{inner}⟧")
    return "".join(parts)


@given(markups())
def test_markup_round_trips(markup: str) -> None:
    document = from_markup(markup)
    assert to_markup(document) == markup
    assert Document.from_dict(document.to_dict()) == document


def test_agrees_with_the_annotators_reader(shared: Path) -> None:
    scope: dict[str, Any] = {"__name__": "markup"}
    exec((shared / "gold" / "markup.py").read_text(encoding="utf-8"), scope)
    marked = (shared / "seed" / "article.ann").read_text(encoding="utf-8").rstrip("\n")
    text, spans, errors = scope["parse"](marked)
    document = from_markup(marked)
    assert not errors
    assert document.text == text
    assert [(s.start, s.end, s.label, s.person) for s in document.spans] == spans
    assert to_markup(document) == marked


def test_every_annotated_text_round_trips(dev: list[dict[str, Any]]) -> None:
    for row in dev:
        document = Document.from_dict(row)
        assert from_markup(to_markup(document), id=row["id"]).spans == document.spans
