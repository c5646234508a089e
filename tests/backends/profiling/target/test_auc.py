"""AUC against scikit-learn, its interval against resampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from backends.profiling.blocks import Ranked
from backends.profiling.target.auc import rank_auc, rate_auc
from backends.profiling.target.levels import folds, level_auc

RANDOM = np.random.default_rng(0)


def test_the_auc_of_two_classes_is_scikit_learns_turned_to_at_least_a_half():
    codes = RANDOM.integers(0, 2, 300)
    matrix = np.stack([codes + RANDOM.normal(size=300), -codes + RANDOM.integers(0, 3, 300), RANDOM.normal(size=300)])
    raw = np.array([roc_auc_score(codes, row) for row in matrix])
    np.testing.assert_allclose(rank_auc(Ranked.of(matrix), codes, 2).auc, np.maximum(raw, 1 - raw))


def test_rows_without_the_feature_take_no_part():
    codes, feature = RANDOM.integers(0, 2, 200), RANDOM.normal(size=200)
    feature[::3] = np.nan
    there = ~np.isnan(feature)
    raw = roc_auc_score(codes[there], feature[there])
    assert rank_auc(Ranked.of(feature[None]), codes, 2).auc[0] == pytest.approx(max(raw, 1 - raw))


def test_several_classes_are_weighted_by_their_rows():
    codes = RANDOM.choice(3, 400, p=[0.5, 0.3, 0.2])
    feature = codes * 0.7 + RANDOM.normal(size=400)
    each = [roc_auc_score(codes == label, feature) for label in range(3)]
    expected = np.average([max(area, 1 - area) for area in each], weights=np.bincount(codes))
    assert rank_auc(Ranked.of(feature[None]), codes, 3).auc[0] == pytest.approx(expected)


def delong(codes: np.ndarray, feature: np.ndarray) -> float:
    """The variance straight from the placements of all pairs."""
    pairs = (feature[codes == 1][:, None] > feature[codes == 0]) + (
        feature[codes == 1][:, None] == feature[codes == 0]
    ) / 2
    return pairs.mean(axis=1).var(ddof=1) / len(pairs) + pairs.mean(axis=0).var(ddof=1) / pairs.shape[1]


@given(st.integers(0, 10_000))
@settings(deadline=None)
@example(5528)  # an AUC of exactly 0.5
def test_the_interval_of_two_classes_is_delongs(seed):
    random = np.random.default_rng(seed)
    codes = random.permutation(np.arange(40) % 4 // 3)
    feature = np.round(codes + random.normal(size=40), 1)
    area = rank_auc(Ranked.of(feature[None]), codes, 2)
    raw = roc_auc_score(codes, feature)
    if max(raw, 1 - raw) < 1:
        half = norm.ppf(0.975) * np.sqrt(delong(codes, feature))
        assert area.low[0] == pytest.approx(np.clip(area.auc[0] - half, 0, 1))
        assert area.high[0] == pytest.approx(np.clip(area.auc[0] + half, 0, 1))


@pytest.mark.parametrize("classes", [2, 4])
def test_the_interval_is_as_wide_as_resampling_within_classes_says(classes):
    codes = np.repeat(np.arange(classes), 150)
    feature = codes * 0.6 + RANDOM.normal(size=len(codes))
    drawn = np.concatenate([RANDOM.integers(0, 150, (2000, 150)) + 150 * label for label in range(classes)], axis=1)
    resampled = rank_auc(Ranked.of(feature[drawn]), codes, classes).auc
    area = rank_auc(Ranked.of(feature[None]), codes, classes)
    assert area.high[0] - area.low[0] == pytest.approx(2 * 1.96 * resampled.std(), rel=0.07)


def test_a_perfect_order_of_few_rows_is_not_certain():
    codes = np.array([0] * 20 + [1] * 5)
    area = rank_auc(Ranked.of(np.arange(25.0)[None]), codes, 2)
    assert (area.auc[0], area.high[0]) == (1.0, 1.0)
    assert area.low[0] ** 5 == pytest.approx(0.025)


def test_one_row_of_a_class_cannot_be_measured():
    assert np.isnan(rank_auc(Ranked.of(np.arange(5.0)[None]), np.array([0, 0, 0, 0, 1]), 2).auc[0])


def test_rates_are_judged_as_scikit_learn_judges_them():
    codes, rates = RANDOM.integers(0, 3, 90), RANDOM.choice(np.arange(5) / 7, (90, 3))
    each = [roc_auc_score(codes == label, rates[:, label]) for label in range(3)]
    area = rate_auc(np.eye(3, dtype=int)[codes], rates)
    assert area.auc[0] == pytest.approx(np.average(each, weights=np.bincount(codes)))


def test_rates_of_two_classes_have_the_interval_of_their_ranks():
    codes, feature = RANDOM.integers(0, 2, 120), RANDOM.choice(np.arange(9) / 8, 120)
    feature = np.clip(feature + 0.25 * codes, 0, 1)
    by_rate = rate_auc(np.eye(2, dtype=int)[codes], np.stack([1 - feature, feature], axis=1))
    by_rank = rank_auc(Ranked.of(feature[None]), codes, 2)
    np.testing.assert_allclose(
        [by_rate.auc, by_rate.low, by_rate.high], [by_rank.auc, by_rank.low, by_rank.high], rtol=1e-9
    )


def test_a_category_of_very_many_levels_does_not_look_perfect():
    codes = RANDOM.integers(0, 2, 600)
    noise, telling = RANDOM.integers(0, 300, 600), codes * 50 + RANDOM.integers(0, 50, 600)
    fold = folds(codes, seed=0)
    assert abs(level_auc(noise, codes, fold, 2).auc[0] - 0.5) < 0.06
    assert level_auc(telling, codes, fold, 2).auc[0] > 0.98


def test_folds_hold_a_fifth_of_each_class():
    codes = np.repeat([0, 1, 2], [50, 25, 5])
    fold = folds(codes, seed=3)
    counts = [np.bincount(fold[codes == label], minlength=5).tolist() for label in range(3)]
    assert counts == [[10] * 5, [5] * 5, [1] * 5]
