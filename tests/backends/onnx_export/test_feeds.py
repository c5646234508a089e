"""The declared step: both ways through it, the model's own input step, and what is said of rows that do not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets.schema import Column, Schema, ValueFormat
from backends.errors import WorkbenchError
from backends.onnx_export.feeds import Fed, Feeds
from backends.onnx_export.signature import MISSING_DATE, GraphInput, Signature, Tensor
from backends.training.inputs import InputStep
from backends.training.values import DATE_PARTS, date_parts
from tests.backends.explanations.trained import on_mixed
from tests.backends.onnx_export.exported import Pair
from tests.backends.training.mixed import unfamiliar

EUROS = ValueFormat(decimal=",", thousands=".", strip=" \u00a0€%", parentheses=True)
PERCENT = ValueFormat(strip=" %", scale=0.01)
DAY_FIRST = ValueFormat(date_format="%d.%m.%Y")
JA = ValueFormat(true_values=("Ja", "1"), false_values=("Nein",))
SCHEMA = Schema(
    (
        Column("age", "integer", low=17.0, high=90.0, distinct=50),
        Column("pay", "number", missing=0.1, low=0.0, high=1e6, format=EUROS, exceptions=("tba",)),
        Column("share", "number", missing=0.1, low=-1.0, high=1.0, format=PERCENT),
        Column("member", "boolean", missing=0.1, format=JA),
        Column("city", "category", distinct=3, categories=("Bern", "Genf", "3")),
        Column("born", "datetime", missing=0.1, low="1900-01-01", high="2020-12-31", format=DAY_FIRST),
        Column("note", "text", missing=0.2, distinct=9),
        Column("number", "identifier", missing=0.2, example=7, low=1.0, high=9.0),
    )
)  # fmt: skip
TENSORS: dict[str, Tensor] = {
    "age": "double", "pay": "double", "share": "double", "member": "double", "city": "string", "born": "int64",
    "note": "string", "number": "double",
}  # fmt: skip
USUAL = {"age": 30, "city": "Bern"}


def feeds_of(schema: Schema) -> Feeds:
    inputs = tuple(GraphInput(c.name, TENSORS[c.name], c.kind == "text") for c in schema)
    return Feeds(Signature(schema, inputs, Column("target", "boolean"), ("no", "yes"), schema.names))


FEEDS = feeds_of(SCHEMA)


def fed(unusual: str = "refuse", **values: Any) -> Fed:
    return FEEDS.of_records([USUAL | values], unusual)  # type: ignore[arg-type]


def value_of(name: str, value: Any) -> Any:
    """What the graph is given for a value."""
    (found,) = fed("accept", **{name: value}).feeds[name][:, 0].tolist()
    return found


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        assert (values.dtype, values.shape) == (other[name].dtype, other[name].shape), name
        np.testing.assert_array_equal(values, other[name], err_msg=name)


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("age", 30, 30.0), ("age", "30", 30.0), ("age", " 30 ", 30.0), ("age", 30.0, 30.0), ("age", np.int8(30), 30.0),
        ("pay", "1.234,50 €", 1234.5), ("pay", "€ -5", -5.0), ("pay", "(1.000)", -1000.0), ("pay", "-€5", -5.0),
        ("pay", 7, 7.0), ("pay", "1e3", 1000.0), ("share", "50 %", 0.5), ("share", "-7", -0.07), ("share", 0.5, 0.5),
        ("member", True, 1.0), ("member", "Nein", 0.0), ("member", "1", 1.0), ("member", "yes", 1.0),
        ("member", 0, 0.0), ("member", 1.0, 1.0), ("member", np.bool_(True), 1.0),
        ("city", "Genf", "Genf"), ("city", 3, "3"), ("city", 3.0, "3"), ("city", "Ö", "Ö"),
        ("born", "02.01.1970", 86_400_000_000), ("born", "1970-01-02", 86_400_000_000),
        ("born", "2.1.1970", 86_400_000_000), ("born", "1970-01-01T01:00:00+01:00", 0),
        ("born", pd.Timestamp("1970-01-01 00:00:00.000001"), 1), ("born", "0001-01-01", -62_135_596_800_000_000),
        ("note", "Très  bon!", "très bon"), ("note", "!!!", "_missing_"), ("note", 3.0, "3"),
        ("number", 12, 12.0), ("number", 2**70, 2.0**70),
    ],
)  # fmt: skip
def test_values_are_read_as_the_column_writes_them(name: str, value: Any, taken: Any) -> None:
    assert value_of(name, value) == taken


@pytest.mark.parametrize(
    ("name", "missing"), [("pay", np.nan), ("member", np.nan), ("born", MISSING_DATE), ("note", "_missing_")]
)
@pytest.mark.parametrize("value", [None, np.nan, pd.NA, pd.NaT, "", " "])
def test_there_are_many_ways_to_give_no_value(name: str, missing: Any, value: Any) -> None:
    found = fed(**{name: value})
    assert not found.problems
    np.testing.assert_array_equal(found.feeds[name][0, 0], missing)


@pytest.mark.parametrize(("name", "value"), [("pay", "tba"), ("pay", "N/A"), ("member", "null"), ("born", "NaT")])
def test_marks_and_known_exceptions_are_no_value(name: str, value: str) -> None:
    same(fed("refuse", **{name: value}).feeds, fed("refuse", **{name: None}).feeds)


@pytest.mark.parametrize(
    ("name", "value", "kind", "words", "allowed"),
    [
        ("age", "x", "type", "'x', which is not a number", "a whole number from 17 to 90"),
        ("age", True, "type", "True", "a whole number from 17 to 90"),
        ("age", [1], "type", "[1]", "a whole number"),
        ("age", 16, "range", "16, which is not a whole number from 17 to 90", "a whole number from 17 to 90"),
        ("age", 30.5, "range", "30.5", "a whole number from 17 to 90"),
        ("age", float("inf"), "range", "inf", "a whole number from 17 to 90"),
        ("age", None, "missing", "no value", "a whole number from 17 to 90"),
        ("pay", "12.34", "type", "'12.34'", "a number from 0 to 1000000, or no value"),
        ("pay", 10**400, "range", "1000", "a number from 0 to 1000000, or no value"),
        ("member", "maybe", "type", "'maybe', which is not true or false", "true or false, written 'Ja' or 'Nein'"),
        ("member", 2, "type", "2", "true or false"),
        ("city", "Rom", "category", "'Rom', which is a level never seen in training", "one of 'Bern', 'Genf', '3'"),
        ("city", "", "missing", "no value", "one of 'Bern', 'Genf', '3'"),
        ("city", "\ud800", "type", "which is not text", "one of"),
        ("city", {"a": 1}, "type", "{'a': 1}", "one of"),
        ("born", "31.02.2000", "type", "'31.02.2000', which is not a date", "a date from 1900-01-01 to 2020-12-31"),
        ("born", 20000101, "type", "20000101", "a date"),
        ("born", "2021-01-01", "range", "'2021-01-01'", "a date from 1900-01-01 to 2020-12-31, or no value"),
        ("note", ["a"], "type", "which is not text", "text, or no value"),
        ("height", 3, "unknown column", "no column 'height'", "the columns 'age', 'pay'"),
        ("target", "yes", "unknown column", "what the model predicts", "the columns 'age'"),
    ],
)  # fmt: skip
def test_a_problem_names_row_column_value_and_what_is_allowed(
    name: str, value: Any, kind: str, words: str, allowed: str
) -> None:
    found = FEEDS.of_records([USUAL, USUAL | {name: value}])
    [problem] = found.problems
    assert (problem.row, problem.column, problem.kind) == (1, name, kind)
    assert problem.value is value
    assert words in problem.message
    assert problem.allowed.startswith(allowed)
    assert found.rows == (0,)
    assert {len(values) for values in found.feeds.values()} == {1}


@pytest.mark.parametrize(
    ("name", "value"), [("age", 16), ("age", None), ("city", "Rom"), ("born", "2021-01-01"), ("age", 30.5)]
)
def test_unusual_rows_are_answered_with_a_warning_where_that_is_wanted(name: str, value: Any) -> None:
    found = fed("accept", **{name: value})
    assert (found.rows, found.problems) == ((0,), ())
    assert [warning.column for warning in found.warnings] == [name]
    assert fed("refuse", **{name: value}).warnings == ()


@pytest.mark.parametrize("name", ["height", "age"])
def test_what_cannot_be_read_is_a_problem_always(name: str) -> None:
    found = fed("accept", **{name: "x"})
    assert (found.rows, len(found.problems)) == ((), 1)


def test_every_trouble_of_a_row_is_told_and_long_values_are_cut() -> None:
    found = FEEDS.of_records([{"age": "x" * 1000, "city": "Rom", "height": 1}])
    assert [problem.kind for problem in found.problems] == ["unknown column", "type", "category"]
    assert max(len(problem.message) for problem in found.problems) < 200


def test_new_identifiers_and_texts_are_usual() -> None:
    assert not fed(number=10**6, note="never heard of").problems


def test_a_column_of_more_levels_than_are_known_by_name_takes_any_text() -> None:
    feeds = feeds_of(Schema((Column("city", "category", distinct=2000, categories=("Bern",)),)))
    assert not feeds.of_records([{"city": "Rom"}]).problems
    assert [problem.kind for problem in feeds.of_records([{"city": None}]).problems] == ["missing"]


def test_every_character_becomes_the_word_that_it_is_in_a_table() -> None:
    characters = [
        chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000
    ]  # all scripts but rare ideographs
    texts = ["".join(f"{one}a" for one in characters[at : at + 997]) for at in range(0, len(characters), 997)]
    feeds = feeds_of(Schema((SCHEMA["note"],)))
    same(feeds.of_frame(pd.DataFrame({"note": texts})), feeds.of_records([{"note": text} for text in texts]).feeds)


def test_no_record_is_no_row() -> None:
    found = FEEDS.of_records([])
    assert found.rows == ()
    assert all(values.shape == (0, 1) for values in found.feeds.values())


def test_an_absent_column_and_an_unreadable_value_of_a_frame_are_named() -> None:
    frame = pd.DataFrame([USUAL | {name: None for name in SCHEMA.names if name not in USUAL}])
    with pytest.raises(WorkbenchError, match="'born' is missing"):
        FEEDS.of_frame(frame.drop(columns="born"))
    with pytest.raises(WorkbenchError, match="'age' holds 'x'"):
        FEEDS.of_frame(frame.assign(age="x"))


NUMBERS: list[Callable[[float], Any]] = [lambda x: x, lambda x: f"{x:.2f}".replace(".", ","), lambda x: f"€ {int(x)}"]
TEXTS = st.text(max_size=8)
VALUES = {
    "age": st.integers(-5, 200) | st.floats() | st.sampled_from(["17", " 90", "1e1", ".5", "5.", "inf", "NA", None]),
    "pay": st.builds(lambda write, x: write(x), st.sampled_from(NUMBERS), st.floats(-1e9, 1e9))
    | st.sampled_from(["1.234.567,8", "(5)", "( 5 € )", "+€7", "-  7", "1234,", "tba", "1e400", "Infinity", None]),
    "share": st.floats(-2, 2) | st.sampled_from(["12.5%", "% 3", "-.5", "1e-400", "nan", None]),
    "member": st.sampled_from([True, False, None, "Ja", "Nein", "1", "yes", "F", " y ", 0, 1, 1.0]),
    "city": TEXTS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
    "born": st.datetimes() | st.dates() | st.datetimes().map(str) | st.dates().map("{:%d.%m.%Y}".format)
    | st.sampled_from(["1.2.1999", "1999-02-01 03:04", "1999-02-01T03:04:05.123", "1999-02", "20000101", None]),
    "note": TEXTS | st.sampled_from(["İSTANBUL ΣΑΣ ß", "no_1 x²", "  ", None]),
    "number": st.integers(0, 10**20),
}  # fmt: skip


@pytest.mark.parametrize("name", list(VALUES))
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_both_ways_and_the_models_own_step_give_the_same(name: str, data: st.DataObject) -> None:
    """Of single values: a frame of one cell, a record, and `InputStep`."""
    schema = Schema((SCHEMA[name],))
    value = data.draw(VALUES[name])
    frame, feeds = pd.DataFrame({name: pd.Series([value], dtype=object)}), feeds_of(schema)
    found = feeds.of_records([{name: value}], unusual="accept")
    try:
        expected = InputStep(schema).transform(frame).to_numpy(dtype=object)[0]
    except WorkbenchError:
        assert [problem.kind for problem in found.problems] == ["type"]
        with pytest.raises(WorkbenchError):
            feeds.of_frame(frame)
        return
    same(feeds.of_frame(frame), found.feeds)
    assert_inside(found.feeds[name][0, 0], expected, SCHEMA[name])


def assert_inside(given: Any, expected: np.ndarray, column: Column) -> None:
    """What the graph makes of its input is what the model's own step makes of the value."""
    if column.kind == "datetime":
        parts = date_parts(pd.Series([given], dtype="int64").astype("datetime64[us]"), column)
        assert list(parts) == list(DATE_PARTS)
        np.testing.assert_array_equal([parts[name][0] for name in parts if name != "hour"], expected.astype(float))
    elif isinstance(given, str):
        assert given == expected[0]
    else:
        np.testing.assert_array_equal(given if abs(given) <= 3.4028234663852886e38 else np.nan, expected[0])


def test_a_table_and_its_rows_as_json_give_the_same_answers() -> None:
    pair = Pair.of(on_mixed("hist_gradient_boosting", 3))
    frame = unfamiliar(150, 3)
    records = json.loads(frame.to_json(orient="records", date_format="iso", date_unit="us", double_precision=15))
    found = pair.feeds.of_records(records, unusual="accept")
    assert found.problems == ()
    assert found.rows == tuple(range(150))
    by_frame, by_records = pair.ask(frame), pair.runtime.run(found.feeds)
    assert by_records.labels == by_frame.labels
    np.testing.assert_allclose(by_records.probabilities, by_frame.probabilities, rtol=0, atol=1e-9)
