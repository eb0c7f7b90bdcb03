"""Documents as data frames of pandas or polars: a row a mention, a person, a post, a body or a place.

The columns are those of the flat tables, ``govner.formats.arrow.TABLES``. pandas and polars are extras:
``pip install "govner[pandas]"``, ``pip install "govner[polars]"``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal, overload

from govner.entities import Document, GovnerError, InputError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as pa

Kind = Literal["mentions", "people", "posts", "bodies", "locations"]
Library = Literal["pandas", "polars"]


@overload
def to_frame(
    documents: Document | Iterable[Document], kind: Kind = ..., *, library: Literal["pandas"] = ...
) -> pandas.DataFrame: ...
@overload
def to_frame(
    documents: Document | Iterable[Document], kind: Kind = ..., *, library: Literal["polars"]
) -> polars.DataFrame: ...
def to_frame(
    documents: Document | Iterable[Document], kind: Kind = "mentions", *, library: Library = "pandas"
) -> pandas.DataFrame | polars.DataFrame:
    """A frame of one document or of many, which may be a stream.

    ``kind`` is ``"mentions"`` (every span, in text order), ``"people"``, ``"posts"`` (those of the people, then those
    whose holder nobody names), ``"bodies"`` or ``"locations"``. Each row begins with its document's ``row`` (its place
    in ``documents``, from 0), ``document`` (its id), ``date`` and ``source``; frames join on ``row`` and on the numbers
    ``person``, ``post``, ``body`` and ``location``. Dates are dates, and what is not known is null: in pandas whole
    numbers are ``Int32`` and ``Int64`` therefore.

    Raises ``InputError`` for a kind or a library that there is not and for what is no document, and ``GovnerError``
    naming the extra to install where the library is not there.
    """
    if library not in ("pandas", "polars"):
        raise InputError(f"no library {library!r}; the libraries are pandas and polars")
    from govner.formats.arrow import tables

    (table,) = tables(stream(documents), kinds=(kind,)).values()
    return _pandas(table) if library == "pandas" else _polars(table)


def stream(documents: Document | Iterable[Document]) -> Iterator[Document]:
    """One document or many as a stream of documents. Raises ``InputError`` at the first thing that is none."""
    if isinstance(documents, Document):
        documents = (documents,)
    elif isinstance(documents, str) or not isinstance(documents, Iterable):
        raise InputError(f"Documents are wanted, not {type(documents).__name__}; read it first: govner.load()(text)")
    for number, document in enumerate(documents):
        if not isinstance(document, Document):
            kind = type(document).__name__
            raise InputError(f"item {number} is no Document but {kind}; read texts first: govner.load().pipe(texts)")
        yield document


def _pandas(table: pa.Table) -> pandas.DataFrame:
    try:
        import pandas as pd
    except ImportError as error:
        raise GovnerError('pandas is not installed: pip install "govner[pandas]"') from error
    # By default a column of whole numbers with one null would become one of floats: person 1.0.
    types = {"int32": pd.Int32Dtype(), "int64": pd.Int64Dtype(), "bool": pd.BooleanDtype()}
    frame: pandas.DataFrame = table.to_pandas(types_mapper=lambda type: types.get(str(type)), date_as_object=False)
    return frame


def _polars(table: pa.Table) -> polars.DataFrame:
    try:
        import polars as pl
    except ImportError as error:
        raise GovnerError('polars is not installed: pip install "govner[polars]"') from error
    frame: Any = pl.from_arrow(table)
    if not isinstance(frame, pl.DataFrame):
        raise GovnerError("polars made no frame of a table")
    return frame
