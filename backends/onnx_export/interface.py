"""What the graph of a trained model takes and gives."""

from __future__ import annotations

from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.onnx_export.recipe_steps import of_columns, stages_of
from backends.onnx_export.signature import GraphInput, Signature, Tensor
from backends.training.inputs import role_of
from backends.training.results import TrainedModel


def signature_of(model: TrainedModel) -> Signature:
    """What the graph of a model takes and gives.

    Raises WorkbenchError where the table's columns cannot be read as its preparation read them.
    """
    columns = Schema((*model.schema, *_deciding(model)))
    for column in columns:
        stages_of(column, model.recipe)
    inputs = _graph_inputs(columns, model)
    taken = {one.name for one in inputs}
    label, probabilities = (_unused(name, taken) for name in ("label", "probabilities"))
    return Signature(
        columns=columns,
        inputs=inputs,
        target=model.target,
        classes=model.classes,
        features=model.schema.names,
        policy=model.policy,
        recipe=of_columns(model.recipe, columns.names),
        label=label,
        probabilities=probabilities,
        model=model.title,
        dataset=model.dataset,
        digest=model.digest,
    )


def _asked_by_policy(model: TrainedModel) -> tuple[str, ...]:
    """Columns that decide about a row, each once."""
    return tuple(dict.fromkeys(model.policy.columns)) if model.binary and model.policy.thresholds else ()


def _deciding(model: TrainedModel) -> tuple[Column, ...]:
    """The columns that decide and are no features."""
    names = [name for name in _asked_by_policy(model) if name not in model.schema]
    absent = [name for name in names if name not in model.aside_schema]
    if absent:
        raise WorkbenchError(
            f"The decision of {model.title} depends on {absent[0]!r}, which its table does not have.",
            hint="Choose another decision threshold, or train again.",
        )
    return tuple(model.aside_schema[name] for name in names)


def _graph_inputs(columns: Schema, model: TrainedModel) -> tuple[GraphInput, ...]:
    """One input per column, and behind them texts as they stand where the decision depends on one.

    An input has the column's name; an empty one, which ONNX cannot hold, becomes "column 3", its place in the table.
    """
    taken, features = set(columns.names), set(model.schema.names)
    inputs = []
    for place, column in enumerate(columns, 1):
        name = column.name or _unused(f"column {place}", taken)
        taken.add(name)
        words = column.kind == "text" and column.name in features
        inputs.append(GraphInput(name, _tensor(column), words, None if name == column.name else column.name))
    texts = {one.source: one.name for one in inputs if one.words}
    for source in (source for source in _asked_by_policy(model) if source in texts):
        name = _unused(f"{texts[source]} (as written)", taken)
        taken.add(name)
        inputs.append(GraphInput(name, "string", False, source))
    return tuple(inputs)


def _tensor(column: Column) -> Tensor:
    if column.kind == "datetime":
        return "int64"
    return "double" if role_of(column) in ("number", "boolean") else "string"


def _unused(name: str, taken: set[str]) -> str:
    """The name, with underscores behind it where it is taken."""
    while name in taken:
        name += "_"
    return name
