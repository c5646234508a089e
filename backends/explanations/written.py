"""Single values as the file writes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.classes import class_label
from backends.datasets.schema import Column
from backends.profiling.wording import rounded

MISSING = "missing"


def as_written(value: Any, column: Column) -> str:
    """One value of a column for people: "yes" for a boolean that the file spells so, dates without an idle time of day.

    >>> as_written(1234.5, Column("pay", "number")), as_written(np.nan, Column("pay", "number"))
    ('1,234.5', 'missing')
    >>> as_written(pd.Timestamp("2020-05-17"), Column("born", "datetime"))
    '2020-05-17'
    """
    if pd.isna(value):
        return MISSING
    if isinstance(value, bool | np.bool_):
        return class_label(bool(value), column.format)
    if isinstance(value, pd.Timestamp | np.datetime64):
        return str(pd.Timestamp(value)).removesuffix(" 00:00:00")
    if isinstance(value, int | np.integer):
        return f"{int(value):,}" if column.kind == "integer" else str(value)
    return rounded(float(value)) if isinstance(value, float | np.floating) else str(value)
