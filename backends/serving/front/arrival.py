"""How long the body of a request may take to arrive, and how large any may be, whatever the path.

A sender who drips keeps a connection, and what waits for the body, for as long as it likes; one who sends without end
fills memory. Both are answered and cut off here. The limits of each path (rows, documents, a widget's row) are
narrower and are its own.
"""

from __future__ import annotations

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.serving.api.problems import BodyTooLarge
from backends.serving.front.bodies import Watched, length
from backends.serving.front.refusing import TooSlow, answer
from backends.serving.front.surfaces import UPLOAD, inside
from backends.settings import MEGABYTE, Settings

LONGER = 10  # times as long as any other body an uploaded file may take
AROUND = 2 * MEGABYTE  # bytes that a form has around its file
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
        if length(headers.get("content-length", "")) > self._largest:
            await answer(self._too_large(), scope)(scope, receive, send)
            return
        seconds = self._seconds * (LONGER if _is_upload(scope, headers) else 1)
        await _Body(self, seconds, receive, send).passed_to(self.app, {**scope})

    def check(self, size: int) -> None:
        """Raise BodyTooLarge for a body of so many bytes."""
        if size > self._largest:
            raise self._too_large()

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The request has more than {self._words:,} MB.", "Send less; WORKBENCH_MAX_UPLOAD_MB sets the limit."
        )


class _Body(Watched):
    """A body that may take so many seconds, 0 for any number, and so many bytes as the rules say."""

    def __init__(self, rules: Arrival, seconds: float, receive: Receive, send: Send) -> None:
        super().__init__(receive, send)
        self._rules, self._seconds = rules, seconds
        self._size = 0
        self._until: float | None = None

    async def part(self) -> Message:
        """The next part. Raises TooSlow or BodyTooLarge."""
        if self._seconds and self._until is None:
            self._until = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._until):
                message = await super().part()
        except TimeoutError:
            raise TooSlow(
                f"The request did not arrive in {self._seconds:,.0f} seconds.",
                "Send it faster, or less; WORKBENCH_REQUEST_SECONDS sets the limit.",
            ) from None
        self._size += len(message.get("body", b""))
        self._rules.check(self._size)
        return message


def _is_upload(scope: Scope, headers: Headers) -> bool:
    """Whether the body is a file: it came to where Streamlit takes them, or is anything but JSON."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return inside(scope).startswith(UPLOAD) or (kind not in ("", JSON) and inside(scope).startswith(("/api/", "/v2/")))
