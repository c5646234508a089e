"""How many browser tabs are served at the same time, and how many of them, and how often, one address may open.

A tab keeps a websocket open, and with it a session in memory. Where all places are taken a further tab is told so in
words: Streamlit's page asks for its settings (host-config) before it connects, shows the sentence that it gets, and
goes on asking by itself until there is room. A tab that says nothing once it is connected is no page's, and is closed.

No address may have more than half of the places, or one visitor could keep all others out. That holds for addresses
that are one visitor's: those of the internet, and private ones too where the proxies are named. Where none is, a
private address may be a proxy's, with everybody behind it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.serving.api import problems
from backends.serving.api.access import is_loopback
from backends.serving.front.refusing import POLICY_VIOLATION, refuse
from backends.serving.front.surfaces import HOST_CONFIG, STREAM, inside
from backends.serving.limits import RateLimit
from backends.serving.networks import is_internal, network_of
from backends.serving.refusals import Overloaded, Refusal, TooMany

PER_MINUTE = 240  # websockets of one address: a meeting behind one router, each with a few reloads
AGAIN = 5.0  # seconds after which it is worth asking again


@dataclass(frozen=True)
class Room:
    """How many tabs may be open, 0 for any number, and how long one may say nothing at first, in seconds, 0 for ever.

    `proxied` says that the proxies are named, so that the address of a request is its visitor's.
    """

    tabs: int
    silent: float = 0.0
    proxied: bool = False
    connects: RateLimit = field(default_factory=lambda: RateLimit(PER_MINUTE))

    @property
    def of_one(self) -> int:
        """Tabs that one address may have open.

        >>> Room(100).of_one, Room(3).of_one, Room(1).of_one
        (50, 2, 1)
        """
        return (self.tabs + 1) // 2

    def is_one(self, address: str) -> bool:
        """Whether an address is one visitor's, or one household's."""
        return bool(address) and not (is_loopback(address) if self.proxied else is_internal(address))


class Places:
    """ASGI middleware that counts the tabs that are open."""

    def __init__(self, app: ASGIApp, room: Room) -> None:
        self.app = app
        self._room = room
        self._open: Counter[str] = Counter()  # tabs by network

    @property
    def taken(self) -> int:
        """Tabs that are open."""
        return self._open.total()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it would open a tab too many."""
        path, address = inside(scope), str((scope.get("client") or ("",))[0])
        try:
            if scope["type"] == "websocket" and path.endswith(STREAM):
                self._room.connects.take(network_of(address))
                self._check(address)
            elif path.endswith(HOST_CONFIG):
                self._check(address)
        except (Overloaded, TooMany) as error:
            if scope["type"] == "http":  # the page shows what it can read as JSON
                await JSONResponse(str(error), error.status, problems.headers_of(error))(scope, receive, send)
            else:
                await refuse(_worded(error), scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._inside(network_of(address), scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _inside(self, network: str, scope: Scope, receive: Receive, send: Send) -> None:
        self._open[network] += 1
        try:
            await self.app(scope, _First(self._room.silent, receive, send).receive, send)
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]

    def _check(self, address: str) -> None:
        if not self._room.tabs:
            return
        taken, own = self.taken, self._open[network_of(address)]
        if taken >= self._room.tabs:
            raise Overloaded(
                f"The workbench is full: {_tabs(taken)} open, which is all that it serves at once.",
                "This page goes on by itself as soon as one is closed.",
                AGAIN,
            )
        if own >= self._room.of_one and self._room.is_one(address):
            raise Overloaded(
                f"From this address {_tabs(own)} open, which is all that one may have.",
                "This page goes on by itself as soon as one is closed.",
                AGAIN,
            )


class _First:
    """What a tab sends, with so many seconds for its first message; after them it is closed."""

    def __init__(self, seconds: float, receive: Receive, send: Send) -> None:
        self._seconds, self._receive, self._send = seconds, receive, send

    async def receive(self) -> Message:
        """The next message; that the visitor has gone, where the first did not come in time."""
        try:
            async with asyncio.timeout(self._seconds or None):
                message = await self._receive()
        except TimeoutError:
            reason = "The tab sent nothing."
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": reason})
            return {"type": "websocket.disconnect", "code": POLICY_VIOLATION, "reason": reason}
        if message["type"] == "websocket.receive":
            self._seconds = 0.0
        return message


def _tabs(count: int) -> str:
    return "1 tab is" if count == 1 else f"{count:,} tabs are"


def _worded(error: Refusal) -> Refusal:
    if isinstance(error, TooMany):
        return TooMany("Too many tabs were opened from this address.", "Wait a minute.", error.retry_after)
    return error
