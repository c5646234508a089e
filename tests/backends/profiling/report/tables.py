"""Tables and profiles that the tests of the report share."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pandas as pd

from backends.datasets import read_table
from backends.datasets.recipe import Step
from backends.datasets.schema import Column, Dataset, Kind, Schema
from backends.profiling import Alert, Profile, profile

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

AWKWARD: dict[str, pd.DataFrame] = {
    "one row": pd.DataFrame({"a": [1.5], "b": ["x"]}),
    "no row": pd.DataFrame({"a": np.array([], dtype=float), "b": pd.Series([], dtype="str")}),
    "one column": pd.DataFrame({"a": [1, 2, 2]}),
    "only words": pd.DataFrame({"a": ["x", "y", "x"], "b": ["p", "p", "q"]}),
    "only missing": pd.DataFrame({"a": [np.nan] * 3, "b": pd.Series([None] * 3, dtype="str")}),
    "infinities": pd.DataFrame({"a": [np.inf, -np.inf, 1.0, np.nan]}),
    "ends of int64": pd.DataFrame({"a": [2**63 - 1, -(2**63), 0]}),
    "ends of time": pd.DataFrame({"a": np.array(["1677-09-22", "9999-12-31", "NaT"], dtype="datetime64[s]")}),
    "names": pd.DataFrame({"": [1, 2], " ": [1, 2], "<script>alert(1)</script>": [1, 2], "1": [1, 2], "🦊": [1, 2]}),
    "long cells": pd.DataFrame({"a": ["x" * 200_000, "y" * 200_000, "x" * 200_000]}),
}


def dataset(frame: pd.DataFrame, **kinds: Kind) -> Dataset:
    """The frame under a schema; a kind that is not given follows from the dtype."""
    columns = tuple(
        Column(str(name), kinds.get(str(name), _kind(frame[name])), distinct=int(frame[name].nunique()))
        for name in frame
    )
    missing = frame.isna().mean().to_numpy() if len(frame) else np.zeros(len(columns))
    schema = Schema(
        tuple(replace(column, missing=float(share)) for column, share in zip(columns, missing, strict=True))
    )
    return Dataset(frame, schema, name="table.csv", digest="ab12")


def _kind(series: pd.Series) -> Kind:
    if pd.api.types.is_bool_dtype(series):
        return "boolean"
    if pd.api.types.is_integer_dtype(series):
        return "integer"
    if pd.api.types.is_float_dtype(series):
        return "number"
    return "datetime" if pd.api.types.is_datetime64_dtype(series) else "category"


def with_alerts(known: Profile, *alerts: Alert) -> Profile:
    """The same profile with these alerts in place of those of the rules."""
    other = copy(known)
    other.__dict__["alerts"] = alerts
    return other


def an_alert(column: str = "age", severity: str = "high", found: str = "Two of 9 are odd.", **more: object) -> Alert:
    """An alert as a rule would make it."""
    words = {"condition": "some are odd", "meaning": "Odd ones mislead.", "advice": "Look at them."}
    return Alert("odd", "Odd values", severity, (column,), found, **words, **more)  # type: ignore[arg-type]


def people(rows: int = 60) -> Dataset:
    """A small table of every kind, with gaps."""
    at = np.arange(rows)
    frame = pd.DataFrame(
        {
            "id": [f"K{number:05d}" for number in at],
            "age": 20 + at % 40,
            "income": np.where(at % 7 == 0, np.nan, 1000.0 + 17.5 * at),
            "city": pd.Series(np.array(["Ghent", "Lyon", "Turin"])[at % 3]).where(at % 10 != 0),
            "member": at % 2 == 0,
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(at, unit="D"),
            "remark": [f"the {number}th remark is about the weather" for number in at],
            "left": np.array(["no", "yes"])[(at % 4 == 0).astype(int)],
        }
    )
    return dataset(frame, id="identifier", remark="text")


@cache
def people_profile(target: str | None = "left") -> Profile:
    """The profile of `people`, made once."""
    return profile(people(), target)


@cache
def awkward_profile(name: str) -> Profile:
    """The profile of one of the `AWKWARD` tables, made once."""
    return profile(dataset(AWKWARD[name]))


def from_csv(text: str, target: str | None = None) -> Profile:
    """The profile of a small CSV."""
    return profile(read_table(text.encode(), "table.csv"), target)


STEP = Step("treat_as_missing", ("age",), values=(999.0,))
