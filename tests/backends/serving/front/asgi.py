"""Requests without a server: what an application behind a middleware gets to see, and what it answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Given = Iterable[tuple[str, str]]


@dataclass
class Echo:
    """An application that keeps what reaches it, reads the body and answers with its length."""

    headers: Given = ()
    seen: list[Scope] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(scope)
        size, more = 0, scope["type"] == "http"
        while more:
            message = await receive()
            size += len(message.get("body", b""))
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": encoded(self.headers)})
        await send({"type": "http.response.body", "body": str(size).encode()})

    @property
    def last(self) -> Scope:
        return self.seen[-1]


@dataclass
class Answer:
    """What came back: an HTTP answer, or the messages of a websocket."""

    messages: list[Message]

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def headers(self) -> Headers:
        return Headers(raw=self.messages[0]["headers"])

    @property
    def body(self) -> str:
        return b"".join(message.get("body", b"") for message in self.messages[1:]).decode()


def request(
    path: str = "/", method: str = "GET", headers: Given = (), peer: str = "127.0.0.1", scheme: str = "http"
) -> Scope:
    """An HTTP request as uvicorn hands it over; without a Host among `headers` it is for localhost:8501."""
    given = list(headers)
    if not any(name == "host" for name, _ in given):
        given.insert(0, ("host", "localhost:8501"))
    return {
        "type": "websocket" if scheme.startswith("ws") else "http",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": encoded(given),
        "client": (peer, 50_000),
        "extensions": {},
    }


def ask(app: ASGIApp, scope: Scope, *parts: bytes) -> Answer:
    """Send a request with a body in these parts, and hear the answer."""
    return asyncio.run(exchange(app, scope, *parts))


async def exchange(app: ASGIApp, scope: Scope, *parts: bytes, ends: bool = True) -> Answer:
    """As `ask`; a body that does not end leaves the application waiting for more."""
    waiting = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if ends:
        waiting.append({"type": "http.request", "body": b"", "more_body": False})
    said: list[Message] = []

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()
        raise AssertionError("nobody sets it")

    async def send(message: Message) -> None:
        said.append(message)

    await app(scope, receive, send)
    return Answer(said)


def encoded(headers: Given) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
