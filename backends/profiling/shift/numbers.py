"""The shift of number and date columns, many columns at once."""

from __future__ import annotations

import numpy as np

from backends.profiling.blocks import Ranked, blocks
from backends.profiling.shift.measures import apart, gaps_p, kolmogorov_p, population_stability
from backends.profiling.shift.parts import Part

BINS = 10
LARGE = 1e100  # the squares of larger numbers would leave the range of floats
FIGURES = ("psi", "distance", "statistic", "p", "missing_before", "missing_after", "distinct")


def number_shift(before: Part, after: Part, names: list[str]) -> dict[str, np.ndarray]:
    """The figures of `Shift.table` for number and date columns that both parts have, one entry per name.

    The p-value is that of the Kolmogorov–Smirnov test on the values that are there. With missing values it is twice
    the smaller one of that and of the test for equal shares of missing values (Bonferroni).
    """
    figures = {key: np.full(len(names), np.nan) for key in FIGURES}
    for places, matrix in blocks(names, (before.values, before.positions), (after.values, after.positions)):
        for key, found in _block(matrix, before.rows).items():
            figures[key][places] = found
    return figures


def _block(matrix: np.ndarray, first: int) -> dict[str, np.ndarray]:
    rows = first, matrix.shape[1] - first
    matrix = _tamed(matrix)
    ranked = Ranked.of(matrix)
    gaps = np.isnan(matrix)
    missing = gaps[:, :first].sum(axis=1), gaps[:, first:].sum(axis=1)
    statistic, area = apart(ranked, first, matrix)
    spread = np.where(_constant(matrix[:, :first]), _deviation(matrix), _deviation(matrix[:, :first]))
    p = kolmogorov_p(statistic, rows[0] - missing[0], rows[1] - missing[1])
    both = np.fmin(np.fmin(p, gaps_p(missing, rows)) * 2, 1.0)
    return {
        "psi": _stability(ranked, first, missing),
        "distance": np.divide(area, spread, out=np.where(np.isnan(area), np.nan, 0.0), where=spread > 0),
        "statistic": statistic,
        "p": np.where(missing[0] + missing[1] > 0, both, p),
        "missing_before": missing[0] / max(rows[0], 1),
        "missing_after": missing[1] / max(rows[1], 1),
        "distinct": ranked.distinct + (missing[0] + missing[1] > 0),
    }


def _stability(ranked: Ranked, first: int, missing: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """PSI over ten bins of equally many rows of the first part, and one of the missing values."""
    own = ranked.there & (ranked.order < first)
    n = own.sum(axis=1)[:, None]
    below = n - ranked.above(own.astype(np.float64))  # rows of the first part below each value, equal ones halved
    bins = np.clip(below * BINS // np.maximum(n, 1), 0, BINS - 1)
    bins = np.where(ranked.there, bins, BINS).astype(np.int64)
    part = (ranked.order >= first).astype(np.int64)
    cell = (np.arange(len(bins))[:, None] * 2 + part) * (BINS + 1) + bins
    counts = np.bincount(cell.ravel(), minlength=len(bins) * 2 * (BINS + 1)).reshape(-1, 2, BINS + 1)
    return population_stability(counts[:, 0], counts[:, 1])


def _tamed(matrix: np.ndarray) -> np.ndarray:
    """Columns of huge numbers divided by their largest: no figure depends on the unit."""
    with np.errstate(invalid="ignore"):
        largest = np.where(np.isfinite(matrix), np.abs(matrix), 0.0).max(axis=1, initial=0.0, keepdims=True)
    return matrix / np.where(largest > LARGE, largest, 1.0) if (largest > LARGE).any() else matrix


def _constant(matrix: np.ndarray) -> np.ndarray:
    """Whether the finite numbers of a row are one value, or none."""
    finite = np.isfinite(matrix)
    low = np.where(finite, matrix, np.inf).min(axis=1, initial=np.inf)
    return low >= np.where(finite, matrix, -np.inf).max(axis=1, initial=-np.inf)


def _deviation(matrix: np.ndarray) -> np.ndarray:
    """The standard deviation of the finite numbers of each row; 0 where there are none."""
    finite = np.isfinite(matrix)
    count = np.maximum(finite.sum(axis=1), 1)
    mean = np.where(finite, matrix, 0.0).sum(axis=1) / count
    return np.sqrt((np.where(finite, matrix - mean[:, None], 0.0) ** 2).sum(axis=1) / count)
