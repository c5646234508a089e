"""The converter of `TiedNeighborsClassifier`."""

from __future__ import annotations

from typing import Any

from onnx import TensorProto

from backends.onnx_export.graph import Graph
from backends.training.neighbours import FURTHEST, STEPS


def convert_neighbours(scope: Any, operator: Any, container: Any) -> None:
    """The same sums in the same units: whole numbers in doubles, so that ties are ties here too."""
    model = operator.raw_operator
    graph = Graph(scope, container)
    steps = _on_grid(graph, operator.inputs[0].full_name)
    products = graph.node("MatMul", [steps, graph.constant(2.0 * model.rows_.T)])
    distances = graph.node("Sub", [graph.constant(model.lengths_[None, :]), products])
    count = min(model.n_neighbors, len(model.rows_))
    nearest = scope.get_unique_variable_name("nearest")
    container.add_node(
        "TopK",
        [distances, graph.constant([count], TensorProto.INT64)],
        [nearest, scope.get_unique_variable_name("at")],
        name=scope.get_unique_operator_name("TopK"),
        op_version=11,
        axis=1,
        largest=0,
        sorted=1,
    )
    last = graph.node("Gather", [nearest, graph.constant([count - 1], TensorProto.INT64)], axis=1)
    near = graph.node("Cast", [graph.node("LessOrEqual", [distances, last])], to=TensorProto.DOUBLE)
    votes = graph.node("MatMul", [near, graph.constant(model.shares_)])
    total = graph.node("ReduceSum", [votes, graph.constant([1], TensorProto.INT64)], keepdims=1)
    shares = graph.node("Div", [votes, total])
    labels, probabilities = (output.full_name for output in operator.outputs)
    graph.node("Cast", [shares], probabilities, to=operator.outputs[1].type.to_onnx_type().tensor_type.elem_type)
    best = graph.node("ArgMax", [shares], axis=1, keepdims=0)
    graph.node("Gather", [graph.constant(model.classes_, TensorProto.INT64), best], labels, axis=0)


def _on_grid(graph: Graph, values: str) -> str:
    """`neighbours.on_grid`."""
    exact = graph.node("Cast", [values], to=TensorProto.DOUBLE)
    held = graph.node("Clip", [exact, graph.constant(-FURTHEST), graph.constant(FURTHEST)])
    return graph.node("Round", [graph.node("Mul", [held, graph.constant(STEPS)])])
