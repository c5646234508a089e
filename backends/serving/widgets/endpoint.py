"""The model as a function with a parameter per column: what Gradio's API calls and describes to programs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

from backends.datasets.schema import Kind
from backends.errors import WorkbenchError
from backends.onnx_export.expectations import allowed
from backends.profiling.report.texts import shown
from backends.serving.widgets.asking import Asking, session_of
from backends.serving.widgets.fields import Field
from backends.serving.widgets.names import tool
from backends.serving.widgets.telling import told
from backends.serving.widgets.view import View

LEVELS = 200  # of a category that are listed one by one
TYPES: dict[Kind, Any] = {"number": float, "integer": int, "boolean": bool}  # any other column is a text


def predictor(view: View, asking: Asking) -> Callable[..., dict[str, Any]]:
    """A function that predicts a row from its values, in the order of the columns.

    Its signature and docstring are made of the model's columns; a value that is not given is missing. It raises what
    Gradio shows as an error: the sentence about the value at fault.
    """
    import gradio as gr

    names = [field.column.name for field in view.fields]

    def predict(request: gr.Request, *values: Any) -> dict[str, Any]:
        try:
            with told():
                return asking.predict(dict(zip(names, values, strict=True)), session_of(request)).as_data()
        except WorkbenchError as error:
            raise gr.Error(str(error), print_exception=False) from error

    first = inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=gr.Request)
    predict.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [first, *(_parameter(field) for field in view.fields)], return_annotation=dict
    )
    predict.__annotations__ = {"request": gr.Request, **{field.parameter: _type(field) for field in view.fields}}
    predict.__name__ = tool(view.place.name)
    predict.__doc__ = describe(view)
    return predict


def describe(view: View) -> str:
    """What the function does and takes, with a line per column, as a docstring."""
    return "\n".join([summary(view), "", "Args:", *(f"    {one.parameter}: {about(one)}" for one in view.fields)])


def summary(view: View) -> str:
    """What the model predicts, from what, and what it is for."""
    signature = view.bundle.signature
    classes = ", ".join(shown(name, 40) for name in signature.classes[:10])
    more = f" and {len(signature.classes) - 10:,} more" if len(signature.classes) > 10 else ""
    use = f" Intended use: {view.use}" if view.use else ""
    return (
        f"Predict {shown(signature.target.name)} ({classes}{more}) for one row of {shown(signature.dataset)}: the "
        f"label, the probability of each class, and the version that answered.{use}"
    )


def about(field: Field) -> str:
    """A column in a line: its name in the table, and what it may hold."""
    return f"{shown(field.label)}: {' '.join(allowed(field.column).split())}."


def _parameter(field: Field) -> inspect.Parameter:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Parameter(field.parameter, kind, default=None, annotation=_type(field))


def _type(field: Field) -> Any:
    """The Python type of a column's values."""
    found: Any = TYPES.get(field.column.kind, str)
    if field.column.kind == "identifier" and field.control == "number":
        found = float
    if field.control == "dropdown" and field.column.kind == "category" and not field.free:
        levels = tuple(level for _, level in field.choices if level)
        found = Literal[levels] if 0 < len(levels) <= LEVELS else str
    return found | None if field.column.missing else found
