"""Single values as the file writes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.classes import class_label
from backends.datasets.schema import Column
from backends.profiling.wording import rounded

MISSING = "missing"
DIGITS = 8  # of a number; more are seldom what a person wrote


def as_written(value: Any, column: Column) -> str:
    """One value of a column for people: "yes" for a boolean that the file spells so, dates without an idle time of day.

    A number has the fewest digits that tell it from its neighbours, and is rounded where these are more than `DIGITS`.

    >>> as_written(1234.5, Column("pay", "number")), as_written(np.nan, Column("pay", "number"))
    ('1,234.5', 'missing')
    >>> [as_written(number, Column("pay", "number")) for number in (4.1, np.float32(4.1), 1234.56, 13 / 3)]
    ['4.1', '4.1', '1,234.56', '4.333']
    >>> as_written(pd.Timestamp("2020-05-17"), Column("born", "datetime"))
    '2020-05-17'
    """
    if pd.isna(value):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return class_label(bool(value), column.format)
    if isinstance(value, pd.Timestamp | np.datetime64):
        moment = pd.Timestamp(value)
        return str(moment.date() if moment == moment.normalize() else moment)
    if isinstance(value, int | np.integer):
        return f"{int(value):,}" if column.kind == "integer" else str(value)
    return _number(value) if isinstance(value, float | np.floating) else str(value)


def _number(value: float | np.floating[Any]) -> str:
    shortest = np.format_float_positional(value, trim="-")
    digits = len(shortest.lstrip("-0.").replace(".", ""))
    if digits > DIGITS or not 1e-4 <= abs(float(value)) < 1e15:
        return rounded(float(value) + 0.0)  # never minus zero
    return f"{float(value):,.{len(shortest.partition('.')[2])}f}"
