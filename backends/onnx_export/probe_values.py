"""The families of probe values: what is put into a held-out row to see whether both sides still agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.recipe import Recipe, Step
from backends.datasets.schema import Column, Schema
from backends.onnx_export.signature import Signature
from backends.training.inputs import role_of

LONG = 200_000  # characters of a very long string
ONE_WORD = "x" * LONG
FLOAT32, FLOAT64 = np.finfo(np.float32), np.finfo(np.float64)

Values = Callable[[Column], Sequence[Any]]
EXTREMES = tuple(
    sign * value
    for value in (
        float(FLOAT64.max), 1e308, float("inf"), float(np.nextafter(float(FLOAT32.max), np.inf)), float(FLOAT32.max),
        1e30, float(FLOAT32.tiny), float(FLOAT32.smallest_subnormal), float(FLOAT64.smallest_subnormal), 0.0,
    )
    for sign in (1.0, -1.0)
)  # fmt: skip
LARGE = tuple(sign * (2**bits + more) for bits in (24, 53) for more in (0, 1, 3) for sign in (1, -1))
MOMENTS = tuple(
    pd.Timestamp(text).as_unit("us")
    for text in (
        "0001-01-01", "1582-10-15", "1900-02-28 23:59:59.999999", "1900-03-01", "1969-12-31 23:59:59.999999",
        "1970-01-01", "2000-02-29", "2024-02-29 12:00", "2024-02-29 23:59:59.999999", "2024-12-31",
        "2038-01-19 03:14:08", "2100-02-28", "9999-12-31 23:59:59.999999",
    )
)  # fmt: skip
WORDLESS = ("!!! … ???", "\n\t ", "€", "zzyzx qwxqwx", "日本 вещь naïve", "na", "42")


@dataclass(frozen=True)
class Family:
    """Values of one sort. Each is put into so many held-out `rows`; the family has at most so many rows in all."""

    name: str
    title: str
    about: str
    applies: Callable[[Column], bool]
    values: Values
    rows: int = 20
    most: int = 2_000


def _numeric(column: Column) -> bool:
    return column.kind != "datetime" and role_of(column) == "number"


def _textual(column: Column) -> bool:
    return role_of(column) in ("category", "text") and column.kind != "datetime"


def _unseen(column: Column) -> tuple[str, ...]:
    """A level that is none, and known ones written otherwise."""
    name, known = "never seen before", set(column.categories)
    while name in known:
        name += "'"
    level = next(iter(column.categories), "")
    changed = (level.swapcase(), f" {level}", f"{level} ", f"{level}\N{COMBINING ACUTE ACCENT}")
    return (name, *(text for text in dict.fromkeys(changed) if level and text not in known))


def _lengths(column: Column) -> tuple[str, ...]:
    """Nothing, one letter for ever, and a known value repeated until it is as long."""
    words = f"{column.example or 'word'} "
    return ("", " ", ONE_WORD, (words * (LONG // len(words) + 1))[:LONG])


FAMILIES: tuple[Family, ...] = (
    Family("missing", "A missing value", "One column has no value.", lambda column: True, lambda column: (None,)),
    Family(
        "unseen", "An unseen category", "A level that no training row had, and known levels written otherwise.",
        lambda column: _textual(column) and role_of(column) == "category", _unseen,
    ),
    Family(
        "lengths", "Empty and very long strings", f"No letters, a blank, and {LONG:,} characters.",
        _textual, _lengths, rows=2, most=80,
    ),
    Family(
        "words", "Texts without known words", "Marks alone, words of other languages, a number, a mark of missing.",
        lambda column: role_of(column) == "text", lambda column: WORDLESS,
    ),
    Family(
        "extremes", "Extreme numbers", "The largest and smallest numbers of both precisions, infinities, both zeros.",
        _numeric, lambda column: EXTREMES, rows=5,
    ),
    Family(
        "large", "Integers that lose digits", "Whole numbers from 2^24 and 2^53 on, where single and double precision "
        "leave the first ones out.", _numeric, lambda column: LARGE, rows=5,
    ),
    Family(
        "dates", "Dates at the edges", "Leap days, the calendar's first and last day, midnight, dates before 1970.",
        lambda column: column.kind == "datetime", lambda column: MOMENTS, rows=5,
    ),
    Family(
        "booleans", "Yes and no", "Each yes-or-no column both ways.",
        lambda column: role_of(column) == "boolean", lambda column: (True, False),
    ),
)  # fmt: skip

EDGES = (
    "edges",
    "Edges of groups",
    "The edges between groups that have thresholds of their own, and the numbers next to them.",
)
RECIPE = (
    "recipe",
    "Values that the preparation changes",
    "Values as the file has them, which go through the declared steps first.",
)


def listed(name: str, title: str, about: str, values: Mapping[str, Sequence[Any]]) -> Family:
    """A family of values that are known by column."""
    return Family(name, title, about, lambda column: column.name in values, lambda column: values[column.name])


def edges_of_groups(signature: Signature) -> dict[str, tuple[Any, ...]]:
    """Where the decision has thresholds per group: the edges of each numeric column's groups, and next to them."""
    if not signature.policy.thresholds:
        return {}
    return {
        by.column: tuple(
            float(value) for edge in by.edges for value in (edge, *np.nextafter(edge, [-np.inf, np.inf]).tolist())
        )
        for by in signature.policy.by
        if by.edges and _numeric(signature.columns[by.column])
    }


def changed_by_recipe(columns: Schema, recipe: Recipe) -> tuple[Recipe, dict[str, tuple[Any, ...]]]:
    """The steps that change values of new rows, and for each of `columns` values that they change.

    Columns that the recipe treats as another kind are left out: held-out rows have that kind already, so that what
    such a column held in the file is not known here.
    """
    treated = {name for step in recipe for name in step.columns if step.action == "treat_as"}
    found: dict[str, tuple[Any, ...]] = {}
    steps = []
    for step in recipe.rowwise:
        kept = tuple(name for name in step.columns if name not in treated and name in columns)
        if kept:
            steps.append(Step(step.action, kept, step.kind, step.values, step.renames))
        for name in kept:
            found[name] = (*found.get(name, ()), *_touched(step, columns[name]))
    return Recipe(tuple(steps)), found


def _touched(step: Step, column: Column) -> tuple[Any, ...]:
    """Values that a step changes, in the type of the column."""
    if step.action == "merge_levels":
        return tuple(old for old, _ in step.renames)
    if step.action == "keep_levels":
        return ("a level that is not kept", *(str(value) for value in step.values[:3]))
    if column.kind == "datetime":
        moments = pd.to_datetime(pd.Series([str(v) for v in step.values]), errors="coerce", format="ISO8601")
        return tuple(moments.dropna())
    return tuple(value for value in step.values if isinstance(value, str) == _textual(column))
