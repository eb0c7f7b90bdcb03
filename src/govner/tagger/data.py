"""Annotated texts to learn from, and what is wrong with those that cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from govner.entities import LABELS, LAYER, InputError
from govner.formats import Problem, from_markup, read_jsonl
from govner.formats.inputs import JSON_LINES
from govner.formats.jsonl import decode
from govner.text import tokenize

SHOWN = 20
"""How many problems of one file a message lists; the others are counted."""

Mark = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Example:
    """An annotated text; ``spans`` are (start, end, label), sorted by start, the longer first."""

    id: str
    text: str
    spans: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class _Raw:
    """A record as it was found: ``where`` names it in its file, ``spans`` may be anything."""

    where: str
    id: str
    text: str
    spans: Any


def chosen(labels: Iterable[str]) -> tuple[str, ...]:
    """The labels in the schema's order; raises ``InputError`` naming those that the schema does not have, or none."""
    wanted = set(labels)
    unknown = sorted(wanted - set(LABELS))
    if unknown or not wanted:
        what = f"unknown label {', '.join(map(repr, unknown))}" if unknown else "no labels"
        raise InputError(f"{what}; the labels are {', '.join(LABELS)}")
    return tuple(label for label in LABELS if label in wanted)


def read(
    paths: Sequence[str | Path],
    *,
    labels: Sequence[str] | None = None,
    skip_bad: bool = False,
    warn: Callable[[str], object] | None = None,
) -> list[Example]:
    """Read annotated texts: files of JSON lines (``id``, ``text``, ``spans`` as ``[start, end, label, person]``), files
    of marked-up text (``.ann``), and folders of those.

    With ``labels``, only spans of these are kept, and others, even of labels unknown here, are passed over unread.

    All files are read before an ``InputError`` says, file by file, which documents cannot be used, where and why: a
    line that is no record, no or an empty text, no spans, an id twice, a span that is no [start, end, label], is empty,
    lies outside its text or begins or ends in the middle of a token or at a blank, a label that is unknown, spans that
    cross, overlap within a layer, lie inside one of their own or a higher layer, or inside a PER. With ``skip_bad``
    such documents are left out, whole, and ``warn`` gets the message. Raises ``InputError`` also for unknown
    ``labels``, a path that cannot be read, and where nothing is left.
    """
    wanted = set(chosen(labels)) if labels is not None else None
    examples: list[Example] = []
    reports: list[str] = []
    texts: dict[str, tuple[str, str]] = {}
    for path in map(Path, paths):
        good, problems = _of_file(path, wanted, texts)
        examples += good
        if problems:
            reports.append(_report(path, problems))
    message = "\n".join(reports)
    if reports and not skip_bad:
        raise InputError(f"{message}\nmend these documents, or leave them out (--skip-bad, skip_bad=True)")
    if reports and warn is not None:
        warn(f"{message}\nthese documents are left out")
    names = ", ".join(map(str, paths)) or "no file given"
    if not examples:
        raise InputError(f"{names}: no document that can be used")
    found = {label for example in examples for _, _, label in example.spans}
    if not found:
        raise InputError(f"{names}: not one span of {', '.join(chosen(wanted or LABELS))} in {len(examples)} documents")
    return examples


def _of_file(
    path: Path, wanted: set[str] | None, texts: dict[str, tuple[str, str]]
) -> tuple[list[Example], list[Problem]]:
    """The good examples of a file or folder, and all problems. ``texts``: by id, the file and the text seen before."""
    good: list[Example] = []
    problems: list[Problem] = []
    here: set[str] = set()
    for raw in _records(path):
        if isinstance(raw, Problem):
            problems.append(raw)
            continue
        spans, reasons = _spans(raw.text, raw.spans, wanted)
        if not raw.text.strip():
            reasons.insert(0, "the text is empty")
        if raw.id in here:
            reasons.insert(0, "its id stands twice in this file")
        elif raw.id in texts and texts[raw.id][1] == raw.text:
            reasons.insert(0, f"the same document as in {texts[raw.id][0]}")
        here.add(raw.id)
        texts.setdefault(raw.id, (str(path), raw.text))
        problems += (Problem(raw.where, reason) for reason in reasons)
        if not reasons:
            good.append(Example(raw.id, raw.text, spans))
    return good, problems


