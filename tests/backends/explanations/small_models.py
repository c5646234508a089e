"""Small fitted models whose answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline

from backends.datasets.classes import class_codes
from backends.datasets.schema import Dataset
from backends.training.models import model_row
from backends.training.pipeline import build_pipeline
from backends.training.results import TrainedModel
from backends.training.spec import TrainingSpec


class Formula(ClassifierMixin, BaseEstimator):
    """Says what a formula over the columns says: `score(frame)` gives the probabilities (rows, classes)."""

    def __init__(self, score: Callable[[pd.DataFrame], np.ndarray], classes: int = 2) -> None:
        self.score, self.classes = score, classes

    def fit(self, X: Any, y: Any = None) -> Formula:
        self.classes_ = np.arange(self.classes)
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        found = np.asarray(self.score(X), dtype=float)
        return found if found.ndim == 2 else np.column_stack([1 - found, found])

    def __sklearn_is_fitted__(self) -> bool:
        return True


def formula_model(
    dataset: Dataset, score: Callable[[pd.DataFrame], np.ndarray], classes: tuple[str, ...] = ("no", "yes")
) -> TrainedModel:
    """A model whose probability of "yes" is a formula over the columns as the table has them; all rows are held out."""
    pipeline = Pipeline([("model", Formula(score, len(classes)).fit(None))])
    return _trained(dataset, pipeline, classes, np.zeros(dataset.rows, dtype=int))


def fitted_model(dataset: Dataset, target: str, key: str = "logistic_regression") -> TrainedModel:
    """A row of the model table, fitted on all rows, which are also the held-out ones."""
    codes, labels = class_codes(dataset.frame[target], dataset.schema[target].format)
    schema = dataset.schema.without((target,))
    pipeline = build_pipeline(model_row(key), schema, 0).fit(dataset.frame[list(schema.names)], codes)
    features = Dataset(dataset.frame[list(schema.names)], schema)
    return _trained(features, pipeline, tuple(labels), codes)


def _trained(dataset: Dataset, pipeline: Pipeline, classes: tuple[str, ...], codes: np.ndarray) -> TrainedModel:
    rows = np.arange(dataset.rows)
    target = dataset.schema.columns[0]
    return TrainedModel(
        "model", "Model", pipeline, dataset.schema, target, classes, TrainingSpec("y"), rows, rows, dataset.frame, codes
    )
