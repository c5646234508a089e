"""A widget as a Gradio application: the form, the answer with its reasons, and the endpoint for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from backends.errors import WorkbenchError
from backends.serving.widgets import scripts
from backends.serving.widgets.asking import Asking, Reply, session_of
from backends.serving.widgets.endpoint import predictor
from backends.serving.widgets.events import Parts, connect
from backends.serving.widgets.fields import Field, held_of, record_of
from backends.serving.widgets.form import control
from backends.serving.widgets.html import rendered
from backends.serving.widgets.quiet import quieted
from backends.serving.widgets.telling import told
from backends.serving.widgets.unlike import warnings
from backends.serving.widgets.view import View, example_labels
from backends.serving.widgets.words import decision, reasons

AT_ONCE = 4  # questions that one widget works on; the others queue
QUEUED = 64  # that may wait; a further one is refused


def build(view: View, asking: Asking) -> Any:
    """The Gradio Blocks of a widget. Gradio keeps what is being built in a global: build one at a time."""
    import gradio as gr

    with gr.Blocks(title=f"{view.title} · {view.place.name}", analytics_enabled=False, fill_width=True) as blocks:
        gr.HTML(rendered("header", view=view))
        parts = _parts(view)
        connect(parts, _shower(view, asking), AT_ONCE)
        blocks.load(None, js=scripts.LINKS)
        dates = {control.elem_id: field.label for control, field in zip(parts.inputs, view.fields, strict=True)}
        blocks.load(None, js=scripts.naming({key: label for key, label in dates.items() if key}))
        offered = gr.api(predictor(view, asking), api_name="predict", concurrency_limit=AT_ONCE)
        for parameter, field in zip(blocks.fns[offered["id"]].inputs, view.fields, strict=True):
            parameter.label = field.label
    blocks.queue(max_size=QUEUED)
    blocks.process_api = quieted(blocks.process_api)
    return blocks


def _parts(view: View) -> Parts:
    """The form, the answer and the examples: in this order on a phone; on a wider page the answer is beside both."""
    import gradio as gr

    place = f"answer-{view.place.path.strip('/').replace('/', '-')}"
    with gr.Row(equal_height=False, elem_classes="w-parts"):
        with gr.Column(elem_classes="w-form", min_width=0):
            controls = _form(view)
            button = gr.Button("Predict", variant="primary", elem_classes="w-predict")
        with gr.Column(elem_classes="w-result", min_width=0, elem_id=place):
            shown = (gr.HTML(rendered("note", text=scripts.PROMPT)), gr.HTML())
        inputs = tuple(controls[field.parameter] for field in view.fields)
        with gr.Column(elem_classes="w-examples", min_width=0):
            examples = _examples(view, inputs)
    return Parts(place, inputs, button, shown, examples)


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


def _examples(view: View, inputs: Sequence[Any]) -> Any:
    """Rows that fill in the form; None for a bundle that holds no row of the table."""
    import gradio as gr

    rows = view.bundle.examples
    if not rows:
        return None
    return gr.Examples(
        [held_of(view.fields, row) for row in rows], list(inputs), cache_examples=False, api_visibility="private",
        example_labels=example_labels(len(rows), view.answers),
        label="Rows the model never saw, with what it predicts",
    )  # fmt: skip


def _shower(view: View, asking: Asking) -> Callable[..., Iterator[tuple[str, str]]]:
    """What a click does: first the decision, then, as that takes longer, the reasons; or why there is none."""
    import gradio as gr

    def show(request: gr.Request, *held: Any) -> Iterator[tuple[str, str]]:
        try:
            with told():
                row = record_of(view.fields, held)
                reply = asking.predict(row, session_of(request), lenient=True)
                first = decided(reply)
                yield first, rendered("note", text="Finding out why …")
                yield first, _why(asking, row, reply.answer.version)
        except WorkbenchError as error:
            yield rendered("refused", text=str(error).removeprefix("Row 1: ")), ""

    show.__annotations__ = {"request": gr.Request}
    return show


def decided(reply: Reply) -> str:
    """The answer, with what is unlike the training data about the row."""
    predictions = reply.answer.predictions
    return rendered(
        "decision",
        target=reply.signature.target.name,
        decision=decision(reply.signature, predictions, reply.row),
        unlike=warnings(reply.signature, predictions.warnings),
        answer=reply.answer,
    )


def _why(asking: Asking, row: dict[str, Any], version: int) -> str:
    """The reasons, or why there are none."""
    try:
        return rendered("reasons", reasons=reasons(asking.explain(row, version)))
    except WorkbenchError as error:
        return rendered("note", text=str(error))
