"""The pipeline: the only place where the stages meet, in the order of the house.

text → tokens → lexicon and places → (tagger) → rules → linking → Document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from govner.entities import Document, InputError, Span
from govner.linking import link
from govner.rules import Row, rules

STAGES = ("rules", "linking")

Text = str | tuple[Any, str] | Mapping[str, Any]
"""What ``pipe`` takes: a text, an ``(id, text)`` pair, or a mapping with ``text`` and optionally ``id``, ``date``,
``source``."""


class Pipeline:
    """Reads texts and returns Documents. Make one with ``govner.load()``; it keeps no state between texts."""

    def __init__(self, exclude: Sequence[str] = ()) -> None:
        unknown = sorted(set(exclude) - set(STAGES))
        if unknown:
            raise InputError(f"no stage {', '.join(unknown)}; the stages are {', '.join(STAGES)}")
        self.stages = tuple(stage for stage in STAGES if stage not in exclude)
        self._rules = rules() if "rules" in self.stages else None

    def __repr__(self) -> str:
        return f"Pipeline({' → '.join(('tokens', *self.stages))})"

    def __call__(
        self, text: str, *, id: str | None = None, date: str | None = None, source: str | None = None
    ) -> Document:
        """Read one text.

        ``date`` is the ISO day of publication (units are taken as they stood then), ``source`` the paper. Raises
        ``InputError`` when ``text`` is not a string.
        """
        return self._read([(text, id, date, source)])[0]

    def pipe(self, texts: Iterable[Text], batch_size: int = 64) -> Iterator[Document]:
        """Read a stream of texts, in order; ids, dates and sources are kept.

        Each item is a text, an ``(id, text)`` pair or a mapping with ``text`` and optionally ``id``, ``date`` and
        ``source``. Raises ``InputError`` naming the item that is none of these.
        """
        if batch_size < 1:
            raise InputError(f"batch_size must be at least 1, not {batch_size}")
        stream = enumerate(texts)
        while batch := list(islice(stream, batch_size)):
            yield from self._read([_item(n, item) for n, item in batch])

    def _read(self, batch: list[tuple[str, str | None, str | None, str | None]]) -> list[Document]:
        for text, id, _, _ in batch:
            if not isinstance(text, str):
                raise InputError(f"{id or 'the text'}: a text must be a string, not {type(text).__name__}")
        found: list[list[Row]] = self._rules([text for text, *_ in batch]) if self._rules else [[] for _ in batch]
        if "linking" in self.stages:
            return [
                link(text, spans, id=id, date=date, source=source)
                for (text, id, date, source), spans in zip(batch, found, strict=True)
            ]
        return [
            Document(
                text, id, date, source, tuple(Span(a, b, label, text[a:b], None, score) for a, b, label, score in spans)
            )
            for (text, id, date, source), spans in zip(batch, found, strict=True)
        ]


def _item(number: int, item: Text) -> tuple[str, str | None, str | None, str | None]:
    if isinstance(item, str):
        return item, None, None, None
    if isinstance(item, Mapping) and "text" in item:
        return item["text"], item.get("id"), item.get("date"), item.get("source")
    if isinstance(item, tuple) and len(item) == 2:
        return item[1], item[0], None, None
    raise InputError(
        f"item {number} is {type(item).__name__}: give a text, an (id, text) pair or a mapping with 'text'"
    )


def load(model: str | Path | None = None, rules: bool = True, exclude: Sequence[str] = ()) -> Pipeline:
    """Make the pipeline.

    ``rules=False`` or ``exclude=["rules"]`` leaves the rule layer out, ``exclude=["linking"]`` the entities (the
    Documents then have spans alone). No trained model is packaged yet: ``model`` must be ``None``. Raises
    ``InputError`` on an unknown stage or model.
    """
    if model is not None:
        raise InputError(f"no model {str(model)!r}: this version reads by rules alone; leave model out")
    return Pipeline(exclude if rules else (*exclude, "rules"))
