from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, train_test_split
from sklearn.pipeline import Pipeline

from backends.errors import WorkbenchError
from backends.training import TrainingSpec, compare
from backends.training.events import Event, FoldDone, ModelDone, PhaseStarted, PlanReady
from backends.training.fitting import FoldTask, Learner
from backends.training.leaderboard import COLUMNS, corrected_interval
from backends.training.models import model_row
from backends.training.pipeline import build_pipeline
from backends.training.scoring import METRIC_KEYS, METRICS
from backends.training.shared import InlineTable
from tests.backends.training.tables import customers, dataset

SPEC = TrainingSpec(
    target="churn", models=("dummy", "logistic_regression", "hist_gradient_boosting"), folds=3, processes=2
)


@pytest.fixture(scope="module")
def told():
    return []


@pytest.fixture(scope="module")
def comparison(told):
    return compare(customers(), SPEC, on_progress=told.append)


def test_the_board_has_every_documented_column_and_every_model(comparison):
    assert list(comparison.leaderboard.columns) == list(COLUMNS)
    assert set(comparison.leaderboard["model"]) == set(SPEC.models)
    assert comparison.leaderboard["rank"].tolist() == [1, 2, 3]
    assert (comparison.leaderboard["status"] == "done").all()


def test_fold_scores_are_those_of_a_bare_scikit_learn_loop(comparison):
    data = customers()
    schema = data.schema.select(("months", "pay", "plan"))
    y = (data.frame["churn"] == "yes").to_numpy().astype(int)
    X, _, y, _ = train_test_split(data.frame[list(schema.names)], y, test_size=0.2, stratify=y, random_state=0)
    pipeline = build_pipeline(model_row("logistic_regression"), schema, seed=0)
    expected = [
        roc_auc_score(y[test], clone(pipeline).fit(X.iloc[train], y[train]).predict_proba(X.iloc[test])[:, 1])
        for train, test in StratifiedKFold(3, shuffle=True, random_state=0).split(X, y)
    ]
    scores = comparison.fold_scores.query("model == 'logistic_regression' and metric == 'roc_auc'")
    assert scores.sort_values("fold")["value"].tolist() == pytest.approx(expected, abs=1e-12)


def test_the_board_shows_mean_and_spread_of_the_fold_scores(comparison):
    board = comparison.leaderboard.set_index("model")
    for (model, metric), rows in comparison.fold_scores.groupby(["model", "metric"]):
        assert board.loc[model, metric] == pytest.approx(rows["value"].mean())
        assert board.loc[model, f"{metric}_std"] == pytest.approx(rows["value"].std())


def test_the_board_is_ranked_by_the_metric_and_one_model_is_recommended(comparison):
    board = comparison.leaderboard
    assert comparison.metric == "roc_auc"
    assert board["roc_auc"].is_monotonic_decreasing
    assert board.loc[board["recommended"], "model"].tolist() == [comparison.recommended]
    assert board.iloc[0]["tied"]
    assert comparison.best.key == comparison.recommended
    assert (board["low"] <= board["roc_auc"]).all()
    assert (board["roc_auc"] <= board["high"]).all()


def test_costs_are_measured_and_plausible(comparison):
    board = comparison.leaderboard
    assert (board[["fit_seconds", "predict_ms_1", "predict_ms_1000", "size_kb"]] > 0).all(axis=None)
    assert board.set_index("model").loc["logistic_regression", "onnx"] == "converts"
    assert "no model to convert" in board.set_index("model").loc["dummy", "onnx"]


def test_the_hold_out_is_kept_apart_and_travels_with_each_model(comparison):
    model = comparison.models["logistic_regression"]
    data = customers()
    assert not set(model.train_rows) & set(model.holdout_rows)
    pd.testing.assert_frame_equal(
        model.holdout, data.frame.loc[model.holdout_rows, list(model.schema.names)].reset_index(drop=True)
    )
    assert (data.frame["churn"].to_numpy()[model.holdout_rows] == "yes").astype(int).tolist() == (
        model.holdout_codes.tolist()
    )
    assert roc_auc_score(model.holdout_codes, model.probabilities(model.holdout)[:, 1]) > 0.8


