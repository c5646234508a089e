"""Choosing the row that is explained: from the held-out rows, by what is remarkable about it, or typed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.classes import class_label
from backends.datasets.schema import Column, Kind, Schema
from backends.errors import WorkbenchError
from backends.explanations.coding import QUANTITIES, quantity
from backends.training.inputs import LARGEST
from backends.training.results import TrainedModel
from backends.training.threads import one_thread
from backends.training.values import boolean_values, date_parts, number_values

DAY = 86_400
LARGEST_WHOLE = 2.0**62  # further out, rounding could leave what 64 bits hold
Typed = str | float | int | bool | pd.Timestamp | None


def row_table(model: TrainedModel) -> pd.DataFrame:
    """What the model says of each held-out row, in their order.

    Columns: position (among the held-out rows), row (in the dataset's frame), true and predicted (classes; predicted
    is the decision, by the policy for two classes), probability_predicted and probability_true (of these two),
    margin (the largest probability less the second largest, 0 to 1), wrong, uncertainty (entropy of the
    probabilities as a share of the largest possible one, 0 to 1).
    """
    with one_thread():
        known, codes = model.probabilities(model.holdout), model.decide(model.held_out)
    at, truth = np.arange(len(known)), model.holdout_codes
    ordered = np.sort(known, axis=1)
    labels = np.array(model.classes, dtype=object)
    logs = np.log(known, out=np.zeros_like(known), where=known > 0)
    return pd.DataFrame(
        {
            "position": at,
            "row": model.holdout_rows,
            "true": pd.Series(labels[truth], dtype="str"),
            "predicted": pd.Series(labels[codes], dtype="str"),
            "probability_predicted": known[at, codes],
            "probability_true": known[at, truth],
            "margin": ordered[:, -1] - ordered[:, -2],
            "wrong": codes != truth,
            "uncertainty": np.clip(-(known * logs).sum(axis=1) / np.log(known.shape[1]), 0.0, 1.0),
        }
    )


def most_wrong(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a `row_table` that were decided wrongly, first those whose true class was given the least chance."""
    return table[table["wrong"]].sort_values("probability_true", kind="stable")


