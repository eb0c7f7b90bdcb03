"""The one function under all engines: records in, for each a Document or the reason why there is none.

``annotate`` is its face for Arrow (Ray, Spark, any program that has record batches); the engine for one machine calls
``read`` in its worker processes. A record that the pipeline cannot bear costs itself alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import govner
from govner.entities import Document, GovnerError
from govner.formats import Problem
from govner.formats.inputs import LIMIT, Columns, Record

if TYPE_CHECKING:
    import pyarrow as pa

    from govner.pipeline import Pipeline

BATCH_DOCUMENTS, BATCH_CHARACTERS = 64, 2_000_000
"""What goes through the pipeline in one pass: enough to make its overhead small, few enough to bound its memory."""

Outcome = Document | str
"""A Document, or in one sentence why there is none."""


@dataclass(frozen=True, slots=True)
class Loader:
    """How a worker, wherever it runs, makes its pipeline: the arguments of ``govner.load``."""

    model: str | None = "default"
    rules: bool = True
    exclude: tuple[str, ...] = ()

    def __call__(self) -> Pipeline:
        """The pipeline. Raises what ``govner.load`` raises."""
        return govner.load(model=self.model, rules=self.rules, exclude=self.exclude)


def read(
    nlp: Pipeline, records: Sequence[Record], html: bool = False, tick: Callable[[int], None] = lambda n: None
) -> list[Outcome]:
    """For each record its Document, or why there is none, in order.

    With ``html`` a record's text is a web page, of which the article is read. ``tick`` is called with the number of
    records that are done, now and then: who waits for a worker sees by it that it lives.
    """
    found: list[Outcome] = []
    for batch in _batches(records):
        found += _batch(nlp, batch, html)
        tick(len(found))
    return found


def _batches(records: Sequence[Record]) -> Iterator[list[Record]]:
    batch: list[Record] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record.text)
        if len(batch) >= BATCH_DOCUMENTS or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _batch(nlp: Pipeline, records: Sequence[Record], html: bool) -> list[Outcome]:
    rows = [_stripped(record) if html else record for record in records]
    fields = [_fields(row) for row in rows if isinstance(row, Record)]
    try:
        done = iter(list(nlp.pipe(fields)))
    except Exception:
        # One document stopped the stream; alone each, the others come through and that one is named.
        return [_one(nlp, row) if isinstance(row, Record) else row for row in rows]
    return [next(done) if isinstance(row, Record) else row for row in rows]


def _one(nlp: Pipeline, record: Record) -> Outcome:
    try:
        document: Document = next(iter(nlp.pipe([_fields(record)])))
        return document
    except Exception as error:
        return reason(error)


def _fields(record: Record) -> dict[str, Any]:
    return {"id": record.id, "text": record.text, "date": record.date, "source": record.source}


def _stripped(record: Record) -> Record | str:
    from govner.formats.html import article

    try:
        return record._replace(text=article(record.text))
    except Exception as error:
        return reason(error)


def reason(error: Exception) -> str:
    """Why a record could not be annotated, in one line."""
    if isinstance(error, GovnerError):
        return str(error)
    told = " ".join(str(error).split())
    return f"cannot be annotated: {type(error).__name__}{f': {told}' if told else ''}"


# --- Arrow -----------------------------------------------------------------------------------------------------------


def annotate(
    batch: pa.RecordBatch,
    *,
    columns: Columns | None = None,
    model: str | None = "default",
    rules: bool = True,
    html: bool = False,
    limit: int = LIMIT,
) -> pa.RecordBatch:
    """Annotate a record batch: a row of ``govner.formats.arrow.SCHEMA`` for each row, in order.

    ``batch`` has a column of the text and optionally of ids, dates (ISO days or Arrow dates) and sources, which
    ``columns`` names, or else they bear usual names; other columns are left out. A row that cannot be annotated (no
    text, no date that is one, longer than ``limit`` characters, too much for the pipeline) has its reason in ``error``
    and no spans; ``error`` is null in all others. ``model`` and ``rules`` are those of ``govner.load``; the pipeline is
    made once in a process and kept.

    Raises ``InputError`` where no column holds the text, or one that ``columns`` names is not there, and what
    ``govner.load`` raises. It needs pyarrow: ``pip install "govner[batch]"``.
    """
    from govner.formats.arrow import to_batch
    from govner.formats.columnar import rows as rows_of

    records = list(rows_of(batch, (columns or Columns()).among(batch.schema.names), limit=limit))
    outcomes = iter(read(_kept(Loader(model, rules)), [row for row in records if isinstance(row, Record)], html))
    found = [next(outcomes) if isinstance(row, Record) else row.reason for row in records]
    documents = [
        outcome if isinstance(outcome, Document) else _empty(row) for row, outcome in zip(records, found, strict=True)
    ]
    return to_batch(documents, [None if isinstance(outcome, Document) else outcome for outcome in found])


@lru_cache(maxsize=2)
def _kept(loader: Loader) -> Pipeline:
    """The pipeline of a process, made once: engines call ``annotate`` for every batch."""
    return loader()


def _empty(row: Record | Problem) -> Document:
    """What stands in the row of a record that has no Document: its id, and its text where it has one."""
    if isinstance(row, Record):
        return Document(row.text, row.id, row.date, row.source)
    return Document("", row.id)
