"""``govner train``: a model from annotated texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from govner.cli.common import Record, complain
from govner.entities import GovnerError, InputError

if TYPE_CHECKING:
    from govner.tagger.data import Example
    from govner.tagger.model import Model


def train(
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="TRAIN...",
            help="Annotated texts: .jsonl (id, text, spans as [start, end, label]), .ann, or folders of .ann.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write the model to.")],
    dev: Annotated[
        list[Path] | None,
        typer.Option("--dev", metavar="FILE", help="Texts to calibrate on and to score at the end; may be repeated."),
    ] = None,
    rules: Annotated[
        bool, typer.Option("--rules/--no-rules", help="Whether the rules' spans are evidence for the model.")
    ] = True,
    labels: Annotated[
        str | None, typer.Option("--labels", metavar="PER,POS", help="Learn these labels; all that occur if left out.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed and texts give the same model.")] = 0,
    iterations: Annotated[int, typer.Option("--iterations", min=1, help="Most iterations for each layer.")] = 80,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave out documents that cannot be used.")] = False,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The model's name; the folder's if left out.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a model that is in DIR already.")] = False,
) -> None:
    """Train a model on annotated texts.

    Writes a folder that --model takes, and so does govner.load(). Figures on the dev texts are printed at the end, and
    kept in the model. Texts that cannot be learned from are named, with the place and the reason, and end the run.
    """
    from govner.tagger.data import read
    from govner.tagger.model import save

    wanted, called = _option_labels(labels), _name(name, output)
    _may_write(output, force)
    _has_trainer()
    examples = read(inputs, labels=wanted, skip_bad=skip_bad, warn=complain)
    learned = _learned(examples, wanted)
    held_out = read(dev, labels=learned, skip_bad=skip_bad, warn=complain) if dev else []
    _warn_of_same(examples, held_out)
    model = _trained(examples, held_out, called, rules, learned, seed, iterations)
    figures: Record = {
        "train": {"documents": len(examples), "spans": sum(len(example.spans) for example in examples)},
        "settings": {"seed": seed, "iterations": iterations},
    }
    if held_out:
        figures["dev"] = {"documents": len(held_out), **_figures(model, held_out)}
    save(replace(model, figures={**model.figures, **figures}), output)
    typer.echo(f"{output}: {model!r} from {len(examples)} documents", err=True)


def _may_write(folder: Path, force: bool) -> None:
    """Say before the work, not after it, that its outcome could not be written."""
    import os

    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder}: a file; name a folder to write the model to")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise InputError(f"{folder}: there already; name another folder, or write over it with --force")
    above = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise InputError(f"{folder}: cannot be written: {above} is not a folder that you may write to")


def _has_trainer() -> None:
    from importlib.util import find_spec

    if find_spec("pycrfsuite") is None:
        raise GovnerError('training needs python-crfsuite, which is not installed: pip install "govner[train]"')


def _learned(examples: Sequence[Example], wanted: Sequence[str] | None) -> tuple[str, ...]:
    """The labels to learn: those asked for, each of which must occur, or all that occur."""
    from govner.tagger.data import chosen

    found = {label for example in examples for _, _, label in example.spans}
    missing = [label for label in wanted or () if label not in found]
    if missing:
        raise InputError(f"no span of {', '.join(missing)} to learn from; leave it out of --labels, or add texts")
    return chosen(found)


def _warn_of_same(examples: Sequence[Example], dev: Sequence[Example]) -> None:
    seen = {example.text for example in examples}
    same = [example.id for example in dev if example.text in seen]
    if same:
        complain(f"{len(same)} dev texts are among the training texts, so the figures flatter: {', '.join(same[:5])}")


def _trained(
    examples: Sequence[Example],
    dev: Sequence[Example],
    name: str,
    rules: bool,
    labels: Sequence[str],
    seed: int,
    iterations: int,
) -> Model:
    from govner.rules import rules as packaged_rules
    from govner.tagger import training

    with _progress(iterations) as progress:
        return training.train(
            examples,
            dev,
            proposer=packaged_rules(),
            name=name,
            rules=rules,
            labels=labels,
            seed=seed,
            iterations=iterations,
            progress=progress,
        )


@contextmanager
def _progress(iterations: int) -> Iterator[Callable[[int, str, float, dict[str, float] | None], None]]:
    """What the trainer calls after each iteration: bars in a terminal, a line for every tenth iteration elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _progress_line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    # The trainer holds the interpreter between iterations: a thread that redraws would wait for it.
    with Progress(*columns, TextColumn("{task.fields[said]}"), console=console, auto_refresh=False) as bars:
        tasks: dict[str, Any] = {}

        def report(iteration: int, layer: str, loss: float, figures: dict[str, float] | None) -> None:
            if layer not in tasks:
                tasks[layer] = bars.add_task(layer, total=iterations, said="")
            bars.update(tasks[layer], completed=iteration, said=_said(loss, figures))
            bars.refresh()

        yield report


def _progress_line(iteration: int, layer: str, loss: float, figures: dict[str, float] | None) -> None:
    if iteration == 1 or iteration % 10 == 0 or figures:
        typer.echo(f"{layer}: iteration {iteration}, {_said(loss, figures)}", err=True)


def _said(loss: float, figures: dict[str, float] | None) -> str:
    return ", ".join([f"loss {loss:.1f}", *(f"{key} {value:.3f}" for key, value in (figures or {}).items())])


def _figures(model: Model, dev: Sequence[Example]) -> Record:
    """Score the model's spans on annotated texts, print the table and return the figures."""
    from govner import evaluate as measure
    from govner.pipeline import Pipeline
    from govner.rules import rules as packaged_rules
    from govner.tagger.tagger import Tagger

    nlp = Pipeline(Tagger(model, packaged_rules()), exclude=("linking",))
    # Numbers stand for the ids, which may be the same in two files.
    texts = [(str(number), example.text) for number, example in enumerate(dev)]
    gold = [{"id": id, "text": text, "spans": example.spans} for (id, text), example in zip(texts, dev, strict=True)]
    metrics = measure.evaluate(gold, nlp.pipe(texts))
    kept = {key: metric for key, metric in metrics.items() if key == "spans" or key in model.labels}
    typer.echo(measure.table(kept))
    return {
        key: {figure: round(value, 4) for figure, value in row.items()} for key, row in measure.to_dict(kept).items()
    }


def _option_labels(value: str | None) -> tuple[str, ...] | None:
    from govner.tagger.data import chosen

    try:
        return None if value is None else chosen(label.strip() for label in value.split(",") if label.strip())
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--labels") from error


def _name(value: str | None, folder: Path) -> str:
    name = folder.absolute().name if value is None else value
    if not name or name != name.strip() or any(char in "/\\" or not char.isprintable() for char in name):
        raise typer.BadParameter(f"{name!r} is no name: give one without slashes", param_hint="--name")
    return name
