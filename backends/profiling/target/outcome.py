"""What is to be told from the features: classes or a quantity, one entry per row that has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from backends.datasets.classes import MAX_CLASSES, MAX_QUANTITY_CLASSES, class_label, positive_code
from backends.datasets.schema import Column
from backends.errors import WorkbenchError
from backends.profiling.budget import Budget, Sample
from backends.profiling.values import Values

Problem = Literal["binary", "multiclass", "numeric", "none"]
QUANTITIES = ("number", "integer", "datetime")


@dataclass(frozen=True)
class Outcome:
    """The target of the rows that are looked at.

    `rows` are their positions in the table; `codes` their classes, positions in `classes` (no classes: empty);
    `numbers` their quantities (no quantity: empty). `left_out` counts the rows without a target. For two classes
    the positive one is last. `problem` is "none" when nothing can be told from this target; `reason` says why.
    """

    column: Column
    problem: Problem
    sample: Sample
    left_out: int
    reason: str = ""
    classes: tuple[str, ...] = ()
    rows: np.ndarray = field(default_factory=lambda: np.empty(0, np.intp), repr=False, compare=False)
    codes: np.ndarray = field(default_factory=lambda: np.empty(0, np.int32), repr=False, compare=False)
    numbers: np.ndarray = field(default_factory=lambda: np.empty(0), repr=False, compare=False)

    @property
    def positive(self) -> str | None:
        """The positive one of two classes; None for anything else."""
        return self.classes[1] if self.problem == "binary" else None


def outcome(values: Values, target: str, rate: float, budget: Budget, positive: str | None = None) -> Outcome:
    """The target's problem and values, on a sample of the rows that have it when the budget asks for one.

    A quantity (number, integer, date) with more than 20 distinct values is a numeric target; any other column
    with 2 to 100 distinct values has classes. `rate` is the cells per second that the caller gets through.

    Raises WorkbenchError for an unknown column, and for a positive class that is none of two.
    """
    column = _column(values, target)
    coded = values.coded(target)
    present = np.flatnonzero(coded.codes >= 0)
    sample = budget.sample(len(present), len(values.dataset.schema), rate)
    rows, left_out = sample.take(present), values.rows - len(present)
    sample = Sample(sample.rows, sample.of, None if sample.whole else rows)
    problem, reason = _problem(column, len(coded.levels))
    if problem == "numeric":
        return Outcome(column, problem, sample, left_out, rows=rows, numbers=values.numbers(target)[rows])
    if problem == "none":
        return Outcome(column, problem, sample, left_out, reason)
    codes, classes = _classes(values, target, positive)
    return Outcome(column, problem, sample, left_out, "", classes, rows, codes[rows])


def _column(values: Values, name: str) -> Column:
    try:
        return values.column(name)
    except KeyError:
        hint = f"The columns are {', '.join(values.dataset.schema.names[:20])}."
        raise WorkbenchError(f"There is no column {name!r}.", hint=hint) from None


def _problem(column: Column, distinct: int) -> tuple[Problem, str]:
    if distinct < 2:
        return "none", "has no value" if distinct == 0 else "has one value only"
    if column.kind in QUANTITIES and distinct > MAX_QUANTITY_CLASSES:
        return "numeric", ""
    if distinct > MAX_CLASSES:
        return "none", f"has {distinct:,} distinct values; at most {MAX_CLASSES} can be classes"
    return ("binary" if distinct == 2 else "multiclass"), ""


def _classes(values: Values, target: str, positive: str | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes in the order of the values, but the positive one of two last."""
    coded, form = values.coded(target), values.column(target).format
    order = np.argsort(coded.levels)
    labels = [class_label(value, form) for value in coded.levels[order].tolist()]
    if positive is not None and (len(labels) != 2 or positive not in labels):
        shown = ", ".join(labels[:5]) + (", …" if len(labels) > 5 else "")
        hint = "Choose one of the two classes." if len(labels) == 2 else "Leave it open; it matters for two classes."
        raise WorkbenchError(f"{positive!r} is not one of two classes of {target!r}, which has {shown}.", hint=hint)
    if len(labels) == 2:
        last = positive_code(labels, coded.counts[order]) if positive is None else labels.index(positive)
        order, labels = (order, labels) if last == 1 else (order[::-1], labels[::-1])
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order))
    return np.append(place, np.int32(-1))[coded.codes], tuple(labels)  # the last entry serves code -1
