"""The notebooks as they are kept: executed in order, without an error, without a trace of the machine that ran them.

That they run is tested by nbmake (``pytest --nbmake notebooks``), which CI starts in an environment of its own.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest

import govner

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


def name(path: Path) -> str:
    return path.stem


def cells(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def code(path: Path) -> list[dict[str, Any]]:
    return [cell for cell in cells(path) if cell["cell_type"] == "code"]


def test_the_notebooks_that_the_readme_names_are_there() -> None:
    named = re.findall(r"\((\w+\.ipynb)\)", (FOLDER / "README.md").read_text(encoding="utf-8"))
    assert sorted(named) == [path.name for path in NOTEBOOKS]
    assert len(named) == 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_outputs_are_kept_whole_and_in_order(path: Path) -> None:
    assert [cell["execution_count"] for cell in code(path)] == list(range(1, len(code(path)) + 1))
    outputs = [output for cell in code(path) for output in cell["outputs"]]
    assert outputs
    assert not [output for output in outputs if output["output_type"] == "error"]
    assert path.stat().st_size < 1_500_000


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_nothing_of_the_machine_is_kept(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"/tmp/|/root/|/home/|/work/|\\u001b\[", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_a_notebook_installs_and_fetches_nothing(path: Path) -> None:
    for cell in code(path):
        source = "".join(cell["source"])
        ast.parse(source)  # no shell lines or magics: it is Python everywhere
        assert not re.search(r"https?://|urllib|requests|subprocess\.\w+\([^)]*pip", source)


def test_the_archive_is_dated_and_its_articles_can_be_told_apart() -> None:
    rows = [json.loads(line) for line in (FOLDER / "data" / "archive.jsonl").read_text(encoding="utf-8").splitlines()]
    assert 30 <= len(rows) <= 40
    assert len({row["id"] for row in rows}) == len(rows)
    days = [row["date"] for row in rows]
    assert days == sorted(days)
    assert days[0] < "2020" < "2025-07-01" < days[-1]


def test_the_archive_tells_who_held_a_post() -> None:
    rows = [json.loads(line) for line in (FOLDER / "data" / "archive.jsonl").read_text(encoding="utf-8").splitlines()]
    holders = [
        person.name
        for document in govner.load(None).pipe(rows)
        for person in document.people
        for post in person.positions
        if post.title == "Bí thư" and post.body is not None and post.body.name == "Tỉnh ủy Quảng Ngãi"
    ]
    assert list(dict.fromkeys(holders)) == ["Hồ Đắc Nghiêm", "Tạ Thị Mai Khuê", "Ngô Hữu Phước"]
