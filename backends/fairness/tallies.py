"""The four counts of yes-or-no decisions, group by group, and the rates and disparities that follow from them.

A *tally* is an array whose last axis holds the four `CELLS` and whose axis before that holds the groups; axes in
front of those are resamples. Every rate is a share of cells, so the value and its bootstrap interval come from the
same line.
"""

from __future__ import annotations

import numpy as np

from backends.fairness.disparities import CRITERIA as ROWS
from backends.fairness.disparities import Criterion
from backends.fairness.measures import Counted, measure, share
from backends.fairness.resampling import unstuck

CELLS = ("true negatives", "false positives", "false negatives", "true positives")  # 2 · truth + decision
NAMES = ("tn", "fp", "fn", "tp")  # the same for `measures`
MINIMUM_ROWS = 10  # a smaller group is not measured
RESAMPLES = 1_000
CRITERIA: dict[str, Criterion] = {row.key: row for row in ROWS}


def cells_of(counted: Counted) -> list[int]:
    """Where the named counts stand along the last axis of a tally."""
    return [NAMES.index(name) for name in counted]


def rate(key: str, tally: np.ndarray) -> np.ndarray:
    """A measure that is a share of rows, without the last axis of `tally`; NaN of no row.

    >>> rate("tpr", np.array([[5, 1, 1, 3], [4, 0, 0, 0]])).tolist()
    [0.75, nan]
    """
    row = measure(key)
    return share(tally[..., cells_of(row.part)].sum(axis=-1), tally[..., cells_of(row.whole)].sum(axis=-1))


def told(key: str, tally: np.ndarray, least: int = MINIMUM_ROWS) -> np.ndarray:
    """A rate as `rate`, NaN also where it is a share of fewer than `least` rows: all of 2 tells nothing.

    >>> told("tpr", np.array([[5, 1, 1, 19], [4, 0, 0, 1]])).tolist()
    [0.95, nan]
    """
    whole = tally[..., cells_of(measure(key).whole)].sum(axis=-1)
    return np.where(whole < least, np.nan, rate(key, tally))


def apart(criterion: Criterion, tally: np.ndarray, least: int = MINIMUM_ROWS) -> np.ndarray:
    """The disparity of (…, groups, cells): the widest spread of a rate between groups; NaN under two groups.

    A group takes no part in a rate that is a share of fewer than `least` of its rows.
    """
    return np.max([spread(told(key, tally, least)) for key in criterion.measures], axis=0)


def widest(criterion: Criterion, tally: np.ndarray, least: int = MINIMUM_ROWS) -> tuple[str, int, int] | None:
    """The rate of (groups, cells) that is furthest apart, and the groups with its highest and lowest value."""
    rates = {key: told(key, tally, least) for key in criterion.measures}
    spreads = {key: float(spread(values)) for key, values in rates.items()}
    if any(np.isnan(size) for size in spreads.values()):
        return None
    key = max(spreads, key=lambda name: spreads[name])
    return key, int(np.nanargmax(rates[key])), int(np.nanargmin(rates[key]))


def apart_drawn(criterion: Criterion, draws: np.ndarray, tally: np.ndarray, least: int = MINIMUM_ROWS) -> np.ndarray:
    """The difference between the two groups at the ends of `tally` (groups, cells) in each of its resamples.

    The pair is not chosen anew in each resample, so that the interval of no difference can hold 0; and a rate of nobody
    or of everybody varies too (see `resampling.unstuck`): 12 of 12 is no certainty.
    """
    ends = widest(criterion, tally, least)
    if ends is None:
        return np.full(len(draws), np.nan)
    key, high, low = ends
    part, whole = (tally[..., cells_of(counted)].sum(axis=-1) for counted in (measure(key).part, measure(key).whole))
    drawn = unstuck(rate(key, draws), part, whole)
    return np.asarray(drawn[:, high] - drawn[:, low])


def spread(rates: np.ndarray) -> np.ndarray:
    """The largest less the smallest along the last axis, leaving NaN out; NaN where fewer than two are measurable.

    >>> spread(np.array([[0.2, 0.5, np.nan], [0.2, np.nan, np.nan]])).round(6).tolist()
    [0.3, nan]
    """
    known = ~np.isnan(rates)
    highest = np.where(known, rates, -np.inf).max(axis=-1, initial=-np.inf)
    lowest = np.where(known, rates, np.inf).min(axis=-1, initial=np.inf)
    two = known.sum(axis=-1) >= 2
    return np.subtract(highest, lowest, out=np.full(np.shape(two), np.nan), where=two)


def resampled(tally: np.ndarray, resamples: int = RESAMPLES, seed: int = 0) -> np.ndarray:
    """Tallies of bootstrap resamples of the rows, (resamples, *shape): multinomial draws of all cells together.

    To draw rows with replacement and count them is the same as to draw the counts. Group sizes vary, as they would
    in another sample of the same people.
    """
    total = int(tally.sum())
    if not total:
        return np.zeros((resamples, *tally.shape), dtype=np.intp)
    drawn = np.random.default_rng(seed).multinomial(total, tally.ravel() / total, size=resamples)
    return drawn.reshape(resamples, *tally.shape)


def tally_of(codes: np.ndarray, groups: int, y: np.ndarray, decisions: np.ndarray) -> np.ndarray:
    """The tally (groups, 4) of rows with group codes 0..groups-1 (any other row is left out), truth and decision 0/1.

    >>> tally_of(np.array([0, 0, 1, -1]), 2, np.array([1, 0, 1, 1]), np.array([1, 1, 0, 0])).tolist()
    [[0, 1, 0, 1], [0, 0, 1, 0]]
    """
    known = (codes >= 0) & (codes < groups)
    cells = codes[known] * 4 + 2 * np.asarray(y)[known] + np.asarray(decisions)[known]
    return np.bincount(cells.astype(np.intp), minlength=4 * groups).reshape(groups, 4)
