"""Writing the nodes of an ONNX graph that go around a converted model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from onnx import AttributeProto, GraphProto, NodeProto, TensorProto, helper, numpy_helper


class Nodes:
    """Nodes and constants in the order in which they are added, all named behind one prefix."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, values: Any, dtype: Any = np.float64) -> str:
        """The name of a tensor with the values and shape of the array `values`; `dtype` object is text."""
        array = np.asarray(values, dtype=dtype)
        name = f"{self.prefix}constant{len(self.constants)}"
        if array.dtype == object:
            array = np.array([str(value).encode() for value in array.ravel()], dtype=object).reshape(array.shape)
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def add(self, op_type: str, *inputs: str, out: str = "", **attributes: Any) -> str:
        """Add an operator of the standard domain; gives the name of its result, `out` or a new one."""
        name = f"{self.prefix}{op_type.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op_type, inputs, [out or name], name, **attributes))
        return out or name

    def columns(self, parts: Sequence[str], out: str = "") -> str:
        """Matrices side by side."""
        return self.add("Concat", *parts, out=out, axis=1) if len(parts) > 1 else self.add("Identity", *parts, out=out)

    def cast(self, value: str, kind: int = TensorProto.DOUBLE, out: str = "") -> str:
        """The same values as another type."""
        return self.add("Cast", value, out=out, to=kind)


def needed(nodes: Sequence[NodeProto], wanted: Iterable[str]) -> list[NodeProto]:
    """The nodes that the tensors `wanted` depend on, in their order."""
    names, kept = set(wanted), []
    for node in reversed(nodes):
        if names.intersection(node.output):
            kept.append(node)
            names |= asked(node)
    return kept[::-1]


def asked(node: NodeProto) -> set[str]:
    """The tensors that a node takes, those of the graphs inside it too."""
    inner = [graph for attribute in node.attribute for graph in _graphs(attribute)]
    return set(node.input) | {name for graph in inner for one in graph.node for name in asked(one)}


def _graphs(attribute: AttributeProto) -> list[GraphProto]:
    return [attribute.g, *attribute.graphs] if attribute.HasField("g") else list(attribute.graphs)
