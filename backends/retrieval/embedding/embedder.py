"""What every embedding model can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

Progress = Callable[[int, int], None]  # texts done, of how many


class Embedder(Protocol):
    """Texts to vectors of unit length, whose inner product says how near two texts are in meaning."""

    @property
    def name(self) -> str:
        """The model's name, for people."""

    @property
    def identity(self) -> str:
        """A short digest of weights, tokenizer and arithmetic: vectors of the same identity can be compared."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def max_tokens(self) -> int:
        """Tokens of a text that count; what follows is not seen by the model. Without its special tokens."""

    def spans(self, text: str) -> np.ndarray:
        """Where the model's tokens are: integers (tokens, 2), first character and the one after the last, in order."""

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors of passages: float32 (texts, dimension), each of length 1."""

    def encode_query(self, text: str) -> np.ndarray:
        """The vector of a question: float32 (dimension,), of length 1."""
