"""Marks kept apart from their texts come back to them, and to no other text."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOOL = ROOT / "tools" / "standoff.py"

ROWS = [
    {"id": "a", "text": "Bí thư Huyện ủy Lê Văn An", "date": "2021-04-12",
     "spans": [[0, 15, "POS", 0], [16, 25, "PER", 0]]},
    {"id": "b", "text": "Mưa to ở Bình Sơn", "spans": [[9, 17, "LOC", None]]},
]  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> str:
    done = subprocess.run([sys.executable, TOOL, *arguments], capture_output=True, text=True, check=True)
    return done.stderr


def read(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    return [json.loads(line) for line in (lzma.decompress(data) if path.suffix == ".xz" else data).splitlines()]


@pytest.fixture(params=["marks.jsonl", "marks.jsonl.xz"])
def marks(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    file = tmp_path / request.param
    run("split", write(tmp_path / "gold.jsonl", ROWS), "-o", file)
    return file


def test_the_marks_hold_no_text(marks: Path) -> None:
    assert [sorted(row) for row in read(marks)] == [["id", "sha256", "spans"]] * 2
    assert read(marks)[1]["spans"] == [[9, 17, "LOC"]]


def test_joined_with_the_texts_they_are_annotated_texts_again(marks: Path, tmp_path: Path) -> None:
    bare = [{key: value for key, value in row.items() if key != "spans"} for row in ROWS]
    run("join", marks, "--raw", write(tmp_path / "raw.jsonl", bare[::-1]), "-o", tmp_path / "joined.jsonl")
    joined = read(tmp_path / "joined.jsonl")
    assert [row["id"] for row in joined] == ["a", "b"]
    assert joined[0] | {"spans": None} == ROWS[0] | {"spans": None}
    assert [span[:3] for span in joined[0]["spans"]] == [[0, 15, "POS"], [16, 25, "PER"]]


def test_a_text_that_is_another_or_missing_is_named_and_left_out(marks: Path, tmp_path: Path) -> None:
    raw = write(tmp_path / "raw.jsonl", [{"id": "a", "text": "Bí thư Huyện ủy Lê Văn Ân"}])
    said = run("join", marks, "--raw", raw, "-o", tmp_path / "joined.jsonl")
    assert read(tmp_path / "joined.jsonl") == []
    assert "a: another text" in said
    assert "b: no text of this id" in said


def test_the_kept_marks_are_of_the_schema() -> None:
    files = sorted((ROOT / "models" / "standoff").iterdir())
    assert [file.name for file in files] == ["news.jsonl.xz", "unread.jsonl.xz"]
    learned, unread = map(read, files)
    kept = learned + unread
    assert len({row["id"] for row in kept}) == len(kept)
    assert len(learned) >= 8000
    assert len(unread) >= 900
    labels = {span[2] for row in kept for span in row["spans"]}
    assert labels == {"PER", "POS", "PARTY", "STATE", "MASS", "ORG", "LOC"}
    assert all(0 <= start < end for row in kept for start, end, _ in row["spans"])


def test_no_text_is_both_learned_and_judged() -> None:
    learned, unread = (read(ROOT / "models" / "standoff" / f"{name}.jsonl.xz") for name in ("news", "unread"))
    assert not {row["sha256"] for row in learned} & {row["sha256"] for row in unread}