def test_progress_tells_the_plan_every_fit_and_every_model_and_ends_at_all(told, comparison):
    kinds = [type(event) for event in told]
    assert kinds[:3] == [PhaseStarted, PlanReady, PhaseStarted]
    assert kinds.count(FoldDone) == 9
    assert {event.model for event in told if isinstance(event, ModelDone)} == set(SPEC.models)
    assert [event.done for event in told] == sorted(event.done for event in told)
    assert (told[-1].done, told[-1].total) == (12, 12)
    assert all(Event.from_dict(json.loads(json.dumps(event.to_dict()))).done == event.done for event in told)


def test_the_baseline_is_on_the_board_first(told, comparison):
    assert next(event.model for event in told if isinstance(event, ModelDone)) == "dummy"


def test_one_process_and_two_give_the_same_scores(comparison):
    alone = compare(customers(), replace(SPEC, processes=1))
    keys = ["model", "fold", "metric"]
    pd.testing.assert_frame_equal(
        alone.fold_scores.sort_values(keys, ignore_index=True),
        comparison.fold_scores.sort_values(keys, ignore_index=True),
        check_exact=True,
    )


def test_another_seed_gives_other_folds(comparison):
    other = compare(customers(), replace(SPEC, seed=1, models=("logistic_regression",)))
    scores = [c.fold_scores.query("model == 'logistic_regression'")["value"].tolist() for c in (comparison, other)]
    assert scores[0] != scores[1]


def test_another_joblib_back_end_takes_the_fits_over(comparison):
    from joblib import parallel_config

    with parallel_config(backend="threading", n_jobs=2):
        other = compare(customers(), replace(SPEC, models=("logistic_regression",)))
    scores = [
        c.fold_scores.query("model == 'logistic_regression'").sort_values(["fold", "metric"])
        for c in (other, comparison)
    ]
    assert scores[0]["value"].tolist() == scores[1]["value"].tolist()
    assert any("limits" in note for note in other.notes)


def test_three_classes_time_order_and_dropped_rows_go_all_the_way():
    random = np.random.default_rng(0)
    x = random.normal(size=300)
    frame = pd.DataFrame(
        {
            "x": x,
            "day": pd.date_range("2024-01-01", periods=300),
            "y": pd.Series(
                np.array(["low", "mid", "high"])[np.digitize(x + random.normal(size=300), [-0.5, 0.5])], dtype="str"
            ),
        }
    )
    frame.loc[::50, "y"] = None
    spec = TrainingSpec(target="y", scheme="time", time="day", models=("decision_tree", "dummy"), folds=4)
    found = compare(dataset(frame), spec)
    assert set(found.classes) == {"low", "mid", "high"}
    assert sum(found.class_counts) == 294
    assert "6 rows without a value of 'y' were left out." in found.notes
    assert found.recommended == "decision_tree"
    assert found.best.holdout_rows.min() > found.best.train_rows.max()


class Spy(TransformerMixin, BaseEstimator):
    """Writes down which rows it is fitted on."""

    def __init__(self, seen):
        self.seen = seen

    def fit(self, X, y=None):
        self.seen.append(set(X["row"]))
        return self

    def transform(self, X):
        return X


