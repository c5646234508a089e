"""Everything that can be asked of a collection's file; each answer is of one moment."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from backends.retrieval.documents.document import Document
from backends.retrieval.index import reading, waiting, writing
from backends.retrieval.index.changes import Changes, read_changes
from backends.retrieval.index.database import Database
from backends.retrieval.index.lexical import Lexical
from backends.retrieval.index.records import CollectionOptions, Status, StoredChunk, StoredDocument, StoredVersion
from backends.retrieval.index.rows import as_document, as_options, stored_version

if TYPE_CHECKING:
    from backends.retrieval.search.hit import Filter

_REMEMBERED = 16  # answers of `allowed` and `status`


class View:
    """One open collection file, as a reader sees it. Safe from any thread and beside other processes.

    Raises WorkbenchError wherever the file is damaged or gone, or something in it is not known.
    """

    def __init__(self, path: Path, *, create: bool = True) -> None:
        self._database = Database(path, create=create)
        self._remembered: OrderedDict[Any, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._words = Lexical()

    @property
    def path(self) -> Path:
        """The SQLite file."""
        return self._database.path

    def close(self) -> None:
        """Close the file; what is asked afterwards raises WorkbenchError."""
        self._database.close()

    def generation(self) -> int:
        """A number that every change of what can be found raises."""
        with self._database.reading() as connection:
            return writing.meta_number(connection, "generation")

    def cursor(self, name: str) -> int:
        """What `set_cursor` was told last, 0 before that."""
        with self._database.reading() as connection:
            return writing.meta_number(connection, f"cursor {name}")

    def options(self) -> CollectionOptions:
        """The options of the collection."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = 'options'").fetchone()
        return as_options(row[0] if row else None)

    def untouched(self) -> bool:
        """Whether it has no documents and no options were ever kept in it."""
        with self._database.reading() as connection:
            return reading.untouched(connection)

    def documents(self, wanted: Filter | None = None) -> tuple[StoredDocument, ...]:
        """The documents that a filter lets through, in order of their names."""
        with self._database.reading() as connection:
            return reading.documents(connection, wanted)

    def documents_by(self, column: str, values: Sequence[str]) -> tuple[StoredDocument, ...]:
        """Documents by their "id", "name" or "digest", in no order; those that are not there are left out."""
        with self._database.reading() as connection:
            return reading.documents_by(connection, column, values)

    def document(self, document: str) -> StoredDocument:
        """One document by its id."""
        with self._database.reading() as connection:
            reading.key_of(connection, document)
            return reading.documents_by(connection, "id", [document])[0]

    def versions(self, document: str) -> tuple[StoredVersion, ...]:
        """The versions of a document's text that are kept, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT version, made, origin, length(text) FROM versions WHERE document = ? ORDER BY version",
                (reading.key_of(connection, document),),
            )
            return tuple(stored_version(row) for row in rows)

    def text(self, document: str, version: int | None = None) -> str:
        """The text of a document, of its present version or an older one."""
        with self._database.reading() as connection:
            return reading.version_row(connection, document, version)[0]

    def source(self, document: str, version: int | None = None) -> Document:
        """The document as it was read from its file or edited, with pages and blocks."""
        with self._database.reading() as connection:
            return as_document(*reading.version_row(connection, document, version))

    def chunks(self, ids: Sequence[int], identity: str = "") -> tuple[StoredChunk, ...]:
        """Passages in the order of `ids`; those that are gone are left out. `embedded` is told of that model."""
        with self._database.reading() as connection:
            return reading.chunks(connection, ids, identity)

    def chunks_of(self, document: str, identity: str = "") -> tuple[StoredChunk, ...]:
        """The passages of a document, in order."""
        with self._database.reading() as connection:
            return reading.chunks_of(connection, document, identity)

    def lexical(self, terms: Sequence[str], limit: int, wanted: Filter | None = None) -> list[tuple[int, float]]:
        """The passages that hold any of these analysed terms: (chunk, BM25, higher is better), best first."""
        ids = self.allowed(wanted)
        with self._database.reading() as connection:
            generation = writing.meta_number(connection, "generation")
            return self._words.search(connection, generation, terms, limit, ids)

    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        """How much each analysed term tells: its inverse document frequency among the passages."""
        with self._database.reading() as connection:
            return self._words.idf(connection, writing.meta_number(connection, "generation"), terms)

    def vectors(self, ids: Sequence[int], identity: str) -> dict[int, np.ndarray]:
        """Vectors of a model by passage; those that have none are left out."""
        with self._database.reading() as connection:
            return reading.vectors(connection, ids, identity)

    def allowed(self, wanted: Filter | None) -> np.ndarray | None:
        """Ids (int64, ascending) of the passages that a filter lets through; None where it lets all through."""
        with self._database.reading() as connection:
            key = ("allowed", wanted, writing.meta_number(connection, "generation"))
            return self._once(key, lambda: reading.allowed(connection, wanted))

    def status(self, identity: str = "", model: str = "", ready: bool = True, layout: str = "") -> Status:
        """How far the collection is with one model and one layout ("" asks after neither)."""
        with self._database.reading() as connection:
            key = ("status", identity, layout, writing.meta_number(connection, "generation"))
            counts = self._once(key, lambda: reading.status(connection, identity, layout))
            return replace(counts, waiting=waiting.waiting(connection), model=model, embedder_ready=ready)

    def vectors_since(self, generation: int, identity: str) -> Changes:
        """What changed after a generation for an engine that holds the vectors of a model; 0 reads everything."""
        with self._database.reading() as connection:
            return read_changes(connection, generation, identity)

    def known_vectors(self, hashes: Sequence[bytes], identity: str) -> dict[bytes, np.ndarray]:
        """Vectors of a model that are there already, by the hash of the embedded text."""
        with self._database.reading() as connection:
            return reading.known_vectors(connection, hashes, identity)

    def unembedded(self, identity: str, after: int = 0, limit: int = 256) -> list[reading.Unembedded]:
        """Passages without a vector of a model and with an id above `after`: id, title, headings and text."""
        with self._database.reading() as connection:
            return reading.unembedded(connection, identity, after, limit)

    def outdated(self, layout: str) -> tuple[str, ...]:
        """Ids of the documents whose passages were made with another layout."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id FROM documents WHERE layout <> ? ORDER BY key", (layout,))
            return tuple(row[0] for row in rows)

    def _once(self, key: Any, make: Any) -> Any:
        """What `make` gives, remembered for as long as nothing changes."""
        with self._lock:
            if key in self._remembered:
                return self._remembered[key]
        made = make()
        with self._lock:
            self._remembered[key] = made
            if len(self._remembered) > _REMEMBERED:
                self._remembered.popitem(last=False)
        return made
