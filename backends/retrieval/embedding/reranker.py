"""A cross-encoder: it reads a question and a passage together and says how well the one answers the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from backends.retrieval.embedding.batches import Batches
from backends.retrieval.embedding.record import MODEL, TOKENIZER, Record
from backends.retrieval.embedding.recorded import Recorded
from backends.retrieval.embedding.tokens import Tokens


class Reranker(Protocol):
    """What orders passages anew by their score."""

    @property
    def name(self) -> str:
        """The model's name, for people."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing about it, as sentences."""

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """How well each text answers the question, higher is better: float32 (texts,), on the model's own scale."""


class OnnxReranker(Recorded):
    """A cross-encoder on ONNX Runtime, in float32: the scores are those of `CrossEncoder.predict`."""

    def __init__(self, folder: Path, record: Record, threads: Callable[[], int] = lambda: 2) -> None:
        super().__init__(record)
        self._batches = Batches(folder / MODEL, Tokens(folder / TOKENIZER, record.longest), record.padding, threads)

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """How well each text answers the question: float32 (texts,)."""
        return self._batches.many([(question, text) for text in texts], 1)[:, 0]
