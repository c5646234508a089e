"""Rows that say the same as an earlier row."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from backends.profiling.values import Values

GOLDEN = 0x9E3779B97F4A7C15  # 2^64 / golden ratio: the steps of SplitMix64 (Steele, Lea & Flood 2014)


def duplicate_rows(values: Values) -> np.ndarray:
    """Which rows equal an earlier one in every column, a missing value being equal to a missing value: (rows,) bool.

    Rows are told apart by a 64-bit hash that grows column by column, those with the most distinct values first; a
    row whose hash is alone is looked at no further. What has the same hash in the end is compared value by value.
    """
    repeated = np.zeros(values.rows, dtype=bool)
    names = sorted(values.dataset.schema.names, key=lambda name: -values.column(name).distinct)
    rows = np.arange(values.rows if names else 0)
    hashes = np.zeros(len(rows), dtype=np.uint64)
    for number, name in enumerate(names, start=1):
        for bits in _bits(values, name, rows):
            hashes = _mixed(hashes, bits)
        if number == len(names) or number & (number - 1) == 0:  # the 1st, 2nd, 4th, 8th … and the last column
            rows, hashes = _not_alone(rows, hashes)
            if not len(rows):
                return repeated
    return _verified(values, rows, hashes, repeated)


def _bits(values: Values, name: str, rows: np.ndarray) -> Iterator[np.ndarray]:
    """The column's values at `rows` as 64-bit patterns: equal where, and only where, the values are equal."""
    series = values.dataset.frame[name]
    if isinstance(series.dtype, pd.StringDtype) or series.dtype == object:
        yield values.texts(name).codes[rows].astype(np.uint64)
        return
    if series.dtype.kind == "f" and isinstance(series.dtype, np.dtype):
        numbers = series.to_numpy()[rows] + 0.0  # -0 becomes 0
        numbers[np.isnan(numbers)] = np.nan
        yield numbers.view(np.uint64)
        return
    if isinstance(series.dtype, np.dtype):
        yield series.to_numpy()[rows].astype(np.int64).view(np.uint64)
        return
    taken = series.array[rows]
    yield taken.isna().astype(np.uint64)
    yield taken.to_numpy(dtype=np.int64, na_value=0).view(np.uint64)


def _mixed(hashes: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Hashes that depend on one more column: the finaliser of SplitMix64."""
    mixed = (hashes + np.uint64(GOLDEN)) ^ bits
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _not_alone(rows: np.ndarray, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Only the rows whose hash occurs more than once, in their order."""
    order = np.argsort(hashes)
    ranked = hashes[order]
    same = ranked[1:] == ranked[:-1]
    kept = np.zeros(len(rows), dtype=bool)
    kept[order[1:][same]] = True
    kept[order[:-1][same]] = True
    return rows[kept], hashes[kept]


def _verified(values: Values, rows: np.ndarray, hashes: np.ndarray, repeated: np.ndarray) -> np.ndarray:
    """Mark the rows that really equal the first one with their hash; where one does not, compare all of its hash."""
    _, place, group = np.unique(hashes, return_index=True, return_inverse=True)
    first = place[group]
    equal = np.ones(len(rows), dtype=bool)
    for name in values.dataset.schema.names:
        for bits in _bits(values, name, rows):
            equal &= bits == bits[first]
    later = first != np.arange(len(rows))
    repeated[rows[equal & later]] = True
    collided = rows[np.isin(group, group[~equal])]
    if len(collided):
        repeated[collided] = values.dataset.frame.iloc[collided].duplicated().to_numpy()
    return repeated
