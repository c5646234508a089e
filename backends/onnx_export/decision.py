"""The decision in an ONNX graph: from probabilities to a label, as `Policy.decide` and `predicted_codes` do it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd
from onnx import TensorProto

from backends.datasets.classes import class_label
from backends.datasets.grouping import MISSING, Grouping, value_of
from backends.datasets.schema import Column
from backends.onnx_export.date_texts import moment_of
from backends.onnx_export.nodes import Nodes
from backends.onnx_export.signature import MISSING_DATE, Tensor
from backends.training.policy import TIE, Policy, least

NEVER = (np.inf, -np.inf)  # an interval that nothing is in
INT64 = np.iinfo(np.int64)


@dataclass(frozen=True)
class Given:
    """A column that a decision depends on: what it is, and its tensor in the graph, shape (rows, 1)."""

    column: Column
    tensor: Tensor
    name: str


def most_probable(nodes: Nodes, probabilities: str) -> str:
    """Codes (rows,) of the most probable class, the first of those within `TIE` of it."""
    highest = nodes.add("ReduceMax", probabilities, nodes.constant([1], "int64"), keepdims=1)
    near = nodes.add("GreaterOrEqual", probabilities, nodes.add("Sub", highest, nodes.constant(TIE)))
    return nodes.add("ArgMax", nodes.cast(near, TensorProto.FLOAT), axis=1, keepdims=0)


def by_policy(nodes: Nodes, probabilities: str, policy: Policy, given: Mapping[str, Given]) -> str:
    """Codes (rows,), 1 for yes, of two classes; `given` are the columns that the policy asks for, by their names."""
    positive = nodes.add("Gather", probabilities, nodes.constant([1], "int64"), axis=1)
    yes = nodes.add("GreaterOrEqual", positive, _smallest(nodes, policy, given))
    return nodes.add("Reshape", nodes.cast(yes, TensorProto.INT64), nodes.constant([-1], "int64"))


def _smallest(nodes: Nodes, policy: Policy, given: Mapping[str, Given]) -> str:
    """The smallest probability that is a yes, per row or for all."""
    groups = dict(policy.thresholds)
    values = least(np.array([policy.threshold, *groups.values()]))
    if not groups:
        return nodes.constant(values[:1])
    # One column per group, and in front of them one that is true for everybody: the last true one counts.
    among = [
        _among(nodes, grouping, given[grouping.column], [group[at] for group in groups])
        for at, grouping in enumerate(policy.by)
    ]
    own = reduce(lambda one, other: nodes.add("And", one, other), among)
    told = nodes.add("Or", own, nodes.constant([[True] + [False] * len(groups)], bool))
    last = nodes.add("ArgMax", nodes.cast(told, TensorProto.FLOAT), axis=1, keepdims=1, select_last_index=1)
    return nodes.add("Gather", nodes.constant(values), last)


def _among(nodes: Nodes, grouping: Grouping, given: Given, labels: list[str]) -> str:
    """Which rows have each of `labels` by a grouping, bool (rows, 1 + labels); the first column says nothing."""
    wanted = ["", *labels]
    if given.tensor == "string":
        texts = [value_of(label) for label in wanted]
        same = nodes.add("Equal", given.name, nodes.constant([texts], object))
        same = nodes.add("And", same, nodes.constant([[text != "" for text in texts]], bool))  # that is no value
        gone = nodes.add("Equal", given.name, nodes.constant([[""]], object))
    elif given.tensor == "double":
        same = _between(nodes, given.name, np.array([_numbers(grouping, given.column, label) for label in wanted]))
        gone = nodes.add("IsNaN", given.name)
    else:
        same = _between(nodes, given.name, np.array([_moments(grouping, label) for label in wanted], dtype=np.int64))
        gone = nodes.add("Equal", given.name, nodes.constant(MISSING_DATE, "int64"))
    if MISSING not in labels:
        return same
    nameless = nodes.constant([[label == MISSING for label in wanted]], bool)
    return nodes.add("Or", same, nodes.add("And", gone, nameless))


def _between(nodes: Nodes, values: str, edges: np.ndarray) -> str:
    """Which values lie in each of the intervals `edges`, shape (intervals, 2), both ends included."""
    low, high = (nodes.constant(edges[None, :, end], edges.dtype) for end in (0, 1))
    return nodes.add(
        "And", nodes.add("GreaterOrEqual", values, low), nodes.add("LessOrEqual", values, high)
    )  # NaN is in none


def _numbers(grouping: Grouping, column: Column, label: str) -> tuple[float, float]:
    """The numbers, 0 and 1 for a boolean, whose group has this label: from the first to the last."""
    if grouping.edges:
        return _cut(grouping, label)
    if column.kind == "boolean":
        named = {class_label(value, grouping.format): float(value) for value in (True, False)}
        return (named[label],) * 2 if label in named else NEVER
    try:
        return (float(label),) * 2
    except ValueError:
        return NEVER  # the label of no number: "missing", or that of another column's value


def _cut(grouping: Grouping, label: str) -> tuple[float, float]:
    """The same between edges, of which the lower one belongs to the group and the upper one does not."""
    at = [place for place, name in enumerate(grouping.names) if name == label]
    if not at:
        return NEVER
    lows = (-np.inf, *grouping.edges)
    highs = (*(float(np.nextafter(edge, -np.inf)) for edge in grouping.edges), np.inf)
    return lows[at[0]], highs[at[-1]]


def _moments(grouping: Grouping, label: str) -> tuple[int, int]:
    """The same for microseconds; edges of dates are microseconds too."""
    if grouping.edges:
        low, high = _cut(grouping, label)
        ends = np.ceil(low) if low > -np.inf else INT64.min + 1, np.floor(high) if high < np.inf else INT64.max
        return (int(ends[0]), int(ends[1])) if low <= high else (INT64.max, INT64.min)
    moment = pd.to_datetime(label, errors="coerce", format="ISO8601")
    if pd.isna(moment):
        return INT64.max, INT64.min
    at = moment_of(moment)
    return at, at
