"""Whether two shares differ by more than chance, and what many such tests together are worth."""

from __future__ import annotations

import numpy as np

from backends.profiling.discovery import benjamini_hochberg

SIGNIFICANT = 0.05


def fisher(part: int, whole: int, other_part: int, other_whole: int) -> float:
    """The two-sided p-value of Fisher's exact test that two shares are the same; NaN when there are no rows.

    >>> round(fisher(8, 10, 1, 6), 4)
    0.035
    """
    from scipy.special import gammaln

    if not whole or not other_whole:
        return float("nan")
    hits, rows = part + other_part, whole + other_whole
    x = np.arange(max(0, hits - other_whole), min(whole, hits) + 1)
    logs = -(gammaln(x + 1) + gammaln(whole - x + 1) + gammaln(hits - x + 1) + gammaln(other_whole - hits + x + 1))
    logs += gammaln(whole + 1) + gammaln(other_whole + 1) + gammaln(hits + 1) + gammaln(rows - hits + 1)
    chances = np.exp(logs - gammaln(rows + 1))
    return float(min(1.0, chances[chances <= chances[part - x[0]] * (1 + 1e-7)].sum()))


def simes(p: np.ndarray) -> float:
    """One p-value for "none of these is anything" (Simes 1986); NaN when there is none."""
    return float("nan") if np.isnan(p).all() else float(np.nanmin(benjamini_hochberg(p)))


def holm(p: np.ndarray) -> np.ndarray:
    """Holm's adjusted p-values: q(i) is the largest of p(j) · (m + 1 − j) over all j ≤ i; NaN was not tested.

    >>> holm(np.array([0.01, 0.04, np.nan, 0.03])).round(3).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    q = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    q[order] = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)).clip(max=1.0)
    return q
