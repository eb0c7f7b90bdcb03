"""The pipeline: the only place where the stages meet, in the order of the house.

text → tokens → lexicon and places → rules → tagger, for which the rules' spans are evidence → linking → Document.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govner.entities import Document, InputError, Span
from govner.linking import link
from govner.rules import Row
from govner.rules import rules as packaged_rules
from govner.tagger.model import packaged, read

if TYPE_CHECKING:
    from govner.tagger.model import Model

STAGES = ("rules", "tagger", "linking")

DEFAULT_MODEL = "news"
"""The packaged model that ``load()`` takes, if it is there; else ``load()`` reads by rules alone."""

DEFAULT_WITHOUT_RULES = "news-alone"
"""The packaged model that ``load(rules=False)`` takes: one trained without the rules' spans as evidence."""

Reader = Callable[[Sequence[str]], list[list[Row]]]
"""What finds spans: texts in, for each the rows of its spans out."""

Text = str | tuple[Any, str] | Mapping[str, Any]
"""What ``pipe`` takes: a text, an ``(id, text)`` pair, or a mapping with ``text`` and optionally ``id``, ``date``,
``source``."""


_turn = threading.Lock()
"""Whose turn it is: what the stages remember of words (rows of weights, symbols of chunks) is shared by all threads.
It grows while a text is read, and would be torn. Nothing is lost by it, for Python runs one thread at a time."""


def _fresh_turn() -> None:
    global _turn
    _turn = threading.Lock()


if hasattr(os, "register_at_fork"):  # a child of fork has no thread that would give the lock back
    os.register_at_fork(after_in_child=_fresh_turn)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the turn, and let the garbage collector wait: a batch makes many objects and no cycle of them, and looking
    for one again and again cost an eighth of the time (``benchmarks/speed.py``, the lines "garbage collector off")."""
    with _turn:
        collecting = gc.isenabled()
        gc.disable()
        try:
            yield
        finally:
            if collecting:
                gc.enable()


class Pipeline:
    """Reads texts and returns Documents. Make one with ``govner.load()``; it keeps no state between texts.

    Threads may share it; one of them reads at a time. For more speed use processes: ``pipe(texts, workers=4)``.
    """

    def __init__(self, tagger: Reader | None = None, exclude: Sequence[str] = ()) -> None:
        """``tagger`` is a model at work, ``None`` for none; ``exclude`` names stages. Raises ``InputError`` for a stage
        that there is not."""
        unknown = sorted(set(exclude) - set(STAGES))
        if unknown:
            raise InputError(f"no stage {', '.join(unknown)}; the stages are {', '.join(STAGES)}")
        self._tagger = tagger if "tagger" not in exclude else None
        left_out = {*exclude, *(() if self._tagger else ("tagger",))}
        self.stages = tuple(stage for stage in STAGES if stage not in left_out)
        self.loaded_by: Mapping[str, Any] | None = None
        """The arguments of ``load`` that make the same pipeline again, in another process; ``None``: not known."""
        # A tagger asks the rules for candidates itself; by themselves they read where there is none.
        self._rules = packaged_rules() if "rules" in self.stages and not self._tagger else None

    def __repr__(self) -> str:
        return f"Pipeline({' → '.join(('tokens', *self.stages))})"

    def __call__(
        self, text: str, *, id: str | None = None, date: str | None = None, source: str | None = None
    ) -> Document:
        """Read one text.

        ``date`` is the ISO day of publication (units are taken as they stood then), ``source`` the paper. Without a
        ``date`` the text's own is used where it tells one (``Document.date_source``). Raises ``InputError`` when
        ``text`` is not a string.
        """
        return self._read([(text, id, date, source)])[0]

    def pipe(self, texts: Iterable[Text], batch_size: int = 64, workers: int = 1) -> Iterator[Document]:
        """Read a stream of texts, in order; ids, dates and sources are kept.

        Each item is a text, an ``(id, text)`` pair or a mapping with ``text`` and optionally ``id``, ``date`` and
        ``source``; a column of a frame of pandas or polars is a stream of texts, a frame with such columns one of
        mappings. ``batch_size`` texts are read together. With ``workers`` above 1 so many processes read (each loads
        its own pipeline first, so it pays for thousands of texts), some batches ahead of what is asked for.

        Raises ``InputError`` naming the item that is none of these. With workers, a text that cannot be read raises
        ``GovnerError`` naming the item; so does a pipeline that ``govner.load`` did not make.
        """
        if batch_size < 1:
            raise InputError(f"batch_size must be at least 1, not {batch_size}")
        if workers < 1:
            raise InputError(f"workers must be at least 1, not {workers}")
        stream = enumerate(_rows(texts))
        if workers > 1:
            from govner.batch.pipe import documents  # the batch engine stands above the pipeline in the house

            yield from documents(self.loaded_by, ((n, *_item(n, item)) for n, item in stream), workers, batch_size)
            return
        while batch := list(islice(stream, batch_size)):
            yield from self._read([_item(n, item) for n, item in batch])

    def _read(self, batch: list[tuple[str, str | None, str | None, str | None]]) -> list[Document]:
        for text, id, _, _ in batch:
            if not isinstance(text, str):
                raise InputError(f"{id or 'the text'}: a text must be a string, not {type(text).__name__}")
        plain = [(text, id, _day(date), source) for text, id, date, source in batch]
        with _alone():
            return self._documents(plain)

    def _documents(self, batch: list[tuple[str, str | None, str | None, str | None]]) -> list[Document]:
        reader: Reader | None = self._tagger or self._rules
        found: list[list[Row]] = reader([text for text, *_ in batch]) if reader else [[] for _ in batch]
        if "linking" in self.stages:
            return [
                link(text, spans, id=id, date=date, source=source)
                for (text, id, date, source), spans in zip(batch, found, strict=True)
            ]
        return [
            Document(
                text,
                id,
                date,
                source,
                tuple(Span(a, b, label, text[a:b], None, score) for a, b, label, score in spans),
                date_source=None if date is None else "given",
            )
            for (text, id, date, source), spans in zip(batch, found, strict=True)
        ]


def _day(value: Any) -> str | None:
    """The day of a text, which may be given as a date, as ISO has it."""
    if value is not None and not isinstance(value := _cell(value), str | None):
        raise InputError(f"a date must be a string or a date, not {type(value).__name__}")
    return value


def _rows(texts: Any) -> Iterable[Any]:
    """The items of a stream; those of a frame (of pandas or polars) are its rows, as mappings."""
    if not hasattr(texts, "columns"):
        return texts  # type: ignore[no-any-return]
    names = [name for name in ("id", "text", "date", "source") if name in texts.columns]
    if "text" not in names:
        raise InputError(f"the frame has no column 'text', only {', '.join(map(repr, texts.columns))}")
    rows = zip(*(texts[name] for name in names), strict=True)
    return (dict(zip(names, map(_cell, row), strict=True)) for row in rows)


def _cell(value: Any) -> Any:
    """A frame's value: NaN, NaT and NA are none; a day is written as ISO has it."""
    if type(value).__name__ == "NAType" or value != value:
        return None
    return value.isoformat()[:10] if isinstance(value, date) else value


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


