"""The metrics, and their agreement with the annotators' own script."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from govner.cli import app
from govner.entities import Document, InputError, Span
from govner.evaluate import LINKED, METRICS, Gain, Metric, evaluate, gains, relinked, table, to_dict

Row = dict[str, Any]

TEXT = "Bí thư Lê Văn An nói. Ông An về Huế."
GOLD: Row = {
    "id": "a",
    "text": TEXT,
    "spans": [[0, 6, "POS", 1], [7, 16, "PER", 1], [26, 28, "PER", 1], [32, 35, "LOC", None]],
    "links": [[32, 35, "1:46"]],
}


def but(**changes: Any) -> Row:
    return {**GOLD, **changes}


def test_perfect() -> None:
    metrics = evaluate([GOLD], [GOLD])
    assert tuple(metrics) == METRICS
    assert metrics["spans"] == Metric(1.0, 1.0, 1.0, 1.0, 1.0, 4)
    assert [metrics[m].f1 for m in ("PER", "POS", "LOC", "people", "posts", "links")] == [1.0] * 6
    assert metrics["ORG"] == Metric(0.0, 0.0, 0.0, 0.0, 0.0, 0)


def test_counts_by_hand() -> None:
    spans = [[0, 6, "POS", None], [7, 16, "PER", 1], [26, 28, "PER", 2], [17, 20, "LOC", None]]
    metrics = evaluate([GOLD], [but(spans=spans)])
    assert (metrics["spans"].precision, metrics["spans"].recall) == (0.75, 0.75)
    assert metrics["LOC"].f1 == 0.0
    # "An" is a person of his own in the prediction, "Lê Văn An" in the gold.
    assert (metrics["people"].precision, metrics["people"].recall) == (0.5, 0.5)
    assert (metrics["posts"].precision, metrics["posts"].recall, metrics["posts"].gold) == (0.0, 0.0, 1)


def test_links_stand_apart_and_are_judged_only_where_annotated() -> None:
    gold = but(links=[])
    found = but(links=[[32, 35, "1:46"], [0, 6, "VN"]])
    assert evaluate([gold], [found])["links"].gold == 0
    apart = evaluate([gold], [found], {"a": [[32, 35, "1:46"]], "b": [[0, 1, "VN"]]})
    assert apart["links"] == Metric(1.0, 1.0, 1.0, 1.0, 1.0, 1)
    abroad = evaluate([gold], [found], {"a": [[32, 35, None], [0, 6, "1:01"]]})["links"]
    assert (abroad.precision, abroad.recall, abroad.gold) == (0.0, 0.0, 1)


def test_takes_documents() -> None:
    document = Document("Huế", "h", spans=(Span(0, 3, "LOC", "Huế"),))
    assert evaluate([document], [document])["LOC"].f1 == 1.0


@pytest.mark.parametrize(
    ("gold", "predicted", "reason"),
    [
        ([GOLD], [], "no prediction for 1 of 1 documents: a"),
        ([GOLD], [but(text=TEXT + " ")], "document 'a': the predicted text differs"),
        ([{"text": "x"}], [], "gold row 0: needs an id and a text"),
        ([GOLD], [but(spans=[[1]])], "document 'a': spans or links cannot be read"),
        ([GOLD], [{"id": "a", "text": TEXT}], "document 'a': spans or links cannot be read: no field 'spans'"),
    ],
)
def test_what_cannot_be_scored_is_named(gold: list[Row], predicted: list[Row], reason: str) -> None:
    with pytest.raises(InputError) as caught:
        evaluate(gold, predicted)
    assert reason in str(caught.value)


def test_nothing_to_score() -> None:
    assert set(evaluate([], []).values()) == {Metric(0.0, 0.0, 0.0, 0.0, 0.0, 0)}


def test_plain_values() -> None:
    metrics = evaluate([GOLD], [GOLD])
    assert json.loads(json.dumps(to_dict(metrics)))["spans"]["gold"] == 4
    assert "ORG" not in table(metrics)
    assert table(metrics).splitlines()[1].split() == ["spans", "1.000", "1.000", "1.000", "1.000", "to", "1.000", "4"]


def blurred(rows: list[Row], links: dict[str, Any]) -> list[Row]:
    """Predictions that are wrong here and there, as a pipeline's are."""
    dice = random.Random(7)
    out = []
    for row in rows:
        spans = [list(span) for span in row["spans"] if dice.random() > 0.15]
        for span in spans:
            if dice.random() < 0.1:
                span[1] -= 1
            if span[3] is not None and dice.random() < 0.1:
                span[3] = dice.choice([None, 1, 2])
        found = [[s, e, u if dice.random() < 0.8 else "1:01"] for s, e, u in links.get(row["id"], [])]
        out.append({**row, "spans": spans, "links": found})
    return out


