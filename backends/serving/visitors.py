"""The visitor's cookie: an unguessable name, so that work survives a reload of the page.

Streamlit starts a new session on every reload. The cookie is what stays, and what jobs are owned by.

In a frame on another site's page a browser keeps no cookie but one that says so and is set over https; such a cookie is
partitioned (CHIPS): it is there in frames on that site alone, and nobody follows the visitor from site to site by it.
"""

from __future__ import annotations

import re
import secrets

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.serving.front.surfaces import surface_of

COOKIE = "workbench_visitor"
FRAMES = ("iframe", "frame", "embed", "object")  # of Sec-Fetch-Dest, which browsers send over https
_VALID = re.compile(r"[A-Za-z0-9_-]{22,64}")


def visitor(cookies: dict[str, str]) -> str | None:
    """The visitor's name among `cookies`, None when there is none or it is not one of ours.

    >>> visitor({"workbench_visitor": "abcdefghijklmnopqrstuv"})
    'abcdefghijklmnopqrstuv'
    >>> visitor({"workbench_visitor": "../etc"}) is None
    True
    """
    value = cookies.get(COOKIE, "")
    return value if _VALID.fullmatch(value) else None


class VisitorCookie:
    """ASGI middleware that hands the cookie to whoever opens a page of the workbench without one.

    Who only looks at a widget gets none: it would be of no use, and would follow people through other sites.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the cookie to the answer when it is a page."""
        if scope["type"] != "http" or surface_of(scope) != "pages" or visitor(_cookies(scope)):
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _new_cookie(scope))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _cookies(scope: Scope) -> dict[str, str]:
    return cookie_parser(Headers(scope=scope).get("cookie", ""))


def _new_cookie(scope: Scope) -> str:
    flags = "SameSite=Lax"
    if scope.get("scheme") == "https":
        framed = Headers(scope=scope).get("sec-fetch-dest") in FRAMES
        flags = "SameSite=None; Secure; Partitioned" if framed else f"{flags}; Secure"
    return f"{COOKIE}={secrets.token_urlsafe(24)}; Path=/; HttpOnly; {flags}"
