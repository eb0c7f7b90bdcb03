"""Documents as frames of pandas and polars."""

from __future__ import annotations

import datetime
import subprocess
import sys
from typing import Any

import pytest

import govner
from govner.entities import Document, GovnerError, InputError

pytest.importorskip("pyarrow", reason='frames need an extra: pip install "govner[pandas]"')

FIRST = "Bí thư Huyện ủy Bình Sơn Lê Văn An thăm xã Bình Đông."
SECOND = "Bà Trần Thị Bé, Chủ tịch UBND tỉnh Quảng Ngãi, tiếp ông Lê Văn An."
KINDS = ("mentions", "people", "posts", "bodies", "locations")


@pytest.fixture(scope="module")
def read() -> list[Document]:
    rows = [{"id": "a", "text": FIRST, "date": "2021-03-16", "source": "Báo Thử"}, {"text": SECOND}]
    return list(govner.load(None).pipe(rows))


def test_pandas_frames_of_many_documents(read: list[Document]) -> None:
    pd = pytest.importorskip("pandas")
    posts = govner.to_frame(read, "posts")
    assert isinstance(posts, pd.DataFrame)
    held = posts[["row", "holder", "name", "province", "kind", "status"]].values.tolist()
    assert held == [
        [0, "Lê Văn An", "Bí thư Huyện ủy Bình Sơn", "Quảng Ngãi", "party", "current"],
        [1, "Trần Thị Bé", "Chủ tịch UBND tỉnh Quảng Ngãi", "Quảng Ngãi", "state", "current"],
    ]
    assert posts["date"][0] == pd.Timestamp("2021-03-16")
    assert pd.isna(posts["date"][1])
    assert pd.isna(posts["document"][1])
    # A whole number stays one beside what is not known.
    mentions = govner.to_frame(read)
    assert str(mentions["person"].dtype) == "Int32"
    assert mentions["person"].isna().any()
    # Frames join: who is named where.
    people = govner.to_frame(iter(read), "people")
    joined = mentions.merge(people, on=["row", "person"])
    assert joined.groupby("name")["text"].apply(list)["Trần Thị Bé"] == [
        "Trần Thị Bé",
        "Chủ tịch UBND tỉnh Quảng Ngãi",
    ]


def test_polars_frames_say_the_same(read: list[Document]) -> None:
    pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    for kind in KINDS:
        frame: Any = govner.to_frame(read, kind, library="polars")  # type: ignore[arg-type]
        assert isinstance(frame, pl.DataFrame)
        pandas: Any = govner.to_frame(read, kind)  # type: ignore[arg-type]
        assert frame.columns == list(pandas.columns)
        assert frame.height == len(pandas) > 0
    first = govner.to_frame(read, "posts", library="polars").row(0, named=True)
    assert (first["date"], first["holder"]) == (datetime.date(2021, 3, 16), "Lê Văn An")


def test_a_frame_of_one_document(read: list[Document]) -> None:
    pytest.importorskip("pandas")
    first = read[0]
    assert first.to_frame().text.tolist() == [span.text for span in first.spans]
    assert first.to_frame("bodies").name.tolist() == [body.name for body in first.bodies]
    assert first.to_frame("locations").name.tolist() == [place.name for place in first.locations]
    assert first.to_frame("people").official.tolist() == [True]
    assert Document("Không có gì.").to_frame("posts").empty
    pytest.importorskip("polars")
    assert first.to_frame("people", library="polars")["name"].to_list() == ["Lê Văn An"]


def test_unknown_kinds_and_libraries_are_named(read: list[Document]) -> None:
    with pytest.raises(InputError, match="no table 'officials'; the tables are mentions, people, posts"):
        read[0].to_frame("officials")  # type: ignore[call-overload]
    with pytest.raises(InputError, match="no library 'vaex'; the libraries are pandas and polars"):
        read[0].to_frame("posts", library="vaex")  # type: ignore[call-overload]


def test_what_is_no_document_is_named(read: list[Document]) -> None:
    pytest.importorskip("pandas")
    for wrong, message in (
        ("Hà Nội mưa to.", "not str; read it first"),
        ([*read, "Hà Nội mưa to."], f"item {len(read)} is no Document but str"),
    ):
        with pytest.raises(InputError, match=message):
            govner.to_frame(wrong, "posts")  # type: ignore[call-overload]


def test_a_library_that_is_not_there_is_named_with_its_extra(read: list[Document], monkeypatch: Any) -> None:
    for library in ("pandas", "polars"):
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(GovnerError, match=rf'{library} is not installed: pip install "govner\[{library}\]"'):
            govner.to_frame(read, "posts", library=library)


def test_the_types_import_nothing_heavy(python: str) -> None:
    code = "import govner, sys; govner.Document.to_frame; print({'pandas', 'polars', 'pyarrow'} & set(sys.modules))"
    run = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "set()"
