"""Mean, spread, skewness and kurtosis of many columns at once, stable for any magnitude."""

from __future__ import annotations

import numpy as np

SAFE = 200  # powers of two: the fourth power of anything up to 2^200 is far from the end of float64


def moments(cells: np.ndarray, low: np.ndarray, high: np.ndarray) -> dict[str, np.ndarray]:
    """Statistics of each row of `cells` (columns × rows, sorted) over its finite part `low[i]:high[i]`.

    std has ddof 1 (from two values on); skewness is the adjusted Fisher–Pearson G1 (from three), kurtosis the
    excess G2 with the same correction (from four): Joanes & Gill 1998, as in pandas; both are 0 for a constant. Two
    passes: deviations from the mean are taken before anything is squared. `cells` is used up.
    """
    size = (high - low).astype(np.float64)
    _clear(cells, low, high)
    exponent = _exponents(cells)
    extreme = np.flatnonzero(np.abs(exponent) > SAFE)
    cells[extreme] = np.ldexp(cells[extreme], -exponent[extreme, None])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        mean = cells.sum(axis=1) / size
        drift = _centre(cells, mean, low, high, size)
        square = cells * cells
        sums = [square.sum(axis=1), _dot(square, cells), _dot(square, square)]
        mean, std = mean + drift, np.sqrt(sums[0] / np.where(size > 1, size - 1, np.nan))
        mean[extreme] = np.ldexp(mean[extreme], exponent[extreme])
        std[extreme] = np.ldexp(std[extreme], exponent[extreme])
        return {"mean": mean, "std": std, **_shape(size, *sums)}


def _clear(cells: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
    """Set what is outside of low:high to 0."""
    for row in np.flatnonzero((low > 0) | (high < cells.shape[1])):
        cells[row, : low[row]] = 0.0
        cells[row, high[row] :] = 0.0


def _exponents(cells: np.ndarray) -> np.ndarray:
    """The power of two just above the largest magnitude in each row; 0 for a row of zeros."""
    return np.frexp(np.maximum(np.abs(cells.max(axis=1)), np.abs(cells.min(axis=1))))[1]


def _centre(cells: np.ndarray, mean: np.ndarray, low: np.ndarray, high: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Take the mean off in place, twice (the first one is rounded); the second, small one is returned.

    A row of equal values becomes exactly 0: the mean is that value.
    """
    columns = np.arange(len(cells))
    first = cells[columns, np.minimum(low, cells.shape[1] - 1)]
    equal = first == cells[columns, np.maximum(high, 1) - 1]
    mean[equal & (size > 0)] = first[equal & (size > 0)]
    cells -= mean[:, None]
    _clear(cells, low, high)
    drift = cells.sum(axis=1) / size
    cells -= drift[:, None]
    _clear(cells, low, high)
    return drift


def _shape(size: np.ndarray, second: np.ndarray, third: np.ndarray, fourth: np.ndarray) -> dict[str, np.ndarray]:
    flat = second == 0
    skewness = size * np.sqrt(size - 1) / (size - 2) * third / second**1.5
    excess = 3 * (size - 1) ** 2 / ((size - 2) * (size - 3))
    kurtosis = size * (size + 1) * (size - 1) * fourth / ((size - 2) * (size - 3) * second**2) - excess
    return {
        "skewness": np.where(size < 3, np.nan, np.where(flat, 0.0, skewness)),
        "kurtosis": np.where(size < 4, np.nan, np.where(flat, 0.0, kurtosis)),
    }


def _dot(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.einsum("ij,ij->i", first, second)
