"""What another way of deciding changes, on the very same rows: accuracy, cost and disparities before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.fairness.costs import Costs
from backends.fairness.decided import Decided
from backends.fairness.groups import Groups
from backends.fairness.resampling import interval
from backends.fairness.tallies import CRITERIA, MINIMUM_ROWS, apart, apart_drawn, resampled, told


@dataclass(frozen=True)
class Side:
    """One way of deciding, counted: the tally of all groups (groups, 4), its resamples, and the groups compared."""

    tally: np.ndarray
    draws: np.ndarray
    told: np.ndarray

    def quantities(self, costs: Costs) -> tuple[np.ndarray, np.ndarray]:
        """The values of `QUANTITIES` (n,), and their draws (resamples, n)."""
        value, drawn = (_overall(tally.sum(axis=-2), costs) for tally in (self.tally, self.draws))
        tally, draws = self.tally[self.told], self.draws[:, self.told]
        value += [apart(criterion, tally) for criterion in CRITERIA.values()]
        drawn += [apart_drawn(criterion, draws, tally) for criterion in CRITERIA.values()]
        return np.stack(value), np.stack(drawn, axis=-1)


QUANTITIES = (
    ("accuracy", "Accuracy"),
    ("cost_per_row", "Cost per row"),
    ("selection_rate", "Selection rate"),
    *((row.key, f"{row.title} difference") for row in CRITERIA.values()),
)
FIRST_DISPARITY = 3  # from this one on


def _overall(tally: np.ndarray, costs: Costs) -> list[np.ndarray]:
    rows = tally.sum(axis=-1)
    return [told("accuracy", tally), costs.of(tally) / np.where(rows > 0, rows, np.nan), told("selection_rate", tally)]


def effect(
    before: Decided, after: np.ndarray, groups: Groups, costs: Costs | None = None, seed: int = 0
) -> pd.DataFrame:
    """The decisions of `before` against those of `after` (rows,), one row per quantity.

    Columns: key, title, before, before_low, before_high, after, after_low, after_high, change, change_low,
    change_high. The intervals (95 %, percentile bootstrap over the rows) share their resamples, so that of the
    change is about the same rows decided twice; that of a disparity is of the two groups at its ends. Groups under
    ten rows are in the totals and in no disparity, nor is a rate that is a share of under ten rows; NaN is what cannot
    be measured.

    >>> from backends.fairness.groups import from_labels
    >>> y, group = np.array([0, 1] * 20), np.array(["f"] * 20 + ["m"] * 20)
    >>> found = effect(Decided(y, np.where(group == "m", y, 0)), y, from_labels(group)).set_index("key")
    >>> found.loc["equal_opportunity", ["before", "after", "change"]].tolist()
    [1.0, 0.0, -1.0]
    """
    joint = _joint(before, np.asarray(after), groups)
    told = np.flatnonzero(joint.sum(axis=(1, 2, 3))[:-1] >= MINIMUM_ROWS)
    draws = resampled(joint, seed=seed)
    sides = [Side(_side(joint, other), _side(draws, other), told) for other in (-1, -2)]
    (was, was_draws), (now, now_draws) = [side.quantities(costs or Costs()) for side in sides]
    moved = now_draws - was_draws
    moved[:, FIRST_DISPARITY:] = moved[:, FIRST_DISPARITY:].clip(-1, 1)  # each is of its own pair of groups
    columns = {"before": (was, was_draws), "after": (now, now_draws), "change": (now - was, moved)}
    frame = pd.DataFrame(QUANTITIES, columns=["key", "title"])
    for name, (value, drawn) in columns.items():
        low, high = interval(drawn, value)
        frame = frame.assign(**{name: value, f"{name}_low": low, f"{name}_high": high})
    return frame


def standing(decided: Decided, groups: Groups, costs: Costs | None = None, seed: int = 0) -> pd.DataFrame:
    """One way of deciding by itself: columns key, title, value, low, high, one row per quantity of `effect`."""
    joint = _joint(decided, np.asarray(decided.decisions), groups)
    told = np.flatnonzero(joint.sum(axis=(1, 2, 3))[:-1] >= MINIMUM_ROWS)
    counted = Side(_side(joint, -1), _side(resampled(joint, seed=seed), -1), told)
    value, drawn = counted.quantities(costs or Costs())
    low, high = interval(drawn, value)
    return pd.DataFrame(QUANTITIES, columns=["key", "title"]).assign(value=value, low=low, high=high)


def _joint(before: Decided, after: np.ndarray, groups: Groups) -> np.ndarray:
    """Counts (groups + 1, 2, 2, 2) by group (those not shown last), truth, decision before and after."""
    shape = (len(groups) + 1, 2, 2, 2)
    cells = np.ravel_multi_index((groups.codes, before.y, before.decisions, after), shape)
    return np.bincount(cells, minlength=int(np.prod(shape))).reshape(shape)


def _side(joint: np.ndarray, other: int) -> np.ndarray:
    """The tally (…, groups, 4) of one way of deciding, summed over the `other` axis."""
    kept = joint.sum(axis=other)
    return kept.reshape(*kept.shape[:-2], 4)
