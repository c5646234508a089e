"""How many browser tabs are served at the same time, and how often one address may open one.

A tab keeps a websocket open, and with it a session in memory. Where all places are taken a further tab is told so in
words: Streamlit's page asks for its settings (host-config) before it connects, shows the sentence that it gets, and
goes on asking by itself until there is room.
"""

from __future__ import annotations

import ipaddress

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from backends.serving.api import problems
from backends.serving.front.refusing import refuse
from backends.serving.front.surfaces import HOST_CONFIG, STREAM, inside
from backends.serving.limits import RateLimit
from backends.serving.refusals import Overloaded, Refusal, TooMany

PER_MINUTE = 240  # websockets of one address: a meeting behind one router, each with a few reloads
AGAIN = 5.0  # seconds after which it is worth asking again


class Places:
    """ASGI middleware that counts the tabs that are open; `most` of them, 0 for any number."""

    def __init__(self, app: ASGIApp, most: int, connects: RateLimit | None = None) -> None:
        self.app = app
        self._most = most
        self._connects = RateLimit(PER_MINUTE) if connects is None else connects
        self._taken = 0

    @property
    def taken(self) -> int:
        """Tabs that are open."""
        return self._taken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it would open a tab too many."""
        path = inside(scope)
        try:
            if scope["type"] == "websocket" and path.endswith(STREAM):
                self._connects.take(_network_of(scope))
                self._check()
            elif path.endswith(HOST_CONFIG):
                self._check()
        except (Overloaded, TooMany) as error:
            if scope["type"] == "http":  # the page shows what it can read as JSON
                await JSONResponse(str(error), error.status, problems.headers_of(error))(scope, receive, send)
            else:
                await refuse(_worded(error), scope, receive, send)
            return
        await (self._inside if scope["type"] == "websocket" else self.app)(scope, receive, send)

    async def _inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._taken += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._taken -= 1

    def _check(self) -> None:
        if self._most and self._taken >= self._most:
            tabs = "1 tab is" if self._taken == 1 else f"{self._taken:,} tabs are"
            raise Overloaded(
                f"The workbench is full: {tabs} open, which is all that it serves at once.",
                "This page goes on by itself as soon as one is closed.",
                AGAIN,
            )


def _worded(error: Refusal) -> Refusal:
    if isinstance(error, TooMany):
        return TooMany("Too many tabs were opened from this address.", "Wait a minute.", error.retry_after)
    return error


def _network_of(scope: Scope) -> str:
    """Whom a visit is counted for: an address, or of version 6 the network that one customer has (64 bits).

    >>> _network_of({"client": ("203.0.113.9", 1)}), _network_of({"client": ("2001:db8::1:2", 1)})
    ('203.0.113.9', '2001:db8::')
    """
    text = str((scope.get("client") or ("",))[0])
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return text
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
