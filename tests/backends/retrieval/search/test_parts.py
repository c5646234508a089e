"""Fusion, feedback, repetitions and marks, each by itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.search.analysis import occurrences
from backends.retrieval.search.duplicates import repeats, sketch
from backends.retrieval.search.feedback import refined
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


def test_the_refined_question_lies_nearer_to_what_refines_it() -> None:
    question, best = np.array([1.0, 0, 0]), [np.array([0, 1.0, 0]), np.array([0, 0, 1.0])]
    assert refined(question, best[:1]) == pytest.approx([0.5**0.5, 0.5**0.5, 0])
    assert refined(question, best) == pytest.approx(np.array([2, 1, 1]) / 6**0.5)
    assert refined(question, []) == pytest.approx(question)


def test_the_refined_question_has_length_one_and_opposites_leave_it_as_it_was() -> None:
    question = np.array([0.6, 0.8])
    assert np.linalg.norm(refined(question, [np.array([1.0, 0])])) == pytest.approx(1)
    assert refined(question, [-question]) is question


@pytest.mark.parametrize(
    ("later", "earlier", "expected"),
    [
        ("Lift, drag!", "LIFT  drag", True),
        (LONG, LONG + "of the wing.", True),
        (LONG, "As was said: " + LONG.replace("of the wing", "-- of **the** wing --").upper(), True),
        (LONG, LONG.replace("pressure", "pres\u00adsure"), True),
        (LONG + "In 1970.", LONG + "In 1971.", False),
        (LONG, LONG.replace("pressure", "density").replace("tail", "front").replace("wing", "body"), False),
        ("Paris; 20 degrees", "Rome; 20 degrees", False),
        (LONG + LONG.replace("wing", "body").replace("upper", "lower"), LONG, False),
        ("Lift.", "Lift. Drag.", False),
        ("…", "!", False),
    ],
)
def test_a_passage_repeats_an_earlier_one_that_says_all_of_it(later: str, earlier: str, expected: bool) -> None:
    assert repeats(sketch(later), sketch(earlier)) is expected


CONTRACT = (
    "This agreement is made between {} and the City Library of Bremen. The supplier delivers shelves, tables and "
    "chairs for the reading room on the second floor. The supplier {} liable for damage to the floor during delivery. "
    "Payment is due within {} days of the invoice, and late payment bears interest at the legal rate. Both parties may "
    "end the agreement in writing with a notice of three months to the end of a quarter. {} decides all disputes."
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Alpha", "is", "30", "A court"), ("Beta", "is", "30", "A court")),
        (("Alpha", "is", "30", "A court"), ("Alpha", "is not", "30", "A court")),
        (("Alpha", "is", "30", "A court"), ("Alpha", "is", "3.0", "A court")),
        (("Alpha", "is", "30", "A court"), ("Alpha", "is", "-30", "A court")),
        (("Alpha", "is", "30 €", "A court"), ("Alpha", "is", "30 $", "A court")),
        (("Alpha", "is", "<30", "A court"), ("Alpha", "is", ">30", "A court")),
        (("Alpha", "is", "30 (C++)", "A court"), ("Alpha", "is", "30 (C#)", "A court")),
        (("Alpha", "is", "30", "Beta"), ("Beta", "is", "30", "Alpha")),
        (("कि", "is", "30", "A court"), ("का", "is", "30", "A court")),
    ],
)
def test_long_passages_that_differ_in_what_they_say_are_both_kept(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    first, second = sketch(CONTRACT.format(*one)), sketch(CONTRACT.format(*other))
    assert not repeats(first, second)
    assert not repeats(second, first)


@given(st.text(max_size=200), st.text(max_size=50), st.text(max_size=50))
def test_what_stands_in_a_passage_between_others_is_repeated_by_it(text: str, before: str, after: str) -> None:
    made = sketch(f"{LONG} {text}")
    assert repeats(made, sketch(f"{before}\n\n{LONG} {text}\n\n{after}"))


def test_rows_of_a_table_are_compared_whole() -> None:
    assert repeats(sketch(LONG), sketch(LONG + "x"))
    assert not repeats(sketch(LONG, whole=True), sketch(LONG + "x"))


def test_marks_are_the_words_asked_for_in_the_passage_s_own_spelling() -> None:
    text = "Flüsse: the A-320’s wings, WINGED."
    spans = marks(occurrences(text, {"wing", "a320", "fluss", "320"}))
    assert [text[start:end] for start, end in spans] == ["Flüsse", "A-320", "wings", "WINGED"]


@given(st.text(alphabet="ab 東京-3.", max_size=40), st.sets(st.sampled_from(["a", "b", "東京", "3", "ab"])))
def test_marks_are_in_order_and_apart(text: str, stems: set[str]) -> None:
    spans = marks(occurrences(text, stems))
    assert all(start < end <= len(text) for start, end in spans)
    assert all(before[1] < after[0] for before, after in pairwise(spans))
