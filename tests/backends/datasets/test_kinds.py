from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets import Column, Dataset, read_table
from backends.errors import WorkbenchError


def read(values: list[str], name: str = "v", **options: object) -> Dataset:
    """A table of a counter and one column of quoted values."""
    lines = [f'{at},"{value}"' for at, value in enumerate(values)]
    return read_table("\n".join([f"n,{name}", *lines]).encode(), "t.csv", **options)  # type: ignore[arg-type]


def column(values: list[str], name: str = "v", **options: object) -> Column:
    return read(values, name, **options).schema[name]


def rules(dataset: Dataset) -> set[str]:
    return {note.rule for note in dataset.notes if note.column}


@pytest.mark.parametrize(
    ("values", "kind", "dtype", "first"),
    [
        (["1", "2", "-3", "2"], "integer", "int64", 1),
        (["1", "", "3", "3"], "integer", "Int64", 1),
        (["1.5", "2", "3e2", "2"], "number", "float64", 1.5),
        (["1.5", "", "2", "2"], "number", "float64", 1.5),
        (["yes", "no", "yes", "no"], "boolean", "bool", True),
        (["Y", "N", "", "Y"], "boolean", "boolean", True),
        (["TRUE", "false", "True", "TRUE"], "boolean", "bool", True),
        (["t", "f", "f", "t"], "boolean", "bool", True),
        (["0", "1", "1", "0"], "integer", "int64", 0),
        (["red", "blue", "red", "red"], "category", "str", "red"),
        (["2020-01-31", "2021-12-01", "", "2021-12-01"], "datetime", "datetime64[us]", pd.Timestamp("2020-01-31")),
        (["1,234", "12,345,678", "5", "5"], "integer", "int64", 1234),
        (["1,234.50", "0.25", "2", "2"], "number", "float64", 1234.5),
        (["1.234,50", "0,25", "2", "2"], "number", "float64", 1234.5),
        (["1 234,5", "7", "2", "2"], "number", "float64", 1234.5),
        (["95%", "4.5 %", "100%", "1%"], "number", "float64", 0.95),
        (["$4.00", "-$1,200.50", "$3", "$3"], "number", "float64", 4.0),
        (["12,50 €", "3,00 €", "1.000,00 €", "3,00 €"], "number", "float64", 12.5),
        (["(1,200)", "300", "5", "5"], "integer", "int64", -1200),
        (["007", "012", "100", "007"], "category", "str", "007"),
        (["A", "f", "B", "f"], "category", "str", "A"),
    ],
)
def test_kind_type_and_value(values: list[str], kind: str, dtype: str, first: object) -> None:
    dataset = read(values)
    assert dataset.schema["v"].kind == kind
    assert str(dataset.frame["v"].dtype) == dtype
    assert dataset.frame["v"][0] == first


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["16/07/2010", "01/02/2011"], "2011-02-01"),
        (["07/16/2010", "01/02/2011"], "2011-01-02"),
        (["16.7.2010", "1.2.2011"], "2011-02-01"),
        (["16-Jul-2010", "01-Feb-2011"], "2011-02-01"),
        (["July 16, 2010", "February 1, 2011"], "2011-02-01"),
        (["2010/07/16", "2011/02/01"], "2011-02-01"),
        (["16/07/2010 10:30", "01/02/2011 00:00"], "2011-02-01"),
        (["7/16/2010 10:30:00 PM", "1/2/2011 12:00:00 AM"], "2011-01-02"),
        (["2010-07-16T10:30:00Z", "2011-02-01T00:00:00Z"], "2011-02-01"),
        (["2010-07-16T10:30:00+02:00", "2011-02-01T02:00:00+02:00"], "2011-02-01"),
        (["2010-07-16 10:30:00.125", "2011-02-01 00:00:00.000"], "2011-02-01"),
    ],
)
def test_dates_of_several_kinds(values: list[str], expected: str) -> None:
    dataset = read(values)
    assert dataset.schema["v"].kind == "datetime"
    assert dataset.frame["v"][1] == pd.Timestamp(expected)


