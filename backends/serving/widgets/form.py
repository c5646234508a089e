"""Fields as Gradio's controls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backends.serving.widgets.fields import Field


def control(field: Field) -> Any:
    """The control of a field, with its default. It belongs to the Blocks that are being built."""
    return CONTROLS[field.control](field, {"label": field.label, "info": field.info or None, "value": field.default})


def _slider(field: Field, shared: dict[str, Any]) -> Any:
    import gradio as gr

    return gr.Slider(field.low, field.high, step=field.step, buttons=[], **shared)


def _number(field: Field, shared: dict[str, Any]) -> Any:
    import gradio as gr

    return gr.Number(precision=0 if field.whole else None, **shared)


def _dropdown(field: Field, shared: dict[str, Any]) -> Any:
    import gradio as gr

    return gr.Dropdown(list(field.choices), allow_custom_value=field.free, filterable=True, **shared)


def _checkbox(field: Field, shared: dict[str, Any]) -> Any:
    import gradio as gr

    return gr.Checkbox(**{**shared, "value": bool(shared["value"])})


def _date(field: Field, shared: dict[str, Any]) -> Any:
    import gradio as gr

    return gr.DateTime(include_time=field.time, type="string", elem_id=f"field-{field.parameter}", **shared)


def _text(field: Field, shared: dict[str, Any]) -> Any:
    import gradio as gr

    long = field.column.kind == "text"
    return gr.Textbox(lines=3 if long else 1, max_lines=8 if long else 1, **shared)


CONTROLS: Mapping[str, Callable[[Field, dict[str, Any]], Any]] = {
    "slider": _slider,
    "number": _number,
    "dropdown": _dropdown,
    "checkbox": _checkbox,
    "date": _date,
    "text": _text,
}
