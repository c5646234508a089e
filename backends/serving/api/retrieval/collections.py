"""Collections over HTTP: list, make, look at, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from backends.serving.api.edge import Call, answer
from backends.serving.api.models import base
from backends.serving.api.retrieval import shapes
from backends.serving.api.retrieval.bodies import read_object
from backends.serving.api.retrieval.choices import Choice, chosen
from backends.serving.api.retrieval.opened import collection_of, known_name, the_library

if TYPE_CHECKING:
    from backends.retrieval import Collection, Status

LONGEST_NAME = 60  # characters
_SCHEMA = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError
    return value


NEW = {"name": Choice(_name, f"a text of 1 to {LONGEST_NAME} characters", _SCHEMA)}
EXAMPLE = '{"name": "handbook"}'


async def listed(call: Call) -> Response:
    """`GET /v1/collections`: every collection, and how far it is."""
    return answer(await run_in_threadpool(_listed, call))


async def create(call: Call) -> Response:
    """`POST /v1/collections` with `{"name": …}`: a new, empty collection; 422 where the name is taken."""
    wanted = chosen(
        await read_object(call, EXAMPLE, f"Send a name of at most {LONGEST_NAME} characters"), NEW, ("name",)
    )["name"]
    response = answer(await run_in_threadpool(_created, call, wanted))
    response.status_code = 201
    return response


async def one(call: Call) -> Response:
    """`GET /v1/collections/{name}`: how far it is."""
    return answer(await run_in_threadpool(_one, call))


async def delete(call: Call) -> Response:
    """`DELETE /v1/collections/{name}`: it and all its documents, for good."""
    await run_in_threadpool(_delete, call)
    return Response(status_code=204)


def _listed(call: Call) -> dict[str, Any]:
    return {"collections": [_summary(call, one.name, one.status, one.trouble) for one in the_library().summaries()]}


def _created(call: Call, name: str) -> dict[str, Any]:
    return _of(call, the_library().create(name))


def _one(call: Call) -> dict[str, Any]:
    return _of(call, collection_of(call))


def _delete(call: Call) -> None:
    the_library().delete(known_name(call))


def _of(call: Call, collection: Collection) -> dict[str, Any]:
    return _summary(call, collection.name, collection.status())


def _summary(call: Call, name: str, status: Status | None, trouble: str = "") -> dict[str, Any]:
    """A collection in the list of all; `trouble` says why one cannot be opened."""
    path = f"{base(call)}/v1/collections/{quote(name, safe='')}"
    links = {what: f"{path}/{what}" for what in ("documents", "search", "ask", "evaluate")}
    facts = {"trouble": trouble} if status is None else shapes.status(status)
    return {"name": name, **facts, "links": {"self": path, **links}}
