"""A trained pipeline → an ONNX model of everything behind its input step, and how to run it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.training.inputs import input_columns
from backends.training.models import ModelRow

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

OPSET = {"": 20, "ai.onnx.ml": 3}
NUMBERS, TEXTS = "numbers", "texts"  # the model's inputs
LABELS, PROBABILITIES = "label", "probabilities"  # its outputs


def to_onnx(pipeline: Pipeline, row: ModelRow | None = None) -> bytes:
    """The steps behind "inputs" of a fitted `build_pipeline` as a serialised ONNX model.

    Inputs, each left out where the table has no such columns: "numbers", double, shape (rows, columns), and
    "texts", strings of the same kind, the columns being those of the pipeline's `InputStep`, in its order
    (`onnx_inputs` makes both). Outputs: "label", int64 class codes, and "probabilities", float or double,
    shape (rows, classes), in the order of `pipeline.classes_`.

    Raises WorkbenchError, with the reason, for a model that does not convert exactly; `row` is its row of
    the model table, where that is known.
    """
    from skl2onnx import convert_sklearn

    from backends.onnx_export.repairs import install

    if row is not None and row.exports:
        raise WorkbenchError(f"{row.title} does not convert to ONNX. {row.exports}", hint="Export another model.")
    install()
    model = pipeline[-1]
    try:
        converted = convert_sklearn(
            pipeline[1:],
            name="classifier",
            initial_types=_initial_types(pipeline),
            target_opset=OPSET,
            options={id(model): {"zipmap": False}},
        )
    except (NotImplementedError, RuntimeError, NameError, ValueError, TypeError) as error:
        raise WorkbenchError(
            f"{type(model).__name__} does not convert to ONNX: {error}", hint="Export another model."
        ) from error
    return converted.SerializeToString()


def onnx_inputs(pipeline: Pipeline, frame: pd.DataFrame) -> dict[str, np.ndarray]:
    """The inputs of the converted model for the rows of `frame`, made by the pipeline's own input step."""
    given = pipeline[0].transform(frame)
    names = _names(pipeline)
    kinds: dict[str, Any] = {NUMBERS: np.float64, TEXTS: object}
    return {kind: given[list(names[kind])].to_numpy(dtype=kinds[kind]) for kind in kinds if names[kind]}


def probabilities(model: bytes, inputs: dict[str, np.ndarray]) -> np.ndarray:
    """Class probabilities by ONNX Runtime on one core, shape (rows, classes), float64."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    (values,) = session.run([PROBABILITIES], inputs)
    return np.asarray(values, dtype=np.float64)


def _names(pipeline: Pipeline) -> dict[str, tuple[str, ...]]:
    """The input step's columns behind each of the model's inputs."""
    columns = input_columns(pipeline[0].schema)
    numeric = tuple(column.name for column in columns if column.role in ("number", "boolean"))
    return {NUMBERS: numeric, TEXTS: tuple(column.name for column in columns)[len(numeric) :]}


def _initial_types(pipeline: Pipeline) -> list[tuple[str, Any]]:
    from skl2onnx.common.data_types import DoubleTensorType, StringTensorType

    kinds = {NUMBERS: DoubleTensorType, TEXTS: StringTensorType}
    return [(kind, kinds[kind]([None, len(names)])) for kind, names in _names(pipeline).items() if names]
