"""The command ``govner``: demo, annotate, show, evaluate, train."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from enum import IntEnum
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

import govner
from govner.entities import Document, GovnerError, InputError
from govner.formats import Problem, from_markup, read_jsonl
from govner.formats.jsonl import decode, dumps, iso_day, whole_file

if TYPE_CHECKING:
    from govner.pipeline import Pipeline
    from govner.tagger.data import Example
    from govner.tagger.model import Model

Record = dict[str, Any]

JSON_LINES = (".jsonl", ".ndjson")
BATCH_DOCUMENTS, BATCH_CHARACTERS = 64, 2_000_000


class Exit(IntEnum):
    """What the exit status says."""

    OK = 0
    NOTHING = 1
    SOME = 3
    BELOW = 4


class _Group(TyperGroup):
    """Commands whose expected errors are one line on standard error, not a traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # the reader has gone (``govner annotate … | head``); typer leaves quietly
        except GovnerError as error:
            _complain(str(error))
        except OSError as error:
            _complain(_os_reason(error))
        raise typer.Exit(Exit.NOTHING)


app = typer.Typer(
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)

_Model = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="NAME|FOLDER",
        help="A packaged model's name or a folder that govner train wrote; none for rules alone. "
        "If left out, the packaged model.",
    ),
]
_NoRules = Annotated[bool, typer.Option("--no-rules", help="Leave the rules out and use the model alone.")]
_Date = Annotated[
    str | None, typer.Option("--date", metavar="DAY", help="ISO day of texts that bring none (2025-07-01).")
]
_Source = Annotated[
    str | None, typer.Option("--source", metavar="NAME", help="Paper or feed of texts that bring none.")
]


def main() -> None:
    """Run the command line; the console script's entry."""
    app()


def _version(value: bool) -> None:
    if value:
        typer.echo(f"govner {govner.__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Read Vietnamese political news: officials with their posts, Party and state bodies, dated places."""


@app.command()
def demo(model: _Model = None, no_rules: _NoRules = False) -> None:
    """Annotate a sample article and show it.

    Prints the article with its marks, then tables of its officials with their posts, of its bodies and places.
    """
    from importlib import resources

    from govner.show import terminal

    try:
        text = resources.files("govner").joinpath("data", "sample.txt").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise GovnerError("the sample article is missing from the package; install govner again") from error
    terminal.show(_load(model, no_rules)(text.rstrip("\n")), terminal.console())


@app.command()
def annotate(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUT...",
            help="Text files (.txt), folders of them, JSON lines (.jsonl: text and, if known, id, date, source), "
            "or - for standard input, which is JSON lines if it begins with {, else one text.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="JSON lines to write; standard output if left out."),
    ] = None,
    date: _Date = None,
    source: _Source = None,
    model: _Model = None,
    no_rules: _NoRules = False,
) -> None:
    """Annotate texts into JSON lines.

    A line is one document: its id, date, source, text, spans, links, people, bodies, locations and positions. With -o
    the file appears whole at the end, or not at all. What cannot be read is named on standard error and passed over.

    Exit status: 0 all was annotated, 3 a part could not be, 1 nothing was.
    """
    day = _option_day(date)
    nlp = _load(model, no_rules)
    done = failed = 0
    target = whole_file(output) if output is not None else nullcontext(sys.stdout.buffer)
    with target as file:
        for result in _annotated(nlp, _with_defaults(_records(inputs), day, source)):
            if isinstance(result, Problem):
                failed += 1
                _complain(str(result))
            else:
                done += 1
                file.write(dumps(result).encode() + b"\n")
        file.flush()
        if not done:
            # Leaving by an error keeps an older output file as it was.
            raise GovnerError("nothing was annotated")
    if output is not None or failed:
        typer.echo(f"{done} annotated, {failed} failed", err=True)
    if failed:
        raise typer.Exit(Exit.SOME)


