"""Who asks, and under which name: what proxies say of it is believed of those alone that the settings name.

A trusted proxy's `X-Forwarded-For`, `-Proto`, `-Host` and `-Prefix` become the request's client, scheme, Host and root
path, so that limits count the visitor, and links lead to where the visitor is. Whatever anybody else writes into them
decides nothing. The headers stay where they are a mark: the API without keys refuses whatever came through a proxy.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.errors import WorkbenchError
from backends.serving.front.surfaces import prefixed, surface_of
from backends.settings import variable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK = "127.0.0.1"
LONGEST_PREFIX = 200
FOR, PROTO, HOST, PREFIX = "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-prefix"
_MARKED = tuple(name.encode() for name in (FOR, PROTO, HOST, PREFIX))
_HOST = re.compile(r"([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?")
_VOUCHED = "workbench.vouched_for"
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True)
class Trusted:
    """The proxies that are believed."""

    networks: tuple[Network, ...] = ()
    any: bool = False

    @classmethod
    def parse(cls, text: str) -> Trusted:
        """The setting `trusted_proxies`. Raises WorkbenchError for what is neither an address nor a network.

        >>> "10.1.2.3" in Trusted.parse("10.0.0.0/8, ::1"), "11.1.2.3" in Trusted.parse("10.0.0.0/8, ::1")
        (True, False)
        >>> Trusted.parse("my-proxy")
        Traceback (most recent call last):
        backends.errors.WorkbenchError: WORKBENCH_TRUSTED_PROXIES has 'my-proxy', which is no address. ...
        """
        given = [part.strip() for part in text.split(",") if part.strip()]
        return cls(tuple(_network(part) for part in given if part != "*"), any="*" in given)

    def __contains__(self, peer: str) -> bool:
        address = _address(peer)
        return self.any or (address is not None and self._named(address))

    def __bool__(self) -> bool:
        return self.any or bool(self.networks)

    def visitor(self, hops: Iterable[str]) -> str | None:
        """The visitor among the addresses of `X-Forwarded-For`, which each proxy lengthens by whom it heard from.

        It is the last that is no trusted proxy: what stands before it, the visitor may have made up. Where any proxy
        is trusted, private addresses are theirs.
        """
        known = [address for hop in hops if (address := _address(hop)) is not None]
        for address in reversed(known):
            if not self._is_hop(address):
                return str(address)
        return str(known[-1 if self.any else 0]) if known else None

    def _is_hop(self, address: Address) -> bool:
        return not address.is_global if self.any else self._named(address)

    def _named(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


class Proxies:
    """ASGI middleware that makes a request look as if no proxy had been between; it also keeps answers in the prefix.

    `base` is the prefix that requests still have, such as /lab, "" for none.
    """

    def __init__(self, app: ASGIApp, trusted: Trusted, base: str = "") -> None:
        self.app = app
        self._trusted = trusted
        self._base = f"/{base.strip('/')}" if base.strip("/") else ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on as the visitor sent it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        prefix = ""
        if any(name in _MARKED for name, _ in scope["headers"]):
            scope, prefix = self._unwrapped(scope)
        scope = {**scope, **prefixed(scope, prefix, self._base)}
        await self.app(scope, receive, _staying(send, prefix) if prefix and surface_of(scope) == "pages" else send)

    def _unwrapped(self, scope: Scope) -> tuple[Scope, str]:
        """The request without what proxies did to it, and the prefix that one took off its path."""
        headers = MutableHeaders(raw=list(scope["headers"]))
        hops = [hop for value in headers.getlist(FOR) for hop in value.split(",")]
        peer = _peer(scope, hops)
        changes: dict[str, Any] = {"headers": headers.raw}
        prefix = ""
        if peer in self._trusted:
            changes["client"] = (self._trusted.visitor(hops) or peer, 0)
            changes["scheme"] = _scheme(_first(headers, PROTO), scope)
            changes[_VOUCHED] = True
            prefix = _plain_prefix(_first(headers, PREFIX))
            if _HOST.fullmatch(_first(headers, HOST)):
                headers["host"] = _first(headers, HOST)
        else:
            changes["client"] = (peer, 0)
            changes["scheme"] = _unproven(scope)
        _say_as_it_is(headers, str(changes.get("scheme", scope["scheme"])))
        return {**scope, **changes}, prefix


def _say_as_it_is(headers: MutableHeaders, scheme: str) -> None:
    """Let the marks that libraries read on their own say what was found; which ones there are stays as it is."""
    if HOST in headers:
        headers[HOST] = headers.get("host", "")
    if PROTO in headers:
        headers[PROTO] = scheme.replace("ws", "http")
    if PREFIX in headers:
        headers[PREFIX] = ""


def is_vouched_for(scope: Scope) -> bool:
    """Whether a proxy that the settings name has said who asks, and under which name."""
    return _VOUCHED in scope


def _peer(scope: Scope, hops: list[str]) -> str:
    """The address at the other end of the connection.

    uvicorn believes proxies on 127.0.0.1 by itself and has then put its reading of `X-Forwarded-For` in the peer's
    place. Where the client is that reading, the peer was such a proxy; nobody gains by pretending to be behind one.
    """
    client = str((scope.get("client") or ("", 0))[0])
    others = [host for hop in hops if (host := _without_port(hop)) != LOOPBACK]
    reading = others[-1] if others else (_without_port(hops[0]) if hops else "")
    return LOOPBACK if client and client == reading else client


def _staying(send: Send, prefix: str) -> Send:
    """What sends an answer, and keeps a redirection inside the prefix."""

    async def send_inside(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=message["headers"])
            there = headers.get("location", "")
            if there.startswith("/") and not there.startswith(("//", f"{prefix}/")):
                headers["location"] = prefix + there
        await send(message)

    return send_inside


def _first(headers: MutableHeaders, name: str) -> str:
    return headers.get(name, "").partition(",")[0].strip()


def _scheme(said: str, scope: Scope) -> str:
    plain = said.replace("ws", "http")
    if plain not in ("http", "https"):
        return str(scope["scheme"])
    return plain.replace("http", "ws") if scope["type"] == "websocket" else plain


def _unproven(scope: Scope) -> str:
    """The scheme of a request whose `X-Forwarded-Proto` is nobody's word that counts.

    uvicorn has put that in the scheme's place where the peer is on 127.0.0.1, and no trace is left of what it was. So
    nothing says that the connection is encrypted.
    """
    if not any(name == PROTO.encode() for name, _ in scope["headers"]):
        return str(scope["scheme"])
    return "ws" if scope["type"] == "websocket" else "http"


def _plain_prefix(said: str) -> str:
    found = said.rstrip("/")
    return found if len(found) <= LONGEST_PREFIX and _PREFIX.fullmatch(found) else ""


def _without_port(hop: str) -> str:
    """An address of `X-Forwarded-For` without the port that some proxies add.

    >>> _without_port(" 10.0.0.1:443"), _without_port("[::1]:443"), _without_port("::1")
    ('10.0.0.1', '::1', '::1')
    """
    text = hop.strip()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text


def _address(text: str) -> Address | None:
    try:
        found = ipaddress.ip_address(_without_port(text).partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def _network(text: str) -> Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise WorkbenchError(
            f"{variable('trusted_proxies')} has {text!r}, which is no address.",
            hint="Write addresses or networks such as 127.0.0.1, 10.0.0.0/8, separated by commas, or * for any.",
        ) from None
