"""Asking a graph: from bytes or a file, from many threads, with nothing and with what is no graph."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.onnx_export.runtime import Runtime
from tests.backends.explanations.trained import on_mixed
from tests.backends.onnx_export.exported import Pair


@pytest.fixture(scope="module")
def pair() -> Pair:
    return Pair.of(on_mixed("decision_tree", 3))


def test_labels_codes_and_probabilities_belong_together(pair: Pair) -> None:
    found = pair.ask(pair.model.holdout)
    assert found.probabilities.dtype == np.float64
    assert found.probabilities.shape == (len(pair.model.holdout), 3)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0, atol=1e-6)
    assert found.labels == [pair.signature.classes[code] for code in found.codes]
    assert (found.codes == found.probabilities.argmax(axis=1)).all()


def test_a_file_is_asked_like_its_bytes(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(pair.graph)
    feeds = pair.feeds.of_frame(pair.model.holdout)
    found = Runtime(tmp_path / "model.onnx", pair.signature, threads=2).run(feeds)
    np.testing.assert_array_equal(found.probabilities, pair.runtime.run(feeds).probabilities)


def test_no_row_has_no_answer(pair: Pair) -> None:
    found = pair.ask(pair.model.holdout.iloc[:0])
    assert (found.labels, found.codes.tolist(), found.probabilities.shape) == ([], [], (0, 3))


def test_many_threads_may_ask_at_once(pair: Pair) -> None:
    frames = [pair.model.holdout.iloc[at:] for at in range(40)]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda frame: pair.ask(frame).labels, frames))
    assert found == [found[0][at:] for at in range(40)]


@pytest.mark.parametrize("graph", [b"", b"no graph", Path("nowhere.onnx")])
def test_what_is_no_graph_is_refused(pair: Pair, graph: bytes | Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be loaded"):
        Runtime(graph, pair.signature)


def test_a_graph_with_another_signature_is_refused(pair: Pair) -> None:
    with pytest.raises(WorkbenchError, match="'nothing'"):
        Runtime(pair.graph, replace(pair.signature, inputs=pair.signature.inputs[:-1]))
