"""Small tables and model rows that several tests of training share."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier

from backends.datasets.schema import Column, Dataset, Kind, Schema
from backends.training.models import ModelRow


def dataset(frame: pd.DataFrame, name: str = "table", **kinds: Kind) -> Dataset:
    """A dataset whose kinds follow the types, but for those named."""
    columns = []
    for label in frame.columns:
        values = frame[label]
        kind = kinds.get(label) or _kind(values)
        levels = tuple(map(str, values.value_counts().index)) if kind in ("category", "boolean") else ()
        low, high = (float(values.min()), float(values.max())) if kind in ("number", "integer") else (None, None)
        columns.append(Column(label, kind, float(values.isna().mean()), int(values.nunique()), None, levels, low, high))
    return Dataset(frame.reset_index(drop=True), Schema(tuple(columns)), name=name, digest=f"digest of {name}")


def customers(rows: int = 240, seed: int = 0) -> Dataset:
    """Customers who leave when they are new and pay much; 30 % of it is chance."""
    random = np.random.default_rng(seed)
    months, pay = random.integers(0, 60, rows), random.normal(50, 15, rows).round(2)
    leaves = (pay - months + random.normal(0, 12, rows)) > 20
    frame = pd.DataFrame(
        {
            "id": [f"C{i:05d}" for i in range(rows)],
            "months": months,
            "pay": np.where(random.random(rows) < 0.1, np.nan, pay),
            "plan": pd.Series(random.choice(["basic", "plus", "pro"], rows), dtype="str"),
            "churn": pd.Series(np.where(leaves, "yes", "no"), dtype="str"),
        }
    ).astype({"id": "str"})
    return dataset(frame, "customers", id="identifier")


def row(key: str, make: Any, **more: Any) -> ModelRow:
    """A row of a model table for a test."""
    return ModelRow(key, key.replace("_", " ").capitalize(), make, **{"dense": True, **more})


class Failing(ClassifierMixin, BaseEstimator):
    """Raises when it is fitted."""

    def fit(self, X: Any, y: Any) -> Failing:
        raise ValueError("the matrix is singular\nand more about it")


class Sleeping(ClassifierMixin, BaseEstimator):
    """Never comes back."""

    def fit(self, X: Any, y: Any) -> Sleeping:
        while True:
            time.sleep(0.05)


class Hungry(ClassifierMixin, BaseEstimator):
    """Takes 40 MB more every few milliseconds."""

    def fit(self, X: Any, y: Any) -> Hungry:
        taken = []
        while len(taken) < 100:
            taken.append(np.ones(5_000_000))
            time.sleep(0.02)
        time.sleep(60)
        return self


class Killed(ClassifierMixin, BaseEstimator):
    """Its process is killed, as the system does when memory runs out."""

    def fit(self, X: Any, y: Any) -> Killed:
        os.kill(os.getpid(), signal.SIGKILL)
        return self


class Steady(DummyClassifier):
    """A model that takes a moment, so that others run beside it."""

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
        time.sleep(0.3)
        return super().fit(X, y, sample_weight)


def _kind(values: pd.Series) -> Kind:
    kinds: dict[str, Kind] = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "datetime"}
    return kinds.get(values.dtype.kind, "category")
