"""Values of tree models equal those of shap's own TreeExplainer, and what defines a Shapley value."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from backends.explanations.tree_reading import read_trees
from backends.explanations.tree_values import TreeValues

MODELS: dict[str, Any] = {
    "tree": DecisionTreeClassifier(random_state=0),
    "stump": DecisionTreeClassifier(max_depth=1, random_state=0),
    "best first": DecisionTreeClassifier(max_leaf_nodes=17, random_state=0),
    "forest": RandomForestClassifier(20, random_state=0),
    "weighted forest": RandomForestClassifier(10, class_weight="balanced", max_depth=5, random_state=0),
    "extra trees": ExtraTreesClassifier(20, random_state=0),
    "boosting": GradientBoostingClassifier(n_estimators=20, random_state=0),
    "hist boosting": HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=3),
}
TAKES_MISSING = {"tree", "stump", "best first", "forest", "weighted forest", "extra trees", "hist boosting"}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads that wait for each other on a busy machine take longer than one that does not."""
    with threadpool_limits(1):
        yield


def table(classes: int, missing: bool = False, rows: int = 300, columns: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Few columns and many rows, so that deep trees meet a column many times on a path."""
    random = np.random.default_rng(1)
    X = random.normal(size=(rows, columns)).astype(np.float32)
    score = X[:, 0] * X[:, 1] + X[:, 2] + random.normal(size=rows) * 0.3
    if missing:
        X[random.random(X.shape) < 0.2] = np.nan
    return X, np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def values_of(model: Any, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values of all features and bases, by our own way."""
    trees = read_trees(model)
    assert trees is not None
    values = TreeValues(trees)
    found = np.zeros((*X.shape, values.outputs))
    found[:, trees.used] = values.of(X[:, trees.used], threads=2)
    return found, values.bases


def said(model: Any, X: np.ndarray) -> np.ndarray:
    """What scikit-learn says, in the space that is explained."""
    if hasattr(model, "decision_function"):
        return model.decision_function(X).reshape(len(X), -1)
    found = model.predict_proba(X)
    return found[:, 1:] if found.shape[1] == 2 else found


@pytest.mark.parametrize("missing", [False, True])
@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_values_equal_those_of_tree_explainer(name: str, classes: int, missing: bool) -> None:
    if missing and name not in TAKES_MISSING:
        pytest.skip("this kind of model takes no missing values")
    if classes > 2 and name == "boosting":
        pytest.skip("TreeExplainer does not read boosting of several classes")
    import shap

    X, y = table(classes, missing)
    model = MODELS[name].fit(X, y)
    explainer = shap.TreeExplainer(model)
    theirs = np.asarray(explainer.shap_values(X[:60], check_additivity=False)).reshape(60, X.shape[1], -1)
    bases = np.ravel(explainer.expected_value)
    if classes == 2:
        theirs, bases = theirs[:, :, -1:], bases[-1:]
    values, ours = values_of(model, X[:60])
    np.testing.assert_allclose(values, theirs, atol=1e-8)
    np.testing.assert_allclose(ours, bases, atol=1e-8)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_base_and_values_add_up_to_what_scikit_learn_says(name: str, classes: int) -> None:
    X, y = table(classes)
    model = MODELS[name].fit(X, y)
    values, bases = values_of(model, X)
    np.testing.assert_allclose(bases + values.sum(axis=1), said(model, X), atol=1e-9)


def test_boosting_of_several_classes_is_each_class_alone_against_the_definition() -> None:
    X, y = table(3, rows=120, columns=3)
    model = GradientBoostingClassifier(n_estimators=4, max_depth=3, random_state=0).fit(X, y)
    values, _ = values_of(model, X[:5])
    for output in range(3):
        by_definition = sum(
            model.learning_rate * _shapley(stage[output].tree_, X[:5], stage[output].tree_.value[:, 0, 0])
            for stage in model.estimators_
        )
        np.testing.assert_allclose(values[:, :, output], by_definition, atol=1e-10)


def test_a_forest_that_never_splits_gives_every_column_nothing() -> None:
    X, y = table(2)
    model = RandomForestClassifier(3, min_samples_leaf=1000, random_state=0).fit(X, y)
    values, bases = values_of(model, X[:4])
    assert np.array_equal(values, np.zeros((4, X.shape[1], 1)))
    np.testing.assert_allclose(bases, model.predict_proba(X[:1])[0, 1:])


def test_a_very_deep_tree_stays_exact() -> None:
    random = np.random.default_rng(0)
    X = random.normal(size=(1500, 40)).astype(np.float32)
    y = random.integers(0, 2, 1500)
    model = ExtraTreesClassifier(3, max_features=1, random_state=0).fit(X, y)
    assert max(tree.get_depth() for tree in model.estimators_) > 20
    values, bases = values_of(model, X[:50])
    np.testing.assert_allclose(bases + values.sum(axis=1), said(model, X[:50]), atol=1e-9)


def test_rows_weighted_to_nothing_leave_shares_that_are_numbers() -> None:
    X, y = table(2)
    weights = np.where(X[:, 0] > 0, 0.0, 1.0)
    model = DecisionTreeClassifier(random_state=0).fit(X, y, sample_weight=weights)
    values, bases = values_of(model, X)
    assert np.isfinite(values).all()
    np.testing.assert_allclose(bases + values.sum(axis=1), said(model, X), atol=1e-9)


def test_one_thread_and_two_give_the_same() -> None:
    X, y = table(3)
    trees = read_trees(MODELS["forest"].fit(X, y))
    assert trees is not None
    values = TreeValues(trees)
    assert np.array_equal(values.of(X, threads=1), values.of(X, threads=2))
    assert values.of(X[:1], threads=2).shape == (1, 4, 3)
    assert values.of(X[:0], threads=2).shape == (0, 4, 3)


def test_trees_that_mean_something_else_are_not_read() -> None:
    X, y = table(2)
    levels = np.column_stack([np.arange(300) % 7, X])
    native = HistGradientBoostingClassifier(max_iter=3, categorical_features=[0]).fit(levels, np.arange(300) % 7 % 2)
    assert read_trees(native) is None
    assert read_trees(AdaBoostClassifier(n_estimators=3).fit(X, y)) is None
    own_start = GradientBoostingClassifier(n_estimators=2, init=DecisionTreeClassifier(max_depth=1)).fit(X, y)
    assert read_trees(own_start) is None


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), columns=st.integers(1, 4), depth=st.integers(1, 7))
def test_values_are_shapleys_by_definition(seed: int, columns: int, depth: int) -> None:
    random = np.random.default_rng(seed)
    X = random.integers(0, 5, size=(60, columns)).astype(np.float32)
    y = random.integers(0, 2, 60)
    if len(np.unique(y)) < 2:
        return
    model = DecisionTreeClassifier(max_depth=depth, random_state=seed).fit(X, y)
    values, _ = values_of(model, X[:6])
    shares = model.tree_.value[:, 0, 1] / model.tree_.value[:, 0].sum(axis=1)
    np.testing.assert_allclose(values[:, :, 0], _shapley(model.tree_, X[:6], shares), atol=1e-10)


def _shapley(tree: Any, X: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Shapley values from the formula, over all sets of known columns."""
    d = X.shape[1]
    found = np.zeros(X.shape)
    for row, x in enumerate(X):
        for i in range(d):
            others = [j for j in range(d) if j != i]
            for size in range(d):
                weight = factorial(size) * factorial(d - size - 1) / factorial(d)
                for known in combinations(others, size):
                    found[row, i] += weight * (
                        _expected(tree, values, x, {*known, i}) - _expected(tree, values, x, set(known))
                    )
    return found


def _expected(tree: Any, values: np.ndarray, x: np.ndarray, known: set[int], node: int = 0) -> float:
    """The mean of a tree's leaves where only some columns are known: Lundberg et al. 2020, algorithm 1."""
    left, right = tree.children_left[node], tree.children_right[node]
    if left < 0:
        return float(values[node])
    if int(tree.feature[node]) in known:
        down = left if x[tree.feature[node]] <= tree.threshold[node] else right
        return _expected(tree, values, x, known, down)
    rows = tree.weighted_n_node_samples
    shares = rows[left] * _expected(tree, values, x, known, left) + rows[right] * _expected(
        tree, values, x, known, right
    )
    return float(shares / rows[node])
