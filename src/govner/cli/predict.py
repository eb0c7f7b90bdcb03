"""Records through the pipeline in batches, a record that it cannot bear named and passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from govner.batch.core import BATCH_DOCUMENTS, read
from govner.cli.common import Record
from govner.entities import Document, InputError
from govner.formats import Problem
from govner.formats import inputs as formats

if TYPE_CHECKING:
    from govner.pipeline import Pipeline


def annotated(nlp: Pipeline, records: Iterable[Record | Problem]) -> Iterator[Document | Problem]:
    """Documents and problems in the order of the records."""
    stream = iter(records)
    while batch := list(islice(stream, BATCH_DOCUMENTS)):
        outcomes = iter(read(nlp, [_given(record) for record in batch if isinstance(record, dict)]))
        for record in batch:
            if isinstance(record, Problem):
                yield record
                continue
            outcome = next(outcomes)
            yield outcome if isinstance(outcome, Document) else Problem(_name(record), outcome, record.get("id"))


def predictions(nlp: Pipeline, rows: Iterable[Record]) -> Iterator[Document]:
    """Predictions for rows of annotated texts, from text, id, date and source alone.

    Raises ``InputError`` naming the first that cannot be annotated.
    """
    for row, result in zip(rows, annotated(nlp, rows), strict=True):
        if isinstance(result, Problem):
            raise InputError(str(result))
        yield replace(result, id=row["id"])


def _given(record: Record) -> formats.Record:
    return formats.Record(record.get("id"), record["text"], record.get("date"), record.get("source"))


def _name(record: Record) -> str:
    return f"document {record['id']!r}" if record.get("id") else "a text without id"
