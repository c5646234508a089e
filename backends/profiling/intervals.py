"""95 % intervals of the figures that a profile shows."""

from __future__ import annotations

import numpy as np

Z95 = 1.959963984540054


def wilson(hits: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The interval of a share, `hits` of `rows` (Wilson, 1927): within 0 to 1 also at no hit or all; NaN of no row.

    >>> [round(float(end), 3) for end in wilson(np.array(0), np.array(10))]
    [0.0, 0.278]
    """
    count = np.where(np.asarray(rows) > 0, rows, np.nan)
    share = hits / count
    centre = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    half = Z95 / (1 + Z95**2 / count) * np.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    return np.clip(centre - half, 0.0, share), np.clip(centre + half, share, 1.0)  # rounding may cross the share


def rank_correlation_interval(correlation: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The interval of Spearman's correlation on Fisher's z scale; NaN under five rows.

    The standard error is √((1 + ρ²/2) / (n − 3)) (Bonett & Wright, 2000), which suits ranks better than Fisher's own.

    >>> [round(float(end), 3) for end in rank_correlation_interval(np.array(0.5), np.array(103))]
    [0.329, 0.639]
    """
    free = np.where(np.asarray(rows) >= 5, np.asarray(rows) - 3.0, np.nan)
    with np.errstate(divide="ignore"):  # a correlation of 1 is infinite on this scale, and 1 again on the way back
        centre = np.arctanh(correlation)
    half = Z95 * np.sqrt((1 + np.square(correlation) / 2) / free)
    return np.tanh(centre - half), np.tanh(centre + half)
