"""Whoever finds the nearest vectors: in this process's memory, or on a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from backends.settings import Settings

if TYPE_CHECKING:
    from backends.retrieval.index.store import Store


class VectorEngine(Protocol):
    """Holds the vectors of a store and can always be made again from it. Safe from any thread."""

    def refresh(self, store: Store, identity: str) -> None:
        """Take in what changed for vectors of that model; cheap where nothing did. Called before each search."""

    def search(self, query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
        """The nearest passages to a unit vector (dimension,), best first: ids int64 and cosines float32.

        At most `k`; with `allowed` (ids, ascending) only of those. Ties are in order of the ids.
        """

    def close(self) -> None:
        """Let go of memory, threads and connections."""


def open_engine(settings: Settings, folder: Path) -> VectorEngine:
    """The engine that the settings name: Milvus where an address is set, this process's memory otherwise."""
    if settings.milvus_uri:
        from backends.retrieval.index.milvus_engine import MilvusEngine

        engine: VectorEngine = MilvusEngine(settings, folder)
        return engine
    from backends.retrieval.index.memory_engine import MemoryEngine

    return MemoryEngine(folder)


def forget_vectors(settings: Settings, folder: Path) -> None:
    """Delete what an engine keeps outside of the folder of its store, before that is deleted.

    Raises WorkbenchError where Milvus does not answer.
    """
    if not settings.milvus_uri:
        return
    from backends.retrieval.index.milvus_engine import MilvusEngine

    engine = MilvusEngine(settings, folder)
    try:
        engine.forget()
    finally:
        engine.close()
