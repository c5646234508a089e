"""Small models as bundles, for tests of what serves them."""

from __future__ import annotations

import io
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from backends.bundle import Bundle
from backends.datasets import read_table
from backends.datasets.schema import Column, Schema
from backends.onnx_export.certificate import Certificate, Compared
from backends.onnx_export.graph_inputs import build_graph
from backends.onnx_export.signature import GraphInput, Signature
from backends.training import TrainedModel, TrainingSpec, compare

CITIES = ("Oslo", "Lima", "Pune")
MIXED = ("age", "income", "city", "member", "joined", "note")

FILE = {"encoding": "utf-8", "delimiter": ",", "quoting": {}, "missing": [], "missing_among_values": []}


def table(rows: int = 400) -> pd.DataFrame:
    """People who bought or did not, and their favourite, in columns of every kind."""
    random = np.random.default_rng(0)
    age, income = random.integers(18, 80, rows), random.normal(40_000, 9_000, rows).round()
    city, member = random.choice(CITIES, rows), random.choice(["yes", "no"], rows)
    joined = pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, rows), unit="D")
    note = random.choice(["call back soon please", "sent the large parcel", "no answer at the door today"], rows)
    score = (age - 45) / 15 + (income - 40_000) / 9_000 + 2 * (city == "Lima") + random.normal(0, 0.5, rows)
    columns = {"age": age, "income": income, "city": city, "member": member, "joined": joined, "note": note}
    frame = pd.DataFrame(columns).assign(
        bought=np.where(score > 0.5, "yes", "no"),
        favourite=np.where(score > 1, "tea", np.where(score > -0.5, "coffee", "water")),
        **{f"extra{i}": random.normal(size=rows).round(3) + score / (i + 2) for i in range(5)},
    )
    frame.loc[::9, "income"] = np.nan
    return frame


@lru_cache(maxsize=4)
def trained(
    target: str = "bought", columns: tuple[str, ...] = MIXED, model: str = "logistic_regression"
) -> TrainedModel:
    """A model of `target` by these columns."""
    buffer = io.BytesIO()
    table()[[*columns, target]].to_csv(buffer, index=False)
    dataset = read_table(buffer.getvalue(), "people.csv")
    return compare(dataset, TrainingSpec(target, models=(model,), processes=1)).models[model]


def records(model: TrainedModel, rows: int = 20) -> list[dict[str, Any]]:
    """Held-out rows as a program would send them."""
    frame = model.holdout[list(model.schema.names)].iloc[:rows].astype(object)
    found = frame.where(frame.notna(), None).to_dict("records")
    return [
        {str(name): v.strftime("%Y-%m-%d") if hasattr(v, "strftime") else v for name, v in row.items()} for row in found
    ]


def bundled(model: TrainedModel, background: int = 12) -> Bundle:
    """The model's graph as a bundle; its certificate is not looked at here."""
    graph, signature = build_graph(model)
    rows = tuple(records(model, 100)[-background:])
    return Bundle(graph, signature, certificate(graph), {}, None, FILE, background=rows, title="People")


def handmade(weight: float, megabytes: float = 0.0) -> Bundle:
    """A graph that says yes with the probability 1 / (1 + exp(-weight * x)), of about so many megabytes."""
    column = Column("x", "number", low=-10.0, high=10.0, missing=0.0, example=1.0)
    target = Column("y", "category", categories=("no", "yes"))
    signature = Signature(Schema((column,)), (GraphInput("x", "double"),), target, ("no", "yes"), ("x",))
    graph = _graph(weight, int(megabytes * 2**18))
    return Bundle(graph, signature, certificate(graph), {}, None, FILE, background=({"x": 0.0},))


def certificate(graph: bytes) -> Certificate:
    """One that passed and compared nothing."""
    nothing = Compared("held_out", "Held-out rows", "none", 0, 0, 0, None, None, None)
    return Certificate(True, nothing, (), (), (), len(graph), {}, {}, {"graph": sha256(graph).hexdigest()})


def _graph(weight: float, floats: int) -> bytes:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    ballast = (np.arange(max(floats, 1)) % 7).astype(np.float32)
    constants = {
        "weight": np.array(float(weight)), "none": np.array(0.0), "half": np.array(0.5), "one": np.array(1.0),
        "ballast": ballast, "axis": np.array([1], dtype=np.int64),
        "yes": np.array("yes", dtype=object), "no": np.array("no", dtype=object),
    }  # fmt: skip
    steps: tuple[tuple[str, tuple[str, ...], str, dict[str, Any]], ...] = (
        ("Mul", ("x", "none"), "zero", {}),
        ("Cast", ("zero",), "first", {"to": TensorProto.INT64}),
        ("Gather", ("ballast", "first"), "float", {}),  # so that the ballast is not folded away
        ("Cast", ("float",), "light", {"to": TensorProto.DOUBLE}),
        ("Mul", ("x", "weight"), "score", {}),
        ("Add", ("score", "light"), "sum", {}),
        ("Sigmoid", ("sum",), "chance", {}),
        ("Sub", ("one", "chance"), "other", {}),
        ("Concat", ("other", "chance"), "probabilities", {"axis": 1}),
        ("Squeeze", ("chance", "axis"), "flat", {}),
        ("GreaterOrEqual", ("flat", "half"), "is", {}),
        ("Where", ("is", "yes", "no"), "label", {}),
    )
    graph = helper.make_graph(
        [helper.make_node(kind, inputs, [output], **more) for kind, inputs, output, more in steps],
        "handmade",
        [helper.make_tensor_value_info("x", TensorProto.DOUBLE, [None, 1])],
        [
            helper.make_tensor_value_info("label", TensorProto.STRING, [None]),
            helper.make_tensor_value_info("probabilities", TensorProto.DOUBLE, [None, 2]),
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
