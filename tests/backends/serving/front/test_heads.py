from __future__ import annotations

import asyncio
import signal
import socket
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn

from backends.serving.front.heads import swept, watched
from tests.backends.serving.front.asgi import Echo


@dataclass(eq=False)
class Connection:
    """A connection as uvicorn keeps it; `cycle` is its last request."""

    cycle: Any = None
    closed: bool = False
    transport: Any = field(init=False)

    def __post_init__(self) -> None:
        self.transport = SimpleNamespace(close=lambda: setattr(self, "closed", True))


def test_a_connection_without_a_request_is_closed_in_time_and_not_before() -> None:
    one = Connection()
    waiting = swept([one], {}, 0.0, 60.0)
    waiting = swept([one], waiting, 59.0, 60.0)
    assert not one.closed
    assert swept([one], waiting, 60.0, 60.0) == {}
    assert one.closed


def test_one_that_waits_anew_after_each_answer_has_its_time_anew() -> None:
    one = Connection(SimpleNamespace(response_complete=True))
    waiting = swept([one], {}, 0.0, 60.0)
    one.cycle = SimpleNamespace(response_complete=True)
    waiting = swept([one], waiting, 60.0, 60.0)
    assert not one.closed
    swept([one], waiting, 120.0, 60.0)
    assert one.closed


def test_what_is_answered_and_what_is_a_websocket_may_stay() -> None:
    asked, websocket = Connection(SimpleNamespace(response_complete=False)), SimpleNamespace(transport=None)
    assert swept([asked, websocket], swept([asked, websocket], {}, 0.0, 60.0), 999.0, 60.0) == {}
    assert not asked.closed


def test_a_real_server_lets_go_of_who_sends_half_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = uvicorn.Server(uvicorn.Config(Echo(), log_level="error", lifespan="off"))
        monkeypatch.setattr(signal, "getsignal", lambda number: running.handle_exit)

        async def serve() -> None:
            async with watched(0.2):
                await running.serve([listening])

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        with socket.create_connection(listening.getsockname(), timeout=10) as slow:
            slow.sendall(b"GET / HTTP/1.1\r\nHost: x")
            assert slow.recv(1) == b""
        running.should_exit = True
        thread.join(10)
        assert not thread.is_alive()
