"""Small tables for the tests of alerts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, Dataset, Kind, Schema, ValueFormat
from backends.profiling import Alert, Profile, profile
from backends.profiling.alerts import find_alerts

TODAY = date(2026, 11, 23)
TYPES: dict[str, str] = {"number": "float64", "integer": "int64", "boolean": "bool", "datetime": "datetime64[us]"}
SPELT = ValueFormat(true_values=("ja",), false_values=("nein",))
Columns = dict[str, tuple[Kind, Sequence[Any]]]


def dataset(columns: Columns, evidence: str = "") -> Dataset:
    """A table from its columns' kinds and values; None is missing. Its file wrote yes and no as "ja" and "nein"."""
    series = {name: _series(kind, values) for name, (kind, values) in columns.items()}
    schema = Schema(
        tuple(
            Column(name, kind, series[name].isna().mean(), series[name].nunique(), evidence=evidence, format=SPELT)
            for name, (kind, _) in columns.items()
        )
    )
    return Dataset(pd.DataFrame(series), schema)


def _series(kind: Kind, values: Sequence[Any]) -> pd.Series:
    if kind == "identifier" and all(isinstance(value, int) for value in values):
        return pd.Series(values, dtype="int64")
    dtype = TYPES.get(kind, "str")
    if kind in ("integer", "boolean") and any(value is None for value in values):
        dtype = {"integer": "Int64", "boolean": "boolean"}[kind]
    return pd.Series(list(values), dtype=dtype)


def known(columns: Columns, target: str | None = None) -> Profile:
    """The profile of such a table."""
    return profile(dataset(columns), target)


def alerts(columns: Columns, target: str | None = None) -> tuple[Alert, ...]:
    """What is found in such a table."""
    return find_alerts(known(columns, target), TODAY)


def met(found: Sequence[Alert], rule: str) -> list[Alert]:
    """The alerts of one rule."""
    return [alert for alert in found if alert.rule == rule]


def normal(rows: int, seed: int = 0) -> np.ndarray:
    """Draws from a bell curve, none of which is far out."""
    return np.random.default_rng(seed).normal(size=rows).clip(-2.5, 2.5)


def shuffled(values: Sequence[Any], seed: int = 0) -> list[Any]:
    """The values in an order that has nothing to do with them."""
    return [values[at] for at in np.random.default_rng(seed).permutation(len(values))]


def days(first: str, count: int, step: int = 1) -> np.ndarray:
    """Dates one step of days apart."""
    return np.datetime64(first, "us") + np.arange(count) * np.timedelta64(step, "D")