def test_dates_that_do_not_tell_day_from_month_are_decided_by_the_other_column_and_told() -> None:
    data = b"a,b\n01/02/2020,16/07/2010\n03/04/2020,17/07/2010\n"
    dataset = read_table(data, "t.csv")
    assert dataset.frame["a"][0] == pd.Timestamp("2020-02-01")
    assert "date-order-guessed" in rules(dataset)


def test_the_date_format_is_kept_for_a_script() -> None:
    assert column(["16/07/2010", "01/02/2011"]).format.date_format == "%d/%m/%Y"


def test_numbers_in_text_list_their_blank_cells() -> None:
    values = [f"{at}.5" for at in range(489)] + [" "] * 11
    dataset = read(values)
    found = dataset.schema["v"]
    assert found.kind == "number"
    assert found.exceptions == (" ",) * 11
    assert found.evidence == "97.8 % of 500 values parse as numbers; 11 blanks"
    note = next(note for note in dataset.notes if note.rule == "numbers-in-text")
    assert (note.count, note.lines[0]) == (11, 491)
    assert dataset.frame["v"].isna().sum() == 11


def test_a_few_words_among_numbers_become_missing_and_are_listed() -> None:
    dataset = read([str(at) for at in range(98)] + ["about 7", "lots"])
    found = dataset.schema["v"]
    assert (found.kind, found.exceptions) == ("integer", ("about 7", "lots"))
    note = next(note for note in dataset.notes if note.rule == "value-exception")
    assert (note.count, note.lines, note.severity) == (2, (100, 101), "warning")


def test_many_different_words_among_numbers_keep_the_column_as_it_is() -> None:
    values = [str(at) for at in range(400)] + [f"V{at}" for at in range(20)]
    assert column(values).kind != "integer"


@pytest.mark.parametrize("codes", [["00501", "10001", "60601"] * 400, ["0042", "4711", "0815"] * 5])
def test_leading_zeros_survive_in_small_and_big_files(codes: list[str]) -> None:
    padding = "x" * 600
    lines = "\n".join(f"{at},{code},{padding}" for at, code in enumerate(codes))
    dataset = read_table(f"n,zip,pad\n{lines}\n".encode(), "t.csv")
    assert dataset.schema["zip"].kind == "category"
    assert dataset.frame["zip"].tolist() == codes


def test_whole_numbers_beyond_64_bits_stay_text() -> None:
    values = ["12345678901234567890123", "98765432109876543210987", "12345678901234567890123"]
    assert read(values).frame["v"].tolist() == values


def test_64_bit_integers_are_exact() -> None:
    values = ["9223372036854775807", "-9223372036854775808", "", "1"]
    assert read(values).frame["v"].tolist()[:2] == [2**63 - 1, -(2**63)]


def test_infinity_is_a_number_and_is_told() -> None:
    dataset = read(["INF", "-INF", "1.5", "2"])
    assert dataset.frame["v"].tolist() == [math.inf, -math.inf, 1.5, 2.0]
    assert "infinite" in rules(dataset)


@pytest.mark.parametrize("mark", ["NA", "N/A", "null", "?", "NaN", "-", "None", "n.a."])
def test_marks_of_missing_among_numbers_are_taken_and_told(mark: str) -> None:
    dataset = read(["1", mark, "3", "3"])
    assert dataset.schema["v"].kind == "integer"
    assert dataset.frame["v"].isna().tolist() == [False, True, False, False]
    note = next(note for note in dataset.notes if note.rule == "missing-mark")
    assert (note.count, note.lines, mark in note.message) == (1, (3,), True)


def test_a_level_called_none_stays_a_level() -> None:
    dataset = read(["None", "brick", "stone", "None"])
    assert dataset.schema["v"].categories == ("None", "brick", "stone")


