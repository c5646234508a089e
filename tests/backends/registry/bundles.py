"""Small bundles for the tests of the registry: whole and valid, but nothing was trained for them."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from backends.bundle import Bundle, pack
from backends.datasets import read_table
from backends.datasets.schema import Schema
from backends.onnx_export.certificate import Certificate
from backends.onnx_export.parity import Compared
from backends.onnx_export.signature import GraphInput, Signature

TABLE = b"age,bought\n31,yes\n42,no\n53,yes\n"


def bundle(
    value: float | None = 0.8,
    baseline: float | None = 0.5,
    passed: bool = True,
    gaps: Any = None,
    graph: bytes = b"graph",
) -> Bundle:
    """A bundle whose accuracy is `value` where the baseline has `baseline`, with these fairness disparities."""
    return Bundle(
        model=graph,
        signature=_signature(),
        certificate=_certificate(passed, sha256(graph).hexdigest()),
        metrics={
            "metric": {"key": "accuracy", "title": "Accuracy", "greater_is_better": True},
            "rows": {"table": 100, "training": 80, "held_out": 20},
            "hold_out": _scores(value),
            "baseline": {"title": "Baseline", "hold_out": _scores(baseline)},
        },
        fairness=None if gaps is None else {"assessment": {"disparities": gaps}},
        file={"encoding": "utf-8", "delimiter": ",", "quoting": {}, "missing": [], "missing_among_values": []},
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


def _certificate(passed: bool, graph: str) -> Certificate:
    flips = 0 if passed else 1
    return Certificate(
        passed=passed,
        held_out=Compared("held-out", "Held-out rows", "", 20, flips, flips, 0.0, 0.0, None),
        probes=(),
        flipped=(),
        latency=(),
        file_size=5,
        opset={"": 21},
        versions={},
        sha256={"graph": graph},
        reasons=() if passed else ("1 of 20 held-out rows has another label.",),
    )
