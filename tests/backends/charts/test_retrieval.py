"""The charts of retrieval draw the frames of its evaluations, and say what they leave out."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from backends import charts
from backends.charts import retrieval
from backends.errors import WorkbenchError
from backends.retrieval.evaluation import Evaluation, Judging, compare, evaluate
from backends.retrieval.evaluation.abstention import tradeoff
from backends.retrieval.search.hit import Found
from tests.backends.retrieval.evaluation.founds import asked, found

QUESTIONS = asked(**{f"q{number}": "a" for number in range(6)}, no="")


def evaluation(title: str, better: int) -> Evaluation:
    """Questions below `better` have "a" first, the others third; the last of them not at all."""

    def search(question: str) -> Found:
        number = int(question.removeprefix("about q")) if question != "about no" else 9
        places = ("a",) if number < better else ("b", "c", "a")
        return found(question, *(places if number != 5 else ("b",)))

    sure = {f"about q{number}": number / 10 + 0.3 for number in range(6)} | {"about no": 0.2}
    return evaluate(search, QUESTIONS, Judging(title, confidence=lambda found: sure[found.question], threshold=0.35))


ONE, TWO = evaluation("<b>old</b>", 1), evaluation("new", 3)


@pytest.mark.parametrize("dark", [False, True])
def test_measures_are_dots_with_intervals_one_series_per_configuration(dark: bool) -> None:
    frame = charts.retrieval_measures_frame([ONE, TWO])
    drawn = charts.retrieval_measures(frame, dark=dark)
    assert [trace.name for trace in drawn.data] == ["&lt;b&gt;old&lt;/b&gt;", "new"]
    for trace, result in zip(drawn.data, (ONE, TWO), strict=True):
        shares = result.summary[result.summary["unit"] == "share"]
        assert list(trace.x) == shares["value"].tolist()
        assert np.allclose(trace.x + trace.error_x.array, shares["high"])
        assert np.allclose(trace.x - trace.error_x.arrayminus, shares["low"])
    assert list(drawn.layout.yaxis.ticktext) == list(dict.fromkeys(frame["title"]))
    assert not set(drawn.data[0].y) & set(drawn.data[1].y)
    assert "latency_p50" not in set(frame["metric"])
    assert json.loads(drawn.to_json())["data"]


def test_one_configuration_stands_on_its_line() -> None:
    (trace,) = charts.retrieval_measures(charts.retrieval_measures_frame([ONE])).data
    assert list(trace.y) == list(range(len(trace.y)))


def test_questions_are_sorted_by_their_difference_and_ties_have_no_bar() -> None:
    frame = charts.question_differences_frame(compare(ONE, TWO), "mrr")
    assert frame["difference"].is_monotonic_decreasing
    assert frame["outcome"].tolist() == ["win", "win", "tie", "tie", "tie", "tie"]
    drawn = charts.question_differences(frame, "MRR", ("<b>old</b>", "new"))
    wins, losses = drawn.data
    assert list(wins.y) == pytest.approx([2 / 3, 2 / 3])
    assert len(losses.y) == 0
    assert "4 ties" in drawn.layout.xaxis.title.text
    assert drawn.layout.yaxis.title.text == "MRR: new<br>minus &lt;b&gt;old&lt;/b&gt;"


def test_no_difference_is_said() -> None:
    drawn = charts.question_differences(charts.question_differences_frame(compare(ONE, ONE)))
    assert drawn.layout.annotations[0].text == "No question differs"


def test_of_many_questions_those_that_differ_most_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrieval, "QUESTIONS_SHOWN", 2)
    assert charts.question_differences_frame(compare(ONE, TWO), "mrr")["outcome"].tolist() == ["win", "win"]


def test_first_ranks_are_counted_in_groups() -> None:
    frame = charts.first_relevant_frame([ONE])
    counts = dict(zip(frame["rank"], frame["questions"], strict=True))
    assert {rank: count for rank, count in counts.items() if count} == {"1": 1, "3": 4, "not found": 1}
    assert list(counts) == [
        "1", "2", "3", "4–5", "6–10", "11–20", "21–50", "51–100", "over 100", "not found",
    ]  # fmt: skip
    assert frame["share"].sum() == pytest.approx(1)
    (bars,) = charts.first_relevant(frame).data
    assert list(bars.x) == ["1", "3", "not found"]
    assert list(bars.y) == pytest.approx([1 / 6, 4 / 6, 1 / 6])


def test_the_abstention_curve_marks_the_threshold_in_use() -> None:
    frame = tradeoff(ONE.questions)
    drawn = charts.abstention(frame, ONE.threshold)
    line, mark = drawn.data[1], drawn.data[2]
    assert list(line.x) == frame["lost"].tolist()
    assert list(line.y) == frame["refused"].tolist()
    assert (mark.x[0], mark.y[0]) == (ONE.value("lost"), ONE.value("refused")) == (1 / 6, 1.0)
    assert len(charts.abstention(frame).data) == 2


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.25, 0.3, 0.5, 0.8, 0.9, 1.0])
def test_the_mark_is_what_the_threshold_does(threshold: float) -> None:
    sure, answerable = ONE.questions["confidence"], ONE.questions["answerable"]
    mark = charts.abstention(tradeoff(ONE.questions), threshold).data[2]
    assert mark.x[0] == pytest.approx((sure[answerable] < threshold).mean())
    assert mark.y[0] == pytest.approx((sure[~answerable] < threshold).mean())


def test_abstaining_needs_questions_of_both_kinds() -> None:
    with pytest.raises(WorkbenchError, match="6 questions with an answer and 0 without"):
        tradeoff(ONE.questions[ONE.questions["answerable"]])
    with pytest.raises(WorkbenchError, match="0 questions with an answer"):
        tradeoff(pd.DataFrame({"confidence": [np.nan], "answerable": [True]}))
