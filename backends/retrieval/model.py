"""The embedding model of a collection: the one that was given, or the one that the settings name."""

from __future__ import annotations

import threading

from backends.retrieval.embedding.embedder import Embedder
from backends.settings import Settings


class Model:
    """Hands out the embedder to those who can wait for it and to those who cannot. Safe from any thread."""

    def __init__(self, settings: Settings, embedder: Embedder | None = None) -> None:
        self._settings = settings
        self._embedder = embedder
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
