"""From hits to judged places: whole documents, passages, and chunks that were cut otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.evaluation.metrics import UNJUDGED, measured
from backends.retrieval.evaluation.questions import Question, QuestionSet, Relevant, resolved
from backends.retrieval.evaluation.relevance import covers, grades, judged, placed
from tests.backends.retrieval.evaluation.founds import found


def test_a_document_is_found_once_by_its_first_passage() -> None:
    question = Question("1", "?", (Relevant("b"), Relevant("c", 0)))
    hits = found("?", ("a", 0, 50), ("a", 50, 100), ("b", 0, 50), ("b", 50, 100), ("c", 0, 50))
    places = placed(hits, question)
    assert [(place.rank, place.document, place.grade) for place in places] == [
        (1, "a", UNJUDGED), (2, "b", 1), (3, "c", 0),
    ]  # fmt: skip


def test_a_passage_is_found_by_what_covers_half_of_it_or_lies_within() -> None:
    question = Question("1", "?", (Relevant("a", start=100, end=200),))
    hits = found("?", ("a", 0, 149), ("a", 149, 160), ("a", 150, 400), ("a", 160, 400))
    assert grades(placed(hits, question)).tolist() == [UNJUDGED, 1, UNJUDGED]  # the third finds nothing new


def test_a_large_chunk_finds_two_passages_the_more_relevant_first() -> None:
    question = Question("1", "?", (Relevant("a", 1, 0, 10), Relevant("a", 3, 20, 30), Relevant("b", 2)))
    assert grades(placed(found("?", ("a", 0, 100), "b"), question)).tolist() == [3, 1, 2]
    assert judged(question).tolist() == [1, 3, 2]


def test_misses_take_a_place_each_where_passages_are_judged() -> None:
    question = Question("1", "?", (Relevant("a", start=500, end=600),))
    assert len(placed(found("?", ("a", 0, 100), ("a", 100, 200), ("b", 0, 100), ("b", 100, 200)), question)) == 4


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 90), st.integers(1, 60)), max_size=12),
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3), st.integers(0, 90), st.integers(1, 60)), max_size=6),
    st.booleans(),
)
def test_no_ranking_is_better_than_perfect(
    hits: list[tuple[str, int, int]], judgements: list[tuple[str, int, int, int]], whole: bool
) -> None:
    relevant = {
        (name, None if whole else start): Relevant(name, grade, *((None, None) if whole else (start, start + length)))
        for name, grade, start, length in judgements
    }
    question = Question("1", "?", tuple(relevant.values()))
    ranked = grades(placed(found("?", *((name, start, start + length) for name, start, length in hits)), question))
    assert all(0 <= value <= 1 + 1e-12 for value in measured(ranked, judged(question), 5).values())
    assert np.sum(ranked >= 0) <= len(question.relevant)


@pytest.mark.parametrize(("start", "end", "expected"), [(0, 50, False), (0, 60, True), (55, 58, True), (70, 99, False)])
def test_covering(start: int, end: int, expected: bool) -> None:
    assert covers(start, end, Relevant("a", start=50, end=70)) is expected


def test_names_without_ending_are_completed_only_where_they_are_clear() -> None:
    asked = QuestionSet("s", (Question("1", "?", (Relevant("1"), Relevant("2"), Relevant("3.txt"))),))
    named = resolved(asked, ["1.txt", "2.txt", "2.pdf"])
    assert [judgement.document for judgement in named.questions[0].relevant] == ["1.txt", "2", "3.txt"]
    assert named.notes == ("2 judged documents are not in the collection and count as never found: '2', '3.txt'.",)
    assert asked.notes == ()
