"""How well predictions agree with annotated texts: precision, recall and F1 of spans, people, posts and links.

The figures are those of ``../shared/gold/score.py``, to the last digit:

``spans``    exact start, end and label, over all labels; then each label alone
``people``   a PER mention and the longest name that its person bears in the document
``posts``    a POS mention that has a holder, and the holder's longest name
``links``    the unit of each place and body mention that the annotation links, of those that have a unit
"""

from __future__ import annotations

import random
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from govner.entities import LABELS, Document, InputError
from govner.linking import link

METRICS: tuple[str, ...] = ("spans", *LABELS, "people", "posts", "links")
"""The metrics, in the order of the table."""

LINKED: tuple[str, ...] = ("people", "posts", "links")
"""The metrics that linking decides when the spans are given."""

DRAWS = 1000
"""Bootstrap draws over documents behind each 95 % interval."""

Row = Mapping[str, Any]
_Counts = tuple[int, int, int]  # hit, predicted, wanted


@dataclass(frozen=True, slots=True)
class Metric:
    """One row of the table; ``low`` and ``high`` bound the 95 % interval of F1, ``gold`` counts what was wanted."""

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    gold: int


@dataclass(frozen=True, slots=True)
class Gain:
    """F1 of two readings of the same texts; ``low`` and ``high`` bound the 95 % interval of their difference."""

    f1: float
    baseline: float
    gain: float
    low: float
    high: float


def evaluate(
    gold: Iterable[Row | Document],
    predicted: Iterable[Row | Document],
    links: Mapping[str, Sequence[Sequence[Any]]] | None = None,
    seed: int = 0,
) -> dict[str, Metric]:
    """Score predictions against annotated texts and return a ``Metric`` for each name in ``METRICS``.

    Rows are documents or dicts with ``id``, ``text``, ``spans`` (``[start, end, label, person]``) and, if any,
    ``links`` (``[start, end, unit]``); they are paired by ``id``, and predictions of other ids are left aside.
    ``links`` gives the annotated links by id where they stand apart from the rows, and goes before those in the rows.

    Raises ``InputError`` naming the document where a prediction is missing, a text differs, or a row cannot be read.
    """
    counts = _counts(_wanted(gold, links), predicted, "predicted")
    # One generator serves all metrics in turn: that is what makes the intervals those of score.py.
    draw = random.Random(seed)
    return {metric: _metric(counts[metric], draw) for metric in METRICS}


def gains(
    gold: Iterable[Row | Document],
    predicted: Iterable[Row | Document],
    baseline: Iterable[Row | Document],
    links: Mapping[str, Sequence[Sequence[Any]]] | None = None,
    seed: int = 0,
) -> dict[str, Gain]:
    """By how much predictions are better than other predictions for the same texts: a ``Gain`` for each metric.

    The interval is that of the difference, both readings drawn by the same documents (paired bootstrap: Koehn,
    Statistical significance tests for machine translation evaluation, 2004): texts that are hard for both do not widen
    it. Metrics of which neither the annotation nor a reading has anything are left out. Arguments and errors are those
    of ``evaluate``.
    """
    wanted = _wanted(gold, links)
    ours, theirs = _counts(wanted, predicted, "predicted"), _counts(wanted, baseline, "baseline")
    draw = random.Random(seed)
    return {
        metric: _gain(ours[metric], theirs[metric], draw)
        for metric in METRICS
        if any(map(any, (*ours[metric], *theirs[metric])))
    }


def relinked(rows: Iterable[Row]) -> Iterator[Document]:
    """Annotated rows linked anew: their own spans are kept, who and what they mean is found again.

    What ``evaluate`` says of them (people, posts, links) is the quality of linking alone. ``rows`` are as for
    ``evaluate``; ``date`` and ``source`` are used where a row has them. Raises ``InputError`` naming the document for a
    span that does not fit its text or a date that is no day.
    """
    for row in rows:
        given = Document.from_dict({key: row.get(key) for key in ("id", "text", "spans", "date", "source")})
        spans = [(span.start, span.end, span.label, 1.0) for span in given.spans]
        try:
            yield link(given.text, spans, id=given.id, date=given.date, source=given.source)
        except InputError as error:
            raise InputError(f"document {given.id!r}: {error}") from error


def table(metrics: Mapping[str, Metric]) -> str:
    """The metrics as the lines that ``score.py`` prints, without those of which the annotation has none."""
    lines = [f"{'':8}{'precision':>10}{'recall':>10}{'F1':>10}   95 % interval      gold"]
    for name, m in metrics.items():
        if m.gold:
            lines.append(
                f"{name:8}{m.precision:10.3f}{m.recall:10.3f}{m.f1:10.3f}   {m.low:.3f} to {m.high:.3f}{m.gold:10}"
            )
    return "\n".join(lines)


def gain_table(found: Mapping[str, Gain]) -> str:
    """The gains as lines, a metric each."""
    lines = [f"{'':8}{'baseline':>10}{'F1':>10}{'gain':>10}   95 % interval of the gain"]
    lines += [
        f"{name:8}{g.baseline:10.3f}{g.f1:10.3f}{g.gain:+10.3f}   {g.low:+.3f} to {g.high:+.3f}"
        for name, g in found.items()
    ]
    return "\n".join(lines)


