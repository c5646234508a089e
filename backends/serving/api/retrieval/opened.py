"""The collections of this process, and places for the work that takes long."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

from starlette.concurrency import run_in_threadpool

from backends.serving.limits import Gate
from backends.serving.refusals import NotFound

if TYPE_CHECKING:
    from backends.retrieval import Collection, Library
    from backends.retrieval.index.records import StoredDocument
    from backends.serving.api.edge import Call

SEARCHES = Gate(16, "search")  # each holds a thread
QUESTIONS = Gate(8, "question")  # a language model may take a minute for one
UPLOADS = Gate(2, "upload")  # reading and embedding take all cores
EVALUATIONS = Gate(1, "evaluation")


def the_library() -> Library:
    """The collections of this process; what they need is imported at the first request that is about them."""
    from backends.retrieval import library

    return library()


def collection_of(call: Call) -> Collection:
    """The collection in the path. Raises NotFound."""
    return the_library().open(known_name(call))


def known_name(call: Call) -> str:
    """The name in the path, of a collection that is there, be it damaged; capitals do not matter. Raises NotFound."""
    wanted = normalize("NFC", call.name).strip().casefold()
    found = next((name for name in the_library().names() if name.casefold() == wanted), None)
    if found is None:
        raise NotFound(f"There is no collection {call.name[:80]!r}.", hint="GET /api/v1/collections lists them.")
    return found


def document_of(call: Call, collection: Collection) -> StoredDocument:
    """The document in the path. Raises NotFound."""
    from backends.retrieval.search.hit import Filter

    wanted = str(call.request.path_params["document"])
    found = [one for one in collection.documents(Filter(documents=(wanted,))) if one.id == wanted]
    if not found:
        raise NotFound(
            f"There is no document {wanted[:80]!r} in {call.name!r}.", hint="GET …/documents lists them by their ids."
        )
    return found[0]


async def in_place(gate: Gate, work: Callable[..., Any], *args: Any) -> Any:
    """Run `work` on a thread that others do not need, in one of the gate's places. Raises Overloaded without one."""

    def run() -> Any:
        with gate:
            return work(*args)

    return await run_in_threadpool(run)
