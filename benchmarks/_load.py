"""A load generator on bare sockets: many keep-alive connections from one thread, so that the client costs little."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass, field

import numpy as np

LONGEST = 5.0  # seconds of one call of `load`


@dataclass(frozen=True)
class Measured:
    """Times of requests in seconds, and how long all of them took together."""

    times: np.ndarray
    seconds: float

    @property
    def rate(self) -> float:
        """Requests in a second."""
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """A percentile of the times, in milliseconds."""
        return float(np.percentile(self.times, share)) * 1_000


@dataclass
class _Connection:
    socket: socket.socket
    sent: float = 0.0
    received: bytearray = field(default_factory=bytearray)


def load(port: int, request: bytes, connections: int, requests: int) -> Measured:
    """Send `request` `requests` times over so many connections, each waiting for its answer before the next.

    It ends sooner when that takes longer than `LONGEST` seconds.
    """
    chosen = selectors.DefaultSelector()
    times: list[float] = []
    started = 0
    opened = []
    begin = time.perf_counter()
    for _ in range(connections):
        made = socket.create_connection(("127.0.0.1", port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        opened.append(_Connection(made))
        chosen.register(made, selectors.EVENT_READ, opened[-1])
        started += _send(opened[-1], request)
    while len(times) < requests and time.perf_counter() - begin < LONGEST:
        for key, _ in chosen.select(30) or _silent():
            connection = key.data
            if not _complete(connection):
                continue
            times.append(time.perf_counter() - connection.sent)
            if started < requests:
                started += _send(connection, request)
    seconds = time.perf_counter() - begin
    for connection in opened:
        connection.socket.close()
    return Measured(np.array(times), seconds)


def _send(connection: _Connection, request: bytes) -> int:
    connection.received.clear()
    connection.sent = time.perf_counter()
    connection.socket.sendall(request)
    return 1


def _complete(connection: _Connection) -> bool:
    """Take in what has come; true when a whole answer is there. Raises for any status but 200."""
    piece = connection.socket.recv(65_536)
    if not piece:
        raise ConnectionError("The server closed a connection.")
    received = connection.received
    received += piece
    head = received.find(b"\r\n\r\n")
    if head < 0:
        return False
    if not received.startswith(b"HTTP/1.1 200"):
        raise ConnectionError(received.decode(errors="replace"))
    start = received.lower().find(b"content-length:", 0, head) + len(b"content-length:")
    length = int(received[start : received.find(b"\r\n", start)])
    return len(received) == head + 4 + length


def _silent() -> list[tuple[selectors.SelectorKey, int]]:
    raise TimeoutError("The server has been silent for 30 seconds.")
