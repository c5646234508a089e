"""The engine for linear models: an input's value is its coefficient times its distance from the mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from backends.explanations.budget import ExplainBudget, taken
from backends.explanations.computed import Computed, folded
from backends.explanations.explanation import Space
from backends.explanations.held_out import compared_with
from backends.explanations.sources import Sources, dense, prepared
from backends.training.results import TrainedModel

CELLS_PER_SECOND = 2e7
BACKGROUND_ROWS = 10_000
LINEAR = ("LogisticRegression", "LinearDiscriminantAnalysis")


@dataclass(frozen=True)
class Line:
    """Scores = intercepts + inputs · coefficients: `coefficients` (outputs, inputs), `intercepts` (outputs,)."""

    coefficients: np.ndarray
    intercepts: np.ndarray

    def scores(self, matrix: Any) -> np.ndarray:
        """(rows, outputs)."""
        return np.asarray(matrix @ self.coefficients.T) + self.intercepts


def line_of(estimator: Any) -> Line | None:
    """The log-odds of a classifier as a line, None where they are none.

    A linear SVM for two classes whose score was calibrated by one sigmoid has log-odds -(a · score + b).
    """
    kind = type(estimator).__name__
    if kind in LINEAR and hasattr(estimator, "coef_"):
        return Line(np.asarray(estimator.coef_, dtype=np.float64), np.asarray(estimator.intercept_, dtype=np.float64))
    if kind != "CalibratedClassifierCV" or len(estimator.classes_) != 2 or estimator.method != "sigmoid":
        return None
    if len(estimator.calibrated_classifiers_) != 1:
        return None
    inner, slope, shift = _calibrated(estimator)
    if type(inner).__name__ != "LinearSVC":
        return None
    return Line(slope * np.asarray(inner.coef_, dtype=np.float64), slope * inner.intercept_ + shift)


def _calibrated(estimator: Any) -> tuple[Any, float, float]:
    """The estimator whose score was calibrated, and the line from its score to log-odds: slope and shift."""
    only = estimator.calibrated_classifiers_[0]
    return only.estimator, -float(only.calibrators[0].a_), -float(only.calibrators[0].b_)


@dataclass(frozen=True)
class LinearEngine:
    """Exact SHAP values of a linear model in log-odds, the columns taken as independent."""

    model: TrainedModel
    sources: Sources
    line: Line
    budget: ExplainBudget
    background: pd.DataFrame | None
    title = "exact SHAP values of a linear model"
    exact = True
    space: Space = "log-odds"

    @classmethod
    def of(
        cls, model: TrainedModel, sources: Sources, budget: ExplainBudget, background: pd.DataFrame | None
    ) -> LinearEngine | None:
        """The engine for a linear model, else None."""
        line = line_of(model.pipeline[-1])
        return None if line is None else cls(model, sources, line, budget, background)

    def seconds_per_row(self, of: int) -> float:
        """From the number of inputs and outputs and the stated rate."""
        return self.line.coefficients.size / CELLS_PER_SECOND

    def run(self, frame: pd.DataFrame) -> Computed:
        """The values of these rows against the mean of the background."""
        given = compared_with(self.model, self.background)
        sample = self.budget.draw(len(given), BACKGROUND_ROWS)
        means = np.asarray(prepared(self.model, taken(given, sample)).mean(axis=0), dtype=np.float64).reshape(-1)
        matrix = prepared(self.model, frame)
        columns = matrix.tocsc() if hasattr(matrix, "tocsc") else matrix
        weights = self.line.coefficients.T

        def value_of(inputs: np.ndarray) -> np.ndarray:
            return (dense(columns, inputs) - means[inputs])[:, :, None] * weights[inputs]

        used = (weights != 0).any(axis=1)
        found = folded(self.sources, used, value_of, (len(frame), weights.shape[1]))
        whose = "held-out rows" if self.background is None else "given rows"
        which = f"{len(given):,}" if sample.whole else f"{sample.rows:,} of {len(given):,}"
        return Computed(
            found.array,
            self.line.scores(means[None, :])[0],
            self._predicted(matrix),
            found.parts,
            found.part_names,
            background=f"against the mean of {which} {whose}",
            notes=found.notes,
        )

    def _predicted(self, matrix: Any) -> np.ndarray:
        """The score of the estimator itself, in double precision, through the sigmoid's line where there is one."""
        estimator = self.model.pipeline[-1]
        double = matrix.astype(np.float64)
        if hasattr(estimator, "decision_function"):
            return np.asarray(estimator.decision_function(double)).reshape(matrix.shape[0], -1)
        inner, slope, shift = _calibrated(estimator)
        return (slope * inner.decision_function(double) + shift).reshape(-1, 1)
