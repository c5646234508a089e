"""Which of the slices found say something of their own, and where exactly their intervals begin and end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from backends.explanations.cohorts.cohort import Cohort
from backends.explanations.cohorts.comparing import Moments
from backends.explanations.slices.bins import Bins
from backends.explanations.slices.lattice import ADDS
from backends.explanations.slices.literals import Slice, gain, moments_by_bin, over_ranges

CANDIDATES = 600  # the worst slices that are looked at one by one
PICKED = 100
BETTER = 0.5  # standard errors that a finer end has to bring


@dataclass
class Covered:
    """The slices taken so far, and whether one more says something that they do not.

    It does where, on the rows that none of them covers, it is worse than the other such rows; or where it is worse than
    the one it has most in common with (Jaccard). Worse means by `fresh` and by `sharper` standard errors.
    """

    loss: np.ndarray
    least: int
    fresh: float
    sharper: float
    masks: list[np.ndarray] = field(default_factory=list)

    def adds(self, mask: np.ndarray) -> bool:
        """Whether the slice (rows,) bool is not redundant."""
        if not self.masks:
            return True
        free = ~np.logical_or.reduce(self.masks)
        fresh = mask & free
        if self._worse(fresh, free) >= self.fresh:
            return True
        nearest = max(self.masks, key=lambda other: (mask & other).sum() / (mask | other).sum())
        return self._worse(mask & nearest, nearest) >= self.sharper

    def _worse(self, part: np.ndarray, whole: np.ndarray) -> float:
        """Standard errors; none where too few rows are on either side to tell."""
        inside = int(part.sum())
        if min(inside, int(whole.sum()) - inside) < self.least:
            return -np.inf
        return float(gain(Moments.of(part[None, :], self.loss), Moments.of(whole[None, :], self.loss))[0])


@dataclass
class Picker:
    """Takes slices from the worst on, where they are not redundant, and moves the ends of their intervals.

    `finer` are finer bins of those columns of `bins` that are numbers or dates. `tested` counts the intervals tried.
    """

    bins: Sequence[Bins]
    finer: dict[int, Bins]
    loss: np.ndarray
    least: int
    tested: int = 0

    def pick(self, slices: Sequence[Slice], sharper: float) -> tuple[Cohort, ...]:
        """The cohorts of the slices that are not redundant, worst first."""
        covered, cohorts = Covered(self.loss, self.least, ADDS, sharper), []
        for entry in list(dict.fromkeys(slices))[:CANDIDATES]:
            if not covered.adds(entry.mask(self.bins)):
                continue
            parts = self._refined(entry)
            mask = _inside(parts)
            if not covered.adds(mask):
                continue
            cohorts.append(Cohort.of(*(bins.condition(start, stop) for bins, start, stop in parts)))
            covered.masks.append(mask)
            if len(cohorts) == PICKED:
                break
        return tuple(cohorts)

    def _refined(self, entry: Slice) -> list[tuple[Bins, int, int]]:
        """The slice's conditions with the ends of the intervals where the loss really changes."""
        parts = [(self.bins[place], start, stop) for place, start, stop in entry.parts]
        score = entry.score
        for number, place in enumerate(entry.columns):
            bins, start, stop = parts[number]
            if place not in self.finer or bins.condition(start, stop).operator != "between":
                continue
            others = _inside(parts[:number] + parts[number + 1 :], len(self.loss))
            found, reached = self._best_range(self.finer[place], others)
            if reached >= score + BETTER:
                parts[number], score = (self.finer[place], *found), reached
        return parts

    def _best_range(self, fine: Bins, others: np.ndarray) -> tuple[tuple[int, int], float]:
        """The interval of the finer bins with the highest score, given the other conditions."""
        each, ranges = moments_by_bin(fine.part(others), self.loss[others]), fine.ranges
        sums = Moments(*(over_ranges(values, ranges) for values in (each.rows, each.total, each.squares)))
        enough = (sums.rows >= self.least) & (len(self.loss) - sums.rows >= self.least)
        enough[-2:] = False  # missing and known are no intervals
        self.tested += int(enough.sum())
        scores = np.where(enough, gain(sums, Moments.whole(self.loss)), -np.inf)
        best = int(scores.argmax())
        start, stop = ranges[best].tolist()
        return (start, stop), float(scores[best])


def _inside(parts: Sequence[tuple[Bins, int, int]], rows: int = 0) -> np.ndarray:
    """Which rows meet all conditions."""
    masks = [bins.inside(start, stop) for bins, start, stop in parts]
    return np.logical_and.reduce(masks) if masks else np.ones(rows, dtype=bool)
