"""The files that a run writes: the output, its errors, its flat tables; aside first, then all by name."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any, get_args

from govner.batch.checkpoint import (
    ENDING,
    Checkpoint,
    Part,
    contents,
    failures,
    folder_of,
    names_to_disk,
    to_disk,
    write_whole,
)
from govner.batch.work import MAIN, Kind
from govner.entities import GovnerError, InputError
from govner.formats.frames import Kind as Kinds

KINDS: dict[str, Kind] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".pq": "parquet"}

ROW_GROUP = 64 << 20
"""Bytes of Arrow that make a row group of Parquet: what a reader holds in memory at a time, and this writer."""

FIRST = 10
"""Failures that a summary shows."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where a run writes to. ``tables`` are files by the name of their stream."""

    main: Path
    kind: Kind
    errors: Path
    tables: dict[str, Path]
    named: bool

    @classmethod
    def of(cls, output: str | Path, tables: bool = False, errors: str | Path | None = None) -> Outputs:
        """The files of an output. Raises ``InputError`` where its suffix says no format."""
        main = Path(output)
        if main.is_symlink():
            main = main.resolve()
        kind = KINDS.get(main.suffix.lower())
        if kind is None:
            raise InputError(
                f"{main}: a folder; name a file in it, .jsonl or .parquet"
                if main.is_dir()
                else f"{main}: cannot write {main.suffix or 'a file without a suffix'}; name it .jsonl or .parquet"
            )
        flat: dict[str, Path] = {}
        if tables:
            from govner.formats.arrow import TABLES

            flat = {name: main.with_name(f"{main.stem}.{name}.parquet") for name in TABLES}
        beside = main.with_name(f"{main.stem}.errors.jsonl")
        return cls(main, kind, Path(errors) if errors else beside, flat, errors is not None)

    def all(self) -> list[Path]:
        """Every file that may be written."""
        return [self.main, *self.tables.values(), self.errors]

    def check(self, overwrite: bool, inputs: Sequence[str] = ()) -> None:
        """Say before the work what stands in its way. Raises ``InputError``."""
        targets = self.all() if self.named else self.all()[:-1]
        if len(set(targets)) < len(targets):
            raise InputError(f"{self.errors}: named twice; the errors need a file of their own")
        given = {os.path.realpath(name) for name in inputs if name != "-"}
        for path in self.all():
            if os.path.realpath(path) in given:
                raise InputError(f"{path}: an input, and would be written over; name another output")
        for path in targets:
            if path.is_dir():
                raise InputError(f"{path}: a folder; name a file to write to")
            if path.exists() and not overwrite:
                raise InputError(f"{path}: there already; name another file, or write over it with --overwrite")
            if not path.parent.is_dir():
                raise InputError(f"{path}: cannot be written: no folder {path.parent}")
            if not os.access(path.parent, os.W_OK):
                raise InputError(f"{path}: cannot be written: no right to write to {path.parent}")

    def stale(self) -> list[Path]:
        """Flat tables beside an output that is written over without any: they tell of an earlier run."""
        if self.tables or not self.main.exists():
            return []
        names = (self.main.with_name(f"{self.main.stem}.{kind}.parquet") for kind in get_args(Kinds))
        return [path for path in names if path.exists()]

    def write(
        self, checkpoint: Checkpoint, parts: Sequence[Path], inputs: list[str], progress: dict[str, Any]
    ) -> dict[str, Any]:
        """Write all files aside and note down the names that they are to take; that note is returned.

        Raises ``OSError`` where the disk is full; nothing has a name then, and the parts are still there.
        """
        moves: list[tuple[str, str]] = []
        if progress["done"]:
            for stream, path in {MAIN: self.main, **self.tables}.items():
                moves.append(self._aside(checkpoint, path))
                with open(moves[-1][0], "wb") as file:
                    if stream == MAIN and self.kind == "jsonl":
                        for part in _parts(parts):
                            file.writelines(contents(part, stream))
                    else:
                        _parquet(file, stream, parts)
                    to_disk(file)
        if progress["failed"]:
            moves.append(self._aside(checkpoint, self.errors))
            with open(moves[-1][0], "wb") as file:
                file.writelines(self._told(parts))
                to_disk(file)
        ending = {
            "inputs": inputs,
            "files": moves if progress["failed"] else [*moves, ["", os.path.abspath(self.errors)]],
            "errors": str(self.errors) if progress["failed"] else None,
            "progress": progress,
            "first": [list(_fields(problem)) for problem in islice(_failures(parts), FIRST)],
        }
        for folder in {Path(aside).parent for aside, _ in moves}:
            names_to_disk(folder)
        write_whole(checkpoint.folder / ENDING, json.dumps(ending).encode())
        names_to_disk(checkpoint.folder)
        return ending

    def _aside(self, checkpoint: Checkpoint, path: Path) -> tuple[str, str]:
        """Where a file is written first: in the checkpoint, or beside it where it may be on another disk."""
        here = path.parent == self.main.parent
        aside = checkpoint.folder / f"whole.{path.name}" if here else path.with_name(f".{path.name}.part")
        return os.path.abspath(aside), os.path.abspath(path)  # the run that goes on may stand in another folder

    @staticmethod
    def _told(parts: Sequence[Path]) -> Iterator[bytes]:
        for problem in _failures(parts):
            row = {"id": problem.id, "place": problem.where, "reason": problem.reason}
            text = json.dumps(row, ensure_ascii=False)
            yield text.encode("utf-8", "backslashreplace") + b"\n"


def publish(moves: Iterable[Sequence[str]]) -> tuple[Path, ...]:
    """Give files their names; one that has it already stays. ``["", name]`` removes an older run's file.

    Raises ``GovnerError`` where a file is gone that was written.
    """
    targets = []
    for aside, target in moves:
        if not aside:
            with suppress(FileNotFoundError):
                os.unlink(target)
            continue
        try:
            os.replace(aside, target)
        except FileNotFoundError as error:
            if not os.path.exists(target):
                folder = folder_of(Path(target))
                raise GovnerError(f"{aside}: is gone; remove {folder} and run the command again") from error
        targets.append(Path(target))
    for folder in {target.parent for target in targets}:
        names_to_disk(folder)
    return tuple(targets)


def _parts(parts: Iterable[Path]) -> Iterator[Part]:
    return (Part(0, 0, 0, path) for path in parts)


def _failures(parts: Iterable[Path]) -> Iterator[Any]:
    for part in _parts(parts):
        yield from failures(part)


def _fields(problem: Any) -> tuple[str, str, str | None]:
    return problem.where, problem.reason, problem.id


def _parquet(file: IO[bytes], stream: str, parts: Sequence[Path]) -> None:
    """Write the parts' Arrow as one Parquet file, in row groups that are the same in every run."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from govner.formats.arrow import SCHEMA, TABLES

    schema = SCHEMA if stream == MAIN else TABLES[stream]
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        group: list[pa.Table] = []
        size = 0
        for part in _parts(parts):
            for blob in contents(part, stream):
                group.append(pa.ipc.open_stream(blob).read_all())
                size += group[-1].nbytes
                if size >= ROW_GROUP:
                    writer.write_table(pa.concat_tables(group))
                    group, size = [], 0
        if group:
            writer.write_table(pa.concat_tables(group))
