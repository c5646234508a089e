"""An exported model is a graph, its signature and a certificate of the two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backends.datasets.schema import Dataset
from backends.errors import WorkbenchError
from backends.onnx_export.export import export
from backends.onnx_export.graph_inputs import build_graph
from tests.backends.explanations.trained import on_mixed


def test_an_artifact_has_the_graph_its_schema_and_a_passed_certificate() -> None:
    model, told = on_mixed("logistic_regression"), list[tuple[str, float]]()
    artifact = export(model, on_progress=lambda doing, share: told.append((doing, share)))
    assert (artifact.model, artifact.signature) == build_graph(model)
    assert artifact.schema == model.schema
    assert artifact.certificate.passed, artifact.certificate.reasons
    assert artifact.certificate.held_out.rows == len(model.holdout)
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_another_dataset_than_the_models_is_refused() -> None:
    model = replace(on_mixed("decision_tree"), digest="a", dataset="one.csv")
    other = Dataset(model.holdout, model.schema, name="two.csv", digest="b")
    with pytest.raises(WorkbenchError, match=r"'one.csv', not on this 'two.csv'"):
        export(model, other)


def test_a_model_that_does_not_convert_is_refused_with_the_reason() -> None:
    with pytest.raises(WorkbenchError, match="ignores its inputs"):
        export(on_mixed("dummy"))
