"""A trained model as one ONNX graph whose inputs are the table's columns: see `Signature`."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, helper

from backends.datasets.schema import Schema
from backends.onnx_export.convert import NUMBERS, OPSET, PROBABILITIES, TEXTS, to_onnx
from backends.onnx_export.dates import DateParts
from backends.onnx_export.decision import Given, by_policy, most_probable
from backends.onnx_export.interface import signature_of
from backends.onnx_export.nodes import Nodes, asked, needed
from backends.onnx_export.signature import GraphInput, Signature, Tensor
from backends.training.inputs import LARGEST, InputColumn, input_columns
from backends.training.models import MODELS, ModelRow
from backends.training.results import TrainedModel
from backends.training.values import DATE_PARTS

_TYPES: dict[Tensor, int] = {
    "double": TensorProto.DOUBLE,
    "int64": TensorProto.INT64,
    "string": TensorProto.STRING,
}
ROWS = "rows"  # the name of the first dimension


def build_graph(model: TrainedModel) -> tuple[bytes, Signature]:
    """The model with its decision as a serialised ONNX graph, and the signature that says how to ask it.

    Raises WorkbenchError, with the reason, for a model that does not convert exactly.
    """
    model.needs_probabilities()
    converted = onnx.load_from_string(to_onnx(model.pipeline, _row(model)))
    signature = signature_of(model)
    prefix = _prefix(signature.inputs)
    inner = onnx.compose.add_prefix(converted, f"{prefix}model/")
    nodes = Nodes(f"{prefix}before/")
    _inputs_of_model(nodes, signature, f"{prefix}model/")
    around = Nodes(f"{prefix}after/")
    _outputs(around, signature, f"{prefix}model/{PROBABILITIES}", np.asarray(model.pipeline.classes_, dtype=int))
    made = _assembled(signature, [*nodes.nodes, *inner.graph.node, *around.nodes], inner)
    known = {name for node in made.graph.node for name in asked(node)}
    constants = [*nodes.constants, *inner.graph.initializer, *around.constants]
    made.graph.initializer.extend(constant for constant in constants if constant.name in known)
    onnx.checker.check_model(made)
    return made.SerializeToString(deterministic=True), signature


def _row(model: TrainedModel) -> ModelRow | None:
    """The row of the model table; None for a model that was made of another one, such as a mitigated one."""
    return next((row for row in MODELS if row.key == model.key), None)


def _prefix(inputs: tuple[GraphInput, ...]) -> str:
    """A beginning of names that no input has, for all names inside the graph."""
    prefix = "_graph/"
    while any(one.name.startswith(prefix) for one in inputs):
        prefix = f"_{prefix}"
    return prefix


def _inputs_of_model(nodes: Nodes, signature: Signature, prefix: str) -> None:
    """The model's "numbers" and "texts" from the graph's inputs."""
    made = input_columns(Schema(signature.columns.columns[: len(signature.features)]))
    names = {one.source: one.name for one in signature.inputs[::-1]}  # of several inputs of a column, the first
    numeric = [column for column in made if column.role in ("number", "boolean")]
    if numeric:
        _numbers(nodes, numeric, names, f"{prefix}{NUMBERS}")
    if len(made) > len(numeric):
        nodes.columns([names[column.source] for column in made[len(numeric) :]], out=f"{prefix}{TEXTS}")


def _numbers(nodes: Nodes, columns: list[InputColumn], names: dict[str, str], out: str) -> None:
    """Plain numbers and dates side by side, in the model's order; what single precision cannot hold is missing."""
    plain = _places(column.source for column in columns if not column.part)
    dated = _places(column.source for column in columns if column.part)
    blocks = {"": nodes.columns([names[source] for source in plain])} if plain else {}
    if dated:
        parts = DateParts(nodes, nodes.columns([names[source] for source in dated])).parts()
        blocks |= {part: parts[part] for part in DATE_PARTS if any(column.part == part for column in columns)}
    values = nodes.columns(list(blocks.values()))
    starts = {block: len(plain) + (at - bool(plain)) * len(dated) if block else 0 for at, block in enumerate(blocks)}
    order = [starts[column.part] + (dated if column.part else plain)[column.source] for column in columns]
    if order != list(range(len(order))):
        values = nodes.add("Gather", values, nodes.constant(order, "int64"), axis=1)
    held = nodes.add("LessOrEqual", nodes.add("Abs", values), nodes.constant(LARGEST))
    nodes.add("Where", held, values, nodes.constant(np.nan), out=out)


def _places(names: Iterable[str]) -> dict[str, int]:
    """Each name, once, with its place among them."""
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def _outputs(nodes: Nodes, signature: Signature, found: str, known: np.ndarray) -> None:
    """Probabilities of all classes, and the label; `known` are the codes of the classes that the model was shown."""
    classes = signature.classes
    if len(known) == len(classes):
        nodes.cast(found, out=signature.probabilities)
    else:  # a class that no training row had gets probability 0
        places = np.zeros((len(known), len(classes)))
        places[np.arange(len(known)), known] = 1.0
        nodes.add("MatMul", nodes.cast(found), nodes.constant(places), out=signature.probabilities)
    if signature.binary:
        codes = by_policy(nodes, signature.probabilities, signature.policy, _given(signature))
    else:
        codes = most_probable(nodes, signature.probabilities)
    nodes.add("Gather", nodes.constant(list(classes), object), codes, out=signature.label)


def _given(signature: Signature) -> dict[str, Given]:
    """The columns that the decision depends on, as it sees them: texts as they stand, not as words."""
    return {
        one.source: Given(signature.columns[one.source], one.tensor, one.name)
        for one in signature.inputs
        if one.source in signature.policy.columns and not one.words
    }


def _assembled(signature: Signature, nodes: list[NodeProto], inner: ModelProto) -> ModelProto:
    inputs = [helper.make_tensor_value_info(one.name, _TYPES[one.tensor], [ROWS, 1]) for one in signature.inputs]
    outputs: list[ValueInfoProto] = [
        helper.make_tensor_value_info(signature.label, TensorProto.STRING, [ROWS]),
        helper.make_tensor_value_info(signature.probabilities, TensorProto.DOUBLE, [ROWS, len(signature.classes)]),
    ]
    kept = needed(nodes, (signature.label, signature.probabilities))
    graph = helper.make_graph(kept, "classifier", inputs, outputs)
    opsets = [helper.make_opsetid(domain, version) for domain, version in OPSET.items()]
    return helper.make_model(graph, opset_imports=opsets, ir_version=inner.ir_version, producer_name="Demo Workbench")
