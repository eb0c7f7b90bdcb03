"""Documents as Arrow and Parquet: nothing lost, the public schema, the flat tables, and files read back."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govner
from govner.entities import BODY_TYPES, Document, InputError, Location, Person, Position, Span, Unit
from govner.formats.jsonl import write_jsonl

pa = pytest.importorskip("pyarrow", reason='Arrow is an extra: pip install "govner[batch]"')
pq = pytest.importorskip("pyarrow.parquet")

from govner.formats.arrow import (  # noqa: E402
    SCHEMA,
    TABLES,
    VERSION,
    VERSION_KEY,
    from_batch,
    meaning,
    problems,
    read_parquet,
    tables,
    to_batch,
)

TEXT = (
    "Ngày 16-3, Bí thư Huyện ủy Bình Sơn Lê Văn An và bà Trần Thị Bé, Phó Chủ tịch UBND tỉnh Quảng Ngãi, thăm xã Bình "
    "Đông. Ông An nguyên là Giám đốc Sở Y tế."
)


@pytest.fixture(scope="module")
def read() -> Document:
    return govner.load(None)(TEXT, id="một", date="2021-03-16", source="Báo Thử")


# --- any document there can be ---------------------------------------------------------------------------------------

_words = st.text(st.characters(codec="utf-8"), max_size=8)
_days = st.none() | st.dates().map(date.isoformat)
_scores = st.floats(0, 1)
_units = st.none() | st.builds(
    Unit, code=_words, name=_words, type=_words, level=st.integers(1, 3), parent=st.none() | _words, valid_from=_days,
    valid_to=_days, lat=st.none() | st.floats(-90, 90), lon=st.none() | st.floats(-180, 180),
    successors=st.lists(_words, max_size=2).map(tuple), predecessors=st.lists(_words, max_size=2).map(tuple),
)  # fmt: skip


def _where(mark: tuple[Any, ...]) -> tuple[Any, ...]:
    return *mark[0], mark[1]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
    edges = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(sorted).filter(lambda e: e[0] < e[1])
    marks = draw(
        st.lists(
            st.tuples(edges, st.sampled_from(govner.entities.LABELS), st.none() | st.integers(0, 9), _scores),
            max_size=5,
            unique_by=_where,
        )
    )
    spans = [Span(a, b, label, text[a:b], person, score) for (a, b), label, person, score in marks]
    spans.sort(key=lambda s: (s.start, -s.end, govner.entities.LAYER[s.label]))

    def some(*labels: str) -> tuple[Span, ...]:
        fit = [span for span in spans if span.label in labels]
        return tuple(draw(st.lists(st.sampled_from(fit), max_size=2))) if fit else ()

    def body() -> govner.Body:
        label = draw(st.sampled_from(list(BODY_TYPES)))
        level = draw(st.sampled_from([None, "central", "grassroots"]))
        plain = [draw(st.none() | _words) for _ in range(3)]
        candidates = tuple(draw(st.lists(_words, max_size=2)))
        return BODY_TYPES[label](
            draw(_words), draw(_words), level, plain[0], plain[1], draw(_units), some(label), draw(_words), plain[2],
            draw(_scores), candidates,
        )  # fmt: skip

    bodies = tuple(body() for _ in range(draw(st.integers(0, 2))))

    def position() -> Position:
        return Position(
            draw(_words), draw(st.none() | st.sampled_from(bodies)) if bodies else None, draw(st.none() | _words),
            draw(_words), draw(st.sampled_from(["current", "removed"])), some("POS"),
            draw(st.none() | st.integers(0, 9)), draw(_words), draw(_days),
        )  # fmt: skip

    people = tuple(
        Person(n, draw(_words), some("PER"), tuple(position() for _ in range(draw(st.integers(0, 2)))))
        for n in range(draw(st.integers(0, 2)))
    )
    locations = tuple(
        Location(draw(_words), draw(_words), draw(_units), some("LOC"), draw(_words), draw(_scores), ("1:51",))
        for _ in range(draw(st.integers(0, 2)))
    )
    return Document(
        text, draw(st.none() | _words), draw(_days), draw(st.none() | _words), tuple(spans), people, bodies, locations,
        tuple(position() for _ in range(draw(st.integers(0, 1)))), draw(st.sampled_from([None, "given", "text"])),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(documents(), max_size=4))
def test_every_document_comes_back_as_it_went(given_documents: list[Document]) -> None:
    batch = to_batch(given_documents)
    assert batch.schema.equals(SCHEMA, check_metadata=True)
    back = list(from_batch(batch))
    assert back == given_documents
    # Bodies with ids are equal whatever else they say: compare all that is in them, too.
    assert [document.to_dict() for document in back] == [document.to_dict() for document in given_documents]


def test_to_parquet_and_back(tmp_path: Path, read: Document) -> None:
    assert read.people
    assert read.bodies
    assert read.locations
    target = tmp_path / "out.parquet"
    pq.write_table(pa.Table.from_batches([to_batch([read, Document("Không có gì.")])]), target)
    assert pq.read_schema(target).metadata[VERSION_KEY] == VERSION.encode()
    assert pq.read_schema(target).equals(SCHEMA, check_metadata=True)
    for path in (target, str(target), tmp_path, str(tmp_path / "*.parquet"), [target]):
        assert [document.to_dict() for document in govner.read_parquet(path)] == [
            read.to_dict(),
            Document("Không có gì.").to_dict(),
        ]


def test_from_other_file_systems(read: Document) -> None:
    import pyarrow.fs

    table = pa.Table.from_batches([to_batch([read])])
    memory = pyarrow.fs._MockFileSystem()
    memory.create_dir("out")
    pq.write_table(table, "out/a.parquet", filesystem=memory)
    assert [document.id for document in read_parquet("out", filesystem=memory)] == ["một"]
    fsspec = pytest.importorskip("fsspec")
    store = fsspec.filesystem("memory")
    with store.open("/out/b.parquet", "wb") as file:
        pq.write_table(table, file)
    assert [document.id for document in read_parquet("/out/*.parquet", filesystem=store)] == ["một"]


def test_plain_columns_for_those_who_do_not_know_govner(read: Document) -> None:
    (row,) = to_batch([read]).to_pylist()
    assert (row["id"], row["date"], row["source"], row["text"], row["error"]) == (
        "một", date(2021, 3, 16), "Báo Thử", TEXT, None,
    )  # fmt: skip
    assert [TEXT[span["start"] : span["end"]] for span in row["spans"]] == [span.text for span in read.spans]
    official = next(person for person in row["people"] if person["name"] == "Lê Văn An")
    post = official["positions"][0]
    assert official["official"]
    assert row["bodies"][post["body"]]["name"] == "Huyện ủy Bình Sơn"
    assert row["bodies"][post["body"]]["unit"]["name"] == "Bình Sơn"


def test_the_schema_has_all_that_a_document_says(read: Document) -> None:
    said = read.to_dict()
    assert {*said, "error"} - {"links", "scores"} == set(SCHEMA.names)  # both follow from the rest
    for group in ("people", "bodies", "locations"):
        kind = SCHEMA.field(group).type.value_type
        assert set(said[group][0]) == {kind.field(n).name for n in range(kind.num_fields)}
    posts = SCHEMA.field("positions").type.value_type
    assert set(said["people"][0]["positions"][0]) == {posts.field(n).name for n in range(posts.num_fields)}


def test_rows_that_failed_are_told_and_passed_over(read: Document) -> None:
    batch = to_batch([Document("", "xấu"), read, Document("")], ["not UTF-8", None, "too large"])
    assert [document.id for document in from_batch(batch)] == ["một"]
    told = [(problem.id, str(problem)) for problem in problems(batch, 10)]
    assert told == [("xấu", "row 10: not UTF-8"), (None, "row 12: too large")]
    with pytest.raises(InputError, match="2 errors for 1 documents"):
        to_batch([read], [None, None])


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (Document("x", "a", date="16/3/2021"), "document a: cannot be written: date '16/3/2021' is not an ISO day"),
        (Document("x", "a", date="20210316"), "not an ISO day"),
        (Document("x", "a", date="2021-02-30"), "document a"),
        (Document("x\ud800", "a"), "document a: cannot be written"),
        (Document("x", None, source="\udfff"), "document 1: cannot be written"),
    ],
)
def test_a_document_that_no_file_can_hold_is_named(document: Document, reason: str) -> None:
    with pytest.raises(InputError, match=reason.replace("'", ".")):
        to_batch([Document("gut"), document])


def test_what_others_wrote_is_refused_by_name(tmp_path: Path, read: Document) -> None:
    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"text": ["a"]}), other)
    with pytest.raises(InputError, match=r"other\.parquet: no column 'id'"):
        list(read_parquet(other))
    wrong = pa.Table.from_batches([to_batch([read])])
    wrong = wrong.set_column(wrong.schema.get_field_index("spans"), "spans", pa.array([7]))
    with pytest.raises(InputError, match="column 'spans' is int64"):
        list(from_batch(wrong))
    newer = pa.Table.from_batches([to_batch([read])]).replace_schema_metadata({VERSION_KEY: b"99"})
    with pytest.raises(InputError, match=r"schema version 99.*update govner"):
        list(from_batch(newer))
    (tmp_path / "no.parquet").write_bytes(b"no Parquet at all")
    for name in ("no.parquet", "none.parquet"):
        with pytest.raises(InputError, match=f"{name}: cannot be read as Parquet"):
            list(read_parquet(tmp_path / name))
    with pytest.raises(InputError, match="no file is named so"):
        list(read_parquet(tmp_path / "*.pq"))


def test_a_row_that_does_not_fit_its_text_is_refused(read: Document) -> None:
    rows = to_batch([read]).to_pylist()
    rows[0]["text"] = "kurz"
    with pytest.raises(InputError, match=r"'một'.*does not fit the text"):
        list(from_batch(pa.Table.from_pylist(rows, SCHEMA)))


def test_reads_what_engines_make_of_the_types(read: Document) -> None:
    # Large strings, wider numbers, list items of another name, no metadata: Ray, Spark, DuckDB and polars do so.
    pl = pytest.importorskip("polars")
    through = pl.from_arrow(pa.Table.from_batches([to_batch([read])])).to_arrow()
    assert [document.to_dict() for document in from_batch(through)] == [read.to_dict()]


def test_every_field_and_column_is_documented() -> None:
    def paths(fields: Any, above: str = "") -> Iterator[str]:
        for field in fields:
            kind = field.type
            yield f"{above}{field.name}"
            while pa.types.is_list(kind):
                kind = kind.value_type
            if pa.types.is_struct(kind):
                inner = [kind.field(n) for n in range(kind.num_fields)]
                yield from paths(inner, f"{above}{field.name}.")

    told = {path: meaning(path) for path in paths(SCHEMA)}
    told |= {f"{name}:{field.name}": meaning(field.name, name) for name, table in TABLES.items() for field in table}
    assert all(told.values())
    assert told["people.positions.mentions.start"] == "first character"
    assert "counted from 0" in told["posts:post"]
    with pytest.raises(InputError, match=r"no field 'spans\.colour'"):
        meaning("spans.colour")


# --- flat tables -----------------------------------------------------------------------------------------------------


def test_flat_tables_join_by_row_and_number(read: Document) -> None:
    flat = tables([Document("Không có gì."), read], rows=[4, 9])
    assert list(flat) == list(TABLES)
    for name, table in flat.items():
        assert table.schema.equals(TABLES[name], check_metadata=True)
        assert set(table["row"].to_pylist()) == {9}
        assert set(table["document"].to_pylist()) == {"một"}
        assert set(table["date"].to_pylist()) == {date(2021, 3, 16)}
    mentions, people, posts, bodies, locations = (flat[name].to_pylist() for name in TABLES)
    assert [row["text"] for row in mentions] == [span.text for span in read.spans]

    post = next(row for row in posts if row["name"] == "Bí thư Huyện ủy Bình Sơn")
    assert next(row["name"] for row in people if row["person"] == post["person"]) == post["holder"] == "Lê Văn An"
    body = next(row for row in bodies if row["body"] == post["body"])
    assert (body["name"], body["unit_name"], body["province"]) == ("Huyện ủy Bình Sơn", "huyện Bình Sơn", "Quảng Ngãi")
    assert [row["text"] for row in mentions if row["post"] == post["post"]] == ["Bí thư Huyện ủy Bình Sơn"]
    assert [row["text"] for row in mentions if row["body"] == post["body"]] == ["Huyện ủy Bình Sơn"]
    commune = next(row for row in locations if row["name"] == "xã Bình Đông")
    assert [row["text"] for row in mentions if row["location"] == commune["location"]] == ["xã Bình Đông"]
    # Every mention of a body, place or post leads to its row, and no row is without a mention.
    for column, rows in (("post", posts), ("body", bodies), ("location", locations)):
        numbers = [row[column] for row in mentions if row[column] is not None]
        assert {n: numbers.count(n) for n in numbers} == {row[column]: row["mentions"] for row in rows}
    assert any(row["person"] is None for row in posts) == bool(read.positions)


def test_flat_tables_of_nothing_and_of_few_kinds() -> None:
    for table in tables([]).values():
        assert table.num_rows == 0
    assert list(tables([Document("x")], kinds=["posts"])) == ["posts"]
    with pytest.raises(InputError, match="no table 'sentences'; the tables are mentions, people"):
        tables([], kinds=["sentences"])
    with pytest.raises(InputError, match="document 7: cannot be written"):
        tables([Document("x", date="gestern")], rows=[7])


def test_a_unit_of_ones_own_has_no_province() -> None:
    unit = Unit("99999", "Nơi Nào", "Xã", 3, "99998")
    (row,) = tables([Document("x", locations=(Location("Nơi Nào", "commune", unit),))])["locations"].to_pylist()
    assert (row["unit"], row["province"]) == ("3:99999", None)


# --- files of JSON lines ---------------------------------------------------------------------------------------------


def test_documents_back_from_json_lines(tmp_path: Path, read: Document) -> None:
    plain = tmp_path / "out.jsonl"
    write_jsonl(plain, [read, Document("Không có gì.")])
    packed = tmp_path / "out.jsonl.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    paths: list[Any] = [plain, str(packed)]
    try:
        import zstandard

        (tmp_path / "out.jsonl.zst").write_bytes(zstandard.compress(plain.read_bytes()))
        paths.append(tmp_path / "out.jsonl.zst")
    except ImportError:
        pass
    pq.write_table(pa.Table.from_batches([to_batch([read, Document("Không có gì.")])]), tmp_path / "out.parquet")
    paths.append(tmp_path / "out.parquet")
    for path in paths:
        assert [document.to_dict() for document in govner.read_documents(path)] == [
            read.to_dict(),
            Document("Không có gì.").to_dict(),
        ]


def test_a_line_that_is_no_document_is_named(tmp_path: Path, read: Document) -> None:
    target = tmp_path / "out.jsonl"
    for line, reason in (
        (b'{"text": "x"}', "not an annotated document: no spans"),
        (b"{", "Expecting"),
        (b"[]", "not an annotated document"),
        (b'{"text": "\xff"}', "not UTF-8"),
        (b'{"text": "x", "spans": [[0, 9, "PER"]]}', "does not fit the text"),
    ):
        target.write_bytes(json.dumps(read.to_dict()).encode() + b"\n\n" + line)
        got = govner.read_documents(target)
        assert next(got).id == "một"
        with pytest.raises(InputError, match=rf"out\.jsonl:3: .*{reason}"):
            next(got)
    target.with_suffix(".jsonl.gz").write_bytes(gzip.compress(target.read_bytes())[:-9])
    with pytest.raises(InputError, match="cannot be read"):
        list(govner.read_documents(target.with_suffix(".jsonl.gz")))
    for name in ("none.jsonl", "none.jsonl.gz", "none.parquet"):
        with pytest.raises(InputError, match=f"{name}: cannot be read"):
            list(govner.read_documents(tmp_path / name))
    with pytest.raises(InputError, match="holds no Documents"):
        govner.read_documents(tmp_path / "a.csv")
