"""Which exports hold training rows, found by looking for them in the graph itself."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import onnx
import pandas as pd
import pytest
from onnx import helper, numpy_helper

from backends.bundle.kept_rows import check_private, keeps_rows
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.onnx_export.graph_inputs import build_graph
from backends.training.models import MODELS, ModelRow, model_row
from backends.training.results import TrainedModel
from tests.backends.onnx_export.proving import of_table

WIDTH = 5
EXPORTED = [row for row in MODELS if not row.exports]
KEPT = {"nearest_neighbours", "rbf_svm"}


@lru_cache
def made(row_key: str) -> TrainedModel:
    """Five numbers per row, so unlike each other that a direction tells a row."""
    random = np.random.default_rng(0)
    values = random.normal(size=(150, WIDTH))
    codes = (values[:, 0] + values[:, 1] * values[:, 2] + random.normal(size=150) * 0.3 > 0).astype(int)
    schema = Schema(tuple(Column(f"x{at}", "number") for at in range(WIDTH)))
    frame = pd.DataFrame(values, columns=list(schema.names))
    return of_table(model_row(row_key), schema, frame, codes)


def arrays(graph: bytes) -> Iterator[np.ndarray]:
    """Every array of numbers in a graph: constants, and lists that operators hold."""
    model = onnx.load_from_string(graph)
    for constant in model.graph.initializer:
        yield numpy_helper.to_array(constant)
    for node in model.graph.node:
        for attribute in node.attribute:
            value = helper.get_attribute_value(attribute)
            if isinstance(value, list) and value and isinstance(value[0], float):
                yield np.array(value)


def rows_found(model: TrainedModel, graph: bytes) -> int:
    """How many training rows stand in the graph, as the estimator got them, up to a factor."""
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(150, WIDTH)), columns=list(model.schema.names))[:100]
    given = np.asarray(model.pipeline[:-1].transform(frame), dtype=float)
    rows = given / np.linalg.norm(given, axis=1, keepdims=True)
    found: set[int] = set()
    for values in arrays(graph):
        if values.dtype.kind != "f" or values.size % WIDTH or values.size < 10 * WIDTH:
            continue
        for held in (values.reshape(-1, WIDTH), values.reshape(WIDTH, -1).T):
            lengths = np.linalg.norm(held, axis=1, keepdims=True)
            near = rows @ (held / np.where(lengths == 0, 1, lengths)).T
            found |= set(np.flatnonzero((near > 1 - 1e-5).any(axis=1)).tolist())
    return len(found)


@pytest.mark.parametrize("row", EXPORTED, ids=lambda row: row.key)
def test_a_model_is_refused_in_private_exactly_when_its_graph_holds_training_rows(row: ModelRow) -> None:
    model = made(row.key)
    found = rows_found(model, build_graph(model)[0])
    assert keeps_rows(model.pipeline) == (found > 10) == (row.key in KEPT), found
    if row.key in KEPT:
        with pytest.raises(WorkbenchError, match=f"{row.title} answers by training rows that it keeps"):
            check_private(model.pipeline, model.title)
    else:
        check_private(model.pipeline, model.title)
        assert found == 0
