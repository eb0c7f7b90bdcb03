"""Training: what is wrong with bad data, what the command says and writes, and that a tiny model learns."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import govner
from govner.cli import app
from govner.entities import GovnerError, InputError
from govner.evaluate import evaluate
from govner.rules import rules
from govner.tagger import training
from govner.tagger.data import Example, chosen, read
from govner.tagger.model import Model, save
from govner.tagger.model import read as read_model
from govner.tagger.tagger import Tagger

CORPUS = Path(__file__).resolve().parents[1] / "models" / "corpus"
TEXT = "Ông Lê Văn An, Bí thư Huyện ủy Bình Sơn."
SPANS = [[4, 13, "PER", 1], [15, 39, "POS", 1], [22, 39, "PARTY", None], [31, 39, "LOC", None]]

Row = dict[str, Any]


def row(id: str | None = "a", spans: Any = SPANS, text: str = TEXT) -> Row:
    return {"id": id, "text": text, "spans": spans}


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Write rows (or lines as they are) to a file of JSON lines."""

    def write(*rows: Row | str, name: str = "t.jsonl") -> Path:
        lines = [line if isinstance(line, str) else json.dumps(line) for line in rows]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        return tmp_path / name

    return write


# --- data ------------------------------------------------------------------------------------------------------------


def test_json_lines_markup_and_folders(file: Callable[..., Path], tmp_path: Path) -> None:
    folder = tmp_path / "ann"
    (folder / "sub").mkdir(parents=True)
    (folder / "b.ann").write_text("⟦PER:1|An⟧\n", encoding="utf-8")
    (folder / "sub" / "c.ann").write_text("\ufeff⟦LOC|Huế⟧", encoding="utf-8")
    unnamed = {"text": "Huế", "spans": [[0, 3, "LOC"]], "more": 1}
    turned = row(spans=SPANS[::-1])
    examples = read([file(turned, "", unnamed), str(folder)])
    assert [(example.id, example.spans) for example in examples] == [
        ("a", tuple((start, end, label) for start, end, label, _ in SPANS)),
        ("t.jsonl:3", ((0, 3, "LOC"),)),
        ("b", ((0, 2, "PER"),)),
        ("sub/c", ((0, 3, "LOC"),)),
    ]
    assert examples[0].text == TEXT
    assert read([folder / "b.ann"])[0] == examples[2]


