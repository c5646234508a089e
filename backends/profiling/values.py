"""The columns of a dataset as arrays, made once and shared by everything that looks at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from backends.datasets.schema import Column, Dataset

PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}  # units of pandas' dates

MANY = 100_000  # distinct texts: from here on, Arrow's working memory is worth giving back at once


@dataclass(frozen=True)
class Coded:
    """A column as positions in the list of its distinct values.

    `codes` (rows,) int32, -1 where missing; `levels` are the distinct values in the order of their first row
    (Python texts for text, NumPy numbers, dates or booleans otherwise); `counts` are the rows of each level.
    """

    codes: np.ndarray
    levels: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Texts:
    """A column of text as positions in the list of its distinct texts: `Coded` with `levels` left in Arrow."""

    codes: np.ndarray
    levels: pa.Array
    counts: np.ndarray


class Values:
    """Views of a dataset's columns: as numbers, as codes, as a mask of what is missing. Nothing is to be written to.

    Codes are kept once they are made (4 bytes per row); numbers of a float column are the frame's own.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self._coded: dict[str, Coded] = {}
        self._texts: dict[str, Texts] = {}
        self._columns = {column.name: column for column in dataset.schema}

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.dataset.rows

    def column(self, name: str) -> Column:
        """The schema's column, found without searching the schema."""
        return self._columns[name]

    def numbers(self, name: str) -> np.ndarray:
        """The column as float64 with NaN where missing: numbers, booleans as 0 and 1, dates as seconds since 1970.

        Whole numbers beyond 2^53 are rounded. Raises TypeError for a column of text.
        """
        series = self.dataset.frame[name]
        if series.dtype.kind == "M":
            moments = series.to_numpy()
            unit = PER_SECOND[np.datetime_data(moments.dtype)[0]]
            return np.where(np.isnat(moments), np.nan, moments.astype(np.int64) / unit)
        if _is_text(series):
            raise TypeError(f"{name!r} is text")
        return series.to_numpy(dtype=np.float64, na_value=np.nan)

    def coded(self, name: str) -> Coded:
        """The column's values as codes."""
        if name not in self._coded:
            series = self.dataset.frame[name]
            self._coded[name] = _coded_texts(self.texts(name)) if _is_text(series) else _coded(series)
        return self._coded[name]

    def texts(self, name: str) -> Texts:
        """The codes of a column of text, without making a Python object of each distinct text."""
        if name not in self._texts:
            self._texts[name] = _texts(self.dataset.frame[name])
        return self._texts[name]

    def missing(self, name: str) -> np.ndarray:
        """Where the column has no value, (rows,) bool."""
        return self.dataset.frame[name].isna().to_numpy()


def _is_text(series: pd.Series) -> bool:
    return isinstance(series.dtype, pd.StringDtype) or series.dtype == object


def _coded(series: pd.Series) -> Coded:
    codes, distinct = pd.factorize(series, use_na_sentinel=True)
    levels = distinct.to_numpy() if hasattr(distinct, "to_numpy") else np.asarray(distinct)
    codes = codes.astype(np.int32, copy=False)
    return Coded(codes, levels, _counts(codes, len(levels)))


def _coded_texts(texts: Texts) -> Coded:
    return Coded(texts.codes, texts.levels.to_numpy(zero_copy_only=False), texts.counts)


def _texts(series: pd.Series) -> Texts:
    found = _arrow(series).dictionary_encode()
    codes = found.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
    if len(found.dictionary) > MANY:
        pa.default_memory_pool().release_unused()
    return Texts(codes, found.dictionary, _counts(codes, len(found.dictionary)))


def _counts(codes: np.ndarray, levels: int) -> np.ndarray:
    return np.bincount(codes[codes >= 0] if (codes < 0).any() else codes, minlength=levels)


def _arrow(series: pd.Series) -> pa.Array:
    values = pa.array(series, from_pandas=True)
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
