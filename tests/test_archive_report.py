"""The page on an archive: it counts what the flat tables hold, and shows no text."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("pyarrow", reason='archives are an extra: pip install "govner[batch]"')
pytest.importorskip("polars", reason='the page needs polars: pip install "govner[polars]"')

from govner.batch import annotate_files

TOOL = Path(__file__).resolve().parents[1] / "tools" / "archive_report.py"

TEXTS = [
    ("2025-08-03", "Bí thư Huyện ủy Bình Sơn Lê Văn An thăm xã Bình Đông."),
    ("2025-08-20", "Ông LÊ VĂN AN, Bí thư Huyện ủy Bình Sơn, tiếp dân sáng nay."),
    ("2025-09-01", "Bí thư Huyện ủy Bình Sơn Lê Văn An gặp bà Trần Thị Bé, Chủ tịch UBND tỉnh Quảng Ngãi."),
    ("2025-09-02", "Trời mưa to ở Hà Nội."),
]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("archive_report", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(tool: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("archive")
    lines = [json.dumps({"id": str(n), "date": day, "text": text}) for n, (day, text) in enumerate(TEXTS)]
    (folder / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    annotate_files([folder / "in.jsonl"], folder / "own.parquet", tables=True, model=None, workers=0)
    found: str = tool.page([tool.Archive(folder / "own.parquet")], "A sample.")
    return found


def row(page: str, first: str) -> list[list[str]]:
    """The rows of the page's tables that begin with a cell, without it."""
    lines = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line[1:]] for line in lines if line[0].strip() == first]


def test_counts_documents_people_posts_and_months(page: str) -> None:
    assert row(page, "documents") == [["4"], ["2", "2"]]
    # One man, whether his name is written in capitals or not; and by month.
    assert row(page, "Lê Văn An") == [["Bí thư Huyện ủy Bình Sơn", "Quảng Ngãi", "3"], ["2", "1"]]
    assert row(page, "Trần Thị Bé") == [["Chủ tịch UBND tỉnh Quảng Ngãi", "Quảng Ngãi", "1"], ["0", "1"]]
    assert row(page, "Bí thư") == [["3", "0", "0", "3"]]
    assert row(page, "Quảng Ngãi") == [["3", "2", "1"]]
    assert row(page, "Hà Nội") == [["1", "0", "1"]]


def test_holds_no_text_of_the_articles(page: str) -> None:
    assert "A sample." in page
    for sentence in ("thăm xã", "tiếp dân", "Trời mưa"):
        assert sentence not in page


def test_tables_that_are_not_there_are_named(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["archive_report.py", str(tmp_path / "none.parquet")])
    with pytest.raises(SystemExit):
        tool.main()
    (tmp_path / "in.jsonl").write_text('{"text": "Trời mưa."}', encoding="utf-8")
    annotate_files([tmp_path / "in.jsonl"], tmp_path / "own.parquet", model=None, workers=0)
    monkeypatch.setattr(sys, "argv", ["archive_report.py", str(tmp_path / "own.parquet")])
    with pytest.raises(SystemExit, match="annotate with --tables"):
        tool.main()
