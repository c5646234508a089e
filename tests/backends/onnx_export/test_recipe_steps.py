"""New rows get the recipe's steps, in a frame and in records, as the table did when it was prepared."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from backends.datasets import read_table
from backends.datasets.preparation import prepare
from backends.datasets.recipe import Recipe, Step
from backends.datasets.schema import Column, Schema
from backends.onnx_export.feeds import Feeds
from backends.onnx_export.recipe_steps import of_columns
from backends.onnx_export.signature import GraphInput, Signature, Tensor
from backends.training.inputs import InputStep

CSV = """size,pay,city,grade,answer,born,note
1,10.5,Bern,1,yes,2020-01-02,Good thing
2,-1,bern ,2,no,2020-01-03,bad thing
3,99,Genf,3,perhaps,1900-01-01,nothing
99,7,Zug,2,yes,2020-01-05,n.n.
,,,,,,
"""
RECIPES = {
    "numbers that mean nothing": (Step("treat_as_missing", ("size", "pay"), values=(99, -1)),),
    "a category's marks": (Step("treat_as_missing", ("city", "note"), values=("Zug", "n.n.")),),
    "a date's marks": (Step("treat_as_missing", ("born",), values=("1900-01-01",)),),
    "spellings": (Step("merge_levels", ("city",), renames=(("bern", "Bern"), ("Genf", "Genève"))),),
    "rare levels": (Step("keep_levels", ("city",), values=("Bern",)),),
    "spellings, then rare levels": (
        Step("merge_levels", ("city",), renames=(("bern", "Bern"),)),
        Step("keep_levels", ("city",), values=("Bern",)),
    ),
    "a number as a category": (Step("treat_as", ("grade",), kind="category"),),
    "a number as a category whose levels are merged": (
        Step("treat_as_missing", ("grade",), values=(3,)),
        Step("treat_as", ("grade",), kind="category"),
        Step("merge_levels", ("grade",), renames=(("2", "two"),)),
    ),
    "a category as true or false": (
        Step("treat_as_missing", ("answer",), values=("perhaps",)),
        Step("treat_as", ("answer",), kind="boolean"),
    ),
    "steps that change no value": (
        Step("drop_duplicates"),
        Step("drop_columns", ("note",)),
        Step("split_by", ("city",)),
    ),
}
TENSORS: dict[str, Tensor] = {"number": "double", "integer": "double", "boolean": "double", "datetime": "int64"}


@pytest.mark.parametrize("steps", RECIPES.values(), ids=list(RECIPES))
def test_rows_as_read_become_the_rows_that_the_model_was_trained_on(steps: tuple[Step, ...]) -> None:
    read = read_table(CSV.encode(), "people.csv")
    prepared = prepare(read, Recipe(steps))
    feeds = feeds_of(prepared.schema, prepared.recipe)
    rows = read.frame.drop_duplicates().reset_index(drop=True)
    made = feeds.of_frame(rows)
    assert_equal(made, Feeds(signature(prepared.schema, Recipe())).of_frame(prepared.frame))
    found = feeds.of_records(records_of(rows.astype(object).where(rows.notna(), None), prepared.schema), "accept")
    assert found.problems == ()
    assert_equal(made, found.feeds)
    InputStep(prepared.schema).transform(prepared.frame)  # takes them as well


@pytest.mark.parametrize("steps", RECIPES.values(), ids=list(RECIPES))
def test_rows_as_the_text_of_the_file_become_the_same(steps: tuple[Step, ...]) -> None:
    read = read_table(CSV.encode(), "people.csv")
    prepared = prepare(read, Recipe(steps))
    feeds = feeds_of(prepared.schema, prepared.recipe)
    texts = pd.read_csv(StringIO(CSV), dtype="str", keep_default_na=False)
    texts = texts.assign(city=texts["city"].str.strip())  # which the reader does
    expected = feeds.of_frame(read.frame)
    assert_equal(feeds.of_frame(texts), expected)
    assert_equal(feeds.of_records(records_of(texts, prepared.schema), "accept").feeds, expected)


def test_steps_of_other_columns_are_left_out() -> None:
    recipe = Recipe((*RECIPES["numbers that mean nothing"], *RECIPES["spellings"], Step("drop_duplicates")))
    assert of_columns(recipe, ("pay", "born")) == Recipe((Step("treat_as_missing", ("pay",), values=(99, -1)),))


def records_of(frame: pd.DataFrame, schema: Schema) -> list[dict[str, Any]]:
    """The rows with the columns that are left."""
    return [{name: row[name] for name in schema.names} for _, row in frame.iterrows()]


def feeds_of(schema: Schema, recipe: Recipe) -> Feeds:
    return Feeds(signature(schema, of_columns(recipe, schema.names)))


def signature(schema: Schema, recipe: Recipe) -> Signature:
    inputs = tuple(GraphInput(c.name, TENSORS.get(c.kind, "string"), c.kind == "text") for c in schema)
    return Signature(schema, inputs, Column("target", "boolean"), ("no", "yes"), schema.names, recipe=recipe)


def assert_equal(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], err_msg=name)
