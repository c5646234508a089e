"""The converter of `MarginSVC`."""

from __future__ import annotations

from copy import copy
from types import SimpleNamespace
from typing import Any

from onnx import TensorProto

from backends.onnx_export.graph import Convert, Graph
from backends.training.margins import pair_signs


def with_margins(convert: Convert) -> Convert:
    """skl2onnx's converter of SVC for two classes; for more, its margins of the pairs, made into scores as ours are."""

    def converted(scope: Any, operator: Any, container: Any) -> None:
        classes = len(operator.raw_operator.classes_)
        if classes == 2:
            convert(scope, operator, container)
        else:
            label, scores = operator.outputs
            margins = SimpleNamespace(full_name=scope.get_unique_variable_name("margins"))
            convert(scope, _pairwise(operator, [label, margins]), container)
            _scored(Graph(scope, container), margins.full_name, classes, scores)

    return converted


def _scored(graph: Graph, margins: str, classes: int, scores: Any) -> None:
    exact = graph.node("Cast", [margins], to=TensorProto.DOUBLE)
    means = graph.node("MatMul", [graph.node("Tanh", [exact]), graph.constant(pair_signs(classes))])
    graph.node("Cast", [means], scores.full_name, to=scores.type.to_onnx_type().tensor_type.elem_type)


def _pairwise(operator: Any, outputs: list[Any]) -> Any:
    """The operator with these outputs, and its model set to give one margin for each pair of classes."""
    model = copy(operator.raw_operator)
    model.decision_function_shape = "ovo"
    return SimpleNamespace(type=operator.type, raw_operator=model, inputs=operator.inputs, outputs=outputs)
