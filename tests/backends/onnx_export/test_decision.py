"""The decision in the graph is `Policy.decide` and `predicted_codes`, ties included."""

from __future__ import annotations

from itertools import product

import numpy as np
import onnxruntime
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper

from backends.datasets.grouping import Grouping
from backends.datasets.schema import Column, Schema, ValueFormat
from backends.onnx_export.decision import Given, by_policy, most_probable
from backends.onnx_export.feeds import Feeds
from backends.onnx_export.nodes import Nodes
from backends.onnx_export.signature import GraphInput, Signature, Tensor
from backends.training.formulas import predicted_codes
from backends.training.policy import TIE, Policy

KINDS = {"double": TensorProto.DOUBLE, "int64": TensorProto.INT64, "string": TensorProto.STRING}
YES = ValueFormat(true_values=("Ja",), false_values=("Nein",))
COLUMNS = {
    "town": Column("town", "category"),
    "number": Column("number", "number"),
    "member": Column("member", "boolean", format=YES),
    "born": Column("born", "datetime"),
    "rooms": Column("rooms", "integer"),
}
PEOPLE = pd.DataFrame(
    {
        "town": pd.Series(["Bern", "missing", None, "Genf", ""], dtype="str"),
        "number": [1.5, 2.0, np.nan, np.inf, -0.0],
        "member": pd.array([True, False, None, True, False], dtype="boolean"),
        "born": np.array(["2000-02-29", "NaT", "0001-01-01", "1999-12-31T23:59:59.000001", "2000-02-29"], "M8[us]"),
        "rooms": pd.array([3, 4, None, 5, 10], dtype="Int64"),
    }
)  # fmt: skip
NEVER = ("", "nowhere", "1,5", "True", "NaT", "nan")  # labels of no group
TENSORS: dict[str, Tensor] = {"datetime": "int64", "category": "string"}


def tensors(columns: dict[str, Column], frame: pd.DataFrame) -> tuple[dict[str, Given], dict[str, np.ndarray]]:
    schema = Schema(tuple(columns.values()))
    inputs = tuple(GraphInput(column.name, TENSORS.get(column.kind, "double")) for column in schema)
    signature = Signature(schema, inputs, Column("y", "category"), ("no", "yes"), schema.names)
    found = {one.name: Given(columns[one.name], one.tensor, one.name) for one in inputs}
    return found, Feeds(signature).of_frame(frame)


def run(nodes: Nodes, codes: str, feeds: dict[str, np.ndarray], kinds: dict[str, str]) -> list[int]:
    inputs = [helper.make_tensor_value_info(name, KINDS[kinds[name]], [None, feeds[name].shape[1]]) for name in feeds]
    nodes.add("Identity", codes, out="codes")
    graph = helper.make_graph(
        nodes.nodes,
        "decision",
        inputs,
        [helper.make_tensor_value_info("codes", TensorProto.INT64, None)],
        nodes.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    (found,) = onnxruntime.InferenceSession(model.SerializeToString()).run(["codes"], feeds)
    return found.tolist()


def decided(policy: Policy, positive: np.ndarray, frame: pd.DataFrame) -> list[int]:
    own = {grouping.column: COLUMNS[grouping.column] for grouping in policy.by}
    given, feeds = tensors(own, frame) if own else ({}, {})
    nodes = Nodes("own/")
    codes = by_policy(nodes, "probabilities", policy, given)
    kinds = {name: one.tensor for name, one in given.items()}
    shares = np.stack([1 - positive, positive], axis=1)
    return run(nodes, codes, {"probabilities": shares, **feeds}, {"probabilities": "double", **kinds})


def labels_of(grouping: Grouping) -> list[str]:
    return sorted(set(grouping.labels(PEOPLE[grouping.column]))) + list(NEVER)


GROUPINGS = [
    Grouping("town"), Grouping("number"), Grouping("member", (), YES), Grouping("born"), Grouping("rooms"),
    Grouping("number", (-0.5, 1.5, 2.0)), Grouping("rooms", (4.0, 5.5)),
]  # fmt: skip


@pytest.mark.parametrize("grouping", GROUPINGS, ids=lambda one: f"{one.column}{one.edges}")
def test_each_label_of_a_column_finds_the_same_rows(grouping: Grouping) -> None:
    for label in labels_of(grouping):
        policy = Policy(0.9, (grouping,), (((label,), 0.1),))
        half = np.full(len(PEOPLE), 0.45)
        assert decided(policy, half, PEOPLE) == policy.decide(half, PEOPLE).tolist(), label


def test_several_columns_and_many_groups_at_once() -> None:
    by = (Grouping("town"), Grouping("member", (), YES), Grouping("rooms", (4.0,)))
    names = [labels_of(grouping) for grouping in by]
    random = np.random.default_rng(0)
    groups = tuple((group, float(random.random())) for group in product(*names))
    policy, positive = Policy(0.5, by, groups), random.random(len(PEOPLE))
    assert decided(policy, positive, PEOPLE) == policy.decide(positive, PEOPLE).tolist()


def test_of_a_group_named_twice_the_last_threshold_counts() -> None:
    policy = Policy(0.5, (Grouping("town"),), ((("Bern",), 0.9), (("Bern",), 0.1)))
    half = np.full(len(PEOPLE), 0.45)
    assert decided(policy, half, PEOPLE) == policy.decide(half, PEOPLE).tolist() == [1, 0, 0, 0, 0]


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.5, 1.0])
def test_ties_at_the_threshold_have_the_same_answer(threshold: float) -> None:
    steps = np.array([-2, -1.5, -1, -0.5, -0.25, 0, 0.25, 0.49, 0.5, 0.51, 1, 2]) * TIE
    positive = np.concatenate([threshold + steps, np.nextafter(threshold - TIE, [0, 1]), [0.5 + TIE / 2]])
    rows = pd.DataFrame(index=range(len(positive)))
    policy = Policy(threshold)
    assert decided(policy, positive, rows) == policy.decide(positive, rows).tolist()


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=1, max_size=8), st.floats(0, 2e-6))
def test_of_several_classes_the_first_of_the_most_probable_wins(rows: list[list[int]], step: float) -> None:
    shares = 0.33 + np.array(rows) * step / 20
    nodes = Nodes("own/")
    found = run(nodes, most_probable(nodes, "probabilities"), {"probabilities": shares}, {"probabilities": "double"})
    assert found == predicted_codes(shares).tolist()
