"""Pipelines that load at once and break on demand; worker processes import this module by its name."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govner.entities import Document, InputError, Person, Span


class Reader:
    """Marks the word ``An``. ``log`` counts what is read, ``slow`` is the seconds that a text takes, ``pids`` lists the
    processes that read."""

    def __init__(self, log: str | None = None, slow: float = 0.0, pids: str | None = None) -> None:
        self.log, self.slow, self.pids = log, slow, pids
        self.kept: list[bytes] = []

    def pipe(self, texts: Iterable[Mapping[str, Any]], batch_size: int = 64) -> Iterator[Document]:
        for row in texts:
            yield self.read(**row)

    def read(self, text: str, id: str | None, date: str | None, source: str | None) -> Document:
        for file, line in ((self.log, id), (self.pids, os.getpid())):
            if file:
                handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
                os.write(handle, f"{line}\n".encode())
                os.close(handle)
        if "GROW" in text:
            self.kept.append(os.urandom(130 << 20))
        time.sleep(self.slow)
        _suffer(text)
        at = text.find("An")
        if at < 0:
            return Document(text, id, date, source)
        span = Span(at, at + 2, "PER", "An", 1)
        return Document(text, id, date, source, (span,), (Person(1, "An", (span,)),))


def _suffer(text: str) -> None:
    if "BOOM" in text:
        raise ValueError("this text cannot be\nborne")
    if "KILL" in text:
        os.kill(os.getpid(), signal.SIGKILL)
    if "EXIT" in text:
        os._exit(7)
    if "HANG" in text:
        time.sleep(600)
    if text.startswith("ONCE "):
        mark = Path(text.split()[1])
        if not mark.exists():
            mark.touch()
            os._exit(9)


@dataclass(frozen=True)
class Load:
    """Makes a ``Reader``."""

    log: str | None = None
    slow: float = 0.0
    pids: str | None = None

    def __call__(self) -> Any:
        return Reader(self.log, self.slow, self.pids)


@dataclass(frozen=True)
class Broken:
    """Makes nothing: its model cannot be had."""

    def __call__(self) -> Any:
        raise InputError("no such model; train one")


@dataclass(frozen=True)
class Deadly:
    """Dies before it has loaded."""

    def __call__(self) -> Any:
        os._exit(3)


@dataclass(frozen=True)
class Faulty:
    """Fails to load in a way that nobody foresaw."""

    def __call__(self) -> Any:
        raise LookupError("no such thing")
