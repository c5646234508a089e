"""The thresholds of a tree model in the units of the table's columns, each with a row that comes to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.pipeline import Pipeline

from backends.training.inputs import InputColumn, input_columns

WALKED = 2_000  # rows that are sent down the trees
DAYS = "days since 1970"


@dataclass(frozen=True)
class Way:
    """How a column of the table reaches the trees: as `value * scale + mean` backwards."""

    column: InputColumn
    scale: float = 1.0
    mean: float = 0.0

    def back(self, values: np.ndarray) -> np.ndarray:
        """What the column has to hold for the trees to be given `values`."""
        return values * self.scale + self.mean


@dataclass(frozen=True)
class Splits:
    """Distinct thresholds: the way to each, its value as the tree has it, and a row that meets it (-1 for none)."""

    ways: tuple[Way, ...]
    way: np.ndarray  # which of `ways`, (splits,)
    thresholds: np.ndarray
    rows: np.ndarray

    def __len__(self) -> int:
        return len(self.thresholds)


@dataclass(frozen=True)
class _Tree:
    """One tree as arrays over its nodes; a leaf has the feature -1, a missing number goes left where it says so."""

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    missing_left: np.ndarray


def splits(pipeline: Pipeline, rows: pd.DataFrame) -> Splits | None:
    """The distinct thresholds on columns that reach the trees as they are, imputed or standardised.

    None for a model that is no tree ensemble. Left out are splits on one-hot columns, words, encoded levels, booleans
    and parts of dates other than the days since 1970: what these hold comes from a few values, none of which is near
    a threshold. `rows` are sent down every tree, at most `WALKED` of them, to find one that meets each threshold.
    """
    trees = list(_trees(pipeline[-1]))
    if not trees:
        return None
    ways = _ways(pipeline)
    given = pipeline[:-1].transform(rows.iloc[:WALKED])
    parts = [_met(tree, given) for tree in trees]
    feature, threshold, row = (np.concatenate(part) for part in zip(*parts, strict=True))
    wanted = np.isin(feature, list(ways)) & np.isfinite(threshold)  # an infinite one parts missing numbers from others
    feature, threshold, row = feature[wanted], threshold[wanted], row[wanted]
    order = np.lexsort((-row, threshold, feature))  # of equal thresholds, one that a row meets comes first
    feature, threshold, row = feature[order], threshold[order], row[order]
    first = np.ones(len(feature), dtype=bool)
    first[1:] = (np.diff(feature) != 0) | (np.diff(threshold) != 0)
    place = {number: at for at, number in enumerate(ways)}
    return Splits(
        tuple(ways.values()),
        np.array([place[number] for number in feature[first].tolist()], dtype=np.intp),
        threshold[first],
        row[first],
    )


def _trees(model: Any) -> Iterator[_Tree]:
    """Every tree of a fitted model of scikit-learn, in its own arrays."""
    if hasattr(model, "_predictors"):  # hist gradient boosting
        for iteration in model._predictors:
            for predictor in iteration:
                yield _histogram_tree(predictor.nodes)
    elif hasattr(model, "tree_"):
        tree = model.tree_
        leaf = tree.children_left == -1
        feature = np.where(leaf, -1, tree.feature)
        yield _Tree(feature, tree.threshold, tree.children_left, tree.children_right, tree.missing_go_to_left != 0)
    else:
        for part in np.ravel(getattr(model, "estimators_", ())):
            yield from _trees(part)


def _histogram_tree(nodes: Any) -> _Tree:
    feature = np.where(nodes["is_leaf"] != 0, -1, nodes["feature_idx"].astype(np.int64))
    missing = nodes["missing_go_to_left"] != 0
    return _Tree(
        feature, nodes["num_threshold"], nodes["left"].astype(np.int64), nodes["right"].astype(np.int64), missing
    )


def _met(tree: _Tree, given: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Feature, threshold and a row that meets it, of each split; all rows go down the tree, level by level."""
    used = np.unique(tree.feature[tree.feature >= 0])
    values = given[:, used].toarray() if sparse.issparse(given) else np.asarray(given)[:, used]
    place = np.searchsorted(used, tree.feature)
    rows, met = np.arange(len(values)), np.full(len(tree.feature), -1)
    node = np.zeros(len(values), dtype=np.int64)
    while len(rows):
        met[node] = rows
        inside = tree.feature[node] >= 0
        rows, node = rows[inside], node[inside]
        value = values[rows, place[node]]
        left = np.where(np.isnan(value), tree.missing_left[node], value <= tree.threshold[node])
        node = np.where(left, tree.left[node], tree.right[node])
    inner = tree.feature >= 0
    return tree.feature[inner], tree.threshold[inner], met[inner]


def _ways(pipeline: Pipeline) -> dict[int, Way]:
    """The way to each of the model's inputs that is a number of the table, by its position."""
    prepare, made = pipeline["prepare"], input_columns(pipeline[0].schema)
    found = {}
    for name, step, columns in prepare.transformers_:
        if name != "numbers":
            continue
        start = prepare.output_indices_[name].start
        scaler = next((part for part in _parts(step) if getattr(part, "scale_", None) is not None), None)
        for at, number in enumerate(columns):  # what an imputer adds behind them tells what was missing
            if made[number].part in ("", DAYS):
                scale, mean = (1.0, 0.0) if scaler is None else (scaler.scale_[at], scaler.mean_[at])
                found[start + at] = Way(made[number], float(scale), float(mean))
    return found


def _parts(step: Any) -> list[Any]:
    return [part for _, part in step.steps] if isinstance(step, Pipeline) else [step]
