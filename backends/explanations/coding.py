"""Rows of mixed kinds as numbers, and how far apart two of them are: the ground of searching among rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, Schema

QUANTITIES = ("number", "integer", "datetime")
MIDDLE = (0.05, 0.95)  # the quantiles whose distance is a quantity's scale
SCALED_FROM = 50_000  # rows that a scale is taken from
MICROSECONDS = 1_000_000


def quantity(values: pd.Series) -> np.ndarray:
    """Numbers as float64 and dates as seconds since 1970; NaN where missing or infinite.

    >>> quantity(pd.Series(pd.to_datetime(["1970-01-02", None]))).tolist()
    [86400.0, nan]
    """
    if values.dtype.kind == "M":
        moments = values.to_numpy(dtype="datetime64[us]")
        return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / MICROSECONDS)
    numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def scale_of(numbers: np.ndarray) -> float:
    """The length of the middle 90 % of the numbers; of all of them where that is 0, and 1 where that is 0 too.

    Single values far off do not make all others look alike. Of more than 50,000 numbers, evenly spaced ones are used.

    >>> scale_of(np.arange(101.0)), scale_of(np.array([0.0] * 99 + [7.0])), scale_of(np.array([np.nan]))
    (90.0, 7.0, 1.0)
    """
    numbers = numbers[:: max(1, len(numbers) // SCALED_FROM)]
    ordered = np.sort(numbers[~np.isnan(numbers)])
    if not len(ordered):
        return 1.0
    low, high = np.interp(np.multiply(MIDDLE, len(ordered) - 1), np.arange(len(ordered)), ordered)
    return float(high - low) or float(ordered[-1] - ordered[0]) or 1.0


def apart(values: np.ndarray, own: float | np.ndarray, scale: float | np.ndarray) -> np.ndarray:
    """How far values are from `own`, 0 to 1 (Gower, 1971): one column (rows,), or several (rows, columns) at once.

    Of quantities the difference over `scale`, at most 1; of levels (scale 0) 0 where they are the same, else 1.
    Missing is a value like any other: 0 from missing, 1 from everything else.

    >>> apart(np.array([3.0, 9.0, np.nan]), 2.0, 4.0).tolist()
    [0.25, 1.0, 1.0]
    """
    mine, length = np.isnan(own), np.asarray(scale)
    far = np.abs(values - own)
    found = np.where(length > 0, np.minimum(far / np.where(length > 0, length, 1.0), 1.0), far != 0)
    missing = np.isnan(values)
    return np.where(missing | mine, (missing != mine).astype(np.float64), found)


@dataclass(frozen=True)
class Coding:
    """A table's columns as float64 and back.

    Quantities are themselves (dates as seconds since 1970); the value of any other column is its position in the
    column's `levels`; missing is NaN. `scales` (columns,) are what `apart` divides by, 0 for levels. `dtypes` are the
    types of the frame that it was made from.
    """

    columns: tuple[Column, ...]
    levels: tuple[np.ndarray | None, ...] = field(repr=False)
    scales: np.ndarray = field(repr=False)
    dtypes: tuple[Any, ...] = field(repr=False)

    @classmethod
    def of(cls, schema: Schema, frames: Sequence[pd.DataFrame]) -> Coding:
        """Of all values in `frames` and the schema's levels; types are the first frame's, scales the last one's."""
        levels: list[np.ndarray | None] = []
        scales = np.zeros(len(schema))
        for place, column in enumerate(schema):
            parts = [frame[column.name] for frame in frames]
            if column.kind in QUANTITIES:
                levels.append(None)
                scales[place] = scale_of(quantity(parts[-1]))
            else:
                parts.append(pd.Series(_known(column, parts[0].dtype), dtype=object))
                found = pd.unique(pd.concat([part.astype(object) for part in parts], ignore_index=True).dropna())
                levels.append(np.asarray(found, dtype=object))
        dtypes = dict(zip(frames[0].columns, frames[0].dtypes, strict=True))
        return cls(tuple(schema), tuple(levels), scales, tuple(dtypes[name] for name in schema.names))

    @property
    def names(self) -> list[str]:
        """The columns' names, in the order of the matrix."""
        return [column.name for column in self.columns]

    def encode(self, frame: pd.DataFrame) -> np.ndarray:
        """The rows as a matrix (rows, columns). A level that the coding was not made from is missing."""
        matrix = np.empty((len(frame), len(self.columns)))
        plain = self._plain(dict(zip(frame.columns, frame.dtypes, strict=True)))
        names = self.names
        numbers = frame[[names[at] for at in plain]].to_numpy(dtype=np.float64)
        matrix[:, plain] = np.where(np.isfinite(numbers), numbers, np.nan)
        for at in sorted(set(range(len(self.columns))) - set(plain)):
            values, levels = frame[names[at]], self.levels[at]
            matrix[:, at] = quantity(values) if levels is None else _codes(values, levels)
        return matrix

    def decode(self, matrix: np.ndarray) -> pd.DataFrame:
        """The rows of a matrix as a frame of the table's types; a type that cannot hold missing gives way to one."""
        plain, names = self._numbers
        numbers = pd.DataFrame(matrix[:, plain], columns=names)  # one block, however wide
        if len(plain) == len(self.columns):
            return numbers
        others = {
            self.columns[at].name: _values(matrix[:, at], self.levels[at], self.columns[at], self.dtypes[at])
            for at in sorted(set(range(len(self.columns))) - set(plain))
        }
        return pd.concat([numbers, pd.DataFrame(others)], axis=1)[self.names]

    @cached_property
    def _numbers(self) -> tuple[list[int], pd.Index]:
        """Places and names of the columns of kind number."""
        plain = [at for at, column in enumerate(self.columns) if column.kind == "number"]
        return plain, pd.Index([self.columns[at].name for at in plain])

    def distances(self, matrix: np.ndarray, own: np.ndarray) -> np.ndarray:
        """Gower's distance of each row of `matrix` from `own` (columns,): the mean of `apart` over the columns."""
        return apart(matrix, own, self.scales).sum(axis=1) / max(len(self.columns), 1)

    def _plain(self, types: dict[str, Any]) -> list[int]:
        """The places of quantities whose values are NumPy numbers, which are taken together."""
        return [
            at
            for at, (name, levels) in enumerate(zip(self.names, self.levels, strict=True))
            if levels is None and isinstance(types[name], np.dtype) and types[name].kind in "fiu"
        ]

    def parts(self, matrix: np.ndarray, own: np.ndarray) -> list[np.ndarray]:
        """`apart` of each column, (rows,) each."""
        return [apart(matrix[:, at], own[at], self.scales[at]) for at in range(len(self.columns))]


