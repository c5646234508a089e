"""Every path of the API in one place."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

import backends
from backends.serving.api import inference, models, predict, problems
from backends.serving.api.docs import page
from backends.serving.api.edge import Call, Door, Endpoint, Handler, answer, in_thread
from backends.serving.api.health import Health, health
from backends.serving.api.openapi import document
from backends.serving.api.retrieval import ROUTES as RETRIEVAL
from backends.serving.api.retrieval.openapi import paths as retrieval_paths

if TYPE_CHECKING:
    from backends.serving.service import Service

Find = Callable[[], "Service"]
TITLE = "Demo Workbench"
SHOWN = 10  # models that the general description has an example of
_MODEL, _VERSION = "/v1/models/{name}", "/v1/models/{name}/versions/{version}"
_INFER, _INFER_VERSION = "/v2/models/{name}", "/v2/models/{name}/versions/{version}"


def the_service() -> Service:
    """The service of this process; its libraries are imported on the first call, not when the workbench starts."""
    from backends.serving.service import service

    return service()


def end_service() -> None:
    """Close the service and the collections of this process, if they were opened: what is still to write is written."""
    opened = sys.modules.get("backends.serving.service")
    if opened is not None:
        opened.close_service()
    collections = sys.modules.get("backends.retrieval.process")
    if collections is not None:
        collections.close_library()
    reading = sys.modules.get("backends.retrieval.documents")
    if reading is not None:
        reading.end_reading()


def build_api(find: Find = the_service) -> FastAPI:
    """The application behind /api, with its OpenAPI description at /api/openapi.json.

    Its health is open to all; whatever has to do with models is not (see `access`). FastAPI's own documentation pages
    are off: they fetch their scripts from another host.
    """
    api = FastAPI(title=TITLE, version=backends.__version__, docs_url=None, redoc_url=None, openapi_url=None)
    api.add_api_route("/health", health, methods=["GET"], response_model=Health, tags=["operation"])
    door, typed = Door(find), api.openapi()

    async def openapi(call: Call) -> Response:
        return answer(await in_thread(described, call, typed))

    table: dict[str, dict[str, Handler]] = {
        "/v1/models": {"GET": models.listed},
        _MODEL: {"GET": models.one},
        f"{_MODEL}/openapi.json": {"GET": models.described},
        f"{_MODEL}/predict": {"POST": predict.predict},
        f"{_MODEL}/explain": {"POST": predict.explain},
        _VERSION: {"GET": models.version},
        f"{_VERSION}/predict": {"POST": predict.predict},
        f"{_VERSION}/explain": {"POST": predict.explain},
        **RETRIEVAL,
        "/openapi.json": {"GET": openapi},
        "/docs": {"GET": page},
        "/{path:path}": {"GET": nothing, "POST": nothing},
    }
    api.router.routes.extend(Route(path, Endpoint(door, handlers)) for path, handlers in table.items())
    return api


def build_routes(find: Find = the_service) -> list[BaseRoute]:
    """The routes beside /api: the Open Inference Protocol below /v2, /metrics, and what the mount at /api lets by."""
    door = Door(find)
    table: dict[str, dict[str, Handler]] = {
        "/v2": {"GET": inference.server},
        "/v2/health/live": {"GET": inference.live},
        "/v2/health/ready": {"GET": inference.ready},
        _INFER: {"GET": inference.metadata},
        f"{_INFER}/ready": {"GET": inference.model_ready},
        f"{_INFER}/infer": {"POST": inference.infer},
        _INFER_VERSION: {"GET": inference.metadata},
        f"{_INFER_VERSION}/ready": {"GET": inference.model_ready},
        f"{_INFER_VERSION}/infer": {"POST": inference.infer},
    }
    found: list[BaseRoute] = [
        Route(path, Endpoint(door, handlers, inference.with_error)) for path, handlers in table.items()
    ]
    rest = {"GET": nothing, "POST": nothing}
    return [
        *found,
        Route("/metrics", Endpoint(door, {"GET": metrics})),
        Below("/v2", Endpoint(door, rest, inference.with_error)),
        Below("/api", Endpoint(door, rest)),
    ]


class Below(Route):
    """All paths below one, also those with a line break in them, which the pattern of Starlette's `path` leaves out."""

    def __init__(self, path: str, endpoint: Endpoint) -> None:
        super().__init__(f"{path}/{{path:path}}", endpoint)
        self.path_regex = re.compile(rf"^{re.escape(path)}/(?P<path>[\s\S]*)\Z")


def described(call: Call, typed: dict[str, Any]) -> dict[str, Any]:
    """The general description, with a row of each of the first published models to try.

    `typed` is FastAPI's description of the paths that it knows the types of.
    """
    found = call.service.catalogue.models()[:SHOWN]
    shown = tuple(models.shown_of(call.service, served) for served in found)
    info = {"title": TITLE, "version": backends.__version__}
    whole = document(info, shown, models.base(call), call.service.keys.required)
    paths = {**typed["paths"], **whole["paths"], **retrieval_paths()}
    schemas = {**typed["components"]["schemas"], **whole["components"]["schemas"]}
    components = {**whole["components"], "schemas": schemas}
    return {**whole, "paths": paths, "components": components}


async def metrics(call: Call) -> Response:
    """`GET /metrics`: what this process has answered, for Prometheus."""
    from backends.serving.counters import CONTENT_TYPE

    return Response(call.service.counters.exposition(), 200, media_type=CONTENT_TYPE)


async def nothing(call: Call) -> Response:
    """Any other path."""
    raise problems.NoSuchPath(f"There is nothing at {call.request.url.path[:200]!r}.", hint="See /api/openapi.json.")
