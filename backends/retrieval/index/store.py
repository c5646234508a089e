"""The documents of one collection on disk: what is written is written whole, what is read is of one moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np

from backends.errors import WorkbenchError, in_folder
from backends.retrieval.chunking.chunk import Chunk
from backends.retrieval.documents.document import Document
from backends.retrieval.index import reading, waiting, writing
from backends.retrieval.index.integrity import problems
from backends.retrieval.index.passages import Facts, as_blobs, checked_tags, passages
from backends.retrieval.index.records import CollectionOptions, StoredDocument
from backends.retrieval.index.rows import options_text
from backends.retrieval.index.schema import FILE
from backends.retrieval.index.view import View


class Store(View):
    """One open collection file. Safe from any thread and beside other processes.

    Every change is one transaction: done whole, or not at all. Raises WorkbenchError wherever the file is damaged, busy
    or gone, or something in it is not known.
    """

    @classmethod
    def open(cls, folder: Path, *, create: bool = True) -> Store:
        """The store in a folder, made where there is none and `create` allows it.

        Raises WorkbenchError for one that cannot be opened; without `create` also for one whose file has nothing in it.
        """
        path = folder / FILE
        if not create:
            _must_exist(path)
            return cls(path, create=False)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            path.touch(mode=0o600)  # SQLite gives the files beside it the same mode
        return cls(path)

    def put(
        self, document: Document, chunks: Sequence[Chunk], vectors: np.ndarray | None = None, facts: Facts | None = None
    ) -> StoredDocument:
        """Add a document, or make it the next version of the one that has its name.

        `vectors` has a row per chunk, of the model `facts.identity`; without it the passages are found by words alone
        until they are embedded.
        """
        facts = facts or Facts()
        made = passages(document, chunks, self.options().language)
        blobs = as_blobs(vectors, len(made))
        with self._database.writing() as connection:
            id_ = writing.put(connection, document, made, blobs, facts)
            (stored,) = reading.documents_by(connection, "id", [id_])
        return stored

    def delete(self, document: str) -> None:
        """Take out a document with its passages, vectors and old versions."""
        with self._database.writing() as connection:
            writing.delete(connection, reading.key_of(connection, document))

    def enable(self, chunk: int, on: bool) -> None:
        """Let a passage be found, or not."""
        (stored,) = self.chunks([chunk]) or (None,)
        if stored is None:
            raise WorkbenchError(f"There is no passage {chunk} in this collection.", hint="Load the document again.")
        if stored.enabled == on:
            return
        source = self.source(stored.document)
        whole = Chunk(stored.start, stored.end, stored.tokens, stored.page, stored.headings)
        (made,) = passages(source, [whole], self.options().language)
        with self._database.writing() as connection:
            (still,) = reading.chunks(connection, [chunk], "") or (None,)
            if still is not None and still.enabled != on:  # nobody was faster
                writing.enable(connection, chunk, made if on else None)

    def set_tags(self, document: str, tags: Sequence[str]) -> None:
        """Give a document these tags and no others."""
        kept = checked_tags(tags)
        with self._database.writing() as connection:
            writing.next_generation(connection)
            writing.write_tags(connection, reading.key_of(connection, document), kept)

    def set_date(self, document: str, day: date | None) -> None:
        """Give a document the date it is filtered by."""
        with self._database.writing() as connection:
            writing.next_generation(connection)
            key = reading.key_of(connection, document)
            connection.execute("UPDATE documents SET date = ? WHERE key = ?", (day and day.isoformat(), key))

    def set_vectors(self, identity: str, ids: Sequence[int], vectors: np.ndarray) -> None:
        """Give passages their vectors of a model; those that are gone meanwhile are passed over."""
        blobs = [blob for blob in as_blobs(vectors, len(ids)) if blob is not None]
        with self._database.writing() as connection:
            writing.write_vectors(connection, identity, list(zip(map(int, ids), blobs, strict=True)))

    def set_options(self, options: CollectionOptions) -> None:
        """Keep the options in the collection."""
        with self._database.writing() as connection:
            writing.next_generation(connection)
            writing.set_meta(connection, "options", options_text(options))

    def set_first_options(self, options: CollectionOptions) -> bool:
        """Keep options in a collection that is `untouched`. Returns whether it was."""
        with self._database.writing() as connection:
            if not reading.untouched(connection):
                return False
            writing.next_generation(connection)
            writing.set_meta(connection, "options", options_text(options))
            return True

    def set_cursor(self, name: str, generation: int) -> None:
        """Remember up to which generation an engine of that name has taken in the changes."""
        with self._database.writing() as connection:
            writing.set_meta(connection, f"cursor {name}", str(generation))

    def wait_for(self, names: Sequence[str], ticket: Path | None = None) -> None:
        """Say that this process reads these files, or queues them for as long as the file `ticket` is there."""
        with self._database.writing() as connection:
            waiting.wait(connection, names, str(ticket.absolute()) if ticket else "")

    def take_over(self, ticket: Path) -> None:
        """Say that this process will read the files that were queued with that ticket, which may go now."""
        with self._database.writing() as connection:
            waiting.take_over(connection, str(ticket.absolute()))

    def wait_no_more(self, names: Sequence[str]) -> None:
        """Say that this process has ended with these files."""
        with self._database.writing() as connection:
            waiting.done(connection, names)

    def integrity(self) -> tuple[str, ...]:
        """What does not agree in the file, as sentences; () where all is well. Reads everything."""
        with self._database.writing() as connection:  # the full-text check counts as writing
            return problems(connection)


def _must_exist(path: Path) -> None:
    if not path.parent.is_dir():
        raise WorkbenchError(f"There is no collection {path.parent.name}.", hint="Create it first.")
    if not path.is_file():
        raise WorkbenchError(
            f"The collection file {in_folder(path)} is missing.",
            hint="Put back a copy of it, or delete the collection and add the documents again.",
        )
