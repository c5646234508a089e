"""Documents a person can check by eye: a line is a passage."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from backends.retrieval.chunking.chunk import Chunk
from backends.retrieval.documents.document import Document
from backends.retrieval.index.passages import Facts, embedded_texts
from backends.retrieval.index.records import StoredDocument
from backends.retrieval.index.store import Store
from tests.backends.retrieval.fakes import HashEmbedder

EMBEDDER = HashEmbedder(dimension=32)


def lines(name: str, *texts: str) -> tuple[Document, tuple[Chunk, ...]]:
    """A document with a passage per line."""
    chunks: list[Chunk] = []
    for text in texts:
        start = chunks[-1].end if chunks else 0
        chunks.append(Chunk(start, start + len(text) + 1, len(text.split())))
    return Document(name, "txt", "".join(f"{text}\n" for text in texts)), tuple(chunks)


def put(store: Store, name: str, *texts: str, **facts: object) -> StoredDocument:
    """Write such a document with its vectors."""
    document, chunks = lines(name, *texts)
    vectors = EMBEDDER.encode(embedded_texts(document, chunks))
    return store.put(document, chunks, vectors, Facts(identity=EMBEDDER.identity, **facts))  # type: ignore[arg-type]


def texts_of(store: Store, document: StoredDocument) -> list[str]:
    """The present passages, without their line ends."""
    return [chunk.text.strip() for chunk in store.chunks_of(document.id)]


def nearest(store: Store, question: str, folder: Path, k: int = 3) -> list[str]:
    """The passages that a fresh engine finds."""
    from backends.retrieval.index.memory_engine import MemoryEngine

    engine = MemoryEngine(folder)
    engine.refresh(store, EMBEDDER.identity)
    ids, scores = engine.search(EMBEDDER.encode_query(question), k)
    engine.close()
    found = store.chunks(ids[scores > np.float32(0.01)].tolist())
    return [chunk.text.strip() for chunk in found]
