"""Adding nodes to the ONNX graph that skl2onnx is building."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto
from skl2onnx.operator_converters.common import concatenate_variables

Convert = Callable[[Any, Any, Any], None]  # (scope, operator, container): adds the operator's nodes to the container


class Graph:
    """Adds nodes to the graph under construction, each result with a name of its own."""

    def __init__(self, scope: Any, container: Any) -> None:
        self.scope = scope
        self.container = container

    def constant(self, values: Any, kind: int = TensorProto.DOUBLE) -> str:
        """The name of a tensor of this type, with the values and shape of the array `values`."""
        array = np.asarray(values)
        name = self.scope.get_unique_variable_name("constant")
        self.container.add_initializer(name, kind, list(array.shape), array.ravel().tolist())
        return name

    def node(self, op_type: str, inputs: Sequence[str], out: str = "", domain: str = "", **attributes: Any) -> str:
        """Add an operator; gives the name of its result, `out` or a new one."""
        out = out or self.scope.get_unique_variable_name(op_type.lower())
        self.container.add_node(
            op_type,
            list(inputs),
            out,
            op_domain=domain,
            name=self.scope.get_unique_operator_name(op_type),
            **attributes,
        )
        return out

    def concat(self, parts: list[str], out: str) -> str:
        """Matrices side by side."""
        return self.node("Concat", parts, out, axis=1) if len(parts) > 1 else self.node("Identity", parts, out)


def merged(graph: Graph, operator: Any) -> str:
    """The operator's inputs side by side."""
    merged = concatenate_variables(graph.scope, operator.inputs, graph.container)
    return merged[0] if isinstance(merged, list) else merged