def changed(matrix: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Where rows differ from `own` (columns,), missing being equal to missing, (rows, columns) bool."""
    return (matrix != own) & ~(np.isnan(matrix) & np.isnan(own))


def unique_rows(matrix: np.ndarray) -> np.ndarray:
    """The distinct rows, missing being equal to missing, in the order of their first.

    >>> unique_rows(np.array([[1.0, np.nan], [0.0, 2.0], [1.0, np.nan]])).tolist()
    [[1.0, nan], [0.0, 2.0]]
    """
    if not matrix.size:
        return matrix[:1] if len(matrix) else matrix
    same = np.ascontiguousarray(np.where(np.isnan(matrix), np.nan, matrix) + 0.0)  # one NaN, and no -0.0
    keys = same.view(np.dtype((np.void, same.dtype.itemsize * same.shape[1]))).ravel()
    return same[np.sort(np.unique(keys, return_index=True)[1])]


def _known(column: Column, dtype: Any) -> tuple[object, ...]:
    """The levels that the schema knows of, where they are what the frame holds."""
    if column.kind == "boolean":
        return (False, True)
    return column.categories if isinstance(dtype, pd.StringDtype) else ()


def _codes(values: pd.Series, levels: np.ndarray) -> np.ndarray:
    codes = pd.Index(levels, dtype=object).get_indexer(pd.Index(values.astype(object)))
    return np.where((codes < 0) | values.isna().to_numpy(), np.nan, codes)


def _values(codes: np.ndarray, levels: np.ndarray | None, column: Column, dtype: Any) -> pd.Series:
    missing = np.isnan(codes)
    if levels is not None:
        chosen = np.append(levels, np.array([None]))[np.where(missing, len(levels), codes).astype(np.intp)]
        return pd.Series(chosen, dtype=object).astype(nullable(dtype, bool(missing.any())))
    if column.kind == "datetime":
        moments = np.round(np.where(missing, 0, codes) * MICROSECONDS).astype("datetime64[us]")
        moments[missing] = np.datetime64("NaT")
        return pd.Series(moments)
    if column.kind == "integer":
        return pd.Series(codes).astype("Int64").astype(nullable(dtype, bool(missing.any())))
    return pd.Series(codes)


def nullable(dtype: Any, missing: bool) -> Any:
    """The type that holds the same values and, where asked, missing ones.

    >>> nullable(np.dtype(bool), True), nullable(np.dtype("int64"), True), nullable(np.dtype("int64"), False)
    ('boolean', 'Int64', dtype('int64'))
    """
    if isinstance(dtype, np.dtype) and missing:
        return {"b": "boolean", "i": "Int64", "u": "Int64"}.get(dtype.kind, dtype)
    return dtype
