"""The bootstrap behind every interval: thousands of resamples from counts instead of rows.

Rows are drawn with replacement from the whole hold-out, without regard to their group, truth or decision (the plain
bootstrap of Efron & Tibshirani 1993, chapter 6): how many rows a group has is chance too. Rows that agree in group,
truth, decision and score are exchangeable, so that drawing how often each *cell* of such rows occurs, from a
multinomial distribution, is the same as drawing the rows.

Exact, whatever the scores: everything that is made of counts. Exact, too, is a score-based measure of a group with up
to 128 distinct scores. Of more, neighbouring scores share a cell (about 128 per group, equally filled, never across one
of the ten calibration bins): a resample then has the cell's mean score and mean squared error for each of its rows, and
within a cell the share of well-ordered pairs that the cell's rows have. The measure of the rows as they are is
exact always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from backends.fairness.measures import Tallies

SCORE_CELLS = 128
ROWS_PER_CELL = 5  # up to so many, drawing rows is quicker than drawing how often each cell occurs
CALIBRATION_BINS = 10
LEVEL = 0.95
MEASURED = 0.5  # an interval needs a value in at least this share of the resamples
Interval = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Cells:
    """The rows of one group, counted. Arrays have shape (score cells, truth, decision), scores rising.

    `score` and `squared` are the mean probability and the mean squared distance from the truth in each cell, `ordered`
    (score cells,) the share of its pairs of a positive and a negative that are in order, `bins` (score cells,) the
    calibration bin that it lies in.
    """

    counts: np.ndarray
    score: np.ndarray
    squared: np.ndarray
    ordered: np.ndarray
    bins: np.ndarray

    @classmethod
    def of(cls, y: np.ndarray, decisions: np.ndarray, scores: np.ndarray | None) -> Cells:
        """Count rows: truth (rows,) and decisions (rows,) as 0 and 1, probabilities (rows,) or None."""
        if scores is None or not len(y):
            return cls._without_scores(y, decisions)
        order = np.argsort(scores, kind="stable")
        y, decisions, scores = y[order], decisions[order], scores[order]
        cells, bins = _score_cells(scores)
        shape = (len(bins), 2, 2)
        places = (cells * 2 + y) * 2 + decisions
        counts = np.bincount(places, minlength=4 * len(bins)).reshape(shape)
        score, squared = (
            np.bincount(places, weights, 4 * len(bins)).reshape(shape) / np.maximum(counts, 1)
            for weights in (scores, (scores - y) ** 2)
        )
        return cls(counts, score, squared, _in_order(cells, y, scores, len(bins)), bins)

    @classmethod
    def _without_scores(cls, y: np.ndarray, decisions: np.ndarray) -> Cells:
        counts = np.bincount(y * 2 + decisions, minlength=4).reshape(1, 2, 2)
        unknown = np.full((1, 2, 2), np.nan)
        return cls(counts, unknown, unknown, np.full(1, np.nan), np.zeros(1, dtype=np.intp))

    @property
    def rows(self) -> int:
        """The rows of the group."""
        return int(self.counts.sum())

    def drawn(self, sizes: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """How often each cell occurs in samples of these sizes (resamples,): (resamples, score cells, 2, 2)."""
        flat = self.counts.ravel()
        filled = np.flatnonzero(flat)
        shape = (len(sizes), *self.counts.shape)
        if self.rows <= ROWS_PER_CELL * len(filled):  # a row each, from the list of the cells of all rows
            cells = np.repeat(np.arange(len(flat)), flat)
            starts = np.repeat(np.arange(len(sizes)) * len(flat), sizes)
            places = starts + cells[random.integers(max(self.rows, 1), size=len(starts))]
            return np.bincount(places, minlength=len(sizes) * len(flat)).astype(np.float64).reshape(shape)
        found = np.zeros((len(sizes), len(flat)))
        found[:, filled] = random.multinomial(sizes, flat[filled] / flat.sum())
        return found.reshape(shape)

    def tally(self, counts: np.ndarray) -> Tallies:
        """The sums of these counts of cells (resamples, score cells, 2, 2), each (resamples,)."""
        sums = counts.reshape(len(counts), -1) @ self._columns
        tn, fp, fn, tp, score, squared = sums[:, :6].T
        uncalibrated = np.abs(sums[:, 6:]).sum(axis=1)
        return Tallies(tp, fp, fn, tn, score, squared, uncalibrated, self._area(counts))

    @cached_property
    def _columns(self) -> np.ndarray:
        """What is summed over the cells: the four counts, score, squared, and the excess score in each bin."""
        outcomes = np.tile(np.eye(4), (len(self.bins), 1))
        excess = self.score - np.array([[0], [1]])  # over the truth
        in_bin = self.bins[:, None, None, None] == np.arange(CALIBRATION_BINS)
        by_bin = np.where(in_bin, excess[..., None], 0.0 * excess[..., None])  # NaN stays NaN
        return np.column_stack(
            [outcomes, self.score.ravel(), self.squared.ravel(), by_bin.reshape(-1, CALIBRATION_BINS)]
        )

    def _area(self, counts: np.ndarray) -> np.ndarray:
        negatives, positives = (counts[:, :, truth, 0] + counts[:, :, truth, 1] for truth in (0, 1))
        below = np.cumsum(negatives, axis=1) - negatives
        pairs = positives.sum(axis=1) * negatives.sum(axis=1)
        in_order = (positives * (below + self.ordered * negatives)).sum(axis=1)
        return np.divide(in_order, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)


def exact(groups: Sequence[Cells]) -> Tallies:
    """The sums of the rows as they are, (groups,)."""
    found = Tallies.stacked([cells.tally(cells.counts[None].astype(np.float64)) for cells in groups])
    return Tallies(*(getattr(found, row.name)[0] for row in fields(Tallies)))


def resampled(groups: Sequence[Cells], resamples: int, seed: int = 0) -> Tallies:
    """The sums of each resample of all rows, (resamples, groups)."""
    random = np.random.default_rng(seed)
    rows = np.array([cells.rows for cells in groups])
    sizes = random.multinomial(rows.sum(), rows / rows.sum(), size=resamples)
    return Tallies.stacked([cells.tally(cells.drawn(sizes[:, at], random)) for at, cells in enumerate(groups)])


def interval(draws: np.ndarray, value: np.ndarray, basic: bool = False) -> Interval:
    """The 95 % interval of each value (n,) from its resamples (resamples, n): low and high, NaN if not measurable.

    The percentile interval, its ends taken outwards to a resample. With `basic` it is reflected at the value
    (2 · value − percentile; never below 0), for a figure that resampling pushes upwards. It is widened to hold the
    value. Where fewer than half of the resamples have a value there is none.
    """
    value = np.asarray(value, dtype=np.float64)
    ordered = np.sort(draws, axis=0)  # NaN goes last
    measured = (~np.isnan(draws)).sum(axis=0)
    last = np.maximum(measured - 1, 0)
    tail = (1 - LEVEL) / 2
    at = np.arange(draws.shape[1])
    low = ordered[np.floor(tail * last).astype(np.intp), at]
    high = ordered[np.ceil((1 - tail) * last).astype(np.intp), at]
    if basic:
        low, high = np.maximum(2 * value - high, 0), np.maximum(2 * value - low, 0)
    usable = (measured >= MEASURED * len(draws)) & ~np.isnan(value)
    return np.where(usable, np.fmin(low, value), np.nan), np.where(usable, np.fmax(high, value), np.nan)


def unstuck(draws: np.ndarray, part: np.ndarray, whole: np.ndarray, seed: int = 0) -> np.ndarray:
    """Resampled rates (resamples, n) where those of nobody or everybody can vary.

    0 of 12 rows is 0 of 12 in every resample, as if it were certain. Such a rate is drawn from the Beta
    distribution (part + 1/2, whole − part + 1/2), Jeffreys' posterior of a share (Brown, Cai & DasGupta 2001).
    """
    stuck = np.flatnonzero((whole > 0) & ((part == 0) | (part == whole)))
    if not len(stuck):
        return draws
    found = draws.copy()
    a, b = part[stuck] + 0.5, whole[stuck] - part[stuck] + 0.5
    found[:, stuck] = np.random.default_rng(seed).beta(a, b, size=(len(draws), len(stuck)))
    return found


def _score_cells(scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The cell of each of the sorted scores (rows,), and the calibration bin of each cell."""
    first = np.append(True, scores[1:] != scores[:-1])
    level = np.cumsum(first) - 1
    if level[-1] >= SCORE_CELLS:
        level = (np.flatnonzero(first) * SCORE_CELLS // len(scores))[level]
    bins = np.clip((scores * CALIBRATION_BINS).astype(np.intp), 0, CALIBRATION_BINS - 1)
    starts = np.append(True, (np.diff(level) != 0) | (np.diff(bins) != 0))
    return np.cumsum(starts) - 1, bins[starts]


def _in_order(cells: np.ndarray, y: np.ndarray, scores: np.ndarray, count: int) -> np.ndarray:
    """Of each cell's pairs of a positive and a negative, the share where the positive scores higher (ties: half)."""
    passed = np.append(0, np.cumsum(1 - y))  # negatives among the first i rows
    low = np.searchsorted(scores, scores, side="left")
    high = np.searchsorted(scores, scores, side="right")
    begins = np.searchsorted(cells, np.arange(count))
    beaten = (passed[low] + passed[high]) / 2 - passed[begins][cells]
    positives, negatives = np.bincount(cells, y, count), np.bincount(cells, 1 - y, count)
    pairs = positives * negatives
    return np.bincount(cells, beaten * y, count) / np.maximum(pairs, 1)
