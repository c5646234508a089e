"""Two configurations, question by question."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from backends.errors import WorkbenchError
from backends.retrieval.evaluation import Evaluation, Judging, Paired, QuestionSet, compare, evaluate
from backends.retrieval.search.hit import Found
from tests.backends.retrieval.evaluation.founds import asked, found

QUESTIONS = asked(q1="a", q2="a", q3="a", q4="")
WORSE = {"about q1": ("b", "a"), "about q2": ("a",), "about q3": ("a", "b"), "about q4": ("a",)}
BETTER = {"about q1": ("a", "b"), "about q2": ("a",), "about q3": ("b", "c", "d"), "about q4": ("b",)}


def judged(places: dict[str, tuple[str, ...]], questions: QuestionSet = QUESTIONS, **options: object) -> Evaluation:
    return evaluate(lambda question: found(question, *places[question]), questions, Judging(**options))  # type: ignore[arg-type]


def test_wins_ties_and_losses_are_those_of_the_second() -> None:
    paired = compare(judged(WORSE, title="old"), judged(BETTER, title="new"))
    row = paired.summary.loc["mrr"]
    assert (row["wins"], row["ties"], row["losses"], row["questions"]) == (1, 1, 1, 3)
    assert (row["a"], row["b"]) == pytest.approx((2.5 / 3, 2 / 3))
    assert row["difference"] == pytest.approx((0.5 + 0 - 1) / 3)
    mrr = paired.questions[paired.questions["metric"] == "mrr"]
    assert mrr["outcome"].tolist() == ["win", "tie", "loss"]
    assert mrr["difference"].tolist() == [0.5, 0.0, -1.0]
    assert (paired.title_a, paired.title_b) == ("old", "new")


def test_the_documents_that_changed_rank_are_named() -> None:
    moves = compare(judged(WORSE), judged(BETTER)).moves
    assert moves.fillna(0).to_numpy().tolist() == [
        ["q1", "a", 1, 2, 1], ["q1", "b", -1, 1, 2],
        ["q3", "b", -1, 2, 1], ["q3", "c", -1, 0, 2], ["q3", "d", -1, 0, 3], ["q3", "a", 1, 1, 0],
        ["q4", "b", -1, 0, 1], ["q4", "a", -1, 1, 0],
    ]  # fmt: skip


def test_a_configuration_against_itself_is_all_ties() -> None:
    paired = compare(judged(WORSE), judged(WORSE))
    assert (paired.summary["ties"] == 3).all()
    assert (paired.summary["p"] == 1).all()
    assert not paired.summary["significant"].any()
    assert paired.moves.empty
    assert paired.notes == ("Both give every question the same values.",)


def test_too_few_differing_questions_to_tell_is_said() -> None:
    (note,) = compare(judged(WORSE), judged(BETTER)).notes
    assert (
        note
        == "Only 2 of 3 questions differ: even if all agreed, p would be 0.5, so that nothing can be told from chance."
    )


def many(count: int, shift: int) -> Evaluation:
    """Questions whose relevant document is at rank 2 + shift, but for every fourth, where it is first."""
    questions = asked(**{f"q{number}": "a" for number in range(count)})

    def search(question: str) -> Found:
        behind = 0 if int(question.removeprefix("about q")) % 4 == 0 else 1 + shift
        return found(question, *(f"other {place}" for place in range(behind)), "a")

    return evaluate(search, questions)


def test_a_clear_difference_is_significant_and_agrees_with_the_paired_t_test() -> None:
    a, b = many(40, 1), many(40, 0)
    row = compare(a, b).summary.loc["mrr"]
    assert row["difference"] == pytest.approx(0.75 * (1 / 2 - 1 / 3))
    assert row["significant"]
    assert 0 < row["low"] < row["difference"] < row["high"]
    student = stats.ttest_rel(b.questions["mrr"], a.questions["mrr"]).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((student.low, student.high), abs=0.01)
    assert row["p_adjusted"] >= row["p"]
    spread = (b.questions["mrr"] - a.questions["mrr"]).std() / np.sqrt(40)
    assert row["detectable"] == pytest.approx(2.8016 * spread, rel=1e-4)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(WorkbenchError, match="not judged on the same questions"):
        compare(judged(WORSE), many(3, 0))
    with pytest.raises(WorkbenchError, match="cut at 10"):
        compare(judged(WORSE), judged(WORSE, k=5))
    other = QuestionSet("other", (*asked(q1="a b").questions, *QUESTIONS.questions[1:]))
    with pytest.raises(WorkbenchError, match="same questions"):
        compare(judged(WORSE), judged(WORSE, other))
    nothing = asked(q4="")
    with pytest.raises(WorkbenchError, match="No question has a relevant document"):
        compare(judged(WORSE, nothing), judged(BETTER, nothing))


def test_json_keeps_everything() -> None:
    for paired in (compare(judged(WORSE), judged(BETTER)), compare(judged(WORSE), judged(WORSE))):
        again = Paired.from_json(json.loads(json.dumps(paired.to_json(), allow_nan=False)))
        for name in ("summary", "questions", "moves"):
            pd.testing.assert_frame_equal(getattr(again, name), getattr(paired, name), check_dtype=False)
        kept = replace(again, summary=paired.summary, questions=paired.questions, moves=paired.moves)
        assert (kept.title_a, kept.k, kept.notes) == (paired.title_a, paired.k, paired.notes)
