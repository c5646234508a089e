"""Single conditions on binned columns, the loss under each of them, and how far that is from chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backends.explanations.cohorts.comparing import Moments
from backends.explanations.slices.bins import Bins

COLUMNS = 64  # with the worst single conditions: those are combined
LITERALS = 1_500  # the worst single conditions that are combined


@dataclass(frozen=True)
class Slice:
    """Conditions as (place of the column among the bins, start bin, stop bin), with the score of the search."""

    parts: tuple[tuple[int, int, int], ...]
    score: float  # standard errors worse than the rest

    @property
    def columns(self) -> tuple[int, ...]:
        """The places of its columns."""
        return tuple(part[0] for part in self.parts)

    def mask(self, bins: Sequence[Bins]) -> np.ndarray:
        """Which of the searched rows are in it."""
        found = np.ones(len(bins[0].codes), dtype=bool)
        for place, start, stop in self.parts:
            found &= bins[place].inside(start, stop)
        return found


@dataclass(frozen=True)
class Literals:
    """Single conditions, one per row: column, start and stop bin, and the moments of the loss under each."""

    parts: np.ndarray  # (conditions, 3)
    moments: Moments
    scores: np.ndarray

    def take(self, keep: np.ndarray) -> Literals:
        """Some of them."""
        few = Moments(self.moments.rows[keep], self.moments.total[keep], self.moments.squares[keep])
        return Literals(self.parts[keep], few, self.scores[keep])

    def _part(self, place: int) -> tuple[int, int, int]:
        column, start, stop = self.parts[place].tolist()
        return column, start, stop

    def slice(self, *places: int, score: float) -> Slice:
        """A slice of these conditions, in the order of the columns."""
        return Slice(tuple(sorted(self._part(place) for place in places)), score)


def gain(part: Moments, whole: Moments) -> np.ndarray:
    """Standard errors by which the part's loss is above that of `whole`; 0 where nothing varies.

    The part's sum of losses against its mean and variance when as many rows are drawn from the whole at random,
    without putting back: n·L/N and n·σ²·(N − n)/(N − 1). For 0 and 1 that is the hypergeometric distribution.

    >>> part, whole = (Moments(*(np.array([float(x)]) for x in of)) for of in ((10, 5, 5), (100, 10, 10)))
    >>> gain(part, whole).round(2).tolist()
    [4.42]
    """
    size = np.maximum(whole.rows, 1.0)
    mean = whole.total / size
    variance = np.maximum(whole.squares / size - mean**2, 0.0)
    spread = part.rows * variance * (size - part.rows) / np.maximum(size - 1, 1.0)
    above = part.total - part.rows * mean
    usable = spread > 1e-12 * np.maximum(whole.squares, 1e-300)
    return np.divide(above, np.sqrt(np.where(usable, spread, 1.0)), out=np.zeros(np.shape(above)), where=usable)


def moments_by_bin(bins: Bins, loss: np.ndarray) -> Moments:
    """The moments of the loss in each bin."""
    return Moments(
        *(np.bincount(bins.codes, weights, minlength=bins.count) for weights in (np.ones(len(loss)), loss, loss**2))
    )


def over_ranges(each: np.ndarray, ranges: np.ndarray) -> np.ndarray:
    """Sums over the bins start ≤ bin < stop of each range (ranges, 2) from a value per bin."""
    running = np.append(0.0, np.cumsum(each))
    return running[ranges[:, 1]] - running[ranges[:, 0]]


def singles(bins: Sequence[Bins], loss: np.ndarray, whole: Moments, least: int) -> Literals:
    """Every condition on one column that leaves enough rows on both sides."""
    parts, sums = [np.empty((0, 3), dtype=np.intp)], [np.empty((3, 0))]
    for place, column in enumerate(bins):
        each, ranges = moments_by_bin(column, loss), column.ranges
        found = np.stack([over_ranges(values, ranges) for values in (each.rows, each.total, each.squares)])
        enough = (found[0] >= least) & (found[0] <= len(loss) - least)
        parts.append(np.column_stack([np.full(enough.sum(), place), ranges[enough]]))
        sums.append(found[:, enough])
    moments = Moments(*np.concatenate(sums, axis=1))
    return Literals(np.concatenate(parts), moments, gain(moments, whole))


def combinable(literals: Literals) -> Literals:
    """The literals of the worst columns, and of those the worst."""
    worst = np.full(int(literals.parts[:, 0].max()) + 1, -np.inf)
    np.maximum.at(worst, literals.parts[:, 0], literals.scores)
    chosen = np.argsort(-worst, kind="stable")[:COLUMNS]
    keep = np.flatnonzero(np.isin(literals.parts[:, 0], chosen))
    keep = keep[np.argsort(-literals.scores[keep], kind="stable")[:LITERALS]]
    return literals.take(np.sort(keep))