@app.command()
def show(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A text (.txt), marked-up text (.ann), .jsonl, or -.")],
    id: Annotated[str | None, typer.Option("--id", help="Which document of a .jsonl; the first if left out.")] = None,
    every: Annotated[bool, typer.Option("--all", help="List all bodies and places, not the most frequent.")] = False,
    date: _Date = None,
    source: _Source = None,
    model: _Model = None,
    no_rules: _NoRules = False,
) -> None:
    """Show one text, its officials, bodies and places.

    A document that is annotated already (.ann, or .jsonl with spans) is shown as it is; a bare text is annotated first.
    """
    from govner.show import terminal

    found = _pick(_with_defaults(_records([file]), _option_day(date), source), file, id)
    document = Document.from_dict(found) if "spans" in found else next(_predicted(_load(model, no_rules), [found]))
    terminal.show(document, terminal.console(), rows=None if every else 15)


@app.command()
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
    floor: Annotated[
        list[str] | None,
        typer.Option("--floor", metavar="METRIC=F1", help="Least F1 that passes, as spans=0.80; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of the table.")] = False,
    model: _Model = None,
    no_rules: _NoRules = False,
) -> None:
    """Score against annotated texts.

    Prints precision, recall, F1 and its 95 % interval: spans, each label alone, people, posts, links.

    With floors, the exit status is 4 and standard error names the metrics that stay below theirs.
    """
    import json

    from govner import evaluate as measure

    floors = _floors(floor or [], measure.METRICS)
    rows = _rows(gold)
    beside = (gold if gold.is_dir() else gold.parent) / "links.jsonl"
    linked = _links(links or beside) if links or beside.is_file() else None
    guesses: Iterable[Any] = _rows(predicted) if predicted else _predicted(_load(model, no_rules), rows)
    metrics = measure.evaluate(rows, guesses, linked)
    typer.echo(json.dumps(measure.to_dict(metrics)) if as_json else measure.table(metrics))
    below = [f"{name} {metrics[name].f1:.4f} < {least}" for name, least in floors.items() if metrics[name].f1 < least]
    if below:
        _complain(f"{gold}: below the floor: {', '.join(below)}")
        raise typer.Exit(Exit.BELOW)


@app.command()
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
    examples = read(inputs, labels=wanted, skip_bad=skip_bad, warn=_complain)
    learned = _learned(examples, wanted)
    held_out = read(dev, labels=learned, skip_bad=skip_bad, warn=_complain) if dev else []
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


# --- what comes in ---------------------------------------------------------------------------------------------------


def _records(inputs: Sequence[str]) -> Iterator[Record | Problem]:
    """All records of the inputs, each read when its turn comes."""
    for name in inputs:
        try:
            yield from _stdin() if name == "-" else _of_path(Path(name))
        except OSError as error:
            yield Problem(name, _os_reason(error, name))


def _of_path(path: Path) -> Iterator[Record | Problem]:
    if path.is_dir():
        files = sorted(path.rglob("*.txt"))
        if not files:
            yield Problem(str(path), "a folder without .txt files")
        for file in files:
            yield _of_text(file, file.relative_to(path).with_suffix("").as_posix())
    elif path.suffix in JSON_LINES:
        empty = True
        for record in read_jsonl(path):
            empty = False
            yield record
        if empty:
            yield Problem(str(path), "no records in it")
    elif path.suffix in (".txt", ".ann") or not path.exists():
        yield _of_text(path, path.stem)
    else:
        yield Problem(str(path), f"cannot read {path.suffix or 'such a'} file; give .txt, .jsonl or a folder of .txt")


def _of_text(path: Path, id: str) -> Record | Problem:
    try:
        text = decode(path.read_bytes())
        if path.suffix == ".ann":
            document = from_markup(text.rstrip("\r\n"), id=id)
            return document.to_dict()
        return {"id": id, "text": text}
    except InputError as error:
        return Problem(str(path), str(error).removeprefix(f"{id}: "))
    except OSError as error:
        return Problem(str(path), _os_reason(error, str(path)))


def _stdin() -> Iterator[Record | Problem]:
    stream = sys.stdin.buffer
    head: list[bytes] = []
    for line in stream:
        head.append(line)
        if line.removeprefix(b"\xef\xbb\xbf").strip():
            break
    else:
        yield Problem("-", "nothing came in on standard input")
        return
    lines = chain(head, stream)
    if head[-1].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        yield from read_jsonl(lines, "-")
        return
    try:
        yield {"id": None, "text": decode(b"".join(lines))}
    except InputError as error:
        yield Problem("-", str(error))


def _with_defaults(
    records: Iterable[Record | Problem], date: str | None, source: str | None
) -> Iterator[Record | Problem]:
    for record in records:
        if isinstance(record, dict):
            record["date"] = record.get("date") or date
            record["source"] = record.get("source") or source
        yield record


