"""How the door says no: a sentence as plain text, or as a problem document where programs ask."""

from __future__ import annotations

from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from backends.serving.api import problems
from backends.serving.front.surfaces import inside, surface_of
from backends.serving.refusals import Refusal

POLICY_VIOLATION = 1008  # codes of closed websockets (RFC 6455, 7.4.1, and its registry)
TRY_AGAIN_LATER = 1013


class TooSlow(Refusal):
    """A body that did not arrive in time: 408."""

    status = 408
    reason = "too_slow"


async def refuse(error: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request, or a websocket that wants to be opened, with the reason why it is refused."""
    response = answer(error, scope)
    if scope["type"] == "http" or "websocket.http.response" in scope.get("extensions", {}):
        await response(scope, receive, send)
    else:
        code = TRY_AGAIN_LATER if error.status in (429, 503) else POLICY_VIOLATION
        await send({"type": "websocket.close", "code": code, "reason": error.message[:100]})


def answer(error: Refusal, scope: Scope) -> Response:
    """The answer to a request that is refused."""
    if surface_of(scope) == "api":
        return problems.problem(error, "-", inside(scope))
    return PlainTextResponse(str(error), error.status, {**problems.headers_of(error), "Cache-Control": "no-store"})