def test_nothing_in_a_pipeline_is_fitted_on_rows_that_judge_it(monkeypatch):
    seen: list[set[int]] = []
    rows = 100
    frame = pd.DataFrame({"row": np.arange(rows), "y": pd.Series(["a", "b"] * (rows // 2), dtype="str")})
    data = dataset(frame, row="number")
    learner = Learner(model_row("decision_tree"), data.schema.select(("row",)), seed=0, classes=2)
    inner = build_pipeline(learner.row, learner.schema, 0)
    monkeypatch.setattr(Learner, "pipeline", lambda self: Pipeline([("spy", _kept(Spy(seen))), *inner.steps]))
    test = np.arange(0, rows, 5)
    train = np.setdiff1d(np.arange(rows), test)
    codes = np.arange(rows) % 2
    FoldTask(learner, InlineTable(frame[["row"]]), 0, train, test, codes[train], codes[test])()
    assert seen == [set(train)]


def _kept(spy):
    """Keeps the spy itself from being cloned, so that what it saw is seen here."""
    spy.__sklearn_clone__ = lambda: spy
    return spy


@pytest.mark.slow
def test_features_of_pure_noise_stay_at_chance_whatever_preprocessing_they_take():
    """Many levels with a few rows each, missing values, words: all that would leak if it were fitted too widely."""
    random = np.random.default_rng(0)
    rows = 1_200
    frame = pd.DataFrame(
        {
            "code": pd.Series([f"c{i}" for i in random.integers(0, 300, rows)], dtype="str"),
            "town": pd.Series([f"t{i}" for i in random.integers(0, 30, rows)], dtype="str"),
            "gaps": np.where(random.random(rows) < 0.3, np.nan, random.normal(size=rows)),
            "note": pd.Series(
                [" ".join(f"w{w}" for w in random.integers(0, 400, 8)) for _ in range(rows)], dtype="str"
            ),
            "y": pd.Series(random.choice(["a", "b"], rows), dtype="str"),
        }
    )
    spec = TrainingSpec(target="y", models=("logistic_regression", "hist_gradient_boosting", "naive_bayes"), folds=5)
    found = compare(dataset(frame, note="text"), spec)
    assert found.leaderboard["roc_auc"].between(0.45, 0.55).all()
    assert (found.leaderboard["low"] < 0.5).all()


def test_the_same_table_leaks_when_the_encoding_is_fitted_outside_the_folds():
    """The control of the test above: the mean target of each level, taken over the whole table, gives it away."""
    random = np.random.default_rng(0)
    code, y = random.integers(0, 300, 1_200), random.integers(0, 2, 1_200)
    planted = pd.Series(y).groupby(code).transform("mean")
    frame = pd.DataFrame({"planted": planted, "y": pd.Series(np.array(["a", "b"])[y], dtype="str")})
    found = compare(dataset(frame), TrainingSpec(target="y", models=("logistic_regression",)))
    assert found.leaderboard.loc[0, "roc_auc"] > 0.65


def test_the_checks_come_with_the_comparison():
    data = customers()
    frame = data.frame.assign(hint=np.where(data.frame["churn"] == "yes", 10.0, 1.0) + np.arange(240) / 1000)
    found = compare(dataset(frame, id="identifier"), replace(SPEC, models=("dummy", "decision_tree")))
    assert "target-leak" in {check.rule for check in found.checks}


def test_what_cannot_be_trained_on_is_refused_before_anything_is_trained():
    events = []
    with pytest.raises(WorkbenchError, match="Only 9 rows"):
        compare(customers(9), SPEC, on_progress=events.append)
    assert [type(event) for event in events] == [PhaseStarted]


def test_the_interval_is_that_of_the_corrected_t_distribution():
    """Five folds of 80 and 20 rows: t(0.975, 4) = 2.776, variance × (1/5 + 1/4)."""
    values = np.array([0.80, 0.82, 0.84, 0.86, 0.88])
    low, high = corrected_interval(values, (80, 20))
    assert (high - low) / 2 == pytest.approx(2.7764 * np.sqrt(0.45 * 0.001), rel=1e-4)
    assert (high + low) / 2 == pytest.approx(0.84)
    assert np.isnan(corrected_interval(np.array([0.5, np.nan]), (80, 20))).all()


def test_every_metric_is_on_the_board():
    assert {row.key for row in METRICS} == set(METRIC_KEYS) <= set(COLUMNS)


def test_out_of_fold_probabilities_are_those_that_the_folds_were_scored_with(comparison):
    held = comparison.models["logistic_regression"].out_of_fold
    fold_rows = np.array_split(np.arange(len(held.codes)), SPEC.folds)
    scores = comparison.fold_scores.query("model == 'logistic_regression' and metric == 'roc_auc'").sort_values("fold")
    expected = [roc_auc_score(held.codes[rows], held.positive[rows]) for rows in fold_rows]
    assert scores["value"].tolist() == pytest.approx(expected, abs=1e-6)
    assert len(held.codes) == len(comparison.models["logistic_regression"].train_rows)


def test_what_the_checks_found_fine_is_told_too(comparison):
    assert comparison.passed
    assert not {check.title for check in comparison.checks} & set(comparison.passed)
