"""The documentation's pages that are made from other files when the site is built.

The model card is ``models/README.md``, the benchmarks ``benchmarks/README.md``, the experiments
``models/EXPERIMENTS.md``, the changes ``CHANGELOG.md``: one text, two places. The hard cases come from
``docs/hard_cases.json``, the Arrow schema from ``govner.formats.arrow``, the reasons of links from
``govner.linking``, the command line from ``govner --help``.

mkdocs calls ``on_files`` (``hooks`` in ``mkdocs.yml``). ``python tools/docs_pages.py FOLDER`` writes the pages there,
to look at them without mkdocs.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

ROOT = Path(__file__).resolve().parents[1]

# Files of the checkout that are pages of the site, by the page's name.
COPIED = {
    "model-card.md": "models/README.md",
    "benchmarks.md": "benchmarks/README.md",
    "experiments.md": "models/EXPERIMENTS.md",
    "changes.md": "CHANGELOG.md",
}
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")


def copied(page: str) -> str:
    """A file of the checkout as a page. Its links lead to the site's pages; a link to what is none stays as words."""
    file = ROOT / COPIED[page]
    pages = {(ROOT / source).resolve(): name for name, source in COPIED.items()}

    def link(match: re.Match[str]) -> str:
        words, target, anchor = match[1], (file.parent / match[2]).resolve(), match[3] or ""
        if target in pages:
            return f"[{words}]({pages[target]}{anchor})"
        if target.is_relative_to(ROOT / "docs") and target.suffix == ".md":
            return f"[{words}]({target.relative_to(ROOT / 'docs').as_posix()}{anchor})"
        return words

    return _LINK.sub(link, file.read_text(encoding="utf-8"))


# --- hard cases ------------------------------------------------------------------------------------------------------

HARD_HEAD = """# Hard cases

{count} texts, written for this page with invented people, on which names mislead. Each is read with the date and the
source that stand under it, then follows what `govner.load()` returns; `tests/test_hard_cases.py` compares every line.
"""

ASKED = {
    "people": ("person", "mentions"),
    "positions": ("person", "posts"),
    "holders": ("post, as written", "holder"),
    "links": ("mention", "unit"),
    "units": ("place, as written", "unit"),
    "bodies": ("mention", "body"),
    "ids": ("mention", "id of the body"),
    "date": ("the document's date", "known from"),
}
"""What is asked of a case, and the heads of the table of answers."""


def hard_cases() -> str:
    """The page of hard cases: the text, its date and source, what is returned."""
    cases: list[dict[str, Any]] = json.loads((ROOT / "docs" / "hard_cases.json").read_text(encoding="utf-8"))
    lines = [HARD_HEAD.format(count=len(cases))]
    for number, case in enumerate(cases, 1):
        lines += [*_case(number, case), ""]
    return "\n".join(lines)


def _case(number: int, case: dict[str, Any]) -> Iterator[str]:
    yield f"## {number}. {case['title']}"
    yield ""
    yield from (f"> {line}" if line.strip() else ">" for line in str(case["text"]).splitlines())
    known = [f"{key} {case[key]}" for key in ("date", "source") if case.get(key)]
    yield ">"
    yield f"> *{', '.join(known) or 'no date, no source'}*"
    yield ""
    left, right = ASKED[case["ask"]]
    yield f"| {left} | {right} |"
    yield "|---|---|"
    for asked, answer in _answers(case):
        yield f"| {_cell(asked)} | {_cell(answer)} |"


