"""Products in eight bits against the exact ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from backends.retrieval.embedding.int8 import quantise, to_int8

RANDOM = np.random.default_rng(0)
FIRST, SECOND = RANDOM.normal(size=(16, 32)).astype(np.float32), RANDOM.normal(size=(32, 4)).astype(np.float32)


def write_graph(path: Path, nodes: list[onnx.NodeProto], weights: dict[str, np.ndarray], out: str) -> Path:
    graph = helper.make_graph(
        nodes,
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", "tokens", 16])],
        [helper.make_tensor_value_info(out, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), str(path))
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> ort.InferenceSession:
    """relu(x · FIRST) · SECOND in eight bits."""
    folder = tmp_path_factory.mktemp("int8")
    nodes = [
        helper.make_node("MatMul", ["x", "first"], ["a"]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("MatMul", ["b", "second"], ["y"]),
    ]
    source = write_graph(folder / "exact.onnx", nodes, {"first": FIRST, "second": SECOND}, "y")
    assert to_int8(source, folder / "int8.onnx") == 2
    return ort.InferenceSession(str(folder / "int8.onnx"), providers=["CPUExecutionProvider"])


def test_the_result_is_near_the_exact_one(small: ort.InferenceSession) -> None:
    x = RANDOM.normal(size=(3, 5, 16)).astype(np.float32)
    exact = np.maximum(x @ FIRST, 0) @ SECOND
    found = small.run(None, {"x": x})[0]
    assert np.abs(found - exact).max() < 0.02 * np.abs(exact).max()
    assert not np.array_equal(found, exact)


def test_a_row_does_not_depend_on_its_neighbours(small: ort.InferenceSession) -> None:
    x = RANDOM.normal(size=(4, 3, 16)).astype(np.float32)
    x[3] *= 1_000  # which would widen the steps of a scale that all share
    together = small.run(None, {"x": x})[0]
    alone = np.concatenate([small.run(None, {"x": x[row : row + 1]})[0] for row in range(4)])
    np.testing.assert_array_equal(together, alone)


def test_rows_of_zeros_stay_zero(small: ort.InferenceSession) -> None:
    assert not small.run(None, {"x": np.zeros((1, 2, 16), np.float32)})[0].any()


def test_products_that_share_their_input_stay_exact(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("MatMul", ["x", "key"], ["k"]),
        helper.make_node("MatMul", ["x", "value"], ["v"]),
        helper.make_node("Add", ["k", "v"], ["y"]),
    ]
    source = write_graph(tmp_path / "a.onnx", nodes, {"key": FIRST, "value": FIRST + 1}, "y")
    assert to_int8(source, tmp_path / "b.onnx") == 0
    assert [node.op_type for node in onnx.load(str(tmp_path / "b.onnx")).graph.node] == ["MatMul", "MatMul", "Add"]


@given(st.integers(0, 2**32 - 1), st.floats(1e-6, 1e6))
@settings(max_examples=50)
def test_weights_are_off_by_half_a_step_at_most(seed: int, size: float) -> None:
    weights = (np.random.default_rng(seed).normal(size=(7, 3)) * size).astype(np.float32)
    quantised, scales = quantise(weights)
    assert (np.abs(quantised * scales.astype(np.float64) - weights) <= scales * 0.5001).all()
