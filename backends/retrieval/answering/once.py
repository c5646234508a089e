"""An embedder that encodes each text once: the sentences of an answer cite the same passages again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

MOST = 8_192  # vectors that are kept; further texts are encoded each time


class Encoder(Protocol):
    """What is needed of an embedder."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of unit length, one a row."""

    def encode_query(self, text: str) -> np.ndarray:
        """The vector of a question."""


class Once:
    """The vectors of one answer's texts. Made for one answer and let go with it; not for several threads."""

    def __init__(self, embedder: Encoder) -> None:
        """Nothing is encoded yet."""
        self._embedder = embedder
        self._known: dict[str, np.ndarray] = {}
        self._asked: dict[str, np.ndarray] = {}

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._embedder.dimension

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors (texts, dimension), as `Embedder.encode` gives them."""
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        vectors = dict(zip(new, self._embedder.encode(new), strict=True)) if new else {}
        found = [self._known[text] if text in self._known else vectors[text] for text in texts]
        for text in new[: max(0, MOST - len(self._known))]:
            self._known[text] = vectors[text]
        return np.array(found, dtype=np.float32).reshape(len(texts), self._embedder.dimension)

    def encode_query(self, text: str) -> np.ndarray:
        """The vector (dimension,) of a question, as `Embedder.encode_query` gives it."""
        if text not in self._asked:
            self._asked[text] = self._embedder.encode_query(text)
        return self._asked[text]
