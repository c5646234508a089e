"""Doing what a recipe says: a table as it was read becomes the table that is worked on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from backends.datasets.attempts import Rules
from backends.datasets.describe import Understood, describe
from backends.datasets.marks import Marks
from backends.datasets.recipe import OTHER, Recipe, Step
from backends.datasets.schema import KINDS, Column, Dataset, Kind, Note, Reading, Schema
from backends.datasets.typed import understand
from backends.errors import WorkbenchError

UNITS = {"D": 86_400_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}  # NumPy's, in microseconds
WORDS: tuple[Kind, ...] = ("category", "text", "identifier")
NOTHING_ELSE = Rules(marks=Marks.from_list(()))  # what is missing was decided while reading


def prepare(dataset: Dataset, recipe: Recipe) -> Dataset:
    """The table after the steps of `recipe`, in their order; `dataset` is the table as it was read, and stays so.

    Columns that changed are described anew. The digest is that of the original and the recipe, so that the same
    steps on the same bytes have the same name. Raises WorkbenchError for a step that cannot be done, naming it.

    >>> from backends.datasets import read_table
    >>> table = read_table(b"a,b\\n1,x\\n1,x\\n2,y\\n", "t.csv")
    >>> prepare(table, Recipe((Step("drop_duplicates"), Step("drop_columns", ("b",))))).frame["a"].tolist()
    [1, 2]
    """
    prepared = dataset
    for step in recipe:
        for name in step.columns:
            _check(prepared.schema, name, step)
        prepared = _DO[step.action](prepared, step)
    if not recipe.steps:
        return dataset
    told = json.dumps([dataset.digest, recipe.to_dict()], sort_keys=True)
    return replace(prepared, recipe=recipe, digest=hashlib.sha256(told.encode()).hexdigest())


def what_fits(dataset: Dataset, recipe: Recipe) -> tuple[Recipe, tuple[Step, ...]]:
    """The steps that can be done on another reading of the table, and those that cannot."""
    fitting, left = Recipe(), []
    for step in recipe:
        try:
            prepare(dataset, fitting.plus(step))
            fitting = fitting.plus(step)
        except WorkbenchError:
            left.append(step)
    return fitting, tuple(left)


def prepare_rows(frame: pd.DataFrame, schema: Schema, recipe: Recipe) -> pd.DataFrame:
    """New rows after the steps that change values, as a model has to see them; columns the frame lacks are skipped.

    `schema` describes the rows as they come. Rows stay as they are and in their order.
    """
    names = [name for name in schema.names if name in frame.columns]
    table = Dataset(frame[names].reset_index(drop=True), schema.select(tuple(names)))
    for step in recipe.rowwise:
        known = tuple(name for name in step.columns if name in names)
        if known:
            table = _DO[step.action](table, replace(step, columns=known))
    return table.frame.set_axis(frame.index)


def spellings(column: Column) -> dict[bool, str]:
    """How the file writes yes and no.

    >>> from backends.datasets.schema import ValueFormat
    >>> spellings(Column("a", "boolean", format=ValueFormat(true_values=("ja",))))
    {True: 'ja', False: 'False'}
    """
    return {
        True: next(iter(column.format.true_values), "True"),
        False: next(iter(column.format.false_values), "False"),
    }


def reading_of(column: Column, values: pd.Series) -> Reading:
    """How a column with these values was read, kept for rows that come as the table did.

    An identifier is told apart by its values: numbers are written out like other whole numbers.

    >>> reading_of(Column("day", "datetime"), pd.Series(pd.to_datetime(["2020-01-02 10:30", None]))).unit
    's'
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        moments = values.dropna().to_numpy(dtype="datetime64[us]").astype(np.int64)
        unit = next(name for name, size in UNITS.items() if not (moments % size).any())
        return Reading(column.kind, column.format, column.exceptions, unit)
    numeric = column.kind == "identifier" and values.dtype.kind in "iu"
    return Reading("integer" if numeric else column.kind, column.format, column.exceptions)


def _check(schema: Schema, name: str, step: Step) -> None:
    if name not in schema:
        raise WorkbenchError(
            f"The step “{step.words}” needs the column {name!r}, which is not there any more.",
            hint="Take the step back.",
        )


def _drop_columns(dataset: Dataset, step: Step) -> Dataset:
    kept = tuple(name for name in dataset.schema.names if name not in set(step.columns))
    if not kept:
        raise WorkbenchError("Dropping these columns would leave none.", hint="Keep at least one column.")
    by_name = {column.name: column for column in dataset.schema}
    return replace(dataset, frame=dataset.frame[list(kept)], schema=Schema(tuple(by_name[name] for name in kept)))


def _drop_duplicates(dataset: Dataset, step: Step) -> Dataset:
    repeated = dataset.frame.duplicated().to_numpy()
    if not repeated.any():
        return dataset
    fewer = replace(dataset, frame=dataset.frame[~repeated].reset_index(drop=True))
    return _described(fewer, {column.name: _again(column, fewer.frame[column.name]) for column in fewer.schema})


