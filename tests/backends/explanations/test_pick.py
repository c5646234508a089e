"""Rows are found by what is remarkable about them, and typed rows are read as the table's own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets import read_table
from backends.datasets.grouping import Grouping
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.explanations.pick import (
    most_uncertain,
    most_wrong,
    parse_row,
    row_ranges,
    row_table,
    search_rows,
)
from backends.training.policy import Policy
from backends.training.results import TrainedModel
from tests.backends.explanations.small_models import formula_model
from tests.backends.training.tables import dataset

HEADER = b"age,pay,job,member,since,note\n"
ROWS = (
    b"20,10.5,clerk,yes,2024-03-01,good and quick service\n"
    b"30,20.25,smith,no,2024-04-01,\n"
    b"40,30,clerk,yes,2024-05-01,rather slow\n"
    b"50,,smith,no,2024-06-01,all was well with me\n"
)
TABLE = read_table(HEADER + 5 * ROWS, "people.csv")


def model() -> TrainedModel:
    return formula_model(TABLE, lambda frame: frame["age"].to_numpy(dtype=float) / 100)


def test_the_row_table_says_what_the_model_says() -> None:
    frame = pd.DataFrame({"p": [0.9, 0.5, 0.2]})
    trained = replace(
        formula_model(dataset(frame), lambda rows: rows["p"].to_numpy()),
        holdout_codes=np.array([0, 1, 0]),
        holdout_rows=np.array([7, 3, 5]),
    )
    table = row_table(trained)
    assert table["row"].tolist() == [7, 3, 5]
    assert table["true"].tolist() == ["no", "yes", "no"]
    assert table["predicted"].tolist() == ["yes", "no", "no"]  # a tie is a no
    assert table["wrong"].tolist() == [True, True, False]
    assert table["probability_predicted"].tolist() == pytest.approx([0.9, 0.5, 0.8])
    assert table["probability_true"].tolist() == pytest.approx([0.1, 0.5, 0.8])
    assert table["margin"].tolist() == pytest.approx([0.8, 0.0, 0.6])
    assert table["uncertainty"].tolist() == pytest.approx([0.4690, 1.0, 0.7219], abs=1e-4)
    assert most_wrong(table)["position"].tolist() == [0, 1]
    assert most_uncertain(table)["position"].tolist() == [1, 2, 0]


def test_a_certain_model_has_no_uncertainty_and_no_warning() -> None:
    frame = pd.DataFrame({"p": [0.0, 1.0]})
    table = row_table(formula_model(dataset(frame), lambda rows: rows["p"].to_numpy()))
    assert table["uncertainty"].tolist() == [0.0, 0.0]


def test_the_decision_follows_the_policy() -> None:
    frame = pd.DataFrame({"p": [0.3, 0.3]})
    trained = replace(
        formula_model(dataset(frame), lambda rows: rows["p"].to_numpy()),
        aside=pd.DataFrame({"sex": ["f", "m"]}, dtype="str"),
        aside_schema=Schema((Column("sex", "category"),)),
        policy=Policy(0.5, (Grouping("sex"),), ((("f",), 0.25),)),
    )
    assert row_table(trained)["predicted"].tolist() == ["yes", "no"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [("CLERK", [0, 2]), ("2024-04", [1]), ("smith 50", [3]), ("quick 20.25", []), ("", [0, 1, 2, 3]), ("yes", [0, 2])],
)
def test_search_finds_every_word_in_any_column(text: str, rows: list[int]) -> None:
    assert np.flatnonzero(search_rows(model(), text)[:4]).tolist() == rows


def test_a_typed_row_has_the_tables_types() -> None:
    row = parse_row(
        model(),
        {"age": "35", "pay": "12.5", "job": "clerk", "member": "yes", "since": "2024-05-02", "note": "rather slow"},
    )
    assert row.warnings == ()
    for name in ("age", "pay", "job", "member", "since"):
        assert row.frame[name].dtype == model().holdout[name].dtype, name
    assert row.frame["age"].tolist() == [35]
    assert row.frame["member"].tolist() == [True]
    assert row.frame["since"].tolist() == [pd.Timestamp("2024-05-02")]


def test_python_values_are_taken_as_they_are() -> None:
    row = parse_row(model(), {"age": 35, "pay": 12.5, "member": False, "since": pd.Timestamp("2024-05-02 10:30:01.5")})
    assert row.frame["since"].tolist() == [pd.Timestamp("2024-05-02 10:30:01.5")]
    assert row.frame["member"].tolist() == [False]


def test_values_unlike_the_tables_are_allowed_and_warned_of() -> None:
    row = parse_row(
        model(),
        {"age": "90", "pay": None, "job": "baker", "member": "no", "since": "1999-01-01"},
    )
    assert row.warnings[:3] == (
        "'age' is 90, outside the table's 20 to 50.",
        "'job' is 'baker', which the table does not have.",
        "'since' is 1999-01-01, outside the table's 2024-03-01 to 2024-06-01.",
    )
    assert row.frame["pay"].isna().tolist() == [True]


def test_an_empty_value_is_missing_and_said_where_the_table_always_has_one() -> None:
    row = parse_row(model(), {"age": " ", "pay": ""})
    assert row.frame.isna().all(axis=None)
    assert "'age' is empty; every row of the table has a value." in row.warnings
    assert not any("'pay'" in warning for warning in row.warnings)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("age", "abc", "'age' holds 'abc', which is not a number"),
        ("age", 3.5, "'age' is 3.5, which is no whole number"),
        ("pay", float("inf"), "'pay' is inf, which is beyond what a model can hold"),
        ("pay", "1e300", "'pay' is 1e300, which is beyond"),
        ("age", 2**63 - 1, "'age' is 9223372036854775807, which is beyond"),
        ("member", "perhaps", "'member' holds 'perhaps', which is not true or false"),
        ("since", "soon", "'since' holds 'soon', which is not a date"),
        ("size", "3", "There is no column 'size'"),
    ],
)
def test_what_cannot_be_read_is_said_with_column_and_value(column: str, value: object, told: str) -> None:
    with pytest.raises(WorkbenchError, match=told):
        parse_row(model(), {column: value})  # type: ignore[dict-item]


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["age", "pay", "job", "member", "since", "note"]),
        st.one_of(st.none(), st.text(max_size=8), st.floats(), st.integers(), st.booleans()),
    )
)
def test_wild_input_gives_one_row_or_a_sentence(typed: dict[str, object]) -> None:
    try:
        row = parse_row(model(), typed)  # type: ignore[arg-type]
    except WorkbenchError:
        return
    assert row.frame.shape == (1, 6)


def test_a_form_knows_ranges_levels_and_typical_values() -> None:
    known = {entry.name: entry for entry in row_ranges(model())}
    assert (known["age"].low, known["age"].high, known["age"].typical, known["age"].step) == (20.0, 50.0, 30, 1.0)
    assert (known["pay"].low, known["pay"].high, known["pay"].optional, known["pay"].step) == (10.5, 30.0, True, None)
    assert set(known["job"].levels) == {"clerk", "smith"}
    assert set(known["member"].levels) == {True, False}
    assert known["since"].high == pd.Timestamp("2024-06-01")
    assert not known["age"].optional


def test_a_column_without_values_has_no_range() -> None:
    frame = pd.DataFrame({"x": [np.nan, np.nan]})
    schema = Schema((Column("x", "number", missing=1.0),))
    entry = row_ranges(formula_model(replace(dataset(frame), schema=schema), lambda rows: np.zeros(len(rows))))[0]
    assert (entry.low, entry.high, entry.typical, entry.optional) == (None, None, None, True)
