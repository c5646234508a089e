from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone

from backends.datasets.schema import Column, Schema, ValueFormat
from backends.errors import WorkbenchError
from backends.training.inputs import InputStep, input_columns, role_of
from tests.backends.training.mixed import SCHEMA, mixed

SMALL = Schema((Column("city", "category"), Column("age", "integer"), Column("member", "boolean")))


def one(column: Column, *values: object) -> pd.DataFrame:
    return InputStep(Schema((column,))).transform([{column.name: value} for value in values])


def test_numbers_come_first_then_booleans_then_text() -> None:
    given = InputStep(SMALL).transform([{"city": "Oslo", "age": 41, "member": True}])
    assert given.columns.tolist() == ["f0", "f1", "f2"]
    assert given.iloc[0].tolist() == [41.0, 1.0, "Oslo"]
    assert InputStep(SMALL).sources() == {"f0": "age", "f1": "member", "f2": "city"}
    assert InputStep(SMALL).get_feature_names_out().tolist() == ["f0", "f1", "f2"]


def test_the_order_of_columns_and_further_columns_do_not_matter() -> None:
    frame = pd.DataFrame({"member": [True], "note": ["x"], "age": [41], "city": ["Oslo"]})
    assert InputStep(SMALL).transform(frame).iloc[0].tolist() == [41.0, 1.0, "Oslo"]


def test_an_absent_column_is_named() -> None:
    with pytest.raises(WorkbenchError, match=r"Column 'age' is missing \(1 of 3 columns are\)"):
        InputStep(SMALL).transform(pd.DataFrame({"city": ["Oslo"], "member": [True]}))


def test_a_key_that_some_records_lack_is_missing_in_them() -> None:
    given = InputStep(SMALL).transform([{"city": "Oslo", "age": 41, "member": True}, {"age": None}])
    assert np.isnan(given.iloc[1, :2].astype(float)).all()
    assert given.iloc[1, 2] == ""


def test_infinite_and_too_large_numbers_are_missing() -> None:
    values = one(Column("x", "number"), np.inf, -np.inf, 1e39, -1e300, 3.4e38, None)["f0"]
    assert values.isna().tolist() == [True, True, True, True, False, True]


@pytest.mark.parametrize(
    ("written", "value", "number"),
    [
        (ValueFormat(), " 12.5 ", 12.5),
        (ValueFormat(), "", None),
        (ValueFormat(), "n/a", None),
        (ValueFormat(decimal=",", thousands="."), "1.234,5", 1234.5),
        (ValueFormat(strip="$"), "$30", 30.0),
        (ValueFormat(strip="%", scale=0.01), "45%", 0.45),
        (ValueFormat(strip="%", scale=0.01), 0.45, 0.45),
        (ValueFormat(), np.float32(0.5), 0.5),
        (ValueFormat(), True, 1.0),
    ],
)
def test_numbers_are_read_as_their_column_writes_them(
    written: ValueFormat, value: object, number: float | None
) -> None:
    read = one(Column("x", "number", format=written), value, None)["f0"].iloc[0]
    assert (np.isnan(read)) if number is None else read == pytest.approx(number)


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        ("number", "twelve", "a number"),
        ("number", dt.date(2024, 1, 1), "a number"),
        ("integer", [1, 2], "a number"),
        ("boolean", "perhaps", "true or false"),
        ("boolean", 7, "true or false"),
        ("datetime", "yesterday", "a date"),
        ("datetime", 20240101, "a date"),
    ],
)
def test_a_value_that_cannot_be_read_is_refused_by_name(kind: str, value: object, wanted: str) -> None:
    with pytest.raises(WorkbenchError, match=f"Column 'x' holds .*{wanted}"):
        one(Column("x", kind), None, value)  # type: ignore[arg-type]


def test_values_that_the_reader_set_to_missing_are_missing_again() -> None:
    assert one(Column("x", "number", exceptions=("see note",)), "see note", 3)["f0"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("value", "number"),
    [(True, 1.0), (False, 0.0), (1, 1.0), (0.0, 0.0), ("Yes", 1.0), ("n", 0.0), ("oui", 1.0), ("Non", 0.0)],
)
def test_booleans_are_one_or_zero(value: object, number: float) -> None:
    written = ValueFormat(true_values=("oui",), false_values=("Non",))
    assert one(Column("x", "boolean", format=written), value, None)["f0"].tolist()[0] == number


def test_a_date_is_its_parts() -> None:
    column = Column("t", "datetime", format=ValueFormat(date_format="%d/%m/%Y %H:%M"))
    frame = one(column, "29/02/2024 18:30", None)
    parts = [c.part for c in input_columns(Schema((column,)))]
    assert parts == ["year", "month", "day", "weekday", "hour", "days since 1970"]
    assert frame.iloc[0].tolist() == [2024, 2, 29, 3, 18, pytest.approx(19782.770833)]
    assert frame.iloc[1].isna().all()


