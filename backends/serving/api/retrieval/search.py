"""Searching a collection over HTTP."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from backends.serving.api.edge import Call, answer
from backends.serving.api.retrieval import shapes
from backends.serving.api.retrieval.bodies import read_object
from backends.serving.api.retrieval.choices import QUESTION, SEARCH, chosen, search_options
from backends.serving.api.retrieval.opened import SEARCHES, collection_of, in_place

FIELDS = {"question": QUESTION, **SEARCH}
EXAMPLE = '{"question": "When does ice melt?", "k": 5}'
TOO_LARGE = "Send a shorter question, or a narrower filter"


async def search(call: Call) -> Response:
    """`POST …/search` with a question and options, or `GET` with the same as parameters: the best passages."""
    if call.request.method == "POST":
        given = await read_object(call, EXAMPLE, TOO_LARGE)
    else:
        given = dict(call.parameters)
    wanted = chosen(given, FIELDS, ("question",))
    return answer(await in_place(SEARCHES, _searched, call, wanted))


def _searched(call: Call, wanted: dict[str, Any]) -> dict[str, Any]:
    collection = collection_of(call)
    found = collection.search(wanted["question"], **search_options(wanted))
    return {"collection": collection.name, "request_id": call.request_id, **shapes.found(found)}
