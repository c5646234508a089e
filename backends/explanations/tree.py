"""The engine for tree models: exact, whatever the number of trees and their depth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from backends.explanations.budget import ExplainBudget
from backends.explanations.computed import Computed, folded
from backends.explanations.explanation import Space
from backends.explanations.sources import Sources, dense, prepared
from backends.explanations.tree_reading import Trees, read_trees
from backends.explanations.tree_values import TreeValues
from backends.training.results import TrainedModel

BACKGROUND = "against all training rows, as the trees counted them"


@dataclass(frozen=True)
class TreeEngine:
    """Path-dependent TreeSHAP over all trees of the estimator."""

    model: TrainedModel
    sources: Sources
    trees: Trees
    budget: ExplainBudget
    title = "exact TreeSHAP"
    exact = True

    @classmethod
    def of(cls, model: TrainedModel, sources: Sources, budget: ExplainBudget) -> TreeEngine | None:
        """The engine for a model of trees that can be read, else None."""
        trees = read_trees(model.pipeline[-1])
        return None if trees is None else cls(model, sources, trees, budget)

    @property
    def estimator(self) -> Any:
        """The fitted classifier behind the preparation."""
        return self.model.pipeline[-1]

    @property
    def space(self) -> Space:
        """Trees that vote give probabilities, trees that are boosted log-odds."""
        return "log-odds" if hasattr(self.estimator, "decision_function") else "probability"

    @cached_property
    def _values(self) -> TreeValues:
        return TreeValues(self.trees)

    def seconds_per_row(self, of: int) -> float:
        """From the number of nodes and the stated rate."""
        return self._values.seconds_per_row / self.budget.threads

    def run(self, frame: pd.DataFrame) -> Computed:
        """The values of these rows."""
        matrix, used = prepared(self.model, frame), self.trees.used
        values = self._values.of(dense(matrix, used), self.budget.threads)
        place = np.zeros(len(self.sources.part_of), dtype=np.intp)
        place[used] = np.arange(len(used))
        tested = np.zeros(len(place), dtype=bool)
        tested[used] = True
        found = folded(self.sources, tested, lambda inputs: values[:, place[inputs]], (len(frame), values.shape[2]))
        return Computed(
            found.array,
            self._values.bases,
            self._predicted(matrix),
            found.parts,
            found.part_names,
            background=BACKGROUND,
            notes=found.notes,
        )

    def _predicted(self, matrix: Any) -> np.ndarray:
        """What the estimator itself says: an independent reading of the same trees."""
        if self.space == "log-odds":
            return self.estimator.decision_function(matrix).reshape(matrix.shape[0], -1)
        found = self.estimator.predict_proba(matrix)
        return found[:, 1:] if found.shape[1] == 2 else found
