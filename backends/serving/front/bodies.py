"""A request whose body is looked at while it arrives, and may be refused before its end."""

from __future__ import annotations

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.serving.front.refusing import answer
from backends.serving.refusals import Refusal


class Watched:
    """One body on its way, and the answer that takes the place of the application's where the body is refused.

    What is looked at is for `part`, which a subclass overrides.
    """

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._refused: Refusal | None = None
        self._answered = False
        self._complete = False

    async def part(self) -> Message:
        """The next part of the body. Raises Refusal for a body that is not taken."""
        return await self._receive()

    async def passed_to(self, app: ASGIApp, scope: Scope) -> None:
        """Have the application answer the request, or say why it is refused and close the connection."""
        try:
            await app(scope, self.receive, self.send)
        except ClientDisconnect:
            if self._refused is None:
                raise
        if self._refused is not None and not self._answered:
            response = answer(self._refused, scope)
            response.headers["connection"] = "close"  # what else arrives belongs to no request
            await response(scope, self._receive, self._send)

    async def receive(self) -> Message:
        """For the application: the next part. After a refusal it hears that nobody is there any more."""
        if self._complete:
            return await self._receive()
        if self._refused is None:
            try:
                message = await self.part()
            except Refusal as error:
                self._refused = error
            else:
                self._complete = not message.get("more_body", False)
                return message
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """For the application: its answer, which is passed on unless the request was refused before."""
        if self._refused is None or self._answered:
            self._answered = True
            await self._send(message)


def length(said: str, digits: int = 18) -> int:
    """The length that a request says it has; whatever is no number is left to the server.

    >>> length("12"), length(""), length("9" * 5_000) > 10**15
    (12, 0, True)
    """
    return int(said[: digits + 1]) if said.isascii() and said.isdecimal() else 0
