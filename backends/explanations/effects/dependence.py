"""Partial dependence and the single rows behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.datasets.schema import Column
from backends.errors import WorkbenchError
from backends.explanations.coding import QUANTITIES, quantity
from backends.explanations.effects.effect import (
    GRID,
    LEVELS,
    Effect,
    RowEffect,
    ask,
    class_of,
    column_of,
    grid_of,
    labels_of,
    probabilities,
    rows_of,
)
from backends.training.results import TrainedModel

BAND = (0.1, 0.9)
BAND_WORDS = "the middle 80 % of the rows"


@dataclass(frozen=True)
class Amount:
    """How much an effect is measured at: `points` of the column, `rows` asked about, `lines` of single rows."""

    points: int = GRID
    rows: int = 500
    lines: int = 50
    seed: int = 0


DEFAULT = Amount()


def partial_dependence(
    model: TrainedModel,
    column: str,
    rows: pd.DataFrame | None = None,
    class_name: str | None = None,
    amount: Amount = DEFAULT,
) -> Effect:
    """The mean probability of `class_name` when all rows have the same value of `column`, for a grid of its values.

    `rows` are the held-out ones unless given; at most `amount.rows` of them, seeded, are asked about. The grid is
    made from all of them, and a row without a value is given one like any other. The class is the positive one of
    two, or the first, unless named. Raises WorkbenchError for free text, an unknown column or class, no values.
    """
    about, code = column_of(model, column), class_of(model, class_name)
    everything = model.holdout if rows is None else rows
    chosen, sample = rows_of(everything, amount.rows, amount.seed)
    grid = grid_of(about, everything[column], amount.points)
    found = ask(model, chosen[list(model.schema.names)], column, grid)[:, :, code]
    low, high = np.quantile(found, BAND, axis=1)
    frame = pd.DataFrame(
        {
            "value": grid,
            "label": pd.Series(labels_of(about, grid), dtype="str"),
            "mean": found.mean(axis=1),
            "low": low,
            "high": high,
            "rows": _rows_at(about, grid, everything[column]),
        }
    )
    lines = min(amount.lines, len(chosen))
    return Effect(
        method="partial dependence",
        column=about,
        class_name=model.classes[code],
        frame=frame,
        band=BAND_WORDS,
        ice=_lines(found[:, :lines], grid),
        sample=sample.words,
        notes=_notes(about, everything[column], len(grid)),
    )


def row_effect(model: TrainedModel, effect: Effect, row: pd.DataFrame) -> RowEffect:
    """What the model would say of one row at each value of the effect, and of numbers and dates at the row's own.

    Raises WorkbenchError unless it is one row.
    """
    if len(row) != 1:
        raise WorkbenchError(f"{len(row):,} rows were given.", hint="Choose one row.")
    name, code = effect.column.name, model.classes.index(effect.class_name)
    row = row[list(model.schema.names)].reset_index(drop=True)
    own, grid = row[name].iloc[0], effect.frame["value"]
    if effect.ordered and np.isfinite(quantity(row[name])[0]):  # so that the line goes through the row itself
        grid = pd.concat([grid, row[name]]).drop_duplicates().sort_values(ignore_index=True)
    found = ask(model, row, name, grid)[:, 0, code]
    labels = pd.Series(labels_of(effect.column, grid), dtype="str")
    frame = pd.DataFrame({"value": grid, "label": labels, "probability": found})
    return RowEffect(frame, None if pd.isna(own) else own, float(probabilities(model, row)[0, code]))


def _lines(found: np.ndarray, grid: pd.Series) -> pd.DataFrame:
    values, lines = found.shape
    return pd.DataFrame(
        {
            "row": np.repeat(np.arange(lines), values),
            "value": grid.iloc[np.tile(np.arange(values), lines)].reset_index(drop=True),
            "probability": found.T.ravel(),
        }
    )


def _rows_at(column: Column, grid: pd.Series, values: pd.Series) -> np.ndarray:
    """The rows that have each value, or of numbers and dates those to which it is the nearest."""
    if column.kind not in QUANTITIES:
        return values.value_counts().reindex(grid.array).fillna(0).to_numpy(dtype=np.int64)
    points, numbers = quantity(grid), quantity(values)
    middles = points[:-1] / 2 + points[1:] / 2
    return np.bincount(np.searchsorted(middles, numbers[~np.isnan(numbers)]), minlength=len(points))


def _notes(column: Column, values: pd.Series, shown: int) -> tuple[str, ...]:
    """What the grid leaves out."""
    notes = []
    distinct = values.nunique()
    if column.kind not in QUANTITIES and distinct > shown:
        notes.append(f"the {LEVELS} most frequent of {distinct:,} values")
    missing = int(values.isna().sum())
    if missing:
        notes.append(f"{missing:,} of {len(values):,} rows have no value; they were given each value like the others")
    if distinct == 1:
        notes.append("only one value in these rows, so that no change can be seen")
    return tuple(notes)
