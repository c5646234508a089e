"""What is needed to take documents in: the store, the model and the limits; how they are cut and embedded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.chunking.chunk import Chunk
from backends.retrieval.documents.document import Document
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.index.embedded import text_hash
from backends.retrieval.index.layout import effective_size, layout
from backends.retrieval.index.passages import Facts, embedded_texts
from backends.retrieval.index.records import CollectionOptions
from backends.retrieval.index.store import Store
from backends.retrieval.outcomes import Cancelled, Progress
from backends.settings import Settings

Read = Callable[[bytes | Path, str, str | None, Settings], Document]  # a file, its name and password to a document


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked for it
    """Raised inside an encoding that is cancelled."""


@dataclass(frozen=True)
class Ready:
    """A document that is read and cut."""

    document: Document
    chunks: tuple[Chunk, ...]
    facts: Facts


@dataclass(frozen=True)
class Desk:
    """What is needed to take documents in. `read` is what reads files, in this process or in another one."""

    store: Store
    embedder: Embedder
    settings: Settings
    read: Read | None = None  # None: `documents.read`

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        """The passages of a document, as the collection's options say. Raises WorkbenchError for one without text."""
        from backends.retrieval.chunking import split

        if not document.text.strip():
            raise WorkbenchError(f"{document.name!r} holds no text.", hint="Choose a document with text in it.")
        most = self.settings.max_document_characters
        if len(document.text) > most:
            raise WorkbenchError(
                f"{document.name!r} has {len(document.text):,} characters; at most {most:,} are kept.",
                hint="Divide it, or set WORKBENCH_MAX_DOCUMENT_CHARACTERS higher.",
            )
        return split(document, effective_size(self.store.options(), self.embedder.max_tokens), self.embedder.spans)

    @property
    def layout(self) -> str:
        """How documents are cut now."""
        return layout(self.store.options(), self.embedder.max_tokens)

    def facts(self, digest: str, tags: Sequence[str] | None = None, day: date | None = None) -> Facts:
        """Those of a new document."""
        kept = None if tags is None else tuple(tags)
        return Facts(digest=digest, identity=self.embedder.identity, layout=self.layout, tags=kept, date=day)

    def in_language(self, ready: Sequence[Ready]) -> list[Ready]:
        """The documents, once the language of a new collection is guessed from the first one that tells it.

        Options that were kept before hold the language that somebody chose; then nothing is guessed.
        """
        from backends.retrieval.search.language import guess_language

        if not self.store.untouched():
            return list(ready)
        for one in ready:
            guess = guess_language(one.document.text)
            if guess is None:
                continue
            options = CollectionOptions(language=guess, language_from=f"guessed from {one.document.name}")
            if self.store.set_first_options(options):  # nothing but the language changed, in which nothing is cut
                now = layout(options, self.embedder.max_tokens)
                return [replace(each, facts=replace(each.facts, layout=now)) for each in ready]
        return list(ready)

    def vectors(self, ready: Sequence[Ready], ticked: Progress, cancelled: Cancelled) -> list[np.ndarray]:
        """The vectors of each document's passages. What was embedded before in this collection is not embedded again.

        Raises Stopped when it is cancelled.
        """
        texts = [embedded_texts(one.document, one.chunks) for one in ready]
        hashes = [[text_hash(text) for text in some] for some in texts]
        flat = {
            key: text for keys, some in zip(hashes, texts, strict=True) for key, text in zip(keys, some, strict=True)
        }
        known = self.store.known_vectors(list(flat), self.embedder.identity)
        missing = [key for key in flat if key not in known]

        def tick(done: int, of: int) -> None:
            if cancelled():
                raise Stopped
            ticked(f"Embedding {len(missing):,} passages", done / max(1, of))

        if missing:
            tick(0, len(missing))
            made = self.embedder.encode([flat[key] for key in missing], tick)
            known.update(zip(missing, made, strict=True))
        empty = np.empty((0, self.embedder.dimension), np.float32)
        return [np.stack([known[key] for key in keys]) if keys else empty for keys in hashes]
