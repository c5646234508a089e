"""The models of a collection: the embedder that was given or the settings name, and their reranker."""

from __future__ import annotations

import threading

from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.embedding.reranker import Reranker
from backends.settings import Settings


class Model:
    """Hands out the embedder to those who can wait for it and to those who cannot. Safe from any thread."""

    def __init__(self, settings: Settings, embedder: Embedder | None = None) -> None:
        self._settings = settings
        self._embedder = embedder
        self._reranker: Reranker | None = None
        self._lock = threading.Lock()
        self.name = embedder.name if embedder else settings.embedder  # for people
        self.trouble = ""  # why the model could not be prepared, as a sentence

    @property
    def now(self) -> Embedder | None:
        """The embedder where it is ready; None, after it was begun to be prepared in the background, where not."""
        if self._embedder is not None:
            return self._embedder
        from backends.retrieval.embedding import prepare

        preparation = prepare(self._settings)
        self.trouble = preparation.reason if preparation.state == "failed" else ""
        self.name = preparation.name
        return self.wait() if preparation.state == "ready" else None

    def wait(self) -> Embedder:
        """The embedder, once it is ready. Raises WorkbenchError where the settings name none that can be used."""
        with self._lock:
            if self._embedder is None:
                from backends.retrieval.embedding import open_embedder

                self._embedder = open_embedder(self._settings)
                self.name = self._embedder.name
            return self._embedder

    @property
    def reranker(self) -> Reranker | None:
        """The cross-encoder, loaded when it is asked for first; None where the settings name none."""
        if self._settings.reranker and self._reranker is None:
            from backends.retrieval.embedding import open_reranker

            self._reranker = open_reranker(self._settings)
        return self._reranker

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing about the models that are loaded or cannot be, as sentences."""
        trouble = (f"The embedding model cannot be used: {self.trouble}",) if self.trouble else ()
        loaded = [one for one in (self._embedder, self._reranker) if one is not None]
        told = [f"{one.name}: {note}" for one in loaded for note in getattr(one, "notes", ())]
        return (*trouble, *told)