def to_dict(metrics: Mapping[str, Metric | Gain]) -> dict[str, dict[str, float]]:
    """The metrics as plain JSON values."""
    return {name: asdict(metric) for name, metric in metrics.items()}


def _wanted(gold: Iterable[Row | Document], links: Mapping[str, Sequence[Sequence[Any]]] | None) -> dict[str, Row]:
    wanted = _by_id(gold, "gold")
    if links:
        wanted = {key: {**row, "links": links[key]} if key in links else row for key, row in wanted.items()}
    return wanted


def _counts(wanted: Mapping[str, Row], found: Iterable[Row | Document], side: str) -> dict[str, list[_Counts]]:
    """Of each metric, the counts of each annotated document in turn."""
    got = _by_id(found, side)
    missing = sorted(wanted.keys() - got.keys())
    if missing:
        what = "prediction" if side == "predicted" else f"{side} prediction"
        raise InputError(f"no {what} for {len(missing)} of {len(wanted)} documents: {', '.join(missing[:5])}")
    counts: dict[str, list[_Counts]] = {metric: [] for metric in METRICS}
    for key, row in wanted.items():
        if got[key]["text"] != row["text"]:
            raise InputError(f"document {key!r}: the {side} text differs from the annotated one")
        for metric, triple in _compare(row, got[key]).items():
            counts[metric].append(triple)
    return counts


def _by_id(rows: Iterable[Row | Document], side: str) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for number, row in enumerate(rows):
        data: Row = row.to_dict() if isinstance(row, Document) else row
        if not isinstance(data.get("id"), str) or not isinstance(data.get("text"), str):
            raise InputError(f"{side} row {number}: needs an id and a text, both strings")
        found[data["id"]] = data
    return found


def _compare(want: Row, got: Row) -> dict[str, _Counts]:
    wanted, found = _items(want), _items(got)
    # A link is judged only where the annotation says which unit is meant, or that none is.
    linked = {tuple(link[:2]) for link in want.get("links") or ()}
    found["links"] = {item for item in found["links"] if item[:2] in linked}
    return {m: (len(wanted[m] & found[m]), len(found[m]), len(wanted[m])) for m in METRICS}


def _items(row: Row) -> defaultdict[str, set[tuple[Any, ...]]]:
    """The sets that are compared, by metric."""
    out: defaultdict[str, set[tuple[Any, ...]]] = defaultdict(set)
    try:
        spans = [(start, end, label, *(rest or [None])) for start, end, label, *rest in row["spans"]]
        names = _names(row["text"], spans)
        for start, end, label, person in spans:
            out["spans"].add((start, end, label))
            out[label].add((start, end, label))
            if label == "PER":
                out["people"].add((start, end, names.get(person)))
            elif label == "POS" and person in names:
                out["posts"].add((start, end, names[person]))
        out["links"] = {(start, end, unit) for start, end, unit in row.get("links") or () if unit}
    except (KeyError, TypeError, ValueError) as error:
        what = f"no field {error}" if isinstance(error, KeyError) else str(error)
        raise InputError(f"document {row['id']!r}: spans or links cannot be read: {what}") from error
    return out


def _names(text: str, spans: Iterable[tuple[Any, ...]]) -> dict[int, str]:
    """The longest name of each person, as it is compared."""
    names: dict[int, str] = {}
    for start, end, label, person in spans:
        if label == "PER" and person is not None:
            name = unicodedata.normalize("NFC", text[start:end]).casefold()
            names[person] = max(names.get(person, ""), name, key=len)
    return names


def _metric(counts: Sequence[_Counts], draw: random.Random) -> Metric:
    precision, recall, value, gold = _f1(counts)
    if not gold:
        return Metric(precision, recall, value, 0.0, 0.0, gold)
    samples = sorted(_f1(draw.choices(counts, k=len(counts)))[2] for _ in range(DRAWS))
    return Metric(precision, recall, value, samples[int(0.025 * DRAWS)], samples[int(0.975 * DRAWS) - 1], gold)


def _gain(ours: Sequence[_Counts], theirs: Sequence[_Counts], draw: random.Random) -> Gain:
    value, before = _f1(ours)[2], _f1(theirs)[2]
    pairs = list(zip(ours, theirs, strict=True))
    samples = []
    for _ in range(DRAWS):
        left, right = zip(*draw.choices(pairs, k=len(pairs)), strict=True)
        samples.append(_f1(left)[2] - _f1(right)[2])
    samples.sort()
    return Gain(value, before, value - before, samples[int(0.025 * DRAWS)], samples[int(0.975 * DRAWS) - 1])


def _f1(counts: Sequence[_Counts]) -> tuple[float, float, float, int]:
    hit, predicted, wanted = map(sum, zip(*counts, strict=True)) if counts else (0, 0, 0)
    precision, recall = hit / predicted if predicted else 0.0, hit / wanted if wanted else 0.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hit else 0.0, wanted
