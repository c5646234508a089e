"""Explanations of every kind of model add up, agree with other ways to compute them, and say what they are."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from threadpoolctl import threadpool_limits

from backends.errors import WorkbenchError
from backends.explanations import ExplainBudget, Explanation, explain
from backends.explanations.explain import explain_some, space_of
from backends.explanations.explanation import TOLERANCE
from backends.explanations.games import FrameGame, MatrixGame
from backends.explanations.permutation import enumerated, sampled
from backends.explanations.sources import sources
from backends.explanations.tree_kernel import compiled
from backends.explanations.tree_values import TreeValues
from backends.explanations.warm import warm
from backends.training.models import MODELS
from tests.backends.explanations.trained import fitted, numbers, on_mixed
from tests.backends.training.mixed import SCHEMA, unfamiliar

KEYS = [row.key for row in MODELS]
TREES = ("decision_tree", "random_forest", "extra_trees", "hist_gradient_boosting", "gradient_boosting")
LINES = ("logistic_regression", "linear_svm")
QUICK = ExplainBudget(seconds=0.2, least=5, background=20)


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("error")
        yield


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("key", KEYS)
def test_every_row_of_every_model_adds_up_to_what_the_pipeline_says(key: str, classes: int) -> None:
    model = on_mixed(key, classes)
    found = explain(model, budget=QUICK)
    assert found.columns == SCHEMA.names
    assert found.classes == (("b",) if classes == 2 else ("a", "b", "c"))
    assert found.residuals.max() < 1e-5
    assert found.adds_up
    said = model.probabilities(found.frame)
    if found.space == "probability":
        np.testing.assert_allclose(found.predicted, said[:, 1:] if classes == 2 else said, atol=1e-7)
    elif classes == 2:
        np.testing.assert_allclose(1 / (1 + np.exp(-found.predicted[:, 0])), said[:, 1], atol=1e-6)
    else:
        raised = np.exp(found.predicted)
        np.testing.assert_allclose(raised / raised.sum(axis=1, keepdims=True), said, atol=1e-6)


@pytest.mark.parametrize("key", [*TREES, *LINES])
def test_parts_add_up_to_their_column(key: str) -> None:
    found = explain(on_mixed(key), budget=QUICK)
    assert found.parts is not None
    assert found.parts.shape[1] == len(found.part_names)
    for name in {column for column, _ in found.part_names}:
        at = [i for i, (column, _) in enumerate(found.part_names) if column == name]
        whole = found.array[:, found.columns.index(name)]
        np.testing.assert_allclose(found.parts[:, at].sum(axis=1), whole, atol=1e-9)


def test_spaces_and_engines_are_those_of_the_kind_of_model() -> None:
    for key in KEYS:
        found = explain(on_mixed(key), budget=QUICK)
        boosted = key in ("gradient_boosting", "hist_gradient_boosting")
        assert found.space == ("log-odds" if key in LINES or boosted else "probability"), key
        assert found.exact, key  # the table has eight columns: few enough for all sets of them


def test_unfamiliar_values_are_explained_too() -> None:
    rows = unfamiliar(60, 2)
    for key in ("random_forest", "hist_gradient_boosting", "logistic_regression", "naive_bayes"):
        found = explain(on_mixed(key), rows, QUICK)
        assert found.adds_up, key
        assert len(found.frame) == 60
        assert found.sample == ""


def test_the_baseline_gives_no_column_anything() -> None:
    found = explain(on_mixed("dummy"), budget=QUICK)
    assert not found.array.any()
    assert found.base == pytest.approx(on_mixed("dummy").probabilities(found.frame)[0, 1])


def test_a_linear_model_is_coefficient_times_distance_from_the_mean() -> None:
    random = np.random.default_rng(0)
    frame, schema = numbers(a=random.normal(size=200), b=random.normal(size=200))
    codes = (frame["a"] - 2 * frame["b"] > 0).to_numpy().astype(int)
    model = fitted("logistic_regression", frame, codes, schema)
    background = frame.iloc[:50]
    found = explain(model, background=background)
    scaler = model.pipeline["prepare"].transformers_[0][1][-1]
    slopes = model.pipeline[-1].coef_[0] / scaler.scale_[:2]
    expected = slopes * (model.holdout - background.mean())
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
    assert found.background == "against the mean of 50 given rows"


def test_all_held_out_rows_are_explained_where_the_budget_allows_and_else_a_named_sample() -> None:
    model = on_mixed("random_forest")
    every = explain(model, budget=ExplainBudget(seconds=60))
    assert len(every.frame) == len(model.holdout)
    assert every.sample == ""
    some = explain(model, budget=ExplainBudget(seconds=1e-6, least=7))
    assert some.sample == "from a random sample of 7 of 120 rows"
    pd.testing.assert_frame_equal(some.frame, model.holdout.loc[some.frame.index])
    np.testing.assert_allclose(some.values, every.values.loc[some.frame.index])


def test_rows_that_are_given_are_all_explained_in_their_order() -> None:
    model = on_mixed("multi_layer_perceptron")
    rows = model.holdout.iloc[[7, 3, 7]]
    found = explain(model, rows, QUICK)
    assert list(found.frame.index) == [7, 3, 7]
    np.testing.assert_allclose(found.outputs, model.probabilities(rows)[:, 1], atol=1e-7)


def test_the_same_seed_gives_the_same_values_and_another_seed_others() -> None:
    model, rows = on_mixed("naive_bayes"), on_mixed("naive_bayes").holdout.head(4)
    first, again = (explain(model, rows, QUICK).array for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, explain(model, rows, replace(QUICK, seed=1)).array)


def small(key: str, columns: int = 4) -> tuple[MatrixGame, FrameGame]:
    """Games of five rows against six, of a table of numbers."""
    random = np.random.default_rng(3)
    frame, schema = numbers(**{f"c{i}": random.normal(size=120) for i in range(columns)})
    codes = (frame["c0"] * frame["c1"] + frame["c2"] > 0).to_numpy().astype(int)
    model = fitted(key, frame, codes, schema)
    found = sources(model)
    assert found is not None
    rows, background = model.holdout.head(5), model.holdout.tail(6)
    return MatrixGame.of(model, found, rows, background), FrameGame(model, rows, background)


@pytest.mark.parametrize("key", ["nearest_neighbours", "multi_layer_perceptron", "gradient_boosting"])
def test_enumerated_values_are_the_mean_over_all_orders_of_the_columns(key: str) -> None:
    game, frames = small(key)
    expected = np.zeros((5, 4))
    for order in permutations(range(4)):
        for step, column in enumerate(order):
            with_it, without = (np.isin(np.arange(4), order[:end]) for end in (step + 1, step))
            expected[:, column] += (_mean(frames, with_it) - _mean(frames, without)) / 24
    np.testing.assert_allclose(enumerated(game).values[:, :, 0], expected, atol=1e-6)


def _mean(game: FrameGame, known: np.ndarray) -> np.ndarray:
    """The mean prediction of five rows where only some columns are known, over six rows of background."""
    row, other = np.repeat(np.arange(5), 6), np.tile(np.arange(6), 5)
    return game.mixed(row, other, np.tile(known, (30, 1)))[:, 0].reshape(5, 6).mean(axis=1)


def test_with_more_columns_than_can_be_enumerated_values_are_sampled_with_their_errors() -> None:
    random = np.random.default_rng(0)
    frame, schema = numbers(**{f"c{i}": random.normal(size=200) for i in range(12)})
    codes = (frame["c0"] + frame["c1"] > 0).to_numpy().astype(int)
    found = explain(fitted("naive_bayes", frame, codes, schema), budget=QUICK)
    assert found.engine == "permutation SHAP"
    assert not found.exact
    assert found.adds_up
    assert found.errors is not None
    assert found.errors.shape == found.array.shape
    assert found.background == "against 20 random held-out rows"


def test_mixing_prepared_rows_is_preparing_mixed_rows() -> None:
    for key in ("naive_bayes", "logistic_regression"):
        model = on_mixed(key, 3)
        found = sources(model)
        assert found is not None
        rows, background = model.holdout.head(6), model.holdout.tail(5)
        quick, slow = MatrixGame.of(model, found, rows, background), FrameGame(model, rows, background)
        random = np.random.default_rng(0)
        known = random.random((40, len(SCHEMA))) < 0.5
        row, other = random.integers(0, 6, 40), random.integers(0, 5, 40)
        np.testing.assert_allclose(
            quick.mixed(row, other, known[:, quick.players]), slow.mixed(row, other, known), atol=1e-6
        )


def test_sampled_values_lie_around_the_exact_ones_and_add_up() -> None:
    game, _ = small("multi_layer_perceptron")
    exact, found = enumerated(game), sampled(game, seed=0)
    assert found.errors is not None
    np.testing.assert_allclose(found.values.sum(axis=1), game.of_rows - game.of_background.mean(axis=0), atol=1e-6)
    assert (np.abs(found.values - exact.values) <= 4 * found.errors + 1e-9).all()
    many = np.mean([sampled(game, seed).values for seed in range(200)], axis=0)
    np.testing.assert_allclose(many, exact.values, atol=0.02)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_column_that_never_varies_gets_nothing(seed: int) -> None:
    random = np.random.default_rng(seed)
    frame, schema = numbers(a=random.normal(size=60), same=np.full(60, 3.0))
    found = explain(fitted("naive_bayes", frame, np.arange(60) % 2, schema), budget=QUICK)
    assert not found.values["same"].any()
    assert found.exact


def test_trees_with_levels_as_sets_are_asked_instead_of_read() -> None:
    random = np.random.default_rng(0)
    frame, schema = numbers(level=random.integers(0, 6, 300).astype(float), x=random.normal(size=300))
    codes = ((frame["level"] % 2 == 0) ^ (frame["x"] > 0)).to_numpy().astype(int)
    model = fitted("hist_gradient_boosting", frame, codes, schema, categorical_features=[0], max_iter=10)
    assert isinstance(model.pipeline[-1], HistGradientBoostingClassifier)
    found = explain(model, budget=QUICK)
    assert found.engine == "SHAP values from all sets of columns"
    assert found.adds_up
    assert "cannot be read as plain trees" in found.notes[0]


def test_a_pipeline_of_another_make_is_explained_by_mixing_rows_of_the_table() -> None:
    model = on_mixed("decision_tree")
    other = replace(model, pipeline=make_pipeline(*(step for _, step in model.pipeline.steps)))
    found = explain(other, model.holdout.head(3), ExplainBudget(seconds=0.2, background=5))
    assert found.engine == "SHAP values from all sets of columns"
    assert found.adds_up
    assert isinstance(other.pipeline, Pipeline)


def test_a_wrong_reading_of_the_trees_is_shown_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    model = on_mixed("random_forest")
    right = TreeValues.of
    monkeypatch.setattr(TreeValues, "of", lambda self, rows, threads=1: right(self, rows, threads) + 0.001)
    found = explain(model, budget=QUICK)
    assert not found.adds_up
    assert found.residuals.min() > TOLERANCE
    assert found.notes[0].startswith("This explanation fails its check: in")


def test_a_score_that_does_not_lead_to_the_probabilities_is_shown_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    model = on_mixed("logistic_regression")
    right = type(model.pipeline[-1]).decision_function
    monkeypatch.setattr(type(model.pipeline[-1]), "decision_function", lambda self, X: right(self, X))
    monkeypatch.setattr(type(model.pipeline[-1]), "predict_proba", lambda self, X: np.tile([0.9, 0.1], (X.shape[0], 1)))
    assert not explain(model, budget=QUICK).adds_up


def test_a_class_without_training_rows_is_left_out_and_said() -> None:
    frame, schema = numbers(a=np.arange(60.0), b=np.arange(60.0) % 7)
    codes = np.where(np.arange(60) < 42, np.arange(60) % 2, 2)
    for key in ("random_forest", "logistic_regression", "naive_bayes"):
        found = explain(fitted(key, frame, codes, schema, ("x", "y", "z")), budget=QUICK)
        assert found.classes == ("x", "y"), key
        assert found.adds_up, key
        np.testing.assert_allclose(found.array[:, :, 0], -found.array[:, :, 1], atol=1e-12)
        assert any("No training row was of class 'z'" in note for note in found.notes)


@pytest.mark.parametrize("key", ["random_forest", "logistic_regression", "naive_bayes", "dummy"])
def test_nothing_to_explain_is_a_sentence(key: str) -> None:
    model = on_mixed(key)
    with pytest.raises(WorkbenchError, match="no rows to explain"):
        explain(model, model.holdout.head(0))
    with pytest.raises(WorkbenchError, match="background has no rows"):
        explain(model, background=model.holdout.head(0))
    with pytest.raises(WorkbenchError, match="'count' is missing"):
        explain(model, model.holdout.drop(columns="count"))


def test_what_would_take_for_ever_is_refused_with_a_way_out() -> None:
    model = on_mixed("rbf_svm")
    rows = pd.concat([model.holdout] * 2000, ignore_index=True)
    with pytest.raises(WorkbenchError, match="would take about") as caught:
        explain(model, rows, ExplainBudget(seconds=0.01))
    assert "fewer rows" in caught.value.hint


def test_one_row_is_enough() -> None:
    for key in ("random_forest", "logistic_regression", "multi_layer_perceptron"):
        found: Explanation = explain(on_mixed(key), on_mixed(key).holdout.head(1), QUICK)
        assert found.values.shape == (1, len(SCHEMA)), key


def test_the_rows_that_were_given_are_left_alone() -> None:
    rows = on_mixed("random_forest").holdout.head(5)
    before = rows.copy()
    explain(on_mixed("random_forest"), rows)
    pd.testing.assert_frame_equal(rows, before)


def test_a_text_of_many_words_unfolds_into_the_largest_and_the_others() -> None:
    from backends.datasets.schema import Column, Schema

    random = np.random.default_rng(0)
    words = [f"word{i}" for i in range(200)]
    texts = [" ".join(random.choice(words, 12)) for _ in range(300)]
    codes = np.array(["word1 " in text or "word2 " in text for text in texts]).astype(int)
    frame = pd.DataFrame({"said": pd.Series(texts, dtype="str")})
    model = fitted("logistic_regression", frame, codes, Schema((Column("said", "text", distinct=300),)))
    found = explain(model)
    assert found.part_names[-1] == ("said", "150 other parts")
    assert len(found.part_names) == 51
    assert ("said", "word1") in found.part_names[:5]


def test_some_rows_are_explained_within_the_budget_and_the_sample_is_said() -> None:
    model = on_mixed("nearest_neighbours")
    some = model.holdout.iloc[20:80]
    found = explain_some(model, some, ExplainBudget(seconds=0.0, least=7))
    assert len(found.frame) == 7
    assert found.frame.index.isin(some.index).all()
    assert found.sample == "from a random sample of 7 of 60 rows"
    assert found.adds_up
    assert explain_some(model, some.iloc[:3]).sample == ""
    with pytest.raises(WorkbenchError, match="no rows"):
        explain_some(model, some.iloc[:0])


def test_the_space_is_known_before_anything_is_explained() -> None:
    for key in ("hist_gradient_boosting", "random_forest", "logistic_regression", "naive_bayes"):
        model = on_mixed(key)
        assert space_of(model) == explain(model, model.holdout.head(2)).space


def test_what_is_asked_on_two_threads_is_what_one_thread_says() -> None:
    model = on_mixed("rbf_svm")
    rows = model.holdout.head(5)
    one, two = (explain(model, rows, ExplainBudget(seconds=0.1 * 2 / n, threads=n)) for n in (1, 2))
    assert one.background == two.background
    np.testing.assert_array_equal(one.array, two.array)


def test_warming_up_twice_compiles_once() -> None:
    def signatures() -> list[int]:
        loops: tuple[Any, ...] = compiled()
        return [len(loop.signatures) for loop in loops]

    warm()
    before = signatures()
    explain(on_mixed("random_forest"), on_mixed("random_forest").holdout.head(3))
    warm()
    assert signatures() == before
