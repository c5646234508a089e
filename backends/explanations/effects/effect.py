"""What an effect is, which values of a column it is measured at, and how the model is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from backends.datasets.classes import class_label
from backends.datasets.schema import Column
from backends.errors import WorkbenchError
from backends.explanations.coding import QUANTITIES, quantity
from backends.explanations.written import as_written
from backends.profiling.budget import Budget, Sample
from backends.training.results import TrainedModel

Method = Literal["partial dependence", "accumulated local effects"]
GRID = 30
LEVELS = 30
EVEN = 3  # one point in so many is evenly spaced between the ends, the others lie where the rows are
TAIL = 0.01  # of the rows at each end: left out of the evenly spaced points
CELLS = 8_000_000  # of the rows that the model is asked about at a time


@dataclass(frozen=True)
class Effect:
    """How the probability of `class_name` changes with `column`.

    `frame` has one row per value, in order: value (a number, date or level), label (in words), mean, low, high, rows.
    For partial dependence mean is the mean probability, low and high are its quantiles over the rows (`band` says
    which), rows those nearest to the value. For accumulated local effects mean is the change of the probability
    against the average row, low and high its 95 % interval (bootstrap over rows), rows those of the step that ends at
    the value.

    `ice` holds some single rows (partial dependence only): row (position among those asked about), value,
    probability. `sample` says which rows were asked about (empty for all), `notes` what else a reader must know.
    """

    method: Method
    column: Column
    class_name: str
    frame: pd.DataFrame = field(repr=False)
    band: str
    ice: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    sample: str = ""
    notes: tuple[str, ...] = ()

    @property
    def ordered(self) -> bool:
        """Whether the values lie on a line: numbers and dates."""
        return self.column.kind in QUANTITIES


@dataclass(frozen=True)
class RowEffect:
    """One row on the grid of an effect: `frame` (value, label, probability) and where the row itself is.

    `value` is None where the row has none; `probability` is what the model says of the row as it is.
    """

    frame: pd.DataFrame = field(repr=False)
    value: Any
    probability: float


def column_of(model: TrainedModel, name: str) -> Column:
    """The model's column of that name. Raises WorkbenchError for one that has no effect to measure."""
    column = model.schema[name]
    if column.kind == "text":
        raise WorkbenchError(
            f"{name!r} is free text, whose values have no order and do not repeat.",
            hint="Choose a number, date, category or boolean.",
        )
    return column


def class_of(model: TrainedModel, name: str | None) -> int:
    """The code of the class that is spoken of: the positive one of two, else the first, unless named."""
    if name is None:
        return 1 if model.binary else 0
    if name not in model.classes:
        raise WorkbenchError(f"There is no class {name!r}.", hint=f"The classes are {', '.join(model.classes[:20])}.")
    return model.classes.index(name)


def rows_of(rows: pd.DataFrame, most: int, seed: int) -> tuple[pd.DataFrame, Sample]:
    """At most so many of the rows, seeded, renumbered. Raises WorkbenchError where there is none."""
    if not len(rows):
        raise WorkbenchError("There is no row to measure an effect on.", hint="Choose other rows.")
    sample = Budget(0.0, seed).sample(len(rows), 1, 1.0, most)
    chosen = rows if sample.positions is None else rows.iloc[sample.positions]
    return chosen.reset_index(drop=True), sample


def grid_of(column: Column, values: pd.Series, points: int = GRID) -> pd.Series:
    """Values of a column to measure at: real ones, in order; the most frequent levels first for categories.

    Of numbers and dates two in three lie at quantiles, one in three is the real value nearest to evenly spaced ones
    within the middle 98 %. Raises WorkbenchError for a column without values.
    """
    present = values.dropna()
    if column.kind in QUANTITIES:
        numbers = quantity(present)
        present = present[np.isfinite(numbers)]
    if not len(present):
        raise WorkbenchError(f"{column.name!r} has no value in these rows.", hint="Choose another column.")
    if column.kind == "boolean":
        return present.drop_duplicates().sort_values().reset_index(drop=True)
    if column.kind not in QUANTITIES:
        return pd.Series(present.value_counts().index[:LEVELS]).astype(values.dtype)
    ordered = present.sort_values(ignore_index=True)
    distinct = ordered.drop_duplicates(ignore_index=True)
    if len(distinct) <= points:
        return distinct
    even = points // EVEN
    places = np.linspace(0, len(ordered) - 1, points - even).round().astype(int)
    return (
        ordered.iloc[np.append(places, _evenly(quantity(ordered), even))]
        .drop_duplicates()
        .sort_values(ignore_index=True)
    )


def labels_of(column: Column, values: pd.Series) -> list[str]:
    """The values in words, as the file writes them.

    >>> labels_of(Column("x", "integer"), pd.Series([1000, 2]))
    ['1,000', '2']
    """
    if column.kind == "datetime":
        return [as_written(moment, column) for moment in values]
    if column.kind in QUANTITIES:
        return [f"{number:,.6g}" if abs(number) < 1e6 else f"{number:,.10g}" for number in quantity(values).tolist()]
    return [class_label(value, column.format) for value in values.tolist()]


def ask(model: TrainedModel, rows: pd.DataFrame, column: str, values: pd.Series) -> np.ndarray:
    """The probabilities of every row with every value in the column, shape (values, rows, classes)."""
    found = np.empty((len(values), len(rows), len(model.classes)))
    for start, stop in _blocks(len(values), len(rows) * max(rows.shape[1], 1)):
        block = rows.iloc[np.tile(np.arange(len(rows)), stop - start)].reset_index(drop=True)
        given = values.iloc[np.repeat(np.arange(start, stop), len(rows))]
        block = block.assign(**{column: given.reset_index(drop=True)})
        found[start:stop] = probabilities(model, block).reshape(stop - start, len(rows), -1)
    return found


def probabilities(model: TrainedModel, frame: pd.DataFrame) -> np.ndarray:
    """`model.probabilities` on one thread: threads that wait for each other cost more than they save here."""
    with threadpool_limits(1):
        return model.probabilities(frame)


def _blocks(count: int, cells_each: int) -> Iterator[tuple[int, int]]:
    step = max(1, CELLS // max(cells_each, 1))
    return ((start, min(start + step, count)) for start in range(0, count, step))


def _evenly(ordered: np.ndarray, count: int) -> np.ndarray:
    """Places of the values nearest to `count` evenly spaced ones."""
    low, high = np.quantile(ordered, [TAIL, 1 - TAIL])
    wanted = np.linspace(low, high, count)
    right = np.clip(np.searchsorted(ordered, wanted), 1, len(ordered) - 1)
    return np.where(wanted - ordered[right - 1] <= ordered[right] - wanted, right - 1, right)
