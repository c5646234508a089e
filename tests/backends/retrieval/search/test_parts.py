"""Fusion, feedback, near-duplicates and marks, each by itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.search.analysis import terms
from backends.retrieval.search.duplicates import repeats, sketch
from backends.retrieval.search.feedback import feedback, refined
from backends.retrieval.search.marks import marks
from backends.retrieval.search.rrf import fuse

LONG = (
    "The pressure on the upper surface of the wing falls behind the leading edge and rises again towards the tail end "
)


def test_fused_scores_are_the_sum_of_weighted_reciprocal_ranks() -> None:
    fused = fuse([(2.0, [1, 2]), (0.5, [3, 1])], k=60)
    assert fused == {1: 2 / 61 + 0.5 / 62, 2: 2 / 62, 3: 0.5 / 61}
    assert list(fused) == [1, 2, 3]


@given(st.lists(st.lists(st.integers(0, 20), unique=True, max_size=10), max_size=3))
def test_fusion_keeps_everything_once_and_in_order(rankings: list[list[int]]) -> None:
    fused = fuse([(1.0, ranking) for ranking in rankings])
    assert set(fused) == {one for ranking in rankings for one in ranking}
    assert list(fused.values()) == sorted(fused.values(), reverse=True)


def test_feedback_ranks_what_is_near_the_best_before_what_is_not() -> None:
    vectors = {1: np.array([1.0, 0, 0]), 2: np.array([0.6, 0.8, 0]), 3: np.array([0.6, 0, 0.8])}
    question = np.array([0.8, 0, 0.6])
    assert list(feedback(question, [2, 1, 3], vectors, 1)) == [2, 1, 3]
    assert list(feedback(question, [2, 1, 3], vectors, 0)) == [3, 1, 2]
    assert feedback(question, [9], vectors, 2) == {}


def test_the_refined_question_has_length_one_and_opposites_leave_it_as_it_was() -> None:
    question = np.array([0.6, 0.8])
    assert np.linalg.norm(refined(question, [np.array([1.0, 0])])) == pytest.approx(1)
    assert refined(question, [-question]) is question


@pytest.mark.parametrize(
    ("later", "earlier", "expected"),
    [
        ("Lift, drag!", "LIFT  drag", True),
        (LONG, LONG + "of the wing.", True),
        (LONG + "In 1970.", LONG + "In 1971.", False),
        (LONG, LONG.replace("pressure", "density").replace("tail", "front").replace("wing", "body"), False),
        ("Paris; 20 degrees", "Rome; 20 degrees", False),
        (LONG + LONG.replace("wing", "body").replace("upper", "lower"), LONG, False),
        ("…", "!", False),
    ],
)
def test_a_passage_repeats_an_earlier_one_that_says_nearly_all_of_it(later: str, earlier: str, expected: bool) -> None:
    assert repeats(sketch(later), sketch(earlier)) is expected


def test_rows_of_a_table_are_compared_whole() -> None:
    assert repeats(sketch(LONG), sketch(LONG + "x"))
    assert not repeats(sketch(LONG, whole=True), sketch(LONG + "x"))


def test_marks_are_the_words_asked_for_in_the_passage_s_own_spelling() -> None:
    text = "Flüsse: the A-320’s wings, WINGED."
    spans = marks(terms(text), {"wing", "a320", "flusse", "320"})
    assert [text[start:end] for start, end in spans] == ["Flüsse", "A-320", "wings", "WINGED"]


@given(st.text(alphabet="ab 東京-3.", max_size=40), st.sets(st.sampled_from(["a", "b", "東京", "3", "ab"])))
def test_marks_are_in_order_and_apart(text: str, stems: set[str]) -> None:
    spans = marks(terms(text), stems)
    assert all(start < end <= len(text) for start, end in spans)
    assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))
