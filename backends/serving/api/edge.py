"""The edge of the API: one ASGI application per path that every request passes on its way to a handler.

It finds out who asks, gives the request an id, and turns whatever goes wrong into a problem document. It is Starlette
alone, without models for the bodies: a prediction costs what the prediction costs.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backends.errors import UnavailableError, WorkbenchError
from backends.serving.api import access, problems
from backends.serving.origins import Origins

if TYPE_CHECKING:
    from backends.serving.service import Service

ALWAYS = ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store"))
_VALID_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PROCESS = secrets.token_hex(6)  # ids are to be unique, not secret: this process, and a number
_NUMBERS = itertools.count(1)


@dataclass(slots=True)
class Call:
    """One request that may ask: what it brings, and the service that answers."""

    request: Request
    service: Service
    request_id: str
    headers: Mapping[str, str]  # by their names in lower case
    caller: str  # the name of the key, "" where no keys are set

    @property
    def peer(self) -> str | None:
        """The address that the request came from; None where the server does not know it."""
        return self.request.client.host if self.request.client else None

    @property
    def name(self) -> str:
        """The model's name in the path."""
        return str(self.request.path_params["name"])

    @property
    def version(self) -> str | None:
        """The version in the path, a number or a stage; None where the path leaves it to the model's route."""
        return self.request.path_params.get("version")

    @property
    def sticky(self) -> str | None:
        """What keeps a client with one version of a split: the header `X-Sticky-Key`, or the parameter `sticky`."""
        return self.headers.get("x-sticky-key") or self.parameters.get("sticky") or None

    @property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of the address."""
        return self.request.query_params if self.request.scope["query_string"] else {}


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True)
class Door:
    """Where the service comes from: the first call imports for a while, so it is on a thread."""

    find: Callable[[], Service]
    _found: list[bool] = field(default_factory=list)

    async def service(self) -> Service:
        """The service of this process, which may be another one after it was closed.

        Raises UnavailableError for settings with which there can be none: not the caller's fault.
        """
        try:
            if not self._found:
                await asyncio.to_thread(self.find)
                self._found.append(True)
            return self.find()
        except WorkbenchError as error:
            raise UnavailableError(error.message, error.hint) from error


@dataclass(frozen=True)
class Endpoint:
    """An ASGI application for one path: a handler for each method, behind the rules of `access`."""

    door: Door
    handlers: Mapping[str, Handler]
    dialect: problems.Dialect = dict  # how a protocol words its errors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers = plain_headers(scope["headers"])
        request_id = _request_id(headers.get("x-request-id"))
        keyed, listed = False, Origins()
        try:
            service = await self.door.service()
            keyed, listed = service.keys.required, service.shared_with
            response = await self._answer(Request(scope, receive), service, request_id, headers)
        except Exception as error:
            response = problems.problem(error, request_id, scope["path"], self.dialect)
        more = access.cross_origin_headers(headers.get("origin"), keyed, listed)
        response.raw_headers += [(name.encode("latin-1"), value.encode("latin-1")) for name, value in more.items()]
        response.raw_headers += [(b"x-request-id", request_id.encode("latin-1")), *ALWAYS]
        await response(scope, receive, send)

    async def _answer(
        self, request: Request, service: Service, request_id: str, headers: Mapping[str, str]
    ) -> Response:
        method = request.method
        if method == "OPTIONS":
            return Response(status_code=204, headers={**access.preflight_headers(self.methods), "Allow": self.methods})
        handler = self.handlers.get("GET" if method == "HEAD" else method)
        if handler is None:
            raise problems.WrongMethod(
                f"{method} is not for this path.", f"Use {self.methods}.", {"Allow": self.methods}
            )
        peer = request.client.host if request.client else None
        return await handler(Call(request, service, request_id, headers, admitted(peer, headers, service)))

    @property
    def methods(self) -> str:
        """The methods of this path, as the header `Allow` has them."""
        return ", ".join((*self.handlers, "OPTIONS"))


def admitted(peer: str | None, headers: Mapping[str, str], service: Service) -> str:
    """Who asks: the key's name, "" where no keys are set.

    Raises Unauthorised (401) for no or a wrong key, TooMany (429), and Forbidden (403) for a stranger without keys.
    """
    if not service.keys.required:
        access.check_local(peer, headers)
    return service.authorise(access.given_key(headers), peer or "")


def changing(handler: Handler) -> Handler:
    """A handler that changes what everybody sees, for who may (see `serving.admin`); others get a 401 or 403.

    The rights are looked at before the body is read.
    """

    async def checked(call: Call) -> Response:
        call.service.check_change(call.headers, call.peer)
        return await handler(call)

    return checked


def plain_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers by their names in lower case; those of the same name as one, with commas (RFC 9110, 5.3).

    >>> plain_headers([(b"host", b"localhost"), (b"via", b"a"), (b"via", b"b")])
    {'host': 'localhost', 'via': 'a, b'}
    """
    found: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def answer(body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """`body` as JSON; what is not a number becomes null, NumPy values are written as they are."""
    option = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS
    return Response(orjson.dumps(body, default=_plain, option=option), 200, headers, "application/json")


async def check_model(call: Call) -> None:
    """Raise NotFound for a model or version that is not served, before anybody looks at the body."""
    if call.service.ready(call.name, call.version, 0):
        call.service.check(call.name, call.version)
    else:
        await in_thread(call.service.check, call.name, call.version)


def _plain(value: Any) -> Any:
    for method in ("to_dict", "isoformat", "tolist"):
        if hasattr(value, method):
            return getattr(value, method)()
    return str(value)


def _request_id(given: str | None) -> str:
    """The client's own id where it is a plain one, so that both logs can be joined; a new one otherwise.

    >>> _request_id("trace-17"), _request_id("a b") == _request_id("a b")
    ('trace-17', False)
    """
    return given if given and _VALID_ID.fullmatch(given) else f"{_PROCESS}-{next(_NUMBERS):06x}"


async def in_thread(work: Callable[..., Any], *args: Any, **options: Any) -> Any:
    """Run blocking `work` on a worker thread, so that the event loop stays free for others."""
    return await asyncio.to_thread(partial(work, *args, **options))
