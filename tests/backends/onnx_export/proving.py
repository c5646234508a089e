"""Trained models for the tests of certificates, and graphs that were tampered with."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import onnx
import pandas as pd
from onnx import helper, numpy_helper

from backends.datasets.schema import Column, Schema
from backends.training.models import ModelRow, model_row
from backends.training.pipeline import build_pipeline
from backends.training.results import TrainedModel
from backends.training.spec import TrainingSpec
from tests.backends.training.mixed import SCHEMA, mixed

FEW = {"random_forest": {"n_estimators": 5}, "hist_gradient_boosting": {"max_iter": 10}}  # trees, to be quick
LABELS = ("no", "yes", "perhaps")


@lru_cache
def trained(key: str, classes: int = 2) -> TrainedModel:
    """A model of the mixed table: fitted on 300 rows, 150 held out."""
    features, codes = mixed(450, classes)
    return of_table(model_row(key), SCHEMA, features, codes)


def of_table(row: ModelRow, schema: Schema, frame: pd.DataFrame, codes: np.ndarray) -> TrainedModel:
    """A model fitted on the first two thirds of a table; the last third is held out."""
    cut = len(frame) * 2 // 3
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning)
        pipeline = build_pipeline(row, schema, 0, FEW.get(row.key, {})).fit(frame[:cut], codes[:cut])
    rows, classes = np.arange(len(frame)), LABELS[: codes.max() + 1]
    return TrainedModel(
        key=row.key,
        title=row.title,
        pipeline=pipeline,
        schema=schema,
        target=Column("answer", "category"),
        classes=classes,
        spec=TrainingSpec("answer"),
        train_rows=rows[:cut],
        holdout_rows=rows[cut:],
        holdout=frame[cut:].reset_index(drop=True),
        holdout_codes=codes[cut:],
        dataset="a table.csv",
        digest="d" * 64,
    )


def stump(low: float = 0.0) -> TrainedModel:
    """A tree with the one threshold low + 149.5, fitted on the whole numbers around it; the odd ones are held out."""
    x = np.append(np.arange(0.0, 300.0, 1.0), np.arange(0.0, 150.0, 1.0) * 2 + 1) + low
    tree = model_row("decision_tree")
    return of_table(tree, Schema((Column("x", "number"),)), pd.DataFrame({"x": x}), (x > low + 149.5).astype(int))


def with_attribute(graph: bytes, name: str, change: Callable[[list], list]) -> bytes:
    """A graph in which the operators' attribute of this name was changed."""
    model = onnx.load_from_string(graph)
    for node in model.graph.node:
        for attribute in node.attribute:
            if attribute.name == name:
                attribute.CopyFrom(helper.make_attribute(name, change(list(helper.get_attribute_value(attribute)))))
    return model.SerializeToString()


def with_constants(graph: bytes, change: Callable[[np.ndarray], np.ndarray]) -> bytes:
    """A graph in which every constant went through `change`."""
    model = onnx.load_from_string(graph)
    for constant in model.graph.initializer:
        constant.CopyFrom(numpy_helper.from_array(change(numpy_helper.to_array(constant)), constant.name))
    return model.SerializeToString()
