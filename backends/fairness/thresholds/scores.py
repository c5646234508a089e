"""What a policy gives: rates and costs per group and in all, and how far the groups are apart, with intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.fairness.costs import Costs
from backends.fairness.measures import measure
from backends.fairness.resampling import interval
from backends.fairness.tallies import (
    CELLS,
    CRITERIA,
    MINIMUM_ROWS,
    apart,
    apart_drawn,
    cells_of,
    rate,
    resampled,
    told,
    widest,
)
from backends.fairness.thresholds.table import ThresholdTable
from backends.profiling.intervals import wilson
from backends.training.policy import Policy

SHOWN = ("selection_rate", "accuracy", "tpr", "fpr", "ppv")


@dataclass(frozen=True)
class PolicyScores:
    """A policy counted on some rows.

    `by_group` has one row per group (the pooled small groups last): group, rows, positives, threshold, the four
    counts, per rate of `SHOWN` its value with `_low` and `_high` (Wilson's 95 % interval of a share) and `_n` (the
    rows that it is a share of; under the table's minimum the three are NaN), cost and cost_per_row. `overall` is the
    same for all rows. `disparities` has a row per criterion: key, title, value, low, high (95 % bootstrap of the two
    groups at its ends), rate (the one that is furthest apart), highest and lowest (those two groups).
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
    by_group = _rates(tally, names, thresholds, costs, table.minimum_rows)
    everything = tally.sum(axis=0, keepdims=True)
    overall = _rates(everything, ["all rows"], np.array([policy.threshold]), costs, table.minimum_rows)
    gaps = disparities(tally[: len(table.groups)], names, seed, resamples, table.minimum_rows)
    return PolicyScores(policy, by_group, overall, gaps, table.notes)


def disparities(
    tally: np.ndarray, names: list[str], seed: int = 0, resamples: int = 1_000, least: int = MINIMUM_ROWS
) -> pd.DataFrame:
    """How far the groups (groups, cells) are apart by each criterion; see `PolicyScores`."""
    values = np.array([apart(criterion, tally, least) for criterion in CRITERIA.values()])
    draws = resampled(tally, resamples, seed)
    drawn = [apart_drawn(row, draws, tally, least) for row in CRITERIA.values()]
    ends = interval(np.stack(drawn, axis=-1), values)
    rows = [
        (row.key, row.title, value, low, high, *_extremes(widest(row, tally, least), names))
        for row, value, low, high in zip(CRITERIA.values(), values, *ends, strict=True)
    ]
    return pd.DataFrame(rows, columns=["key", "title", "value", "low", "high", "rate", "highest", "lowest"])


def _extremes(ends: tuple[str, int, int] | None, names: Sequence[str]) -> tuple[str, str, str]:
    """The rate that is furthest apart, and the groups where it is highest and lowest."""
    return ("", "", "") if ends is None else (ends[0], names[ends[1]], names[ends[2]])


def _rates(tally: np.ndarray, names: list[str], thresholds: np.ndarray, costs: Costs, least: int) -> pd.DataFrame:
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
        ends = zip(("_low", "_high"), wilson(part, whole), strict=True)
        columns |= {key: told(key, tally, least), f"{key}_n": whole}
        columns |= {f"{key}{end}": np.where(whole < least, np.nan, values) for end, values in ends}
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
