"""Single values as the file writes them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.classes import class_label
from backends.datasets.schema import Column, Schema
from backends.profiling.wording import rounded

MISSING = "missing"
SPELLED = ("datetime", "boolean")  # kinds whose values a table would show in its own way
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


def written_frame(frame: pd.DataFrame, schema: Schema) -> pd.DataFrame:
    """The frame with dates and booleans as the file writes them; numbers stay numbers and missing stays missing.

    Columns that the schema does not have are left as they are.

    >>> rows = pd.DataFrame({"born": pd.to_datetime(["2020-05-17", None]), "pay": [1.5, 2.0]})
    >>> shown = written_frame(rows, Schema((Column("born", "datetime"), Column("pay", "number"))))
    >>> shown["born"].fillna("-").tolist(), shown["pay"].tolist()
    (['2020-05-17', '-'], [1.5, 2.0])
    """
    columns = {column.name: column for column in schema if column.kind in SPELLED}
    spelled = {
        name: frame[name].map(lambda value, column=columns[name]: as_written(value, column), na_action="ignore")
        for name in frame.columns
        if name in columns
    }
    return frame.assign(**{name: values.astype("str") for name, values in spelled.items()})


def _number(value: float | np.floating[Any]) -> str:
    shortest = np.format_float_positional(value, trim="-")
    digits = len(shortest.lstrip("-0.").replace(".", ""))
    if digits > DIGITS or not 1e-4 <= abs(float(value)) < 1e15:
        return rounded(float(value) + 0.0)  # never minus zero
    return f"{float(value):,.{len(shortest.partition('.')[2])}f}"
