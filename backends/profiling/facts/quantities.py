"""What sorted numbers tell besides their distinct values: statistics and a histogram of the finite ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backends.profiling.facts.histograms import Histogram, edges, histogram, rice
from backends.profiling.facts.moments import moments
from backends.profiling.facts.order import below_marks, finite_part, quantiles
from backends.profiling.facts.result import QUANTILES

FENCE = 1.5  # interquartile ranges from the quartiles to where outliers begin (Tukey 1977)
JUST_ABOVE_ZERO = np.nextafter(0.0, 1.0)


@dataclass(frozen=True)
class Quantities:
    """Sorted columns (columns × rows) of float64: of row i the first `present[i]` are values, the rest is anything.

    The finite ones are `cells[i, low[i] : high[i]]`.
    """

    cells: np.ndarray
    present: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def of_sorted(cls, cells: np.ndarray, present: np.ndarray) -> Quantities:
        """Find the finite values."""
        return cls(cells, present, *finite_part(cells, present))

    @property
    def size(self) -> np.ndarray:
        """The number of finite values of each column."""
        return self.high - self.low

    def end(self, last: bool) -> np.ndarray:
        """The least or the largest finite value of each column; NaN where there is none."""
        place = self.high - 1 if last else np.minimum(self.low, self.cells.shape[1] - 1)
        return np.where(self.size > 0, self.cells[np.arange(len(self.cells)), place], np.nan)

    def histograms(self, whole: np.ndarray) -> Iterator[Histogram | None]:
        """The histogram of each column, None without a finite value; `whole` says which hold whole numbers only."""
        bounds = edges(self.end(last=False), self.end(last=True), rice(self.size), whole)
        below = below_marks(self.cells, self.low, self.high, bounds)
        for edge, passed, size in zip(bounds, below, self.size.tolist(), strict=True):
            yield histogram(edge, passed, size) if size else None

    def statistics(self) -> dict[str, np.ndarray]:
        """The figures of numbers (see `Facts`), an array each. The cells are used up."""
        least, most, size = self.end(last=False), self.end(last=True), self.size
        found = quantiles(self.cells, self.low, self.high, np.array(list(QUANTILES.values())))
        named = dict(zip(QUANTILES, found.T, strict=True))
        with np.errstate(over="ignore", invalid="ignore"):
            reach = FENCE * (named["p75"] - named["p25"])
            fences = named["p25"] - reach, np.nextafter(named["p75"] + reach, np.inf)
        marks = np.column_stack([np.zeros(len(size)), np.full(len(size), JUST_ABOVE_ZERO), *fences])
        negative, not_positive, under, inside = below_marks(self.cells, self.low, self.high, marks).T
        return {
            "min": least,
            **named,
            "max": most,
            "negatives": negative + self.low,  # minus infinity is one of them
            "zeros": not_positive - negative,
            "infinite": self.present - size,
            "outliers": np.where(size > 0, under + size - inside, 0),
            **moments(self.cells, self.low, self.high),
        }
