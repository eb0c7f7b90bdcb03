"""Frozen dataclasses made fast.

The ``__init__`` of a frozen dataclass sets each field by ``object.__setattr__``, five times as slow as a plain one; a
document has hundreds of spans. So a plain dataclass with the same slots is made and turned into the frozen class at
once: Python allows ``__class__`` to be set between classes of one layout (Data model, "Customizing attribute access").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any, TypeVar

T = TypeVar("T")


def quick(cls: type[T]) -> Callable[..., T]:
    """What makes instances of a frozen, slotted dataclass, all fields by position; they are as its own ``cls(...)``."""

    def seal(made: Any) -> None:
        made.__class__ = cls

    # The class that has the fields, and what stands above it: an empty subclass adds nothing to the layout.
    base = next(above for above in cls.__mro__ if above.__dict__.get("__slots__"))
    return make_dataclass(
        f"_{cls.__name__}",
        [(field.name, Any) for field in fields(cls)],  # type: ignore[arg-type]
        bases=base.__bases__,
        namespace={"__post_init__": seal},
        eq=False,
        repr=False,
        slots=True,
    )
