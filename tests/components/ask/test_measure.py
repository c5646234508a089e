"""What was measured, in sentences; and question sets that are edited as a table."""

from __future__ import annotations

import pandas as pd

from backends.retrieval.answering import Calibration, Share
from backends.retrieval.evaluation import Evaluation, Paired, Question, QuestionSet, Relevant, typed
from backends.retrieval.evaluation.making import OF_THEIR_WORDS
from components.ask.measure import sentence, verdict
from components.ask.question_set import edited, frame_of
from components.ask.threshold import doubt


def evaluation(ranks: list[float], answerable: list[bool]) -> Evaluation:
    questions = pd.DataFrame({"answerable": answerable, "first_rank": ranks})
    return Evaluation("as it is", 10, questions, pd.DataFrame(), pd.DataFrame())


def paired(difference: float, significant: bool) -> Paired:
    row = {
        "title": "nDCG@10", "difference": difference, "low": difference - 0.02, "high": difference + 0.02,
        "p_adjusted": 0.004 if significant else 0.4, "significant": significant, "wins": 9.0, "losses": 1.0,
    }  # fmt: skip
    return Paired("Meaning", "Words", 10, pd.DataFrame([row]), pd.DataFrame(), pd.DataFrame())


def test_questions_with_something_relevant_count_and_all_found_is_not_certain() -> None:
    said = sentence(evaluation([1, 4, 12, float("nan"), 1], [True, True, True, True, False]))
    assert "**2 of 4 questions**" in said
    assert "95\xa0% interval 91\xa0%" in sentence(evaluation([1.0] * 40, [True] * 40))


def test_without_a_relevant_document_nothing_is_claimed() -> None:
    assert "No question" in sentence(evaluation([float("nan")], [False]))


def test_a_difference_is_only_better_or_worse_when_it_can_be_told() -> None:
    assert verdict(paired(0.1, significant=True)).startswith("**Words** is better than **Meaning**")
    assert verdict(paired(-0.1, significant=True)).startswith("**Words** is worse than **Meaning**")
    assert "cannot be told apart" in verdict(paired(0.01, significant=False))


def test_questions_made_of_the_passages_words_crown_no_winner() -> None:
    said = verdict(paired(0.3, significant=True), made=True)
    assert "better than" not in said
    assert "favour the search by words" in said


def test_editing_keeps_the_judgements_of_what_was_not_touched() -> None:
    passage = Relevant("a.txt", 2, 10, 30)
    known = QuestionSet("mine", (Question("1", "Why?", (passage,)), Question("2", "Who?", (Relevant("b.txt"),))))
    table = frame_of(known)
    assert edited(known, table) == known
    table.loc[1, "documents"] = "b.txt | c.txt"
    table.loc[2] = ["When?", None]
    after = edited(known, table)
    assert after.questions[0].relevant == (passage,)
    assert [one.document for one in after.questions[1].relevant] == ["b.txt", "c.txt"]
    assert not after.questions[2].answerable
    assert len({question.id for question in after.questions}) == 3


def test_a_line_that_was_emptied_goes() -> None:
    known = typed("Why? => a.txt\nWho?")
    assert [one.text for one in edited(known, frame_of(known).iloc[1:]).questions] == ["Who?"]


def test_a_lower_threshold_is_doubted_when_the_questions_flatter_it() -> None:
    lower, higher = (Calibration(value, Share(9, 10), Share(9, 10)) for value in (0.3, 0.7))
    made = QuestionSet("made", typed("a? => a.txt").questions, (OF_THEIR_WORDS,))
    assert "made of the passages' own words" in doubt(made, lower, 0.5)
    assert "too low" in doubt(typed("a? => a.txt"), lower, 0.5)
    assert doubt(made, higher, 0.5) == ""
    assert doubt(typed("a? => a.txt\nb?"), lower, 0.5) == ""