@pytest.mark.parametrize("name", ["dev.jsonl", "briefs_dev.jsonl"])
def test_agrees_with_the_annotators_script(shared: Path, name: str) -> None:
    scope: dict[str, Any] = {"__name__": "score"}
    exec((shared / "gold" / "score.py").read_text(encoding="utf-8"), scope)
    score: Callable[[dict[str, Row], dict[str, Row]], dict[str, dict[str, float]]] = scope["score"]

    def read(file: str) -> list[Row]:
        return [json.loads(line) for line in (shared / "gold" / file).read_text(encoding="utf-8").splitlines()]

    gold = read(name)
    links = {row["id"]: row["links"] for row in read("links.jsonl")}
    predicted = blurred(gold, links)
    linked = {row["id"]: {**row, "links": links.get(row["id"], [])} for row in gold}
    want = score(linked, {row["id"]: row for row in predicted})
    got = evaluate(gold, predicted, links)
    assert {metric: asdict(row) for metric, row in got.items()} == want
    assert 0.5 < got["links"].f1 < 1 > got["posts"].f1 > 0.5


def test_annotated_spans_are_linked_anew() -> None:
    (document,) = relinked([but(links=[], date="2024-01-01", source="Báo Huế")])
    assert (document.id, document.date, document.source) == ("a", "2024-01-01", "Báo Huế")
    metrics = evaluate([GOLD], [document])
    assert [metrics[m].f1 for m in LINKED] == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (but(spans=[[0, 99, "PER", 1]]), "does not fit the text"),
        (but(spans=[[0, 6, "POST", 1]]), "does not fit the text"),
        (but(date="2024-13-01"), "2024-13"),
        ({"id": "a", "spans": []}, "text"),
    ],
)
def test_what_cannot_be_linked_is_named(row: Row, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as error:
        list(relinked([row]))
    assert "'a'" in str(error.value)


def gold_spans(tmp_path: Path, *options: str) -> Result:
    file = tmp_path / "gold.jsonl"
    file.write_text(json.dumps(GOLD) + "\n", encoding="utf-8")
    return CliRunner().invoke(app, ["evaluate", str(file), "--gold-spans", *options])


def test_gold_spans_on_the_command_line(tmp_path: Path) -> None:
    result = gold_spans(tmp_path, "--json", "--floor", "posts=1")
    assert result.exit_code == 0
    assert {name: row["f1"] for name, row in json.loads(result.stdout).items()} == dict.fromkeys(LINKED, 1.0)


@pytest.mark.parametrize(
    "options", [["--floor", "spans=0.5"], ["--model", "none"], ["--no-rules"], ["--baseline", "none"]]
)
def test_gold_spans_refuse_what_makes_no_sense_with_them(tmp_path: Path, options: list[str]) -> None:
    assert gold_spans(tmp_path, *options).exit_code == 2


NOISY = [{**GOLD, "id": str(n)} for n in range(40)]


def half_wrong(rest: int = 0) -> list[Row]:
    """Every second document lacks its last span."""
    return [{**row, "spans": row["spans"][:-1]} if n % 2 == rest else row for n, row in enumerate(NOISY)]


def test_a_gain_and_its_interval() -> None:
    same = gains(NOISY, half_wrong(), half_wrong())
    assert (same["spans"].gain, same["spans"].low, same["spans"].high) == (0.0, 0.0, 0.0)
    found = gains(NOISY, NOISY, half_wrong())
    spans = found["spans"]
    assert (spans.f1, round(spans.baseline, 4)) == (1.0, round(2 * 140 / 300, 4))
    assert spans.gain == spans.f1 - spans.baseline
    assert 0.03 < spans.low < spans.gain < spans.high < 0.11
    assert found["PER"] == Gain(1.0, 1.0, 0.0, 0.0, 0.0)
    assert "MASS" not in found
    # The same errors in other documents: no better, no worse, and the interval says so.
    other = gains(NOISY, half_wrong(), half_wrong(1))["spans"]
    assert other.low < other.gain == 0.0 < other.high


def test_a_gain_needs_both_readings() -> None:
    with pytest.raises(InputError, match="no baseline prediction for 1 of 40 documents: 7"):
        gains(NOISY, NOISY, [row for row in NOISY if row["id"] != "7"])
    with pytest.raises(InputError, match="'a': the baseline text differs"):
        gains([GOLD], [GOLD], [but(text=TEXT + " ")])


def test_a_baseline_on_the_command_line(tmp_path: Path) -> None:
    def write(name: str, rows: list[Row]) -> str:
        file = tmp_path / name
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(file)

    gold, worse = write("gold.jsonl", NOISY), write("worse.jsonl", half_wrong())
    options = ["evaluate", gold, "--predicted", gold, "--baseline", worse]
    shown = CliRunner().invoke(app, [*options, "--floor", "gain=0.03"])
    assert shown.exit_code == 0, shown.output
    assert "against" in shown.stdout
    assert "+0.067" in shown.stdout
    read = json.loads(CliRunner().invoke(app, [*options, "--json"]).stdout)
    assert read["spans"]["f1"] == 1.0
    assert 0.03 < read["gains"]["spans"]["low"] < 0.07
    missed = CliRunner().invoke(app, [*options, "--floor", "gain=0.2"])
    assert missed.exit_code == 4
    assert "gain" in missed.stderr
    # Rules alone beside rules alone: no gain, whichever way they are named.
    same = CliRunner().invoke(app, ["evaluate", gold, "--model", "none", "--baseline", "none", "--json"])
    assert json.loads(same.stdout)["gains"]["spans"]["high"] == 0.0
    assert CliRunner().invoke(app, ["evaluate", gold, "--predicted", gold, "--floor", "gain=0"]).exit_code == 2
