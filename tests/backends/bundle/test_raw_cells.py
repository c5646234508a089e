"""Cells as they stand in the table's file: every way to the graph's inputs gives what the preparation made of them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.bundle import predict
from backends.bundle.rows import as_given
from backends.datasets import Dataset, Recipe, Step, prepare, read_table
from backends.datasets.marks import Marks
from backends.datasets.preparation import what_fits
from backends.datasets.schema import KINDS, Column, Schema
from backends.errors import WorkbenchError
from backends.onnx_export.feeds import Feeds
from backends.onnx_export.graph_inputs import build_graph
from backends.onnx_export.recipe_steps import first_reading, of_columns
from backends.onnx_export.signature import GraphInput, Signature, Tensor
from backends.training.inputs import role_of

TENSORS: dict[str, Tensor] = {"number": "double", "boolean": "double", "category": "string", "text": "string"}
POOLS = {
    "prices": ["1.50", "2.00", "1.5", "-3", "1e3", "", "NA", "0.10", "1200.25", "-"],
    "euros": ["1.234,50 €", "7,00 €", "-3,10 €", "1.234 €", "0,5 €", "", "n/a", "12,25 €"],
    "percents": ["12,3 %", "7 %", "100,0 %", "0,5 %", "", "-2,25 %"],
    "percents with a point": ["12.3 %", "7 %", "0.5%", "50 %", ""],
    "accountants": ["(5)", "5", "(1,234)", "17", "1,000", "", "(2)"],
    "whole numbers": ["1", "+2", "3", "9007199254740993", "-7", "", "12"],
    "truths": ["yes", "Yes", "NO", "no", "", "YES"],
    "truths of others": ["Ja", "nein", "ja", "JA", ""],
    "days": ["02.01.2020", "31.12.1999", "1.2.2003", "", "05.06.2010"],
    "moments": ["2020-01-02 03:04:05", "2020-01-03 00:00:00", "1999-12-31 23:59:59", ""],
    "fractions": ["2020-01-02T03:04:05.500", "2020-01-03T00:00:00.000", "1969-12-31T23:59:59.250"],
    "levels": ["A", " A ", "b", "1", "01", "1.0", "other", "", "None", "x y"],
    "codes": ["00120", "99801", "01200", ""],
}
STEPS: dict[str, list[Step]] = {
    "treat_as": [Step("treat_as", ("a",), kind=kind) for kind in KINDS],
    "treat_as_missing": [
        Step("treat_as_missing", ("a",), values=(5.0, 1.5)),
        Step("treat_as_missing", ("a",), values=("5", "A")),
        Step("treat_as_missing", ("a",), values=(1.0, "1.0", "yes")),
        Step("treat_as_missing", ("a",), values=("2020-01-02", "1.5", 7)),
    ],
    "merge_levels": [
        Step("merge_levels", ("a",), renames=(("1.5", "x"), ("yes", "ja"))),
        Step("merge_levels", ("a",), renames=(("A", "1"), ("1", "A"))),
        Step("merge_levels", ("a",), renames=(("5", ""), ("", "5"))),
    ],
    "keep_levels": [
        Step("keep_levels", ("a",), values=("A", "1", "1.5")),
        Step("keep_levels", ("a",), values=("yes", "2020-01-02", 5.0)),
    ],
}


def test_a_price_treated_as_a_category_is_the_level_of_its_number() -> None:
    ways = Ways.of(["1.50", "1.5", "2.00", ""], (Step("treat_as", ("a",), kind="category"),))
    assert ways.prepared.schema["a"].categories == ("1.5", "2.0")
    for found in (ways.of_texts(), ways.by_the_script(), ways.of_typed(), ways.of_frame()):
        assert found == ["1.5", "1.5", "2.0", ""]


def test_marks_count_where_they_stand_among_the_steps() -> None:
    first, merged, last = STEPS["treat_as_missing"][0], STEPS["merge_levels"][1], STEPS["treat_as_missing"][1]
    ways = Ways.of(["A", "1", "b"], (first, merged, last))
    assert ways.expected() == ["1", "", "b"]  # A is 1 by then, and 1 is A, which is a mark
    assert ways.of_texts() == ways.by_the_script() == ways.expected()


def test_levels_can_be_given_by_name_where_no_cell_can_mean_another() -> None:
    ways = Ways.of(["12,5 %", "7 %", "50 %"], (Step("treat_as", ("a",), kind="category"),))
    assert ways.prepared.schema["a"].categories == ("0.125", "0.07", "0.5")
    for cell, level in (("0.125", "0.125"), ("12,5", "0.125"), (0.125, "0.125"), ("7%", "0.07")):
        assert ways.feeds.of_records([{"a": cell}]).feeds["a"][0, 0] == level
    [problem] = ways.feeds.of_records([{"a": "much"}]).problems
    assert "'much', which is not a number" in problem.message


def test_a_mark_of_another_type_than_the_values_is_none() -> None:
    ways = Ways.of(["1", "01", "1.0", "k"], (Step("treat_as_missing", ("a",), values=(1.0,)),), kind="category")
    for found in (ways.of_texts(), ways.by_the_script(), ways.of_typed(), ways.of_frame(), ways.expected()):
        assert found == ["1", "01", "1.0", "k"]


def test_a_change_of_kind_of_which_the_former_kind_is_not_known_is_refused() -> None:
    ways = Ways.of(["1.50", "2"], (Step("treat_as", ("a",), kind="category"),))
    columns = Schema.from_dict([{**row, "before": []} for row in ways.prepared.schema.to_dict()])
    with pytest.raises(WorkbenchError, match="not known how 'a' was read"):
        Feeds(signature(columns["a"], ways.prepared.recipe))


def test_a_model_whose_columns_cannot_be_read_as_before_is_not_exported(made: Any) -> None:
    columns = Schema.from_dict([{**row, "before": []} for row in made.model.schema.to_dict()])
    with pytest.raises(WorkbenchError, match="not known how 'size' was read"):
        build_graph(replace(made.model, schema=columns))


@pytest.mark.parametrize("pool", list(POOLS))
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_all_ways_agree_with_the_preparation(pool: str, data: st.DataObject) -> None:
    cells = [*POOLS[pool], *data.draw(st.lists(st.sampled_from(POOLS[pool]), max_size=5))]
    names = data.draw(st.lists(st.sampled_from(["treat_as", *STEPS]), min_size=1, max_size=4))
    ways = Ways.of(cells, tuple(data.draw(st.sampled_from(STEPS[name])) for name in names))
    expected = ways.expected()
    assert ways.of_frame() == expected
    assert ways.of_typed() == expected
    assert ways.of_texts() == expected
    assert ways.by_the_script() == expected


@pytest.mark.parametrize("pool", list(POOLS))
@pytest.mark.parametrize("kind", ["category", "text"])
def test_prepared_rows_are_given_back_as_values_that_are_read_the_same(pool: str, kind: Any) -> None:
    ways = Ways.of(POOLS[pool], (Step("treat_as", ("a",), kind=kind),))
    prepared = ways.prepared.frame["a"]
    given = as_given([{"a": None if pd.isna(v) else v} for v in prepared], ways.feeds.signature)
    assert ways.records(given) == ways.expected()


class Ways:
    """A table of one column `a`, after the steps that can be done on it, and all ways from cells to a graph's input."""

    def __init__(self, cells: list[str], read: Dataset, prepared: Dataset) -> None:
        self.cells, self.read, self.prepared = cells, read, prepared
        self.feeds = Feeds(signature(prepared.schema["a"], prepared.recipe))
        marks = Marks.from_list(read.dialect.missing_values) if read.dialect else Marks()
        self.marks = {"missing": sorted(marks.anywhere), "missing_among_values": sorted(marks.among_values)}

    @classmethod
    def of(cls, cells: list[str], steps: tuple[Step, ...], kind: Any = None) -> Ways:
        out = io.StringIO()
        csv.writer(out).writerows([("a", "row"), *((cell, at) for at, cell in enumerate(cells))])
        read = read_table(out.getvalue().encode(), "t.csv", kinds={"a": kind} if kind else {})
        fitting, _ = what_fits(read, Recipe(steps))
        return cls(cells, read, prepare(read, fitting))

    def expected(self) -> list[Any]:
        """Of the prepared table, which is past all steps."""
        prepared = self.prepared
        return values(Feeds(signature(prepared.schema["a"], Recipe())).of_frame(prepared.frame)["a"])

    def of_frame(self) -> list[Any]:
        return values(self.feeds.of_frame(self.read.frame)["a"])

    def of_typed(self) -> list[Any]:
        cells = self.read.frame["a"].astype(object)
        return self.records([{"a": None if pd.isna(v) else v} for v in cells])

    def of_texts(self) -> list[Any]:
        """Of the cells, of which those that mean no value are null."""
        first = first_reading(self.prepared.schema["a"], self.prepared.recipe)
        gone = self.marks["missing" if first.kind in ("category", "text", "identifier") else "missing_among_values"]
        stripped = [cell.strip() for cell in self.cells]
        return self.records([{"a": None if cell in ("", *gone) else cell} for cell in stripped])

    def records(self, records: list[dict[str, Any]]) -> list[Any]:
        fed = self.feeds.of_records(records, "accept")
        assert fed.problems == ()
        return values(fed.feeds["a"])

    def by_the_script(self) -> list[Any]:
        schema = json.loads(json.dumps({**self.feeds.signature.to_dict(), "file": self.marks}))
        cells = predict.Cells(schema, schema["inputs"][0])
        return values(np.array([cells.value(cell) for cell in self.cells], dtype=predict.TYPES[cells.tensor]))


def signature(column: Column, recipe: Recipe) -> Signature:
    tensor: Tensor = "int64" if column.kind == "datetime" else TENSORS[role_of(column)]
    given = GraphInput("a", tensor, column.kind == "text")
    target = Column("target", "boolean")
    return Signature(Schema((column,)), (given,), target, ("no", "yes"), ("a",), recipe=of_columns(recipe, ("a",)))


def values(array: np.ndarray) -> list[Any]:
    """Plain values, of which missing numbers are None so that they are equal."""
    return [None if value != value else value for value in array.ravel().tolist()]
