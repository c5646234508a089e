"""Documents of a collection over HTTP: list, add with a result for each file, look at, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from backends.errors import WorkbenchError
from backends.serving.api import problems
from backends.serving.api.edge import Call, answer
from backends.serving.api.retrieval import shapes
from backends.serving.api.retrieval.files import Received, receive
from backends.serving.api.retrieval.opened import UPLOADS, collection_of, document_of, in_place

if TYPE_CHECKING:
    from backends.retrieval import Outcome


async def listed(call: Call) -> Response:
    """`GET …/documents`: every document without its text, and the names of those that are being read."""
    return answer(await run_in_threadpool(_listed, call))


async def add(call: Call) -> Response:
    """`POST …/documents`: read, cut and embed the files of the body. Each has a result; one that cannot be read stops
    no other. A document of the same name is replaced. 422 where none could be taken, with all the reasons.
    """
    await run_in_threadpool(collection_of, call)
    received = await receive(call)
    try:
        outcomes = await in_place(UPLOADS, _added, call, received)
    finally:
        await run_in_threadpool(received.close)
    results = [_result(one) for one in outcomes]
    taken = sum(one["document"] is not None for one in results)
    body = {"collection": call.name, "added": taken, "refused": len(results) - taken, "results": results}
    return answer(body) if taken else _none_taken(call, body)


async def one(call: Call) -> Response:
    """`GET …/documents/{document}`: its text and its passages, each the slice ``[start:end]`` of the text."""
    return answer(await run_in_threadpool(_one, call))


async def delete(call: Call) -> Response:
    """`DELETE …/documents/{document}`: the document and all its passages, in one transaction."""
    await run_in_threadpool(_delete, call)
    return Response(status_code=204)


def _listed(call: Call) -> dict[str, Any]:
    collection = collection_of(call)
    return {
        "collection": collection.name,
        "documents": [shapes.document(one) for one in collection.documents()],
        "status": shapes.status(collection.status()),
    }


def _added(call: Call, received: Received) -> list[Outcome]:
    from backends.retrieval.documents import read_apart

    collection, groups = collection_of(call), received.groups(call.service.settings)
    return [one for group in groups for one in collection.add_many(group, read=read_apart)]


def _result(outcome: Outcome) -> dict[str, Any]:
    stored = outcome.document
    return {
        "name": outcome.name,
        "result": outcome.result,
        "document": None if stored is None else shapes.document(stored),
        "reason": outcome.reason,
        "kind": outcome.kind,
        "characters": outcome.characters,
        "passages": outcome.passages,
        "notes": outcome.notes,
    }


def _none_taken(call: Call, body: dict[str, Any]) -> Response:
    """The problem that no file could be taken, with the result of each."""
    first = body["results"][0]
    error = WorkbenchError(f"No file was taken. {first['name'][:80]!r}: {first['reason']}", hint="See 'results'.")
    about = problems.document(error, call.request_id, call.request.url.path)
    return Response(orjson.dumps({**about, **body}, default=str), 422, media_type=problems.MEDIA_TYPE)


def _one(call: Call) -> dict[str, Any]:
    collection = collection_of(call)
    stored = document_of(call, collection)
    passages = [shapes.passage(chunk) for chunk in collection.chunks(stored.id)]
    return {**shapes.document(stored), "text": collection.text(stored.id), "chunks": passages}


def _delete(call: Call) -> None:
    collection = collection_of(call)
    collection.delete(document_of(call, collection).id)
