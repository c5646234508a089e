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
from backends.fairness.significance import bonferroni, fisher
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
    assert bonferroni(np.array([0.01, 0.5, np.nan]), 4) == pytest.approx([0.04, 1.0, np.nan], nan_ok=True)
    y, yes, groups = counted(a=(30, 10, 10, 50), b=(10, 10, 30, 50))
    found = assess_decisions(y, yes, groups, options=QUICK).disparities
    assert found["looks"].tolist() == [1, 1, 2, 2, 2, 2, 4, 4, 1, 1, 2, 2, 1, 1, 2, 2]  # best one pair, rest two
    assert found["q"].to_numpy() == pytest.approx(np.minimum(1, 15 * found["p"].to_numpy()))


def test_a_rate_of_a_few_rows_takes_part_in_no_gap() -> None:
    groups = {"a": (60, 20, 40, 80), "b": (50, 20, 50, 80), "two": (2, 5, 0, 40), "one": (0, 5, 1, 40)}
    report = assess_decisions(*counted(**groups), options=QUICK)
    found = gap(report, "equal_opportunity")
    assert (found["value"], found["group"], found["other"]) == (pytest.approx(0.1), "group=b", "group=a")
    assert (found["largest"], found["smallest"]) == ("group=a", "group=b")
    assert "left out: group=" in found["note"]
    assert {"group=two (n = 2)", "group=one (n = 1)"} <= set(found["note"].removeprefix("left out: ").split(", "))
    assert gap(report, "demographic_parity")["note"] == ""
    rows = report.by_group.set_index(["group", "measure"])
    assert rows.loc[("group=two", "tpr"), "value"] == 1  # shown with its interval
    assert rows.loc[("group=two", "tpr"), "note"].endswith("too few to be compared (n = 2)")


def test_ten_rows_are_enough_to_be_compared_and_nine_are_not() -> None:
    for positives, measurable in ((10, True), (9, False)):
        report = assess_decisions(*counted(a=(60, 20, 40, 80), b=(0, 20, positives, 80)), options=QUICK)
        assert np.isnan(gap(report, "equal_opportunity")["value"]) != measurable
        rest = gap(report, "equal_opportunity", against="rest")
        assert np.isnan(rest["value"]) != measurable  # of a, the rest is b


def test_a_rest_of_few_rows_is_no_opponent() -> None:
    report = assess_decisions(*counted(a=(60, 20, 40, 80), tiny=(1, 1, 1, 1)), options=QUICK)
    assert report.comparisons["p"].isna().all()


def test_a_gap_has_the_p_value_of_its_own_pair_and_rate() -> None:
    """Of equalised odds the rate of few rows is widest and may be chance; that of many is narrower and is not."""
    report = assess_decisions(*counted(a=(6, 500, 6, 1500), b=(3, 300, 9, 1700)), options=QUICK)
    odds = gap(report, "equalised_odds")
    assert (odds["measure"], odds["value"]) == ("tpr", pytest.approx(0.25))
    assert odds["p"] == pytest.approx(stats.fisher_exact([[6, 6], [3, 9]]).pvalue)
    assert odds["q"] > 0.05
    assert stats.fisher_exact([[500, 1500], [300, 1700]]).pvalue < 1e-10


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 4), min_size=2, max_size=5))
@settings(max_examples=40, deadline=None)
def test_every_gap_is_one_of_the_comparisons(counts: list[tuple[int, int, int, int]]) -> None:
    if sum(any(row) for row in counts) < 2:
        return
    data = counted(**{f"g{at}": row for at, row in enumerate(counts)})
    report = assess_decisions(*data, options=Options(resamples=5))
    pairs = report.comparisons.set_index(["against", "measure", "group", "other"])
    for row in report.disparities[report.disparities["value"].notna()].to_dict("records"):
        pair = pairs.loc[(row["against"], row["measure"], row["group"], row["other"])]
        assert row["p"] == pair["p"]
        assert row["q"] >= pair["p"]


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
