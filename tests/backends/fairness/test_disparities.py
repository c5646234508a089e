"""Gaps between groups: Fairlearn's values, exact tests, intervals that cover, and silence on fair data."""

from __future__ import annotations

import fairlearn.metrics as fairlearn
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from backends.fairness import FairnessReport, Options, assess_decisions
from backends.fairness.significance import fisher, holm, simes
from tests.backends.fairness.decisions import counted, drawn

QUICK = Options(resamples=200)
PARITIES = [
    ("demographic_parity", "difference", fairlearn.demographic_parity_difference),
    ("demographic_parity", "ratio", fairlearn.demographic_parity_ratio),
    ("equalised_odds", "difference", fairlearn.equalized_odds_difference),
    ("equalised_odds", "ratio", fairlearn.equalized_odds_ratio),
    ("equal_opportunity", "difference", fairlearn.equal_opportunity_difference),
    ("equal_opportunity", "ratio", fairlearn.equal_opportunity_ratio),
]


def gap(report: FairnessReport, criterion: str, kind: str = "difference", against: str = "best") -> pd.Series:
    frame = report.disparities
    rows = frame[(frame["criterion"] == criterion) & (frame["kind"] == kind) & (frame["against"] == against)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize(("criterion", "kind", "theirs"), PARITIES)
@pytest.mark.parametrize("seed", range(3))
def test_the_largest_gap_is_fairlearns(criterion: str, kind: str, theirs: object, seed: int) -> None:
    y, yes, groups = drawn(seed, bias=0.1)
    found = gap(assess_decisions(y, yes, groups, options=QUICK), criterion, kind)
    assert found["value"] == pytest.approx(theirs(y, yes, sensitive_features=groups), abs=1e-12)  # type: ignore[operator]


def test_gaps_can_be_checked_by_hand() -> None:
    y, yes, groups = counted(a=(30, 10, 10, 50), b=(10, 10, 30, 50))
    report = assess_decisions(y, yes, groups, options=QUICK)
    parity = gap(report, "demographic_parity")
    assert (parity["value"], parity["largest"], parity["smallest"]) == (pytest.approx(0.2), "group=a", "group=b")
    assert (parity["group"], parity["other"]) == ("group=b", "group=a")
    ratio = gap(report, "demographic_parity", "ratio")
    assert ratio["value"] == pytest.approx(0.5)
    assert not ratio["passes_four_fifths"]
    assert gap(report, "equal_opportunity")["value"] == pytest.approx(0.5)
    odds = gap(report, "equalised_odds")
    assert (odds["value"], odds["measure"]) == (pytest.approx(0.5), "tpr")
    assert gap(report, "predictive_parity")["value"] == pytest.approx(0.25)


def test_each_group_is_set_against_the_reference_the_best_and_the_rest() -> None:
    y, yes, groups = counted(a=(40, 0, 0, 60), b=(30, 0, 10, 60), c=(20, 0, 20, 60))
    frame = assess_decisions(y, yes, groups, reference="group=b", options=QUICK).comparisons
    rates = frame[frame["measure"] == "selection_rate"].set_index(["against", "group"])
    assert rates.loc[("reference", "group=a"), "difference"] == pytest.approx(0.1)
    assert rates.loc[("reference", "group=c"), "ratio"] == pytest.approx(2 / 3)
    assert ("reference", "group=b") not in rates.index
    assert set(rates.loc["best"]["other"]) == {"group=a"}
    assert rates.loc[("best", "group=c"), "difference"] == pytest.approx(-0.2)
    assert rates.loc[("rest", "group=c"), "difference"] == pytest.approx(0.2 - 0.35)
    errors = frame[(frame["measure"] == "tpr") & (frame["against"] == "rest")].set_index("group")
    assert errors.loc["group=a", "difference"] == pytest.approx(1 - 50 / 80)
    assert errors.loc["group=a", "p"] == pytest.approx(stats.fisher_exact([[40, 0], [50, 30]]).pvalue)


def test_of_an_unfavourable_outcome_the_group_with_the_fewest_is_best_off() -> None:
    data = counted(a=(30, 10, 10, 50), b=(10, 10, 30, 50))
    bad = Options(resamples=200, favourable=False)
    assert gap(assess_decisions(*data, options=bad), "demographic_parity")["other"] == "group=b"
    assert gap(assess_decisions(*data, options=QUICK), "demographic_parity")["other"] == "group=a"


@pytest.mark.parametrize(("selected", "passes"), [(24, True), (23, False)])
def test_four_fifths_is_passed_at_exactly_four_fifths(selected: int, passes: bool) -> None:
    data = counted(a=(30, 0, 0, 70), b=(selected, 0, 0, 100 - selected))
    assert gap(assess_decisions(*data, options=QUICK), "demographic_parity", "ratio")["passes_four_fifths"] == passes


def test_no_ratio_of_nothing_to_nothing_and_zero_of_something() -> None:
    nobody = counted(a=(0, 0, 20, 80), b=(0, 0, 30, 70))
    report = assess_decisions(*nobody, options=QUICK)
    assert np.isnan(gap(report, "demographic_parity", "ratio")["value"])
    assert gap(report, "demographic_parity", "ratio")["note"] == "not measurable: both rates are 0"
    assert gap(report, "demographic_parity")["value"] == 0
    assert np.isnan(gap(report, "predictive_parity")["value"])
    some = counted(a=(0, 0, 20, 80), b=(30, 0, 0, 70))
    assert gap(assess_decisions(*some, options=QUICK), "demographic_parity", "ratio")["value"] == 0


def test_a_small_group_takes_part_in_no_gap_but_counts_in_the_rest() -> None:
    y, yes, groups = counted(a=(40, 0, 0, 60), b=(35, 0, 5, 60), tiny=(0, 0, 2, 1))
    report = assess_decisions(y, yes, groups, options=QUICK)
    assert gap(report, "demographic_parity")["smallest"] == "group=b"
    compared = report.comparisons[report.comparisons["measure"] == "selection_rate"]
    rest = compared[compared["against"] == "rest"].set_index("group")
    assert rest.loc["group=a", "difference"] == pytest.approx(0.4 - 35 / 103)
    assert np.isnan(rest.loc["group=tiny", ["difference", "ratio", "p", "q"]].to_numpy(dtype=float)).all()


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=80, deadline=None)
def test_the_exact_test_is_scipys(a: int, b: int, c: int, d: int) -> None:
    if a + b == 0 or c + d == 0:
        assert np.isnan(fisher(a, a + b, c, c + d))
    else:
        expected = stats.fisher_exact([[a, b], [c, d]]).pvalue
        assert fisher(a, a + b, c, c + d) == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_corrections_can_be_checked_by_hand() -> None:
    p = np.array([0.01, 0.02, np.nan, 0.5])
    assert holm(p).round(3).tolist()[:2] == [0.03, 0.04]
    assert simes(p) == pytest.approx(0.03)  # min of 0.01 · 3 / 1, 0.02 · 3 / 2 and 0.5
    assert np.isnan(simes(np.array([np.nan])))


def test_fair_data_raises_something_in_at_most_one_of_twenty_cases() -> None:
    raised = 0
    for seed in range(60):
        report = assess_decisions(*drawn(seed, rows=600), options=Options(resamples=2))
        raised += bool((report.disparities["q"] <= 0.05).any() or (report.comparisons["q"] <= 0.05).any())
    assert raised / 60 <= 0.05


def test_a_planted_bias_is_found_in_the_right_group_with_an_interval_that_covers_it() -> None:
    covered = 0
    for seed in range(30):
        report = assess_decisions(*drawn(seed, rows=2_000, groups=2, bias=0.15), options=Options(resamples=300))
        found = gap(report, "demographic_parity")
        assert (found["q"] < 0.05, found["group"]) == (True, "group=0")
        covered += found["low"] <= 0.15 <= found["high"]
    assert covered / 30 >= 0.9


def test_no_gap_is_in_the_interval_of_fair_data() -> None:
    intervals = [
        gap(assess_decisions(*drawn(seed, groups=2), options=Options(resamples=300)), "demographic_parity")
        for seed in range(30)
    ]
    assert np.mean([row["low"] <= 0 <= row["high"] for row in intervals]) >= 0.85
