"""Curves against scikit-learn's, on rows one can count by hand, and thinned without losing their area."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from backends.metrics import Evaluation, curves, evaluate_probabilities


def judged(rows: int = 300, n_classes: int = 2, levels: int = 30) -> Evaluation:
    random = np.random.default_rng(0)
    y = random.integers(n_classes, size=rows)
    raw = np.ceil(levels * (random.random((rows, n_classes)) + 0.4 * np.eye(n_classes)[y]))
    classes = ("no", "yes") if n_classes == 2 else tuple(f"c{code}" for code in range(n_classes))
    return evaluate_probabilities(y, raw / raw.sum(axis=1, keepdims=True), classes, resamples=10)


SMALL = evaluate_probabilities(
    np.array([0, 1, 0, 1]), np.array([[0.9, 0.1], [0.6, 0.4], [0.4, 0.6], [0.2, 0.8]]), ("no", "yes"), resamples=10
)


def test_the_roc_curve_of_four_rows() -> None:
    frame = curves.roc_curve(SMALL)
    assert frame["threshold"].tolist() == [np.inf, 0.8, 0.6, 0.4, 0.1]
    assert frame["true_positive_rate"].tolist() == [0, 0.5, 0.5, 1, 1]
    assert frame["false_positive_rate"].tolist() == [0, 0, 0.5, 0.5, 1]
    assert frame["area"].unique().tolist() == [0.75]


def test_the_roc_curve_equals_scikit_learns() -> None:
    evaluation = judged()
    frame = curves.roc_curve(evaluation)
    fpr, tpr, threshold = reference.roc_curve(evaluation.y, evaluation.proba[:, 1], drop_intermediate=False)
    assert np.allclose(frame[["false_positive_rate", "true_positive_rate"]], np.column_stack([fpr, tpr]))
    assert np.allclose(frame["threshold"][1:], threshold[1:])


def test_the_precision_recall_curve_equals_scikit_learns() -> None:
    evaluation = judged()
    frame = curves.precision_recall_curve(evaluation)
    precision, recall, threshold = reference.precision_recall_curve(evaluation.y, evaluation.proba[:, 1])
    assert np.allclose(frame["precision"], precision[-2::-1])
    assert np.allclose(frame["recall"], recall[-2::-1])
    assert np.allclose(frame["threshold"], threshold[::-1])
    assert frame["prevalence"].iloc[0] == pytest.approx(evaluation.y.mean())


@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_areas_are_those_of_the_score_table(n_classes: int) -> None:
    evaluation = judged(n_classes=n_classes)
    roc = curves.roc_curve(evaluation).groupby("class")["area"].first()
    precision = curves.precision_recall_curve(evaluation).groupby("class")["area"].first()
    assert len(roc) == (1 if n_classes == 2 else n_classes)
    assert roc.mean() == pytest.approx(evaluation.scores.loc["roc_auc", "value"])
    assert precision.mean() == pytest.approx(evaluation.scores.loc["average_precision", "value"])


@pytest.mark.parametrize("function", [curves.roc_curve, curves.precision_recall_curve, curves.gain_lift])
def test_a_long_curve_is_thinned_and_keeps_its_ends_and_its_area(function) -> None:
    evaluation = judged(rows=20_000, levels=10**9)
    frame = function(evaluation)
    assert len(frame) <= curves.POINTS
    last = {"roc_curve": "true_positive_rate", "precision_recall_curve": "recall", "gain_lift": "gain"}
    assert frame[last[function.__name__]].iloc[-1] == 1
    if function is curves.roc_curve:
        assert frame["area"].iloc[0] == pytest.approx(evaluation.scores.loc["roc_auc", "value"], abs=1e-12)
        thinned = np.trapezoid(frame["true_positive_rate"], frame["false_positive_rate"])
        assert thinned == pytest.approx(frame["area"].iloc[0], abs=1e-4)


def test_calibration_groups_have_equal_size_and_hold_every_row() -> None:
    evaluation = judged(rows=1000, levels=10**6)
    frame = curves.calibration(evaluation)
    assert frame["count"].tolist() == [100] * 10
    observed, predicted = reference_calibration(evaluation)
    assert np.allclose(frame["observed"], observed)
    assert np.allclose(frame["predicted"], predicted)
    assert ((frame["low"] <= frame["observed"]) & (frame["observed"] <= frame["high"])).all()


def reference_calibration(evaluation: Evaluation) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.calibration import calibration_curve

    return calibration_curve(evaluation.y, evaluation.proba[:, 1], n_bins=10, strategy="quantile")


def test_calibration_with_repeated_probabilities_has_fewer_groups() -> None:
    proba = np.repeat([[0.8, 0.2], [0.3, 0.7]], 50, axis=0)
    y = np.array([1] * 10 + [0] * 40 + [1] * 35 + [0] * 15)
    frame = curves.calibration(evaluate_probabilities(y, proba, ("no", "yes"), resamples=10))
    assert frame["count"].tolist() == [50, 50]
    assert frame["observed"].tolist() == [0.2, 0.7]
    assert frame["predicted"].tolist() == pytest.approx([0.2, 0.7])


def test_wilson_equals_scipys() -> None:
    from scipy.stats import binomtest

    low, high = curves.wilson(np.array([0, 3, 10]), np.array([10, 10, 10]))
    for position, hits in enumerate([0, 3, 10]):
        interval = binomtest(hits, 10).proportion_ci(method="wilson")
        assert (low[position], high[position]) == pytest.approx((interval.low, interval.high), abs=1e-9)
    assert pytest.approx(NormalDist().inv_cdf(0.975)) == curves.Z95


def test_the_confusion_of_four_rows_in_counts_and_rates() -> None:
    frame = curves.confusion(SMALL)
    assert frame.to_dict("list") == {
        "actual": ["no", "no", "yes", "yes"],
        "predicted": ["no", "yes", "no", "yes"],
        "count": [1, 1, 1, 1],
        "rate": [0.5, 0.5, 0.5, 0.5],
    }
    assert curves.confusion(SMALL, threshold=0.3)["count"].tolist() == [1, 1, 0, 2]


def test_the_confusion_equals_scikit_learns_and_has_no_rate_for_an_absent_class() -> None:
    evaluation = judged(n_classes=4)
    matrix = reference.confusion_matrix(evaluation.y, evaluation.predicted)
    assert (curves.confusion(evaluation)["count"].to_numpy().reshape(4, 4) == matrix).all()
    absent = evaluate_probabilities(
        np.array([0, 1]), np.array([[0.8, 0.1, 0.1], [0, 1, 0]]), ("a", "b", "c"), resamples=5
    )
    assert curves.confusion(absent)["rate"].isna().sum() == 3


def test_the_histogram_counts_every_row_once_per_actual_class() -> None:
    frame = curves.score_histogram(SMALL, bins=2)
    assert frame["actual"].tolist() == ["yes", "yes", "no", "no"]
    assert frame["count"].tolist() == [1, 1, 1, 1]
    many = curves.score_histogram(judged(n_classes=3))
    assert (many.groupby("class")["count"].sum() == 300).all()
    assert np.allclose(many.groupby(["class", "actual"])["share"].sum(), 1)


def test_gain_and_lift_of_four_rows() -> None:
    frame = curves.gain_lift(SMALL)
    assert frame["contacted"].tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert frame["gain"].tolist() == [0, 0.5, 0.5, 1, 1]
    assert frame["lift"].tolist()[1:] == pytest.approx([2, 1, 4 / 3, 1])


@pytest.mark.parametrize("function", [curves.roc_curve, curves.precision_recall_curve, curves.gain_lift])
def test_rows_of_one_class_have_no_curve_but_its_columns(function) -> None:
    evaluation = evaluate_probabilities(np.zeros(3, dtype=int), np.tile([0.6, 0.4], (3, 1)), ("no", "yes"), resamples=5)
    frame = function(evaluation)
    assert isinstance(frame, pd.DataFrame)
    assert frame.empty
    assert list(frame.columns) == list(function(SMALL).columns)
