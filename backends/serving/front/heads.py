"""Connections whose request never comes: they are closed, since no application hears of them and uvicorn waits.

uvicorn bounds how long a connection may be idle after an answer, yet not how long the head of a request may take. Who
opens many connections and sends one byte a minute on each would hold all of them open.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from typing import Any

ROUNDS = 4  # times in its seconds that a connection is looked at


@asynccontextmanager
async def watched(seconds: float) -> AsyncIterator[None]:
    """Close, while this context is open, every connection that has waited so many seconds for a request; 0 for none.

    It looks at the connections of the uvicorn that listens to this process's signals, and does nothing under another
    server.
    """
    found = _connections()
    if found is None or not seconds:
        yield
        return
    task = asyncio.create_task(_watch(found, seconds), name="watch-heads")
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
    """Which request a connection waits after, 0 for the first; None while one is answered, and for a websocket."""
    if not hasattr(connection, "cycle"):
        return None
    cycle = connection.cycle
    if cycle is None:
        return 0
    return id(cycle) if cycle.response_complete else None


def _connections() -> Callable[[], Iterable[Any]] | None:
    server = getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
    state = getattr(server, "server_state", None)
    return None if state is None else lambda: state.connections
