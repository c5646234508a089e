"""Which questions go on from the ones before, and what is added to them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.retrieval.answering.answer import NOT_FOUND, Turn
from backends.retrieval.answering.followup import WORDS, is_follow_up, whole_question

CAT = Turn("How much food does an adult cat need each day?", "An adult cat needs 60 g of dry food.")
TOWER = Turn("What is the Eiffel Tower made of?", "It is made of iron by the firm of Gustave Eiffel.")


@pytest.mark.parametrize(
    "question",
    [
        "and in winter?",
        "What about its cost?",
        "Who wrote it?",
        "When was it built?",
        "Why?",
        "How so?",
        "How high is it?",
        "What are they made of?",
        "Where does she live?",
        "And the second floor?",
        "In winter?",
        "The cost?",
        "What does this mean?",
        "Und im Winter?",
        "Et en hiver ?",
        "How much does that cost?",
        "Tell me more about it",
        "Is it open on Sundays?",
        "And how long does it keep?",
        "And what is the price?",
        "But why?",
    ],
)
def test_a_question_that_leaves_something_out(question: str) -> None:
    assert is_follow_up(question)


@pytest.mark.parametrize(
    "question",
    [
        "How high is the Eiffel Tower?",
        "Why does my dog scratch its ears?",
        "Does the pump stop when it is cold?",
        "Is there a lift in the building?",
        "Is it possible to relate pressure distributions to the angle of attack?",
        "Which countries share a border with Bolivia?",
        "aileron buzz",
        "warranty",
        "What is ONNX?",
        "Who was Gustave Eiffel?",
        "Do leaves lose their colour in autumn?",
        "Can Anna Lind keep her office?",
        "In which year did the Berlin Wall fall?",
        "and what is wrong with leakage?",
        "And how is green tea brewed?",
        "But what is leakage?",
        "Und wie wird grüner Tee gebrüht?",
        "What similarity laws must be obeyed when models are heated and then cooled?",
    ],
)
def test_a_question_that_stands_alone(question: str) -> None:
    assert not is_follow_up(question)
    assert whole_question(question, [CAT, TOWER]) == question


def test_the_subject_is_added() -> None:
    assert whole_question("and in winter?", [CAT]) == "and in winter? (food adult cat need day)"


def test_what_happened_to_the_subject_is_not_added() -> None:
    tea = Turn("How is green tea brewed?", "Green tea is brewed at 70 degrees.")
    assert whole_question("And how long does it keep?", [tea]) == "And how long does it keep? (green tea)"


def test_a_pronoun_also_gets_the_names_of_the_answer() -> None:
    assert whole_question("Who painted it?", [TOWER]) == "Who painted it? (Eiffel Tower Gustave)"


@pytest.mark.parametrize(
    ("answer", "added"),
    [("It was born in Lyon.", "painter came first Lyon"), ("Lyon.\nParis.", "painter came first")],
)
def test_a_name_follows_any_word_and_the_first_word_of_a_sentence_is_none(answer: str, added: str) -> None:
    assert whole_question("Who is it?", [Turn("Which painter came first?", answer)]) == f"Who is it? ({added})"


def test_names_of_an_answer_that_was_none_are_not_added() -> None:
    turn = Turn("Which novel is set in Dublin?", NOT_FOUND)
    assert whole_question("Who wrote it?", [turn]) == "Who wrote it? (novel set Dublin)"


def test_several_follow_ups_keep_the_subject() -> None:
    history = [CAT, Turn("and in winter?", "In winter it needs 70 g.")]
    assert whole_question("and for kittens?", history) == "and for kittens? (food adult cat need day winter)"


def test_an_older_subject_is_left_behind() -> None:
    assert "cat" not in whole_question("How high is it?", [CAT, TOWER])


def test_without_history_nothing_is_added() -> None:
    assert whole_question("and in winter?") == "and in winter?"


@settings(deadline=None)
@given(st.text(max_size=200), st.lists(st.tuples(st.text(max_size=200), st.text(max_size=200)), max_size=8))
def test_any_conversation_gives_a_bounded_question(question: str, turns: list[tuple[str, str]]) -> None:
    whole = whole_question(question, [Turn(*turn) for turn in turns])
    assert whole.startswith(question.strip()) or whole == question
    assert len(whole.removeprefix(question.strip()).split()) <= WORDS
