"""Documents as Apache Arrow: one row a document, nothing lost; and five flat tables for queries.

``SCHEMA`` is public. It says what a Parquet file of Govner holds, and what ``govner.batch.annotate`` returns under
every engine. Its version stands in the metadata of the schema, and so of each file (``govner.schema``); a change that
would break a reader raises it.

``to_batch`` and ``from_batch`` are each other's inverse. ``tables`` gives mentions, people, posts, bodies and locations
as rows of plain columns, which join on ``row``, the document's place in the whole input.

Apache Arrow is an extra: ``pip install "govner[batch]"``.
"""

from __future__ import annotations

import datetime
import glob
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import accumulate, count
from pathlib import Path
from typing import Any

from govner.entities import Body, Document, GovnerError, InputError, Location, Position, Span, Unit
from govner.formats.jsonl import Problem

try:
    import pyarrow as pa
except ImportError as error:
    raise GovnerError('Arrow and Parquet need pyarrow: pip install "govner[batch]"') from error

VERSION = "1"
"""The version of ``SCHEMA`` and ``TABLES``; raised when a reader of the older one would no longer understand."""

VERSION_KEY = b"govner.schema"
"""Where the version stands in a schema's metadata."""

READ_ROWS = 256
"""Documents that ``read_parquet`` decodes at a time."""


def _list(item: pa.DataType) -> pa.ListType:
    return pa.list_(pa.field("element", item))  # the name that Parquet gives it, so that a file reads back the same


_METADATA = {VERSION_KEY: VERSION.encode()}
_EDGES = _list(pa.struct([("start", pa.int32()), ("end", pa.int32())]))
_STRINGS = _list(pa.string())

_SPAN = pa.struct(
    [
        ("start", pa.int32()), ("end", pa.int32()), ("label", pa.string()), ("person", pa.int32()),
        ("score", pa.float64()),
    ]
)  # fmt: skip
_UNIT = pa.struct(
    [
        ("code", pa.string()), ("name", pa.string()), ("type", pa.string()), ("level", pa.int32()),
        ("parent", pa.string()), ("valid_from", pa.date32()), ("valid_to", pa.date32()), ("lat", pa.float64()),
        ("lon", pa.float64()), ("successors", _STRINGS), ("predecessors", _STRINGS),
    ]
)  # fmt: skip
_POSITION = pa.struct(
    [
        ("title", pa.string()), ("name", pa.string()), ("body", pa.int32()), ("place", pa.string()),
        ("kind", pa.string()), ("status", pa.string()), ("mentions", _EDGES), ("person", pa.int32()),
        ("evidence", pa.string()), ("date", pa.date32()),
    ]
)  # fmt: skip
_PERSON = pa.struct(
    [
        ("id", pa.int32()), ("name", pa.string()), ("official", pa.bool_()), ("mentions", _EDGES),
        ("positions", _list(_POSITION)),
    ]
)  # fmt: skip
_BODY = pa.struct(
    [
        ("id", pa.string()), ("label", pa.string()), ("name", pa.string()), ("kind", pa.string()),
        ("level", pa.string()), ("organ", pa.string()), ("parent", pa.string()), ("unit", _UNIT),
        ("mentions", _EDGES), ("evidence", pa.string()), ("score", pa.float64()), ("candidates", _STRINGS),
    ]
)  # fmt: skip
_LOCATION = pa.struct(
    [
        ("name", pa.string()), ("kind", pa.string()), ("unit", _UNIT), ("mentions", _EDGES),
        ("evidence", pa.string()), ("score", pa.float64()), ("candidates", _STRINGS),
    ]
)  # fmt: skip

SCHEMA: pa.Schema = pa.schema(
    [
        ("id", pa.string()), ("date", pa.date32()), ("date_source", pa.string()), ("source", pa.string()),
        ("text", pa.string()), ("spans", _list(_SPAN)), ("people", _list(_PERSON)), ("bodies", _list(_BODY)),
        ("locations", _list(_LOCATION)), ("positions", _list(_POSITION)), ("error", pa.string()),
    ],
    _METADATA,
)  # fmt: skip
"""One row a document, in the terms of ``Document.to_dict``.

``start`` and ``end`` count characters (Unicode code points) of ``text``; ``mentions`` name spans by both; a position's
``body`` counts from 0 in the row's ``bodies``. Days are ``date32``. ``error`` is null for a document that was read, and
says in a sentence why one was not; such a row has no spans.
"""