def _pick(records: Iterable[Record | Problem], name: str, id: str | None) -> Record:
    """The record to show; a line that cannot be read is an error only where it stands in the way."""
    problem: Problem | None = None
    for record in records:
        if isinstance(record, Problem):
            problem = problem or record
            if id is None:
                break
        elif id is None or record.get("id") == id:
            return record
    if problem is not None:
        raise InputError(str(problem))
    raise InputError(f"{name}: no document has the id {id!r}")


def _rows(path: Path) -> list[Record]:
    """Annotated rows; here a bad line ends the run, since a score over a part would pass for a score over all."""
    if path.is_dir():
        found: list[Record | Problem] = [_of_text(file, file.stem) for file in sorted(path.glob("*.ann"))]
        if not found:
            raise InputError(f"{path}: a folder without .ann files")
    elif path.suffix == ".txt":
        raise InputError(f"{path}: a bare text; give annotated texts as .jsonl or .ann")
    else:
        found = list(_of_path(path))
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


# --- what happens to it ----------------------------------------------------------------------------------------------


def _load(model: str | None, no_rules: bool) -> Pipeline:
    if model == "none" and no_rules:
        raise typer.BadParameter("neither a model nor rules: nothing is left to read with", param_hint="--no-rules")
    chosen = None if model == "none" else "default" if model is None else model
    return govner.load(model=chosen, rules=not no_rules)


def _annotated(nlp: Pipeline, records: Iterable[Record | Problem]) -> Iterator[Document | Problem]:
    """Documents and problems in the order of the records."""
    for batch in _batches(records):
        texts = [record for record in batch if isinstance(record, dict)]
        done = iter(_batch(nlp, texts))
        for record in batch:
            yield record if isinstance(record, Problem) else next(done)


def _batches(records: Iterable[Record | Problem]) -> Iterator[list[Record | Problem]]:
    """Runs of records that are worth one pass of the pipeline, bounded in number and in length."""
    batch: list[Record | Problem] = []
    size = 0
    for record in records:
        batch.append(record)
        size += len(record["text"]) if isinstance(record, dict) else 0
        if len(batch) >= BATCH_DOCUMENTS or size >= BATCH_CHARACTERS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _batch(nlp: Pipeline, records: Sequence[Record]) -> list[Document | Problem]:
    try:
        return list(nlp.pipe(map(_fields, records)))
    except Exception:
        # One document stopped the stream; alone each, the others come through and that one is named.
        return [_one(nlp, record) for record in records]


def _one(nlp: Pipeline, record: Record) -> Document | Problem:
    try:
        document: Document = next(iter(nlp.pipe([_fields(record)])))
        return document
    except Exception as error:
        name = repr(record["id"]) if record.get("id") else "a text without id"
        reason = (
            str(error) if isinstance(error, GovnerError) else f"cannot be annotated: {type(error).__name__}: {error}"
        )
        return Problem(f"document {name}", reason)


def _predicted(nlp: Pipeline, rows: Iterable[Record]) -> Iterator[Document]:
    """Predictions for rows of annotated texts, from text, id, date and source alone."""
    for row, result in zip(rows, _annotated(nlp, rows), strict=True):
        if isinstance(result, Problem):
            raise InputError(str(result))
        yield replace(result, id=row["id"])


def _fields(record: Record) -> Record:
    return {key: record.get(key) for key in ("id", "text", "date", "source")}


# --- training --------------------------------------------------------------------------------------------------------


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
        _complain(f"{len(same)} dev texts are among the training texts, so the figures flatter: {', '.join(same[:5])}")


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


# --- options, streams, messages --------------------------------------------------------------------------------------


def _option_day(value: str | None) -> str | None:
    try:
        return iso_day(value)
    except InputError as error:
        raise typer.BadParameter(str(error), param_hint="--date") from error


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


def _complain(message: str) -> None:
    typer.echo(f"govner: {message}".encode("utf-8", "backslashreplace").decode(), err=True)


def _os_reason(error: OSError, name: str | None = None) -> str:
    what = "no such file or folder" if isinstance(error, FileNotFoundError) else (error.strerror or str(error)).lower()
    return what if name is not None or not error.filename else f"{error.filename}: {what}"
