"""An embedding model on ONNX Runtime, without torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from backends.retrieval.embedding.batches import Batches
from backends.retrieval.embedding.embedder import Progress
from backends.retrieval.embedding.record import MODEL, TOKENIZER, Record
from backends.retrieval.embedding.recorded import RecordedEmbedder
from backends.retrieval.embedding.tokens import Tokens


class OnnxEmbedder(RecordedEmbedder):
    """The converted model in a folder. Safe to use from several threads."""

    def __init__(self, folder: Path, record: Record, threads: Callable[[], int] = lambda: 2) -> None:
        super().__init__(record)
        self._tokens = Tokens(folder / TOKENIZER, record.longest)
        self._batches = Batches(folder / MODEL, self._tokens, record.padding, threads)
        prompt = self._tokens.count(record.passage_prompt) if record.passage_prompt else 0
        self._room = max(1, self._tokens.max_tokens - prompt)

    @property
    def max_tokens(self) -> int:
        """Tokens of a passage that the model sees, without special ones and the model's prompt."""
        return self._room

    def spans(self, text: str) -> np.ndarray:
        """Where the model's tokens are: integers (tokens, 2), first character and the one after the last."""
        return self._tokens.spans(text)

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors of passages: float32 (texts, dimension), each of length 1."""
        prompt = self._record.passage_prompt
        given = [prompt + text for text in texts] if prompt else list(texts)
        return unit(self._batches.many(given, self.dimension, on_progress))

    def encode_query(self, text: str) -> np.ndarray:
        """The vector of a question: float32 (dimension,), of length 1."""
        return unit(self._batches.one(self._record.query_prompt + text))


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors scaled to length 1, float32.

    >>> unit(np.array([[3.0, 4.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
