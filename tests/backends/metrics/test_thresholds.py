"""Thresholds on rows one can count by hand, against a plain loop, and chosen without looking."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn import metrics as reference

from backends.errors import WorkbenchError
from backends.metrics import Evaluation, evaluate_probabilities
from backends.metrics.thresholds import at_threshold, best_threshold, costs, under_decisions


def two_class(y: list[int] | np.ndarray, positive: list[float] | np.ndarray) -> Evaluation:
    p = np.asarray(positive)
    return evaluate_probabilities(np.asarray(y), np.column_stack([1 - p, p]), ("no", "yes"), resamples=5)


FIVE = two_class([0, 0, 1, 0, 1], [0.1, 0.3, 0.4, 0.7, 0.9])


def random_rows(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    y = random.integers(2, size=count)
    return y, np.clip(random.normal(0.35 + 0.3 * y, 0.2), 0, 1)


def test_counts_and_rates_at_a_threshold() -> None:
    result = at_threshold(FIVE, 0.4)
    counts = (result.true_positives, result.false_positives, result.true_negatives, result.false_negatives)
    assert counts == (2, 1, 2, 0)
    assert (result.rows, result.predicted_positives) == (5, 3)
    assert result.precision == pytest.approx(2 / 3)
    assert (result.recall, result.accuracy, result.f1) == (1, 0.8, 0.8)
    assert result.false_positive_rate == pytest.approx(1 / 3)
    assert result.cost(10, 100) == 10


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.55, 1.0])
def test_the_ratios_equal_scikit_learns(threshold: float) -> None:
    y, p = random_rows(200)
    result, predicted = at_threshold(two_class(y, p), threshold), p > 0.5 if threshold == 0.5 else p >= threshold
    predicted &= threshold < 1  # 1 says no to everybody, also to the row with the probability 1
    assert result.precision == pytest.approx(reference.precision_score(y, predicted, zero_division=0))
    assert result.recall == pytest.approx(reference.recall_score(y, predicted))
    assert result.f1 == pytest.approx(reference.f1_score(y, predicted))
    assert result.mcc == pytest.approx(reference.matthews_corrcoef(y, predicted))
    assert result.balanced_accuracy == pytest.approx(reference.balanced_accuracy_score(y, predicted))


def test_a_ratio_over_nothing_is_not_a_number() -> None:
    assert np.isnan(at_threshold(two_class([0, 0], [0.2, 0.8]), 0.5).recall)


def test_a_rate_of_a_few_rows_is_lacking_and_says_how_many_there_are() -> None:
    y = np.array([0] * 20 + [1])
    result = at_threshold(two_class(y, np.linspace(0, 1, 21)), 0.5)
    assert result.lacking("recall") == "n = 1 positive"
    assert result.lacking("balanced_accuracy") == "n = 1 positive"
    assert result.lacking("specificity") == ""
    assert at_threshold(two_class(y, np.zeros(21)), 0.5).lacking("precision") == "n = 0 positive predictions"
    with pytest.raises(WorkbenchError, match="no rate 'luck'"):
        result.lacking("luck")


def test_decisions_of_a_policy_are_counted_as_they_are() -> None:
    result = under_decisions(FIVE, np.array([1, 0, 1, 0, 0]))
    assert (result.true_positives, result.false_positives, result.true_negatives, result.false_negatives) == (
        1,
        1,
        2,
        1,
    )
    assert np.isnan(result.threshold)
    with pytest.raises(WorkbenchError, match="2 decisions for 5"):
        under_decisions(FIVE, np.array([1, 0]))


def test_every_row_of_the_cost_curve_is_what_the_threshold_gives() -> None:
    y, p = random_rows(80)
    evaluation = two_class(y, np.round(p, 2))
    frame = costs(evaluation, 1, 5)
    for row in frame.itertuples():
        result = at_threshold(evaluation, row.threshold)
        assert (result.true_positives, result.false_positives) == (row.true_positives, row.false_positives)
        assert result.cost(1, 5) == row.cost == pytest.approx(row.cost_per_row * 80)
    assert frame["threshold"].iloc[[0, -1]].tolist() == [0, 1]


def test_a_dearer_miss_lowers_the_best_threshold() -> None:
    evaluation = two_class(*random_rows(2000))
    cheap, dear = best_threshold(evaluation, 1, 1), best_threshold(evaluation, 1, 20)
    assert dear.threshold < cheap.threshold
    assert cheap.cost == costs(evaluation, 1, 1)["cost"].min()
    assert "optimistic" in cheap.note


def test_calibrated_probabilities_have_their_best_threshold_where_theory_puts_it() -> None:
    """The cheapest decision says yes from cost_fp / (cost_fp + cost_fn) on (Elkan 2001)."""
    random = np.random.default_rng(0)
    p = random.random(50_000)
    chosen = best_threshold(two_class((random.random(50_000) < p).astype(int), p), 1, 4)
    assert chosen.threshold == pytest.approx(0.2, abs=0.05)


def test_a_threshold_chosen_on_the_hold_out_flatters_and_one_chosen_out_of_fold_does_not() -> None:
    flattering, fair = [], []
    for seed in range(40):
        evaluation = two_class(*random_rows(60, seed))
        flattering.append(best_threshold(evaluation, 1, 3).cost)
        chosen = best_threshold(evaluation, 1, 3, out_of_fold=random_rows(60, 1000 + seed))
        fair.append(chosen.cost)
        assert "60 out-of-fold rows" in chosen.note
    assert np.mean(flattering) < np.mean(fair)


def test_no_cost_at_all_keeps_one_half() -> None:
    assert best_threshold(FIVE, 0, 0).threshold == pytest.approx(0.55)


def test_many_rows_are_thinned_and_the_slider_is_quick() -> None:
    evaluation = two_class(*random_rows(100_000))
    assert len(costs(evaluation, 1, 1)) <= 500
    fastest = min(_seconds(lambda: at_threshold(evaluation, 0.37)) for _ in range(5))
    assert fastest < 0.05


def _seconds(call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def test_more_than_two_classes_have_no_threshold() -> None:
    evaluation = evaluate_probabilities(np.array([0, 1, 2]), np.eye(3), ("a", "b", "c"), resamples=5)
    for call in (
        lambda: at_threshold(evaluation, 0.5),
        lambda: costs(evaluation, 1, 1),
        lambda: best_threshold(evaluation, 1, 1),
    ):
        with pytest.raises(WorkbenchError, match="this model has 3"):
            call()


def test_wrong_numbers_are_named() -> None:
    with pytest.raises(WorkbenchError, match=r"1\.5"):
        at_threshold(FIVE, 1.5)
    with pytest.raises(WorkbenchError, match="-2"):
        costs(FIVE, -2, 1)
