"""Numbers put into cells, and quartiles by group: what is left of many rows in a picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

TAIL = 0.005  # of the rows at either end that may be left out when they stretch the axis
STRETCH = 3  # times the range of the rest: from there on the ends are left out
WHISKER = 1.5  # quartile distances (Tukey, 1977)
LARGE = 1e300  # differences of larger numbers may leave the range of floats


@dataclass(frozen=True)
class Cells:
    """The `cell` of each number, -1 outside, and the `middles` of the cells."""

    cell: np.ndarray
    middles: np.ndarray


def cells_of(numbers: np.ndarray, most: int, whole: bool) -> Cells:
    """At most `most` cells of equal width, and which one each number is in.

    Cells of whole numbers hold equally many of them, so that no stripes appear. Where the outermost numbers
    stretch the range to more than STRETCH times that of the others, they are outside.

    >>> cells = cells_of(np.array([1.0, 2.0, 2.0, 4.0]), 50, whole=True)
    >>> cells.cell.tolist(), cells.middles.tolist()
    ([0, 1, 1, 3], [1.0, 2.0, 3.0, 4.0])
    """
    if not len(numbers):
        return Cells(np.empty(0, dtype=np.intp), np.empty(0))
    low, high = _reach(numbers)
    half = 0.5 if whole else 0.0
    width = (high + half) / most - (low - half) / most
    if whole:
        width = max(1.0, np.ceil(width))
    count = 1 if high == low or width == 0 else int(min(most, max(1, np.ceil((high - low + 2 * half) / width))))
    start = low - half if high > low else low - width / 2
    inside = (numbers >= low) & (numbers <= high)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        cell = np.where(inside, np.floor((numbers - start) / width), 0) if count > 1 else np.zeros(len(numbers))
    cell = np.where(inside, np.clip(cell, 0, count - 1), -1).astype(np.intp)
    return Cells(cell, start + width * (np.arange(count) + 0.5))


def quartiles(groups: np.ndarray, numbers: np.ndarray) -> pd.DataFrame:
    """Per group that occurs: group, low, p25, p50, p75, high, mean, rows.

    `low` and `high` are the outermost numbers within 1.5 times the quartiles' distance of the quartiles.
    """
    order = np.argsort(groups, kind="stable")
    found, starts = np.unique(groups[order], return_index=True)
    parts = np.split(numbers[order], starts[1:]) if len(found) else []
    rows = [(int(group), *_box(part)) for group, part in zip(found, parts, strict=True)]
    names = ["group", "low", "p25", "p50", "p75", "high", "mean", "rows"]
    return pd.DataFrame(rows, columns=names).astype(
        {name: "int64" if name in ("group", "rows") else "float64" for name in names}
    )


def _reach(numbers: np.ndarray) -> tuple[float, float]:
    low, high = float(numbers.min()), float(numbers.max())
    inner_low, inner_high = quantiles(numbers, [TAIL, 1 - TAIL])
    inner = inner_high - inner_low
    if inner > 0 and high / STRETCH - low / STRETCH > inner:
        return float(inner_low), float(inner_high)
    return low, high


def quantiles(numbers: np.ndarray, shares: list[float]) -> np.ndarray:
    """Quantiles whose differences do not leave the range of floats: a quarter of the numbers, four times."""
    return np.quantile(numbers / 4, shares) * 4 if np.abs(numbers).max() > LARGE else np.quantile(numbers, shares)


def _box(numbers: np.ndarray) -> tuple[float, ...]:
    p25, p50, p75 = quantiles(numbers, [0.25, 0.5, 0.75])
    with np.errstate(over="ignore"):
        reach = WHISKER * (p75 - p25)
        within = numbers[(numbers >= p25 - reach) & (numbers <= p75 + reach)]
        mean = (numbers / len(numbers)).sum()
    return float(within.min()), float(p25), float(p50), float(p75), float(within.max()), float(mean), len(numbers)
