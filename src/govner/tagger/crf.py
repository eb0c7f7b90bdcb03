"""A linear-chain CRF's decoding in NumPy, over many sentences at once.

Tokens whose best tag is O by a wide margin are taken as O without further ado; only the stretches between them are
decoded, all in step, by Viterbi under the BIO constraints. The probability of a span comes from the forward and backward
sums over the same stretches (Lafferty et al., 2001).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

NEVER = np.float32(-1e4)
MARGIN = np.float32(8.0)
"""How far O must lead, in log units, to be taken without decoding."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Runs of tokens to decode, sorted by length, the longest first: ``[starts[k], starts[k] + lengths[k])``.

    ``opens`` and ``closes`` say whether a run begins and ends its sentence (else an O stands beside it).
    """

    starts: Ints
    lengths: Ints
    opens: npt.NDArray[np.bool_]
    closes: npt.NDArray[np.bool_]


def constrain(transitions: Floats) -> Floats:
    """The transition weights with what BIO forbids set to never: I of a label only behind B or I of the label."""
    allowed = transitions.copy()
    tags = len(allowed)
    for inside in range(2, tags, 2):
        for before in range(tags):
            if before not in (inside, inside - 1):
                allowed[before, inside] = NEVER
    return allowed


def stretches(scores: Floats, ends: Ints) -> Stretches:
    """The runs of uncertain tokens. ``scores`` is (tokens, tags), ``ends`` the positions behind the sentences."""
    sure = scores[:, 0] - scores[:, 1:].max(axis=1) > MARGIN
    starts_sentence = np.zeros(len(scores) + 1, bool)
    starts_sentence[0] = True
    starts_sentence[ends] = True
    open_ = ~sure
    before = np.concatenate(([False], open_[:-1]))
    starts = np.flatnonzero(open_ & (~before | starts_sentence[:-1]))
    behind = np.concatenate((open_[1:], [False]))
    stops = np.flatnonzero(open_ & (~behind | starts_sentence[1:])) + 1
    lengths = stops - starts
    order = np.argsort(-lengths, kind="stable")
    starts, lengths = starts[order], lengths[order]
    return Stretches(starts, lengths, starts_sentence[starts], starts_sentence[starts + lengths])


def decode(scores: Floats, transitions: Floats, runs: Stretches) -> tuple[Ints, Floats, Floats]:
    """The best tag of each token, its log probability, and the log probability that a span ends behind it.

    ``scores`` is (tokens, tags), ``transitions`` (tags, tags) as ``constrain`` returns it. The log probability of a B is
    that of the tag, of an I that of the tag given the tag before: the sum over a span's tokens, and of the second array
    at its last token, is the log probability of the span. Outside the runs the tag is O and both are 0.
    """
    tokens, tags = scores.shape
    best = np.zeros(tokens, np.int64)
    sure = np.zeros(tokens, np.float32)
    end = np.zeros(tokens, np.float32)
    if not len(runs.starts):
        return best, sure, end
    steps = int(runs.lengths[0])
    count = len(runs.starts)
    active = np.searchsorted(-runs.lengths, -np.arange(1, steps + 1), side="right")  # runs at least that long
    free = np.zeros(tags, np.float32)
    free[2::2] = NEVER
    enter = np.where(runs.opens[:, None], free, transitions[0])
    leave = np.where(runs.closes[:, None], np.float32(0), transitions[:, 0])
    last = runs.starts + runs.lengths - 1

    # Viterbi
    score = np.empty((steps, count, tags), np.float32)
    back = np.zeros((steps, count, tags), np.int8)
    score[0] = scores[runs.starts] + enter
    for t in range(1, steps):
        n = active[t]
        paths = score[t - 1, :n, :, None] + transitions
        back[t, :n] = paths.argmax(axis=1)
        score[t, :n] = paths.max(axis=1) + scores[runs.starts[:n] + t]
    rows = np.arange(count)
    tag = (score[runs.lengths - 1, rows] + leave).argmax(axis=1)
    best[last] = tag
    for t in range(steps - 1, 0, -1):
        n = active[t]
        # runs longer than t + 1 already carry the tag at t; those of length t + 1 start here
        tag[:n] = back[t, np.arange(n), best[runs.starts[:n] + t]]
        best[runs.starts[:n] + t - 1] = tag[:n]

    # forward and backward sums, scaled at every step
    potential = np.exp(scores - scores.max(axis=1, keepdims=True))
    moves = np.exp(np.maximum(transitions, NEVER))
    forward = np.zeros((tokens, tags), np.float32)
    backward = np.zeros((tokens, tags), np.float32)
    value = potential[runs.starts] * np.exp(enter)
    forward[runs.starts] = value / value.sum(axis=1, keepdims=True)
    for t in range(1, steps):
        n = active[t]
        at = runs.starts[:n] + t
        value = (forward[at - 1] @ moves) * potential[at]
        forward[at] = value / value.sum(axis=1, keepdims=True)
    backward[last] = np.exp(leave)
    for t in range(steps - 1, 0, -1):
        n = active[t]
        at = runs.starts[:n] + t
        value = (potential[at] * backward[at]) @ moves.T
        backward[at - 1] = value / value.sum(axis=1, keepdims=True)

    tiny = np.float32(1e-30)
    inside = np.flatnonzero(forward.any(axis=1))
    both = forward[inside] * backward[inside]
    alone = both[np.arange(len(inside)), best[inside]] / np.maximum(both.sum(axis=1), tiny)
    sure[inside] = np.log(np.maximum(alone, tiny))
    after = inside[(best[inside] >= 2) & (best[inside] % 2 == 0)]
    sure[after] = np.log(np.maximum(_next(after, best[after], best, moves, potential, backward), tiny))
    goes_on = np.zeros(tokens + 1, bool)
    goes_on[inside] = True
    goes_on[runs.starts] = False
    held = inside[(best[inside] > 0) & goes_on[inside + 1]]
    label = (best[held] + 1) // 2 * 2
    end[held] = np.log(np.maximum(1 - _next(held + 1, label, best, moves, potential, backward), tiny))
    return best, sure, end


def _next(at: Ints, tag: Ints, best: Ints, moves: Floats, potential: Floats, backward: Floats) -> Floats:
    """Probability of a tag at each position, given the best tag of the position before."""
    ahead = moves[best[at - 1]] * potential[at] * backward[at]
    chosen: Floats = ahead[np.arange(len(at)), tag] / np.maximum(ahead.sum(axis=1), np.float32(1e-30))
    return chosen
