"""Whether two shares differ by more than chance, and what many such tests together are worth."""

from __future__ import annotations

import numpy as np

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


def bonferroni(p: np.ndarray, looks: int) -> np.ndarray:
    """Each p-value times the number of looks that it was picked from, at most 1; NaN was not tested.

    >>> bonferroni(np.array([0.01, 0.4, np.nan]), 3).round(3).tolist()
    [0.03, 1.0, nan]
    """
    return np.minimum(p * looks, 1.0)
