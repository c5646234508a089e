"""Association with a column of levels: Cramér's V between two of them, the correlation ratio with a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.profiling.relations.correlation import LEAST_SPREAD, standardised


@dataclass(frozen=True)
class Ratio:
    """A correlation ratio: `eta`, the same `corrected` for the number of levels, and the `rows` it is from."""

    eta: float
    corrected: float
    rows: int


def contingency(first: np.ndarray, second: np.ndarray, levels: tuple[int, int]) -> np.ndarray:
    """Rows per pair of levels, from codes (-1 where missing: such rows are not counted).

    >>> contingency(np.array([0, 0, 1, -1]), np.array([1, 1, 0, 0]), (2, 2)).tolist()
    [[0, 2], [1, 0]]
    """
    width = levels[1] + 1
    cells = (first.astype(np.intp) + 1) * width + (second + 1)
    return np.bincount(cells, minlength=(levels[0] + 1) * width).reshape(-1, width)[1:, 1:]


def cramers_v(table: np.ndarray) -> float:
    """Cramér's V of a table of counts, corrected for its bias (Bergsma, 2013): 0 for independence, 1 at most.

    With φ² = χ²/n and r × k levels that occur: φ̃² = max(0, φ² − (r−1)(k−1)/(n−1)), r̃ = r − (r−1)²/(n−1), k̃
    likewise, and V = √(φ̃² / min(r̃−1, k̃−1)). χ² is without continuity correction. NaN where it is not defined:
    one level on a side, or as many levels as rows.

    >>> round(cramers_v(np.array([[30, 10], [10, 30]])), 3)
    0.49
    """
    counts = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0].astype(np.float64)
    rows = counts.sum()
    if min(counts.shape) < 2:
        return float("nan")
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / rows
    phi2 = ((counts - expected) ** 2 / expected).sum() / rows
    first, second = counts.shape
    phi2 = max(0.0, phi2 - (first - 1) * (second - 1) / (rows - 1))
    least = min(size - (size - 1) ** 2 / (rows - 1) for size in counts.shape) - 1
    return float(min(1.0, np.sqrt(phi2 / least))) if least > 1e-12 else float("nan")


def correlation_ratio(codes: np.ndarray, numbers: np.ndarray) -> Ratio:
    """The correlation ratio η of numbers (NaN where missing) in levels (codes, -1 where missing).

    η² is the share of the numbers' sum of squares that lies between the levels: Σ nₗ(x̄ₗ − x̄)² / Σ(x − x̄)², over
    the rows where both are present. By chance alone it is about (L−1)/(n−1) with L levels, so that many levels
    look like much; `corrected` takes that away (ε² = 1 − (1−η²)(n−1)/(n−L), not below 0; Kelley, 1935). With two
    levels η is |Pearson's r|. NaN where the numbers do not vary, with one level, or as many levels as rows.

    >>> correlation_ratio(np.array([0, 0, 1, 1]), np.array([1.0, 3.0, 5.0, 7.0])).eta.__round__(3)
    0.894
    """
    return correlation_ratios(codes, numbers[None, :], standardised(numbers[None, :]))[0]


def correlation_ratios(codes: np.ndarray, matrix: np.ndarray, scaled: np.ndarray) -> list[Ratio]:
    """`correlation_ratio` with each row of `matrix`; `scaled` is the same `standardised`, made once for many codes."""
    return [_ratio(codes, numbers, known) for numbers, known in zip(matrix, scaled, strict=True)]


def _ratio(codes: np.ndarray, numbers: np.ndarray, scaled: np.ndarray) -> Ratio:
    slots = np.where(np.isnan(numbers), 0, codes + 1)  # slot 0 takes the rows where one of the two is missing
    counts = np.bincount(slots, minlength=2)[1:].astype(np.float64)
    rows, levels = int(counts.sum()), int((counts > 0).sum())
    if levels < 2 or rows <= levels:
        return Ratio(float("nan"), float("nan"), rows)
    sums = np.bincount(slots, weights=scaled)[1:]
    used = scaled if rows == len(scaled) else scaled[slots > 0]
    total = (used * used).sum() - sums.sum() ** 2 / rows
    if total < LEAST_SPREAD * rows:
        return _closely(codes[slots > 0], numbers[slots > 0])
    between = (sums**2 / np.maximum(counts, 1)).sum() - sums.sum() ** 2 / rows
    eta2 = float(np.clip(between / total, 0.0, 1.0))
    corrected = 1 - (1 - eta2) * (rows - 1) / (rows - levels)
    return Ratio(float(np.sqrt(eta2)), float(np.sqrt(max(0.0, corrected))), rows)


def _closely(codes: np.ndarray, numbers: np.ndarray) -> Ratio:
    """Again, scaled by these rows' own spread: an extreme value elsewhere had squeezed them together."""
    scaled = standardised(numbers[None, :])[0]
    return _ratio(codes, numbers, scaled) if scaled.any() else Ratio(float("nan"), float("nan"), len(codes))
