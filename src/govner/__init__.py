"""Govner reads Vietnamese political news: officials with their posts, Party and state bodies, dated places.

>>> import govner
>>> nlp = govner.load()                                   # doctest: +SKIP
>>> doc = nlp("Bí thư Huyện ủy Bình Sơn Lê Văn An")       # doctest: +SKIP
>>> doc.officials                                         # doctest: +SKIP

Nothing heavy is imported here: a name is looked up in its module when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from govner import batch, entities, evaluate, formats, show, text
    from govner.entities import (
        Body,
        Document,
        GovnerError,
        InputError,
        Location,
        MassBody,
        Organization,
        PartyBody,
        Person,
        Position,
        Span,
        StateBody,
        Unit,
    )
    from govner.formats.arrow import read_parquet
    from govner.formats.frames import to_frame
    from govner.formats.read import read_documents
    from govner.pipeline import Pipeline, load

    __version__: str

_HOME = {
    "load": "govner.pipeline",
    "Pipeline": "govner.pipeline",
    "read_documents": "govner.formats.read",
    "read_parquet": "govner.formats.arrow",
    "to_frame": "govner.formats.frames",
} | dict.fromkeys(
    (
        "Body", "Document", "GovnerError", "InputError", "Location", "MassBody", "Organization", "PartyBody", "Person",
        "Position", "Span", "StateBody", "Unit",
    ),
    "govner.entities",
)  # fmt: skip
"""Where each public name lives."""

_ROOMS = ("batch", "entities", "evaluate", "formats", "show", "text")
"""Modules that ``govner.NAME`` opens without an import of their own, as in ``govner.text.words``."""

__all__ = [
    "Body",
    "Document",
    "GovnerError",
    "InputError",
    "Location",
    "MassBody",
    "Organization",
    "PartyBody",
    "Person",
    "Pipeline",
    "Position",
    "Span",
    "StateBody",
    "Unit",
    "__version__",
    "batch",
    "entities",
    "evaluate",
    "formats",
    "load",
    "read_documents",
    "read_parquet",
    "show",
    "text",
    "to_frame",
]


def __getattr__(name: str) -> Any:
    """Import the home of a public name on its first use."""
    value: Any
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"govner.{name}")
    elif name == "__version__":
        value = _version()
    else:
        raise AttributeError(f"module 'govner' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    # Read from the installation, so that the number stands in pyproject.toml alone.
    from importlib import metadata

    try:
        return metadata.version("govner")
    except metadata.PackageNotFoundError:  # run from a source tree that is not installed
        return "0+unknown"
