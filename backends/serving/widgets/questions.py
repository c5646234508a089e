"""What is asked of Gradio, looked at before Gradio sees it: it meets what it does not know with a traceback."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.types import Scope

from backends.datasets.wording import number_of
from backends.serving.refusals import NotFound, Refusal
from backends.serving.shown import shown
from backends.serving.widgets import paths

LONGEST = 400  # characters of the names of columns


class WrongQuestion(Refusal):
    """A question to a function that a widget does not have, or with too few values: 422."""


def check_body(blocks: Any, rest: str, body: bytes) -> None:
    """Raise WrongQuestion where a body asks for a function that is not there, or that the page runs by itself, and for
    too few values.

    Whatever else is wrong with a body Gradio says in a sentence.
    """
    if paths.QUESTIONS.fullmatch(rest) is None:
        return
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return
    if isinstance(asked, dict):
        found, data = _function(blocks, asked.get("fn_index")), asked.get("data")
        if isinstance(data, list) and len(data) < len(found.inputs):
            names = ", ".join(str(one.label) for one in found.inputs)
            raise WrongQuestion(
                f"The question has {number_of(len(data), 'value')} of {len(found.inputs):,}.",
                hint=f"Send a value for each of {names[:LONGEST]}; null where one is missing.",
            )


def _function(blocks: Any, index: Any) -> Any:
    """The function of Gradio's that is asked; the endpoint where no number names another."""
    functions = blocks.fns
    if index is None:
        return next(one for one in functions.values() if one.api_name == "predict")
    found = functions.get(index) if type(index) is int else None
    if found is None or found.fn is None:
        raise WrongQuestion(
            f"The widget has no function {shown(index, 40)!r} to ask.", hint="Ask /predict, as gradio_api/info says."
        )
    return found


def check_stream(blocks: Any, rest: str, scope: Scope) -> None:
    """Raise NotFound where the answers to a question are asked for that nobody has put."""
    event = paths.EVENT.fullmatch(rest)
    if event is not None:
        _check(_is_known(blocks, event["event"]), "event", event["event"])
    elif rest.startswith(paths.DATA):
        session = QueryParams(scope["query_string"]).get("session_hash")
        if session is not None:
            _check(session in blocks._queue.pending_messages_per_session, "session", session)


def _is_known(blocks: Any, event: str) -> bool:
    queue = blocks._queue
    return event in queue.event_ids_to_events or any(event in ids for ids in queue.pending_event_ids_session.values())


def _check(known: bool, what: str, name: str) -> None:
    if not known:
        raise NotFound(f"There is no {what} {shown(name, 40)!r}.", hint="Ask a question first; its answer comes once.")
