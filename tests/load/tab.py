"""One browser tab without the browser: a websocket session in Streamlit's protocol."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

DONE = ForwardMsg.ScriptFinishedStatus.FINISHED_SUCCESSFULLY
FRAGMENT_DONE = ForwardMsg.ScriptFinishedStatus.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
ERROR = 1  # of an alert's formats
PATIENCE = 60.0  # seconds that a page may take before the visit counts as failed


@dataclass
class Tab:
    """What a browser keeps of a page: its widgets by key, the addresses of the other pages, what looks again by itself.

    `errors` are the red boxes and exceptions that were shown; `waits` the seconds from each doing until the page was
    drawn to its end, with what was done; `refreshes` those of the parts that look again by themselves.
    """

    socket: ClientConnection
    widgets: dict[str, str] = field(default_factory=dict)  # key: id
    pages: dict[str, str] = field(default_factory=dict)  # address: hash
    page: str = ""  # hash of the page that is shown
    errors: list[str] = field(default_factory=list)
    waits: list[tuple[str, float]] = field(default_factory=list)
    refreshes: list[float] = field(default_factory=list)
    bytes: int = 0
    _runs: int = 0  # of the whole page that came to their end
    _change: asyncio.Condition = field(default_factory=asyncio.Condition)
    _asked: dict[str, float] = field(default_factory=dict)  # fragments that were asked for, and when
    _looking: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _drawn: set[str] = field(default_factory=set)
    _ended: str = ""  # why no more messages come

    async def click(self, what: str, key: str) -> None:
        """Press a button."""
        await self.do(what, WidgetState(id=self.id(key), trigger_value=True))

    async def open_tab(self, what: str, key: str, title: str) -> None:
        """Open one of a page's tabs."""
        await self.do(what, WidgetState(id=self.id(key), string_value=title))

    async def choose(self, what: str, key: str, *values: str) -> None:
        """Choose among pills."""
        state = WidgetState(id=self.id(key))
        state.string_array_value.data.extend(values)
        await self.do(what, state)

    async def go_to(self, address: str) -> None:
        """Open another page by the navigation."""
        self.page = self.pages[address]
        await self.do(f"open {address or 'home'}")

    def id(self, key: str) -> str:
        """The id of the widget on the page with this key. Raises LookupError for one that is not there."""
        if key not in self.widgets:
            raise LookupError(f"no widget {key!r} on the page; there are {sorted(self.widgets)}")
        return self.widgets[key]

    async def do(self, what: str, *changed: WidgetState) -> None:
        """Send what was done and wait until the page is drawn."""
        began, before = time.perf_counter(), self._runs
        await self._send(self._rerun(*changed))
        await self.until(lambda: self._runs > before, PATIENCE, what)
        self.waits.append((what, time.perf_counter() - began))

    async def until(self, condition: Any, seconds: float, what: str) -> None:
        """Wait for something on the page. Raises TimeoutError, or ConnectionError when the server is gone."""
        try:
            async with asyncio.timeout(seconds), self._change:
                await self._change.wait_for(lambda: condition() or self._ended)
        except TimeoutError:
            raise TimeoutError(f"{what}: nothing in {seconds:.0f} s; on the page: {sorted(self.widgets)}") from None
        if self._ended and not condition():
            raise ConnectionError(f"{what}: {self._ended}")

    async def listen(self) -> None:
        """Take in messages until the connection ends."""
        try:
            async for data in self.socket:
                assert isinstance(data, bytes)
                self.bytes += len(data)
                await self._take(ForwardMsg.FromString(data))
        except Exception as error:
            self._ended = f"{type(error).__name__}: {error}"
            raise
        finally:
            self._ended = self._ended or "the server closed the connection"
            self._look_no_more()
            async with self._change:
                self._change.notify_all()

    async def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            if not message.metadata.run.fragment_ids:  # a run of the whole page
                self._drawn = set()
                self._look_no_more()
            self.page = message.new_session.page_script_hash or self.page
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "delta":
            self._draw(message.delta)
        elif kind == "auto_rerun":
            self._look_again(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "script_finished":
            self._finished(message.script_finished)
            async with self._change:
                self._change.notify_all()

    def _draw(self, delta: Any) -> None:
        """Remember the widget that a part of the page is, and what it says where that is an error."""
        part = delta.new_element if delta.WhichOneof("type") == "new_element" else delta.add_block
        kind = part.WhichOneof("type")
        inner = getattr(part, kind) if kind else part
        identity = getattr(inner, "id", "")
        if identity.startswith("$$ID-"):
            key = identity.split("-", 2)[2]
            self.widgets[key] = identity
            self._drawn.add(key)
        if kind == "exception" or (kind == "alert" and inner.format == ERROR):
            self.errors.append(str(getattr(inner, "title", "")) + " " + str(getattr(inner, "body", inner)))

    def _finished(self, status: int) -> None:
        if status == DONE:
            self._runs += 1
            self.widgets = {key: value for key, value in self.widgets.items() if key in self._drawn}
            self._asked.clear()
        elif status == FRAGMENT_DONE:
            now = time.perf_counter()
            self.refreshes += [now - asked for asked in self._asked.values()]
            self._asked.clear()

    def _look_again(self, fragment: str, interval: float) -> None:
        async def look() -> None:
            with suppress(Exception):  # the connection's end is told by `listen`
                while True:
                    await asyncio.sleep(interval)
                    message = self._rerun()
                    message.rerun_script.fragment_id = fragment
                    message.rerun_script.is_auto_rerun = True
                    self._asked.setdefault(fragment, time.perf_counter())
                    await self._send(message)

        if fragment in self._looking:
            self._looking.pop(fragment).cancel()
        self._looking[fragment] = asyncio.create_task(look())

    def _look_no_more(self) -> None:
        for task in self._looking.values():
            task.cancel()
        self._looking.clear()

    def _rerun(self, *changed: WidgetState) -> BackMsg:
        message = BackMsg()
        message.rerun_script.query_string = ""
        message.rerun_script.page_script_hash = self.page
        message.rerun_script.widget_states.widgets.extend(changed)
        return message

    async def _send(self, message: BackMsg) -> None:
        await self.socket.send(message.SerializeToString())


class Browser(AsyncExitStack):
    """A visitor's browser: fetches the page for its cookie, then holds a tab open; leaving closes it."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._origin = f"http://localhost:{port}"

    async def open(self) -> Tab:
        """The tab with the first page drawn; the first of its waits covers the page, the connection and the drawing."""
        began = time.perf_counter()
        cookie = await asyncio.to_thread(self._fetch)
        socket = await self.enter_async_context(
            connect(
                self._origin.replace("http", "ws") + "/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                additional_headers={"Cookie": cookie},
                origin=self._origin,  # type: ignore[arg-type]
                max_size=None,
                compression=None,
            )
        )
        tab = Tab(socket)
        listening = asyncio.create_task(tab.listen())
        self.push_async_callback(_ended, tab, listening)
        await tab.do("first page")
        tab.waits[-1] = ("first page", time.perf_counter() - began)
        return tab

    def _fetch(self) -> str:
        with urllib.request.urlopen(self._origin, timeout=PATIENCE) as answer:
            answer.read()
            return str(answer.headers["set-cookie"] or "").split(";")[0]


async def _ended(tab: Tab, listening: asyncio.Task[None]) -> None:
    await tab.socket.close()
    with suppress(Exception):  # what ended it was told to whoever waited
        await listening
