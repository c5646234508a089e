"""The cohorts that a model is worst on: searched, thinned out, and judged on rows the search did not see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, Dataset, Schema
from backends.datasets.wording import agreeing, number_of, per_cent
from backends.errors import WorkbenchError
from backends.explanations.cohorts.cohort import Cohort
from backends.explanations.cohorts.comparing import Moments, means_against, rates_against
from backends.explanations.cohorts.scores import Decided, dependence
from backends.explanations.held_out import part_of
from backends.explanations.slices.bins import QUANTITIES, Bins, binned
from backends.explanations.slices.lattice import search
from backends.explanations.slices.picking import CANDIDATES, Covered, Picker
from backends.explanations.slices.plan import Halves, Plan
from backends.profiling.discovery import benjamini_hochberg
from backends.profiling.values import Values
from backends.training.results import TrainedModel

Loss = Literal["error", "log_loss"]
SHOWN = 50
SIGNIFICANT = 0.05
BINS, FEW_BINS, FINE_BINS = 10, 4, 100
FINE_ROWS = 10  # searched rows that a fine bin has about
CONFIRMED = 2.326  # standard errors that confirm on other rows what the search claims: p = 0.01
MANY_ROWS = 1_000  # searched rows from which on there are ten bins
JUDGED = 10  # rows of a slice, and of the rest, under which it is not judged


@dataclass(frozen=True)
class WorstCohorts:
    """Cohorts whose mean loss is significantly above that of the rest.

    `frame` has one row per cohort, the surest first (by the low end of the difference): words, conditions (how many),
    rows, value (the error rate or mean log loss) with low and high, rest, difference with difference_low and
    difference_high, p, q and effect. Intervals are 95 %. For the error rate: Wilson's, Newcombe's for the difference,
    Fisher's exact test, Cohen's h as effect; for the log loss: Welch's test and intervals, the difference in standard
    deviations as effect. `cohorts` are the same in the same order. `found` is how many there were before the list was
    cut at 50, `looked_at` how many slices the search weighed, `judged` for how many tests q is corrected. `overall` is
    the mean loss of the `rows` that were judged. `message` says in words what was found, `notes` how.
    """

    loss: str
    frame: pd.DataFrame = field(repr=False)
    cohorts: tuple[Cohort, ...]
    found: int
    looked_at: int
    judged: int
    rows: int
    overall: float
    rate: bool  # the loss is an error or none, so that values are shares
    apart: bool  # judged on rows the search did not see
    message: str
    notes: tuple[str, ...] = ()


COLUMNS = (
    "words", "conditions", "rows", "value", "low", "high", "rest", "difference", "difference_low", "difference_high",
    "p", "q", "effect",
)  # fmt: skip


def worst_cohorts(
    model: TrainedModel,
    loss: Loss = "error",
    depth: int = 3,
    least_rows: int | None = None,
    rows: np.ndarray | None = None,
    seed: int = 0,
    seconds: float = 5.0,
) -> WorstCohorts:
    """The slices of one to three conditions on which `model` does worse than on the rest of the held-out rows.

    All held-out columns are looked at, also those that are no features. `seconds` bounds the rows that are searched,
    not the clock: the same model and seed give the same cohorts. Raises WorkbenchError for an unknown loss, a depth
    beyond three and a model without held-out rows. With `rows`, positions among the held-out rows, only these are
    looked at, and the rest of a cohort is the rest of them.
    """
    if loss not in ("error", "log_loss"):
        raise WorkbenchError(f"There is no loss {loss!r}.", hint="Choose error or log_loss.")
    model = part_of(model, rows)
    judged = Decided.of(model)
    values = judged.wrong.astype(np.float64) if loss == "error" else judged.log_losses
    plan = Plan(depth, least_rows, seed, seconds, groups_of(model))
    found = find_cohorts(held_out_table(model), values, plan, "error rate" if loss == "error" else "mean log loss")
    more = dependence(model)
    return replace(found, notes=(*found.notes, more)) if more else found


def find_cohorts(table: Dataset, loss: np.ndarray, plan: Plan, name: str = "error rate") -> WorstCohorts:
    """The slices of `table` on which `loss` (rows,) is higher than on the rest.

    A loss of nothing but 0 and 1 is a rate, any other a mean; `name` is what it is called.
    """
    halves = Halves.of(table.rows, len(table.schema), plan)
    reason = why_not(loss, halves, plan, name)
    if reason:
        return _nothing(loss, name, halves, reason)
    cohorts, looked_at, notes = _searched(table, loss[halves.search], halves, plan)
    seen = loss[halves.judge]
    frame, masks = judged(table.frame.iloc[halves.judge], seen, cohorts)
    tests = int(frame["p"].notna().sum()) if halves.apart else looked_at
    frame["q"] = benjamini_hochberg(np.append(frame["p"], np.ones(max(tests - len(frame), 0))))[: len(frame)]
    frame = frame.loc[
        _confirmed(frame, masks, seen, plan.least_of(halves.judge, table.rows))
        if halves.apart
        else frame["q"] <= SIGNIFICANT
    ]
    kept = frame.sort_values(["difference_low", "p"], ascending=[False, True], kind="stable")
    shown = kept.head(SHOWN)
    return WorstCohorts(
        loss=name,
        frame=shown[list(COLUMNS)].reset_index(drop=True),
        cohorts=tuple(cohorts[place] for place in shown.index),
        found=len(kept),
        looked_at=looked_at,
        judged=tests,
        rows=len(seen),
        overall=float(seen.mean()),
        rate=is_rate(seen),
        apart=halves.apart,
        message=_message(kept, name, looked_at, is_rate(seen)),
        notes=(halves.words, *notes),
    )


def _confirmed(frame: pd.DataFrame, masks: Sequence[np.ndarray], loss: np.ndarray, least: int) -> list[int]:
    """The places of the significant cohorts that say something the ones before them do not, on the judged rows too."""
    covered, kept = Covered(loss, least, CONFIRMED, CONFIRMED), []
    for place in np.flatnonzero(frame["q"] <= SIGNIFICANT).tolist():
        if covered.adds(masks[place]):
            covered.masks.append(masks[place])
            kept.append(place)
    return kept


def held_out_table(model: TrainedModel) -> Dataset:
    """The held-out rows as a table: features and the columns left aside."""
    columns: tuple[Column, ...] = (*model.schema.columns, *model.aside_schema.columns)
    return Dataset(model.held_out, Schema(columns), name=model.dataset)


def groups_of(model: TrainedModel) -> np.ndarray | None:
    """Codes of the held-out rows that belong together, where the training spec says that some do."""
    name, frame = model.spec.group, model.held_out
    if model.spec.scheme != "group" or name not in frame.columns:
        return None
    return pd.factorize(frame[name], use_na_sentinel=False)[0]


def why_not(loss: np.ndarray, halves: Halves, plan: Plan, name: str) -> str:
    """Why nothing can be searched, in a sentence; empty when it can."""
    rows, least = len(loss), plan.least(len(loss))
    if rows < 2 * least:
        return (
            f"{number_of(rows, 'held-out row')} {agreeing(rows, 'is', 'are')} too few to look for cohorts: "
            f"one needs {least} rows, and so does the rest."
        )
    seen = loss[halves.search]
    return f"The {name} is {seen[0]:.3g} on every row that was searched." if seen.min() == seen.max() else ""


def columns_in_bins(table: Dataset, rows: np.ndarray) -> list[Bins]:
    """Every column cut into bins on the searched rows: ten, or four where there are few rows."""
    values, most = Values(table), BINS if len(rows) >= MANY_ROWS else FEW_BINS
    return [binned(values, name, rows, most) for name in table.schema.names]


def _searched(
    table: Dataset, loss: np.ndarray, halves: Halves, plan: Plan
) -> tuple[tuple[Cohort, ...], int, tuple[str, ...]]:
    """Cohorts worth judging, how many slices were looked at for them, and what was left out."""
    from scipy.stats import norm

    least, rows = plan.least_of(halves.search, table.rows), halves.search
    bins = columns_in_bins(table, rows)
    found = search(bins, loss, least, plan.depth)
    values, finer = Values(table), {}
    for place in {place for entry in found.slices[:CANDIDATES] for place in entry.columns}:
        column = bins[place].column
        if column.kind in QUANTITIES and not bins[place].levels:
            finer[place] = binned(values, column.name, rows, min(FINE_BINS, max(len(rows) // FINE_ROWS, 2)))
    picker = Picker(bins, finer, loss, least)
    cohorts = picker.pick(found.slices, sharper=float(norm.isf(SIGNIFICANT / max(found.tested, 1))))
    return cohorts, found.tested + picker.tested, found.notes


def judged(
    frame: pd.DataFrame, loss: np.ndarray, cohorts: Sequence[Cohort]
) -> tuple[pd.DataFrame, tuple[np.ndarray, ...]]:
    """One row per cohort with the columns of `WorstCohorts.frame` but q, and the cohorts' rows."""
    masks = tuple(cohort.mask(frame) for cohort in cohorts)
    sums = np.array([[mask.sum(), loss[mask].sum(), (loss[mask] ** 2).sum()] for mask in masks])
    part = Moments(*sums.reshape(-1, 3).T)
    rest = Moments.whole(loss) - part
    found = (rates_against if is_rate(loss) else means_against)(part, rest)
    few = np.minimum(part.rows, rest.rows) < JUDGED
    columns = {
        "words": pd.Series([cohort.words for cohort in cohorts], dtype="str"),
        "conditions": pd.Series([len(cohort.conditions) for cohort in cohorts], dtype="int64"),
        "rows": part.rows.astype(np.int64),
        "value": part.mean,
        "low": found.low,
        "high": found.high,
        "rest": rest.mean,
        "difference": found.difference,
        "difference_low": found.difference_low,
        "difference_high": found.difference_high,
        "p": np.where(few, np.nan, found.p),
        "effect": found.effect,
    }
    return pd.DataFrame(columns), masks


def is_rate(loss: np.ndarray) -> bool:
    """Whether the loss is nothing but 0 and 1, so that its mean is a share."""
    return bool(np.isin(loss, (0.0, 1.0)).all())


def _message(kept: pd.DataFrame, name: str, looked_at: int, rate: bool) -> str:
    if not len(kept):
        return f"No cohort has a significantly higher {name} than the rest; {looked_at:,} slices were looked at."
    first = kept.iloc[0]
    many = "One cohort has" if len(kept) == 1 else f"{len(kept)} cohorts have"
    value, rest = (per_cent(first[key], 1) if rate else f"{first[key]:.3g}" for key in ("value", "rest"))
    return (
        f"{many} a significantly higher {name} than the rest. The surest: {first['words']}, with {value} "
        f"on {number_of(int(first['rows']), 'row')} against {rest}."
    )


def _nothing(loss: np.ndarray, name: str, halves: Halves, reason: str) -> WorstCohorts:
    frame = pd.DataFrame({column: pd.Series(dtype="str" if column == "words" else "float64") for column in COLUMNS})
    overall = float(loss.mean()) if len(loss) else np.nan
    return WorstCohorts(name, frame, (), 0, 0, 0, len(halves.judge), overall, is_rate(loss), halves.apart, reason)
