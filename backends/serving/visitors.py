"""The visitor's cookie: an unguessable name, so that work survives a reload of the page.

Streamlit starts a new session on every reload. The cookie is what stays, and what jobs are owned by.
"""

from __future__ import annotations

import re
import secrets
from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "workbench_visitor"
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
    """ASGI middleware that hands the cookie to whoever opens a page without one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the cookie to the answer when it is a page."""
        if scope["type"] != "http" or visitor(_cookies(scope)):
            await self.app(scope, receive, send)
            return

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("set-cookie", _new_cookie(_secure(scope)))
            await send(message)

        await self.app(scope, receive, send_with_cookie)


def _cookies(scope: Scope) -> dict[str, str]:
    header = Headers(scope=scope).get("cookie", "")
    return {name: morsel.value for name, morsel in SimpleCookie(header).items()}


def _secure(scope: Scope) -> bool:
    return "https" in (scope.get("scheme"), Headers(scope=scope).get("x-forwarded-proto"))


def _new_cookie(secure: bool) -> str:
    flags = "; Secure" if secure else ""
    return f"{COOKIE}={secrets.token_urlsafe(24)}; Path=/; HttpOnly; SameSite=Lax{flags}"