_KEY = [("row", pa.int64()), ("document", pa.string()), ("date", pa.date32()), ("source", pa.string())]
_PLACE = [
    ("unit", pa.string()), ("unit_name", pa.string()), ("province", pa.string()), ("lat", pa.float64()),
    ("lon", pa.float64()), ("evidence", pa.string()), ("score", pa.float64()), ("mentions", pa.int32()),
]  # fmt: skip

TABLES: Mapping[str, pa.Schema] = {
    name: pa.schema([*_KEY, *columns], _METADATA)
    for name, columns in {
        "mentions": [
            ("start", pa.int32()), ("end", pa.int32()), ("label", pa.string()), ("text", pa.string()),
            ("person", pa.int32()), ("post", pa.int32()), ("body", pa.int32()), ("location", pa.int32()),
            ("score", pa.float64()),
        ],
        "people": [
            ("person", pa.int32()), ("name", pa.string()), ("official", pa.bool_()), ("posts", pa.int32()),
            ("mentions", pa.int32()),
        ],
        "posts": [
            ("post", pa.int32()), ("name", pa.string()), ("title", pa.string()), ("person", pa.int32()),
            ("holder", pa.string()), ("body", pa.int32()), ("body_id", pa.string()), ("body_name", pa.string()),
            ("place", pa.string()), ("unit", pa.string()), ("unit_name", pa.string()), ("province", pa.string()),
            ("kind", pa.string()), ("status", pa.string()), ("reported", pa.date32()), ("evidence", pa.string()),
            ("mentions", pa.int32()),
        ],
        "bodies": [
            ("body", pa.int32()), ("body_id", pa.string()), ("label", pa.string()), ("name", pa.string()),
            ("kind", pa.string()), ("level", pa.string()), ("organ", pa.string()), ("parent", pa.string()),
            ("parent_id", pa.string()), *_PLACE,
        ],
        "locations": [("location", pa.int32()), ("name", pa.string()), ("kind", pa.string()), *_PLACE],
    }.items()
}  # fmt: skip
"""The flat tables. Each row begins with its document's ``row``, ``document`` (its id), ``date`` and ``source``.

``row`` and a number within the document (``person``, ``post``, ``body``, ``location``, each counting from 0 save
``person``, which is ``Person.id``) join the tables; ``document`` does too where every document has an id of its own.
"""