def load(model: str | Path | None = "default", rules: bool = True, exclude: Sequence[str] = ()) -> Pipeline:
    """Make the pipeline.

    ``model`` is ``"default"`` for the packaged model (rules alone as long as none is packaged), ``None`` for rules
    alone, the name of a packaged model, or the folder of one that ``govner train`` wrote. A model that was trained with
    the rules reads together with them; one that was trained without reads alone, whatever ``rules`` says.

    ``rules=False`` or ``exclude=["rules"]`` leaves the rule layer out: what is left is a model trained without it.
    ``exclude=["tagger"]`` is the same as ``model=None``; ``exclude=["linking"]`` leaves the entities out (the Documents
    then have spans alone).

    Raises ``InputError`` naming the mend on an unknown stage, on a model that there is not, that was damaged, or that
    is of another format, and on a model trained with the rules where these are left out.
    """
    pipeline = _loaded(model, (*exclude, "rules") if not rules else exclude)
    pipeline.loaded_by = {"model": model if model is None else str(model), "rules": rules, "exclude": tuple(exclude)}
    return pipeline


def _loaded(model: str | Path | None, exclude: Sequence[str]) -> Pipeline:
    if model == "default":
        name = DEFAULT_MODEL if "rules" not in exclude else DEFAULT_WITHOUT_RULES
        model = name if name in packaged() else None
    if model is None or "tagger" in exclude:
        return Pipeline(None, exclude)
    found, tagger = _packaged(model) if isinstance(model, str) and model in packaged() else _tagger(model)
    if found.rules and "rules" in exclude:
        raise InputError(
            f"model {str(model)!r} was trained with the rules' spans as evidence and cannot read without them; "
            "keep the rules, or train a model without them (govner train --no-rules)"
        )
    return Pipeline(tagger, exclude if found.rules else (*exclude, "rules"))


def _tagger(model: str | Path) -> tuple[Model, Reader]:
    found = read(model)
    from govner.tagger.tagger import Tagger  # NumPy comes with it, and rules alone do without

    return found, Tagger(found, packaged_rules())


@lru_cache(maxsize=2)
def _packaged(name: str) -> tuple[Model, Reader]:
    """A packaged model, loaded once: it does not change while the program runs, as a folder of one's own may."""
    return _tagger(name)
