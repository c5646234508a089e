"""Every metric against scikit-learn, and what happens where nothing can be measured."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from backends.errors import WorkbenchError
from backends.training.scoring import METRIC_KEYS, METRICS, default_metric, metric, score_all

KEYS = {
    "accuracy", "balanced_accuracy", "precision", "recall", "f1",
    "roc_auc", "average_precision", "log_loss", "brier", "mcc",
}  # fmt: skip


def guesses(n_classes: int, rows: int = 400, levels: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Class codes and probabilities that know something of them; the fewer levels, the more scores tie."""
    random = np.random.default_rng(0)
    y = random.permutation(np.arange(rows) % n_classes)
    counts = np.ceil(levels * (random.random((rows, n_classes)) + 0.4 * np.eye(n_classes)[y]))
    return y, counts / counts.sum(axis=1, keepdims=True)


def by_sklearn(y: np.ndarray, proba: np.ndarray) -> dict[str, float]:
    binary = proba.shape[1] == 2
    labels = list(range(proba.shape[1]))
    average = "binary" if binary else "macro"
    predicted, score = proba.argmax(axis=1), proba[:, 1] if binary else proba
    return {
        "accuracy": reference.accuracy_score(y, predicted),
        "balanced_accuracy": reference.balanced_accuracy_score(y, predicted),
        "precision": reference.precision_score(y, predicted, average=average, zero_division=0),
        "recall": reference.recall_score(y, predicted, average=average, zero_division=0),
        "f1": reference.f1_score(y, predicted, average=average, zero_division=0),
        "roc_auc": reference.roc_auc_score(y, score, **({} if binary else {"multi_class": "ovr"})),
        "average_precision": reference.average_precision_score(y, score),
        "log_loss": reference.log_loss(y, proba, labels=labels),
        "brier": reference.brier_score_loss(y, score, labels=None if binary else labels),
        "mcc": reference.matthews_corrcoef(y, predicted),
    }


def test_the_table_has_the_ten_metrics_and_each_is_described() -> None:
    assert set(METRIC_KEYS) == KEYS
    assert len(METRICS) == len(KEYS)
    assert all(row.title and row.describe(2).endswith(".") and row.describe(3).endswith(".") for row in METRICS)


@pytest.mark.parametrize("key", ["precision", "recall", "f1", "roc_auc", "average_precision"])
def test_with_several_classes_no_row_is_positive_and_the_classes_are_averaged(key: str) -> None:
    assert "averaged over the classes" in metric(key).describe(3)
    assert "averaged over the classes" not in metric(key).describe(2)
    for row in METRICS:
        assert "positive" not in row.describe(7)
        assert "negative" not in row.describe(7)


def test_the_brier_score_is_described_by_its_own_bound() -> None:
    """All of the probability on the wrong class: 1 with two classes, 2 with more."""
    wrong = np.array([[0.0, 1.0]]), np.array([[0.0, 1.0, 0.0]])
    for proba, n_classes, worst in zip(wrong, (2, 3), (1, 2), strict=True):
        assert metric("brier").function(np.array([0]), proba, n_classes) == worst
        assert f"{worst} at worst" in metric("brier").describe(n_classes)
    assert all((row.best > row.worst) == row.greater_is_better for row in METRICS)


@pytest.mark.parametrize("n_classes", [2, 3, 7])
@pytest.mark.parametrize("levels", [2, 20, 10**9])
def test_scores_equal_scikit_learn_with_and_without_ties(n_classes: int, levels: int) -> None:
    y, proba = guesses(n_classes, levels=levels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = by_sklearn(y, proba)
    assert score_all(y, proba, n_classes) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 8)), min_size=2, max_size=30))
def test_any_two_class_sample_equals_scikit_learn(rows: list[tuple[int, int]]) -> None:
    y = np.array([code for code, _ in rows])
    positive = np.array([eighth / 8 for _, eighth in rows])
    scores = score_all(y, np.column_stack([1 - positive, positive]), 2)
    if len(set(y.tolist())) == 2:
        assert scores == pytest.approx(by_sklearn(y, np.column_stack([1 - positive, positive])), abs=1e-12)
    else:
        assert np.isnan(scores["roc_auc"])


@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_scorer_names_give_the_same_number_in_scikit_learn(n_classes: int) -> None:
    class Fixed:
        _estimator_type = "classifier"
        classes_ = np.arange(n_classes)

        def fit(self, X: np.ndarray, y: np.ndarray) -> Fixed:
            return self

        def predict_proba(self, X: np.ndarray) -> np.ndarray:
            return X

        def predict(self, X: np.ndarray) -> np.ndarray:
            return X.argmax(axis=1)

        def __sklearn_tags__(self):
            from sklearn.linear_model import LogisticRegression

            return LogisticRegression().__sklearn_tags__()

    y, proba = guesses(n_classes)
    for row in METRICS:
        scored = reference.get_scorer(row.scorer(n_classes))(Fixed(), proba, y)
        value = row.function(y, proba, n_classes)
        assert (scored if row.greater_is_better else -scored) == pytest.approx(value), row.key


def test_a_threshold_moves_the_predictions_but_not_the_ranking() -> None:
    y, proba = guesses(2)
    low, high = score_all(y, proba, 2, threshold=0.2), score_all(y, proba, 2, threshold=0.8)
    assert low["recall"] > high["recall"]
    assert low["roc_auc"] == high["roc_auc"]
    assert low["recall"] == reference.recall_score(y, proba[:, 1] >= 0.2)


def test_no_positive_prediction_is_precision_zero_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = score_all(np.array([0, 1]), np.array([[0.9, 0.1], [0.8, 0.2]]), 2)
    assert scores["precision"] == scores["f1"] == scores["mcc"] == 0


def test_rows_of_one_class_measure_only_accuracy_log_loss_and_brier() -> None:
    scores = score_all(np.array([0, 0]), np.array([[0.9, 0.1], [0.8, 0.2]]), 2)
    assert {key for key, value in scores.items() if not np.isnan(value)} == {"accuracy", "log_loss", "brier"}


def test_a_class_missing_from_the_rows_takes_no_part_in_the_mean() -> None:
    proba = np.array([[0.7, 0.2, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1], [0.5, 0.4, 0.1]])
    scores = score_all(np.array([0, 1, 0, 1]), proba, 3)
    assert scores["roc_auc"] == 1.0
    assert scores["balanced_accuracy"] == 0.75


@pytest.mark.parametrize(
    ("y", "proba"),
    [
        (np.array([], dtype=int), np.empty((0, 2))),
        (np.array([0, 1]), np.array([[0.5, np.nan], [0.5, 0.5]])),
        (np.array([0, 1]), np.array([[1.0], [1.0]])),
    ],
)
def test_what_cannot_be_scored_is_nan_and_never_an_error(y: np.ndarray, proba: np.ndarray) -> None:
    assert all(np.isnan(value) for value in score_all(y, proba, 2).values())


def test_an_unknown_metric_is_named_with_the_ones_there_are() -> None:
    with pytest.raises(WorkbenchError, match=r"'auc'.*roc_auc"):
        metric("auc")


@pytest.mark.parametrize(
    ("counts", "key"),
    [
        ((50, 50), "roc_auc"),
        ((73, 27), "roc_auc"),
        ((95, 5), "average_precision"),
        ((50, 50, 48), "roc_auc"),
        ((900, 50, 50), "balanced_accuracy"),
        ((10, 0), "accuracy"),
    ],
)
def test_the_default_metric_follows_the_class_sizes(counts: tuple[int, ...], key: str) -> None:
    chosen, reason = default_metric(counts)
    assert chosen == key
    assert reason
