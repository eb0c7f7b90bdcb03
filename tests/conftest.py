"""What the tests share: annotated texts where they are at hand, and a stand-in for the pipeline in tests around it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import govner
from govner.entities import Document, InputError, PartyBody, Person, Position, Span, Unit

SHARED = Path(__file__).resolve().parents[2] / "shared"

PERSON, BODY, POST = "Lê Văn An", "Huyện ủy Bình Sơn", "Bí thư Huyện ủy Bình Sơn"
SENTENCE = f"{POST} {PERSON} phát biểu."


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of annotated texts, which lies beside the checkout in the project's own place, and nowhere else."""
    if not (SHARED / "gold" / "score.py").is_file():
        pytest.skip("the annotated texts (../shared) are not here")
    return SHARED


@pytest.fixture(scope="session")
def dev(shared: Path) -> list[dict[str, Any]]:
    with (shared / "gold" / "dev.jsonl").open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


class StandIn:
    """A pipeline that knows one official, so that what lies around the pipeline is tested fast and by itself."""

    def __call__(
        self, text: str, *, id: str | None = None, date: str | None = None, source: str | None = None
    ) -> Document:
        if not isinstance(text, str):
            raise InputError(f"text is {type(text).__name__}, not a string")
        if "BOOM" in text:
            raise ValueError("this text cannot be borne")
        at = text.find(SENTENCE)
        if at < 0:
            return Document(text, id, date, source)
        start = at + len(POST) + 1
        post = Span(at, at + len(POST), "POS", POST, 1)
        body = Span(at + len("Bí thư "), at + len(POST), "PARTY", BODY)
        name = Span(start, start + len(PERSON), "PER", PERSON, 1)
        unit = Unit("524", "Bình Sơn", "Huyện", 2, "51")
        committee = PartyBody(BODY, "party_committee", "district", unit=unit, mentions=(body,))
        position = Position("Bí thư", committee, kind="party", mentions=(post,), person=1, evidence="beside")
        people = (Person(1, PERSON, (name,), (position,)),)
        return Document(text, id, date, source, (post, body, name), people, (committee,))

    def pipe(self, texts: Iterable[Any], batch_size: int = 64) -> Iterator[Document]:
        for row in texts:
            yield self(**row)


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """``govner.load`` gives the stand-in."""
    nlp = StandIn()
    monkeypatch.setitem(vars(govner), "load", lambda model=None, rules=True, exclude=(): nlp)
    return nlp


@pytest.fixture
def python() -> str:
    """The interpreter that runs the tests."""
    return sys.executable
