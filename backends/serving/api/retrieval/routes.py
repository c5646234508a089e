"""The paths of collections, and who answers them."""

from __future__ import annotations

from backends.serving.api.edge import Handler, changing
from backends.serving.api.retrieval import ask, collections, documents, evaluate, search

COLLECTION = "/v1/collections/{name}"

ROUTES: dict[str, dict[str, Handler]] = {
    "/v1/collections": {"GET": collections.listed, "POST": changing(collections.create)},
    COLLECTION: {"GET": collections.one, "DELETE": changing(collections.delete)},
    f"{COLLECTION}/documents": {"GET": documents.listed, "POST": changing(documents.add)},
    f"{COLLECTION}/documents/{{document}}": {"GET": documents.one, "DELETE": changing(documents.delete)},
    f"{COLLECTION}/search": {"GET": search.search, "POST": search.search},
    f"{COLLECTION}/ask": {"POST": ask.ask},
    f"{COLLECTION}/evaluate": {"POST": evaluate.evaluate},
}
