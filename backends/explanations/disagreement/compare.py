"""The comparison itself: shares with intervals, who is right, the rows, and where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from backends.datasets.schema import Dataset
from backends.datasets.wording import number_of, per_cent
from backends.errors import WorkbenchError
from backends.explanations.cohorts.comparing import binomial_share
from backends.explanations.cohorts.scores import Decided
from backends.explanations.disagreement.drivers import drivers
from backends.explanations.explanation import Explanation
from backends.explanations.slices.plan import Plan
from backends.explanations.slices.worst import WorstCohorts, find_cohorts, groups_of, held_out_table
from backends.training.results import TrainedModel

LARGEST = 100
OUTCOMES = ("both right", "only the first is right", "only the second is right", "both wrong")


@dataclass(frozen=True)
class Disagreement:
    """Two models on the same held-out rows.

    `differ` of `rows` rows are decided differently: `share` with its 95 % Wilson interval `low` to `high`.

    - `outcomes`: outcome (both right, only the first, only the second, both wrong), rows, share, low, high, and
      differ, how many of those rows are decided differently (with more than two classes both can be wrong in two ways)
    - `decisions`: truth, first, second (class names), rows and differ: the crosstab in long form, with rows only
    - `p`: McNemar's exact test that where just one is right, it is either one equally often; NaN where that never is
    - `points`: one row per held-out row: position (in the held-out rows), truth, first and second (decisions),
      first_probability and second_probability, difference, differ, outcome. The probabilities are of the positive
      class, or of the true class where there are more than two. The difference is half the sum of |p − q| over the
      classes: for two classes |p − q| of the positive one
    - `largest`: the 100 rows of `points` with the largest difference
    - `cohorts`: where they disagree more often than elsewhere (`value` is the share that differs)
    - `drivers`: which columns they weigh differently, of two explanations; None without them
    """

    titles: tuple[str, str]
    classes: tuple[str, ...]
    rows: int
    differ: int
    share: float
    low: float
    high: float
    outcomes: pd.DataFrame = field(repr=False)
    decisions: pd.DataFrame = field(repr=False)
    p: float
    points: pd.DataFrame = field(repr=False)
    cohorts: WorstCohorts = field(repr=False)
    drivers: pd.DataFrame | None = field(default=None, repr=False)
    message: str = ""

    @property
    def largest(self) -> pd.DataFrame:
        """The 100 rows on which the probabilities are furthest apart, the furthest first."""
        order = np.argsort(-self.points["difference"].to_numpy(), kind="stable")
        return self.points.iloc[order[:LARGEST]].reset_index(drop=True)


def disagreement(
    first: TrainedModel,
    second: TrainedModel,
    rows: np.ndarray | Sequence[int] | None = None,
    explanations: tuple[Explanation, Explanation] | None = None,
    seed: int = 0,
) -> Disagreement:
    """Compare two models on the held-out rows, or on those at the positions `rows` among them.

    Raises WorkbenchError when the models do not have the same target, classes and held-out rows, when there are none,
    or when `explanations` (the first model's and the second's) are not of the same rows in the same space.
    """
    _check(first, second)
    positions = _positions(rows, len(first.holdout_codes))
    one, two = (Decided.of(model).part(positions) for model in (first, second))
    points = _points(one, two, positions, first.classes)
    differ = int(points["differ"].sum())
    share, low, high = binomial_share(differ, len(points))
    outcomes = _outcomes(points)
    return Disagreement(
        titles=(first.title, second.title),
        classes=first.classes,
        rows=len(points),
        differ=differ,
        share=share,
        low=low,
        high=high,
        outcomes=outcomes,
        decisions=_decisions(points),
        p=_mcnemar(outcomes),
        points=points,
        cohorts=_cohorts(first, points, positions, seed),
        drivers=drivers(*explanations, seed=seed) if explanations else None,
        message=_message((first.title, second.title), differ, len(points), outcomes),
    )


def _check(first: TrainedModel, second: TrainedModel) -> None:
    """The same target, classes, table and held-out rows."""
    checks = (
        (first.target.name != second.target.name,
         f"{first.title} predicts {first.target.name!r}, {second.title} {second.target.name!r}",
         "Choose two models of one target."),
        (first.classes != second.classes,
         f"{first.title} knows {len(first.classes)} classes, {second.title} {len(second.classes)}, or in another order",
         "Train both with the same settings."),
        (first.digest != second.digest, f"{first.title} and {second.title} were trained on different tables",
         "Train both on one table."),
        (not np.array_equal(first.holdout_rows, second.holdout_rows)
         or not np.array_equal(first.holdout_codes, second.holdout_codes),
         f"{first.title} and {second.title} hold out different rows", "Train both with the same split and seed."),
    )  # fmt: skip
    for wrong, message, hint in checks:
        if wrong:
            raise WorkbenchError(f"{message}, so they cannot be compared.", hint=hint)


def _positions(rows: np.ndarray | Sequence[int] | None, held_out: int) -> np.ndarray:
    if rows is None:
        return np.arange(held_out)
    positions = np.asarray(rows, dtype=np.intp)
    if not len(positions):
        raise WorkbenchError("There are no rows to compare the models on.", hint="Choose some of the held-out rows.")
    wrong = positions[(positions < 0) | (positions >= held_out)]
    if len(wrong):
        raise WorkbenchError(
            f"There is no held-out row {wrong[0]}.", hint=f"Choose positions from 0 to {held_out - 1:,}."
        )
    return positions


def _points(one: Decided, two: Decided, positions: np.ndarray, classes: tuple[str, ...]) -> pd.DataFrame:
    names = np.array(classes, dtype=object)
    shown = np.ones_like(one.y) if len(classes) == 2 else one.y
    row = np.arange(len(one.y))
    outcome = np.select([~one.wrong & ~two.wrong, ~one.wrong, ~two.wrong], [0, 1, 2], default=3)
    return pd.DataFrame(
        {
            "position": positions,
            "truth": pd.Series(names[one.y], dtype="str"),
            "first": pd.Series(names[one.decisions], dtype="str"),
            "second": pd.Series(names[two.decisions], dtype="str"),
            "first_probability": one.proba[row, shown],
            "second_probability": two.proba[row, shown],
            "difference": np.abs(one.proba - two.proba).sum(axis=1) / 2,
            "differ": one.decisions != two.decisions,
            "outcome": pd.Series(np.array(OUTCOMES, dtype=object)[outcome], dtype="str"),
        }
    )


def _outcomes(points: pd.DataFrame) -> pd.DataFrame:
    rows = points["outcome"].value_counts().reindex(list(OUTCOMES), fill_value=0)
    differ = points.loc[points["differ"], "outcome"].value_counts().reindex(list(OUTCOMES), fill_value=0)
    ends = np.array([binomial_share(count, len(points)) for count in rows.tolist()])
    frame = pd.DataFrame({"outcome": pd.Series(OUTCOMES, dtype="str"), "rows": rows.to_numpy()})
    return frame.assign(share=ends[:, 0], low=ends[:, 1], high=ends[:, 2], differ=differ.to_numpy())


def _decisions(points: pd.DataFrame) -> pd.DataFrame:
    keys = ["truth", "first", "second", "differ"]
    counts = points.groupby(keys, observed=True).size().rename("rows").reset_index()
    return counts.sort_values("rows", ascending=False, kind="stable", ignore_index=True)


def _mcnemar(outcomes: pd.DataFrame) -> float:
    """The exact two-sided binomial test of the rows on which just one is right (McNemar, 1947)."""
    from scipy.stats import binomtest

    only_first, only_second = outcomes["rows"].iloc[1:3].tolist()
    together = only_first + only_second
    return float(binomtest(only_first, together).pvalue) if together else np.nan


def _cohorts(model: TrainedModel, points: pd.DataFrame, positions: np.ndarray, seed: int) -> WorstCohorts:
    table, groups = held_out_table(model), groups_of(model)
    part = Dataset(table.frame.iloc[positions].reset_index(drop=True), table.schema, name=table.name)
    plan = Plan(seed=seed, groups=None if groups is None else groups[positions])
    return find_cohorts(part, points["differ"].to_numpy(dtype=np.float64), plan, "share that is decided differently")


def _message(titles: tuple[str, str], differ: int, rows: int, outcomes: pd.DataFrame) -> str:
    if not differ:
        return f"{titles[0]} and {titles[1]} decide the same on all {number_of(rows, 'row')}."
    first, second = outcomes["differ"].iloc[1:3].tolist()
    neither = f", neither in {differ - first - second:,}" if first + second < differ else ""
    return (
        f"{titles[0]} and {titles[1]} decide differently on {differ:,} of {number_of(rows, 'row')} "
        f"({per_cent(differ / rows, 1)}): {titles[0]} is right in {first:,} of them, "
        f"{titles[1]} in {second:,}{neither}."
    )