def test_a_subset_of_the_labels(file: Callable[..., Path]) -> None:
    data = file(row(spans=[*SPANS, [0, 3, "DATE"], [0, 99, "ORG"]]))
    (example,) = read([data], labels=["LOC", "PER"])
    assert [label for _, _, label in example.spans] == ["PER", "LOC"]
    assert chosen(["LOC", "PER"]) == ("PER", "LOC")
    for labels, reason in (
        (["PER", "DATE", "NAME"], "unknown label 'DATE', 'NAME'; the labels are PER, POS"),
        ([], "no labels"),
    ):
        with pytest.raises(InputError, match=reason):
            read([data], labels=labels)
    with pytest.raises(InputError, match=r"t.jsonl: not one span of MASS in 1 documents"):
        read([data], labels=["MASS"])


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("no", "line 2: not JSON"),
        ("3", "line 2: not a JSON object but a number"),
        ({"id": "x", "spans": []}, 'line 2: no field "text"'),
        ({"id": "x", "text": None, "spans": []}, 'line 2: "text" is null, not a string'),
        (row("x", [], " \n"), "line 2, document 'x': the text is empty"),
        ({"id": "x", "text": "a"}, "line 2, document 'x': no field \"spans\""),
        ({"text": "a"}, 'line 2: no field "spans"'),
        (row("x", {}), "line 2, document 'x': \"spans\" is not a list"),
        (row("x", [[4, 13]]), "document 'x': span 0 is not [start, end, label]: [4, 13]"),
        (row("x", [["4", 13, "PER"]]), "span 0 is not [start, end, label]: ['4', 13, 'PER']"),
        (row("x", [[4, 13.0, "PER"]]), "span 0 is not [start, end, label]"),
        (row("x", [[4, True, "PER"]]), "span 0 is not [start, end, label]"),
        (row("x", [[4, 13, 1]]), "span 0 is not [start, end, label]"),
        (row("x", [[4, 13, "NAME"]]), "at 4: NAME to 13 'Lê Văn An' has an unknown label; the labels are PER, POS,"),
        (row("x", [[4, 4, "PER"]]), "at 4: PER to 4 is empty"),
        (row("x", [[13, 4, "PER"]]), "at 13: PER to 4 ends before it begins"),
        (row("x", [[-1, 4, "PER"]]), "at -1: PER to 4 'Ông ' lies outside the text, which has 40 characters"),
        (row("x", [[31, 41, "LOC"]]), "at 31: LOC to 41 'Bình Sơn.' lies outside the text, which has 40 characters"),
        (row("x", [[4, 14, "PER"], [3, 13, "PER"]]), "at 3: PER to 13 ' Lê Văn An' has a blank at its edge"),
        (row("x", [[5, 13, "PER"]]), "at 5: PER to 13 'ê Văn An' begins inside a token"),
        (row("x", [[4, 12, "PER"]]), "at 4: PER to 12 'Lê Văn A' ends inside a token"),
        (row("x", [[4, 13, "PER"]] * 2), "at 4: PER to 13 'Lê Văn An' stands twice, beside PER 4 to 13 'Lê Văn An'"),
        (
            row("x", [[4, 10, "PER"], [7, 13, "PER"]]),
            "at 7: PER to 13 'Văn An' overlaps, in the same layer, PER 4 to 10",
        ),
        (
            row("x", [[22, 39, "PARTY"], [31, 39, "ORG"]]),
            "at 31: ORG to 39 'Bình Sơn' overlaps, in the same layer, PARTY",
        ),
        (row("x", [[15, 30, "POS"], [22, 39, "PARTY"]]), "at 22: PARTY to 39 'Huyện ủy Bình Sơn' crosses POS 15 to 30"),
        (row("x", [[4, 13, "PER"], [4, 6, "LOC"]]), "at 4: LOC to 6 'Lê' lies inside PER 4 to 13 'Lê Văn An'"),
        (row("x", [[22, 39, "LOC"], [31, 39, "STATE"]]), "at 31: STATE to 39 'Bình Sơn' has a lower layer than"),
        (row("a", []), "line 2, document 'a': its id stands twice in this file"),
    ],
)
def test_what_is_wrong_with_a_document(file: Callable[..., Path], bad: Row | str, reason: str) -> None:
    data = file(row(), bad, row("last"))
    with pytest.raises(InputError) as error:
        read([data])
    message = str(error.value)
    assert message.startswith(f"{data}: ")
    assert reason in message
    assert message.endswith("mend these documents, or leave them out (--skip-bad, skip_bad=True)")
    said: list[str] = []
    assert [example.id for example in read([data], skip_bad=True, warn=said.append)] == ["a", "last"]
    assert reason in said[0]


