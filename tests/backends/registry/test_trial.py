"""A forged bundle does not get into the registry, however its digests were made to fit."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from backends.bundle import Bundle, pack
from backends.errors import WorkbenchError
from backends.onnx_export.certificate import schema_digest
from backends.registry import trial
from backends.registry.publishing import Publication
from backends.training.policy import Policy
from tests.backends.registry.bundles import bundle, gap, graph


def refitted(made: Bundle, **changes: Any) -> Bundle:
    """The bundle with changes, and a certificate that names what is in it then."""
    other = replace(made, **changes)
    named = {"graph": sha256(other.model).hexdigest(), "schema": schema_digest(other.signature)}
    digests = {**other.certificate.sha256, **named}
    return replace(other, certificate=replace(other.certificate, sha256=digests, file_size=len(other.model)))


def published(made: Bundle) -> Publication:
    return Publication.of(pack(made), "churn", "ana")


def with_certificate(**changes: Any) -> Bundle:
    made = bundle()
    return replace(made, certificate=replace(made.certificate, **changes))


def with_held_out(**changes: Any) -> Bundle:
    return with_certificate(held_out=replace(bundle().certificate.held_out, **changes))


def test_what_was_not_tampered_with_can_be_published() -> None:
    assert published(bundle()).facts["certificate_passed"] is True
    assert published(bundle(gaps=[gap("difference", 0.1)])).facts["fairness"]["largest_difference"]["value"] == 0.1
    assert published(replace(bundle(), examples=(), background=())).name == "churn"


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (with_certificate(passed="false"), "'passed' = 'false'"),
        (with_certificate(passed=1), "'passed' = 1"),
        (with_held_out(flips=5), "its figures say that it did not"),
        (with_held_out(rows=0), "its figures say that it did not"),
        (with_held_out(rows="many"), "'rows' = 'many'"),
        (with_held_out(rows=19), "19 held-out rows; the metrics are of 20"),
        (with_certificate(reasons=("bad",)), "its figures say that it did not"),
        (with_certificate(file_size=7), "of a graph of 7 bytes"),
        (with_certificate(sha256={"graph": bundle().certificate.sha256["graph"]}), "does not name its schema, data"),
        (with_certificate(sha256={}), "of another graph"),
    ],
)
def test_a_certificate_that_cannot_be_right_is_refused(made: Bundle, words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        published(made)


@pytest.mark.parametrize(
    "changes",
    [
        {"metrics": {}},
        {"metrics": {"rows": {"held_out": 20}}},
        {"metrics": {**bundle().metrics, "metric": {"key": 3, "title": [], "greater_is_better": "yes"}}},
        {"fairness": {"x": 1}},
        {"fairness": {"assessment": {"disparities": [3]}}},
        {"fairness": {"assessment": 7}},
    ],
    ids=str,
)
def test_figures_that_are_none_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WorkbenchError):
        published(replace(bundle(), **changes))


def test_the_graph_of_another_model_is_refused() -> None:
    model = onnx.load_from_string(graph())
    model.graph.input[0].name = "income"
    model.graph.node[0].input[0] = "income"
    with pytest.raises(WorkbenchError, match=r"graph has None as input 'age', and its schema tensor\(double\)"):
        published(refitted(bundle(), model=model.SerializeToString()))


def test_what_is_no_graph_is_refused() -> None:
    for junk in (b"", b"junk", graph()[:300]):
        with pytest.raises(WorkbenchError, match=r"'model.onnx' cannot be loaded"):
            published(refitted(bundle(), model=junk))


def test_another_decision_than_the_graph_has_is_refused() -> None:
    """At 42 the probability of a yes is 0.88."""
    made = bundle()
    with pytest.raises(WorkbenchError, match=r"graph answers 'yes' where its schema decides 'no' from 0\.119, 0\.881"):
        published(refitted(made, signature=replace(made.signature, policy=Policy(0.9))))
    with pytest.raises(WorkbenchError, match="graph answers 'no' where its schema decides 'yes'"):
        published(refitted(made, signature=replace(made.signature, classes=("yes", "no"))))
    with pytest.raises(WorkbenchError, match="graph answers 'no', which is none of its classes"):
        published(refitted(made, signature=replace(made.signature, classes=("never", "yes"))))
    with pytest.raises(WorkbenchError, match=r"for 3 classes"):
        published(refitted(made, signature=replace(made.signature, classes=("no", "yes", "perhaps"))))
    with pytest.raises(WorkbenchError, match=r"graph has None as output 'nope'"):
        published(refitted(made, signature=replace(made.signature, label="nope")))


@pytest.mark.parametrize("rows", [({"zz": 1},), ({"age": "old"},), ({"age": [1]},), ({"age": {"a": {}}},)], ids=str)
def test_rows_of_another_table_are_refused(rows: tuple[dict[str, Any], ...]) -> None:
    for forged in (replace(bundle(), examples=rows), replace(bundle(), background=rows)):
        with pytest.raises(WorkbenchError, match="examples or background rows"):
            published(forged)


def growing(steps: int, size: int) -> bytes:
    """The graph with a loop of so many steps, each over so many numbers, in front of its probabilities."""
    body = helper.make_graph(
        [
            helper.make_node("Expand", ["sum", "size"], ["wide"]),
            helper.make_node("ReduceSum", ["wide"], ["all"], keepdims=0),
            helper.make_node("Mul", ["all", "nothing"], ["next"]),
            helper.make_node("Identity", ["go"], ["on"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("at", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum", TensorProto.DOUBLE, []),
        ],
        [helper.make_tensor_value_info("on", TensorProto.BOOL, []),
         helper.make_tensor_value_info("next", TensorProto.DOUBLE, [])],
        [numpy_helper.from_array(np.array([size], dtype=np.int64), "size")],
    )  # fmt: skip
    model = onnx.load_from_string(graph())
    model.graph.initializer.extend(
        [numpy_helper.from_array(np.array(steps, dtype=np.int64), "steps"),
         numpy_helper.from_array(np.array(True), "first"), numpy_helper.from_array(np.array(0.0), "nothing")]
    )  # fmt: skip
    model.graph.node.insert(0, helper.make_node("Loop", ["steps", "first", "nothing"], ["ground"], body=body))
    model.graph.node.insert(1, helper.make_node("Add", ["age", "ground"], ["years"]))
    model.graph.node[2].input[0] = "years"
    return bytes(model.SerializeToString())


def test_a_graph_that_takes_little_may_loop() -> None:
    assert published(refitted(bundle(), model=growing(3, 10))).name == "churn"


def test_a_graph_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "SECONDS", 0.2)
    with pytest.raises(WorkbenchError, match=r"graph took longer than 0.2 seconds"):
        published(refitted(bundle(), model=growing(2**60, 1_000)))


def test_a_graph_that_wants_more_memory_than_there_is_fails() -> None:
    with pytest.raises(WorkbenchError, match="graph fails"):
        published(refitted(bundle(), model=growing(1, 10**12)))
