"""The documentation tells the truth: its Python runs and prints what the page says; its commands have their options."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import io
import json
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
CORPUS = ROOT / "models" / "corpus"
PAGES = sorted([ROOT / "README.md", *DOCS.rglob("*.md")])

# A block after such a line is not run; the line says why ("needs a cluster").
SKIP = re.compile(r"<!-- not run: .+ -->\s*\Z")
BLOCK = re.compile(r"^( *)```(\w+)[^\n]*\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> Iterator[tuple[int, str]]:
    """The line on which a block of code begins, and its code, of those that are to run."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        indent, found, code = match.groups()
        if found == language and not SKIP.search(text[: match.start()]):
            yield text.count("\n", 0, match.start()) + 2, re.sub(rf"^{indent}", "", code, flags=re.MULTILINE)


def run(code: str, first_line: int, page: str, scope: dict[str, Any]) -> None:
    """Run a block statement by statement, as a reader types it, and compare the comment that follows a statement
    directly with what the statement printed or returned."""
    lines = code.splitlines()
    statements = ast.parse(code).body
    for number, statement in enumerate(statements):
        printed = io.StringIO()
        # Line numbers of the page, so that an error shows where it is.
        module = ast.increment_lineno(ast.Module([statement], []), first_line - 1)
        with contextlib.redirect_stdout(printed):
            if isinstance(statement, ast.Expr):
                value = eval(compile(ast.Expression(statement.value), page, "eval"), scope)
                if value is not None:
                    print(repr(value))
            else:
                exec(compile(module, page, "exec"), scope)
        end = (statement.end_lineno or 0) - (first_line - 1)
        following = statements[number + 1] if number + 1 < len(statements) else None
        stop = following.lineno - 1 if following is not None else len(lines)
        said = list(comment(lines[end:stop]))
        if said and printed.getvalue().strip():
            got = [line.rstrip() for line in printed.getvalue().strip("\n").splitlines()]
            assert got == said, f"{page}:{first_line + end}: the page says otherwise"


