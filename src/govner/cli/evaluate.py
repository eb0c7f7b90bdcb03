"""``govner evaluate``: scores against annotated texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from govner.cli.common import Exit, ModelOption, NoRulesOption, Record, complain, load_pipeline
from govner.cli.predict import predictions
from govner.cli.records import of_path, of_text
from govner.entities import InputError
from govner.formats import Problem
from govner.formats.inputs import JSON_LINES
from govner.formats.jsonl import decode

GAIN = "gain"
"""The floor that asks for a gain over the baseline: the least lower end of the interval of the spans' gain."""


def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="Annotated texts: .jsonl, .ann, or a folder of .ann.")],
    predicted: Annotated[
        Path | None,
        typer.Option("--predicted", metavar="FILE", help="Score these .jsonl predictions; if left out, annotate now."),
    ] = None,
    links: Annotated[
        Path | None,
        typer.Option(
            "--links", metavar="FILE", help="Annotated links by id; by default links.jsonl beside GOLD, if any."
        ),
    ] = None,
    gold_spans: Annotated[
        bool,
        typer.Option(
            "--gold-spans", help="Link the annotated spans themselves: people, posts and links, apart from the reader."
        ),
    ] = False,
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline",
            metavar="FILE|NAME|FOLDER|none",
            help="Compare with these .jsonl predictions, or with what another model reads (as for --model).",
        ),
    ] = None,
    floor: Annotated[
        list[str] | None,
        typer.Option(
            "--floor",
            metavar="METRIC=F1",
            help="Least F1 that passes, as spans=0.80; gain=0.01: with a baseline, the least that the lower end of the "
            "interval of the spans' gain may be. May be repeated.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the table.")] = False,
    model: ModelOption = None,
    no_rules: NoRulesOption = False,
) -> None:
    """Score against annotated texts.

    Prints precision, recall, F1 and its 95 % interval: spans, each label alone, people, posts, links.

    With --gold-spans the annotated spans are linked anew, no model reads, and only people, posts and links are scored.

    With --baseline, a second table says by how much each F1 is better than the baseline's, with the 95 % interval of
    the difference (the same texts drawn for both).

    With floors, the exit status is 4 and standard error names the metrics that stay below theirs.
    """
    import json

    from govner import evaluate as measure

    if gold_spans and (predicted or model or no_rules or baseline):
        raise typer.BadParameter(
            "nothing is read then; leave out --predicted, --model, --no-rules, --baseline", param_hint="--gold-spans"
        )
    known = measure.LINKED if gold_spans else measure.METRICS
    floors = _floors(floor or [], (*known, GAIN) if baseline else known)
    rows = _rows(gold)
    beside = (gold if gold.is_dir() else gold.parent) / "links.jsonl"
    linked = _links(links or beside) if links or beside.is_file() else None
    guesses: Iterable[Any]
    if gold_spans:
        guesses = measure.relinked(rows)
    else:
        guesses = list(_rows(predicted) if predicted else predictions(load_pipeline(model, no_rules), rows))
    metrics = measure.evaluate(rows, guesses, linked)
    if gold_spans:
        metrics = {name: metrics[name] for name in measure.LINKED}
    gains = measure.gains(rows, guesses, _baseline(baseline, rows), linked) if baseline else {}
    if as_json:
        found = measure.to_dict(metrics)
        typer.echo(json.dumps({**found, "gains": measure.to_dict(gains)} if baseline else found))
    else:
        typer.echo(measure.table(metrics))
        if gains:
            typer.echo(f"against {baseline}\n{measure.gain_table(gains)}")
    reached = {name: metric.f1 for name, metric in metrics.items()}
    reached[GAIN] = gains["spans"].low if "spans" in gains else 0.0
    below = [f"{name} {reached[name]:.4f} < {least}" for name, least in floors.items() if reached[name] < least]
    if below:
        complain(f"{gold}: below the floor: {', '.join(below)}")
        raise typer.Exit(Exit.BELOW)


def _baseline(baseline: str, rows: list[Record]) -> Iterable[Any]:
    """The predictions of ``--baseline``: those of a file, or what another model reads."""
    if baseline.endswith(JSON_LINES):
        return _rows(Path(baseline))
    return predictions(load_pipeline(baseline, no_rules=False), rows)


def _rows(path: Path) -> list[Record]:
    """Annotated rows; here a bad line ends the run, since a score over a part would pass for a score over all."""
    if path.is_dir():
        found: list[Record | Problem] = [of_text(file, file.stem) for file in sorted(path.glob("*.ann"))]
        if not found:
            raise InputError(f"{path}: a folder without .ann files")
    elif path.suffix == ".txt":
        raise InputError(f"{path}: a bare text; give annotated texts as .jsonl or .ann")
    else:
        found = list(of_path(path))
    rows: list[Record] = []
    for n, row in enumerate(found, 1):
        if isinstance(row, Problem):
            raise InputError(str(row))
        if not isinstance(row.get("spans"), list):
            raise InputError(f"{path}:{n}: no spans; evaluation needs annotated texts")
        if row.get("id") is None:
            row["id"] = f"{path.name}:{n}"
        rows.append(row)
    return rows


def _links(path: Path) -> dict[str, list[list[Any]]]:
    import json

    try:
        rows = [json.loads(line) for line in decode(path.read_bytes()).splitlines() if line.strip()]
        return {row["id"]: row["links"] for row in rows}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: not JSON lines of id and links: {error}") from error


def _floors(options: Sequence[str], known: Sequence[str]) -> dict[str, float]:
    floors: dict[str, float] = {}
    for option in options:
        name, _, number = option.partition("=")
        try:
            value = float(number)
        except ValueError:
            value = -1.0
        if name not in known or not 0 <= value <= 1:
            raise typer.BadParameter(
                f"{option!r} is not METRIC=F1 with F1 from 0 to 1; the metrics are {', '.join(known)}",
                param_hint="--floor",
            )
        floors[name] = value
    return floors
