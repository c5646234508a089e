"""Widgets that are running: built on demand, the longest unused one closed when there are too many."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.types import ASGIApp

from backends.serving.widgets.place import Place, Stamp

if TYPE_CHECKING:
    from backends.serving.widgets.tool import Tool

log = logging.getLogger(__name__)
KEPT = 16  # widgets that run at the same time, about 4 MB each
GRACE = 10.0  # seconds that a widget that is let go has for requests it is answering


@dataclass(frozen=True)
class Built:
    """A widget's two applications, before they run: Gradio's, at the place's own path, and the tool's.

    `blocks` is what Gradio's was built from.
    """

    page: Any  # fastapi.FastAPI
    tool: Tool
    blocks: Any = None  # gradio.Blocks


@dataclass(eq=False)
class Widget:
    """A widget that runs. One task enters both applications' lifespans and leaves them, as they ask for."""

    built: Built
    stamp: Stamp  # of what it was built from
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @property
    def page(self) -> ASGIApp:
        """Gradio's application."""
        return self.built.page

    @property
    def blocks(self) -> Any:
        """What Gradio's application was built from."""
        return self.built.blocks

    @property
    def tool(self) -> ASGIApp:
        """The MCP server."""
        return self.built.tool

    async def start(self) -> None:
        """Run until `stop`; raises what kept it from starting."""
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._own(ready))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            await self._task

    async def stop(self) -> None:
        """End it; a failure on the way is logged, as nobody can do anything about it."""
        self._stop.set()
        if self._task is not None:
            [ended] = await asyncio.gather(self._task, return_exceptions=True)
            if isinstance(ended, Exception):
                log.error("a widget did not close cleanly", exc_info=ended)

    async def _own(self, ready: asyncio.Event) -> None:
        async with self.built.page.router.lifespan_context(self.built.page), self.built.tool.running():
            ready.set()
            await self._stop.wait()


class Live:
    """The widgets of one event loop. Each has a stamp; one with another stamp than asked for is built again."""

    def __init__(self, build: Callable[[Place, Stamp], Built], kept: int = KEPT, grace: float = GRACE) -> None:
        self._build = build
        self._kept = kept
        self._grace = grace
        self._widgets: OrderedDict[Place, Widget] = OrderedDict()
        self._building = asyncio.Lock()
        self._ending = asyncio.Event()
        self._leaving: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._widgets)

    @property
    def places(self) -> tuple[Place, ...]:
        """The widgets that run, the longest unused first."""
        return tuple(self._widgets)

    def at_hand(self, place: Place) -> Widget | None:
        """The widget, if it runs."""
        found = self._widgets.get(place)
        if found is not None:
            self._widgets.move_to_end(place)
        return found

    async def get(self, place: Place, stamp: Stamp) -> Widget:
        """The widget with this stamp; it is built if need be, one at a time."""
        found = self.at_hand(place)
        if found is not None and found.stamp == stamp:
            return found
        async with self._building:
            found = self.at_hand(place)
            if found is None or found.stamp != stamp:
                found = Widget(await asyncio.to_thread(self._build, place, stamp), stamp)
                await found.start()
                self.drop(place)
                self._widgets[place] = found
                while len(self._widgets) > self._kept:
                    self.drop(next(iter(self._widgets)))
        return found

    async def close(self) -> None:
        """End all widgets."""
        self._ending.set()
        ending = [widget.stop() for widget in self._widgets.values()]
        self._widgets.clear()
        await asyncio.gather(*ending, *self._leaving)

    def drop(self, place: Place) -> None:
        """Let go of a widget, if it runs; what it is answering has `grace` seconds."""
        widget = self._widgets.pop(place, None)
        if widget is not None:
            task = asyncio.create_task(self._leave(widget))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def _leave(self, widget: Widget) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), self._grace)
        await widget.stop()
