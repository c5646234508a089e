"""Connections whose request or message never comes: they are closed, as no application hears of them.

uvicorn bounds how long a connection may be idle after an answer, yet not how long the head of a request may take, nor a
message of a websocket. Who opens many connections and sends one byte a minute on each would hold all of them open, and
what a message has so far is held in memory.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

ROUNDS = 4  # times in its seconds that a connection is looked at
LARGEST_MESSAGE = 26_000_000  # bytes of a websocket's; Streamlit takes 25 million, uvicorn as it starts it 200
UNFINISHED = -1  # what a websocket waits after whose message has begun


@asynccontextmanager
async def watched(seconds: float) -> AsyncIterator[None]:
    """Close, while this context is open, every connection that has waited so many seconds for a request or the rest of
    a message; 0 for none. Whatever the seconds, no message may be larger than Streamlit takes.

    It looks at the connections of the uvicorn that listens to this process's signals, and does nothing under another
    server.
    """
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    state, config = getattr(server, "server_state", None), getattr(server, "config", None)
    if config is not None:
        config.ws_max_size = min(config.ws_max_size, LARGEST_MESSAGE)
    if state is None or not seconds:
        yield
        return
    task = asyncio.create_task(_watch(lambda: state.connections, seconds), name="watch-heads")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _watch(connections: Callable[[], Iterable[Any]], seconds: float) -> None:
    loop = asyncio.get_running_loop()
    waiting: dict[Any, tuple[int, float]] = {}
    while True:
        await asyncio.sleep(seconds / ROUNDS)
        waiting = swept(connections(), waiting, loop.time(), seconds)


def swept(
    connections: Iterable[Any], before: dict[Any, tuple[int, float]], now: float, seconds: float
) -> dict[Any, tuple[int, float]]:
    """Close what has waited for `seconds`; gives the connections that wait, after which request and since when.

    `before` is what the round before gave.
    """
    found: dict[Any, tuple[int, float]] = {}
    for one in list(connections):
        after = _after(one)
        if after is None:
            continue
        last, since = before.get(one, (after, now))
        since = since if last == after else now
        if now - since >= seconds:
            one.transport.close()
        else:
            found[one] = (after, since)
    return found


def _after(connection: Any) -> int | None:
    """Which request a connection waits after, 0 for the first; None while one is answered.

    Of a websocket, `UNFINISHED` while it waits for the rest of a message, else None.
    """
    if not hasattr(connection, "cycle"):
        return UNFINISHED if _is_unfinished(connection) else None
    cycle = connection.cycle
    if cycle is None:
        return 0
    return id(cycle) if cycle.response_complete else None


def _is_unfinished(websocket: Any) -> bool:
    """Whether a message has begun: some of its frames are there, or some bytes of a frame."""
    protocol = getattr(websocket, "conn", None)
    some = getattr(getattr(protocol, "reader", None), "buffer", b"")
    return getattr(protocol, "current_size", None) is not None or bool(some)
