"""The ASGI application behind /widgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backends.errors import WorkbenchError
from backends.serving.api import problems
from backends.serving.api.edge import Door
from backends.serving.api.routes import the_service
from backends.serving.refusals import NotFound
from backends.serving.widgets import paths
from backends.serving.widgets.bodies import received, replayed
from backends.serving.widgets.gradio_app import anything_published, build, warm
from backends.serving.widgets.live import Live
from backends.serving.widgets.place import Place, Stamp
from backends.serving.widgets.questions import check_body, check_stream
from backends.serving.widgets.quiet import guarded
from backends.serving.widgets.streams import Streams
from backends.serving.widgets.telling import told

if TYPE_CHECKING:
    from backends.registry import ModelVersion
    from backends.serving.service import Service

BODILESS = ("GET", "HEAD", "OPTIONS")  # methods whose body nobody reads
# A widget's page loads from where it came from alone, whatever Gradio would fetch elsewhere.
OWN_HOST_ONLY = "default-src 'self' data: blob: 'unsafe-inline' 'unsafe-eval'; base-uri 'self'; object-src 'none'"


class Widgets:
    """All widgets of a process, below /widgets: an application has their `routes`, and runs their `lifespan`.

    Whatever mounts it decides whether Gradio's own lifespans run, and most hosts run none of a part that is mounted;
    so each widget's runs in a task of its own, from its first visit until it is closed.
    """

    def __init__(self, find: Callable[[], Service] = the_service) -> None:
        self._find = find
        self._door = Door(find)
        self._streams = Streams()
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
        with ExitStack() as held:
            try:
                with told():
                    answer = await self._answer(scope, receive, held)
            except WorkbenchError as error:
                answer = await self._refused(scope, error)
            await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, held: ExitStack) -> ASGIApp:
        """What answers the request; `held` gets what it holds until the answer is complete."""
        found = _address(scope)
        running = None if found is None else self._running.at_hand(found.place)
        if found is None or running is None or paths.STATIC.fullmatch(found.rest) is None:
            (await self._door.service()).limit_address(_peer(scope))  # whatever comes of it
        if found is None:
            return await self._home(scope)
        _check_path(found.rest, scope)
        body = None if scope["method"] in BODILESS else await received(scope, receive)
        if running is None or paths.VISITS.fullmatch(found.rest):
            version = await self._version(found.place)
            if found.rest == "":
                return RedirectResponse(_with_slash(scope))
            if paths.CARD.fullmatch(found.rest):
                return await self._card(version, scope)
            running = await self._running.get(found.place, Stamp.of(version))
        if paths.TOOL.fullmatch(found.rest):
            return _with_body(running.tool, body)
        if body is not None:
            check_body(running.blocks, found.rest, body)
        elif paths.STREAMS.fullmatch(found.rest):
            check_stream(running.blocks, found.rest, scope)
            held.enter_context(self._streams.place(_peer(scope)))
        return _with_body(_own_host_only(guarded(running.page)), body)

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
        """The sentence: for people as a page with a way back, for programs as JSON, as Gradio's own clients read it."""
        headers, found = problems.headers_of(error), _address(scope)
        if found is not None and paths.SPOKEN.fullmatch(found.rest):
            return JSONResponse({"detail": str(error)}, getattr(error, "status", 500), headers)
        pages = await _pages()
        back, theme = f"{scope.get('root_path', '')}/", paths.theme_of(scope)
        if isinstance(error, NotFound):
            return pages.missing(error.message, error.hint, back, theme)
        shown: Response = pages.failed(getattr(error, "status", 500), error.message, error.hint, back, theme)
        shown.headers.update(headers)
        return shown


async def _pages() -> ModuleType:
    """What draws the pages. It takes a while to import, which the start of the workbench and others need not feel."""
    return await asyncio.to_thread(import_module, "backends.serving.widgets.pages")


def _to_slash(request: Request) -> Response:
    return RedirectResponse(_with_slash(request.scope))


def _with_slash(scope: Scope) -> str:
    """Where a page is that was asked for without the slash, told so that no proxy needs to be known."""
    query = scope.get("query_string", b"").decode("latin-1")
    return f"{scope['path'].rpartition('/')[2]}/{'?' if query else ''}{query}"


def _address(scope: Scope) -> paths.Address | None:
    return paths.address(scope["path"].removeprefix(scope.get("root_path", "")))


def _peer(scope: Scope) -> str:
    return str((scope.get("client") or ("",))[0])


def _check_path(rest: str, scope: Scope) -> None:
    """Raise for an address at which there is nothing, and for a stream of the tool's, which has nothing to tell."""
    if paths.REACHABLE.fullmatch(rest) is None:
        raise NotFound("There is nothing at this address.")
    if paths.TOOL.fullmatch(rest) and scope["method"] != "POST":
        raise problems.WrongMethod(
            f"{scope['method']} is not for the tool.", "Use POST; each request has its answer.", {"Allow": "POST"}
        )


def _with_body(page: ASGIApp, body: bytes | None) -> ASGIApp:
    """The application with the body that was read already."""

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        await page(scope, receive if body is None else replayed(body, receive), send)

    return answered


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
