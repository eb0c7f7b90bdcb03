"""Annotation on Spark: one line.

    annotated = df.mapInArrow(govner.batch.spark.annotate, schema=govner.batch.spark.SCHEMA)

``df`` has a column ``text`` and, where they are known, ``id``, ``date`` and ``source``. Columns of other names, and the
arguments of ``govner.load``, go through ``annotator``:

    df.mapInArrow(annotator(Columns(text="article", date="published")), schema=SCHEMA)

Each Python worker of Spark loads the pipeline once and keeps it (``spark.python.worker.reuse``, on by default). PySpark
is an extra, ``pip install "govner[spark]"``, and Govner must be installed where the executors run; this module itself
imports no PySpark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from govner.batch.core import annotate as annotate_batch
from govner.formats import arrow
from govner.formats.inputs import LIMIT, Columns

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 256
"""Documents annotated at a time: Spark sends 10,000 rows a batch, more than a worker's memory should hold at once."""

Annotator = Callable[[Iterator["pa.RecordBatch"]], Iterator["pa.RecordBatch"]]


def annotate(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What ``mapInArrow`` calls: for each row of the batches a row of ``SCHEMA``, in order, by the packaged model.

    A row that cannot be annotated has its reason in ``error``. Raises ``InputError`` where there is no column ``text``.
    """
    return annotator()(batches)


def annotator(
    columns: Columns | None = None,
    *,
    model: str | None = "default",
    rules: bool = True,
    html: bool = False,
    limit: int = LIMIT,
) -> Annotator:
    """An ``annotate`` for columns of other names, another model, or texts that are web pages.

    ``columns`` names the columns (``govner.formats.inputs.Columns``); the rest is as ``govner.batch.annotate`` takes
    it. A column that is not there raises ``InputError`` when Spark runs it.
    """
    return partial(_annotate, columns=columns, model=model, rules=rules, html=html, limit=limit)


def _annotate(
    batches: Iterator[pa.RecordBatch], columns: Columns | None, model: str | None, rules: bool, html: bool, limit: int
) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS):
            rows = batch.slice(start, ROWS)
            yield annotate_batch(rows, columns=columns, model=model, rules=rules, html=html, limit=limit)


def ddl(type: pa.DataType) -> str:
    """A type of Arrow as Spark's DDL writes it. Raises ``KeyError`` for one that ``SCHEMA`` does not use."""
    import pyarrow as pa

    if pa.types.is_list(type):
        return f"array<{ddl(type.value_type)}>"
    if pa.types.is_struct(type):
        fields = (type.field(n) for n in range(type.num_fields))
        return f"struct<{', '.join(f'`{field.name}`: {ddl(field.type)}' for field in fields)}>"
    names = {"string": "string", "int32": "int", "int64": "bigint", "double": "double", "bool": "boolean",
             "date32[day]": "date"}  # fmt: skip
    return names[str(type)]


SCHEMA = ", ".join(f"`{field.name}` {ddl(field.type)}" for field in arrow.SCHEMA)
"""``govner.formats.arrow.SCHEMA`` in Spark's DDL: the ``schema`` that ``mapInArrow`` wants."""
