"""A linear-chain CRF's decoding in NumPy, over many sentences at once.

Tokens whose best tag is O by a wide margin are taken as O without further ado; only the stretches between them are
decoded, all in step, by Viterbi under the BIO constraints. The probability of a span comes from the forward and
backward sums over the same stretches (Lafferty et al., 2001).
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
    columns = np.ascontiguousarray(scores.T)  # a maximum down the columns is many times faster than along short rows
    sure = columns[0] - columns[1:].max(axis=0) > MARGIN
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

    ``scores`` is (tokens, tags), ``transitions`` (tags, tags) as ``constrain`` returns it. The log probability of a B
    is that of the tag, of an I that of the tag given the tag before: the sum over a span's tokens, and of the second
    array at its last token, is the log probability of the span. Outside the runs the tag is O and both are 0.
    """
    tokens = len(scores)
    best = np.zeros(tokens, np.int64)
    sure = np.zeros(tokens, np.float32)
    end = np.zeros(tokens, np.float32)
    if not len(runs.starts):
        return best, sure, end
    # the tokens of the runs, one run after the other; all else is done on these alone
    lengths = runs.lengths
    begins = np.cumsum(lengths) - lengths
    where = np.repeat(runs.starts - begins, lengths) + np.arange(int(lengths.sum()))
    local = scores[where]
    tag, alone, ended = _decode(local, transitions, begins, lengths, runs)
    best[where], sure[where], end[where] = tag, alone, ended
    return best, sure, end


def _decode(
    scores: Floats, transitions: Floats, begins: Ints, lengths: Ints, runs: Stretches
) -> tuple[Ints, Floats, Floats]:
    """``decode`` on runs that lie one after the other: run k is ``[begins[k], begins[k] + lengths[k])``."""
    tokens, tags = scores.shape
    steps = int(lengths[0])
    active = np.searchsorted(-lengths, -np.arange(1, steps + 1), side="right")  # runs at least that long
    free = np.zeros(tags, np.float32)
    free[2::2] = NEVER
    enter = np.where(runs.opens[:, None], free, transitions[0])
    leave = np.where(runs.closes[:, None], np.float32(0), transitions[:, 0])
    last = begins + lengths - 1

    # Viterbi
    score = np.empty((tokens, tags), np.float32)
    back = np.zeros((tokens, tags), np.int8)
    score[begins] = scores[begins] + enter
    into = np.ascontiguousarray(transitions.T)  # (tag, tag before)
    for t in range(1, steps):
        at = begins[: active[t]] + t
        paths = score[at - 1, None, :] + into
        choice = paths.argmax(axis=2)
        back[at] = choice
        score[at] = np.take_along_axis(paths, choice[:, :, None], 2)[:, :, 0] + scores[at]
    best = np.zeros(tokens, np.int64)
    best[last] = (score[last] + leave).argmax(axis=1)
    for t in range(steps - 1, 0, -1):
        at = begins[: active[t]] + t
        best[at - 1] = back[at, best[at]]

    # forward and backward sums, scaled at every step
    potential = np.exp(scores - np.ascontiguousarray(scores.T).max(axis=0)[:, None])
    moves = np.exp(np.maximum(transitions, NEVER))
    forward = np.empty((tokens, tags), np.float32)
    backward = np.empty((tokens, tags), np.float32)
    ones = np.ones((tags, tags), np.float32)
    value = potential[begins] * np.exp(enter)
    forward[begins] = value / (value @ ones)
    for t in range(1, steps):
        at = begins[: active[t]] + t
        value = (forward[at - 1] @ moves) * potential[at]
        forward[at] = value / (value @ ones)
    backward[last] = np.exp(leave)
    for t in range(steps - 1, 0, -1):
        at = begins[: active[t]] + t
        value = (potential[at] * backward[at]) @ moves.T
        backward[at - 1] = value / (value @ ones)

    tiny = np.float32(1e-30)
    every = np.arange(tokens)
    both = forward * backward
    sure = np.log(np.maximum(both[every, best] / np.maximum(both @ ones[0], tiny), tiny))
    after = np.flatnonzero((best >= 2) & (best % 2 == 0))
    sure[after] = np.log(np.maximum(_next(after, best[after], best, moves, potential, backward), tiny))
    goes_on = np.ones(tokens, bool)
    goes_on[last] = False
    held = np.flatnonzero((best > 0) & goes_on)
    end = np.zeros(tokens, np.float32)
    inside = (best[held] + 1) // 2 * 2
    end[held] = np.log(np.maximum(1 - _next(held + 1, inside, best, moves, potential, backward), tiny))
    return best, sure, end


def _next(at: Ints, tag: Ints, best: Ints, moves: Floats, potential: Floats, backward: Floats) -> Floats:
    """Probability of a tag at each position, given the best tag of the position before."""
    ahead = moves[best[at - 1]] * potential[at] * backward[at]
    chosen: Floats = ahead[np.arange(len(at)), tag] / np.maximum(ahead.sum(axis=1), np.float32(1e-30))
    return chosen
