"""Mitigations of the loan sample's bias, their weights by hand, and what happens when they cannot be done."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.explanations import explain
from backends.fairness import job
from backends.fairness.decided import Decided
from backends.fairness.effect import QUANTITIES, effect, standing
from backends.fairness.groups import from_labels
from backends.fairness.mitigation import (
    METHODS,
    NOT_RANKED,
    MitigationPlan,
    mitigate,
    pareto,
    standings,
    with_model,
)
from backends.fairness.mitigation.pareto import Standing
from backends.fairness.mitigation.weights import reweighing
from backends.settings import Settings
from backends.tasks import JobRunner
from tests.backends.fairness.loans import GROUP, comparison, loans, model


def figures(accuracy: float, disparity: float) -> pd.DataFrame:
    value = {"accuracy": accuracy, "demographic_parity": disparity}
    rows = [(key, title, value.get(key, 0.5)) for key, title in QUANTITIES]
    return pd.DataFrame(rows, columns=["key", "title", "value"]).assign(low=0.0, high=1.0).set_index("key")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1)), min_size=1, max_size=60))
@settings(max_examples=50, deadline=None)
def test_weights_make_group_and_outcome_independent(pairs: list[tuple[int, int]]) -> None:
    groups, y = (np.array(column) for column in zip(*pairs, strict=True))
    weights = reweighing(groups, y)
    frame = pd.DataFrame({"group": groups, "y": y, "weight": weights})
    for group, rows in frame.groupby("group"):
        if rows["y"].nunique() == 2:
            assert np.average(rows["y"], weights=rows["weight"]) == pytest.approx(y.mean())
        assert (rows["weight"] > 0).all(), group


@pytest.mark.parametrize("method", list(METHODS))
def test_each_method_makes_the_loan_sample_more_even(method: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = mitigate(model(), loans(), GROUP, MitigationPlan(method))
    row = made.before_after.set_index("key").loc["demographic_parity"]
    assert row["after"] < row["before"] - 0.05
    assert row["change_high"] < 0
    rates = pd.Series(made.decisions).groupby(model().aside["applicant_group"].to_numpy()[made.rows]).mean()
    assert row["after"] == pytest.approx(rates.max() - rates.min())
    assert made.title == f"Logistic regression: {METHODS[method].title.lower()} for demographic parity"
    assert ("lot" in " ".join(made.notes).lower()) == METHODS[method].random


def test_decisions_drawn_by_lot_follow_the_seed_and_the_chance() -> None:
    plan = MitigationPlan("threshold_optimizer", seed=3)
    first, again = (mitigate(model(), loans(), GROUP, plan) for _ in range(2))
    assert np.array_equal(first.decisions, again.decisions)
    assert (first.decisions[first.chance == 1] == 1).all()
    assert (first.decisions[first.chance == 0] == 0).all()


def test_equalised_odds_by_the_threshold_optimiser() -> None:
    made = mitigate(model(), loans(), GROUP, MitigationPlan("threshold_optimizer", "equalised_odds"))
    row = made.before_after.set_index("key").loc["equalised_odds"]
    assert row["after"] < row["before"]


def test_reweighing_hands_out_a_model_that_decides_as_it_was_judged() -> None:
    made = mitigate(model(), loans(), GROUP, MitigationPlan("reweighing"))
    assert made.model is not None
    assert np.array_equal(made.model.decide(model().held_out), made.decisions)
    assert made.model.out_of_fold is None


@pytest.mark.parametrize("method", ["reweighing", "grid_search"])
def test_a_mitigation_that_always_answers_the_same_joins_the_trained_models(method: str) -> None:
    made = mitigate(model(), loans(), GROUP, MitigationPlan(method))
    assert made.model is not None
    assert made.model.title.endswith("by applicant_group")
    np.testing.assert_array_equal(made.model.decide(made.model.held_out), made.decisions)
    joined = with_model(with_model(comparison(), made), made)
    assert joined.leaderboard["model"].tolist().count(made.model.key) == 1
    assert joined.models[made.model.key] is made.model
    assert joined.recommended == comparison().recommended
    last = joined.leaderboard.iloc[-1]
    assert (last["status"], pd.isna(last["rank"]), pd.isna(last["accuracy"])) == (NOT_RANKED, True, True)
    pd.testing.assert_frame_equal(joined.leaderboard.iloc[:-1], comparison().leaderboard)
    assert explain(made.model, made.model.holdout.iloc[:3]).values.shape[0] == 3


@pytest.mark.parametrize("method", ["exponentiated_gradient", "threshold_optimizer"])
def test_a_lottery_says_why_it_cannot_be_a_model(method: str) -> None:
    made = mitigate(model(), loans(), GROUP, MitigationPlan(method))
    assert made.model is None
    assert "by lot" in made.why_no_model
    with pytest.raises(WorkbenchError, match="is no model"):
        with_model(comparison(), made)


def test_a_model_in_place_of_another_is_named_as_what_it_is() -> None:
    made = mitigate(model("nearest_neighbours"), loans(), GROUP, MitigationPlan("grid_search"))
    assert made.model is not None
    assert made.model.title.startswith("Logistic regression, grid search")


def test_a_model_that_takes_no_weights_is_not_reweighed_but_replaced_in_a_reduction() -> None:
    neighbours = model("nearest_neighbours")
    with pytest.raises(WorkbenchError, match="cannot weigh"):
        mitigate(neighbours, loans(), GROUP, MitigationPlan("reweighing"))
    made = mitigate(neighbours, loans(), GROUP, MitigationPlan("grid_search"))
    assert "logistic regression in place of" in made.notes[0]


def test_a_search_that_runs_out_of_time_says_so() -> None:
    with pytest.raises(WorkbenchError, match="no result within 0 s"):
        mitigate(model(), loans(), GROUP, MitigationPlan("grid_search", seconds=0.0))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (MitigationPlan("prayer"), "no mitigation 'prayer'"),
        (MitigationPlan("reweighing", "equalised_odds"), "cannot aim at equalised odds"),
    ],
)
def test_unknown_plans_get_a_sentence(plan: MitigationPlan, words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        mitigate(model(), loans(), GROUP, plan)


def test_another_table_and_more_classes_get_a_sentence() -> None:
    plan = MitigationPlan("reweighing")
    with pytest.raises(WorkbenchError, match="was not trained on"):
        mitigate(model(), replace(loans(), digest="another"), GROUP, plan)
    with pytest.raises(WorkbenchError, match="two classes"):
        mitigate(replace(model(), classes=("a", "b", "c")), loans(), GROUP, plan)


def test_without_known_folds_the_optimiser_is_judged_on_the_other_half() -> None:
    made = mitigate(replace(model(), out_of_fold=None), loans(), GROUP, MitigationPlan("threshold_optimizer"))
    assert len(made.rows) == 400
    assert "one half of the hold-out (400 rows)" in made.notes[0]


def test_effects_are_differences_on_the_same_rows() -> None:
    random = np.random.default_rng(0)
    y, before, after = random.integers(2, size=(3, 500))
    groups = from_labels(random.choice(["a", "b"], 500))
    found = effect(Decided(y, before), after, groups).set_index("key")
    assert found.loc["accuracy", "before"] == (y == before).mean()
    assert found.loc["accuracy", "change"] == pytest.approx((y == after).mean() - (y == before).mean())
    rates = [pd.Series(said).groupby(groups.codes).mean() for said in (before, after)]
    assert found.loc["demographic_parity", "after"] == pytest.approx(abs(rates[1][0] - rates[1][1]))
    same = effect(Decided(y, before), before, groups)
    assert (same[["change", "change_low", "change_high"]] == 0).all(axis=None)
    alone = standing(Decided(y, before), groups).set_index("key")
    assert alone["value"].equals(found["before"].rename("value"))


def test_the_paired_interval_is_that_of_a_plain_bootstrap() -> None:
    random = np.random.default_rng(1)
    y = random.integers(2, size=400)
    before = np.where(random.random(400) < 0.7, y, 1 - y)
    after = np.where(random.random(400) < 0.2, 1 - before, before)
    row = effect(Decided(y, before), after, from_labels(["a"] * 200 + ["b"] * 200)).set_index("key").loc["accuracy"]
    draws = random.integers(400, size=(4_000, 400))
    low, high = np.quantile((y == after)[draws].mean(axis=1) - (y == before)[draws].mean(axis=1), [0.025, 0.975])
    assert (row["change_low"], row["change_high"]) == pytest.approx((low, high), abs=0.012)


def test_the_front_holds_what_no_other_beats_in_both() -> None:
    points = {"a": (0.9, 0.3), "b": (0.8, 0.1), "c": (0.8, 0.2), "d": (0.7, 0.1), "e": (0.95, np.nan)}
    found = pareto([Standing(name, "model", figures(*pair), 10) for name, pair in points.items()])
    assert found.loc[found["best"], "title"].tolist() == ["a", "b"]
    assert found["title"].tolist() == ["e", "a", "b", "c", "d"]


def test_all_models_and_mitigations_are_in_one_picture() -> None:
    made = mitigate(model(), loans(), GROUP, MitigationPlan("reweighing"))
    found = pareto(standings(comparison().models, GROUP, [made]))
    assert sorted(found["kind"]) == ["mitigation", "model", "model"]
    known = dict(zip(found["title"], found["accuracy"], strict=True))
    assert known["Logistic regression"] == (model().decide(model().held_out) == model().holdout_codes).mean()
    assert (found["accuracy_low"] <= found["accuracy"]).all()
    with pytest.raises(WorkbenchError, match="no criterion 'kindness'"):
        pareto((), "kindness")


def test_mitigations_run_in_the_background(tmp_path) -> None:
    plans = (MitigationPlan("reweighing"), MitigationPlan("reweighing", "equalised_odds"))
    runner = JobRunner(Settings(home=str(tmp_path)))
    started = runner.start("ada", "mitigate", job.ADDRESS, job.prepare(loans(), model(), GROUP, plans))
    outcome = job.read(runner.wait(started.id, "ada", 120).output)
    runner.close()
    assert [one.method.key for one in outcome.made] == ["reweighing"]
    assert outcome.failed == (
        ("Reweighing", "Reweighing cannot aim at equalised odds. It can aim at demographic parity."),
    )
    here = mitigate(model(), loans(), GROUP, plans[0])
    assert np.array_equal(outcome.made[0].decisions, here.decisions)
