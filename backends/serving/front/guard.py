"""From whose page a request comes: what changes anything is taken from the workbench's own pages only.

A browser sends the visitor's cookie whichever page makes the request, and says which one it is (`Origin`). Streamlit's
protection against that is a second cookie, which browsers drop in a frame of another site; this check needs none.

What has no `Origin` is no page's request. The API and the widgets are not under this rule: no cookie opens anything
there, and they have lists of their own.

Streamlit's own figures about itself, of sessions and memory, are for this machine; the workbench has its own /metrics.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from backends.serving.api.access import check_local
from backends.serving.front.refusing import refuse
from backends.serving.front.surfaces import inside, surface_of
from backends.serving.origins import same_host
from backends.serving.refusals import Forbidden

SAFE = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))  # RFC 9110, 9.2.1
FIGURES = "/_stcore/metrics"
OTHER_FIGURES = "The workbench's own figures are at /metrics."
OTHER_SITES = ("cross-site", "same-site")  # of Sec-Fetch-Site
HINT = (
    "Open the workbench's own address. Behind a proxy, it has to pass Host on, or X-Forwarded-Host with its address in "
    "WORKBENCH_TRUSTED_PROXIES."
)


class OwnPages:
    """ASGI middleware that refuses changes, and websockets, of other sites' pages."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless another site's page makes it."""
        websocket = scope["type"] == "websocket"
        figures = inside(scope) == FIGURES
        if figures or (surface_of(scope) == "pages" and (websocket or scope["method"] not in SAFE)):
            headers = MutableHeaders(raw=list(scope["headers"]))
            try:
                if figures:
                    check_local((scope.get("client") or (None,))[0], headers, FIGURES, OTHER_FIGURES)
                check(headers, scope["scheme"])
            except Forbidden as error:
                await refuse(error, scope, receive, send)
                return
            if websocket and "origin" in headers:
                # Streamlit compares the two letter by letter, and where they differ asks a host in the internet for
                # the address of this machine.
                headers["host"] = urlsplit(headers["origin"]).netloc
                scope = {**scope, "headers": headers.raw}
        await self.app(scope, receive, send)


def check(headers: MutableHeaders, scheme: str) -> None:
    """Raise Forbidden (403) for a request that another site's page makes."""
    origin, host = headers.get("origin"), headers.get("host", "")
    if origin is None:
        if headers.get("sec-fetch-site") in OTHER_SITES:
            raise Forbidden("A page of another site may not do this.", HINT)
    elif not same_host(origin, scheme, host):
        raise Forbidden(f"A page of {origin[:100]!r} may not do this; the workbench is at {host[:100]!r}.", HINT)
