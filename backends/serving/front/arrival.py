"""How long the body of a request may take to arrive, and how large any may be, whatever the path.

A sender who drips keeps a connection, and what waits for the body, for as long as it likes; one who sends without end
fills memory. Both are answered and cut off here. The limits of each path (rows, documents, a widget's row) are
narrower and are its own.
"""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.serving.api.problems import BodyTooLarge
from backends.serving.front.refusing import TooSlow, answer
from backends.serving.front.surfaces import UPLOAD, inside
from backends.serving.refusals import Refusal
from backends.settings import MEGABYTE, Settings

LONGER = 10  # times as long as any other body an uploaded file may take
AROUND = 2 * MEGABYTE  # bytes that a form has around its file
DIGITS = 18  # of a length; one with more is too large by those
JSON = "application/json"


class Arrival:
    """ASGI middleware that waits so long for a body, and takes so much of it, as the settings say."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._seconds = float(settings.request_seconds)
        self._largest = settings.max_upload_bytes + AROUND
        self._words = settings.max_upload_mb

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a body that ends in time, one way or the other."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if _length(headers.get("content-length", "")) > self._largest:
            await answer(self._too_large(), scope)(scope, receive, send)
            return
        seconds = self._seconds * (LONGER if _is_upload(scope, headers) else 1)
        body = _Body(self, seconds, receive, send)
        try:
            await self.app({**scope}, body.receive, body.send)
        except ClientDisconnect:
            if body.refused is None:
                raise
        if body.refused is not None and not body.answered:
            await body.refuse(scope)

    def check(self, size: int) -> None:
        """Raise BodyTooLarge for a body of so many bytes."""
        if size > self._largest:
            raise self._too_large()

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The request has more than {self._words:,} MB.", "Send less; WORKBENCH_MAX_UPLOAD_MB sets the limit."
        )


class _Body:
    """One body on its way, and the answer that takes the place of the application's when it does not arrive."""

    def __init__(self, rules: Arrival, seconds: float, receive: Receive, send: Send) -> None:
        self.refused: Refusal | None = None
        self.answered = False
        self._rules, self._seconds, self._receive, self._send = rules, seconds, receive, send
        self._size = 0
        self._complete = False
        self._until: float | None = None

    async def receive(self) -> Message:
        """The next part. After a refusal the application hears that nobody is there any more."""
        if self._complete or not self._seconds:
            return await self._receive()
        if self.refused is None:
            try:
                return await self._part()
            except Refusal as error:
                self.refused = error
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """What the application answers, unless the request was refused before it did."""
        if self.refused is None or self.answered:
            self.answered = True
            await self._send(message)

    async def refuse(self, scope: Scope) -> None:
        """Say why, and close: what else arrives belongs to no request."""
        assert self.refused is not None
        response = answer(self.refused, scope)
        response.headers["connection"] = "close"
        await response(scope, self._receive, self._send)

    async def _part(self) -> Message:
        now = asyncio.get_running_loop().time()
        self._until = now + self._seconds if self._until is None else self._until
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise TooSlow(
                f"The request did not arrive in {self._seconds:,.0f} seconds.",
                "Send it faster, or less; WORKBENCH_REQUEST_SECONDS sets the limit.",
            ) from None
        self._size += len(message.get("body", b""))
        self._rules.check(self._size)
        self._complete = not message.get("more_body", False)
        return message


def _length(said: str) -> int:
    """The length that a request says it has; whatever is no number is left to the server.

    >>> _length("12"), _length(""), _length("9" * 5_000) > 10**15
    (12, 0, True)
    """
    return int(said[: DIGITS + 1]) if said.isascii() and said.isdecimal() else 0


def _is_upload(scope: Scope, headers: Headers) -> bool:
    """Whether the body is a file: it came to where Streamlit takes them, or is anything but JSON."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return inside(scope).startswith(UPLOAD) or (kind not in ("", JSON) and inside(scope).startswith(("/api/", "/v2/")))