def comment(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line.removeprefix("#").removeprefix(" ").rstrip()


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the files that the pages speak of, from our own texts."""
    from govner.formats import from_markup

    for folder in ("news", "my-texts", "my-dev", "my-test"):
        (tmp_path / folder).mkdir()
    files = sorted(CORPUS.glob("c0*.ann"))[:12]
    for number, file in enumerate(files):
        folder = ("my-texts", "my-texts", "my-dev", "my-test")[number % 4]
        shutil.copy(file, tmp_path / folder / file.name)
    texts = [(file.stem, from_markup(file.read_text(encoding="utf-8")).text) for file in files[:4]]
    for id, text in texts:
        (tmp_path / "news" / f"{id}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "article.txt").write_text(texts[0][1], encoding="utf-8")
    with (tmp_path / "archive.jsonl").open("w", encoding="utf-8") as file:
        for n, (id, text) in enumerate(texts):
            row = {"id": id, "date": f"2026-0{n + 1}-15", "source": "Báo Quảng Ngãi", "text": text}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    shutil.copytree(ROOT / "src" / "govner" / "models" / "news", tmp_path / "my-model")
    monkeypatch.chdir(tmp_path)
    return tmp_path


WITH_PYTHON = [page for page in PAGES if any(blocks(page, "python"))]
WITH_COMMANDS = [page for page in PAGES if any(blocks(page, "console"))]


def test_there_is_something_to_run() -> None:
    assert {"README.md", "docs/quick-start.md", "docs/how-to/spacy.md"} <= {name(page) for page in WITH_PYTHON}


@pytest.mark.parametrize("page", WITH_PYTHON, ids=name)
def test_the_python_of_a_page_runs_and_gives_what_it_says(page: Path, workplace: Path) -> None:
    scope: dict[str, Any] = {"__name__": "__main__"}
    for line, code in blocks(page, "python"):
        run(code, line, name(page), scope)


def commands(page: Path) -> Iterator[tuple[int, list[str]]]:
    """The ``govner`` commands of a page, without what a shell does with them."""
    for line, code in blocks(page, "console"):
        joined = re.sub(r"\\\n\s*", " ", code)
        for n, command in enumerate(joined.splitlines()):
            bare = command.removeprefix("$ ").split("#")[0]
            if bare.startswith("govner "):
                yield line + n, shlex.split(bare)[1:]


@pytest.mark.parametrize("page", [page for page in WITH_COMMANDS if any(commands(page))], ids=name)
def test_the_commands_of_a_page_have_the_options_that_it_names(page: Path) -> None:
    from typer.main import get_command

    from govner.cli import app

    group: Any = get_command(app)
    for line, (command, *arguments) in commands(page):
        where = f"{name(page)}:{line}"
        assert command in group.commands, f"{where}: no command {command}"
        known = {option for parameter in group.commands[command].params for option in parameter.opts}
        known |= {option for parameter in group.commands[command].params for option in parameter.secondary_opts}
        options = {argument.split("=")[0] for argument in arguments if re.match(r"--?[a-z]", argument)}
        assert options <= known | {"--help", "-h"}, f"{where}: {command} has no {', '.join(options - known)}"


# --- pages that are made from other files ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_pages", ROOT / "tools" / "docs_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["docs_pages"] = module
    spec.loader.exec_module(module)
    return module


def test_every_page_of_the_site_is_there_and_none_is_left_out(made: ModuleType) -> None:
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    nav = re.findall(r": ([\w./-]+\.md)$", config.split("\nnav:\n")[1], re.MULTILINE)
    written = {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")}
    assert set(nav) == written | set(made.PAGES)
    assert len(nav) == len(set(nav))


def test_links_between_pages_lead_somewhere(made: ModuleType) -> None:
    others = [ROOT / "README.md", ROOT / "notebooks" / "README.md"]
    for page in [*others, *DOCS.rglob("*.md")]:
        text = BLOCK.sub("", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text):
            path = (page.parent / target).resolve()
            on_the_site = path.is_relative_to(DOCS) and path.relative_to(DOCS).as_posix() in made.PAGES
            assert path.exists() or on_the_site, f"{name(page)}: {target}"


def test_nothing_is_fetched_when_a_page_is_read() -> None:
    for file in [*DOCS.rglob("*.md"), *DOCS.rglob("*.css"), *DOCS.rglob("*.svg"), ROOT / "mkdocs.yml"]:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"(src|href)=[\"']?(https?:)?//|@import|url\((https?:)?//|<script", text), name(file)


def test_the_hard_cases_page_has_every_case(made: ModuleType) -> None:
    cases = json.loads((DOCS / "hard_cases.json").read_text(encoding="utf-8"))
    page = made.hard_cases()
    assert page.count("\n## ") == len(cases) > 0
    for case in cases:
        assert case["title"] in page
        assert case["text"].split("\n")[0] in page
        for asked in case["expect"] if isinstance(case["expect"], dict) else ():
            assert f"| {asked} | " in page


def test_the_arrow_page_has_every_field_and_table(made: ModuleType) -> None:
    pytest.importorskip("pyarrow")
    from govner.formats import arrow

    page = made.arrow()
    for field in arrow.SCHEMA.names:
        assert re.search(rf"\| `{field}(\[\])?` \|", page), field
    for table in arrow.TABLES:
        assert f"### {table}\n" in page
    assert f"version {arrow.VERSION}" in page


def test_the_evidence_page_has_every_word(made: ModuleType) -> None:
    from govner.linking import EVIDENCE, HOLDER_EVIDENCE

    page = made.evidence()
    for word, meaning in [*EVIDENCE.items(), *HOLDER_EVIDENCE.items()]:
        assert f"| {f'`{word}`' if word else '(empty)'} | {meaning} |" in page


def test_the_command_line_page_has_every_command(made: ModuleType) -> None:
    page = made.command_line()
    for command in ("demo", "annotate", "show", "evaluate", "train"):
        assert f"## govner {command}\n" in page
    assert "--output" in page
    assert "\x1b" not in page


def test_links_of_a_copied_page_lead_to_pages_of_the_site(made: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "docs").mkdir()
    (tmp_path / "models" / "README.md").write_text(
        "[speed](../benchmarks/README.md#figures), [corpus](corpus/), [web](https://example.org), [how](../docs/a.md)",
        encoding="utf-8",
    )
    before, made.ROOT = made.ROOT, tmp_path
    try:
        page = made.copied("model-card.md")
    finally:
        made.ROOT = before
    assert page == "[speed](benchmarks.md#figures), corpus, [web](https://example.org), [how](a.md)"
