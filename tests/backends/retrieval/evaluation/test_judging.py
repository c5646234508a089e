"""A whole evaluation, on searches that a person can judge by eye."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from backends.errors import WorkbenchError
from backends.retrieval.answering.answer import Answer, Citation, Sentence
from backends.retrieval.evaluation import Evaluation, Judging, QuestionSet, Relevant, evaluate
from backends.retrieval.evaluation.judging import citations
from backends.retrieval.evaluation.questions import Question
from backends.retrieval.search.hit import Found
from tests.backends.retrieval.evaluation.founds import asked, found

FOUND = {
    "about first": ("a", "b"),  # "a" is relevant
    "about second": ("c", "b", "a"),  # "a" and "d" are relevant
    "about none": (),  # "a" is relevant
    "about nothing": ("c",),  # nothing is
}
QUESTIONS = asked(first="a", second="a d", none="a", nothing="")


def search(question: str) -> Found:
    return found(question, *FOUND[question])


def test_every_question_has_its_row_and_its_judged_ranking() -> None:
    evaluation = evaluate(search, QUESTIONS, Judging(k=2))
    rows = evaluation.questions.set_index("id")
    assert rows["relevant"].tolist() == [1, 2, 1, 0]
    assert rows["found"].tolist() == [1, 0, 0, 0]
    assert rows["first_rank"].tolist()[:2] == [1, 3]
    assert rows.loc["none", evaluation.metrics].tolist() == [0.0] * 8
    assert rows.loc["nothing", evaluation.metrics].isna().all()
    places = evaluation.places
    assert places[places["id"] == "second"][["rank", "document", "grade"]].to_numpy().tolist() == [
        [1, "c", -1], [2, "b", -1], [3, "a", 1],
    ]  # fmt: skip


def test_means_are_over_the_answerable_questions() -> None:
    evaluation = evaluate(search, QUESTIONS, Judging(k=2))
    assert evaluation.value("mrr") == pytest.approx((1 + 1 / 3 + 0) / 3)
    assert evaluation.value("recall@2") == pytest.approx(1 / 3)
    assert evaluation.value("map") == pytest.approx((1 + 1 / 6 + 0) / 3)
    assert evaluation.summary.loc["mrr", "questions"] == 3
    assert (evaluation.summary["low"] <= evaluation.summary["value"]).all()
    assert (evaluation.summary["value"] <= evaluation.summary["high"]).all()
    assert "refused" not in evaluation.summary.index


def test_latency_is_that_of_the_searches() -> None:
    evaluation = evaluate(search, QUESTIONS)
    times = evaluation.questions["milliseconds"]
    assert evaluation.value("latency_p50") == pytest.approx(times.median())
    assert evaluation.value("latency_p95") == pytest.approx(times.quantile(0.95))
    assert evaluation.summary.loc["latency_p95", ["unit", "questions"]].tolist() == ["ms", 4]


def test_the_search_of_a_reader_is_timed_and_answered_and_the_deeper_one_judged() -> None:
    asked_for: list[str] = []

    def reader(question: str) -> Found:
        asked_for.append(question)
        return found(question, "b")

    judging = Judging(reader=reader, confidence=lambda found: len(found.hits) / 10, threshold=0.5)
    evaluation = evaluate(search, QUESTIONS, judging)
    assert asked_for == list(FOUND)
    assert evaluation.questions["confidence"].tolist() == [0.1] * 4
    assert evaluation.value("mrr") == evaluate(search, QUESTIONS).value("mrr")


def test_few_questions_are_said_to_be_few() -> None:
    (note,) = evaluate(search, QUESTIONS).notes
    assert note.startswith("3 questions are few: nDCG@10 is known to about ± 0.")
    same = evaluate(search, asked(first="a"))
    assert same.notes == ("1 question is too few to tell how far nDCG@10 would move with others: "
                          "all have the same value.",)  # fmt: skip
    many = QuestionSet("many", tuple(replace(QUESTIONS.questions[0], id=str(number)) for number in range(30)))
    assert evaluate(search, many).notes == ()


def test_without_judgements_only_abstaining_and_latency_are_judged() -> None:
    evaluation = evaluate(search, asked(nothing=""), Judging(confidence=lambda found: 0.2, threshold=0.5))
    assert list(evaluation.summary.index) == ["refused", "latency_p50", "latency_p95"]
    assert evaluation.notes == ("No question has a relevant document, so that the ranking cannot be judged.",)


def test_abstaining_is_judged_apart_for_questions_with_and_without_answer() -> None:
    sure = {"about first": 0.9, "about second": 0.4, "about none": 0.5, "about nothing": 0.1}
    judging = Judging(confidence=lambda found: sure[found.question], threshold=0.5)
    evaluation = evaluate(search, QUESTIONS, judging)
    assert evaluation.value("refused") == 1.0
    assert evaluation.value("lost") == pytest.approx(1 / 3)  # at the threshold itself it is answered
    assert evaluation.summary.loc["lost", "lower_is_better"]
    assert evaluation.threshold == 0.5


def answer_to(found: Found, *spans: tuple[int, int]) -> Answer:
    """An answer that cites spans of the document of the first hit."""
    given = tuple(
        Citation(1, found.hits[0].document.id, "", 1, None, 0, start, end, "x" * (end - start)) for start, end in spans
    )
    sentences = (Sentence("So it is.", given),) if given else ()
    return Answer(found.question, found.question, sentences, found, 0.8, 0.5, "extracts")


def test_citations_are_relevant_where_they_share_a_character_with_a_judged_passage() -> None:
    question = Question("1", "?", (Relevant("a", start=10, end=20), Relevant("b")))
    first = found("?", "a")
    assert citations(answer_to(first, (15, 30), (20, 30)), question) == {"cited": 1.0, "citation_precision": 0.5}
    assert citations(answer_to(first, (0, 10)), question) == {"cited": 0.0, "citation_precision": 0.0}
    assert citations(answer_to(found("?", "b"), (0, 10)), question)["cited"] == 1.0
    nothing = citations(answer_to(first), question)
    assert (nothing["cited"], np.isnan(nothing["citation_precision"])) == (0.0, True)


def test_answers_say_what_is_refused_and_cited() -> None:
    def answer(found: Found) -> Answer:
        assert len(found.hits) <= 2  # no more than a reader would get
        return answer_to(found, (0, 5)) if found.hits else answer_to(found)

    evaluation = evaluate(search, QUESTIONS, Judging(k=2, answer=answer))
    assert evaluation.questions["cited"].tolist()[:3] == [1.0, 0.0, 0.0]  # the third is refused
    assert evaluation.value("cited") == pytest.approx(1 / 3)
    assert evaluation.value("citation_precision") == pytest.approx(1 / 2)
    assert evaluation.value("refused") == 0.0
    assert evaluation.value("lost") == pytest.approx(1 / 3)


def test_what_a_search_says_of_itself_is_counted() -> None:
    evaluation = evaluate(lambda question: found(question, "a", notes=("Lexical only.",)), QUESTIONS)
    assert evaluation.notes[-1] == "Lexical only. (4 of 4 questions)"


def test_progress_is_told_and_cancelling_keeps_what_is_judged() -> None:
    told: list[tuple[int, int]] = []
    evaluation = evaluate(search, QUESTIONS, None, lambda *step: told.append(step), lambda: len(told) == 2)
    assert told == [(1, 4), (2, 4)]
    assert len(evaluation.questions) == 2
    assert evaluation.notes[0] == "Cancelled after 2 of 4 questions; the figures are of these."


def test_nothing_to_judge_is_an_error() -> None:
    with pytest.raises(WorkbenchError, match="No question was asked"):
        evaluate(search, QuestionSet("empty", ()))
    with pytest.raises(WorkbenchError, match="k is 0"):
        evaluate(search, QUESTIONS, Judging(k=0))


@pytest.mark.parametrize("questions", [QUESTIONS, asked(nothing=""), asked(none="a")])
def test_json_keeps_everything(questions: QuestionSet) -> None:
    evaluation = evaluate(search, questions, Judging(title="ours", threshold=0.5, confidence=lambda found: 0.3))
    again = Evaluation.from_json(json.loads(json.dumps(evaluation.to_json(), allow_nan=False)))
    for name in ("questions", "summary", "places"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(evaluation, name), check_dtype=len(questions) > 1)
    assert (again.title, again.k, again.threshold, again.notes) == ("ours", 10, 0.5, evaluation.notes)
    assert again.main == "ndcg@10"
