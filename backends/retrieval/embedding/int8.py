"""Eight bits for the large products of a transformer, each token with a scale of its own.

A product X·W with constant W becomes (q(X)·q(W)) · s_token · s_column, where W has one scale per column and X one per
row, taken from the row itself: ``s = max|x| / 127``, ``q(x) = round(x / s)``. A scale per row, rather than per batch,
keeps a text's vector independent of what it is computed beside, and is closer to the exact one. Products that share
their input, which are a transformer's queries, keys and values, stay in float32: their input has outlying channels
that eight bits do not hold, and they are a quarter of the work.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

_LEVELS = 127
_ZERO = 128  # unsigned bytes hold the signed values of a row shifted by this, which the kernels are fastest with
_LEAST = 1e-12  # a scale, for rows and columns of zeros
_CONTRIBUTED = "com.microsoft"


def to_int8(source: Path, target: Path) -> int:
    """Write the graph at `source` to `target` with its large products in eight bits; how many there are."""
    import onnx

    model = onnx.load(str(source))
    weights = {constant.name: constant for constant in model.graph.initializer}
    products = [node for node in model.graph.node if node.op_type == "MatMul" and node.input[1] in weights]
    inputs = Counter(node.input[0] for node in products)
    chosen = [node for node in products if inputs[node.input[0]] == 1]
    nodes = {node.name or node.output[0]: _rewritten(node, weights, model.graph) for node in chosen}
    rewritten = [new for node in model.graph.node for new in nodes.get(node.name or node.output[0], [node])]
    del model.graph.node[:]
    model.graph.node.extend(rewritten)
    _add_constants(model)
    _drop_unused(model.graph)
    onnx.save(model, str(target))
    return len(chosen)


def _rewritten(node: Any, weights: dict[str, Any], graph: Any) -> list[Any]:
    """The nodes that stand for one product."""
    from onnx import TensorProto, numpy_helper
    from onnx.helper import make_node

    rows, weight = node.input
    quantised, scales = quantise(numpy_helper.to_array(weights[weight]))
    out = node.output[0]
    graph.initializer.extend(
        [numpy_helper.from_array(quantised, f"{out}:weight"), numpy_helper.from_array(scales, f"{out}:columns")]
    )
    product = [f"{out}:bytes", f"{out}:weight", "int8:one", f"{out}:columns", "int8:zero", "int8:zero_weight"]
    return [
        make_node("Abs", [rows], [f"{out}:abs"]),
        make_node("ReduceMax", [f"{out}:abs", "int8:last"], [f"{out}:max"], keepdims=1),
        make_node("Mul", [f"{out}:max", "int8:step"], [f"{out}:step"]),
        make_node("Max", [f"{out}:step", "int8:least"], [f"{out}:scale"]),
        make_node("Div", [rows, f"{out}:scale"], [f"{out}:scaled"]),
        make_node("Add", [f"{out}:scaled", "int8:shift"], [f"{out}:shifted"]),  # half more: the cast rounds down
        make_node("Cast", [f"{out}:shifted"], [f"{out}:bytes"], to=TensorProto.UINT8),
        make_node("MatMulIntegerToFloat", product, [f"{out}:product"], domain=_CONTRIBUTED),
        make_node("Mul", [f"{out}:product", f"{out}:scale"], [out]),
    ]


def quantise(weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eight-bit weights and the scale of each column, so that ``quantised * scales`` is near `weights`.

    >>> quantised, scales = quantise(np.array([[1.0, 0.0], [-0.5, 0.0]], np.float32))
    >>> quantised.tolist()
    [[127, 0], [-64, 0]]
    """
    scales = np.maximum(np.abs(weights).max(axis=0) / _LEVELS, _LEAST).astype(np.float32)
    return np.clip(np.round(weights / scales), -_LEVELS, _LEVELS).astype(np.int8), scales


def _add_constants(model: Any) -> None:
    from onnx import helper, numpy_helper

    constants = {
        "int8:one": np.float32(1),
        "int8:step": np.float32(1 / _LEVELS),
        "int8:least": np.float32(_LEAST),
        "int8:shift": np.float32(_ZERO + 0.5),
        "int8:zero": np.uint8(_ZERO),
        "int8:zero_weight": np.int8(0),
        "int8:last": np.array([-1], np.int64),
    }
    model.graph.initializer.extend([numpy_helper.from_array(np.asarray(v), name) for name, v in constants.items()])
    if all(known.domain != _CONTRIBUTED for known in model.opset_import):
        model.opset_import.append(helper.make_opsetid(_CONTRIBUTED, 1))


def _drop_unused(graph: Any) -> None:
    used = {name for node in graph.node for name in node.input}
    unused = [constant for constant in graph.initializer if constant.name not in used]
    for constant in unused:
        graph.initializer.remove(constant)
