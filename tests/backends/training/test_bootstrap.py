"""The bootstrap against scipy's, and whether its 95 % are 95 %."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from backends.training.bootstrap import affordable, intervals, resampled
from backends.training.formulas import Judged
from backends.training.scoring import METRIC_KEYS, metric, score_all


def sample(rows: int, n_classes: int = 2, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    y = random.integers(n_classes, size=rows)
    raw = np.round(random.random((rows, n_classes)) + 0.4 * np.eye(n_classes)[y], 1) + 0.05
    return y, raw / raw.sum(axis=1, keepdims=True)


def test_the_interval_is_that_of_scipys_percentile_bootstrap() -> None:
    y, proba = sample(120)
    frame = intervals(Judged(y, proba), resamples=4000, seed=1)
    for key, statistic in {
        "accuracy": lambda y, p, axis: (y == (p > 0.5)).mean(axis=axis),
        "brier": lambda y, p, axis: ((y - p) ** 2).mean(axis=axis),
    }.items():
        other = stats.bootstrap(
            (y, proba[:, 1]), statistic, paired=True, vectorized=True, n_resamples=4000, method="percentile", rng=2
        ).confidence_interval
        assert frame.loc[key, ["low", "high"]].tolist() == pytest.approx([other.low, other.high], abs=0.01), key


def test_the_auc_interval_is_that_of_a_plain_loop_over_scikit_learn() -> None:
    y, proba = sample(150)
    random = np.random.default_rng(5)
    draws = [random.integers(150, size=150) for _ in range(800)]
    loop = [roc_auc_score(y[rows], proba[rows, 1]) for rows in draws]
    frame = intervals(Judged(y, proba), resamples=4000)
    assert frame.loc["roc_auc", ["low", "high"]].tolist() == pytest.approx(np.percentile(loop, [2.5, 97.5]), abs=0.015)


def test_one_metric_alone_has_the_interval_it_has_among_all() -> None:
    y, proba = sample(200, n_classes=3)
    everything = intervals(Judged(y, proba), resamples=300)
    alone = intervals(Judged(y, proba), resamples=300, metrics=[metric("roc_auc")])
    assert alone.equals(everything.loc[["roc_auc"]])


@pytest.mark.parametrize("n_classes", [2, 4])
def test_a_weighted_tally_equals_the_scores_of_the_repeated_rows(n_classes: int) -> None:
    y, proba = sample(60, n_classes)
    frame = resampled(Judged(y, proba), resamples=5, seed=3)
    random = np.random.default_rng(3)
    drawn = random.integers(60, size=(5, 60))
    for number, rows in enumerate(drawn):
        expected = score_all(y[rows], proba[rows], n_classes)
        assert frame.loc[number].to_dict() == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_the_intervals_cover_the_true_value_about_95_times_in_100() -> None:
    """Scores of the classes are normal and one apart: the AUC is Phi(1 / sqrt(2)), the accuracy Phi(1 / 2)."""
    truth = {"roc_auc": stats.norm.cdf(1 / np.sqrt(2)), "accuracy": stats.norm.cdf(0.5)}
    random = np.random.default_rng(0)
    covered = dict.fromkeys(truth, 0)
    for seed in range(200):
        y = np.arange(200) % 2
        positive = 1 / (1 + np.exp(-(random.normal(size=200) + y - 0.5)))
        frame = intervals(Judged(y, np.column_stack([1 - positive, positive])), resamples=300, seed=seed)
        for key, value in truth.items():
            covered[key] += frame.loc[key, "low"] <= value <= frame.loc[key, "high"]
    assert all(0.90 <= count / 200 <= 0.99 for count in covered.values()), covered


def test_the_same_seed_gives_the_same_interval_and_another_seed_another_one() -> None:
    judged = Judged(*sample(80))
    assert intervals(judged, 300, seed=1).equals(intervals(judged, 300, seed=1))
    assert not intervals(judged, 300, seed=1).equals(intervals(judged, 300, seed=2))


def test_the_interval_holds_the_value_and_covers_every_metric() -> None:
    frame = intervals(Judged(*sample(40, 3)), 300)
    assert tuple(frame.index) == METRIC_KEYS
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()


def test_resamples_that_lost_a_class_are_left_out_and_counted() -> None:
    y, proba = np.array([0] * 9 + [1]), np.column_stack([np.full(10, 0.6), np.full(10, 0.4)])
    frame = intervals(Judged(y, proba), 1000)
    assert frame.loc["roc_auc", "resamples"] == pytest.approx(1000 * (1 - 0.9**10), abs=60)
    assert frame.loc["accuracy", "resamples"] == 1000


def test_one_class_gives_no_interval_where_there_is_no_value() -> None:
    frame = intervals(Judged(np.zeros(10, dtype=int), np.tile([0.7, 0.3], (10, 1))), 100)
    assert frame.loc["roc_auc"].isna().sum() == 3
    assert frame.loc["accuracy", ["value", "low", "high"]].tolist() == [1, 1, 1]


def test_many_rows_cost_fewer_resamples_but_never_too_few() -> None:
    assert affordable(1000, 100_000_000, 2) == 200
    assert affordable(50, 100_000_000, 2) == 50
