"""What is finished of a run, on disk beside the output: ``.out.jsonl.parts``.

A chunk's part is one file, named by the chunk's number and a digest of all that went into it. It is written aside,
forced to the disk and renamed: a part that is there is whole, after a crash of the program or of the machine. Another
run takes a part as its own only where number and digest agree, so that changed inputs are read anew, and only from the
change on. The options stand in ``manifest.json``; a lock keeps a second run out, and goes with its process.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from govner.batch.work import Result
from govner.entities import GovnerError, InputError
from govner.formats import Problem
from govner.formats.inputs import os_reason

MANIFEST, ENDING, LOCK = "manifest.json", "ending.json", "lock"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Part:
    """A finished chunk: how much was done in it, and the file that holds the rest."""

    done: int
    failed: int
    syllables: int
    path: Path
    fresh: bool = True


class Checkpoint:
    """The folder of parts of one output. Open it with ``Checkpoint.open``, and ``close`` it."""

    def __init__(self, folder: Path, lock: IO[bytes]) -> None:
        self.folder = folder
        self.found = 0
        """Parts of an earlier run that may be of use."""
        self._lock = lock

    @classmethod
    def open(cls, output: Path, options: Mapping[str, Any]) -> Checkpoint:
        """The folder beside an output, made if need be.

        Raises ``InputError`` where the folder cannot be made or written to, where another run is at work in it, and
        where a run with other options left its parts in it: hours of work are not thrown away unasked.
        """
        folder = folder_of(output)
        try:
            folder.mkdir(exist_ok=True)
            self = cls(folder, _locked(folder / LOCK, output))
        except OSError as error:
            raise InputError(f"{output}: cannot be written: {os_reason(error)}") from error
        try:
            self._adopt(output, dict(options))
        except OSError as error:
            self.close()
            raise InputError(f"{output}: cannot be written: {os_reason(error)}") from error
        except InputError:
            self.close()
            raise
        return self

    def _adopt(self, output: Path, options: dict[str, Any]) -> None:
        manifest = self.folder / MANIFEST
        before = _json(manifest)
        given = json.loads(json.dumps(options))
        self.found = self.parts()
        if before is not None and before.get("format") == FORMAT and before.get("options") == given:
            return
        if before is not None and self.found:
            old = before.get("options", {})
            changed = sorted(key for key in {*old, *given} if old.get(key) != given.get(key)) or ["format"]
            raise InputError(
                f"{output}: an earlier run that did not end had another {', another '.join(changed)}; run the command "
                f"as it was to go on from there, or remove {self.folder} to begin anew"
            )
        self.found = 0
        self._empty()
        write_whole(manifest, json.dumps({"format": FORMAT, "options": given}, ensure_ascii=False).encode())

    def _empty(self) -> None:
        for path in self.folder.iterdir():
            if path.name != LOCK:
                path.unlink()

    # parts

    def parts(self) -> int:
        """How many parts there are, of use or not."""
        return sum(1 for _ in self.folder.glob("*.part"))

    def part(self, name: str) -> Part | None:
        """The part of an earlier run, if it is there and whole."""
        path = self.folder / f"{name}.part"
        try:
            with path.open("rb") as file:
                head = json.loads(file.readline())
                whole = file.tell() + sum(map(sum, head["streams"].values())) == os.fstat(file.fileno()).st_size
        except (OSError, ValueError, KeyError):
            return None
        return Part(head["done"], len(head["failed"]), head["syllables"], path, fresh=False) if whole else None

    def save(self, name: str, result: Result, failed: Sequence[Problem]) -> Part:
        """Keep what came of a chunk. Raises ``OSError`` where the disk is full."""
        head = {
            "done": result.done,
            "syllables": result.syllables,
            "failed": [[problem.id, problem.where, problem.reason] for problem in failed],
            "streams": {name: list(map(len, blobs)) for name, blobs in result.streams.items()},
        }
        blobs = [blob for each in result.streams.values() for blob in each]
        path = self.folder / f"{name}.part"
        write_whole(path, json.dumps(head).encode() + b"\n", *blobs)
        return Part(result.done, len(failed), result.syllables, path)

    # the end

    def ending(self) -> dict[str, Any] | None:
        """What an earlier run was about to do when it had written all: the names that its files were to take."""
        return _json(self.folder / ENDING)

    def close(self, remove: bool = False) -> None:
        """Give up the lock; with ``remove`` the folder goes too, in one step: a crash leaves all of it or none."""
        if remove:
            sweep(self.folder)
            if os.name == "nt":  # where a folder with an open file in it cannot be renamed
                self._lock.close()
            with suppress(OSError):
                os.replace(self.folder, _swept(self.folder))
        self._lock.close()
        if remove:
            sweep(self.folder)


def sweep(folder: Path) -> None:
    """Remove what is left of a folder that was given up."""
    shutil.rmtree(_swept(folder), ignore_errors=True)


def _swept(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.done")


def folder_of(output: Path) -> Path:
    """Where the parts of an output are kept."""
    return output.parent / f".{output.name}.parts"


def contents(part: Part, stream: str) -> Iterator[bytes]:
    """The blobs of one stream of a part, in order. Raises ``GovnerError`` where the file was damaged."""
    try:
        with part.path.open("rb") as file:
            head = json.loads(file.readline())
            for name, lengths in head["streams"].items():
                for length in lengths:
                    if name != stream:
                        file.seek(length, os.SEEK_CUR)
                        continue
                    blob = file.read(length)
                    if len(blob) < length:
                        raise ValueError("it ends too early")
                    yield blob
    except (ValueError, KeyError) as error:
        raise GovnerError(f"{part.path}: damaged: {error}; remove it and run the command again") from error


def failures(part: Part) -> Iterator[Problem]:
    """The records of a part that failed, in order."""
    with part.path.open("rb") as file:
        for id, where, why in json.loads(file.readline())["failed"]:
            yield Problem(where, why, id)


# --- files -----------------------------------------------------------------------------------------------------------


def write_whole(path: Path, *blobs: bytes) -> None:
    """Write a file that is there whole or not at all, whatever happens."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as file:
            for blob in blobs:
                file.write(blob)
            to_disk(file)
        os.replace(aside, path)
    except BaseException:
        with suppress(OSError):
            aside.unlink()
        raise


def to_disk(file: IO[bytes]) -> None:
    """Have what was written on the disk itself, not in the system's memory."""
    file.flush()
    os.fsync(file.fileno())


def names_to_disk(folder: Path) -> None:
    """Have a folder's names on the disk itself; Windows does that by itself."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _locked(path: Path, output: Path) -> IO[bytes]:
    """A lock that the system takes away when the process ends, however it does."""
    file = path.open("ab")
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError) as error:
        file.close()
        raise InputError(f"{output}: another run is writing it ({path.parent})") from error
    except OSError:
        pass  # a file system without locks
    return file