def _answers(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    expect = case["expect"]
    if case["ask"] == "date":
        yield expect[0], expect[1]
        return
    for asked, answer in expect.items() if isinstance(expect, dict) else expect:
        if case["ask"] == "people":
            yield asked, ", ".join(answer)
        elif case["ask"] == "positions":
            yield asked, "; ".join(_post(*post) for post in answer) or "none"
        elif case["ask"] in ("links", "units"):
            yield asked, _unit(answer, case.get("date"))
        else:
            yield asked, answer or "open"


def _post(name: str, status: str, day: str | None) -> str:
    return f"{name} ({status}{f', {day}' if day else ''})"


def _unit(id: str | None, day: str | None) -> str:
    """``"2:524"`` as ``"2:524 huyện Bình Sơn, tỉnh Quảng Ngãi"``, as it was called on the day."""
    from govner.places import gazetteer

    if id is None:
        return "open"
    if id == "VN":
        return "VN, the country"
    places = gazetteer()
    unit = (places.get(id, day) if day else None) or places.get(id)
    if unit is None:
        raise ValueError(f"docs/hard_cases.json: there is no unit {id}")
    above = places.province(unit)
    return f"{id} {unit.full_name}{f', {above.full_name}' if above.id != id else ''}"


def _cell(value: Any) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


# --- Arrow -----------------------------------------------------------------------------------------------------------

ARROW_HEAD = """# Arrow and Parquet

`govner annotate … -o out.parquet`, `govner.batch.annotate` and `govner.formats.arrow` use one schema. This is its
version {version}: it stands in the metadata of the schema and of every file, under the key `govner.schema`, and is
raised when a reader of the older one would no longer understand a file.

Offsets count characters of `text`, as in Python, not bytes. The fields are those of the [types](entities.md): an empty
list is a list, and what is not known is null.

## A row a document
"""

TABLES_HEAD = """## Flat tables

`govner annotate --tables`, `govner.formats.arrow.tables` and `doc.to_frame` give five tables of plain columns, which
join on `row`, the document's place in the input.
"""


def arrow() -> str:
    """The Arrow schema and the flat tables, from the code that writes them."""
    from govner.formats import arrow as formats_arrow

    lines = [ARROW_HEAD.format(version=formats_arrow.VERSION), "| field | type | what it holds |", "|---|---|---|"]
    for name, kind in _fields(formats_arrow.SCHEMA):
        lines.append(f"| `{name}` | {kind} | {formats_arrow.meaning(name.replace('[]', ''))} |")
    lines += ["", TABLES_HEAD]
    for name, schema in formats_arrow.TABLES.items():
        lines += [f"### {name}", "", "| column | type | what it holds |", "|---|---|---|"]
        lines += [f"| `{field}` | {kind} | {formats_arrow.meaning(field, name)} |" for field, kind in _fields(schema)]
        lines.append("")
    return "\n".join(lines)


def _fields(fields: Any, above: str = "") -> Iterator[tuple[str, str]]:
    """Every field of a schema or struct with its type, those inside lists and structs by their path."""
    from pyarrow import types

    for field in fields:
        path, kind = above + field.name, field.type
        if types.is_list(kind):
            inner = kind.value_type
            yield f"{path}[]", "struct" if types.is_struct(inner) else str(inner)
            if types.is_struct(inner):
                yield from _fields(inner, f"{path}[].")
        elif types.is_struct(kind):
            yield path, "struct"
            yield from _fields(kind, f"{path}.")
        else:
            yield path, str(kind)


# --- evidence --------------------------------------------------------------------------------------------------------

EVIDENCE_HEAD = """# Evidence

Why a link was made, in one word; both lists are closed. [Audit a link](../how-to/audit.md) shows how to read them.

## Of a unit: `Location.evidence`, `Body.evidence`

`govner.linking.EVIDENCE`. It is empty where no unit was chosen.

| word | meaning |
|---|---|
"""

HOLDER_HEAD = """
## Of a holder: `Position.evidence`

`govner.linking.HOLDER_EVIDENCE`, the surest first: of several mentions of a post the surest one tells.

| word | meaning |
|---|---|
"""


def evidence() -> str:
    """The words that ``evidence`` can be, each with its meaning."""
    from govner.linking import EVIDENCE, HOLDER_EVIDENCE

    def table(meanings: Mapping[str, str]) -> str:
        rows = ((f"`{word}`" if word else "(empty)", meaning) for word, meaning in meanings.items())
        return "".join(f"| {word} | {_cell(meaning)} |\n" for word, meaning in rows)

    return EVIDENCE_HEAD + table(EVIDENCE) + HOLDER_HEAD + table(HOLDER_EVIDENCE)


# --- command line ----------------------------------------------------------------------------------------------------


def command_line() -> str:
    """``govner --help`` and that of every command."""
    from typer.main import get_command
    from typer.testing import CliRunner

    from govner.cli import app

    runner = CliRunner(env={"COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"})
    lines = ["# Command line", "", "`python -m govner` is the same as `govner`.", ""]
    commands = getattr(get_command(app), "commands", {})
    for name in ("", *commands):
        shown = f"govner {name}".strip()
        result = runner.invoke(app, [*([name] if name else []), "--help"], prog_name="govner")
        if result.exit_code:
            raise RuntimeError(f"{shown} --help ended with {result.exit_code}: {result.output}")
        said = "\n".join(line.rstrip() for line in result.output.strip().splitlines())
        lines += [f"## {shown}", "", "```text", said, "```", ""]
    return "\n".join(lines)


PAGES: dict[str, Callable[[], str]] = {
    **{page: (lambda page=page: copied(page)) for page in COPIED},
    "hard-cases.md": hard_cases,
    "reference/arrow.md": arrow,
    "reference/evidence.md": evidence,
    "reference/cli.md": command_line,
}
"""Page by name: what makes its text."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """mkdocs: add the pages to those in ``docs/``."""
    from mkdocs.structure.files import File

    for name, make in PAGES.items():
        files.append(File.generated(config, name, content=make()))
    return files


def main() -> None:
    folder = Path(sys.argv[1])
    for name, make in PAGES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(), encoding="utf-8")


if __name__ == "__main__":
    main()
