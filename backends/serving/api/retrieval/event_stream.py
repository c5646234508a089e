"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from a blocking iterator."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from backends.serving.api import problems
from backends.serving.api.edge import Call
from backends.serving.limits import Gate

MEDIA_TYPE = "text/event-stream"
ALIVE_SECONDS = 15.0  # without an event a comment is sent, so that nobody between takes the connection for a dead one
STALLED_SECONDS = 20.0  # for one event that the client does not read
log = logging.getLogger(__name__)

Named = tuple[str, Any]  # an event's name, and its data for JSON


class Held:
    """An iterator of events and the place that it takes, until it is closed. Each step is taken on some thread."""

    def __init__(self, gate: Gate, events: Callable[[], Iterator[Named]]) -> None:
        self._gate = gate
        self._start = events
        self._events: Iterator[Named] | None = None
        self._place = ExitStack()
        self._step = threading.Lock()

    def step(self) -> Named | None:
        """The next event, None after the last. Raises Overloaded where there is no place."""
        with self._step:
            if self._events is None:
                self._place.enter_context(self._gate)
                self._events = self._start()
            return next(self._events, None)

    def close(self) -> None:
        """End the work and give the place back; waits for a step that is under way."""
        with self._step:
            self._place.close()
            self._events = iter(())


class EventStream(StreamingResponse):
    """Events as they come. What fails after the first one is told by an event named `problem`."""

    def __init__(self, held: Held, first: Named | None, call: Call) -> None:
        super().__init__(self._written(first), 200, media_type=MEDIA_TYPE)
        self._held = held
        self._call = call

    @classmethod
    async def begin(cls, held: Held, call: Call) -> EventStream:
        """The response, once there is a first event: what fails before it is refused as any request is."""
        try:
            return cls(held, await run_in_threadpool(held.step), call)
        except BaseException:
            await run_in_threadpool(held.close)
            raise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; however that ends, the work is ended too."""

        async def in_time(message: Any) -> None:
            async with asyncio.timeout(STALLED_SECONDS):
                await send(message)

        try:
            await super().__call__(scope, receive, in_time)
        except TimeoutError:
            log.warning("The answer %s breaks off: nobody reads it.", self._call.request_id)
        finally:
            await run_in_threadpool(self._held.close)

    async def _written(self, event: Named | None) -> Any:
        try:
            while event is not None:
                yield written(*event)
                step = asyncio.ensure_future(run_in_threadpool(self._held.step))
                while not (await asyncio.wait({step}, timeout=ALIVE_SECONDS))[0]:
                    yield b": waiting\n\n"
                event = step.result()
        except Exception as error:
            yield written("problem", problems.document(error, self._call.request_id, self._call.request.url.path))


def written(name: str, data: Any) -> bytes:
    """One event. JSON on one line has no line breaks, so nothing in it can end the event.

    >>> written("piece", {"text": "a\\n\\nevent: answered"})
    b'event: piece\\ndata: {"text":"a\\\\n\\\\nevent: answered"}\\n\\n'
    """
    body = orjson.dumps(data, default=str, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS)
    return b"event: " + name.encode() + b"\ndata: " + body + b"\n\n"
