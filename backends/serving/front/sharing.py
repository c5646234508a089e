"""Which web pages may call the widgets from a browser (CORS): the same as the API's, in place of Gradio's own rule.

Gradio's own lets every page call, with cookies. Nothing here is opened by a cookie; yet scripts of Gradio ask for them
to be sent, and a browser then wants to hear that it may. So a foreign page's request passes without its cookies.
"""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.serving.api import access
from backends.serving.front.surfaces import surface_of
from backends.serving.origins import Origins, same_host

METHODS = "GET, POST, OPTIONS"
LONGEST = 500  # characters of the headers that a page wants to send
_NAMES = re.compile(r"[A-Za-z0-9 ,_-]+")


class Sharing:
    """ASGI middleware for the widgets: `keyed` says whether the API has keys, `listed` which pages may call."""

    def __init__(self, app: ASGIApp, keyed: bool, listed: Origins) -> None:
        self.app = app
        self._keyed = keyed
        self._listed = listed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a browser's question, or pass the request on and tell the page whether it may read the answer."""
        if scope["type"] != "http" or surface_of(scope) != "widgets":
            await self.app(scope, receive, send)
            return
        headers = MutableHeaders(raw=list(scope["headers"]))
        origin = headers.get("origin")
        if origin is None:
            await self.app(scope, receive, send)
            return
        allowed = self._allowed(origin)
        if scope["method"] == "OPTIONS":
            wanted = headers.get("access-control-request-headers", "")
            await Response(status_code=204, headers=allowed | _preflight(wanted))(scope, receive, send)
            return
        del headers["origin"]
        if not same_host(origin, scope["scheme"], headers.get("host", "")):
            del headers["cookie"]
        await self.app({**scope, "headers": headers.raw}, receive, _with(send, allowed))

    def _allowed(self, origin: str) -> dict[str, str]:
        found = access.cross_origin_headers(origin, self._keyed, self._listed)
        if "Access-Control-Allow-Origin" not in found:
            return {"Vary": "Origin"}
        return {
            **found,
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
            "Vary": "Origin",
        }


def _preflight(wanted: str) -> dict[str, str]:
    found = access.preflight_headers(METHODS)
    plain = len(wanted) <= LONGEST and _NAMES.fullmatch(wanted)
    return {**found, "Access-Control-Allow-Headers": wanted} if plain else found


def _with(send: Send, more: dict[str, str]) -> Send:
    async def send_with(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(raw=message["headers"]).update(more)
        await send(message)

    return send_with
