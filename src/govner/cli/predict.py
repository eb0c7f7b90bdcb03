"""Records through the pipeline in batches, a record that it cannot bear named and passed over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from govner.cli.common import Record
from govner.entities import Document, GovnerError, InputError
from govner.formats import Problem

if TYPE_CHECKING:
    from govner.pipeline import Pipeline

BATCH_DOCUMENTS, BATCH_CHARACTERS = 64, 2_000_000


def annotated(nlp: Pipeline, records: Iterable[Record | Problem]) -> Iterator[Document | Problem]:
    """Documents and problems in the order of the records."""
    for batch in _batches(records):
        texts = [record for record in batch if isinstance(record, dict)]
        done = iter(_batch(nlp, texts))
        for record in batch:
            yield record if isinstance(record, Problem) else next(done)


def _batches(records: Iterable[Record | Problem]) -> Iterator[list[Record | Problem]]:
    """Runs of records that are worth one pass of the pipeline, bounded in number and in length."""
    batch: list[Record | Problem] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record["text"]) if isinstance(record, dict) else 0
        if len(batch) >= BATCH_DOCUMENTS or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _batch(nlp: Pipeline, records: Sequence[Record]) -> list[Document | Problem]:
    try:
        return list(nlp.pipe(map(_fields, records)))
    except Exception:
        # One document stopped the stream; alone each, the others come through and that one is named.
        return [_one(nlp, record) for record in records]


def _one(nlp: Pipeline, record: Record) -> Document | Problem:
    try:
        document: Document = next(iter(nlp.pipe([_fields(record)])))
        return document
    except Exception as error:
        name = repr(record["id"]) if record.get("id") else "a text without id"
        reason = (
            str(error) if isinstance(error, GovnerError) else f"cannot be annotated: {type(error).__name__}: {error}"
        )
        return Problem(f"document {name}", reason)


def predictions(nlp: Pipeline, rows: Iterable[Record]) -> Iterator[Document]:
    """Predictions for rows of annotated texts, from text, id, date and source alone."""
    for row, result in zip(rows, annotated(nlp, rows), strict=True):
        if isinstance(result, Problem):
            raise InputError(str(result))
        yield replace(result, id=row["id"])


def _fields(record: Record) -> Record:
    return {key: record.get(key) for key in ("id", "text", "date", "source")}
