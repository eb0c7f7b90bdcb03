"""The command line: what it prints, writes, says and exits with, above all when the input is bad."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

import govner
from conftest import BODY, PERSON, POST, SENTENCE, StandIn
from govner.batch import Progress
from govner.cli import app, progress
from govner.entities import Document
from govner.formats import from_markup
from govner.show import marked_up, terminal

Run = Callable[..., Result]

real = pytest.mark.skipif(find_spec("govner.pipeline") is None, reason="the pipeline has not been built yet")


@pytest.fixture
def run(stand_in: StandIn) -> Run:
    def call(*args: object, input: Any = None) -> Result:
        # The stand-in is known in this process alone.
        words = [
            *map(str, args),
            *(["--workers", "0"] if args and args[0] == "annotate" and "--help" not in args else []),
        ]
        return CliRunner().invoke(app, words, input=input)

    return call


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def clean(result: Result) -> Result:
    """No traceback: an exit, and no exception but that exit."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.stderr
    return result


# --- annotate --------------------------------------------------------------------------------------------------------


def test_annotate_text_files_folders_and_json_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(SENTENCE, encoding="utf-8")
    folder = tmp_path / "news"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "b.txt").write_text("b", encoding="utf-8")
    (folder / "a.txt").write_text("a", encoding="utf-8")
    lines = tmp_path / "more.jsonl"
    lines.write_text('{"id": "x", "text": "c", "date": "2019-01-02", "source": "s"}\n{"text": "d"}\n', encoding="utf-8")
    out = tmp_path / "out.jsonl"
    options = ("-o", out, "--date", "2025-07-01", "--source", "báo")
    result = clean(run("annotate", tmp_path / "one.txt", folder, lines, *options))
    assert (result.exit_code, result.stdout) == (0, "")
    syllables = len(SENTENCE.split()) + 4
    assert result.stderr.startswith(f"5 annotated, 0 failed: {syllables} syllables in ")
    assert result.stderr.count("\n") == 1
    found = rows(out.read_text(encoding="utf-8"))
    assert [(row["id"], row["text"], row["date"], row["source"]) for row in found] == [
        ("one", SENTENCE, "2025-07-01", "báo"),
        ("a", "a", "2025-07-01", "báo"),
        ("sub/b", "b", "2025-07-01", "báo"),
        ("x", "c", "2019-01-02", "s"),
        (None, "d", "2025-07-01", "báo"),
    ]
    assert Document.from_dict(found[0]).officials[0].name == PERSON


@pytest.mark.parametrize(
    ("given", "texts"),
    [
        (f"{SENTENCE}\n", [f"{SENTENCE}\n"]),
        ('\n {"text": "a"}\n{"text": "b"}\n', ["a", "b"]),
        ('\ufeff{"text": "a"}', ["a"]),
        ('"text": hai dòng\n{"một"}', ['"text": hai dòng\n{"một"}']),
    ],
)
def test_annotate_standard_input_to_standard_output(run: Run, given: str, texts: list[str]) -> None:
    result = clean(run("annotate", "-", input=given))
    assert (result.exit_code, result.stderr) == (0, "")
    assert [row["text"] for row in rows(result.stdout)] == texts


def test_annotate_empty_text_is_an_empty_document(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    result = clean(run("annotate", tmp_path / "empty.txt"))
    assert result.exit_code == 0
    assert rows(result.stdout)[0]["spans"] == []


def test_annotate_names_each_bad_input_and_goes_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"Hu\xe9")
    (tmp_path / "paper.pdf").write_bytes(b"%PDF")
    (tmp_path / "none").mkdir()
    (tmp_path / "empty.jsonl").write_bytes(b"\n")
    (tmp_path / "bad.jsonl").write_bytes(b'{"id": "p", "text": "BOOM"}\nno\n{"id": "q", "text": "q"}\n{"text": 2}\n')
    (tmp_path / "good.txt").write_text("g", encoding="utf-8")
    names = ("gone.txt", "gone.jsonl", "latin.txt", "paper.pdf", "none", "empty.jsonl", "bad.jsonl", "good.txt")
    result = clean(run("annotate", *(tmp_path / name for name in names)))
    assert result.exit_code == 3
    assert [row["id"] for row in rows(result.stdout)] == ["q", "good"]
    *messages, summary = result.stderr.replace(f"{tmp_path}{os.sep}", "").splitlines()
    assert summary.startswith("2 annotated, 9 failed: ")
    assert messages == [
        "govner: gone.txt: no such file or folder",
        "govner: gone.jsonl: no such file or folder",
        "govner: latin.txt: not UTF-8: byte 0xe9 at 2; convert it to UTF-8 first",
        "govner: paper.pdf: cannot read .pdf file; give .txt, .jsonl, .csv, .tsv, .parquet or a folder of them",
        "govner: none: a folder without .txt, .jsonl, .csv, .tsv, .parquet files",
        "govner: empty.jsonl: no records in it",
        "govner: bad.jsonl:1: cannot be annotated: ValueError: this text cannot be borne",
        "govner: bad.jsonl:2: not JSON: Expecting value: line 1 column 1 (char 0)",
        'govner: bad.jsonl:4: "text" is a number, not a string',
    ]


