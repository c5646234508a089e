"""Policies counted against plain loops, solutions against brute force, and chosen where nobody judges."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets.grouping import Grouping
from backends.errors import WorkbenchError
from backends.fairness.tallies import CRITERIA, apart
from backends.fairness.thresholds import (
    GOALS,
    LAWFUL_WARNING,
    Costs,
    ThresholdTable,
    before_after,
    choose_rows,
    cost_curve,
    policy_scores,
    solve,
    with_policy,
)
from backends.fairness.thresholds.choosing import out_of_fold_rows
from backends.training.policy import Policy
from backends.training.targets import encode_target
from tests.backends.fairness.loans import GROUP, loans, model

Rows = tuple[np.ndarray, np.ndarray, np.ndarray]


def rows(count: int, groups: int = 3, seed: int = 0, digits: int = 6) -> Rows:
    random = np.random.default_rng(seed)
    group = random.integers(groups, size=count)
    y = (random.random(count) < 0.3 + 0.1 * group).astype(int)
    positive = np.clip(random.normal(0.35 + 0.25 * y - 0.05 * group, 0.18), 0, 1).round(digits)
    return y, positive, np.array([f"g{at}" for at in group])


def own(table: ThresholdTable, **thresholds: float) -> Policy:
    return Policy(0.5, table.by, tuple(((name,), value) for name, value in thresholds.items()))


def disparity(frame: pd.DataFrame, goal: str) -> float:
    return float(frame.set_index("key")["value"][goal])


def test_a_policy_is_counted_as_a_plain_loop_does() -> None:
    y, positive, labels = rows(400)
    table = ThresholdTable.of(y, positive, labels)
    policy = own(table, g0=0.3, g2=0.7)
    scores = policy_scores(table, policy, Costs(1, 5))
    decided = policy.decide(positive, pd.DataFrame({"group": labels}))
    for row in scores.by_group.to_dict("records"):
        mine = labels == row["group"].removeprefix("group=")
        truth, said = y[mine], decided[mine]
        assert row["true positives"] == ((truth == 1) & (said == 1)).sum()
        assert row["false positives"] == ((truth == 0) & (said == 1)).sum()
        assert row["tpr"] == pytest.approx(said[truth == 1].mean())
        assert row["fpr"] == pytest.approx(said[truth == 0].mean())
        assert row["selection_rate_low"] < row["selection_rate"] < row["selection_rate_high"]
    assert scores.cost == ((y == 0) & (decided == 1)).sum() + 5 * ((y == 1) & (decided == 0)).sum()
    rates = pd.Series(decided).groupby(labels).mean()
    assert disparity(scores.disparities, "demographic_parity") == pytest.approx(rates.max() - rates.min())


@given(
    st.lists(st.tuples(st.integers(0, 1), st.sampled_from([0, 0.25, 0.5, 0.75, 1])), min_size=1, max_size=40), st.data()
)
@settings(max_examples=40, deadline=None)
def test_ties_at_the_threshold_are_decided_as_the_policy_decides(
    pairs: list[tuple[int, float]], data: st.DataObject
) -> None:
    y, positive = (np.array(column) for column in zip(*pairs, strict=True))
    threshold = data.draw(st.sampled_from([0, 0.25, 0.5, 0.6, 1]))
    table = ThresholdTable.of(y, positive, ["a"] * len(y), minimum_rows=1)
    tally = table.tally(Policy(threshold))[0]
    decided = Policy(threshold).decide(positive, pd.DataFrame({"group": ["a"] * len(y)}))
    assert tally.tolist() == np.bincount(2 * y + decided, minlength=4).tolist()


@pytest.mark.parametrize("goal", [goal for goal in GOALS if goal != "lowest_cost"])
@pytest.mark.parametrize("seed", range(4))
def test_no_pair_of_thresholds_is_cheaper_within_the_tolerance(goal: str, seed: int) -> None:
    y, positive, labels = rows(120, groups=2, seed=seed, digits=1)
    table, costs, tolerance = ThresholdTable.of(y, positive, labels), Costs(1, 2), 0.1
    solution = solve(table, goal, costs, tolerance=tolerance)
    steps = np.array([0.0, *(np.arange(10) / 10 + 0.05), 1.0])
    tallies = [group.tally(steps) for group in table.groups]
    pairs = [np.stack(pair) for pair in itertools.product(*tallies)]
    found = [(float(apart(CRITERIA[goal], pair)), float(costs.of(pair).sum())) for pair in pairs]
    cheapest, cheapest_closer = (min(cost for gap, cost in found if gap <= limit + 1e-9) for limit in (0.1, 0.075))
    assert solution.reached <= solution.tolerance + 1e-9
    if goal != "equalised_odds":
        assert (solution.cost, solution.tolerance) == (cheapest, tolerance)
    elif solution.tolerance == tolerance:  # approximate: at least as good as anything a grid step closer together
        assert cheapest <= solution.cost <= cheapest_closer
    assert ("approximate" in solution.note) == (goal == "equalised_odds")


def test_the_lowest_cost_is_that_of_the_cheapest_threshold_of_each_group() -> None:
    y, positive, labels = rows(300, seed=3)
    table = ThresholdTable.of(y, positive, labels)
    solution = solve(table, "lowest_cost", Costs(2, 1))
    expected = 0.0
    for name in np.unique(labels):
        mine = labels == name
        expected += min(
            2 * ((y == 0) & (positive >= t))[mine].sum() + ((y == 1) & (positive < t))[mine].sum()
            for t in [*np.unique(positive) + 1e-9, 0]
        )
    assert solution.cost == expected
    assert solution.cost <= solve(table, "lowest_cost", Costs(2, 1), per_group=False).cost


def test_goals_reached_on_fresh_rows_of_the_same_kind() -> None:
    chosen, fresh = (ThresholdTable.of(*rows(20_000, seed=seed)) for seed in (1, 2))
    for goal in ("demographic_parity", "equal_opportunity"):
        before = disparity(policy_scores(fresh, Policy()).disparities, goal)
        after = disparity(policy_scores(fresh, solve(chosen, goal).policy).disparities, goal)
        assert before > 0.04 > 0.03 > after


def test_the_price_of_a_narrow_limit_is_told() -> None:
    y, positive, labels = rows(4_000, groups=2)
    positive = np.where(labels == "g0", np.random.default_rng(0).random(len(y)), positive)  # of no use for one group
    table = ThresholdTable.of(y, positive, labels)
    solution = solve(table, "equalised_odds")
    free = solve(table, "lowest_cost").cost
    assert f"it costs {solution.cost / 4_000:.3f} per row, without the limit {free / 4_000:.3f}" in solution.note


def test_one_threshold_for_all_has_no_group_of_its_own_and_no_warning() -> None:
    table = ThresholdTable.of(*rows(2_000))
    single = solve(table, "demographic_parity", per_group=False)
    assert single.policy.thresholds == ()
    assert single.warning == ""
    assert solve(table, "demographic_parity").warning == LAWFUL_WARNING
    assert single.cost >= solve(table, "demographic_parity", tolerance=single.tolerance).cost


def test_it_says_so_when_nothing_is_cheaper_than_the_same_answer_for_everyone() -> None:
    y, _, labels = rows(400)
    table = ThresholdTable.of(y, np.linspace(0.4, 0.6, 400)[np.argsort(np.argsort(-y, kind="stable"))], labels)
    solution = solve(table, "demographic_parity", Costs(100, 1))
    assert "say no to everyone" in solution.note
    assert policy_scores(table, solution.policy).overall["selection_rate"].iloc[0] == 0


def test_one_threshold_that_is_even_only_for_nearly_everyone_says_what_it_costs() -> None:
    # the score speaks for "m" alone: every threshold but the lowest sets the groups apart
    y = np.tile([0, 1], 100)
    labels = np.repeat(["f", "m"], 100)
    positive = np.where(labels == "m", 0.6, 0.2) + 0.2 * y
    positive[0] = 0.1  # one no is cheaper than none
    table = ThresholdTable.of(y, positive, labels)
    solution = solve(table, "demographic_parity", Costs(1, 1.1), per_group=False, tolerance=0.02)
    free = solve(table, "lowest_cost", Costs(1, 1.1), per_group=False)
    assert solution.note.startswith("Nearly everybody (all but 1 of 200) gets a yes: with one threshold that")
    assert f"it costs {solution.cost:g} instead of {free.cost:g} without the limit" in solution.note
    assert solution.cost > free.cost
    assert free.note == ""


def test_a_tolerance_out_of_reach_is_widened_and_said() -> None:
    y = np.tile([0, 1], 13)[:25]  # shares of 12 and shares of 13 meet at nobody and at everybody only
    positive = np.where(y, 0.9, 0.1) + np.linspace(0, 0.05, 25)
    table = ThresholdTable.of(y, positive, ["f"] * 12 + ["m"] * 13)
    solution = solve(table, "demographic_parity", tolerance=0.001)
    assert solution.tolerance > 0.001
    assert "least step" in solution.note
    assert 0 < solution.reached <= solution.tolerance


def test_small_groups_count_in_the_totals_and_in_no_comparison() -> None:
    y, positive, labels = rows(300, groups=2)
    labels[:3] = "rare"
    table = ThresholdTable.of(y, positive, labels)
    scores = policy_scores(table, Policy(0.4))
    assert scores.by_group["group"].tolist()[-1] == "all other groups"
    assert scores.by_group["selection_rate"].isna().tolist() == [False, False, True]
    assert scores.overall["rows"].iloc[0] == 300
    assert "fewer than 10 rows: not measurable" in scores.notes[0]
    assert {labels for labels, _ in solve(table, "demographic_parity").policy.thresholds} == {("g0",), ("g1",)}


def test_a_group_without_positives_is_left_out_of_equal_opportunity() -> None:
    y, positive, labels = rows(600)
    y[labels == "g0"] = 0
    solution = solve(ThresholdTable.of(y, positive, labels), "equal_opportunity")
    assert ("g0",) not in dict(solution.policy.thresholds)
    assert "group=g0" in solution.note
    y[labels == "g1"] = 0
    with pytest.raises(WorkbenchError, match="1 can be measured"):
        solve(ThresholdTable.of(y, positive, labels), "equal_opportunity")


def test_thousands_of_groups_are_pooled_beyond_the_largest() -> None:
    y, positive, _ = rows(5_000)
    table = ThresholdTable.of(y, positive, np.arange(5_000).astype(str))
    assert table.groups == ()
    assert table.rows == 5_000
    assert np.isnan(disparity(policy_scores(table, Policy()).disparities, "equal_opportunity"))
    assert solve(table, "lowest_cost").policy.thresholds == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"positive": [0.1, np.nan]}, "no probability"),
        ({"y": [0, 2]}, "two classes"),
        ({"y": [], "positive": [], "labels": []}, "no rows"),
    ],
)
def test_bad_rows_get_a_sentence(change: dict, words: str) -> None:
    given_rows = {"y": [0, 1], "positive": [0.1, 0.9], "labels": ["a", "b"]} | change
    with pytest.raises(WorkbenchError, match=words):
        ThresholdTable.of(*(np.array(given_rows[name]) for name in ("y", "positive", "labels")))


@pytest.mark.parametrize("costs", [(-1, 1), (1, float("inf"))])
def test_costs_that_are_none_get_a_sentence(costs: tuple[float, float]) -> None:
    with pytest.raises(WorkbenchError, match="cost"):
        Costs(*costs)


@pytest.mark.parametrize("goal", list(GOALS))
def test_where_no_error_costs_anything_nothing_can_be_solved_but_everything_counted(goal: str) -> None:
    table = ThresholdTable.of(*rows(100))
    with pytest.raises(WorkbenchError, match="Both kinds of error cost 0"):
        solve(table, goal, Costs(0, 0))
    assert policy_scores(table, Policy(0.5), Costs(0, 0)).cost == 0


def test_a_rate_of_a_single_positive_is_not_measured_and_makes_no_gap() -> None:
    y = np.array([0, 1] * 20 + [0] * 19 + [1])
    positive = np.where(np.arange(60) < 40, 0.4, 0.9)  # the only positive of "b" gets a yes, those of "a" none
    scores = policy_scores(ThresholdTable.of(y, positive, ["a"] * 40 + ["b"] * 20), Policy(0.5))
    few = scores.by_group.set_index("group").loc["group=b"]
    assert few["tpr_n"] == 1
    assert np.isnan([few["tpr"], few["tpr_low"], few["tpr_high"]]).all()
    assert few["fpr"] == 1
    assert np.isnan(disparity(scores.disparities, "equal_opportunity"))
    assert disparity(scores.disparities, "demographic_parity") == 1


def test_unknown_goals_and_other_groups_get_a_sentence() -> None:
    table = ThresholdTable.of(*rows(100))
    with pytest.raises(WorkbenchError, match="no goal 'world peace'"):
        solve(table, "world peace")
    with pytest.raises(WorkbenchError, match="by sex, this table by group"):
        policy_scores(table, Policy(0.5, (Grouping("sex"),), ((("f",), 0.4),)))


def test_the_cost_curve_counts_each_group_by_itself() -> None:
    y, positive, labels = rows(500)
    frame = cost_curve(ThresholdTable.of(y, positive, labels), Costs(1, 3))
    mine, at = labels == "g1", frame[(frame["group"] == "group=g1") & (frame["threshold"] == 0.25)].iloc[0]
    said = positive[mine] >= 0.25
    wrong = (said & (y[mine] == 0)).sum() + 3 * (~said & (y[mine] == 1)).sum()
    assert at["cost_per_row"] == pytest.approx(wrong / mine.sum())


@pytest.mark.slow
def test_out_of_fold_rows_are_found_again_and_nothing_else() -> None:
    found = out_of_fold_rows(model(), loans())
    said = model().out_of_fold
    assert found is not None
    assert said is not None
    assert set(found) == set(model().train_rows)
    assert np.array_equal(encode_target(loans(), model().spec).codes[found], said.codes)
    assert out_of_fold_rows(model(), replace(loans(), digest="another")) is None
    assert out_of_fold_rows(model(), None) is None


def test_thresholds_are_chosen_and_judged_on_different_rows() -> None:
    known, unknown = choose_rows(model(), GROUP, loans()), choose_rows(model(), GROUP)
    assert known.table.rows == len(model().train_rows)
    assert len(known.judged) == 800
    assert unknown.table.rows + len(unknown.judged) == 800
    assert "one half of the hold-out (400 rows)" in unknown.note


def test_the_bias_of_the_loan_sample_is_smaller_after_demographic_parity() -> None:
    where = choose_rows(model(), GROUP, loans())
    found = before_after(model(), solve(where.table, "demographic_parity").policy, GROUP, rows=where.judged)
    row = found.set_index("key").loc["demographic_parity"]
    assert row["before"] > 0.1 > 0.06 > row["after"]
    assert row["change"] == pytest.approx(row["after"] - row["before"])
    assert row["change_high"] < 0
    assert found.filter(regex="low|high").notna().all(axis=None)


def test_the_policy_becomes_part_of_the_model() -> None:
    policy = solve(choose_rows(model(), GROUP, loans()).table, "demographic_parity").policy
    fair = with_policy(model(), Policy.from_dict(policy.to_dict()))
    rates = pd.Series(fair.decide(model().held_out)).groupby(model().aside["applicant_group"].to_numpy()).mean()
    assert abs(rates["A"] - rates["B"]) < 0.06
    assert model().policy.plain
    with pytest.raises(WorkbenchError, match="'planet'"):
        with_policy(model(), Policy(0.5, (Grouping("planet"),), ((("Mars",), 0.4),)))


def test_a_hold_out_of_twelve_rows_is_not_halved() -> None:
    few = np.arange(12)
    small = replace(
        model(),
        holdout=model().holdout.iloc[few],
        aside=model().aside.iloc[few],
        holdout_codes=model().holdout_codes[few],
        holdout_rows=model().holdout_rows[few],
    )
    with pytest.raises(WorkbenchError, match="12 held-out rows"):
        choose_rows(small, GROUP)
    found = before_after(small, Policy(0.3), GROUP).set_index("key")
    assert np.isnan(found.loc["equal_opportunity", "before"])
    assert not np.isnan(found.loc["accuracy", "before"])


def test_a_column_with_one_value_and_more_classes_get_a_sentence() -> None:
    same = replace(model(), aside=model().aside.assign(applicant_group="A"))
    with pytest.raises(WorkbenchError, match="nobody to compare"):
        choose_rows(same, GROUP)
    with pytest.raises(WorkbenchError, match="3"):
        choose_rows(replace(model(), classes=("a", "b", "c")), GROUP)


def test_no_to_everyone_is_no_also_to_those_the_model_is_certain_of() -> None:
    # Half of group a have the probability 1, so that no threshold below it refuses them all.
    y = np.array([1, 0] * 40)
    scores = np.r_[np.tile([1.0, 1.0, 0.0, 0.0], 10), np.zeros(40)]
    found = solve(ThresholdTable.of(y, scores, np.repeat(["a", "b"], 40)), "demographic_parity", Costs(5, 1))
    assert found.policy.decide(scores, pd.DataFrame({"group": np.repeat(["a", "b"], 40)})).sum() == 0
    assert found.reached == 0
    assert found.cost == 40  # every positive is refused, at 1 each
