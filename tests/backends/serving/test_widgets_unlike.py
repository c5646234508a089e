from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backends.datasets.schema import Column, Schema
from backends.onnx_export.expectations import Problem, Trouble
from backends.serving.widgets.scripts import if_changed, into_view, saying
from backends.serving.widgets.unlike import warnings
from tests.backends.serving.widgets_shown import shown_bundle

COLUMNS = (
    Column("age", "integer", low=18.0, high=79.0),
    Column("rate", "number", low=0.5, high=2.5),
    Column("joined", "datetime", low="2020-01-02", high="2022-06-18T00:00:00"),
    Column("city", "category", categories=("Oslo", "Lima"), distinct=2),
)


def told(column: str, value: Any, kind: Trouble = "range", message: str = "as the API says it") -> str:
    signature = replace(shown_bundle().signature, columns=Schema(COLUMNS))
    [sentence] = warnings(signature, (Problem(0, column, value, kind, message, "anything"),))
    return sentence


@pytest.mark.parametrize(
    ("column", "value", "sentence"),
    [
        ("age", 400, "age: 400 is higher than any value in the training data, which ends at 79."),
        ("age", "12", "age: 12 is lower than any value in the training data, which begins at 18."),
        ("age", 30.5, "age: 30.5 is not a whole number; in the training data all values are."),
        ("rate", 0.25, "rate: 0.25 is lower than any value in the training data, which begins at 0.5."),
        (
            "joined",
            "2026-11-22",
            "joined: 2026-11-22 is later than any date in the training data, which ends on 2022-06-18.",
        ),
        (
            "joined",
            "2019-12-31 08:30:00",
            "joined: 2019-12-31 08:30:00 is earlier than any date in the training data, which begins on 2020-01-02.",
        ),
    ],
)
def test_a_value_out_of_the_range_is_set_against_the_end_that_it_is_beyond(
    column: str, value: Any, sentence: str
) -> None:
    assert told(column, value) == sentence


def test_a_level_that_training_did_not_have_is_named() -> None:
    assert told("city", "Atlantis", "category") == "city: 'Atlantis' is not among its values in the training data."


@pytest.mark.parametrize(("column", "value"), [("age", "many"), ("joined", "at noon"), ("city", "Oslo")])
def test_what_the_description_does_not_explain_is_told_as_the_api_tells_it(column: str, value: str) -> None:
    assert told(column, value) == "as the API says it"


def test_what_a_page_says_by_itself_can_hold_any_text() -> None:
    assert saying("</section>\"'") == (
        '() => ["<section class=\\"w-answer w-quiet\\"><p>&lt;/section&gt;&#34;&#39;</p></section>", ""]'
    )
    assert '["asked people-2"]' not in if_changed('p"x')
    assert '\\"' in if_changed('p"x')
    assert '\\"' in into_view('p"x')
