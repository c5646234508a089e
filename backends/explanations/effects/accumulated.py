"""Accumulated local effects: what a column does where it goes together with others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backends.datasets.schema import Column
from backends.errors import WorkbenchError
from backends.explanations.coding import QUANTITIES, quantity
from backends.explanations.effects.dependence import Amount
from backends.explanations.effects.effect import (
    Effect,
    class_of,
    column_of,
    labels_of,
    probabilities,
    rows_of,
)
from backends.training.results import TrainedModel

RESAMPLES = 300
LEVEL = (0.025, 0.975)
BAND_WORDS = "95 % interval"
DEFAULT = Amount(rows=2_000)


def accumulated_possible(column: Column) -> bool:
    """Whether a column's values lie on a line to accumulate along: numbers and dates.

    >>> accumulated_possible(Column("age", "integer")), accumulated_possible(Column("town", "category"))
    (True, False)
    """
    return column.kind in QUANTITIES


def accumulated_local_effects(
    model: TrainedModel,
    column: str,
    rows: pd.DataFrame | None = None,
    class_name: str | None = None,
    amount: Amount = DEFAULT,
) -> Effect:
    """The change of the probability of `class_name` along a number or date, against the average row.

    The column is cut at quantiles z₀ < z₁ < …; for the rows x between two cuts the mean of f(zₖ, x) − f(zₖ₋₁, x) is
    the local effect of that step, and their running sum the effect. It is centred so that its mean over the rows,
    each taken at the middle of its step, is 0 (Apley & Zhu, 2020, equations 15 and 16). Rows without a value say
    nothing about it and are left out. The other arguments are those of `partial_dependence`.

    Raises WorkbenchError for columns without an order, with one value, and where `partial_dependence` does.
    """
    about, code = column_of(model, column), class_of(model, class_name)
    if not accumulated_possible(about):
        raise WorkbenchError(
            f"{column!r} is of kind {about.kind}: its values have no order to accumulate along.",
            hint="Choose partial dependence, which needs no order.",
        )
    everything = model.holdout if rows is None else rows
    present = everything[np.isfinite(quantity(everything[column]))]
    chosen, sample = rows_of(present, amount.rows, amount.seed)
    edges = _edges(chosen[column], amount.points)
    if len(edges) < 2:
        raise WorkbenchError(f"{column!r} has one value only in these rows.", hint="Choose another column.")
    steps = np.clip(np.searchsorted(quantity(edges), quantity(chosen[column]), side="left") - 1, 0, len(edges) - 2)
    change = _changes(model, chosen[list(model.schema.names)], column, (edges, steps), code)
    mean, low, high = _accumulated(steps, change, len(edges) - 1, amount.seed)
    counts = np.bincount(steps, minlength=len(edges) - 1)
    frame = pd.DataFrame(
        {
            "value": edges,
            "label": pd.Series(labels_of(about, edges), dtype="str"),
            "mean": mean,
            "low": low,
            "high": high,
            "rows": np.append(0, counts),
        }
    )
    missing = len(everything) - len(present)
    left = (f"{missing:,} of {len(everything):,} rows have no value and are left out",) if missing else ()
    return Effect(
        "accumulated local effects", about, model.classes[code], frame, BAND_WORDS, sample=sample.words, notes=left
    )


def _edges(values: pd.Series, points: int) -> pd.Series:
    """Real values at evenly spaced ranks, the least and the largest among them."""
    ordered = values.sort_values(ignore_index=True)
    places = np.linspace(0, len(ordered) - 1, points).round().astype(int)
    return ordered.iloc[places].drop_duplicates().reset_index(drop=True)


def _changes(
    model: TrainedModel, rows: pd.DataFrame, column: str, cut: tuple[pd.Series, np.ndarray], code: int
) -> np.ndarray:
    """The change of each row's probability from the lower to the upper end of its step, (rows,)."""
    edges, steps = cut
    ends = [rows.assign(**{column: edges.iloc[at].reset_index(drop=True)}) for at in (steps, steps + 1)]
    lower, upper = (probabilities(model, frame)[:, code] for frame in ends)
    return upper - lower


def _accumulated(steps: np.ndarray, change: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, ...]:
    """The centred running sum of the mean changes and its interval, one value per edge each."""
    inside = np.zeros((len(steps), count))
    inside[np.arange(len(steps)), steps] = 1.0
    weights = np.random.default_rng(seed).multinomial(len(steps), np.full(len(steps), 1 / len(steps)), RESAMPLES)
    weights = np.concatenate([np.ones((1, len(steps))), weights])
    rows, sums = weights @ inside, weights @ (inside * change[:, None])
    # a step that a resample has no row of keeps the change of all rows
    local = np.where(rows > 0, sums / np.maximum(rows, 1.0), sums[0] / np.maximum(rows[0], 1.0))
    running = np.concatenate([np.zeros((len(local), 1)), np.cumsum(local, axis=1)], axis=1)
    middles = (running[:, :-1] + running[:, 1:]) / 2
    centred = running - (rows * middles).sum(axis=1, keepdims=True) / len(steps)
    low, high = np.quantile(centred[1:], LEVEL, axis=0)
    return centred[0], np.minimum(low, centred[0]), np.maximum(high, centred[0])
