"""Intervals over questions, and tests of paired differences.

Intervals are those of the percentile bootstrap (Efron & Tibshirani 1993, chapter 13): questions are drawn with
replacement, the mean is taken on each draw, and the interval runs from the 2.5 to the 97.5 percentile. It says how far
the mean would move with other questions of the same kind. With few questions it is too narrow.

The paired test is Fisher's randomisation test (Smucker, Allan & Carterette 2007): were both configurations alike, the
sign of each question's difference would be a coin's. The p-value is the share of all sign flips whose mean is at least
as far from 0 as the one that was seen.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

RESAMPLES = 2_000
FLIPS = 10_000
EXACT = 12  # up to so many differing questions all 2**n flips are tried
LEVEL = 0.95
_CELLS = 2_000_000  # draws × questions in memory at once
_TIES = 1e-12  # sums of the same numbers in another order


def intervals(values: np.ndarray, resamples: int = RESAMPLES, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % intervals of the means of each column of `values` (questions, columns): low and high, (columns,).

    NaN is left out of its column's mean. All columns share the draws. A column without a number has NaN.

    >>> low, high = intervals(np.array([[0.0], [1.0], [1.0], [0.0]]))
    >>> low.tolist(), high.tolist()
    ([0.0], [1.0])
    """
    if not len(values):
        return np.full(values.shape[1], np.nan), np.full(values.shape[1], np.nan)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    random = np.random.default_rng(seed)
    means = np.empty((resamples, values.shape[1]))
    for start, stop in _parts(resamples, len(values)):
        counts = random.multinomial(len(values), np.full(len(values), 1 / len(values)), size=stop - start)
        with np.errstate(invalid="ignore"):
            means[start:stop] = (counts @ filled) / (counts @ known)
    return _ends(means)


def percentile_intervals(
    values: np.ndarray, shares: tuple[float, ...], resamples: int = RESAMPLES, seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % intervals of percentiles of `values` (questions,): low and high, one per share."""
    random = np.random.default_rng(seed)
    drawn = np.empty((resamples, len(shares)))
    for start, stop in _parts(resamples, len(values)):
        chosen = random.integers(len(values), size=(stop - start, len(values)))
        drawn[start:stop] = np.quantile(values[chosen], shares, axis=1).T
    return _ends(drawn)


def randomisation_test(differences: np.ndarray, flips: int = FLIPS, seed: int = 0) -> float:
    """The two-sided p-value of paired differences (questions,); 1 where no question differs.

    Exact with up to 12 differing questions; otherwise from random flips, where (1 + hits) / (1 + flips) keeps it from
    being 0 (Phipson & Smyth 2010).

    >>> randomisation_test(np.array([0.1, 0.2, 0.3, 0.0]))
    0.25
    """
    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    seen = abs(moved.sum()) - _TIES
    if len(moved) <= EXACT:
        signs = 1 - 2 * ((np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1)
        return float(np.mean(np.abs(signs @ moved) >= seen))
    random, hits = np.random.default_rng(seed), 0
    for start, stop in _parts(flips, len(moved)):
        signs = 1 - 2 * random.integers(2, size=(stop - start, len(moved)), dtype=np.int8)
        hits += int(np.sum(np.abs(signs @ moved) >= seen))
    return (1 + hits) / (1 + flips)


def holm(p_values: np.ndarray) -> np.ndarray:
    """p-values of several tests, made larger so that any false alarm stays as rare as one test's (Holm 1979).

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def _parts(draws: int, width: int) -> list[tuple[int, int]]:
    """Ranges of draws that fit in memory together."""
    step = max(1, _CELLS // max(1, width))
    return list(pairwise([*range(0, draws, step), draws]))


def _ends(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The percentiles of each column; NaN for a column that no draw could measure."""
    low, high = np.full(drawn.shape[1], np.nan), np.full(drawn.shape[1], np.nan)
    for column in range(drawn.shape[1]):
        values = drawn[np.isfinite(drawn[:, column]), column]
        if len(values):
            low[column], high[column] = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return low, high
