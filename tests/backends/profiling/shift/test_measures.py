"""Each measure against an independent reference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, fisher_exact, ks_2samp, wasserstein_distance

from backends.profiling.blocks import Ranked
from backends.profiling.shift.measures import (
    apart,
    gaps_p,
    jensen_shannon,
    kolmogorov_p,
    level_test,
    population_stability,
)  # fmt: skip

FEW = st.sampled_from([-3.0, 0.0, 0.5, 1.0, 7.0, np.nan])
PART = arrays.arrays(np.float64, st.integers(1, 15), elements=FEW)


def test_population_stability_by_hand():
    found = population_stability(np.array([49.5, 49.5, 0]), np.array([24.5, 74.5, 0]))  # half a row makes 50:50, 25:75
    assert found == pytest.approx(0.25 * np.log(0.5 / 0.25) + 0.25 * np.log(0.75 / 0.5))


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning")  # in scipy, with one row in each part
@given(PART, PART)
def test_distances_of_numbers_are_those_of_scipy(first, second):
    statistic, area = apart(
        Ranked.of(np.concatenate([first, second])[None]), len(first), np.concatenate([first, second])[None]
    )
    x, y = first[~np.isnan(first)], second[~np.isnan(second)]
    if len(x) and len(y):
        assert statistic[0] == pytest.approx(ks_2samp(x, y, method="asymp").statistic)
        assert area[0] == pytest.approx(wasserstein_distance(x, y))
    else:
        assert np.isnan([statistic[0], area[0]]).all()


@pytest.mark.parametrize(("n", "m", "moved"), [(50, 70, 0.3), (200, 200, 0.1), (2000, 1000, 0.06)])
def test_the_p_value_of_numbers_is_near_scipys(n, m, moved):
    random = np.random.default_rng(1)
    reference = ks_2samp(random.normal(size=n), random.normal(moved, size=m), method="exact" if n < 100 else "asymp")
    found = kolmogorov_p(np.array([reference.statistic]), np.array([n]), np.array([m]))[0]
    assert found == pytest.approx(reference.pvalue, abs=0.02)


def test_the_distance_of_levels_is_scipys():
    before, after = np.array([5, 0, 20, 3]), np.array([9, 2, 0, 1])
    assert jensen_shannon(before, after) == pytest.approx(jensenshannon(before, after, base=2))
    assert np.isnan(jensen_shannon(before, np.zeros(4, int)))


def test_large_levels_are_tested_by_chi_square():
    before, after = np.array([50, 30, 20]), np.array([30, 40, 40])
    reference = chi2_contingency([before, after])
    assert level_test(before, after) == pytest.approx((reference.statistic, reference.pvalue))


def test_small_levels_are_pooled_before_the_test():
    before, after = np.array([50, 30, 3, 2, 1]), np.array([30, 50, 2, 3, 2])
    reference = chi2_contingency([[50, 30, 6], [30, 50, 7]])
    assert level_test(before, after) == pytest.approx((reference.statistic, reference.pvalue))


def test_two_small_levels_are_tested_exactly():
    statistic, p = level_test(np.array([8, 1]), np.array([2, 4]))
    assert np.isnan(statistic)
    assert p == pytest.approx(fisher_exact([[8, 1], [2, 4]]).pvalue)


def test_one_level_cannot_be_tested():
    assert np.isnan(level_test(np.array([8]), np.array([2]))).all()
    assert np.isnan(level_test(np.array([8, 1]), np.array([0, 0]))).all()


def test_missing_shares_are_tested_with_yatess_correction():
    reference = chi2_contingency([[20, 80], [5, 95]], correction=True).pvalue
    assert gaps_p((np.array([20]), np.array([5])), (100, 100))[0] == pytest.approx(reference)
    assert gaps_p((np.array([0]), np.array([0])), (100, 100))[0] == 1.0
