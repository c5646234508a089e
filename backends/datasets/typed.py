"""Columns that come with a type of their own (Parquet, JSON): the same seven kinds, nothing guessed but text."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets.attempts import Rules
from backends.datasets.describe import Understood, describe, nullable, percentage
from backends.datasets.kinds import identified, understand_text
from backends.datasets.schema import Kind, ValueFormat
from backends.datasets.wording import agreeing, number_of


def is_text(kind: pa.DataType) -> bool:
    """Is an Arrow type one of text?"""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def understand(name: str, column: pa.ChunkedArray, rules: Rules, asked: Kind | None = None) -> Understood:
    """The kind of any column; a correction of a typed one goes through its text."""
    if pa.types.is_null(column.type):
        column = column.cast(pa.large_string())
    if is_text(column.type):
        return understand_text(name, column, rules, asked)
    kind, values, zone = _values(column)
    if asked is not None and asked != kind:
        return understand_text(name, as_text(column), rules, asked)
    gone = column.null_count
    there, rows = percentage(len(column) - gone, len(column)), len(column)
    evidence = f"The file says {column.type}; {there} of {number_of(rows, 'value')} {agreeing(rows, 'is', 'are')} there"
    found = describe(name, kind, values, evidence, ValueFormat())
    if zone:
        found = found.noted("time-zone-dropped", f"The times of {name!r} were converted to UTC.")
    return identified(found, asked)


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The values written out; missing ones as empty text."""
    if pa.types.is_floating(column.type) or pa.types.is_decimal(column.type):
        texts = [None if v is None or v != v else repr(float(v)) for v in column.to_pylist()]
        column = pa.chunked_array([pa.array(texts, type=pa.large_string())])
    return pc.fill_null(column.cast(pa.large_string()), "")


def _values(column: pa.ChunkedArray) -> tuple[Kind, Any, bool]:
    """The kind that a type stands for, the values as they stand in the frame, and whether a time zone was dropped."""
    kind = column.type
    if pa.types.is_boolean(kind):
        return "boolean", nullable(column), False
    if pa.types.is_integer(kind):
        return _whole(column)
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        moments = column.cast(pa.timestamp("us", tz=getattr(kind, "tz", None)), safe=False).cast(pa.timestamp("us"))
        return "datetime", np.array(moments.to_numpy(), dtype="datetime64[us]"), bool(getattr(kind, "tz", None))
    if pa.types.is_duration(kind):
        column = column.cast(pa.int64())
    floats = column.cast(pa.float64(), safe=False)
    return "number", np.asarray(floats.to_numpy(), dtype=float), False


def _whole(column: pa.ChunkedArray) -> tuple[Kind, Any, bool]:
    try:
        return "integer", nullable(column.cast(pa.int64())), False
    except pa.ArrowInvalid:  # unsigned and beyond 64 bits
        return "number", np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=float), False


def frame_of(columns: list[tuple[str, Understood]]) -> pd.DataFrame:
    """The frame of a table's columns, each in its own block so that nothing is copied."""
    return pd.DataFrame({name: found.values for name, found in columns}, copy=False)
