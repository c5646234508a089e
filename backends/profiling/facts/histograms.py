"""Histograms of many sorted columns at once: where the bins begin, and what is in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BINS = 20
WHOLE = 2.0**50  # up to here a whole number and its half-way neighbours are exact in float64


@dataclass(frozen=True)
class Histogram:
    """How many finite values are in each bin.

    `edges` (bins + 1,) are float64, dates as seconds since 1970; a bin holds its lower edge, the last one both.
    `counts` (bins,) are int64.
    """

    edges: np.ndarray
    counts: np.ndarray


def rice(size: np.ndarray) -> np.ndarray:
    """2 ∛size bins (the rule of Rice), at least one and at most `BINS`."""
    return np.clip(np.ceil(2 * np.cbrt(size)), 1, BINS)


def edges(low: np.ndarray, high: np.ndarray, bins: np.ndarray, whole: np.ndarray, most: int = BINS) -> np.ndarray:
    """The edges of about `bins` (at most `most`) bins of equal width for columns that run from `low` to `high`.

    Columns × (most + 1), NaN behind the last edge of a column. Bins of `whole` columns begin half-way between
    whole numbers and hold equally many of them, so that no bar is low by chance; they are single numbers where
    `most` bins are enough for that. A constant gets one bin around it. There are fewer bins where floats are not
    close enough for so many different edges.

    >>> edges(np.array([1.0]), np.array([3.0]), np.array([2]), np.array([True]), most=4)
    array([[0.5, 1.5, 2.5, 3.5, nan]])
    """
    steps = np.arange(most + 1, dtype=np.float64)
    whole = whole & (np.maximum(np.abs(low), np.abs(high)) < WHOLE)
    with np.errstate(over="ignore", invalid="ignore"):
        spread = high - low + 1
        width = np.where(spread <= most, 1.0, np.ceil(spread / bins))
        bins = np.where(whole, np.ceil(spread / width), bins)
        share = np.minimum(steps / bins[:, None], 1.0)
        found = low[:, None] * (1 - share) + high[:, None] * share
        found[whole] = (low - 0.5)[whole, None] + width[whole, None] * steps
        found[steps > bins[:, None]] = np.nan
        constant = (low == high) & ~whole
        around = np.maximum(0.5, np.abs(low) * 1e-9)
        found[constant] = np.nan
        found[constant, 0], found[constant, 1] = (low - around)[constant], (low + around)[constant]
    return _apart(np.where(np.isinf(found), np.sign(found) * np.finfo(np.float64).max, found))


def _apart(edges: np.ndarray) -> np.ndarray:
    """Edges in order, equal ones once: between neighbouring floats there is no room for all of them."""
    for row in np.flatnonzero((edges[:, 1:] <= edges[:, :-1]).any(axis=1)):
        different = np.unique(edges[row][~np.isnan(edges[row])])
        edges[row] = np.nan
        edges[row, : len(different)] = different
    return edges


def histogram(edges: np.ndarray, below: np.ndarray, size: int) -> Histogram:
    """The histogram with `edges` (NaN behind the last), where `below` says how many values each edge has below it."""
    bins = int(np.count_nonzero(~np.isnan(edges))) - 1
    passed = np.concatenate([[0], below[1:bins], [size]])
    return Histogram(edges[: bins + 1].copy(), np.diff(passed))
