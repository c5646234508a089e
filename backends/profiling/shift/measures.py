"""How far two distributions are apart: sizes that do not grow with the rows, and tests that do."""

from __future__ import annotations

import numpy as np

from backends.profiling.blocks import Ranked

SMOOTHING = 0.5  # rows added to every bin, so that an empty one does not make the index infinite
LEAST_EXPECTED = 5.0  # expected rows of a cell, under which the chi-square approximation fails


def population_stability(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Population stability index Σ (q - p) ln(q / p) of counts along the last axis; half a row is added to each bin.

    Bins that are empty in both parts do not count. Under 0.1 is usually called stable, over 0.25 a large shift.

    >>> population_stability(np.array([50, 50]), np.array([50, 50])).round(3).tolist()
    0.0
    """
    used = (before + after) > 0
    first, second = ((counts + SMOOTHING) * used for counts in (before, after))
    p, q = (part / np.maximum(part.sum(axis=-1, keepdims=True), SMOOTHING) for part in (first, second))
    ratio = np.divide(q, p, out=np.ones_like(p), where=used)
    return ((q - p) * np.log(ratio)).sum(axis=-1)


def jensen_shannon(before: np.ndarray, after: np.ndarray) -> float:
    """Jensen–Shannon distance of two arrays of counts, base 2: 0 for equal shares, 1 where no level is shared.

    It is the root of the mean Kullback–Leibler divergence from the middle (Endres & Schindelin, 2003); NaN where a
    part has no row.

    >>> jensen_shannon(np.array([5, 0]), np.array([0, 9]))
    1.0
    """
    if not before.sum() or not after.sum():
        return float("nan")
    p, q = before / before.sum(), after / after.sum()
    middle = (p + q) / 2
    divergence = sum((part[part > 0] * np.log2(part[part > 0] / middle[part > 0])).sum() for part in (p, q)) / 2
    return float(np.sqrt(np.clip(divergence, 0.0, 1.0)))


def apart(ranked: Ranked, first: int, matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kolmogorov–Smirnov and Wasserstein distance per row of a matrix whose first `first` entries are the one part.

    The first is the largest gap between the two cumulative shares, the second the area between them, in units of
    the values. Missing values take no part; for the area, infinities count as the column's largest finite values.
    """
    own = ranked.there & (ranked.order < first)
    n = own.sum(axis=1)
    m = ranked.present - n
    share, rest = (
        np.cumsum(side, axis=1) / np.maximum(side.sum(axis=1), 1)[:, None] for side in (own, ranked.there & ~own)
    )
    gap = np.abs(share - rest)
    ordered = np.take_along_axis(matrix, ranked.order, axis=1)
    with np.errstate(invalid="ignore", over="ignore"):
        step = np.diff(ordered, axis=1)
    between = np.isfinite(step) & (step > 0)  # within equal values and next to infinities there is no area
    area = np.where(between, gap[:, :-1] * np.where(between, step, 0.0), 0.0).sum(axis=1)
    last = np.zeros(gap.shape, dtype=bool)  # the cumulative shares are right only where a value ends
    last.ravel()[ranked.ends - 1] = True
    largest = np.where(last & ranked.there, gap, 0.0).max(axis=1)
    measured = (n > 0) & (m > 0)
    return np.where(measured, largest, np.nan), np.where(measured, area, np.nan)


def kolmogorov_p(distance: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The p-value of a two-sample Kolmogorov–Smirnov distance, with `first` and `second` rows.

    Kolmogorov's limit at (√e + 0.12 + 0.11 / √e) · D with e = nm / (n + m) (Stephens, 1970). It is too large
    rather than too small where values are tied.
    """
    from scipy.special import kolmogorov

    root = np.sqrt(first * second / np.maximum(first + second, 1))
    return kolmogorov((root + 0.12 + 0.11 / np.maximum(root, 1e-9)) * distance)


def gaps_p(missing: tuple[np.ndarray, np.ndarray], rows: tuple[int, int]) -> np.ndarray:
    """The p-value for equal shares missing in both parts: chi-square of the 2 × 2 table with Yates's correction."""
    from scipy.special import chdtrc

    (a, b), (n, m) = missing, rows
    total = (a + b).astype(np.float64)
    free = np.maximum(np.abs(a * (m - b) - b * (n - a)) - (n + m) / 2, 0.0)
    spread = n * m * total * (n + m - total)
    statistic = np.divide(free**2 * (n + m), spread, out=np.zeros_like(total), where=spread > 0)
    return chdtrc(1, statistic)


def level_test(before: np.ndarray, after: np.ndarray) -> tuple[float, float]:
    """Chi-square statistic and p-value for equal shares of levels in both parts.

    Levels of fewer than five expected rows in a part are pooled, and the pool joins the smallest other level where
    it is still too small. Two levels that stay too small are tested by Fisher's exact test (the statistic is then
    NaN); one level cannot be tested: NaN for both.
    """
    from scipy.special import chdtrc

    table = _pooled(before, after)
    if table.shape[1] < 2:
        return float("nan"), float("nan")
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
    if expected.min() < LEAST_EXPECTED:
        from scipy.stats import fisher_exact

        return float("nan"), float(fisher_exact(table).pvalue)
    statistic = float(((table - expected) ** 2 / expected).sum())
    return statistic, float(chdtrc(table.shape[1] - 1, statistic))


def _pooled(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """A table (2, levels) whose levels are large enough, but for the last two."""
    table = np.stack([before, after])
    table = table[:, table.sum(axis=0) > 0]
    table = table[:, np.argsort(-table.sum(axis=0), kind="stable")]
    if not table.shape[1] or not table.sum(axis=1).all():
        return np.empty((2, 0))
    least = LEAST_EXPECTED * table.sum() / table.sum(axis=1).min()  # rows of a level that make five expected ones
    kept = max(int((table.sum(axis=0) >= least).sum()), 1)
    pool = table[:, kept:].sum(axis=1, keepdims=True)
    if kept > 1 and 0 < pool.sum() < least:
        return np.concatenate([table[:, : kept - 1], table[:, kept - 1 : kept] + pool], axis=1)
    return np.concatenate([table[:, :kept], pool], axis=1) if pool.sum() else table[:, :kept]
