"""What of a model's words is its answer."""

from __future__ import annotations

import pytest

from backends.retrieval.answering.answer import Sentence
from backends.retrieval.answering.deltas import Delta, spoken
from backends.retrieval.answering.generate import knows_nothing
from backends.retrieval.answering.verify import Verified, verify
from tests.backends.retrieval.answering.findings import ICE, hit_of


def heard(text: str, size: int, finish: str = "stop") -> tuple[str, str]:
    pieces = (Delta(text[at : at + size]) for at in range(0, len(text), size))

    def deltas():  # type: ignore[no-untyped-def]
        yield from pieces
        yield Delta("", finish)

    found = list(spoken(deltas()))
    return "".join(delta.text for delta in found), found[-1].finish


@pytest.mark.parametrize("size", [1, 3, 7, 500])
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Ice melts [1].", "Ice melts [1]."),
        ("<think>Hm.</think>Ice melts.", "Ice melts."),
        ("\n<think>\nA long thought " + "on and on " * 30 + "\n</think>\n\nIce melts.", "Ice melts."),
        ("<think>Never ends", ""),
        ("<thin ice> is ice.", "<thin ice> is ice."),
        ("Ice <think>melts</think>.", "Ice <think>melts</think>."),
        ("", ""),
        ("<", "<"),
    ],
)
def test_thoughts_at_the_beginning_are_left_out(text: str, answer: str, size: int) -> None:
    assert heard(text, size) == (answer, "stop")


def test_an_answer_without_an_end_loses_nothing() -> None:
    assert "".join(delta.text for delta in spoken(Delta(text) for text in ("<thi", "rd> of it"))) == "<third> of it"
    assert "".join(delta.text for delta in spoken(Delta(text) for text in ("<thi",))) == "<thi"


@pytest.mark.parametrize(
    "text",
    [
        "Not in your documents.",
        "I don't know.",
        "The passages do not mention the price of gold.",
        "I cannot find this in the passages.",
        "The price could not be determined from the passages [1].",
        "Not in your documents. In general, gold is dear.",
    ],
)
def test_a_model_says_in_many_ways_that_it_does_not_know(text: str) -> None:
    assert knows_nothing(verify(text, (hit_of(1, ICE),)))


@pytest.mark.parametrize("text", ["Ice melts at 273 kelvin under normal pressure [1].", "Gold is dear.", ""])
def test_an_answer_is_an_answer(text: str) -> None:
    assert not knows_nothing(verify(text, (hit_of(1, ICE),)))


def test_what_is_known_is_kept_beside_what_is_not() -> None:
    known = verify("Ice melts at 273 kelvin under normal pressure [1].", (hit_of(1, ICE),)).sentences
    assert not knows_nothing(Verified((*known, Sentence("The passages do not mention salt.", supported=False))))
