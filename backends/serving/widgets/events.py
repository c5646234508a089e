"""What follows what in a widget's page: an answer is there as long as the form is the one that it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from backends.serving.widgets import scripts


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
            show, list(parts.inputs), list(parts.shown), js=scripts.remembering(parts.place), preprocess=False,
            api_visibility="private", show_progress="hidden", trigger_mode="multiple",
            concurrency_limit=at_once, concurrency_id="ask",
        )
        for start in starts
    ]  # fmt: skip
    for one in asked:
        one.failure(None, None, list(parts.shown), js=scripts.saying(scripts.FAILED), api_visibility="private")
    parts.shown[0].change(None, js=scripts.into_view(parts.place), api_visibility="private")
    _forget(parts, asked)


def _forget(parts: Parts, asked: list[Any]) -> None:
    """Take the answer away with an edit, and stop what is still being asked.

    A date tells of changes alone, be they an example's: there the form is compared with the one that was asked about.
    """
    edits = [one.input for one in parts.inputs if hasattr(one, "input")]
    changes = [one.change for one in parts.inputs if not hasattr(one, "input")]
    if edits:
        _say(parts, edits, scripts.EDITED, cancels=asked)
    if changes:
        _on(changes, list(parts.inputs), parts, js=scripts.if_changed(parts.place))


def _say(parts: Parts, triggers: list[Any], text: str, **more: Any) -> None:
    """On these events, a note in place of the answer."""
    _on(triggers, None, parts, js=scripts.saying(text), **more)


def _on(triggers: list[Any], inputs: list[Any] | None, parts: Parts, **more: Any) -> None:
    import gradio as gr

    gr.on(triggers, None, inputs, list(parts.shown), api_visibility="private", trigger_mode="multiple",
          show_progress="hidden", queue=False, **more)  # fmt: skip