@pytest.mark.parametrize("given", ["", "\n \n", '{"text": 1}', b"\xff\xfe"])
def test_annotate_nothing(run: Run, tmp_path: Path, given: str | bytes) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("before", encoding="utf-8")
    result = clean(run("annotate", "-", "-o", out, "--overwrite", input=given))
    assert result.exit_code == 1
    assert result.stderr.startswith("govner: -")
    assert result.stderr.endswith("govner: nothing was annotated\n")
    assert out.read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.errors.jsonl", "out.jsonl"]


def test_annotate_asks_before_it_writes_over_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    for code, options in ((0, ()), (1, ()), (0, ("--overwrite",))):
        result = clean(run("annotate", tmp_path / "a.txt", "-o", tmp_path / "out.jsonl", *options))
        assert result.exit_code == code
        assert ("there already" in result.stderr) == (code == 1)


def test_annotate_lists_the_first_that_failed_and_writes_all(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}\n' + "no\n" * 25, encoding="utf-8")
    result = clean(run("annotate", tmp_path / "a.jsonl", "-o", tmp_path / "out.jsonl", "--errors", tmp_path / "bad"))
    assert result.exit_code == 3
    assert len(rows((tmp_path / "bad").read_text(encoding="utf-8"))) == 25
    assert f"govner: and 15 more: {tmp_path / 'bad'}\n" in result.stderr
    assert result.stderr.count("not JSON") == 10


def test_annotate_columns_and_parquet_with_tables(run: Run, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    (tmp_path / "a.csv").write_text(f"key;body;day\nx;{SENTENCE};2021-03-16\n", encoding="utf-8")
    columns = ("--id-column", "key", "--text-column", "body", "--date-column", "day", "--source", "báo")
    result = clean(run("annotate", tmp_path / "a.csv", "-o", tmp_path / "out.parquet", "--tables", *columns))
    assert result.exit_code == 0
    (row,) = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    assert (row["id"], str(row["date"]), row["source"]) == ("x", "2021-03-16", "báo")
    (post,) = parquet.read_table(tmp_path / "out.posts.parquet").to_pylist()
    assert (post["document"], post["holder"], post["body_name"]) == ("x", PERSON, BODY)
    missing = clean(run("annotate", tmp_path / "a.csv", "--text-column", "x"))
    assert (missing.exit_code, "no column 'x', only 'key', 'body', 'day'" in missing.stderr) == (1, True)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--tables",), "need a file to write"),
        (("--engine", "ray"), "name it with -o"),
        (("--engine", "cloud"), "'cloud' is not one of"),
        (("--model", "none", "--no-rules"), "nothing is left to read with"),
        (("-o", "x.txt"), "name it .jsonl or .parquet"),
    ],
)
def test_annotate_options_at_odds(run: Run, tmp_path: Path, options: tuple[str, ...], reason: str) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    result = clean(run("annotate", tmp_path / "a.txt", *options))
    assert result.exit_code == (1 if "-o" in options else 2)
    assert reason in " ".join(result.stderr.replace("│", " ").split())


