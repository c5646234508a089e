"""A model that only decides, and one without held-out rows, are told in a sentence wherever they are asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.pipeline import Pipeline

from backends.errors import WorkbenchError
from backends.explanations import explain, permutation_importance
from backends.explanations.cohorts import Cohort, cohort_scores
from backends.explanations.cohorts.condition import Condition
from backends.explanations.counterfactuals import counterfactuals
from backends.explanations.effects import what_if
from backends.explanations.explain import space_of
from backends.explanations.pick import row_table
from backends.explanations.slices import error_tree, worst_cohorts
from backends.training.results import TrainedModel
from tests.backends.explanations.trained import on_mixed

ASKED: dict[str, Callable[[TrainedModel], Any]] = {
    "probabilities": lambda model: model.probabilities(model.holdout),
    "decide": lambda model: model.decide(model.holdout),
    "explain": explain,
    "explain given rows": lambda model: explain(model, model.holdout.iloc[:2]),
    "space_of": space_of,
    "permutation_importance": permutation_importance,
    "worst_cohorts": worst_cohorts,
    "error_tree": error_tree,
    "cohort_scores": lambda model: cohort_scores(model, Cohort.of(Condition("x (€)", "between", (0, None)))),
    "row_table": row_table,
    "what_if": lambda model: what_if(model, model.holdout.iloc[[0]], {}),
    "counterfactuals": lambda model: counterfactuals(model, model.holdout.iloc[[0]]),
}


class Decisive(ClassifierMixin, BaseEstimator):
    """Decides and gives no probabilities."""

    def fit(self, X: Any, y: Any = None) -> Decisive:
        self.classes_ = np.array([0, 1])
        return self

    def predict(self, X: Any) -> np.ndarray:
        return np.zeros(len(X), dtype=int)

    def __sklearn_is_fitted__(self) -> bool:
        return True


class Bare:
    """No pipeline at all: `predict` and `classes_`."""

    classes_ = np.array([0, 1])

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        return np.zeros(len(X), dtype=int)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("sort", ["bare", "a pipeline", "the pipeline of training"])
def test_a_model_that_only_decides_is_told_so(asked: Callable[[TrainedModel], Any], sort: str) -> None:
    usual = on_mixed("logistic_regression")
    last: list[tuple[str, Any]] = [("model", Decisive().fit(None))]
    pipelines = {
        "bare": Bare(),
        "a pipeline": Pipeline(last),
        "the pipeline of training": Pipeline(usual.pipeline.steps[:-1] + last),
    }
    with pytest.raises(WorkbenchError, match="gives no probabilities, and this needs them"):
        asked(replace(usual, pipeline=pipelines[sort]))


def without_held_out(model: TrainedModel) -> TrainedModel:
    return replace(
        model, holdout=model.holdout.iloc[:0], holdout_codes=model.holdout_codes[:0], holdout_rows=np.arange(0)
    )


def test_importance_without_held_out_rows_is_a_sentence() -> None:
    with pytest.raises(WorkbenchError, match="There are no held-out rows to shuffle"):
        permutation_importance(without_held_out(on_mixed("logistic_regression")))


def test_importance_of_no_columns_is_an_empty_table() -> None:
    assert permutation_importance(on_mixed("logistic_regression"), columns=[]).frame["column"].tolist() == []


def test_no_rows_have_no_probabilities_and_no_decisions() -> None:
    model = without_held_out(on_mixed("logistic_regression"))
    assert model.probabilities(model.holdout).shape == (0, 2)
    assert row_table(model)["position"].tolist() == []


@pytest.mark.parametrize("key", ["logistic_regression", "random_forest", "multi_layer_perceptron"])
def test_rows_are_explained_without_held_out_ones_or_it_is_said_what_is_missing(key: str) -> None:
    rows = on_mixed(key).holdout.iloc[:3]
    model = without_held_out(on_mixed(key))
    assert explain(model, rows, background=rows).adds_up
    if key != "random_forest":  # trees are explained against the training rows
        with pytest.raises(WorkbenchError, match="no held-out rows to compare with"):
            explain(model, rows)
