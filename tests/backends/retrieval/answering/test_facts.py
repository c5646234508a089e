"""Numbers, names, negations and opposites, found by patterns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.retrieval.answering.facts import facts
from backends.retrieval.answering.opposites import opposed
from backends.retrieval.answering.quantities import quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,200 guests", [("1200", "")]),
        ("1 200 guests", [("1200", "")]),
        ("3,5 km", [("3.5", "km")]),
        ("−4 °C", [("-4", "°c")]),
        ("1990-1995", [("1990", ""), ("1995", "")]),
        ("the P-200 and the A320", []),
        ("version 3.2.1 of 12.03.2024", [("3.2.1", ""), ("12.03.2024", "")]),
        ("twenty hours", [("20", "h")]),
        ("$3 million", [("3000000", "dollar")]),
        ("8 per cent", [("8", "%")]),
        ("CO²", []),
    ],
)
def test_numbers_have_one_way_of_writing(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(one.value, one.unit) for one in quantities(text)] == expected


def test_names_are_told_from_first_words() -> None:
    said = facts("The plan was drawn by Anna Lind. Later it was sent to Oslo. Erik Dahl signed it.")
    assert [name.stem for name in said.names] == ["anna", "lind", "oslo", "erik", "dahl"]
    assert facts("Workers met.").opening == "Workers"
    assert facts("workers met.").opening == ""


def test_a_negation_ends_with_its_clause() -> None:
    assert facts("It does not leak, and the seal holds.").negated == {"leak"}
    assert facts("The seal isn't tight.").negated == {"tight"}


def test_what_is_negated_is_no_opposite() -> None:
    assert opposed(facts("The lid is open."), facts("The lid is closed."))
    assert not opposed(facts("The lid is not open."), facts("The lid is closed."))


@given(st.text(max_size=200))
def test_any_text_has_facts(text: str) -> None:
    said = facts(text)
    assert said.content == set(said.sequence)
    assert said.numbers == {one.value for one in quantities(text)}
    assert all(0 <= one.start < one.end <= len(text) for one in quantities(text))
