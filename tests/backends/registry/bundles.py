"""Small bundles for the tests of the registry: whole and valid, but nothing was trained for them."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from backends.bundle import Bundle, pack
from backends.datasets import read_table
from backends.datasets.schema import Schema
from backends.onnx_export.certificate import Certificate, schema_digest
from backends.onnx_export.parity import Compared
from backends.onnx_export.signature import GraphInput, Signature
from backends.training.policy import least

TABLE = b"age,bought\n31,yes\n42,no\n53,yes\n"


@cache
def graph(ballast: str = "", weight: float = 1.0) -> bytes:
    """A graph that says yes from the age 40 on, with the probability 1 / (1 + exp(-weight * (age - 40)))."""
    constants = {
        "weight": np.array(weight), "edge": np.array(40.0), "one": np.array(1.0), "half": np.array(least(0.5)),
        "axis": np.array([1], dtype=np.int64), "yes": np.array("yes", dtype=object), "no": np.array("no", dtype=object),
    }  # fmt: skip
    joined: dict[str, Any] = {"axis": 1}
    steps: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("Sub", ("age", "edge"), "above"),
        ("Mul", ("above", "weight"), "score"),
        ("Sigmoid", ("score",), "chance"),
        ("Sub", ("one", "chance"), "other"),
        ("Concat", ("other", "chance"), "probabilities"),
        ("Squeeze", ("chance", "axis"), "flat"),
        ("GreaterOrEqual", ("flat", "half"), "is"),
        ("Where", ("is", "yes", "no"), "label"),
    )
    made = helper.make_graph(
        [helper.make_node(kind, take, [give], **(joined if kind == "Concat" else {})) for kind, take, give in steps],
        "ages",
        [helper.make_tensor_value_info("age", TensorProto.DOUBLE, [None, 1])],
        [
            helper.make_tensor_value_info("label", TensorProto.STRING, [None]),
            helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, [None, 2]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
        doc_string=ballast,
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return bytes(model.SerializeToString())


def bundle(
    value: float | None = 0.8,
    baseline: float | None = 0.5,
    passed: bool = True,
    gaps: Any = None,
    model: bytes | None = None,
) -> Bundle:
    """A bundle whose accuracy is `value` where the baseline has `baseline`, with these fairness disparities."""
    model = graph() if model is None else model
    signature = _signature()
    return Bundle(
        model=model,
        signature=signature,
        certificate=_certificate(passed, model, signature),
        metrics={
            "metric": {"key": "accuracy", "title": "Accuracy", "greater_is_better": True},
            "rows": {"table": 100, "training": 80, "held_out": 20},
            "hold_out": _scores(value),
            "baseline": {"title": "Baseline", "hold_out": _scores(baseline)},
        },
        fairness=None if gaps is None else {"assessment": {"disparities": gaps}},
        file={"encoding": "utf-8", "delimiter": ",", "quoting": {}, "missing": [], "missing_among_values": []},
        examples=({"age": 31}, {"age": 42}),
        background=({"age": 53},),
        title="Who buys",
        created="2026-11-22T10:00:00+00:00",
    )


def packed(value: float | None = 0.8, baseline: float | None = 0.5, **more: Any) -> bytes:
    """The same as the bytes that are published."""
    return pack(bundle(value, baseline, **more))


def gap(kind: str, value: float | None, other: str = "M") -> dict[str, Any]:
    """One row of a fairness report's disparities."""
    return {
        "split": "sex",
        "criterion": "demographic_parity",
        "kind": kind,
        "value": value,
        "group": "F",
        "other": other,
    }


def _scores(value: float | None) -> list[dict[str, Any]]:
    low, high = (None, None) if value is None else (value - 0.1, value + 0.1)
    return [{"metric": "accuracy", "title": "Accuracy", "value": value, "low": low, "high": high, "resamples": 1000}]


def _signature() -> Signature:
    dataset = read_table(TABLE, "customers.csv")
    age, bought = dataset.schema
    return Signature(
        columns=Schema((age,)),
        inputs=(GraphInput("age", "double"),),
        target=bought,
        classes=("no", "yes"),
        features=("age",),
        model="Logistic regression",
        dataset=dataset.name,
        digest=dataset.digest,
    )


def _certificate(passed: bool, model: bytes, signature: Signature) -> Certificate:
    flips = 0 if passed else 1
    return Certificate(
        passed=passed,
        held_out=Compared("held-out", "Held-out rows", "", 20, flips, flips, 0.0, 0.0, None),
        probes=(),
        flipped=(),
        latency=(),
        file_size=len(model),
        opset={"ai.onnx": 18},
        versions={},
        sha256={
            "data": signature.digest,
            "schema": schema_digest(signature),
            "graph": sha256(model).hexdigest(),
        },
        reasons=() if passed else ("1 of 20 held-out rows has another label.",),
    )
