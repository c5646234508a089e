from __future__ import annotations

import asyncio
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from backends.serving.front.heads import LARGEST_MESSAGE, swept, watched
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


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch, app: ASGIApp = Echo()) -> Iterator[socket.socket]:  # noqa: B008
    """A connection to a real server that is watched, of the kind that Streamlit starts."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        config = uvicorn.Config(app, log_level="error", lifespan="off", ws="websockets-sansio", ws_max_size=200_000_000)
        running = uvicorn.Server(config)
        monkeypatch.setattr(signal, "getsignal", lambda number: running.handle_exit)

        async def serve() -> None:
            async with watched(0.2):
                await running.serve([listening])

        thread = threading.Thread(target=asyncio.run, args=(serve(),))
        thread.start()
        with socket.create_connection(listening.getsockname(), timeout=10) as connection:
            yield connection
        running.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def test_a_real_server_lets_go_of_who_sends_half_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(monkeypatch) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x")
        assert slow.recv(1) == b""


async def accepts(scope: Scope, receive: Receive, send: Send) -> None:
    """A websocket that answers each message with its length."""
    await receive()
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": str(len(message["bytes"]))})


def frame(first: int, body: bytes, size: int | None = None) -> bytes:
    """A frame of a client's: its first byte, the length that it says it has, no mask to speak of, and a body."""
    return bytes([first, 0x80 | 127]) + (len(body) if size is None else size).to_bytes(8) + bytes(4) + body


def upgraded(connection: socket.socket) -> None:
    key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
    connection.sendall(
        f"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n{key}\r\n\r\n".encode()
    )
    assert b" 101 " in connection.recv(4_096)
    connection.sendall(frame(0x82, b"abc"))
    assert connection.recv(100) == b"\x81\x013"


@pytest.mark.parametrize("part", [frame(0x02, b"begins"), frame(0x82, b"begins", 100)], ids=["frames", "a frame"])
def test_it_lets_go_of_who_sends_half_a_message(monkeypatch: pytest.MonkeyPatch, part: bytes) -> None:
    with served(monkeypatch, accepts) as slow:
        upgraded(slow)
        slow.sendall(part)
        assert slow.recv(1) == b""


def test_it_takes_no_message_that_streamlit_would_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(monkeypatch, accepts) as large:
        upgraded(large)
        large.sendall(frame(0x82, b"", LARGEST_MESSAGE + 1))
        assert large.recv(4)[2:] == (1_009).to_bytes(2), "message too big"


def test_a_message_is_bounded_where_time_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    running = uvicorn.Server(uvicorn.Config(Echo(), ws_max_size=200_000_000))
    monkeypatch.setattr(signal, "getsignal", lambda number: running.handle_exit)

    async def watch() -> None:
        async with watched(0):
            assert running.config.ws_max_size == LARGEST_MESSAGE

    asyncio.run(watch())
