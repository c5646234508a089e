"""A trained model judged on its held-out rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline

from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.metrics import evaluate, evaluate_probabilities
from backends.training.results import TrainedModel
from backends.training.spec import TrainingSpec


def trained(classes: int = 2, scheme: str = "stratified") -> TrainedModel:
    random = np.random.default_rng(0)
    y = random.integers(classes, size=300)
    X = pd.DataFrame({"a": random.normal(size=300) + y, "b": random.normal(size=300)})
    train, holdout = np.arange(200), np.arange(200, 300)
    return TrainedModel(
        key="logistic_regression",
        title="Logistic regression",
        pipeline=make_pipeline(LogisticRegression()).fit(X.iloc[train], y[train]),
        schema=Schema((Column("a", "number"), Column("b", "number"))),
        target=Column("y", "category"),
        classes=tuple("xyz"[:classes]),
        spec=TrainingSpec(target="y", scheme=scheme),  # type: ignore[arg-type]
        train_rows=train,
        holdout_rows=holdout,
        holdout=X.iloc[holdout],
        holdout_codes=y[holdout],
    )


@pytest.mark.parametrize("classes", [2, 3])
def test_a_model_is_judged_on_its_held_out_rows(classes: int) -> None:
    model = trained(classes)
    result = evaluate(model, resamples=200)
    proba = model.pipeline.predict_proba(model.holdout)
    expected = roc_auc_score(model.holdout_codes, proba[:, 1] if classes == 2 else proba, multi_class="ovr")
    assert result.scores.loc["roc_auc", "value"] == pytest.approx(expected)
    assert (result.rows, result.classes, result.title) == (100, tuple("xyz"[:classes]), "Logistic regression")
    assert result.shown_classes == ((1,) if classes == 2 else (0, 1, 2))
    assert (result.predicted == proba.argmax(axis=1)).all()


def test_the_same_model_and_seed_give_the_same_numbers() -> None:
    model = trained()
    assert evaluate(model, seed=4, resamples=200).scores.equals(evaluate(model, seed=4, resamples=200).scores)


@pytest.mark.parametrize(("scheme", "words"), [("group", "one group"), ("time", "time")])
def test_rows_that_belong_together_are_noted(scheme: str, words: str) -> None:
    assert words in evaluate(trained(scheme=scheme), resamples=50).notes[-1]


def test_independent_rows_need_no_note() -> None:
    assert evaluate(trained(), resamples=200).notes == ()


def test_a_class_without_held_out_rows_is_noted() -> None:
    proba = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]] * 20)
    result = evaluate_probabilities(np.array([0, 1] * 20), proba, ("low", "mid", "high"), resamples=100)
    assert "none of high" in result.notes[0]
    assert result.scores.loc["roc_auc", "value"] == 1


def test_no_held_out_row_is_an_error_with_the_way_out() -> None:
    model = trained()
    empty = replace(model, holdout=model.holdout.iloc[:0], holdout_codes=model.holdout_codes[:0])
    with pytest.raises(WorkbenchError, match="held-out"):
        evaluate(empty)


def test_probabilities_that_are_not_numbers_are_counted() -> None:
    proba = np.array([[np.nan, np.nan], [0.5, 0.5]])
    with pytest.raises(WorkbenchError, match="1 of 2 rows"):
        evaluate_probabilities(np.array([0, 1]), proba, ("no", "yes"))
