"""What follows what in a widget's page: an answer is there as long as the form is the one that it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backends.serving.widgets import scripts

# No event of the page is one for programs, shows a clock on what it changes, or is passed over while another runs.
SILENT: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "multiple"}


@dataclass(frozen=True)
class Parts:
    """The parts of a page that act on each other, as Gradio's components.

    `place` is the id of the element that holds `shown`: the answer and its reasons. `examples` is None without any.
    """

    place: str
    inputs: tuple[Any, ...]
    button: Any
    shown: tuple[Any, Any]
    examples: Any


def connect(parts: Parts, show: Callable[..., Any], at_once: int) -> None:
    """Predict on the button and with an example; take an answer away with the first edit of the form.

    `show` makes answer and reasons of what the controls hold; `at_once` of its runs work at the same time.
    """
    starts = [parts.button.click]
    if parts.examples is not None:
        starts.append(parts.examples.load_input_event.then)
        _say(parts, [parts.examples.dataset.click], scripts.PENDING)
    _say(parts, [parts.button.click], scripts.PENDING)
    asked = [
        start(
            show, list(parts.inputs), list(parts.shown), js=scripts.remembering(parts.place, _dates(parts)),
            preprocess=False, concurrency_limit=at_once, concurrency_id="ask", **SILENT,
        )
        for start in starts
    ]  # fmt: skip
    for one in asked:
        one.failure(None, None, list(parts.shown), js=scripts.failed(parts.place), **SILENT)
    parts.shown[0].change(None, js=scripts.into_view(parts.place), **SILENT)
    _forget(parts, asked)


def _dates(parts: Parts) -> dict[int, str]:
    """The ids of the controls of dates, by their positions."""
    return {at: one.elem_id for at, one in enumerate(parts.inputs) if not hasattr(one, "input")}


def _forget(parts: Parts, asked: list[Any]) -> None:
    """Take the answer away with an edit, and stop what is still being asked.

    A date tells of changes alone, be they an example's: there the form is compared with the one that was asked about.
    """
    edits = [one.input for one in parts.inputs if hasattr(one, "input")]
    changes = [one.change for one in parts.inputs if not hasattr(one, "input")]
    if edits:
        _on(edits, None, parts, js=scripts.edited(parts.place), cancels=asked)
    if changes:
        _on(changes, list(parts.inputs), parts, js=scripts.if_changed(parts.place))


def _say(parts: Parts, triggers: list[Any], text: str, **more: Any) -> None:
    """On these events, a note in place of the answer."""
    _on(triggers, None, parts, js=scripts.saying(text), **more)


def _on(triggers: list[Any], inputs: list[Any] | None, parts: Parts, **more: Any) -> None:
    import gradio as gr

    gr.on(triggers, None, inputs, list(parts.shown), **SILENT, **more)