@pytest.mark.parametrize(
    "value",
    [
        "2024-02-29",
        "29/02/2024",
        dt.date(2024, 2, 29),
        dt.datetime(2024, 2, 29, 5),
        pd.Timestamp("2024-02-29"),
        "2024-02-29T23:30:00-00:15",
        pd.Timestamp("2024-03-01 00:30", tz="Europe/Oslo"),
    ],
)
def test_a_date_is_read_in_its_columns_format_or_as_iso(value: object) -> None:
    column = Column("t", "datetime", format=ValueFormat(date_format="%d/%m/%Y"))
    assert one(column, value).iloc[0, :3].tolist() == [2024, 2, 29]


def test_the_hour_is_left_out_where_there_are_no_times() -> None:
    day, clock = (Column("t", "datetime", low=low) for low in ("2020-01-01T00:00:00", "2020-01-01T06:30:00"))
    assert [c.part for c in input_columns(Schema((day,)))] == ["year", "month", "day", "weekday", "days since 1970"]
    assert "hour" in [c.part for c in input_columns(Schema((clock,)))]


def test_categories_are_text_as_the_levels_write_it() -> None:
    whole, tenths = (Column("g", "category", categories=levels) for levels in (("3", "4"), ("3.0", "4.0")))
    assert one(whole, 3, 3.0, "3", None)["f0"].tolist() == ["3", "3", "3", ""]
    assert one(tenths, 3.0, "4.0")["f0"].tolist() == ["3.0", "4.0"]
    assert InputStep(Schema((whole,))).transform(pd.DataFrame({"g": pd.Categorical(["4", None])}))["f0"].tolist() == [
        "4",
        "",
    ]


def test_texts_are_lower_case_words_between_single_blanks() -> None:
    said = one(Column("s", "text"), "Très  BON!\n(no_1)", "Чай, 日本", "?!", "", None)["f0"].tolist()
    assert said == ["très bon no_1", "чай 日本", "_missing_", "_missing_", "_missing_"]


@pytest.mark.parametrize(
    ("example", "role"), [("C01", "category"), (17, "number"), (None, "category"), (17.0, "number"), (True, "category")]
)
def test_an_identifier_is_what_its_values_are(example: object, role: str) -> None:
    assert role_of(Column("id", "identifier", example=example)) == role  # type: ignore[arg-type]


def test_a_long_column_gives_what_its_rows_give_one_by_one() -> None:
    frame, _ = mixed(1500, 2)
    step = InputStep(SCHEMA)
    together = step.transform(frame)
    apart = pd.concat([step.transform(frame.iloc[[i]]) for i in range(0, 1500, 100)], ignore_index=True)
    pd.testing.assert_frame_equal(together.iloc[::100].reset_index(drop=True), apart)


def test_the_given_frame_is_left_alone() -> None:
    frame, _ = mixed(50, 2)
    before = frame.copy(deep=True)
    InputStep(SCHEMA).transform(frame)
    pd.testing.assert_frame_equal(frame, before)


def test_a_frame_survives_the_way_through_json() -> None:
    frame, _ = mixed(60, 2)
    records = [
        {k: None if pd.isna(v) else v.isoformat() if isinstance(v, pd.Timestamp) else v for k, v in row.items()}
        for row in frame.astype(object).to_dict("records")
    ]
    pd.testing.assert_frame_equal(InputStep(SCHEMA).transform(records), InputStep(SCHEMA).transform(frame))


def test_the_step_can_be_cloned_and_learns_nothing() -> None:
    step = clone(InputStep(SMALL))
    rows = [{"city": "Oslo", "age": 1, "member": None}]
    pd.testing.assert_frame_equal(step.transform(rows), step.fit(rows * 3).transform(rows))


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "city": st.none() | st.text(max_size=5) | st.integers() | st.booleans() | st.floats(),
                "age": st.none() | st.floats() | st.integers(-(10**20), 10**20),
                "member": st.none() | st.booleans() | st.sampled_from([0, 1]),
            }
        ),
        min_size=1,
        max_size=6,
    )
)
def test_any_record_becomes_finite_or_missing_numbers_and_text(records: list[dict]) -> None:
    given = InputStep(SMALL).transform(records)
    assert given.shape == (len(records), 3)
    assert given.dtypes.astype(str).tolist() == ["float64", "float64", "object"]
    assert not np.isinf(given[["f0", "f1"]].to_numpy()).any()
    assert all(isinstance(value, str) for value in given["f2"])
