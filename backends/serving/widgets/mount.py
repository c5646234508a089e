"""The ASGI application behind /widgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.errors import WorkbenchError
from backends.serving.api.routes import the_service
from backends.serving.refusals import NotFound, Refusal
from backends.serving.widgets import paths
from backends.serving.widgets.gradio_app import anything_published, build, warm
from backends.serving.widgets.live import Live
from backends.serving.widgets.place import Place, Stamp
from backends.serving.widgets.telling import told

if TYPE_CHECKING:
    from backends.registry import ModelVersion
    from backends.serving.service import Service

LARGEST = 1024 * 1024  # bytes of a request's body: one row
# A widget's page loads from where it came from alone, whatever Gradio would fetch elsewhere.
OWN_HOST_ONLY = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; base-uri 'self'; object-src 'none'"


class WrongRequest(Refusal):
    """A request that no page and no client of a widget makes."""

    status = 400


class Widgets:
    """All widgets of a process, below /widgets: an application has their `routes`, and runs their `lifespan`.

    Whatever mounts it decides whether Gradio's own lifespans run, and most hosts run none of a part that is mounted;
    so each widget's runs in a task of its own, from its first visit until it is closed.
    """

    def __init__(self, find: Callable[[], Service] = the_service) -> None:
        self._find = find
        self._live: Live | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        """Where it is mounted, and the way there for who leaves out the slash."""
        return [Route("/widgets", _to_slash), Mount("/widgets", self)]

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Everything that runs ends with this context. Where models are published, Gradio is imported meanwhile."""
        live = self._live = Live(lambda place, stamp: build(self._find(), place, stamp))
        try:
            if anything_published():
                warm(self._find)
            yield
        finally:
            self._live = None
            await live.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        try:
            with told():
                answer = await self._answer(scope)
        except WorkbenchError as error:
            answer = await self._refused(scope, error)
        await answer(scope, receive, send)

    async def _answer(self, scope: Scope) -> ASGIApp:
        found = paths.address(scope["path"].removeprefix(scope.get("root_path", "")))
        if found is None:
            return await self._home(scope)
        if paths.REACHABLE.fullmatch(found.rest) is None:
            raise NotFound("There is nothing at this address.")
        _check_length(scope)
        running = None if paths.VISITS.fullmatch(found.rest) else self._running.at_hand(found.place)
        if running is not None:
            return _own_host_only(running.page)
        version = await self._version(found.place)
        if found.rest == "":
            return RedirectResponse(_with_slash(scope))
        if paths.CARD.fullmatch(found.rest):
            return await self._card(version, scope)
        widget = await self._running.get(found.place, Stamp.of(version))
        return widget.tool if paths.TOOL.fullmatch(found.rest) else _own_host_only(widget.page)

    async def _home(self, scope: Scope) -> Response:
        pages, models = await _pages(), await asyncio.to_thread(lambda: self._find().catalogue.models())
        if models:
            warm(self._find)  # somebody chooses
        return pages.home(models, paths.theme_of(scope))

    async def _card(self, version: ModelVersion, scope: Scope) -> Response:
        from backends.serving.api.opened import opened

        pages, bundle = await _pages(), await asyncio.to_thread(lambda: opened(self._find(), version))
        return pages.card(version, bundle.card, paths.theme_of(scope))

    async def _version(self, place: Place) -> ModelVersion:
        """The version that a widget shows. Raises NotFound, and lets go of a widget that is there no more."""
        try:
            return place.shown(await asyncio.to_thread(lambda: self._find().catalogue.model(place.name)))
        except NotFound:
            self._running.drop(place)
            raise

    @property
    def _running(self) -> Live:
        if self._live is None:
            raise RuntimeError("Widgets.lifespan is not running; give it to the application that mounts the widgets.")
        return self._live

    async def _refused(self, scope: Scope, error: WorkbenchError) -> Response:
        """The sentence as a page, with a way back."""
        pages = await _pages()
        back, theme = f"{scope.get('root_path', '')}/", paths.theme_of(scope)
        if isinstance(error, NotFound):
            return pages.missing(error.message, error.hint, back, theme)
        status = error.status if isinstance(error, Refusal) else 500
        return pages.failed(status, error.message, error.hint, back, theme)


async def _pages() -> ModuleType:
    """What draws the pages. It takes a while to import, which the start of the workbench and others need not feel."""
    return await asyncio.to_thread(import_module, "backends.serving.widgets.pages")


def _to_slash(request: Request) -> Response:
    return RedirectResponse(_with_slash(request.scope))


def _with_slash(scope: Scope) -> str:
    """Where a page is that was asked for without the slash, told so that no proxy needs to be known."""
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scope['path'].rpartition('/')[2]}/{'?' if query else ''}{query}"


def _check_length(scope: Scope) -> None:
    """Raise for a body that says no length, or too large a one."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return
    said = Headers(scope=scope).get("content-length", "")
    if not said.isdecimal():
        raise WrongRequest("The request does not say how long it is.", hint="Send the header Content-Length.")
    if int(said) > LARGEST:
        raise WrongRequest(f"The request has {int(said):,} bytes; a widget takes {LARGEST:,}.", hint="Use the API.")


def _own_host_only(page: ASGIApp) -> ASGIApp:
    """The application with a policy on its pages that keeps them to their own host."""

    async def kept(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                if headers.get("content-type", "").startswith("text/html"):
                    headers["content-security-policy"] = OWN_HOST_ONLY
            await send(message)

        await page(scope, receive, send_with_policy)

    return kept
