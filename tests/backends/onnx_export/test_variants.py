from __future__ import annotations

from dataclasses import replace

import numpy as np
import onnx
import pytest

from backends.errors import WorkbenchError
from backends.onnx_export import variants as module
from backends.onnx_export.certificate import Certifier
from backends.onnx_export.graph_inputs import build_graph
from backends.onnx_export.runtime import Runtime
from backends.onnx_export.smaller import exact_singles, half_weights, int8_weights
from backends.onnx_export.variants import Variant, Way, variants
from tests.backends.onnx_export.proving import trained, with_constants


@pytest.fixture(autouse=True)
def _no_need_to_measure_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.onnx_export.latency.SECONDS", 0.01)
    monkeypatch.setattr("backends.onnx_export.latency.BATCHES", (1,))
    monkeypatch.setattr(module, "ROUNDS", 3)


def made_of(key: str) -> dict[str, Variant]:
    graph, signature = build_graph(trained(key))
    return {variant.key: variant for variant in variants(Certifier(trained(key), signature), graph)}


def test_doubles_that_single_precision_holds_make_neighbours_smaller_and_change_no_bit() -> None:
    model = trained("nearest_neighbours")
    graph, signature = build_graph(model)
    found = made_of("nearest_neighbours")["float32"]
    assert found.gains
    assert found.model is not None
    assert found.size_ratio == len(found.model) / len(graph) < 0.7
    assert found.certificate is not None
    assert found.certificate.passed
    assert found.certificate.file_size == len(found.model)
    assert "% smaller" in found.why
    feeds = Certifier(model, signature).feeds(150)
    plain, narrow = (Runtime(one, signature).run(feeds).probabilities for one in (graph, found.model))
    assert np.array_equal(plain, narrow)


def test_half_precision_is_rounded_as_numpy_does_and_large_numbers_stay() -> None:
    graph, _ = build_graph(trained("multi_layer_perceptron"))
    model = onnx.load_from_string(half_weights(graph))
    stored = {one.name: onnx.numpy_helper.to_array(one) for one in model.graph.initializer}
    before = {one.name: onnx.numpy_helper.to_array(one) for one in onnx.load_from_string(graph).graph.initializer}
    narrowed = [name for name in stored if name.endswith("/stored")]
    assert any(before[name.removesuffix("/stored")].shape[1] == 64 for name in narrowed), "the hidden layer's weights"
    for name in narrowed:
        np.testing.assert_array_equal(stored[name], before[name.removesuffix("/stored")].astype(np.float16))
    huge = with_constants(graph, lambda values: np.float32(1e6) + values if values.dtype == np.float32 else values)
    with pytest.raises(WorkbenchError, match="no large constants that half precision holds"):
        half_weights(huge)


def test_int8_multiplies_in_whole_numbers() -> None:
    graph, _ = build_graph(trained("multi_layer_perceptron"))
    made = onnx.load_from_string(int8_weights(graph))
    assert "MatMulInteger" in {node.op_type for node in made.graph.node}
    onnx.checker.check_model(made)


def test_a_variant_says_what_it_gains_or_why_not() -> None:
    for found in made_of("multi_layer_perceptron").values():
        assert found.why
        if found.gains:
            assert found.certificate is not None
            assert found.certificate.passed
            assert found.size_ratio is not None
            assert found.speed_ratio is not None
            assert found.size_ratio <= 0.9 or found.speed_ratio >= 1.1


def test_trees_have_nothing_to_narrow() -> None:
    found = made_of("random_forest")
    assert [variant.gains for variant in found.values()] == [False] * 3
    assert all(variant.model is None and variant.certificate is None for variant in found.values())
    assert "no matrix products" in found["int8"].why
    assert "trees and linear models" in found["float16"].why


def test_a_variant_that_is_another_model_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    def smaller_and_wrong(graph: bytes) -> bytes:
        return exact_singles(
            with_constants(graph, lambda values: -values if values.ndim == 2 and values.size > 256 else values)
        )

    monkeypatch.setattr(module, "WAYS", (Way("wrong", "Wrong", smaller_and_wrong),))
    found = made_of("nearest_neighbours")["wrong"]
    assert found.size_ratio is not None
    assert found.size_ratio < 0.9
    assert not found.gains
    assert found.certificate is not None
    assert not found.certificate.passed
    assert found.why == f"It is not the same model: {found.certificate.reasons[0]}"


def test_nothing_is_certified_that_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAYS", (Way("same", "The same", lambda graph: graph),))
    monkeypatch.setattr(module, "_speed_ratio", lambda *given: 1.0)
    found = made_of("random_forest")["same"]
    assert (found.gains, found.certificate, found.why) == (
        False, None, "It gains too little: 0 % smaller, 1 times as quick.",
    )  # fmt: skip


def test_without_held_out_rows_no_variant_can_be_measured() -> None:
    model = trained("random_forest")
    graph, signature = build_graph(model)
    with pytest.raises(WorkbenchError, match="no held-out rows"):
        variants(Certifier(replace(model, holdout=model.holdout[:0]), signature), graph)
