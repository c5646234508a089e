"""An ONNX graph with its numbers stored in fewer bits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from backends.errors import WorkbenchError

FEWEST = 256  # numbers: a constant with fewer is not worth a node
LARGEST_HALF = float(np.finfo(np.float16).max)  # 65,504

Narrow = Callable[[np.ndarray], np.ndarray | None]  # the constant in fewer bits; None where it has to stay


def exact_singles(graph: bytes) -> bytes:
    """Doubles that single precision holds exactly are stored so; every result stays the same to the last bit."""
    return _narrowed(graph, _exact_single, "The graph has no large constants of doubles that single precision holds.")


def half_weights(graph: bytes) -> bytes:
    """Constants rounded to half precision: 11 binary digits. They are widened again when the graph is loaded."""
    otherwise = "The graph has no large constants that half precision holds: trees and linear models have none at all."
    return _narrowed(graph, _half, otherwise)


def int8_weights(graph: bytes) -> bytes:
    """Weights of matrix products in 8 bits, the other factor rounded to 8 bits when it is known (dynamic quantisation).

    Raises WorkbenchError for a graph without such products in single precision.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quant_utils, quantize_dynamic

    model = onnx.load_from_string(graph)
    single = {one.name for one in model.graph.initializer if one.data_type == onnx.TensorProto.FLOAT}
    if not any(node.op_type == "MatMul" and single.intersection(node.input) for node in model.graph.node):
        raise WorkbenchError("The graph has no matrix products in single precision, which are what int8 is for.")
    quant_utils.add_pre_process_metadata(model)  # the mark without which the quantiser advises to infer shapes first
    with TemporaryDirectory() as folder:
        made = Path(folder) / "int8.onnx"
        quantize_dynamic(model, made, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8)
        return onnx.load(made).SerializeToString(deterministic=True)


def _exact_single(values: np.ndarray) -> np.ndarray | None:
    if values.dtype != np.float64:
        return None
    with np.errstate(over="ignore"):
        single = values.astype(np.float32)
    return single if np.array_equal(single.astype(np.float64), values, equal_nan=True) else None


def _half(values: np.ndarray) -> np.ndarray | None:
    known = np.abs(values[np.isfinite(values)])
    return values.astype(np.float16) if known.max(initial=0.0) <= LARGEST_HALF else None


def _narrowed(graph: bytes, narrow: Narrow, otherwise: str) -> bytes:
    """Every large constant that `narrow` takes, followed by a cast to what it was."""
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load_from_string(graph)
    casts: list[Any] = []
    for constant in model.graph.initializer:
        if constant.data_type not in (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE):
            continue
        values = numpy_helper.to_array(constant)
        fewer = narrow(values) if values.size >= FEWEST else None
        if fewer is None:
            continue
        name, kind = constant.name, constant.data_type
        constant.CopyFrom(numpy_helper.from_array(fewer, f"{name}/stored"))
        casts.append(helper.make_node("Cast", [f"{name}/stored"], [name], f"{name}/widened", to=kind))
    if not casts:
        raise WorkbenchError(otherwise)
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)
