"""When the dates of a column are: by year, month, weekday and hour."""

from __future__ import annotations

import calendar as names
from typing import Any

import numpy as np
import pandas as pd

SPAN = 200  # years: over a longer span only those that occur are listed
COLUMNS: dict[str, Any] = {"part": "str", "value": "int64", "label": "str", "count": "int64"}
MONTHS = tuple(names.month_name[1:])
WEEKDAYS = tuple(names.day_name)


def calendar(moments: np.ndarray) -> pd.DataFrame:
    """How many of `moments` (datetime64, none missing) are in each part of the calendar.

    Columns part ("year", "month", "weekday" or "hour"), value (the year; 1–12; Monday is 1; 0–23), label (the value
    in words) and count. Parts that do not occur are there with 0. Hours are left out where all times are midnight.
    """
    if not len(moments):
        return pd.DataFrame({name: pd.array([], dtype=dtype) for name, dtype in COLUMNS.items()})
    days = moments.astype("datetime64[D]")
    months = moments.astype("datetime64[M]").astype(np.int64)
    hours = (moments - days).astype("timedelta64[h]").astype(np.int64)
    parts = [
        _years(months // 12 + 1970),
        _part("month", months % 12, 1, MONTHS),
        _part("weekday", (days.astype(np.int64) + 3) % 7, 1, WEEKDAYS),  # 1970 began on a Thursday
    ]
    if (moments != days).any():
        parts.append(_part("hour", hours, 0, tuple(f"{hour}:00" for hour in range(24))))
    return pd.concat(parts, ignore_index=True)


def _years(years: np.ndarray) -> pd.DataFrame:
    found, counts = np.unique(years, return_counts=True)
    if found[-1] - found[0] < SPAN:
        counts = np.bincount(years - found[0])
        found = np.arange(found[0], found[-1] + 1)
    return _frame("year", found, tuple(str(year) for year in found), counts)


def _part(part: str, values: np.ndarray, first: int, labels: tuple[str, ...]) -> pd.DataFrame:
    counts = np.bincount(values, minlength=len(labels))
    return _frame(part, np.arange(first, first + len(labels)), labels, counts)


def _frame(part: str, values: np.ndarray, labels: tuple[str, ...], counts: np.ndarray) -> pd.DataFrame:
    columns: dict[str, Any] = {"part": [part] * len(values), "value": values, "label": labels, "count": counts}
    return pd.DataFrame({name: pd.array(columns[name], dtype=dtype) for name, dtype in COLUMNS.items()})
