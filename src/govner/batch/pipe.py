"""``Pipeline.pipe`` with worker processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from itertools import islice
from typing import Any

from govner.batch.core import Loader
from govner.batch.pool import Processes
from govner.batch.run import in_order
from govner.batch.work import Numbered, Result, Work
from govner.entities import Document, GovnerError, InputError
from govner.formats.inputs import Record

Item = tuple[int, Any, str | None, str | None, str | None]
"""An item's number, then its text, id, date and source."""


def documents(
    loaded_by: Mapping[str, Any] | None, items: Iterable[Item], workers: int, batch_size: int
) -> Iterator[Document]:
    """The Documents of items, in order, read by worker processes in batches of ``batch_size``.

    ``loaded_by`` are arguments of ``govner.load``. Raises ``GovnerError`` naming the item that cannot be read, when its
    turn comes; ``InputError`` where a text is no string.
    """
    if loaded_by is None:
        raise GovnerError("workers can make a pipeline that govner.load made, not this one; leave workers at 1")
    processes = Processes(Work(Loader(**loaded_by), "documents"), workers)

    def todo() -> Iterator[Future[list[Document]]]:
        stream = map(_record, items)
        try:
            while batch := list(islice(stream, batch_size)):
                yield processes.submit(batch, _documents(batch))
        except Exception as error:  # the caller's iterable; what stands before it is still read
            failed: Future[list[Document]] = Future()
            failed.set_exception(error)
            yield failed

    try:
        for found in in_order(todo(), 2 * workers):
            yield from found
    finally:
        processes.close()


def _record(item: Item) -> Numbered:
    number, text, id, date, source = item
    if not isinstance(text, str):
        raise InputError(f"{_name(number, id)}: a text must be a string, not {type(text).__name__}")
    return number, Record(id, text, date, source)


def _name(number: int, id: Any) -> str:
    return f"item {number}" if id is None else f"item {number} ({id})"


def _documents(batch: list[Numbered]) -> Any:
    def found(result: Result) -> list[Document]:
        for number, reason in result.failed:
            raise GovnerError(f"{_name(number, batch[number - batch[0][0]][1].id)}: {reason}")
        return result.documents

    return found
