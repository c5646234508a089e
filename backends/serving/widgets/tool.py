"""The model as a tool for agents: a Model Context Protocol server with one tool, whose input is a row.

Gradio could make the tool as well. It then asks its own page over HTTP, at the address that the first caller's Host
header names, so one caller could send the others elsewhere; and it knows the columns' types alone. This one asks the
model directly and says ranges, levels and what may be missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.types import Receive, Scope, Send

from backends.errors import WorkbenchError
from backends.onnx_export.expectations import allowed
from backends.serving.api.row_schema import row_schema
from backends.serving.widgets.asking import Asking
from backends.serving.widgets.endpoint import summary
from backends.serving.widgets.names import tool
from backends.serving.widgets.telling import told
from backends.serving.widgets.view import View

LARGEST = 1024 * 1024  # bytes of a request


class Tool:
    """An ASGI application that speaks MCP over streamable HTTP, without sessions. `running` has to be entered."""

    def __init__(self, view: View, asking: Asking) -> None:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        self._manager = StreamableHTTPSessionManager(
            _server(view, asking), json_response=True, stateless=True, max_request_body_size=LARGEST
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """As long as requests are answered. It is left in the task that entered it."""
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._manager.handle_request(scope, receive, send)


def _server(view: View, asking: Asking) -> Any:
    from mcp import types
    from mcp.server.lowlevel import Server

    server: Any = Server(view.title, instructions=summary(view))
    name = tool(view.place.name)
    offered = types.Tool(
        name=name,
        title=view.title,
        description=summary(view),
        inputSchema=schema(view),
        annotations=types.ToolAnnotations(readOnlyHint=True, openWorldHint=False),
    )

    async def listed() -> list[types.Tool]:
        return [offered]

    async def called(asked: str, row: dict[str, Any]) -> dict[str, Any]:
        if asked != name:
            raise WorkbenchError(f"There is no tool {asked[:80]!r}.", hint=f"The tool is {name}.")

        def ask() -> dict[str, Any]:
            with told():
                return asking.predict(row).as_data()

        return await asyncio.to_thread(ask)

    server.list_tools()(listed)
    server.call_tool(validate_input=False)(called)  # the model's own check says more
    return server


def schema(view: View) -> dict[str, Any]:
    """The tool's input: the row's schema, with what each column may hold in words."""
    found = row_schema(view.bundle.signature)
    for column in view.bundle.signature.columns:
        found["properties"][column.name].setdefault("description", " ".join(allowed(column).split()))
    return found
