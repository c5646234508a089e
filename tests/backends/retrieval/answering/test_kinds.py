"""Which kind of fact is asked for, and whether a sentence has it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.answering.kinds import asked_kind, holds


@pytest.mark.parametrize(
    ("question", "text", "held"),
    [
        ("What does the X200 cost?", "The X200 heats to 250 °C in 9 minutes.", False),
        ("What does the X200 cost?", "The X200 is sold for 49 euros.", True),
        ("How long is the guarantee?", "The warranty lasts for 24 months.", True),
        ("How long is the guarantee?", "The warranty is void when it was opened.", False),
        ("How long is a passage?", "A passage holds 240 tokens.", True),
        ("When was the bridge opened?", "It was opened in 1932.", True),
        ("When was the bridge opened?", "It opens at noon for ships.", False),
        ("When does the market open?", "It opens at 7 am.", True),
        ("How hot is the oven?", "Bake it at 240 °C.", True),
        ("How hot is the oven?", "Bake it for 40 minutes.", False),
        ("How many books may I borrow?", "Members borrow eight books.", True),
        ("Who flew for Lion Air?", "It was run by Lion Air in October.", False),
        ("Who flew for Lion Air?", "It was flown by Anna Lind.", True),
        ("Who approves leave?", "The team lead approves it.", True),
        ("Where is the head office?", "The head office moved to Oslo.", True),
        ("Why was it renewed?", "The steel had rusted.", True),
    ],
)
def test_a_sentence_has_the_kind_or_not(question: str, text: str, held: bool) -> None:
    assert holds(asked_kind(question), question, text) is held


@given(st.text(max_size=80), st.text(max_size=200))
def test_any_text_can_be_judged(question: str, text: str) -> None:
    assert holds(asked_kind(question), question, text) in {True, False}
