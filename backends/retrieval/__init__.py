"""Documents in, cited answers out: a local index whose citations can be checked.

::

    bytes ──documents.read──▶ Document ──chunking.split──▶ Chunks ──embedding──▶ vectors ──index──▶ a Collection on disk
    question + Collection ──search──▶ Found ──answering──▶ Answer: sentences with the exact characters they rest on
    questions with known passages ──evaluation──▶ how good the search is, with intervals

`Collection` is the way in for notebooks, `library()` for the pages and the API; `private_libraries()`
holds what each visitor keeps for themselves.
"""

from backends.retrieval.collection import Collection
from backends.retrieval.index.records import (
    CollectionOptions,
    Status,
    StoredChunk,
    StoredDocument,
    StoredVersion,
)
from backends.retrieval.library import Library, Summary
from backends.retrieval.outcomes import Added, File, Outcome, Rebuilt
from backends.retrieval.private import PrivateLibraries
from backends.retrieval.process import close_library, library, private_libraries

__all__ = [
    "Added",
    "Collection",
    "CollectionOptions",
    "File",
    "Library",
    "Outcome",
    "PrivateLibraries",
    "Rebuilt",
    "Status",
    "StoredChunk",
    "StoredDocument",
    "StoredVersion",
    "Summary",
    "close_library",
    "library",
    "private_libraries",
]
