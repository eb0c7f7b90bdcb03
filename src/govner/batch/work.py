"""What a worker does with a chunk of records: read them, and turn the Documents into the bytes of the output."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from govner.batch.core import read, reason
from govner.entities import Document
from govner.formats.inputs import Record
from govner.formats.jsonl import dumps

if TYPE_CHECKING:
    from govner.pipeline import Pipeline

Kind = Literal["jsonl", "parquet", "documents"]
"""What comes out: lines of JSON, Arrow streams for Parquet, or the Documents themselves."""

MAIN = "documents"
"""The name of the output itself among the streams; the flat tables bear their own names."""

Numbered = tuple[int, Record]
"""A record and its number in the whole input."""


@dataclass(slots=True)
class Result:
    """What came of a chunk: the parts of each output stream, and of each record that failed its number and why."""

    done: int = 0
    syllables: int = 0
    streams: dict[str, list[bytes]] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    failed: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Result) -> None:
        """Append what came of the records behind these."""
        self.done += other.done
        self.syllables += other.syllables
        self.documents += other.documents
        self.failed += other.failed
        for name, parts in other.streams.items():
            self.streams.setdefault(name, []).extend(parts)


@dataclass(frozen=True, slots=True)
class Work:
    """What to do; it can be pickled. ``loader`` makes the pipeline; ``html``: the texts are web pages; ``tables``: make
    the flat tables too (a record without an id then has its place for one, so that they can be joined)."""

    loader: Callable[[], Pipeline]
    kind: Kind = "jsonl"
    html: bool = False
    tables: bool = False


def do(work: Work, nlp: Pipeline, records: Sequence[Numbered], tick: Callable[[int], None]) -> Result:
    """Annotate records and encode what came of them. ``tick`` is told how many are done, now and then."""
    given = [_with_id(record) if work.tables else record for _, record in records]
    outcomes = read(nlp, given, work.html, tick)
    result = Result()
    good: list[tuple[int, Document]] = []
    for (number, _), outcome in zip(records, outcomes, strict=True):
        if isinstance(outcome, Document):
            good.append((number, outcome))
        else:
            result.failed.append((number, outcome))
    try:
        result.add(_encoded(work, good))
    except Exception:
        for each in good:  # one Document cannot be written: alone each, the others come through
            try:
                result.add(_encoded(work, [each]))
            except Exception as error:
                result.failed.append((each[0], reason(error)))
    result.failed.sort()
    return result


def _with_id(record: Record) -> Record:
    return record if record.id is not None else record._replace(id=record.place)


def _encoded(work: Work, good: Sequence[tuple[int, Document]]) -> Result:
    documents = [document for _, document in good]
    result = Result(len(good), sum(len(document.text.split()) for document in documents))
    if not documents:
        return result
    if work.kind == "documents":
        result.documents = documents
    elif work.kind == "jsonl":
        result.streams[MAIN] = [b"".join(dumps(document).encode() + b"\n" for document in documents)]
    else:
        from govner.formats.arrow import to_batch

        result.streams[MAIN] = [_stream(to_batch(documents))]
    if work.tables:
        from govner.formats.arrow import tables

        for name, table in tables(documents, [number for number, _ in good]).items():
            result.streams[name] = [_stream(table)]
    return result


def _stream(batch: Any) -> bytes:
    """A batch or table of Arrow as an IPC stream; it is made small, for it waits on the disk."""
    import pyarrow as pa

    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write(batch)
    return sink.getvalue()
