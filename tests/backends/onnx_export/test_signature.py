"""The signature is plain data: it survives JSON, and another layout is refused."""

from __future__ import annotations

import json

import pytest

from backends.datasets.grouping import Grouping
from backends.errors import WorkbenchError
from backends.onnx_export.graph_inputs import build_graph
from backends.onnx_export.signature import Signature
from backends.training.policy import Policy
from tests.backends.explanations.trained import on_mixed
from tests.backends.onnx_export.exported import with_policy


def test_a_signature_survives_json() -> None:
    policy = Policy(0.4, (Grouping("count", (10.0,)), Grouping("said")), ((("below 10", "good"), 0.3),), "for fairness")
    _, signature = build_graph(with_policy(on_mixed("logistic_regression"), policy))
    written = json.loads(json.dumps(signature.to_dict(), allow_nan=False))
    assert Signature.from_dict(written) == signature
    assert signature.binary
    assert signature.model == "Logistic regression"


def test_another_layout_is_refused() -> None:
    _, signature = build_graph(on_mixed("decision_tree", 3))
    with pytest.raises(WorkbenchError, match="layout 2"):
        Signature.from_dict(signature.to_dict() | {"layout": 2})
    assert not signature.binary