def most_uncertain(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a `row_table`, those with the smallest margin between the two most probable classes first."""
    return table.sort_values("margin", kind="stable")


def search_rows(model: TrainedModel, text: str) -> np.ndarray:
    """Which held-out rows hold every word of `text` in one of their columns, in any case, (rows,) bool.

    Dates are searched as ISO 8601, so that "2024-03" finds those of a month.
    """
    frame, found = model.held_out, np.ones(len(model.holdout), dtype=bool)
    written = [_written(frame[column.name], column) for column in (*model.schema, *model.aside_schema)]
    for word in text.lower().split():
        held = np.zeros(len(frame), dtype=bool)
        for values in written:
            held |= values.str.contains(word, regex=False).to_numpy(dtype=bool, na_value=False)
        found &= held
    return found


@dataclass(frozen=True)
class Input:
    """What a form needs to know of one column: what it is and what values the table has.

    `low` and `high` are numbers or timestamps, None for columns of levels; `levels` are texts or booleans, most
    frequent first, empty for text and numbers; `typical` is a median or the most frequent value; `step` is 1 for
    whole numbers and None for others. `optional` says whether the table has rows without a value.
    """

    name: str
    kind: Kind
    low: float | pd.Timestamp | None = None
    high: float | pd.Timestamp | None = None
    levels: tuple[Any, ...] = ()
    typical: Any = None
    step: float | None = None
    optional: bool = True


def row_ranges(model: TrainedModel, training_frame: pd.DataFrame | None = None) -> tuple[Input, ...]:
    """One `Input` per column of the model, from its schema (the whole table) and its training or held-out rows."""
    frame = model.holdout if training_frame is None else training_frame
    return tuple(_input(column, frame[column.name]) for column in model.schema)


@dataclass(frozen=True)
class TypedRow:
    """One row as a frame with the table's types, and `warnings`: values unlike any that the table has."""

    frame: pd.DataFrame
    warnings: tuple[str, ...] = field(default=())


def parse_row(model: TrainedModel, typed: Mapping[str, Typed]) -> TypedRow:
    """A row from what a person entered, by column; None, "" and a column that is not named are missing.

    Texts are read as the file writes numbers and dates. The row also has the columns that only the model's policy
    needs. Values out of the table's range and new levels are allowed and warned of. Raises WorkbenchError, naming
    the column and the value, for one that cannot be read and for a column that the model does not have.
    """
    extra = tuple(column for column in model.aside_schema if column.name in model.policy.columns)
    schema = Schema((*model.schema, *extra))
    unknown = sorted(set(typed) - set(schema.names))
    if unknown:
        raise WorkbenchError(f"There is no column {unknown[0]!r}.", hint=f"The model has {_some(schema.names)}.")
    frames = pd.concat([model.holdout.iloc[:0], model.aside.iloc[:0]], axis=1)
    values = {column.name: _parsed(column, typed.get(column.name), frames[column.name]) for column in schema}
    frame = pd.DataFrame(values)
    warnings = [warning for column in schema if (warning := _unlike(column, frame[column.name]))]
    return TypedRow(frame, tuple(warnings))


def _input(column: Column, values: pd.Series) -> Input:
    present, optional = values.dropna(), bool(column.missing)
    counts = present.value_counts() if column.kind not in QUANTITIES else None
    if counts is not None:
        levels = tuple(dict.fromkeys([*counts.index.tolist(), *_more_levels(column)]))
        typical = counts.index.tolist()[0] if len(counts) else None
        return Input(column.name, column.kind, levels=_listed(column, levels), typical=typical, optional=optional)
    ends = [column.low, column.high] if column.low is not None else [present.min(), present.max()]
    low, high = (_edge(column, end) for end in ends)
    typical = present.sort_values().tolist()[(len(present) - 1) // 2] if len(present) else None
    return Input(column.name, column.kind, low, high, (), typical, 1.0 if column.kind == "integer" else None, optional)


def _edge(column: Column, end: Any) -> float | pd.Timestamp | None:
    if end is None or pd.isna(end):
        return None
    return pd.Timestamp(end) if column.kind == "datetime" else float(end)


def _more_levels(column: Column) -> tuple[Any, ...]:
    return (False, True) if column.kind == "boolean" else column.categories


def _listed(column: Column, levels: tuple[Any, ...]) -> tuple[Any, ...]:
    return () if column.kind in ("text", "identifier") else levels


def _parsed(column: Column, value: Typed, like: pd.Series) -> pd.Series:
    """One value as a series of the table's type, nullable where it is missing."""
    given = pd.Series([None if isinstance(value, str) and not value.strip() else value], dtype=object)
    if column.kind == "datetime":
        moments = pd.Series(pd.to_datetime(given)) if hasattr(value, "isoformat") else given
        days = date_parts(moments, column)["days since 1970"]
        return pd.Series(pd.to_datetime(days * DAY, unit="s")).dt.round("us").astype("datetime64[us]")
    if column.kind == "boolean":
        number = boolean_values(given, column)[0]
        return pd.Series([None if np.isnan(number) else bool(number)], dtype="boolean" if np.isnan(number) else "bool")
    if column.kind in QUANTITIES or like.dtype.kind in "iuf":
        return _number(column, number_values(given, column)[0], given.iloc[0], like)
    return pd.Series([None if pd.isna(given.iloc[0]) else str(given.iloc[0])], dtype="str")


def _number(column: Column, number: float, value: Typed, like: pd.Series) -> pd.Series:
    whole = column.kind != "number" and like.dtype.kind != "f"
    if abs(number) > (LARGEST_WHOLE if whole else LARGEST):
        raise WorkbenchError(f"{column.name!r} is {value}, which is beyond what a model can hold.", hint="Check it.")
    if not whole:
        return pd.Series([number], dtype="float64")
    if np.isnan(number):
        return pd.Series([None], dtype="Int64")
    if number != round(number):
        raise WorkbenchError(f"{column.name!r} is {value}, which is no whole number.", hint="Leave out the decimals.")
    return pd.Series([int(number)], dtype="int64")


def _unlike(column: Column, values: pd.Series) -> str:
    """Why the table has no such value; empty when it may have."""
    value = values.iloc[0]
    if pd.isna(value):
        return "" if column.missing else f"{column.name!r} is empty; every row of the table has a value."
    if column.kind == "category" and column.categories and value not in column.categories:
        return f"{column.name!r} is {value!r}, which the table does not have."
    if column.kind in QUANTITIES and column.low is not None and column.high is not None:
        number = quantity(values)[0]
        ends = [_edge(column, end) for end in (column.low, column.high)]
        low, high = quantity(pd.Series(ends))
        if not low <= number <= high:
            return f"{column.name!r} is {_short(value)}, outside the table's {_short(ends[0])} to {_short(ends[1])}."
    return ""


def _short(value: Any) -> str:
    return str(value).removesuffix(" 00:00:00") if isinstance(value, pd.Timestamp) else f"{value:,.10g}"


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:20])


def _written(values: pd.Series, column: Column) -> pd.Series:
    """The values as lower-case text."""
    if values.dtype.kind == "b" or values.dtype == "boolean":
        values = values.map(lambda value: class_label(bool(value), column.format), na_action="ignore")
    return values.astype("str").str.lower()