@cache
def _meanings() -> Mapping[str, str]:
    lines = (files("govner.formats") / "columns.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def meaning(field: str, table: str | None = None) -> str:
    """What a field of ``SCHEMA`` (``"bodies.unit.code"``), or a column of a flat table, holds, in a sentence.

    Raises ``InputError`` for a field that there is not.
    """
    known = _meanings()
    if table is not None:
        names = [f"{table}:{field}", f"*:{field}"]
    else:
        parts = field.split(".")
        names = [field, *(".".join(["*", *parts[n:]]) for n in range(1, len(parts)))]
    for name in names:
        if name in known:
            return known[name]
    raise InputError(f"no field {field!r}{f' in the table {table!r}' if table else ''}")


# --- Documents to rows -----------------------------------------------------------------------------------------------


def to_batch(documents: Iterable[Document], errors: Sequence[str | None] | None = None) -> pa.RecordBatch:
    """Documents as one batch of ``SCHEMA``, a row each, in order.

    ``errors`` gives for each document ``None``, or why it could not be read; it is for the engines, which must return
    a row for each row.

    Raises ``InputError`` naming the document whose date is no ISO day, or whose strings no file can hold (half a
    surrogate pair). Cost: linear in the entities; no Python object is made for a cell that is not one already.
    """
    documents = list(documents)
    try:
        return _batch(documents, errors or [None] * len(documents))
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        if len(documents) == 1:
            raise InputError(f"document {documents[0].id or 0}: cannot be written: {error}") from error
        for number, document in enumerate(documents):
            try:
                _batch([document], [None])
            except (pa.ArrowException, ValueError, TypeError, OverflowError) as reason:
                raise InputError(f"document {document.id or number}: cannot be written: {reason}") from reason
        raise


def _batch(documents: Sequence[Document], errors: Sequence[str | None]) -> pa.RecordBatch:
    if len(errors) != len(documents):
        raise InputError(f"{len(errors)} errors for {len(documents)} documents; give one, or None, for each")
    columns = [
        [_id(document) for document in documents],
        [_day(document.date) for document in documents],
        [document.date_source for document in documents],
        [document.source for document in documents],
        [document.text for document in documents],
        _lists(_SPAN, [document.spans for document in documents], _spans),
        _people(documents),
        _lists(_BODY, [document.bodies for document in documents], _bodies),
        _lists(_LOCATION, [document.locations for document in documents], _locations),
        _positions([document.positions for document in documents], [_numbers(document) for document in documents]),
        list(errors),
    ]
    arrays = [
        each if isinstance(each, pa.Array) else pa.array(each, field.type)
        for each, field in zip(columns, SCHEMA, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SCHEMA)


def _lists(item: pa.DataType, groups: Sequence[Sequence[Any]], fill: Callable[[list[Any]], list[Any]]) -> pa.ListArray:
    """A list column: ``groups`` are its lists, ``fill`` gives the columns of the struct that all their items make."""
    offsets = pa.array(accumulate(map(len, groups), initial=0), pa.int32())
    items = [item for group in groups for item in group]
    return pa.ListArray.from_arrays(offsets, _struct(item, fill(items)), type=_list(item))


def _struct(type: pa.StructType, columns: Sequence[Any]) -> pa.StructArray:
    fields = [type.field(n) for n in range(type.num_fields)]
    arrays = [
        each if isinstance(each, pa.Array) else pa.array(each, field.type)
        for each, field in zip(columns, fields, strict=True)
    ]
    return pa.StructArray.from_arrays(arrays, fields=fields)


def _spans(spans: list[Span]) -> list[Any]:
    return [
        [span.start for span in spans],
        [span.end for span in spans],
        [span.label for span in spans],
        [span.person for span in spans],
        [span.score for span in spans],
    ]


def _edges(groups: Sequence[Sequence[Span]]) -> pa.ListArray:
    def fill(spans: list[Span]) -> list[Any]:
        return [[span.start for span in spans], [span.end for span in spans]]

    return _lists(_EDGES.value_type, groups, fill)


def _strings(groups: Sequence[Sequence[str]]) -> pa.Array:
    return pa.array(groups, _STRINGS)


def _numbers(document: Document) -> Callable[[Position], int | None]:
    """The place of a position's body among the document's: the same object first, for equal ones may stand there."""
    known = {id(body): number for number, body in enumerate(document.bodies)}

    def number(position: Position) -> int | None:
        if position.body is None:
            return None
        found = known.get(id(position.body))
        if found is None and position.body in document.bodies:
            found = document.bodies.index(position.body)
        return found

    return number


def _positions(
    groups: Sequence[Sequence[Position]], numbers: Sequence[Callable[[Position], int | None]]
) -> pa.ListArray:
    bodies = [number(position) for group, number in zip(groups, numbers, strict=True) for position in group]

    def fill(positions: list[Position]) -> list[Any]:
        return [
            [position.title for position in positions],
            [position.name for position in positions],
            bodies,
            [position.place for position in positions],
            [position.kind for position in positions],
            [position.status for position in positions],
            _edges([position.mentions for position in positions]),
            [position.person for position in positions],
            [position.evidence for position in positions],
            [_day(position.date) for position in positions],
        ]

    return _lists(_POSITION, groups, fill)


def _people(documents: Sequence[Document]) -> pa.ListArray:
    people = [person for document in documents for person in document.people]
    numbers = [number for document in documents for number in [_numbers(document)] * len(document.people)]
    columns: list[Any] = [
        [person.id for person in people],
        [person.name for person in people],
        [person.is_official for person in people],
        _edges([person.mentions for person in people]),
        _positions([person.positions for person in people], numbers),
    ]
    return _lists(_PERSON, [document.people for document in documents], lambda _: columns)


def _bodies(bodies: list[Body]) -> list[Any]:
    return [
        [body.id for body in bodies],
        [body.label for body in bodies],
        [body.name for body in bodies],
        [body.kind for body in bodies],
        [body.level for body in bodies],
        [body.organ for body in bodies],
        [body.parent for body in bodies],
        _units([body.unit for body in bodies]),
        _edges([body.mentions for body in bodies]),
        [body.evidence for body in bodies],
        [body.score for body in bodies],
        _strings([body.candidates for body in bodies]),
    ]


def _locations(locations: list[Location]) -> list[Any]:
    return [
        [location.name for location in locations],
        [location.kind for location in locations],
        _units([location.unit for location in locations]),
        _edges([location.mentions for location in locations]),
        [location.evidence for location in locations],
        [location.score for location in locations],
        _strings([location.candidates for location in locations]),
    ]


def _units(units: Sequence[Unit | None]) -> pa.StructArray:
    """A column of units. Each distinct one is written once and taken as often as it stands, for few recur a lot."""
    places: dict[int, int] = {}  # by identity, which costs no hash of eleven fields; the gazetteer shares its units
    kept: list[Unit] = []
    for unit in units:
        if unit is not None and id(unit) not in places:
            places[id(unit)] = len(kept)
            kept.append(unit)
    distinct = _struct(
        _UNIT,
        [
            [unit.code for unit in kept],
            [unit.name for unit in kept],
            [unit.type for unit in kept],
            [unit.level for unit in kept],
            [unit.parent for unit in kept],
            [_day(unit.valid_from) for unit in kept],
            [_day(unit.valid_to) for unit in kept],
            [unit.lat for unit in kept],
            [unit.lon for unit in kept],
            _strings([unit.successors for unit in kept]),
            _strings([unit.predecessors for unit in kept]),
        ],
    )
    return distinct.take(pa.array([None if unit is None else places[id(unit)] for unit in units], pa.int32()))


@lru_cache(maxsize=1 << 12)
def _day(day: str | None) -> datetime.date | None:
    if day is None:
        return None
    if len(day) != 10:  # newer Pythons also take 20250701, which would not come back as it went
        raise ValueError(f"date {day!r} is not an ISO day such as 2025-07-01")
    return datetime.date.fromisoformat(day)


# --- rows to Documents -----------------------------------------------------------------------------------------------


def from_batch(batch: pa.RecordBatch | pa.Table) -> Iterator[Document]:
    """The Documents of rows of ``SCHEMA``, in order, as they were.

    Rows whose ``error`` is set hold no document and are passed over; ``problems`` gives them. Raises ``InputError``
    where a column is missing or is of another type, where the schema is newer than this version of Govner, and where a
    row does not fit its own text.
    """
    _check(batch.schema)
    wanted = [name for name in SCHEMA.names if name != "error" or name in batch.schema.names]
    for row in batch.select(wanted).to_pylist():
        if row.get("error") is None:
            yield Document.from_dict(_plain(row))


def problems(batch: pa.RecordBatch | pa.Table, first_row: int = 0) -> Iterator[Problem]:
    """The rows of ``SCHEMA`` that could not be read: their number, counted from ``first_row``, their id, and why."""
    if "error" not in batch.schema.names:
        return
    rows = zip(batch.column("id").to_pylist(), batch.column("error").to_pylist(), strict=True)
    for number, (id, error) in enumerate(rows, first_row):
        if error is not None:
            yield Problem(f"row {number}", error, id)


def _check(schema: pa.Schema, name: str = "the batch") -> None:
    version = (schema.metadata or {}).get(VERSION_KEY, VERSION.encode()).decode(errors="replace")
    if version != VERSION:
        raise InputError(f"{name}: schema version {version}, and this Govner reads {VERSION}; update govner")
    for field in SCHEMA:
        if field.name == "error" and field.name not in schema.names:
            continue
        if field.name not in schema.names:
            raise InputError(f"{name}: no column {field.name!r}; give what govner.batch.annotate or to_batch made")
        if not _alike(schema.field(field.name).type, field.type):
            found = schema.field(field.name).type
            raise InputError(f"{name}: column {field.name!r} is {found}, not {field.type}")


def _alike(found: pa.DataType, wanted: pa.DataType) -> bool:
    """Whether a column reads as the wanted one: engines make lists and strings large, numbers wide, columns null."""
    if pa.types.is_null(found):
        return True
    if pa.types.is_list(wanted):
        return (pa.types.is_list(found) or pa.types.is_large_list(found)) and _alike(
            found.value_type, wanted.value_type
        )
    if pa.types.is_struct(wanted):
        if not pa.types.is_struct(found):
            return False
        have = {found.field(n).name: found.field(n).type for n in range(found.num_fields)}
        fields = [wanted.field(n) for n in range(wanted.num_fields)]
        return all(field.name in have and _alike(have[field.name], field.type) for field in fields)
    families = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date)
    for family in families:
        if family(wanted):
            return bool(family(found))
    return bool(pa.types.is_string(found) or pa.types.is_large_string(found))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row of Arrow in the form of ``Document.to_dict``."""
    spans = row["spans"] or []
    row["spans"] = [(span["start"], span["end"], span["label"], span["person"]) for span in spans]
    row["scores"] = [span["score"] for span in spans]
    row["date"] = _iso(row["date"])
    row["positions"] = [_plain_position(position) for position in row["positions"] or []]
    for group in ("people", "bodies", "locations"):
        row[group] = row[group] or []
        for entity in row[group]:
            entity["mentions"] = _plain_edges(entity)
            if group == "people":
                entity["positions"] = [_plain_position(position) for position in entity["positions"]]
            elif entity["unit"] is not None:
                unit = entity["unit"]
                unit["valid_from"], unit["valid_to"] = _iso(unit["valid_from"]), _iso(unit["valid_to"])
    return row


def _plain_position(position: dict[str, Any]) -> dict[str, Any]:
    return {**position, "mentions": _plain_edges(position), "date": _iso(position["date"])}


def _plain_edges(entity: Mapping[str, Any]) -> list[tuple[int, int]]:
    return [(edge["start"], edge["end"]) for edge in entity["mentions"]]


def _iso(day: datetime.date | None) -> str | None:
    return None if day is None else day.isoformat()


def read_parquet(source: Any, *, filesystem: Any = None) -> Iterator[Document]:
    """The Documents of Parquet that Govner wrote, one after the other, in bounded memory.

    ``source`` is a file, a folder (with partitions or without), a glob (``"out/*.parquet"``), a list of files, a URI
    (``"s3://bucket/folder"``) or a ``pyarrow.dataset.Dataset``; ``filesystem`` a pyarrow or fsspec file system on which
    it lies. Rows that could not be read (``error``) are passed over.

    Raises ``InputError`` naming what is not there, what is not Parquet, and what another program wrote.
    """
    import pyarrow.dataset as ds

    name = str(source) if isinstance(source, (str, Path)) else "the dataset"
    try:
        data = source if isinstance(source, ds.Dataset) else ds.dataset(_files(source, filesystem), None, "parquet",
                                                                        filesystem, "hive")  # fmt: skip
        _check(data.schema, name)
        # Read one batch ahead, not sixteen: memory is bounded by what is asked for.
        batches = data.to_batches(
            [field.name for field in SCHEMA if field.name in data.schema.names],
            batch_size=READ_ROWS, batch_readahead=1, fragment_readahead=1,
        )  # fmt: skip
        for batch in batches:
            yield from from_batch(batch)
    except FileNotFoundError as error:
        raise InputError(f"{name}: cannot be read as Parquet: no such file or folder") from error
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: cannot be read as Parquet: {error}") from error


def _files(source: Any, filesystem: Any) -> Any:
    """What ``pyarrow.dataset`` takes: a path or a list of paths, globs expanded."""
    if not isinstance(source, (str, Path)):
        return [str(path) for path in source]
    path = str(source)
    if "://" in path or not glob.has_magic(path) or Path(path).exists():  # a URI's "?" opens its options
        return path
    found = filesystem.glob(path) if hasattr(filesystem, "glob") else glob.glob(path, recursive=True)
    if not found:
        raise InputError(f"{path}: no file is named so")
    return sorted(found)


def _id(document: Document) -> str | None:
    """A document's id; ``Pipeline.pipe`` keeps a number as it is, and a column has one type."""
    id: Any = document.id
    return str(id) if isinstance(id, int) and not isinstance(id, bool) else id


# --- flat tables -----------------------------------------------------------------------------------------------------

_Rows = dict[str, list[tuple[Any, ...]]]


def tables(
    documents: Iterable[Document], rows: Iterable[int] | None = None, kinds: Iterable[str] = tuple(TABLES)
) -> dict[str, pa.Table]:
    """The flat tables of ``TABLES``: ``mentions``, ``people``, ``posts``, ``bodies``, ``locations``.

    ``rows`` gives each document's number in the whole input, so that tables of chunks fit together; by default they
    count from 0. ``kinds`` are those to make. In ``posts`` the posts of the people come first, then those whose holder
    nobody names. Raises ``InputError`` for a kind that there is not, and naming the document as ``to_batch`` does.
    """
    kinds = tuple(kinds)
    unknown = sorted(set(kinds) - set(TABLES))
    if unknown:
        raise InputError(f"no table {', '.join(map(repr, unknown))}; the tables are {', '.join(TABLES)}")
    found: _Rows = {kind: [] for kind in kinds}
    for number, document in zip(count() if rows is None else rows, documents, strict=False):
        try:
            key = (number, _id(document), _day(document.date), document.source)
            posts = _posts(document)
            for kind in kinds:
                found[kind] += [(*key, *row) for row in _FLAT[kind](document, posts)]
        except ValueError as error:
            raise InputError(f"document {document.id or number}: cannot be written: {error}") from error
    return {kind: _table(TABLES[kind], found[kind]) for kind in kinds}


def _table(schema: pa.Schema, rows: Sequence[tuple[Any, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _posts(document: Document) -> list[Position]:
    return [*(position for person in document.people for position in person.positions), *document.positions]


def _flat_mentions(document: Document, posts: Sequence[Position]) -> Iterator[tuple[Any, ...]]:
    # The layers are flat, so start and end tell a layer's mentions apart.
    post, body, location = _numbered(posts), _numbered(document.bodies), _numbered(document.locations)
    for span in document.spans:
        at = (span.start, span.end)
        numbers = (
            post.get(at) if span.label == "POS" else None,
            body.get(at) if span.label in ("PARTY", "STATE", "MASS", "ORG") else None,
            location.get(at) if span.label == "LOC" else None,
        )
        yield span.start, span.end, span.label, span.text, span.person, *numbers, span.score


def _numbered(entities: Sequence[Position | Body | Location]) -> dict[tuple[int, int], int]:
    return {(span.start, span.end): number for number, entity in enumerate(entities) for span in entity.mentions}


def _flat_people(document: Document, _: Sequence[Position]) -> Iterator[tuple[Any, ...]]:
    for person in document.people:
        yield person.id, person.name, person.is_official, len(person.positions), len(person.mentions)


def _flat_posts(document: Document, posts: Sequence[Position]) -> Iterator[tuple[Any, ...]]:
    numbers, names = _numbers(document), {person.id: person.name for person in document.people}
    for n, post in enumerate(posts):
        body = post.body
        yield (
            n,
            post.name,
            post.title,
            post.person,
            None if post.person is None else names.get(post.person),
            numbers(post),
            None if body is None else body.id,
            None if body is None else body.name,
            post.place,
            *_unit(None if body is None else body.unit)[:3],
            post.kind,
            post.status,
            _day(post.date),
            post.evidence,
            len(post.mentions),
        )


def _flat_bodies(document: Document, _: Sequence[Position]) -> Iterator[tuple[Any, ...]]:
    for n, body in enumerate(document.bodies):
        about = (n, body.id, body.label, body.name, body.kind, body.level, body.organ, body.parent, body.parent_id)
        yield *about, *_unit(body.unit), body.evidence, body.score, len(body.mentions)


def _flat_locations(document: Document, _: Sequence[Position]) -> Iterator[tuple[Any, ...]]:
    for n, place in enumerate(document.locations):
        yield n, place.name, place.kind, *_unit(place.unit), place.evidence, place.score, len(place.mentions)


_FLAT: Mapping[str, Callable[[Document, Sequence[Position]], Iterator[tuple[Any, ...]]]] = {
    "mentions": _flat_mentions,
    "people": _flat_people,
    "posts": _flat_posts,
    "bodies": _flat_bodies,
    "locations": _flat_locations,
}


def _unit(unit: Unit | None) -> tuple[str | None, str | None, str | None, float | None, float | None]:
    """A unit's columns: id, full name, the province it belonged to at its time, degrees."""
    if unit is None:
        return None, None, None, None, None
    return unit.id, unit.full_name, _province(unit), unit.lat, unit.lon


@lru_cache(maxsize=1 << 14)
def _province(unit: Unit) -> str | None:
    if unit.level == 1:
        return unit.name
    from govner.places import gazetteer  # its data are read only where a unit below a province stands

    try:
        return gazetteer().province(unit).name
    except InputError:  # a unit that the caller made himself
        return None
