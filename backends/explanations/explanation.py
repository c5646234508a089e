"""What an explanation is: how much each column moved each row's output away from the base."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from backends.datasets.schema import Schema

Space = Literal["probability", "log-odds"]
TOLERANCE = 1e-4  # a residual above it is a failure of the explanation


@dataclass(frozen=True)
class Explanation:
    """SHAP values of a model on some rows, in the columns that the user uploaded.

    `array` has shape (rows, columns, outputs): one output for two classes (the positive one), one per class
    otherwise. `bases` (outputs,) is what the model says on average over `background`, `predicted` (rows, outputs) what
    it says of each row, both in `space`. The values of a row add up: base + sum of its values = predicted, up to
    `residuals`. `parts` unfolds the columns that became several inputs: an array (rows, parts, outputs) with the
    column and the name of each part in `part_names`; a column's value is the sum of its parts'.

    `engine` names the method in words, `exact` says whether it is exact for the model, `sample` and `background` what
    rows were explained and against what (words, empty for all), `notes` everything else that a reader must know.
    """

    columns: tuple[str, ...]
    classes: tuple[str, ...]  # of the outputs
    frame: pd.DataFrame = field(repr=False)  # the explained rows, as uploaded
    schema: Schema = field(repr=False)
    array: np.ndarray = field(repr=False)
    bases: np.ndarray
    predicted: np.ndarray = field(repr=False)
    space: Space
    engine: str
    exact: bool
    sample: str = ""
    background: str = ""
    notes: tuple[str, ...] = ()
    parts: np.ndarray | None = field(default=None, repr=False)
    part_names: tuple[tuple[str, str], ...] = ()  # (column, part)
    errors: np.ndarray | None = field(default=None, repr=False)
    seconds: float = 0.0

    @property
    def values(self) -> pd.DataFrame:
        """Rows × columns: of the positive class for two classes, else of the class each row is predicted to be."""
        return pd.DataFrame(self._chosen(self.array), columns=list(self.columns), index=self.frame.index)

    @property
    def base(self) -> float | np.ndarray:
        """The base that belongs to `values`: a number for two classes, else one per row."""
        return float(self.bases[0]) if len(self.classes) == 1 else self.bases[self.predicted.argmax(axis=1)]

    @property
    def outputs(self) -> np.ndarray:
        """What the model says of each row (rows,), to which base and values add up."""
        return self._chosen(self.predicted[:, None, :])[:, 0]

    @property
    def residuals(self) -> np.ndarray:
        """|base + sum of the values - output| of each row, the largest over the outputs, (rows,)."""
        return np.abs(self.bases + self.array.sum(axis=1) - self.predicted).max(axis=1)

    @property
    def adds_up(self) -> bool:
        """Whether every row's values add up to its output within the tolerance."""
        return bool((self.residuals <= TOLERANCE).all())

    def of(self, output: int) -> pd.DataFrame:
        """Rows × columns for one output."""
        return pd.DataFrame(self.array[:, :, output], columns=list(self.columns), index=self.frame.index)

    def _chosen(self, array: np.ndarray) -> np.ndarray:
        """(rows, n, outputs) → (rows, n) of the output that is spoken of."""
        if len(self.classes) == 1:
            return array[:, :, 0]
        at = self.predicted.argmax(axis=1)
        return np.take_along_axis(array, at[:, None, None], axis=2)[:, :, 0]
