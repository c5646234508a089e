"""Scikit-learn's trees as plain arrays, one form for all kinds of ensembles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Trees:
    """All trees of an ensemble, their nodes one behind the other.

    Per node, (nodes,): `left` and `right` are the child's position, -1 at a leaf; a row goes left where its number in
    `feature` is at most `threshold`, a missing one where `missing_left`; `cover` is the number (or weight) of training
    rows. `leaves` (nodes, m) are what a leaf adds to the outputs from `target` of its tree on. `offset` (outputs,) is
    what the model says before any tree. `roots` and `target` are (trees,).
    """

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    cover: np.ndarray
    leaves: np.ndarray
    roots: np.ndarray
    target: np.ndarray
    offset: np.ndarray

    @property
    def used(self) -> np.ndarray:
        """The features that any tree tests, sorted: all others have the value 0."""
        return np.unique(self.feature[self.left >= 0])


@dataclass(frozen=True)
class _Tree:
    """One tree, positions within it."""

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    missing_left: np.ndarray
    cover: np.ndarray
    leaves: np.ndarray
    target: int = 0


def read_trees(model: Any) -> Trees | None:
    """The trees of a fitted classifier, None where it is no kind that is read here or its trees are of another sort.

    Decision trees, random forests and extra trees give the classes' probabilities (one output for two classes: the
    second one), gradient boosting and hist gradient boosting log-odds. Trees of hist gradient boosting that test
    categories by sets of levels are not read: their thresholds mean nothing.
    """
    reader = _READERS.get(type(model).__name__)
    if reader is None or not type(model).__module__.startswith("sklearn."):
        return None
    return reader(model)


def _of_tree(model: Any) -> Trees | None:
    return _probabilities([model], len(model.classes_))


def _of_forest(model: Any) -> Trees | None:
    return _probabilities(model.estimators_, len(model.classes_))


def _probabilities(models: Sequence[Any], classes: int) -> Trees | None:
    if models[0].n_outputs_ != 1:
        return None
    trees = []
    for model in models:
        shares = model.tree_.value[:, 0, :]
        shares = shares / shares.sum(axis=1, keepdims=True) / len(models)
        trees.append(_sklearn_tree(model.tree_, shares[:, 1:] if classes == 2 else shares))
    return _joined(trees, np.zeros(1 if classes == 2 else classes))


def _of_boosting(model: Any) -> Trees | None:
    if model.init_ != "zero" and type(model.init_).__name__ != "DummyClassifier":
        return None  # the start depends on the row: more than trees
    trees = [
        _sklearn_tree(regressor.tree_, model.learning_rate * regressor.tree_.value[:, 0, :], output)
        for stage in model.estimators_
        for output, regressor in enumerate(stage)
    ]
    start = model._raw_predict_init(np.zeros((1, model.n_features_in_), dtype=np.float32))
    return _joined(trees, np.asarray(start, dtype=np.float64).reshape(-1))


def _of_hist_boosting(model: Any) -> Trees | None:
    trees = []
    for stage in model._predictors:
        for output, predictor in enumerate(stage):
            nodes = predictor.nodes
            if nodes["is_categorical"].any():
                return None
            leaf = nodes["is_leaf"].astype(bool)
            trees.append(
                _Tree(
                    np.where(leaf, -1, nodes["left"].astype(np.int64)),
                    np.where(leaf, -1, nodes["right"].astype(np.int64)),
                    nodes["feature_idx"].astype(np.int64),
                    nodes["num_threshold"],
                    nodes["missing_go_to_left"].astype(bool),
                    nodes["count"].astype(np.float64),
                    nodes["value"][:, None],
                    output,
                )
            )
    return _joined(trees, np.asarray(model._baseline_prediction, dtype=np.float64).reshape(-1))


def _sklearn_tree(tree: Any, leaves: np.ndarray, target: int = 0) -> _Tree:
    cover = tree.weighted_n_node_samples
    # A weight of zero (rows that were weighted away) says nothing about shares; the number of rows does.
    cover = cover if (cover > 0).all() else tree.n_node_samples.astype(np.float64)
    return _Tree(
        tree.children_left,
        tree.children_right,
        tree.feature,
        tree.threshold,
        tree.missing_go_to_left.astype(bool),
        cover,
        leaves,
        target,
    )


def _joined(trees: Sequence[_Tree], offset: np.ndarray) -> Trees:
    sizes = np.array([len(tree.left) for tree in trees])
    roots = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    shift = np.repeat(roots, sizes)
    left, right = (np.concatenate([getattr(tree, side) for tree in trees]).astype(np.int64) for side in SIDES)
    return Trees(
        left=np.where(left < 0, -1, left + shift),
        right=np.where(right < 0, -1, right + shift),
        feature=np.concatenate([tree.feature for tree in trees]).astype(np.int64),
        threshold=np.concatenate([tree.threshold for tree in trees]).astype(np.float64),
        missing_left=np.concatenate([tree.missing_left for tree in trees]),
        cover=np.concatenate([tree.cover for tree in trees]).astype(np.float64),
        leaves=np.concatenate([tree.leaves for tree in trees]).astype(np.float64),
        roots=roots,
        target=np.array([tree.target for tree in trees]),
        offset=offset,
    )


SIDES = ("left", "right")
_READERS: dict[str, Callable[[Any], Trees | None]] = {
    "DecisionTreeClassifier": _of_tree,
    "RandomForestClassifier": _of_forest,
    "ExtraTreesClassifier": _of_forest,
    "GradientBoostingClassifier": _of_boosting,
    "HistGradientBoostingClassifier": _of_hist_boosting,
}