def _report(path: Path, problems: Sequence[Problem]) -> str:
    count = f"{len(problems)} problem{'s' * (len(problems) > 1)}"
    lines = [f"{path}: {count} in {len({problem.where for problem in problems})} of its documents"]
    lines += [f"  {problem}" for problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        lines.append(f"  … and {len(problems) - SHOWN} more")
    return "\n".join(lines)


# --- files -----------------------------------------------------------------------------------------------------------


def _records(path: Path) -> Iterator[_Raw | Problem]:
    """The records of a file or folder; raises ``InputError`` where it is not one that can be read at all."""
    try:
        if path.is_dir():
            files = sorted(path.rglob("*.ann"))
            if not files:
                raise InputError(f"{path}: a folder without .ann files; give a .jsonl file by its name")
            for file in files:
                yield _of_markup(file, file.relative_to(path).with_suffix("").as_posix())
        elif path.suffix in JSON_LINES:
            yield from _of_json_lines(path)
        elif path.suffix == ".ann":
            yield _of_markup(path, path.stem)
        elif path.exists():
            raise InputError(
                f"{path}: cannot read {path.suffix or 'such a'} file; give .jsonl, .ann or a folder of .ann"
            )
        else:
            raise InputError(f"{path}: no such file or folder")
    except FileNotFoundError as error:
        raise InputError(f"{path}: no such file or folder") from error
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from error


def _of_json_lines(path: Path) -> Iterator[_Raw | Problem]:
    line = 0

    def lines(file: Iterable[bytes]) -> Iterator[bytes]:
        nonlocal line  # records come one a line, so the line last taken is that of the record just given
        for data in file:
            line += 1
            yield data

    with path.open("rb") as file:
        for row in read_jsonl(lines(file), path.name):
            if isinstance(row, Problem):
                yield Problem(f"line {line}", row.reason)
                continue
            id = row.get("id")
            where = f"line {line}" if id is None else f"line {line}, document {id!r}"
            if "spans" not in row:
                yield Problem(where, 'no field "spans"')
            else:
                yield _Raw(where, f"{path.name}:{line}" if id is None else id, row["text"], row["spans"])
    if not line:
        yield Problem("line 1", "the file is empty")


def _of_markup(path: Path, id: str) -> _Raw | Problem:
    where = f"document {id!r}"
    try:
        document = from_markup(decode(path.read_bytes()).rstrip("\r\n"), id=id)
    except InputError as error:
        return Problem(where, str(error).removeprefix(f"{id}: "))
    return _Raw(where, id, document.text, [[span.start, span.end, span.label] for span in document.spans])


# --- spans -----------------------------------------------------------------------------------------------------------


def _spans(text: str, spans: Any, wanted: set[str] | None) -> tuple[tuple[Mark, ...], list[str]]:
    """The spans in order, and what is wrong with any."""
    if not isinstance(spans, list):
        return (), ['"spans" is not a list']
    tokens = tokenize(text)
    starts, ends = set(tokens.starts[:-1]), {tokens.end(i) for i in range(len(tokens))}
    marks: list[Mark] = []
    reasons: list[str] = []
    for number, span in enumerate(spans):
        if not (isinstance(span, list) and len(span) >= 3 and isinstance(span[2], str)) or any(
            type(offset) is not int for offset in span[:2]
        ):
            reasons.append(f"span {number} is not [start, end, label]: {str(span)[:60]}")
            continue
        start, end, label = span[:3]
        if wanted is not None and label not in wanted:
            continue
        reason = _wrong(text, start, end, label, starts, ends)
        if reason:
            reasons.append(f"at {start}: {label} to {end}{_quoted(text, start, end)} {reason}")
        else:
            marks.append((start, end, label))
    marks.sort(key=lambda mark: (mark[0], -mark[1], LAYER[mark[2]]))
    return tuple(marks), reasons + _crossings(text, marks)


def _wrong(text: str, start: int, end: int, label: str, starts: set[int], ends: set[int]) -> str:
    """What is wrong with one span taken by itself; empty for nothing."""
    if label not in LAYER:
        return f"has an unknown label; the labels are {', '.join(LABELS)}"
    if start == end:
        return "is empty"
    if start > end:
        return "ends before it begins"
    if start < 0 or end > len(text):
        return f"lies outside the text, which has {len(text)} characters"
    if text[start].isspace() or text[end - 1].isspace():
        return "has a blank at its edge"
    if start not in starts:
        return "begins inside a token"
    if end not in ends:
        return "ends inside a token"
    return ""


def _crossings(text: str, marks: Sequence[Mark]) -> list[str]:
    """What is wrong between spans, which are in order; each is judged against those that it lies in."""
    reasons: list[str] = []
    open_marks: list[Mark] = []
    for mark in marks:
        start, end, label = mark
        open_marks = [other for other in open_marks if other[1] > start]
        for other in open_marks:
            reason = _clash(mark, other)
            if reason:
                outer = f"{other[2]} {other[0]} to {other[1]}{_quoted(text, other[0], other[1])}"
                reasons.append(f"at {start}: {label} to {end}{_quoted(text, start, end)} {reason} {outer}")
                break
        open_marks.append(mark)
    return reasons


def _clash(mark: Mark, other: Mark) -> str:
    """What is wrong with a span that begins inside another; empty for nothing."""
    if mark[:2] == other[:2] and mark[2] == other[2]:
        return "stands twice, beside"
    if LAYER[mark[2]] == LAYER[other[2]]:
        return "overlaps, in the same layer,"
    if mark[1] > other[1]:
        return "crosses"
    if other[2] == "PER":
        return "lies inside"
    if LAYER[mark[2]] < LAYER[other[2]]:
        return "has a lower layer than what it lies in,"
    return ""


def _quoted(text: str, start: int, end: int) -> str:
    quoted = text[max(start, 0) : max(end, 0)]
    return f" {quoted if len(quoted) <= 40 else quoted[:39] + '…'!r}" if quoted else ""
