"""What an engine hands back, and how values of an estimator's inputs become values of the table's columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from backends.explanations.explanation import Space
from backends.explanations.sources import Sources

PARTS_OF_A_COLUMN = 50  # of a text with thousands of words, those with the largest values
PARTS_IN_ALL = 1_000
ValueOf = Callable[[np.ndarray], np.ndarray]  # inputs (n,) → their values (rows, n, outputs)


@dataclass(frozen=True)
class Computed:
    """Bare SHAP values: `array` (rows, columns, outputs), `bases` (outputs,), `predicted` (rows, outputs).

    The outputs are those of the estimator: one for two classes (the second), else one for each class it knows.
    """

    array: np.ndarray
    bases: np.ndarray
    predicted: np.ndarray
    parts: np.ndarray | None = None
    part_names: tuple[tuple[str, str], ...] = ()
    errors: np.ndarray | None = None
    background: str = ""
    notes: tuple[str, ...] = ()


class Engine(Protocol):
    """A way to compute SHAP values of one model."""

    @property
    def title(self) -> str:
        """The method in words."""

    @property
    def exact(self) -> bool:
        """Whether the values are those of the model, not estimates."""

    @property
    def space(self) -> Space:
        """The unit of the values."""

    def seconds_per_row(self, of: int) -> float:
        """The expected time for one of `of` rows, by which samples are sized."""

    def run(self, frame: pd.DataFrame) -> Computed:
        """The values of these rows."""


@dataclass(frozen=True)
class Folded:
    """Values in the table's columns, with the parts of those that became several inputs."""

    array: np.ndarray
    parts: np.ndarray | None
    part_names: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def folded(sources: Sources, used: np.ndarray, value_of: ValueOf, shape: tuple[int, int]) -> Folded:
    """Sum the values of inputs to columns. `used` (inputs,) tells which inputs can have a value at all.

    `shape` is (rows, outputs). A column's parts are its inputs; of a column with many only the largest are kept,
    the others summed, so that parts always add up to their column.
    """
    rows, outputs = shape
    array = np.zeros((rows, len(sources.columns), outputs))
    inputs_of = [inputs[used[inputs]] for inputs in sources.inputs_of]
    for column, inputs in enumerate(inputs_of):
        if len(inputs):
            array[:, column] = value_of(inputs).sum(axis=1)
    several = [column for column, inputs in enumerate(inputs_of) if len(inputs) > 1]
    several.sort(key=lambda column: -np.abs(array[:, column]).mean() if rows else 0.0)
    parts: list[np.ndarray] = []
    names: list[tuple[str, str]] = []
    shown = 0
    for column in several:
        if len(names) > PARTS_IN_ALL:
            break
        found, labels = _unfolded(value_of(inputs_of[column]), [sources.part_of[i] for i in inputs_of[column]])
        parts.append(found)
        names += [(sources.columns[column], label) for label in labels]
        shown += 1
    cut = len(several) - shown
    notes = (f"The parts of the {cut:,} least important columns are not unfolded.",) if cut else ()
    return Folded(array, np.concatenate(parts, axis=1) if parts else None, tuple(names), notes)


def _unfolded(values: np.ndarray, labels: list[str]) -> tuple[np.ndarray, list[str]]:
    """Parts (rows, n, outputs), largest first; those beyond `PARTS_OF_A_COLUMN` are one part."""
    labels = [label or "value" for label in labels]
    order = np.argsort(-np.abs(values).mean(axis=(0, 2)), kind="stable") if len(values) else np.arange(len(labels))
    first, rest = order[:PARTS_OF_A_COLUMN], order[PARTS_OF_A_COLUMN:]
    kept = [labels[i] for i in first]
    if not len(rest):
        return values[:, first], kept
    others = values[:, rest].sum(axis=1, keepdims=True)
    return np.concatenate([values[:, first], others], axis=1), [*kept, f"{len(rest):,} other parts"]
