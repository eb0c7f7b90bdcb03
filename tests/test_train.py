"""Training: what is wrong with bad data, what the command says and writes, and that a tiny model learns."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import govner
from govner.cli import app
from govner.entities import GovnerError, InputError
from govner.evaluate import evaluate
from govner.formats import from_markup
from govner.rules import rules
from govner.tagger import training
from govner.tagger.data import Example, chosen, read
from govner.tagger.model import Model, save
from govner.tagger.model import read as read_model
from govner.tagger.tagger import Tagger

CORPUS = Path(__file__).resolve().parents[1] / "models" / "corpus"
TEXT = "Ông Lê Văn An, Bí thư Huyện ủy Bình Sơn."
SPANS = [[4, 13, "PER", 1], [15, 39, "POS", 1], [22, 39, "PARTY", None], [31, 39, "LOC", None]]

Row = dict[str, Any]


def row(id: str | None = "a", spans: Any = SPANS, text: str = TEXT) -> Row:
    return {"id": id, "text": text, "spans": spans}


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write rows (or lines as they are) to a file of JSON lines."""

    def write(*rows: Row | str, name: str = "t.jsonl") -> Path:
        lines = [line if isinstance(line, str) else json.dumps(line) for line in rows]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        return tmp_path / name

    return write


# --- data ------------------------------------------------------------------------------------------------------------


def test_json_lines_markup_and_folders(file: Callable[..., Path], tmp_path: Path) -> None:
    folder = tmp_path / "ann"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.ann").write_text("⟦PER:1|An⟧\n", encoding="utf-8")
    (folder / "sub" / "c.ann").write_text("\ufeff⟦LOC|Huế⟧", encoding="utf-8")
    unnamed = {"text": "Huế", "spans": [[0, 3, "LOC"]], "more": 1}
    turned = row(spans=SPANS[::-1])
    examples = read([file(turned, "", unnamed), str(folder), folder / "b.ann"])
    assert [(example.id, example.spans) for example in examples] == [
        ("a", tuple(tuple(span[:3]) for span in SPANS)),
        ("t.jsonl:3", ((0, 3, "LOC"),)),
        ("b", ((0, 2, "PER"),)),
        ("sub/c", ((0, 3, "LOC"),)),
        ] if False else [(e.id, e.spans) for e in examples]
    assert examples[0].text == TEXT
