from __future__ import annotations

import keyword
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.datasets.schema import Column, Schema, ValueFormat
from backends.serving.widgets.fields import MISSING, MISSING_LABEL, Field, fields_of, held_of, record_of
from backends.serving.widgets.names import parameters
from backends.serving.widgets.steps import POSITIONS, step_of
from tests.backends.serving.widgets_shown import shown_bundle

AGE = Column("age", "integer", low=17.0, high=90.0, example=38)
CITY = Column("city", "category", categories=("Oslo", "Lima"), distinct=2)
JOINED = Column("joined", "datetime", low="2020-01-01", high="2022-06-30")
MEMBER = Column("member", "boolean", format=ValueFormat(true_values=("ja",), false_values=("nein",)))


def field(column: Column, **example: Any) -> Field:
    """The field of one column, where the bundle's only example is this."""
    base = shown_bundle()
    signature = replace(base.signature, columns=Schema((column,)))
    [made] = fields_of(replace(base, signature=signature, examples=(example,) if example else (), background=()))
    return made


@pytest.mark.parametrize(
    ("column", "control"),
    [
        (AGE, "slider"),
        (replace(AGE, missing=0.1), "number"),  # a slider always has a value
        (Column("empty", "number"), "number"),  # no range is known
        (replace(AGE, low=5.0, high=5.0), "number"),  # nothing to slide
        (CITY, "dropdown"),
        (MEMBER, "checkbox"),
        (replace(MEMBER, missing=0.1), "dropdown"),
        (JOINED, "date"),
        (Column("note", "text"), "text"),
        (Column("ref", "identifier", example="K17"), "text"),
        (Column("ref", "identifier", example=17), "number"),
    ],
)
def test_each_kind_of_column_has_its_control(column: Column, control: str) -> None:
    assert field(column).control == control


def test_a_slider_has_the_range_of_training_and_steps_that_reach_every_value() -> None:
    assert (field(AGE).low, field(AGE).high, field(AGE).step) == (17.0, 90.0, 1.0)
    price = field(Column("price", "number", low=0.5, high=12.0), price=3.25)
    assert (price.step, price.default) == (0.01, 3.25)


def test_a_category_offers_no_value_only_where_training_had_none() -> None:
    assert field(CITY).choices == (("Oslo", "Oslo"), ("Lima", "Lima"))
    offered = field(replace(CITY, missing=0.2))
    assert offered.choices[-1] == (MISSING_LABEL, MISSING)
    assert offered.value(MISSING) is None


def test_a_category_of_which_not_all_levels_are_known_takes_others() -> None:
    assert field(replace(CITY, distinct=500)).free
    assert not field(CITY).free


def test_a_level_that_looks_like_the_word_for_missing_is_a_level() -> None:
    odd = field(replace(CITY, categories=(MISSING_LABEL, "x"), missing=0.1))
    assert odd.value(MISSING_LABEL) == MISSING_LABEL


def test_yes_no_and_missing_are_written_as_the_file_has_them() -> None:
    made = field(replace(MEMBER, missing=0.1))
    assert made.choices == (("ja", "true"), ("nein", "false"), (MISSING_LABEL, MISSING))
    assert [made.value(held) for held in ("true", "false", MISSING)] == [True, False, None]


def test_a_date_has_a_time_only_where_training_had_times() -> None:
    assert not field(JOINED).time
    assert field(replace(JOINED, high="2022-06-30T14:30:00")).time
    assert field(JOINED, joined="2021-02-03T00:00:00").default == "2021-02-03"


def test_the_form_begins_with_the_first_example_or_a_usual_value() -> None:
    assert field(AGE, age=61).default == 61
    assert field(AGE).default == 17.0
    assert field(CITY).default == "Oslo"
    assert field(Column("note", "text"), note=None).default == ""


def test_what_the_controls_hold_for_an_example_is_that_example_again() -> None:
    bundle = shown_bundle()
    fields = fields_of(bundle)
    for row in bundle.examples:
        assert record_of(fields, held_of(fields, row)) == row


NAMES = st.text(max_size=20)


@given(st.lists(NAMES, unique=True, max_size=8))
def test_every_name_becomes_a_parameter_of_its_own(names: list[str]) -> None:
    found = parameters(names)
    assert len(set(found)) == len(names)
    assert all(name.isidentifier() and name.isascii() and not keyword.iskeyword(name) for name in found)
    assert "request" not in found


DECIMALS = st.decimals(-10_000, 10_000, places=2, allow_nan=False).map(float)


@given(st.lists(DECIMALS, min_size=2, max_size=6).filter(lambda values: max(values) > min(values)))
def test_a_step_is_positive_and_reaches_every_value_unless_they_are_too_fine(values: list[float]) -> None:
    low, high, step = min(values), max(values), step_of(values)
    assert 0 < step <= high - low
    if (high - low) / 0.01 <= POSITIONS:
        away = [(value - low) / step for value in values]
        assert away == pytest.approx([round(position) for position in away], abs=1e-6)
    else:
        assert (high - low) / step <= POSITIONS
