"""Asking a collection over HTTP: the whole answer as JSON, or what happens as it happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response

from backends.retrieval.answering.answer import Turn
from backends.retrieval.answering.events import Answered, Event, Piece, Searched
from backends.serving.api.edge import Call, answer
from backends.serving.api.retrieval import shapes
from backends.serving.api.retrieval.bodies import read_object
from backends.serving.api.retrieval.choices import ASK, QUESTION, chosen, search_options
from backends.serving.api.retrieval.event_stream import MEDIA_TYPE, EventStream, Held
from backends.serving.api.retrieval.opened import QUESTIONS, collection_of, in_place

FIELDS = {"question": QUESTION, **ASK}
EXAMPLE = '{"question": "When does ice melt?"}'
TOO_LARGE = "Send a shorter question, or fewer turns of the history"


async def ask(call: Call) -> Response:
    """`POST …/ask`: an answer with its citations. With `Accept: text/event-stream` the events `searched` (the hits),
    `piece` (words, not verified yet), and at the end `answered` (the verified answer) or `problem`.
    """
    wanted = chosen(await read_object(call, EXAMPLE, TOO_LARGE), FIELDS, ("question",))
    if not _streamed(call):
        return answer(await in_place(QUESTIONS, _answered, call, wanted))
    held = Held(QUESTIONS, lambda: map(_event, _events(call, wanted)))
    return await EventStream.begin(held, call)


def _streamed(call: Call) -> bool:
    kinds = (part.partition(";")[0].strip().lower() for part in call.headers.get("accept", "").split(","))
    return MEDIA_TYPE in kinds


def _events(call: Call, wanted: Mapping[str, Any]) -> Iterator[Event]:
    history = tuple(Turn(*turn) for turn in wanted.get("history", ()))
    more = {"threshold": wanted["threshold"]} if "threshold" in wanted else {}
    options = {**search_options(wanted), **more}
    return iter(collection_of(call).ask_streamed(wanted["question"], history, **options))


def _answered(call: Call, wanted: Mapping[str, Any]) -> dict[str, Any]:
    *_, last = _events(call, wanted)
    if not isinstance(last, Answered):
        raise TypeError(f"The last event is {type(last).__name__}.")
    return {"collection": call.name, "request_id": call.request_id, **shapes.answer(last.answer)}


def _event(event: Event) -> tuple[str, dict[str, Any]]:
    """An event's name and its data."""
    if isinstance(event, Searched):
        return "searched", shapes.found(event.found)
    if isinstance(event, Piece):
        return "piece", {"text": event.text}
    return "answered", shapes.answer(event.answer)
