"""Files that may be compressed (.gz, .bz2, .xz, .zst), opened as what is in them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from govner.entities import GovnerError

SUFFIXES = (".gz", ".bz2", ".xz", ".zst")


class DamagedError(GovnerError):
    """A compressed file whose data end too early or do not fit; the message says so in few words."""


def split(name: str) -> tuple[str, str]:
    """A file's name without the suffix of its compression, and that suffix in small letters (empty for none)."""
    path = Path(name)
    return (str(path.with_suffix("")), path.suffix.lower()) if path.suffix.lower() in SUFFIXES else (name, "")


@contextmanager
def opened(raw: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    """What is in a binary stream that is compressed as its file's ``suffix`` says, for reading.

    Raises ``DamagedError`` where the block meets data that do not fit, ``GovnerError`` where .zst needs the package
    zstandard and it is not installed.
    """
    try:
        yield _stream(raw, suffix)
    except EOFError as error:
        raise DamagedError("the compressed data end too early") from error
    except (gzip.BadGzipFile, lzma.LZMAError, zlib.error) as error:
        raise DamagedError(f"the compressed data are damaged: {error}") from error
    except OSError as error:
        if error.errno is None:  # bz2 says so
            raise DamagedError(f"the compressed data are damaged: {error}") from error
        raise
    except Exception as error:
        if type(error).__name__ == "ZstdError":
            raise DamagedError(f"the compressed data are damaged: {error}") from error
        raise


def _stream(raw: BinaryIO, suffix: str) -> BinaryIO:
    if suffix == ".gz":
        return cast(BinaryIO, io.BufferedReader(gzip.GzipFile(fileobj=raw)))
    if suffix == ".bz2":
        return cast(BinaryIO, io.BufferedReader(bz2.BZ2File(raw)))
    if suffix == ".xz":
        return cast(BinaryIO, io.BufferedReader(lzma.LZMAFile(raw)))
    return _zstandard(raw) if suffix == ".zst" else raw


def _zstandard(raw: BinaryIO) -> BinaryIO:
    try:
        import zstandard  # noqa: F401
    except ImportError as error:
        raise GovnerError('.zst files need zstandard: pip install "govner[batch]"') from error
    return cast(BinaryIO, io.BufferedReader(_Zstandard(raw), 1 << 17))


class _Zstandard(io.RawIOBase):
    """Frames of Zstandard. The library's own reader takes a file that was cut off for one that ends."""

    STEP = 1 << 13  # compressed bytes at a time: what they can grow to is held in memory

    def __init__(self, raw: BinaryIO) -> None:
        import zstandard

        self._raw, self._new = raw, zstandard.ZstdDecompressor
        self._frame = self._new().decompressobj()
        self._fresh = True
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            data = self._frame.unused_data if self._frame.eof else b""
            if self._frame.eof:
                self._frame, self._fresh = self._new().decompressobj(), True
            data = data or self._raw.read(self.STEP)
            if not data:
                if not self._fresh:
                    raise EOFError
                return 0
            self._fresh = False
            self._ready = memoryview(self._frame.decompress(data))
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count
