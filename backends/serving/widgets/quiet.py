"""Failures inside Gradio: a sentence for whoever asked, and one line in the log, as Gradio's own has its files' paths.

What goes wrong in the workbench's own part never gets here: see `telling`.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.tasks.crashes import where

log = logging.getLogger(__name__)


def quieted(process: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """A Blocks' `process_api`, whose failures Gradio shows as they are told here and does not print."""
    import gradio as gr

    async def processed(*positional: Any, **named: Any) -> Any:
        try:
            return await process(*positional, **named)
        except gr.Error as error:
            error.print_exception = False
            raise
        except gr.exceptions.ComponentProcessingError as error:
            noted(error)
            raise gr.Error("A value does not fit its field.", print_exception=False) from None
        except Exception as error:
            raise gr.Error(noted(error), print_exception=False) from None

    return processed


def guarded(page: ASGIApp) -> ASGIApp:
    """Gradio's application, with a sentence in place of its "Internal Server Error"."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        held: list[Message] = []  # of an answer with the status 500, until it is known that nothing was raised
        begun = False

        async def send_on(message: Message) -> None:
            nonlocal begun
            if held or message.get("status") == 500:
                held.append(message)
                return
            begun = True
            await send(message)

        try:
            await page(scope, receive, send_on)
        except Exception as error:
            said = noted(error)
            if not begun:
                await JSONResponse({"detail": said}, 500)(scope, receive, send)
            return
        for message in held:
            await send(message)

    return answered


def noted(error: Exception) -> str:
    """The sentence about an error that is now in the log, in one line."""
    reference = secrets.token_hex(4)
    log.error("Gradio failed in a widget, reference %s: %s", reference, where(error))
    return f"Something went wrong inside the workbench. The server's log has it under reference {reference}."
