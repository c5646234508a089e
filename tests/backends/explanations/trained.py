"""Trained models for tests, made without a comparison: a row of the model table fitted on a small table."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from backends.datasets.schema import Column, Schema
from backends.training.models import model_row
from backends.training.pipeline import build_pipeline
from backends.training.results import TrainedModel
from backends.training.spec import TrainingSpec
from tests.backends.training.mixed import SCHEMA, mixed

SMALLER: dict[str, dict[str, object]] = {
    "random_forest": {"n_estimators": 20},
    "extra_trees": {"n_estimators": 20},
    "hist_gradient_boosting": {"max_iter": 20},
    "multi_layer_perceptron": {"hidden_layer_sizes": (8,)},
}


def fitted(
    key: str,
    frame: pd.DataFrame,
    codes: np.ndarray,
    schema: Schema,
    classes: tuple[str, ...] = ("no", "yes"),
    **parameters: object,
) -> TrainedModel:
    """A model fitted on the first 70 % of the rows; the others are held out."""
    cut = int(0.7 * len(frame))
    with threadpool_limits(1):
        pipeline = build_pipeline(model_row(key), schema, 0, parameters).fit(frame.iloc[:cut], codes[:cut])
    return TrainedModel(
        key, model_row(key).title, pipeline, schema, Column("target", "category"), classes, TrainingSpec("target"),
        np.arange(cut), np.arange(cut, len(frame)), frame.iloc[cut:].reset_index(drop=True), codes[cut:],
    )  # fmt: skip


@lru_cache
def on_mixed(key: str, classes: int = 2, rows: int = 400) -> TrainedModel:
    """A model of the table with columns of every kind and missing values in each."""
    frame, codes = mixed(rows, classes)
    return fitted(key, frame, codes, SCHEMA, tuple("abcdefg"[:classes]), **SMALLER.get(key, {}))


def numbers(**columns: np.ndarray) -> tuple[pd.DataFrame, Schema]:
    """A table of numbers alone."""
    return pd.DataFrame(columns), Schema(tuple(Column(name, "number") for name in columns))
