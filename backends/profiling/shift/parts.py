"""Two parts to compare: of one table by place, date or group, or two tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from backends.datasets.schema import Column
from backends.datasets.wording import per_cent
from backends.errors import WorkbenchError
from backends.profiling.bins import level_labels
from backends.profiling.budget import Budget, Sample
from backends.profiling.values import Values


@dataclass(frozen=True)
class Part:
    """Rows of a table: their positions, or all of them when `positions` is None; `label` names them."""

    values: Values = field(repr=False)
    label: str
    positions: np.ndarray | None = field(default=None, repr=False)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.values.rows if self.positions is None else len(self.positions)

    def sampled(self, budget: Budget, rate: float) -> tuple[Part, Sample]:
        """A part of the size that fits the budget, and how much of this one it is."""
        sample = budget.sample(self.rows, len(self.values.dataset.schema), rate)
        if sample.whole:
            return self, sample
        positions = sample.positions if self.positions is None else sample.take(self.positions)
        return Part(self.values, self.label, positions), sample


@dataclass(frozen=True)
class Parts:
    """What is compared; `before` is the reference.

    `left_out` counts the rows of the table that are in neither part, and `reason` says why. `by` is
    the column that the parts are made by, which differs by that alone; empty when there is none.
    """

    before: Part
    after: Part
    left_out: int = 0
    reason: str = ""
    by: str = ""


def two_tables(before: Values, after: Values, labels: tuple[str, str] | None = None) -> Parts:
    """Two tables, each as a whole; columns of the same name are compared."""
    first, second = labels or (before.dataset.name, after.dataset.name)
    return _checked(Part(before, first), Part(after, second))


def first_and_last(values: Values, share: float = 0.5) -> Parts:
    """The first `share` of the rows in the file's order, and the rest.

    Raises WorkbenchError unless both have a row.
    """
    if not 0 < share < 1:
        raise WorkbenchError(f"A share of {share:g} leaves one part empty.", hint="Choose a share between 0 and 1.")
    cut = round(values.rows * share)
    rows = np.arange(values.rows)
    return _checked(
        Part(values, f"first {per_cent(share)} of the rows", rows[:cut]),
        Part(values, f"last {per_cent(1 - share)}", rows[cut:]),
    )


def by_date(values: Values, column: str, moment: str | pd.Timestamp) -> Parts:
    """The rows before a moment, and those from it on; rows without a date are left out.

    Raises WorkbenchError when the column holds no dates, the moment cannot be read, or a part has no row.
    """
    if _column(values, column).kind != "datetime":
        raise WorkbenchError(f"{column!r} holds no dates.", hint="Choose a date column, or compare groups.")
    dates = values.dataset.frame[column]
    try:
        later = (dates >= _in_zone(pd.Timestamp(moment), dates)).to_numpy(dtype=bool)
    except ValueError:
        raise WorkbenchError(f"{str(moment)!r} is no date.", hint="Write it as 2024-12-31.") from None
    missing = values.missing(column)
    day = str(moment)[:19]
    before = Part(values, f"before {day}", np.flatnonzero(~later & ~missing))
    return _checked(
        before,
        Part(values, f"from {day}", np.flatnonzero(later & ~missing)),
        int(missing.sum()),
        f"no {column}",
        column,
    )


def by_group(values: Values, column: str, first: str, second: str | None = None) -> Parts:
    """The rows of one level of a column, and those of another; without `second`, all other rows with a value.

    Raises WorkbenchError when the column has no such level.
    """
    _column(values, column)
    codes, labels = values.coded(column).codes, level_labels(values, column)
    for name in (first, second):
        if name is not None and name not in labels:
            shown = ", ".join(labels[:10]) + (", …" if len(labels) > 10 else "")
            raise WorkbenchError(f"{column!r} has no value {name!r}.", hint=f"It has {shown}.")
    own = codes == labels.index(first)
    other = (codes >= 0) & ~own if second is None else codes == labels.index(second)
    named = f"{column} is {first}", f"{column} is not {first}" if second is None else f"{column} is {second}"
    parts = Part(values, named[0], np.flatnonzero(own)), Part(values, named[1], np.flatnonzero(other))
    return _checked(
        *parts, int((~own & ~other).sum()), f"no {column}" if second is None else f"another {column}", column
    )


def holdout(values: Values, train_rows: np.ndarray, holdout_rows: np.ndarray) -> Parts:
    """The rows a model learnt from, and those held out for its test, as positions in the table."""
    train, held = Part(values, "training rows", train_rows), Part(values, "hold-out", holdout_rows)
    return _checked(train, held, values.rows - train.rows - held.rows, "neither learnt from nor held out")


def _checked(before: Part, after: Part, left_out: int = 0, reason: str = "", by: str = "") -> Parts:
    for part in (before, after):
        if not part.rows:
            raise WorkbenchError(f"There is no row in {part.label!r}.", hint="Choose parts that both have rows.")
    return Parts(before, after, left_out, reason if left_out else "", by)


def _column(values: Values, name: str) -> Column:
    if name not in values.dataset.frame:
        hint = f"The columns are {', '.join(values.dataset.schema.names[:20])}."
        raise WorkbenchError(f"There is no column {name!r}.", hint=hint)
    return values.column(name)


def _in_zone(moment: pd.Timestamp, dates: pd.Series) -> pd.Timestamp:
    """The moment in the time zone of the column, so that the two compare."""
    zone = getattr(dates.dt, "tz", None)
    if zone is None:
        return moment if moment.tz is None else moment.tz_convert("UTC").tz_localize(None)
    return moment.tz_localize(zone) if moment.tz is None else moment.tz_convert(zone)
