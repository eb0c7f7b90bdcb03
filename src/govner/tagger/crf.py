"""A linear-chain CRF's decoding in NumPy, over many sentences at once.

Sentences are decoded in step, the longest first: Viterbi under the BIO constraints, then, where it found a span, the
forward and backward sums that give the span's probability (Lafferty et al., 2001). A sentence in which no B comes near
O is taken as O throughout without decoding.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

NEVER = np.float32(-1e4)
MARGIN = np.float32(4.0)
"""How far O must lead each B, in log units, at every token of a sentence that is not decoded."""


@dataclass(frozen=True, slots=True)
class _Steps:
    """Sentences side by side, the longest first: column ``firsts[t] + k`` is token t of sentence k.

    ``tokens[c]`` is column c's place in the text, ``firsts`` has one more entry, the number of columns.
    """

    tokens: Ints
    firsts: list[int]

    @classmethod
    def of(cls, starts: Ints, lengths: Ints) -> _Steps:
        order = np.argsort(-lengths, kind="stable")
        starts, lengths = starts[order], lengths[order]
        active = np.searchsorted(-lengths, -np.arange(1, lengths[0] + 1), side="right")  # sentences at least that long
        firsts = np.concatenate(([0], np.cumsum(active)))
        step = np.repeat(np.arange(len(active)), active)
        number = np.arange(firsts[-1]) - firsts[step]
        return cls(starts[number] + step, firsts.tolist())


def constrain(transitions: Floats) -> Floats:
    """The transition weights with what BIO forbids set to never: I of a label only behind B or I of the label."""
    allowed = transitions.copy()
    tags = len(allowed)
    for inside in range(2, tags, 2):
        for before in range(tags):
            if before not in (inside, inside - 1):
                allowed[before, inside] = NEVER
    return allowed


def decode(scores: Floats, transitions: Floats, ends: Ints) -> tuple[Ints, Floats, Floats]:
    """The best tag of each token, its log probability, and the log probability that a span ends behind it.

    ``scores`` is (tokens, tags), ``transitions`` (tags, tags) as ``constrain`` returns it, ``ends`` the positions
    behind the sentences. The log probability of a B is that of the tag, of an I that of the tag given the tag before:
    the sum over a span's tokens, and of the second array at its last token, is the log probability of the span.
    Outside spans both are 0.
    """
    count = len(scores)
    best = np.zeros(count, np.int64)
    sure, end = np.zeros(count, np.float32), np.zeros(count, np.float32)
    if not count:
        return best, sure, end
    starts = np.concatenate(([0], ends[:-1]))
    columns = np.ascontiguousarray(scores.T)  # (tags, tokens): long rows are what NumPy is fast at
    near = np.maximum.reduceat(columns[1::2].max(axis=0) - columns[0], starts) > -MARGIN
    if near.any():
        steps = _Steps.of(starts[near], (ends - starts)[near])
        best[steps.tokens] = _viterbi(columns[:, steps.tokens], transitions, steps.firsts)
    found = np.maximum.reduceat(best, starts) > 0
    if found.any():
        steps = _Steps.of(starts[found], (ends - starts)[found])
        _chances(columns[:, steps.tokens], transitions, steps, best, sure, end)
    return best, sure, end


def _viterbi(scores: Floats, transitions: Floats, firsts: list[int]) -> Ints:
    """The best tag of each column. ``scores`` is (tags, columns)."""
    total = scores.copy()
    total[2::2, : firsts[1]] = NEVER
    moves = transitions[:, :, None]  # (tag before, tag, 1)
    for t in range(1, len(firsts) - 1):
        a, b, before = firsts[t], firsts[t + 1], firsts[t - 1]
        total[:, a:b] += (total[:, None, before : before + b - a] + moves).max(axis=0)
    best: Ints = total.argmax(axis=0)  # right where a sentence ends; elsewhere it depends on the next tag
    into = np.ascontiguousarray(transitions.T)  # (tag, tag before)
    for t in range(len(firsts) - 2, 0, -1):
        a, b, before = firsts[t], firsts[t + 1], firsts[t - 1]
        paths = total[:, before : before + b - a] + into[best[a:b]].T
        best[before : before + b - a] = paths.argmax(axis=0)
    return best


def _chances(scores: Floats, transitions: Floats, steps: _Steps, best: Ints, sure: Floats, end: Floats) -> None:
    """Fill in the log probabilities of the spans in ``best``, as ``decode`` gives them."""
    firsts = steps.firsts
    last = len(firsts) - 2
    moves = np.exp(np.maximum(transitions, NEVER))
    potential = np.exp(scores - scores.max(axis=0))
    # forward and backward sums, scaled at every step
    forward = potential.copy()
    forward[2::2, : firsts[1]] = 0
    forward[:, : firsts[1]] /= forward[:, : firsts[1]].sum(axis=0)
    into = np.ascontiguousarray(moves.T)
    for t in range(1, last + 1):
        a, b, before = firsts[t], firsts[t + 1], firsts[t - 1]
        value = (into @ forward[:, before : before + b - a]) * potential[:, a:b]
        value /= value.sum(axis=0)
        forward[:, a:b] = value
    backward = np.ones_like(forward)
    for t in range(last, 0, -1):
        a, b, before = firsts[t], firsts[t + 1], firsts[t - 1]
        value = moves @ (potential[:, a:b] * backward[:, a:b])
        value /= value.sum(axis=0)
        backward[:, before : before + b - a] = value
    ahead = potential * backward

    # the columns of the spans' tokens, and of the tokens behind these in their sentences
    spans = np.flatnonzero(best[steps.tokens])
    step = np.searchsorted(firsts, spans, side="right") - 1
    tops = np.array(firsts)
    behind = spans + np.diff(tops)[step]
    goes_on = step < last
    goes_on[goes_on] = behind[goes_on] < tops[step[goes_on] + 2]
    tags = best[steps.tokens[spans]]

    begin = spans[tags % 2 == 1]
    both = forward[:, begin] * backward[:, begin]
    tag = best[steps.tokens[begin]]
    sure[steps.tokens[begin]] = _log(both[tag, np.arange(len(begin))] / np.maximum(both.sum(axis=0), TINY))
    held, on, tag = spans[goes_on], behind[goes_on], tags[goes_on]
    chance = moves[tag].T * ahead[:, on]  # of each tag behind a token of a span
    inside = (tag + 1) // 2 * 2
    stays = chance[inside, np.arange(len(on))] / np.maximum(chance.sum(axis=0), TINY)
    follows = best[steps.tokens[on]] == inside
    sure[steps.tokens[on[follows]]] = _log(stays[follows])
    end[steps.tokens[held]] = _log(1 - stays)


TINY = np.float32(1e-30)


def _log(values: Floats) -> Floats:
    logs: Floats = np.log(np.maximum(values, TINY))
    return logs