def test_progress_is_told_in_plain_lines_and_in_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    at = Progress(1200, 1, 50_000, (200, 10_000), 0.5, 10.0)
    assert progress.told(at) == "1,200 done, about 1,201 left, 1 failed; 100 documents/s, 4,000 syllables/s"
    monkeypatch.setattr(progress, "EVERY", 0.0)
    with progress.reporting(quiet=False) as report:
        report(at)
    assert capsys.readouterr().err == f"{progress.told(at)}\n"
    with progress.reporting(quiet=True) as report:
        report(at)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("FORCE_COLOR", "1")
    with progress.reporting(quiet=False) as report:
        report(at)
    assert "1,200 done, about 1,201 left" in capsys.readouterr().err


def test_annotate_cannot_write(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    result = clean(run("annotate", tmp_path / "a.txt", "-o", tmp_path / "none" / "out.jsonl"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_annotate_asks_for_an_iso_day(run: Run, tmp_path: Path) -> None:
    result = clean(run("annotate", tmp_path, "--date", "1/7/2025"))
    assert result.exit_code == 2
    assert "not an ISO day" in result.stderr


def test_annotate_streams(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    sizes = []
    pipe = stand_in.pipe

    def counted(texts: Any, batch_size: int = 64) -> Any:
        batch = list(texts)
        sizes.append(len(batch))
        return pipe(batch)

    monkeypatch.setattr(stand_in, "pipe", counted)
    result = clean(run("annotate", "-", input='{"text": "a"}\n' * 150))
    assert result.exit_code == 0
    assert len(rows(result.stdout)) == 150
    assert sizes == [64, 64, 22]


# --- show and demo ---------------------------------------------------------------------------------------------------


def test_show_text_and_table(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SENTENCE, encoding="utf-8")
    result = clean(run("show", tmp_path / "a.txt", "--date", "2021-03-16"))
    assert result.exit_code == 0
    assert "a · 2021-03-16" in result.stdout
    assert f"[POS:1 Bí thư [PARTY {BODY}]] [PER:1 {PERSON}] phát biểu." in result.stdout
    assert "huyện Bình Sơn (2:524)" in result.stdout
    assert "Bodies (1)" in result.stdout


def test_show_marked_up_file_needs_no_pipeline(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(vars(govner), "load", None)
    (tmp_path / "a.ann").write_text(f"⟦POS:1|{POST}⟧ ⟦PER:1|{PERSON}⟧.\n", encoding="utf-8")
    result = clean(run("show", tmp_path / "a.ann"))
    assert result.exit_code == 0
    assert f"[POS:1 {POST}] [PER:1 {PERSON}].\n" in result.stdout


def test_show_one_of_many(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(f'no\n{{"id": "x", "text": "một"}}\n{{"id": "y", "text": "{SENTENCE}"}}\n', encoding="utf-8")
    assert PERSON in clean(run("show", file, "--id", "y")).stdout
    first = clean(run("show", file))
    assert (first.exit_code, "a.jsonl:1: not JSON" in first.stderr) == (1, True)
    other = clean(run("show", file, "--id", "z"))
    assert other.exit_code == 1
    assert clean(run("show", tmp_path / "none.txt")).stderr.endswith("none.txt: no such file or folder\n")


def test_show_annotated_record_that_does_not_fit(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "x", "text": "ab", "spans": [[0, 9, "PER", 1]]}', encoding="utf-8")
    result = clean(run("show", tmp_path / "a.jsonl"))
    assert result.exit_code == 1
    assert "document 'x'" in result.stderr


def test_marks_are_read_with_and_without_colour() -> None:
    document = from_markup("⟦POS:1|Bí thư ⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧⟧ [x] ⟦PER:1|Lê An⟧\x1b[31m")
    plain = marked_up(document).plain
    assert plain == "[POS:1 Bí thư [PARTY Huyện ủy [LOC Bình Sơn]]] [x] [PER:1 Lê An]\ufffd[31m"
    console = Console(force_terminal=True, color_system="truecolor", width=200, record=True, file=io.StringIO())
    terminal.show(document, console)
    coloured = console.export_text(styles=True)
    assert len(set(re.findall(r"48;2;\d+;\d+;\d+", coloured))) == 4  # a colour for each of the four labels
    assert "\x1b[31m" not in coloured


def test_every_label_has_a_colour_of_its_own() -> None:
    assert sorted(terminal.COLOURS) == sorted(govner.entities.LABELS)
    assert len(set(terminal.COLOURS.values())) == len(govner.entities.LABELS)


# --- evaluate --------------------------------------------------------------------------------------------------------


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """One text that the stand-in reads rightly but for its place, and the links beside it."""
    document = from_markup(f"⟦POS:1|Bí thư ⟦PARTY|Huyện ủy ⟦LOC|Bình Sơn⟧⟧⟧ ⟦PER:1|{PERSON}⟧ phát biểu.", id="a")
    file = tmp_path / "gold.jsonl"
    row = document.to_dict()
    file.write_text(json.dumps({key: row[key] for key in ("id", "text", "spans")}), encoding="utf-8")
    (tmp_path / "links.jsonl").write_text('{"id": "a", "links": [[7, 24, "2:524"]]}', encoding="utf-8")
    return file


def test_evaluate_predicts_and_prints_the_table(run: Run, gold: Path) -> None:
    result = clean(run("evaluate", gold))
    assert result.exit_code == 0
    table = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines()[1:]}
    assert table["spans"][:3] == ["1.000", "0.750", "0.857"]
    assert table["links"][:3] == ["1.000", "1.000", "1.000"]
    assert "ORG" not in table


def test_evaluate_without_links_and_as_json(run: Run, gold: Path) -> None:
    (gold.parent / "links.jsonl").unlink()
    result = clean(run("evaluate", gold, "--json"))
    metrics = json.loads(result.stdout)
    assert (metrics["links"]["gold"], metrics["spans"]["recall"]) == (0, 0.75)


def test_evaluate_given_predictions(run: Run, gold: Path) -> None:
    metrics = json.loads(clean(run("evaluate", gold, "--predicted", gold, "--json")).stdout)
    assert (metrics["spans"]["f1"], metrics["links"]["f1"]) == (1.0, 0.0)


def test_evaluate_floors(run: Run, gold: Path) -> None:
    assert clean(run("evaluate", gold, "--floor", "spans=0.85", "--floor", "PER=1")).exit_code == 0
    result = clean(run("evaluate", gold, "--floor", "spans=0.86", "--floor", "PER=1", "--floor", "LOC=0.1"))
    assert result.exit_code == 4
    assert "below the floor: spans 0.8571 < 0.86, LOC 0.0000 < 0.1\n" in result.stderr


@pytest.mark.parametrize("floor", ["spans", "spans=x", "spans=80", "NAME=0.5", "spans=nan"])
def test_evaluate_refuses_a_floor_that_means_nothing(run: Run, gold: Path, floor: str) -> None:
    assert clean(run("evaluate", gold, "--floor", floor)).exit_code == 2


def test_evaluate_marked_up_files(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "ann"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.ann").write_text(f"⟦POS:1|{POST}⟧ ⟦PER:1|{PERSON}⟧ phát biểu.\n", encoding="utf-8")
    assert json.loads(clean(run("evaluate", folder / "a.ann", "--json")).stdout)["PER"]["gold"] == 1
    assert json.loads(clean(run("evaluate", folder, "--json")).stdout)["PER"]["gold"] == 2
    (folder / "b.ann").write_text("⟦PER:1|x", encoding="utf-8")
    result = clean(run("evaluate", folder))
    assert result.exit_code == 1
    assert "b.ann: at character 0: PER mark is never closed" in result.stderr


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"id": "a", "text": "x"}', ":1: no spans"),
        ('{"id": "a", "text": "BOOM", "spans": []}', "document 'a': cannot be annotated: ValueError"),
        ('{"id": "a", "text": "x", "spans": [[1]]}', "spans or links cannot be read"),
        ("no", ":1: not JSON"),
        ("", "no records in it"),
    ],
)
def test_evaluate_never_scores_a_part(run: Run, tmp_path: Path, content: str, reason: str) -> None:
    (tmp_path / "g.jsonl").write_text(content, encoding="utf-8")
    result = clean(run("evaluate", tmp_path / "g.jsonl"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert reason in result.stderr


def test_evaluate_bad_links(run: Run, gold: Path) -> None:
    (gold.parent / "links.jsonl").write_text("[]", encoding="utf-8")
    result = clean(run("evaluate", gold))
    assert result.exit_code == 1
    assert "links.jsonl: not JSON lines of id and links" in result.stderr


# --- the whole command -----------------------------------------------------------------------------------------------


def test_help_and_version(run: Run) -> None:
    assert "annotate" in clean(run("--help")).stdout
    for command in ("demo", "annotate", "show", "evaluate"):
        assert clean(run(command, "--help")).exit_code == 0
    assert clean(run("--version")).stdout == f"govner {govner.__version__}\n"
    assert clean(run("anotate")).exit_code == 2


def test_import_is_light(python: str) -> None:
    code = (
        "import sys, time; t = time.perf_counter(); import govner; t = time.perf_counter() - t;"
        "print(t, *(m for m in ('numpy', 'rich', 'typer', 'spacy', 'govner.entities') if m in sys.modules))"
    )
    runs = [subprocess.run([python, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    seconds = min(float(run.stdout.split()[0]) for run in runs)
    assert runs[0].stdout.split()[1:] == []
    assert seconds < 0.06


def test_names_of_the_package() -> None:
    assert set(govner.__all__) <= set(dir(govner))
    assert govner.Document is Document
    assert govner.text.__name__ == "govner.text"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = govner.nothing


@real
def test_demo_in_a_process_of_its_own(python: str) -> None:
    if not resources.files("govner").joinpath("data", "sample.txt").is_file():
        pytest.skip("the sample article has not been written yet")
    result = subprocess.run([python, "-m", "govner", "demo"], capture_output=True, encoding="utf-8", check=True)
    assert result.stderr == ""
    assert "[PER:1 " in result.stdout
    assert "Officials" in result.stdout


@real
def test_command_in_a_process_of_its_own(python: str, tmp_path: Path) -> None:
    """The real pipeline behind the command: a good text, an empty one and one of 1 MB, and a reader that leaves."""
    (tmp_path / "good.txt").write_text(SENTENCE, encoding="utf-8")
    (tmp_path / "empty.txt").write_text("", encoding="utf-8")
    (tmp_path / "big.txt").write_text("Ông Lê Văn An họp ở Huế. " * (1_000_000 // 33), encoding="utf-8")
    command = [python, "-m", "govner", "annotate", str(tmp_path), str(tmp_path / "none.txt")]
    result = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert result.returncode == 3
    assert "Traceback" not in result.stderr
    found = {row["id"]: row for row in rows(result.stdout)}
    assert list(found) == ["big", "empty", "good"]
    assert found["empty"]["spans"] == []
    assert PERSON in [person["name"] for person in found["good"]["people"]]
    piped = f"'{python}' -m govner annotate '{tmp_path / 'good.txt'}' --model none | head -c 10"
    left = subprocess.run(piped, shell=True, capture_output=True, check=False)
    assert b"Traceback" not in left.stderr


@real
@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_a_stopped_command_goes_on_where_it_was(python: str, tmp_path: Path) -> None:
    given = tmp_path / "in.jsonl"
    given.write_text("".join(f'{{"id": "{n}", "text": "{SENTENCE * 40}"}}\n' for n in range(150)), encoding="utf-8")
    command = [python, "-m", "govner", "annotate", str(given), "--model", "none", "-j", "1", "--chunk", "10000", "-o"]
    first = subprocess.Popen([*command, str(tmp_path / "out.jsonl")], stderr=subprocess.PIPE, encoding="utf-8")
    until = time.monotonic() + 30
    while not list(tmp_path.glob(".out.jsonl.parts/*.part")) and time.monotonic() < until:
        time.sleep(0.02)
    first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=30)
    assert (first.returncode, said) == (130, "govner: stopped; the same command goes on from here\n")
    for name in ("out.jsonl", "whole.jsonl"):
        done = subprocess.run([*command, str(tmp_path / name)], capture_output=True, encoding="utf-8", check=False)
        if "had another govner" in done.stderr:
            pytest.skip("the package was edited while this test ran")
        assert done.returncode == 0, done.stderr
        assert ("going on from an earlier run" in done.stderr) == (name == "out.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()
    assert len(rows((tmp_path / "out.jsonl").read_text(encoding="utf-8"))) == 150