def _treat_as(dataset: Dataset, step: Step) -> Dataset:
    if step.kind not in KINDS:
        raise WorkbenchError(f"There is no kind {step.kind!r}.", hint=f"The kinds are {', '.join(KINDS)}.")
    changed = {}
    for name in step.columns:
        column = dataset.schema[name]
        texts = _texts(dataset.frame[name], column)
        found = understand(name, texts, NOTHING_ELSE, step.kind)
        before = (*column.before, reading_of(column, dataset.frame[name]))
        treated = replace(found.column, evidence=f"treated as {step.kind}, as decided", before=before)
        changed[name] = replace(found, column=treated)
    return _described(dataset, changed)


def _treat_as_missing(dataset: Dataset, step: Step) -> Dataset:
    changed = {}
    for name in step.columns:
        values, column = dataset.frame[name], dataset.schema[name]
        if column.kind == "datetime":
            marks = pd.to_datetime(pd.Series([str(value) for value in step.values]), errors="coerce", format="ISO8601")
            gone = values.isin(marks.dropna())
        else:
            numbers = values.dtype.kind in "iuf"
            wanted = [value for value in step.values if isinstance(value, str) != numbers]
            gone = values.isin(wanted)
        values = values.astype("Int64") if values.dtype.kind == "i" and gone.any() else values
        changed[name] = _again(column, values.mask(gone))
    return _described(dataset, changed)


def _merge_levels(dataset: Dataset, step: Step) -> Dataset:
    changed = {}
    for name in step.columns:
        values = _words_only(dataset, name, step)
        mapped = values.map(dict(step.renames))
        changed[name] = _again(dataset.schema[name], mapped.where(mapped.notna(), values))
    return _described(dataset, changed)


def _keep_levels(dataset: Dataset, step: Step) -> Dataset:
    changed = {}
    for name in step.columns:
        values = _words_only(dataset, name, step)
        kept = values.isin([str(value) for value in step.values]) | values.isna()
        changed[name] = _again(dataset.schema[name], values.where(kept, OTHER))
    return _described(dataset, changed)


def _nothing(dataset: Dataset, step: Step) -> Dataset:
    return dataset  # it says how to validate; no value changes


def _words_only(dataset: Dataset, name: str, step: Step) -> pd.Series:
    if dataset.schema[name].kind not in WORDS or not isinstance(dataset.frame[name].dtype, pd.StringDtype):
        raise WorkbenchError(
            f"The step “{step.words}” is for text; {name!r} is {dataset.schema[name].kind}.",
            hint="Treat the column as a category first.",
        )
    return dataset.frame[name]


def _texts(values: pd.Series, column: Column) -> pa.ChunkedArray:
    """The values as the file would write them; missing ones are null."""
    if column.kind == "boolean":
        values = values.map(spellings(column))
    written = values.astype("str").where(values.notna())
    texts = pa.chunked_array([pa.array(written, type=pa.large_string(), from_pandas=True)])
    return texts.fill_null("")


def _again(column: Column, values: pd.Series) -> Understood:
    """The same column described anew after its values changed."""
    if column.kind in WORDS and isinstance(values.dtype, pd.StringDtype):
        found = understand(column.name, _texts(values, column), NOTHING_ELSE, column.kind)
        return replace(found, column=replace(found.column, evidence=column.evidence, before=column.before), notes=())
    plain = values.array if isinstance(values.dtype, pd.api.extensions.ExtensionDtype) else values.to_numpy()
    if isinstance(plain, pd.arrays.IntegerArray | pd.arrays.BooleanArray) and not plain.isna().any():
        plain = plain.to_numpy(dtype=np.int64 if column.kind != "boolean" else np.bool_)
    kind = column.kind if column.kind in ("number", "integer", "datetime", "boolean") else "integer"
    found = describe(column.name, kind, plain, column.evidence, column.format)
    kept = replace(found.column, kind=column.kind, exceptions=column.exceptions, before=column.before)
    return replace(found, column=kept, notes=())


def _described(dataset: Dataset, changed: dict[str, Understood]) -> Dataset:
    """The dataset with some columns' values and descriptions exchanged."""
    columns = tuple(changed[c.name].column if c.name in changed else c for c in dataset.schema)
    data = {name: changed[name].values if name in changed else dataset.frame[name] for name in dataset.schema.names}
    for name, found in changed.items():
        data[name] = found.values.reset_index(drop=True) if isinstance(found.values, pd.Series) else found.values
    new: list[Note] = [pending.note for found in changed.values() for pending in found.notes]
    return replace(dataset, frame=pd.DataFrame(data, copy=False), schema=Schema(columns), notes=(*dataset.notes, *new))


_DO: dict[str, Callable[[Dataset, Step], Dataset]] = {
    "drop_columns": _drop_columns,
    "drop_duplicates": _drop_duplicates,
    "treat_as": _treat_as,
    "treat_as_missing": _treat_as_missing,
    "merge_levels": _merge_levels,
    "keep_levels": _keep_levels,
    "split_by": _nothing,
    "split_in_time": _nothing,
}
