"""Two groups of rows compared: a share, a mean or several classes, with a 95 % interval and a p-value.

Every function takes arrays with one entry per comparison and gives arrays; entries that cannot be measured are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.profiling.intervals import wilson

EXPECTED = 5  # rows expected in a cell; with fewer the chi-square distribution is a poor guide (Cochran, 1954)


@dataclass(frozen=True)
class Differences:
    """The difference (first group minus second), the ends of its 95 % interval and the p-value."""

    difference: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def shares(hits: np.ndarray, rows: np.ndarray) -> Differences:
    """The difference of two shares, from `hits` and `rows`, (2, comparisons).

    The interval is Newcombe's (1998, method 10): it joins the two Wilson intervals and stays within -1 to 1. The
    p-value is Fisher's exact one where fewer than 5 rows are expected in a cell, else that of the chi-square test
    without continuity correction.

    >>> found = shares(np.array([[56], [48]]), np.array([[70], [80]]))
    >>> [round(float(part[0]), 4) for part in (found.difference, found.low, found.high)]
    [0.2, 0.0524, 0.3339]
    """
    from scipy.special import chdtrc

    hits, rows = hits.astype(np.float64), rows.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        one, two = hits / rows
        (low_one, low_two), (high_one, high_two) = wilson(hits, rows)
        low = one - two - np.hypot(one - low_one, high_two - two)
        high = one - two + np.hypot(high_one - one, two - low_two)
        pooled = hits.sum(axis=0) / rows.sum(axis=0)
        chi2 = (one - two) ** 2 / (pooled * (1 - pooled) * (1 / rows).sum(axis=0))
        p = np.where(np.isnan(chi2), 1.0, chdtrc(1, np.nan_to_num(chi2)))
        least = np.minimum(pooled, 1 - pooled) * rows.min(axis=0)
    for at in np.flatnonzero(least < EXPECTED):
        p[at] = fisher(hits[:, at], rows[:, at])
    return Differences(one - two, low, high, p)


def fisher(hits: np.ndarray, rows: np.ndarray) -> float:
    """Fisher's exact two-sided p of a table of two rows, from the hits and rows of each.

    The probabilities of all tables with these margins that are no likelier than this one, summed.

    >>> round(fisher(np.array([8.0, 1.0]), np.array([10.0, 6.0])), 4)
    0.035
    """
    from scipy.special import gammaln

    total, found = rows.sum(), hits.sum()
    counts = np.arange(max(0.0, found - rows[1]), min(rows[0], found) + 1)
    rest = found - counts
    ways = -(gammaln(counts + 1) + gammaln(rows[0] - counts + 1) + gammaln(rest + 1) + gammaln(rows[1] - rest + 1))
    constant = gammaln(rows + 1).sum() + gammaln(found + 1) + gammaln(total - found + 1) - gammaln(total + 1)
    chance = np.exp(ways + constant)
    own = chance[int(hits[0] - counts[0])]
    return float(min(1.0, chance[chance <= own * (1 + 1e-7)].sum()))


def means(mean: np.ndarray, variance: np.ndarray, rows: np.ndarray) -> Differences:
    """The difference of two means by Welch's t (1947), from means, variances (ddof 1) and rows, (2, comparisons)."""
    from scipy.special import stdtr, stdtrit

    rows = rows.astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        parts = variance / rows
        error = np.sqrt(parts.sum(axis=0))
        free = parts.sum(axis=0) ** 2 / (parts**2 / (rows - 1)).sum(axis=0)
        difference = mean[0] - mean[1]
        half = stdtrit(free, 0.975) * error
        p = 2 * stdtr(free, -np.abs(difference / error))
    return Differences(difference, difference - half, difference + half, p)


def classes(table: np.ndarray) -> float:
    """The p-value of the chi-square test that two groups hold several classes in the same shares, (2, classes)."""
    from scipy.special import chdtrc

    counts = table[:, table.sum(axis=0) > 0].astype(np.float64)
    if counts.shape[1] < 2 or (counts.sum(axis=1) == 0).any():
        return float("nan")
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(chdtrc(counts.shape[1] - 1, ((counts - expected) ** 2 / expected).sum()))
