"""Decoding: the best path and the spans' chances are those of all paths counted singly; batches change nothing."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import govner
from govner.tagger.crf import constrain, decode
from govner.tagger.model import packaged

TAGS = 5  # O, B and I of two labels


def paths(length: int) -> list[tuple[int, ...]]:
    """Every path of tags that BIO allows."""

    def allowed(path: tuple[int, ...]) -> bool:
        return all(tag == 0 or tag % 2 or before in (tag, tag - 1) for before, tag in zip((0, *path), path))  # noqa: B905

    return [path for path in product(range(TAGS), repeat=length) if allowed(path)]


def weight(path: tuple[int, ...], scores: np.ndarray, transitions: np.ndarray) -> float:
    total = sum(float(scores[n, tag]) for n, tag in enumerate(path))
    return total + sum(float(transitions[a, b]) for a, b in pairwise(path))


def spans(path: tuple[int, ...]) -> set[tuple[int, int, int]]:
    found = set()
    for n, tag in enumerate(path):
        if tag % 2:
            last = n + 1
            while last < len(path) and path[last] == tag + 1:
                last += 1
            found.add((n, last, tag))
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.lists(st.integers(1, 4), min_size=1, max_size=5))
def test_the_best_path_and_its_spans_chances(seed: int, lengths: list[int]) -> None:
    draw = np.random.default_rng(seed)
    scores = draw.normal(0, 2, (sum(lengths), TAGS)).astype(np.float32)
    transitions = constrain(draw.normal(0, 1, (TAGS, TAGS)).astype(np.float32))
    best, sure, end = decode(scores, transitions, np.cumsum(lengths))
    start = 0
    for length in lengths:
        part = scores[start : start + length]
        weights = {path: weight(path, part, transitions) for path in paths(length)}
        top = max(weights.values())
        mine = tuple(best[start : start + length].tolist())
        assert weights[mine] == pytest.approx(top, abs=1e-4)
        total = sum(np.exp(value - top) for value in weights.values())
        for first, last, tag in spans(mine):
            having = sum(np.exp(v - top) for path, v in weights.items() if (first, last, tag) in spans(path))
            chance = np.exp(sure[start + first : start + last].sum() + end[start + last - 1])
            assert chance == pytest.approx(having / total, abs=1e-3)
        start += length


def test_sentences_without_a_candidate_are_o() -> None:
    scores = np.zeros((6, TAGS), np.float32)
    scores[:, 0] = 50
    best, sure, end = decode(scores, constrain(np.zeros((TAGS, TAGS), np.float32)), np.array([2, 6]))
    assert not best.any()
    assert not sure.any()
    assert not end.any()


TEXTS = [
    "Bí thư Huyện ủy Bình Sơn Lê Văn An tiếp Phó chủ tịch UBND tỉnh Quảng Ngãi Trần Thị Bình.",
    "",
    "Mưa to.\n\nÔng An nói với báo Tuổi Trẻ rằng Sở Y tế TP Đà Nẵng chưa họp.",
    "A" * 500,
]


@pytest.mark.parametrize("rules", [True, False])
def test_a_text_is_read_alone_as_in_company(rules: bool) -> None:
    nlp = govner.load(rules=rules)
    together = [document.spans for document in nlp.pipe(TEXTS)]
    assert together == [nlp(text).spans for text in TEXTS]
    assert {span.label for span in together[0]} == {"PER", "POS", "PARTY", "STATE", "LOC"}
    assert all(0 < span.score <= 1 for found in together for span in found)


def test_the_model_alone_is_packaged_and_needs_no_rules() -> None:
    assert {"news", "news-alone"} <= set(packaged())
    nlp = govner.load(rules=False)
    assert "rules" not in nlp.stages
    found = [(span.label, span.text) for span in nlp(TEXTS[0]).spans]
    assert found[:2] == [("POS", "Bí thư Huyện ủy Bình Sơn"), ("PARTY", "Huyện ủy Bình Sơn")]
    assert ("PER", "Lê Văn An") in found