def test_all_problems_of_all_files_at_once(file: Callable[..., Path], tmp_path: Path) -> None:
    many = file(*(row(str(n), [[n, n, "PER"], [1, 99, "LOC"]]) for n in range(13)), row("good"))
    marked = tmp_path / "ann"
    marked.mkdir()
    (marked / "x.ann").write_text("Ông ⟦PER|Lê ⟦LOC|An⟧⟧", encoding="utf-8")
    (marked / "y.ann").write_bytes(b"\xff")
    (marked / "z.ann").write_text("L⟦PER|ê⟧", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read([many, marked])
    lines = str(error.value).splitlines()
    assert lines[0] == f"{many}: 26 problems in 13 of its documents"
    assert lines[21] == "  … and 6 more"
    assert lines[22] == f"{marked}: 3 problems in 3 of its documents"
    assert lines[23].startswith("  document 'x': at character 12: LOC mark inside a PER mark")
    assert lines[24].startswith("  document 'y': not UTF-8")
    assert lines[25] == "  document 'z': at 1: PER to 2 'ê' begins inside a token"
    assert len(lines) == 27


def test_the_same_document_in_two_files(file: Callable[..., Path]) -> None:
    one, two = file(row()), file(row(), row("b"), name="u.jsonl")
    with pytest.raises(
        InputError, match=r"u.jsonl: 1 problem in 1 .*\n.*document 'a': the same document as in .*t.jsonl"
    ):
        read([one, two])
    other = file(row(text=TEXT + " Hết"), name="v.jsonl")
    assert len(read([one, other])) == 2  # the same number in two files is no sign of the same text


def test_files_that_cannot_be_read(file: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    for name, reason in (
        ("none.jsonl", "no such file or folder"),
        ("none", "no such file or folder"),
        ("empty", "a folder without .ann files"),
        ("a.txt", "cannot read .txt file; give .jsonl, .ann or a folder of .ann"),
    ):
        with pytest.raises(InputError, match=f"{name}: {reason}"):
            read([tmp_path / name])
    with pytest.raises(InputError, match=r"t.jsonl: 1 problem .*\n  line 1: the file is empty"):
        read([file()])
    with pytest.raises(InputError, match=r"t.jsonl: no document that can be used"):
        read([file("no")], skip_bad=True)
    with pytest.raises(InputError, match="no file given: no document"):
        read([])


# --- learning --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texts() -> list[Example]:
    return read(sorted(CORPUS.glob("*.ann"))[:12])


def learn(texts: list[Example], **options: Any) -> Model:
    return training.train(texts, proposer=rules(), iterations=10, **options)


def f1(model: Model, texts: list[Example]) -> float:
    found = Tagger(model, rules())([example.text for example in texts])
    wanted = [{"id": example.id, "text": example.text, "spans": example.spans} for example in texts]
    got = [
        {"id": example.id, "text": example.text, "spans": [span[:3] for span in spans]}
        for example, spans in zip(texts, found, strict=True)
    ]
    return evaluate(wanted, got)["spans"].f1


@pytest.fixture(scope="module")
def model(texts: list[Example]) -> Model:
    return learn(texts, name="tiny")


def test_a_tiny_model_learns_its_texts(model: Model, texts: list[Example]) -> None:
    assert (model.name, model.rules) == ("tiny", True)
    assert f1(model, texts) > 0.9


def test_a_saved_model_reads_as_before(model: Model, texts: list[Example], tmp_path: Path) -> None:
    back = read_model(save(model, tmp_path / "tiny"))
    some = [example.text for example in texts]
    assert Tagger(back, rules())(some) == Tagger(model, rules())(some)
    document = govner.load(tmp_path / "tiny")(TEXT)
    assert {span.label for span in document.spans} <= set(model.labels)
    assert all(0 < span.score <= 1 for span in document.spans)


def test_the_same_seed_gives_the_same_bytes(model: Model, texts: list[Example], tmp_path: Path) -> None:
    there = [save(one, tmp_path / str(n)) / "weights.npz" for n, one in enumerate((model, learn(texts)))]
    assert there[0].read_bytes() == there[1].read_bytes()


def test_without_rules(texts: list[Example]) -> None:
    alone = learn(texts, rules=False)
    assert not alone.rules
    assert f1(alone, texts) > 0.8


def test_some_labels_alone(texts: list[Example]) -> None:
    model = learn(texts, labels=("PER", "LOC"))
    found = Tagger(model, rules())([example.text for example in texts])
    assert model.labels == ("PER", "LOC")
    assert {label for spans in found for _, _, label, _ in spans} == {"PER", "LOC"}


def test_progress_is_told(texts: list[Example]) -> None:
    told: list[tuple[int, str, float]] = []
    learn(texts[:3], progress=lambda iteration, layer, loss, figures: told.append((iteration, layer, loss)))
    layers = list(dict.fromkeys(layer for _, layer, _ in told))
    assert len(layers) == 3
    for layer in layers:
        losses = [loss for _, name, loss in told if name == layer]
        assert [n for n, name, _ in told if name == layer] == list(range(1, len(losses) + 1))
        assert losses[-1] < losses[0]


# --- the command -----------------------------------------------------------------------------------------------------


def run(*args: object, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["train", *map(str, args)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.stderr
    return result


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for path in sorted(CORPUS.glob("*.ann"))[:6]:
        shutil.copy(path, folder)
    return folder


def test_the_command_trains_a_model(corpus: Path, file: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "new" / "mine"
    dev = file(row(), row("b"))
    result = run(corpus, dev, "--dev", dev, "-o", out, "--iterations", 12, "--seed", 3)
    assert result.stdout.split()[0] == "precision"
    table = {line.split()[0]: line.split()[3] for line in result.stdout.splitlines()[1:]}
    assert list(table) == ["spans", "PER", "POS", "PARTY", "LOC"]
    assert "LOC: iteration 10, loss " in result.stderr
    assert "govner: 2 dev texts are among the training texts, so the figures flatter: a, b" in result.stderr
    assert result.stderr.endswith("from 8 documents\n")
    told = json.loads((out / "model.json").read_text(encoding="utf-8"))
    assert (told["name"], told["rules"]) == ("mine", True)
    assert told["figures"]["settings"] == {"seed": 3, "iterations": 12}
    assert told["figures"]["train"]["documents"] == 8
    assert f"{told['figures']['dev']['spans']['f1']:.3f}" == table["spans"]
    assert govner.load(out).stages == ("rules", "tagger", "linking")
    evaluated = CliRunner().invoke(app, ["evaluate", str(dev), "--model", str(out), "--json"])
    assert json.loads(evaluated.stdout)["spans"]["f1"] == pytest.approx(told["figures"]["dev"]["spans"]["f1"], abs=1e-4)


def test_labels_rules_and_name(corpus: Path, tmp_path: Path) -> None:
    run(corpus, "-o", tmp_path / "m", "--labels", "LOC, PER", "--no-rules", "--name", "tên", "--iterations", 3)
    model = read_model(tmp_path / "m")
    assert (model.name, model.labels, model.rules) == ("tên", ("PER", "LOC"), False)


def test_only_labels_that_occur_are_learned(file: Callable[..., Path], tmp_path: Path) -> None:
    run(file(row(), row("b")), "-o", tmp_path / "m", "--iterations", 3)
    assert read_model(tmp_path / "m").labels == ("PER", "POS", "PARTY", "LOC")
    result = run(file(row()), "-o", tmp_path / "n", "--labels", "PER,MASS", code=1)
    assert "no span of MASS to learn from; leave it out of --labels" in result.stderr


def test_a_folder_that_is_there_already(corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "m"
    out.mkdir()
    run(corpus, "-o", out, "--iterations", 2)
    before = (out / "weights.npz").read_bytes()
    assert (
        "m: there already; name another folder, or write over it with --force" in run(corpus, "-o", out, code=1).stderr
    )
    assert (out / "weights.npz").read_bytes() == before
    run(corpus, "-o", out, "--iterations", 4, "--force")
    assert (out / "weights.npz").read_bytes() != before
    (tmp_path / "file").write_text("", encoding="utf-8")
    for place, reason in (
        ("file", "file: a file; name a folder"),
        ("file/m", "cannot be written: .*file is not a folder"),
    ):
        for force in ((), ("--force",)):
            result = run(corpus, "-o", tmp_path / place, *force, code=1)
            assert re.search(reason, result.stderr)


def test_bad_data_ends_the_run_or_is_left_out(corpus: Path, file: Callable[..., Path], tmp_path: Path) -> None:
    bad = file(row("x", [[4, 12, "PER"]]), row())
    result = run(corpus, bad, "-o", tmp_path / "m", code=1)
    assert "line 1, document 'x': at 4: PER to 12 'Lê Văn A' ends inside a token" in result.stderr
    assert not (tmp_path / "m").exists()
    result = run(corpus, bad, "-o", tmp_path / "m", "--skip-bad", "--iterations", 2)
    assert "these documents are left out" in result.stderr
    assert result.stderr.endswith("from 7 documents\n")


def test_without_the_trainer(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "pycrfsuite" else found(name))
    result = run(corpus, "-o", tmp_path / "m", code=1)
    assert 'training needs python-crfsuite, which is not installed: pip install "govner[train]"' in result.stderr
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    with pytest.raises(GovnerError, match=r'pip install "govner\[train\]"'):
        training.train([Example("a", TEXT, ())], proposer=rules())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--labels", "PER,DATE"], "unknown label 'DATE'"),
        (["--labels", ","], "no labels"),
        (["--name", "a/b"], "is no name"),
        (["--iterations", "0"], "--iterations"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_options_that_mean_nothing(corpus: Path, tmp_path: Path, options: list[str], reason: str) -> None:
    assert reason in run(corpus, "-o", tmp_path / "m", *options, code=2).stderr
    assert not (tmp_path / "m").exists()


def test_a_terminal_shows_bars(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    result = run(corpus, "-o", tmp_path / "m", "--iterations", 3)
    assert "PER/POS" in result.stderr
    assert "3/3" in result.stderr
    assert "iteration" not in result.stderr
