"""Batch annotation: one function under all engines, and the engine for one machine, which loses nothing.

``annotate`` is that function, for Arrow. ``annotate_files`` is the engine for one machine: from files to a file.
"""

import importlib
from typing import Any

from govner.batch.core import Loader, annotate
from govner.batch.run import NothingError, Progress, Summary, annotate_files, stream
from govner.formats.inputs import Columns

__all__ = ["Columns", "Loader", "NothingError", "Progress", "Summary", "annotate", "annotate_files", "stream"]


def __getattr__(name: str) -> Any:
    """The engines for clusters, imported when they are named: ``govner.batch.ray``, ``govner.batch.spark``."""
    if name in ("ray", "spark"):
        return importlib.import_module(f"govner.batch.{name}")
    raise AttributeError(f"module 'govner.batch' has no attribute {name!r}")
