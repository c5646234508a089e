"""Repairs of the tree ensembles that skl2onnx makes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from backends.onnx_export.graph import Convert


class _Editing:
    """A graph under construction that hands every tree ensemble's attributes to `edit` first.

    Options asked for `stand_in` are those of `model`.
    """

    def __init__(self, container: Any, edit: Callable[[dict], dict], model: Any = None, stand_in: Any = None) -> None:
        self.__dict__.update(_container=container, _edit=edit, _model=model, _stand_in=stand_in)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._container, name, value)

    def add_node(self, op_type: str, *args: Any, **attributes: Any) -> Any:
        if op_type.startswith("TreeEnsemble"):
            attributes = self._edit(attributes)
        return self._container.add_node(op_type, *args, **attributes)

    def get_options(self, model: Any, *args: Any, **keywords: Any) -> Any:
        return self._container.get_options(self._model if model is self._stand_in else model, *args, **keywords)


def with_missing_sides(original: Convert) -> Convert:
    """Trees: tell each node on which side a missing number goes."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        model = operator.raw_operator
        trees = [estimator.tree_ for estimator in getattr(model, "estimators_", [model])]
        left = [int(side) for tree in trees for side in (tree.children_left != -1) & (tree.missing_go_to_left != 0)]

        def edit(attributes: dict) -> dict:
            if len(attributes["nodes_missing_value_tracks_true"]) != len(left):
                raise RuntimeError("skl2onnx lays trees out differently from what this repair knows.")
            return {**attributes, "nodes_missing_value_tracks_true": left}

        original(scope, operator, _Editing(container, edit))

    return convert


def with_float32_thresholds(original: Convert) -> Convert:
    """Hist gradient boosting: x ≤ t for a float32 x is x ≤ the largest float32 that is not above t."""

    def convert(scope: Any, operator: Any, container: Any) -> None:
        model = operator.raw_operator
        rounded = copy.copy(model)
        rounded._predictors = [[_rounded_tree(tree) for tree in iteration] for iteration in model._predictors]
        operator.raw_operator = rounded
        try:
            original(scope, operator, _Editing(container, _plain_integers, model, rounded))
        finally:
            operator.raw_operator = model

    return convert


def _rounded_tree(tree: Any) -> SimpleNamespace:
    nodes = tree.nodes.copy()
    if nodes["is_categorical"].any():
        raise NotImplementedError("Hist gradient boosting with categorical splits does not convert: encode them first.")
    exact = nodes["num_threshold"]
    near = exact.astype(np.float32)
    nodes["num_threshold"] = np.where(near > exact, np.nextafter(near, np.float32(-np.inf)), near)
    return SimpleNamespace(nodes=nodes)


def _plain_integers(attributes: dict) -> dict:
    """Flags as integers: protobuf 7 refuses booleans among them."""
    sides = [int(side) for side in attributes["nodes_missing_value_tracks_true"]]
    return {**attributes, "nodes_missing_value_tracks_true": sides}
