"""The cheapest thresholds under a limit on how far the groups may be apart.

Each group's decisions can be ordered from the strictest threshold to the loosest; along that order every rate only
rises. Groups are within a tolerance of each other exactly if some window of that width holds a point of each, and
the points of a group inside a window lie side by side. So the cheapest policy is found by sliding the window over
all rates that occur and taking each group's cheapest point inside it: exact for one rate (demographic parity, equal
opportunity). Two rates at once (equalised odds) have a window in two dimensions, slid over a grid: approximate.

The thresholds are fixed numbers, not lotteries (as Hardt, Price & Srebro 2016 need for exact equalised odds), so two
people with the same probability in the same group always get the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backends.fairness.costs import Costs
from backends.fairness.tallies import CRITERIA, rate
from backends.fairness.thresholds.table import GroupScores
from backends.training.policy import HALF

POINTS = 5_000  # thresholds of a group that are tried; of more, an even choice
GRID = 4  # steps of a tolerance by which a window in two dimensions is moved
TOLERANCES = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
TINY = 1e-9


@dataclass(frozen=True)
class Points:
    """A group's possible decisions from the strictest threshold (nobody) to the loosest (everybody)."""

    thresholds: np.ndarray  # (points,), falling
    tally: np.ndarray  # (points, 4)
    cost: np.ndarray  # (points,)

    @classmethod
    def of(cls, group: GroupScores, costs: Costs) -> Points:
        """Thresholds half-way between neighbouring probabilities, with 1 and 0 at the ends."""
        thresholds = candidates(np.unique(group.scores))[::-1]
        tally = group.tally(thresholds)
        return cls(thresholds, tally, costs.of(tally))

    @cached_property
    def cheapest(self) -> RangeMinimum:
        """Finds the cheapest point of any stretch."""
        return RangeMinimum(self.cost)

    def rate(self, key: str) -> np.ndarray:
        """A rate at each point, (points,); rising."""
        return rate(key, self.tally)


def candidates(distinct: np.ndarray) -> np.ndarray:
    """Rising thresholds, one for every possible decision on these rising probabilities (at most `POINTS`)."""
    between = (distinct[1:] + distinct[:-1]) / 2
    if len(between) > POINTS:
        between = between[np.unique(np.linspace(0, len(between) - 1, POINTS).astype(np.intp))]
    return np.unique(np.concatenate([[0.0], between, [1.0]]))


class RangeMinimum:
    """The place of the smallest of any stretch of numbers, from a table of the stretches whose lengths are 2, 4, 8, …

    >>> RangeMinimum(np.array([3.0, 1.0, 2.0, 5.0]))(np.array([0, 2, 1]), np.array([4, 4, 1])).tolist()
    [1, 2, -1]
    """

    def __init__(self, values: np.ndarray) -> None:
        self.values = values
        self.levels = [np.arange(len(values))]
        while (half := 1 << (len(self.levels) - 1)) * 2 <= len(values):
            last = self.levels[-1]
            left, right = last[: len(last) - half], last[half:]
            self.levels.append(np.where(values[right] < values[left], right, left))

    def __call__(self, start: np.ndarray, stop: np.ndarray) -> np.ndarray:
        """The place of the smallest of values[start:stop], for each pair; -1 where the stretch is empty."""
        length = stop - start
        found = np.full(length.shape, -1, dtype=np.intp)
        level = np.zeros(length.shape, dtype=np.intp)
        level[length > 0] = np.floor(np.log2(length[length > 0])).astype(np.intp)
        for step, places in enumerate(self.levels):
            here = (level == step) & (length > 0)
            left, right = places[start[here]], places[stop[here] - (1 << step)]
            found[here] = np.where(self.values[right] < self.values[left], right, left)
        return found


@dataclass(frozen=True)
class Optimum:
    """The cheapest thresholds found, one per group, with their cost; None when no window held all groups."""

    thresholds: np.ndarray
    cost: float


def separate(points: list[Points]) -> Optimum:
    """Each group's cheapest threshold, whatever the others do; of several, the one nearest to 0.5."""
    best = [nearest_half(p.thresholds[p.cost <= p.cost.min() * (1 + TINY)]) for p in points]
    return Optimum(np.array(best), float(sum(p.cost.min() for p in points)))


def within(points: list[Points], criterion: str, tolerance: float) -> Optimum | None:
    """The cheapest thresholds with a disparity of `criterion` of at most `tolerance`."""
    keys = CRITERIA[criterion].measures
    search = _one_rate if len(keys) == 1 else _two_rates
    return search(points, keys, tolerance + TINY)


def _one_rate(points: list[Points], keys: tuple[str, ...], width: float) -> Optimum | None:
    rates = [p.rate(keys[0]) for p in points]
    starts = np.unique(np.concatenate(rates))
    chosen = [
        p.cheapest(np.searchsorted(rate, starts), np.searchsorted(rate, starts + width, side="right"))
        for p, rate in zip(points, rates, strict=True)
    ]
    return _best(points, np.stack(chosen, axis=1))


def _two_rates(points: list[Points], keys: tuple[str, ...], width: float) -> Optimum | None:
    steps = np.linspace(0, 1, int(np.ceil(GRID / width)) + 1)
    chosen = []
    for p in points:
        first, second = (_stretches(p.rate(key), steps, width) for key in keys)
        start = np.maximum(first[0][:, None], second[0][None, :]).ravel()
        stop = np.minimum(first[1][:, None], second[1][None, :]).ravel()
        chosen.append(p.cheapest(start, np.maximum(stop, start)))
    return _best(points, np.stack(chosen, axis=1))


def _stretches(rate: np.ndarray, steps: np.ndarray, width: float) -> tuple[np.ndarray, np.ndarray]:
    return np.searchsorted(rate, steps - TINY), np.searchsorted(rate, steps + width - TINY, side="right")


def _best(points: list[Points], chosen: np.ndarray) -> Optimum | None:
    """The cheapest of the windows, (windows, groups) of places, -1 where a group has no point inside."""
    chosen = chosen[(chosen >= 0).all(axis=1)]
    if not len(chosen):
        return None
    cost = sum(p.cost[places] for p, places in zip(points, chosen.T, strict=True))
    best = int(np.argmin(cost))
    thresholds = [float(p.thresholds[place]) for p, place in zip(points, chosen[best], strict=True)]
    return Optimum(np.array(thresholds), float(np.asarray(cost)[best]))


def together(everyone: Sequence[GroupScores], costs: Costs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One threshold for all: rising candidates (n,), their total cost (n,), and the tallies (n, groups, 4)."""
    thresholds = candidates(np.unique(np.concatenate([group.scores for group in everyone])))
    tallies = np.stack([group.tally(thresholds) for group in everyone], axis=1)
    return thresholds, costs.of(tallies.sum(axis=1)), tallies


def nearest_half(thresholds: np.ndarray) -> float:
    """The threshold nearest to 0.5."""
    return float(thresholds[np.abs(thresholds - HALF).argmin()])
