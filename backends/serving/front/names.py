"""Under which name this machine alone may be asked: a foreign name that was made to lead here is refused.

A page of another site can have its own name lead to 127.0.0.1 once it is open (DNS rebinding). To the browser the
workbench then is that site, and its page may read and do everything here. What it cannot change is the name, which the
browser sends as `Host`. The API has a rule of its own (see `api.access`).
"""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from backends.serving.admin import listens_beyond_loopback
from backends.serving.api.access import is_local, is_loopback
from backends.serving.front.proxies import is_vouched_for
from backends.serving.front.refusing import refuse
from backends.serving.front.surfaces import surface_of
from backends.serving.refusals import Forbidden
from backends.settings import variable


class OwnName:
    """ASGI middleware for pages and widgets: it refuses a name that is not this machine's own.

    That holds where only this machine can ask, and none of the proxies that the settings name did.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on unless it is for somebody else's name."""
        host = Headers(scope=scope).get("host", "")
        if surface_of(scope) == "api" or is_local(host) or is_vouched_for(scope) or not _is_for_us_alone(scope):
            await self.app(scope, receive, send)
            return
        error = Forbidden(
            f"This workbench is for this machine alone, and {host[:100]!r} is not its name.",
            f"Open it as localhost. Behind a proxy, set {variable('trusted_proxies')} to the proxy's address.",
        )
        await refuse(error, scope, receive, send)


def _is_for_us_alone(scope: Scope) -> bool:
    peer = (scope.get("client") or (None,))[0]
    return peer is not None and is_loopback(str(peer)) and not listens_beyond_loopback()
