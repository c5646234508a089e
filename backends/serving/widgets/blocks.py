"""A widget as a Gradio application: the form, the answer with its reasons, and the endpoint for programs."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backends.errors import WorkbenchError
from backends.serving.widgets.asking import Asking, Caller, Reply
from backends.serving.widgets.endpoint import predictor
from backends.serving.widgets.fields import Field, held_of, record_of
from backends.serving.widgets.form import control
from backends.serving.widgets.html import rendered
from backends.serving.widgets.telling import told
from backends.serving.widgets.view import LABELLED, View, example_label
from backends.serving.widgets.words import decision, reasons

AT_ONCE = 4  # questions that one widget works on; the others queue
QUEUED = 64  # that may wait; a further one is refused
NARROW = 320  # pixels under which a column of the page moves below the other
PROMPT = "Fill in the form, or take an example, and press Predict."


def build(view: View, asking: Asking) -> Any:
    """The Gradio Blocks of a widget. Gradio keeps what is being built in a global: build one at a time."""
    import gradio as gr

    with gr.Blocks(title=f"{view.title} · {view.place.name}", analytics_enabled=False) as blocks:
        gr.HTML(rendered("header", view=view))
        with gr.Row(equal_height=False):
            with gr.Column(scale=3, min_width=NARROW):
                controls = _form(view)
                button = gr.Button("Predict", variant="primary")
                _examples(view, controls)
            with gr.Column(scale=2, min_width=NARROW):
                shown = [gr.HTML(rendered("note", text=PROMPT)), gr.HTML()]
        button.click(
            _shower(view, asking), [controls[field.parameter] for field in view.fields], shown,
            preprocess=False, api_visibility="private", concurrency_limit=AT_ONCE, show_progress="minimal",
        )  # fmt: skip
        offered = gr.api(predictor(view, asking), api_name="predict", concurrency_limit=AT_ONCE)
        for parameter, field in zip(blocks.fns[offered["id"]].inputs, view.fields, strict=True):
            parameter.label = field.label
    blocks.queue(max_size=QUEUED)
    return blocks


def _form(view: View) -> dict[str, Any]:
    """The controls by their parameters; what is not leading is folded away."""
    import gradio as gr

    controls = _row(view.leading)
    if view.folded:
        with gr.Accordion(f"{len(view.folded)} more columns", open=False):
            controls |= _row(view.folded)
    return controls


def _row(fields: Sequence[Field]) -> dict[str, Any]:
    import gradio as gr

    with gr.Row(equal_height=False, elem_classes="w-fields"):
        return {field.parameter: control(field) for field in fields}


def _examples(view: View, controls: dict[str, Any]) -> None:
    """Rows that fill in the form; none for a bundle that holds no row of the table."""
    import gradio as gr

    rows, names = view.bundle.examples, " · ".join(field.label for field in view.leading[:LABELLED])
    if rows:
        gr.Examples(
            [held_of(view.fields, row) for row in rows], [controls[field.parameter] for field in view.fields],
            example_labels=[example_label(view.leading, row) for row in rows], cache_examples=False,
            api_visibility="private", label=f"Examples from rows the model never saw: {names}",
        )  # fmt: skip


def _shower(view: View, asking: Asking) -> Callable[..., Iterator[tuple[str, Any]]]:
    """What a click does: first the decision, then, as that takes longer, the reasons."""
    import gradio as gr

    def show(request: gr.Request, *held: Any) -> Iterator[tuple[str, Any]]:
        try:
            with told():
                row = record_of(view.fields, held)
                reply = asking.predict(row, Caller.of(request))
                first = _decided(reply)
                yield first, rendered("note", text="Finding out why …")
                yield first, _why(asking, row, reply.answer.version)
        except WorkbenchError as error:
            raise gr.Error(html.escape(str(error).removeprefix("Row 1: ")), print_exception=False) from error

    show.__annotations__ = {"request": gr.Request}
    return show


def _decided(reply: Reply) -> str:
    said = decision(reply.signature, reply.answer.predictions, reply.row)
    return rendered("decision", target=reply.signature.target.name, decision=said, answer=reply.answer)


def _why(asking: Asking, row: dict[str, Any], version: int) -> str:
    """The reasons, or why there are none."""
    try:
        return rendered("reasons", reasons=reasons(asking.explain(row, version)))
    except WorkbenchError as error:
        return rendered("note", text=str(error))
