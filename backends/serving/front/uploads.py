"""Whether there is memory for a file that is uploaded, before it arrives.

Streamlit keeps the bytes of every file in memory until a page has read them, under whatever name they are sent, and
counts none of them. Here they are counted: those that wait for a page and those on their way, of one tab against the
memory of one visitor, of all together against the workbench's.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Protocol

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.errors import WorkbenchError
from backends.serving.api.problems import BodyTooLarge
from backends.serving.front.bodies import Watched, length
from backends.serving.front.refusing import refuse
from backends.serving.front.surfaces import UPLOAD, inside
from backends.serving.refusals import NotFound, Refusal
from backends.settings import MEGABYTE, Settings, variable
from backends.tasks.memory import Budget, megabytes

STEP = 8 * MEGABYTE  # of a file, after which the memory of all is looked at again


class Uploaded(Protocol):
    """What the door has to know of the pages, and to ask of them."""

    def held(self, session: str) -> int | None:
        """Bytes of the files that wait in a session's memory; None where no tab of that name is open."""

    def make_room(self, more: int) -> None:
        """See to it that the workbench may hold so many bytes more; WorkbenchError where it may not. Takes a while."""


class NoMemory(Refusal):
    """More memory than the workbench may hold: 507."""

    status = 507
    reason = "no_memory"


class Uploads:
    """ASGI middleware that passes a file on where there is memory for it; without `uploaded` any file."""

    def __init__(self, app: ASGIApp, settings: Settings, uploaded: Uploaded | None) -> None:
        self.app = app
        self._limit = Budget.of(settings).session
        self._uploaded = uploaded
        self._coming: Counter[str] = Counter()  # bytes on their way, by session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; a file only with memory that is kept for it until it is there."""
        _, is_file, name = inside(scope).partition(UPLOAD)
        if self._uploaded is None or not is_file or scope["type"] != "http" or scope["method"] != "PUT":
            await self.app(scope, receive, send)
            return
        session = name.partition("/")[0]
        try:
            await self.check_all(session, length(Headers(scope=scope).get("content-length", "")))
        except Refusal as error:
            await refuse(error, scope, receive, send)
            return
        file = _File(self, session, receive, send)
        try:
            await file.passed_to(self.app, scope)
        finally:
            self.keep(session, -file.kept)

    def keep(self, session: str, more: int) -> None:
        """Count so many bytes more, or fewer, that are on their way to a session."""
        self._coming[session] += more
        if self._coming[session] <= 0:
            del self._coming[session]

    def check(self, session: str, more: int = 0) -> None:
        """Raise Refusal where a session has too much with what is on its way to it, and so many bytes `more`."""
        assert self._uploaded is not None
        held = self._uploaded.held(session)
        if held is None:
            raise NotFound("The tab that this file is for is not open any more.", "Reload the page and try again.")
        if held + self._coming[session] + more > self._limit:
            raise BodyTooLarge(
                f"The files of one visitor may hold {megabytes(self._limit)} MB until they are read.",
                f"Upload fewer at once; {variable('session_memory_mb')} sets the limit.",
            )

    async def check_all(self, session: str, more: int = 0) -> None:
        """As `check`, and raise Refusal where the workbench has no memory for what is on its way to anybody."""
        assert self._uploaded is not None
        self.check(session, more)
        try:
            await asyncio.to_thread(self._uploaded.make_room, self._coming.total() + more)
        except WorkbenchError as error:
            raise NoMemory(error.message, error.hint) from error


class _File(Watched):
    """A file on its way to a session, and the bytes that are `kept` free for what has arrived of it.

    What it says it has is checked, and not kept: nobody takes memory from others by saying so.
    """

    def __init__(self, rules: Uploads, session: str, receive: Receive, send: Send) -> None:
        super().__init__(receive, send)
        self.kept = 0
        self._rules, self._session = rules, session
        self._checked = 0

    async def part(self) -> Message:
        """The next part. Raises Refusal where there is no memory for it."""
        message = await super().part()
        size = len(message.get("body", b""))
        self.kept += size
        self._rules.keep(self._session, size)
        self._rules.check(self._session)
        if self.kept >= self._checked + STEP:
            self._checked = self.kept
            await self._rules.check_all(self._session)
        return message
