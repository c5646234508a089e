"""The body of a request to a widget: counted as it arrives, whatever the request says of its length."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from backends.serving.refusals import Refusal

LARGEST = 1024 * 1024  # bytes: one row
DIGITS = 18  # of a length; one with more is too large by those
CLOSE = {"connection": "close"}  # what else arrives belongs to no request


class WrongRequest(Refusal):
    """A request that no page and no client of a widget makes."""

    status = 400

    def __init__(self, message: str, hint: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(message, hint)
        self.headers = headers or {}


async def received(scope: Scope, receive: Receive) -> bytes:
    """The whole body. Raises WrongRequest for one that says no length, is too large, or ends before it is complete.

    What it says is looked at first, so that nobody waits for a body that is refused. It need not be true: a body in
    chunks is as long as its chunks are.
    """
    _check_length(Headers(scope=scope).get("content-length", ""))
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise WrongRequest("The request ended before it was complete.", hint="Send it again.")
        parts.append(message.get("body", b""))
        size, more = size + len(parts[-1]), message.get("more_body", False)
        if size > LARGEST:
            raise _too_large(f"more than {LARGEST:,}")
    return b"".join(parts)


def replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read, for an application that reads it again; then whatever comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def _check_length(said: str) -> None:
    """Raise for a body that says no length, or too large a one."""
    if not (said.isascii() and said.isdecimal()):
        raise WrongRequest("The request does not say how long it is.", "Send the header Content-Length.", CLOSE)
    if len(said) > DIGITS:
        raise _too_large(f"more than 1e{DIGITS}")
    if int(said) > LARGEST:
        raise _too_large(f"{int(said):,}")


def _too_large(size: str) -> WrongRequest:
    return WrongRequest(f"The request has {size} bytes; a widget takes {LARGEST:,}.", "Use the API.", CLOSE)
