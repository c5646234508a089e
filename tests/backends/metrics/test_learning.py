"""The learning curve: growing sizes, fresh clones, and what cannot be measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from backends.errors import WorkbenchError
from backends.metrics.learning import learning_curve
from backends.training.scoring import metric


def rows(count: int = 600) -> tuple[pd.DataFrame, np.ndarray]:
    random = np.random.default_rng(0)
    y = random.integers(2, size=count)
    noise = random.normal(size=(count, 30))
    return pd.DataFrame(np.column_stack([noise, random.normal(size=count) + 2 * y])).rename(columns=str), y


def test_more_rows_bring_train_and_test_scores_together() -> None:
    X, y = rows()
    frame = learning_curve(make_pipeline(LogisticRegression(C=100)), X, y, "roc_auc")
    assert frame["rows"].tolist() == [40, 80, 160, 280, 400]
    gap = frame["train"] - frame["test"]
    assert gap.iloc[0] > 3 * gap.iloc[-1] > 0
    assert frame["test"].iloc[-1] > frame["test"].iloc[0]
    assert ((frame["test_low"] < frame["test"]) & (frame["test"] < frame["test_high"])).all()
    assert (frame["folds"] == 3).all()


def test_the_given_pipeline_stays_unfitted_and_the_seed_decides() -> None:
    X, y = rows(200)
    pipeline = make_pipeline(LogisticRegression())
    first = learning_curve(pipeline, X, y, "accuracy", seed=1)
    with pytest.raises(NotFittedError):
        check_is_fitted(pipeline)
    assert first.equals(learning_curve(pipeline, X, y, "accuracy", seed=1))


def test_rows_are_bounded() -> None:
    X, y = rows(600)
    frame = learning_curve(make_pipeline(LogisticRegression()), X, y, "accuracy", max_rows=150)
    assert frame["rows"].max() == 100


def test_a_small_share_that_misses_a_class_is_not_counted() -> None:
    X, y = rows(300)
    y = np.where(np.arange(300) < 6, 1, 0)
    frame = learning_curve(make_pipeline(LogisticRegression()), X, y, "roc_auc")
    assert frame["folds"].iloc[0] < 3
    assert frame["folds"].iloc[-1] == 3


@pytest.mark.parametrize("key", ["roc_auc", "log_loss", "mcc"])
def test_the_band_stays_within_the_bounds_of_the_metric(key: str) -> None:
    """One label is wrong: two folds are perfect and one is not, so a t-interval alone would leave the scale."""
    y = np.arange(300) % 2
    X = pd.DataFrame({"telling": y * 8.0 - 4.0})
    frame = learning_curve(make_pipeline(LogisticRegression()), X, np.where(np.arange(300) == 7, 1 - y, y), key)
    judged = metric(key)
    bounds = sorted((judged.worst, judged.best))
    assert frame[["test_low", "test_high"]].stack().between(*bounds).all()
    edge = frame["test_high" if judged.greater_is_better else "test_low"]
    assert (edge == judged.best).any()  # it was cut there


def test_a_class_smaller_than_the_folds_is_told() -> None:
    X, _ = rows(50)
    with pytest.raises(WorkbenchError, match="2 rows"):
        learning_curve(make_pipeline(LogisticRegression()), X, (np.arange(50) < 2).astype(int), "accuracy")