def test_a_level_called_na_is_missing_with_a_note_and_can_be_corrected() -> None:
    values = ["NA", "brick", "stone", "NA"]
    dataset = read(values)
    assert dataset.frame["v"].isna().sum() == 2
    assert "missing-mark" in rules(dataset)
    assert read(values, missing_values=()).frame["v"].tolist() == values
    assert read(values, missing_values=("stone",)).frame["v"].isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("customerID", [f"{at:04d}-XY" for at in range(30)], "identifier"),
        ("PassengerId", [str(at) for at in range(1, 40)], "identifier"),
        ("population", [str(at * at + 7) for at in range(40)], "integer"),
        ("id", [str(at * at + 7) for at in range(40)], "identifier"),
        ("title", [f"The book number {at}" for at in range(40)], "text"),
        ("colour", ["red", "green", "blue", "red"] * 10, "category"),
        ("review", [f"I liked part {at} of it, but the rest was far too long for me" for at in range(40)], "text"),
        ("mail", [f"person{at}@mail.example" for at in range(40)], "identifier"),
    ],
)
def test_identifiers_categories_and_text(name: str, values: list[str], kind: str) -> None:
    assert column(values, name).kind == kind


def test_levels_come_most_frequent_first() -> None:
    found = column(["b", "a", "a", "c", "c", "c"])
    assert (found.categories, found.distinct) == (("c", "a", "b"), 3)


def test_an_empty_column_is_told() -> None:
    found = column(["", "", ""])
    assert (found.kind, found.missing, found.distinct, found.constant) == ("category", 1.0, 0, True)


@pytest.mark.parametrize(
    ("kind", "values", "result"),
    [
        ("number", ["1", "2"], [1.0, 2.0]),
        ("integer", ["1.0", "2.0"], [1, 2]),
        ("category", ["1", "2"], ["1", "2"]),
        ("text", ["1", "2"], ["1", "2"]),
        ("identifier", ["1", "2"], [1, 2]),
        ("identifier", ["01", "2"], ["01", "2"]),
        ("boolean", ["1", "0"], [True, False]),
        ("number", ["007", "2"], [7.0, 2.0]),
    ],
)
def test_a_kind_can_be_corrected(kind: str, values: list[str], result: list[object]) -> None:
    dataset = read(values, kinds={"v": kind})
    assert dataset.schema["v"].kind == kind
    assert dataset.frame["v"].tolist() == result


@pytest.mark.parametrize("kind", ["number", "integer", "boolean", "datetime"])
def test_an_impossible_kind_is_refused(kind: str) -> None:
    with pytest.raises(WorkbenchError, match="'v'"):
        read(["red", "green"], kinds={"v": kind})


def test_a_corrected_decimal_mark_decides() -> None:
    assert read(["1,234", "2,345"]).frame["v"].tolist() == [1234, 2345]
    assert read(["1,234", "2,345"], decimal=",").frame["v"].tolist() == [1.234, 2.345]


def test_a_separator_that_could_be_either_is_told_and_follows_the_other_columns() -> None:
    assert "separator-ambiguous" in rules(read(["1,234", "2,345"]))
    data = b"a;b\n1,234;0,5\n2,345;0,75\n3,456;12,5\n"
    assert read_table(data, "t.csv").frame["a"].tolist() == [1.234, 2.345, 3.456]


def test_points_group_thousands_where_the_other_columns_use_a_decimal_comma() -> None:
    data = b"a;b\n1.234;0,5\n2.345;0,75\n3.456;12,5\n"
    assert read_table(data, "t.csv").frame["a"].tolist() == [1234, 2345, 3456]
    assert read([" 1.234", "2.345", "3.456"]).frame["v"].tolist() == [1.234, 2.345, 3.456]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(10**12), 10**12), min_size=3, max_size=30))
def test_any_integers_are_read_exactly(values: list[int]) -> None:
    assert read([str(value) for value in values]).frame["v"].tolist() == values


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=30))
def test_any_floats_are_read_exactly(values: list[float]) -> None:
    frame = read([repr(value) for value in values], kinds={"v": "number"}).frame
    assert np.array_equal(frame["v"].to_numpy(), np.array(values))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.dates(date(1950, 1, 1), date(2050, 1, 1)), min_size=3, max_size=30),
    st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%B %d, %Y", "%Y-%m-%dT%H:%M:%S"]),
)
def test_any_dates_are_read_exactly(values: list[date], written: str) -> None:
    values = [*values, date(2000, 1, 1) + timedelta(days=30)]
    frame = read([value.strftime(written) for value in values]).frame
    assert frame["v"].dt.date.tolist() == values
