"""What a policy gives: rates and costs per group and in all, and how far the groups are apart, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.fairness.costs import Costs
from backends.fairness.disparities import Criterion
from backends.fairness.measures import measure
from backends.fairness.resampling import interval
from backends.fairness.tallies import CELLS, CRITERIA, apart, apart_drawn, cells_of, rate, resampled, widest
from backends.fairness.thresholds.table import OTHERS, ThresholdTable
from backends.profiling.intervals import wilson
from backends.training.policy import Policy

SHOWN = ("selection_rate", "accuracy", "tpr", "fpr", "ppv")


@dataclass(frozen=True)
class PolicyScores:
    """A policy counted on some rows.

    `by_group` has one row per group (the pooled small groups last): group, rows, positives, threshold, the four
    counts, per rate of `SHOWN` its value with `_low` and `_high` (Wilson's 95 % interval of a share; all NaN where
    the rate is of no row, or the group under the table's minimum), cost and cost_per_row. `overall` is the same for
    all rows. `disparities` has a row per criterion: key, title, value, low, high (95 % bootstrap of
    the two groups at its ends), rate (the one that is furthest apart), highest and lowest (those two groups).
    """

    policy: Policy
    by_group: pd.DataFrame
    overall: pd.DataFrame
    disparities: pd.DataFrame
    notes: tuple[str, ...] = ()

    @property
    def cost(self) -> float:
        """The total cost of all errors."""
        return float(self.overall["cost"].iloc[0])


def policy_scores(
    table: ThresholdTable, policy: Policy, costs: Costs | None = None, seed: int = 0, resamples: int = 1_000
) -> PolicyScores:
    """Count `policy` on the rows of `table`. Cheap enough for a slider: it looks at counts, never at rows.

    >>> table = ThresholdTable.of(np.array([0, 0, 0, 1, 1, 1] * 10), np.tile([1, 4, 6, 3, 7, 9], 10) / 10, ["f"] * 60)
    >>> scores = policy_scores(table, Policy(0.35), Costs(1, 2))
    >>> scores.by_group[["true positives", "false positives", "cost"]].to_numpy().tolist()
    [[20.0, 20.0, 40.0]]
    """
    costs = costs or Costs()
    tally, thresholds = table.tally(policy), table.thresholds(policy)
    names = [group.name for group in table.everyone]
    by_group = _rates(tally, names, thresholds, costs)
    everything = tally.sum(axis=0, keepdims=True)
    overall = _rates(everything, ["all rows"], np.array([policy.threshold]), costs)
    small = (by_group["group"] == OTHERS).to_numpy()
    measured = [f"{key}{end}" for key in SHOWN for end in ("", "_low", "_high")]
    by_group.loc[small & (by_group["rows"].to_numpy() < table.minimum_rows), measured] = np.nan
    told = tally[: len(table.groups)]
    return PolicyScores(policy, by_group, overall, disparities(told, names, seed, resamples), table.notes)


def disparities(tally: np.ndarray, names: list[str], seed: int = 0, resamples: int = 1_000) -> pd.DataFrame:
    """How far the groups (groups, cells) are apart by each criterion; see `PolicyScores`."""
    values = np.array([apart(criterion, tally) for criterion in CRITERIA.values()])
    draws = resampled(tally, resamples, seed)
    ends = interval(np.stack([apart_drawn(row, draws, tally) for row in CRITERIA.values()], axis=-1), values)
    rows = [
        (row.key, row.title, value, low, high, *_extremes(row, tally, names))
        for row, value, low, high in zip(CRITERIA.values(), values, *ends, strict=True)
    ]
    return pd.DataFrame(rows, columns=["key", "title", "value", "low", "high", "rate", "highest", "lowest"])


def _extremes(criterion: Criterion, tally: np.ndarray, names: Sequence[str]) -> tuple[str, str, str]:
    """The rate that is furthest apart, and the groups where it is highest and lowest."""
    ends = widest(criterion, tally)
    return ("", "", "") if ends is None else (ends[0], names[ends[1]], names[ends[2]])


def _rates(tally: np.ndarray, names: list[str], thresholds: np.ndarray, costs: Costs) -> pd.DataFrame:
    rows = tally.sum(axis=1)
    columns: dict[str, object] = {
        "group": names,
        "rows": rows,
        "positives": tally[:, 2:].sum(axis=1),
        "threshold": thresholds,
        **{name: tally[:, cell] for cell, name in enumerate(CELLS)},
    }
    for key in SHOWN:
        part, whole = (tally[:, cells_of(counted)].sum(axis=1) for counted in (measure(key).part, measure(key).whole))
        low, high = wilson(part, whole)
        columns |= {key: rate(key, tally), f"{key}_low": low, f"{key}_high": high}
    cost = costs.of(tally)
    return pd.DataFrame(columns | {"cost": cost, "cost_per_row": cost / np.where(rows > 0, rows, np.nan)})


def cost_curve(table: ThresholdTable, costs: Costs | None = None) -> pd.DataFrame:
    """What each threshold costs in each group: columns group, threshold, cost_per_row, selection_rate, tpr, fpr.

    201 even thresholds from 0 to 1 per group; the groups that are told apart, in their order.
    """
    steps = np.linspace(0, 1, 201)
    frames = []
    for group in table.groups:
        tally = group.tally(steps)
        rates = {key: rate(key, tally) for key in ("selection_rate", "tpr", "fpr")}
        cost = (costs or Costs()).of(tally) / group.rows
        frames.append(pd.DataFrame({"group": group.name, "threshold": steps, "cost_per_row": cost, **rates}))
    empty = pd.DataFrame(columns=["group", "threshold", "cost_per_row", "selection_rate", "tpr", "fpr"])
    return pd.concat(frames, ignore_index=True) if frames else empty
