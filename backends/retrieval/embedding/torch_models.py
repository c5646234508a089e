"""Models in their original form, through sentence-transformers and torch, in this process.

They are what a conversion is compared with, and what runs where a model cannot be converted. Importing torch takes
seconds and hundreds of megabytes.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from backends.errors import WorkbenchError
from backends.retrieval.embedding.embedder import Progress
from backends.retrieval.embedding.onnx_embedder import unit
from backends.retrieval.embedding.record import TOKENIZER, Record
from backends.retrieval.embedding.recorded import Recorded, RecordedEmbedder
from backends.retrieval.embedding.tokens import Tokens

_BATCH = 64  # texts between two reports of progress, and in one batch


def load(kind: str, folder: Path) -> Any:
    """The "embedder" or "reranker" in a folder, for the CPU, without code of its own and without a network.

    Raises WorkbenchError when it cannot be loaded.
    """
    os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"
    from sentence_transformers import CrossEncoder, SentenceTransformer

    make = SentenceTransformer if kind == "embedder" else CrossEncoder
    options = {"attn_implementation": "eager", "use_safetensors": True}
    try:
        model = make(str(folder), device="cpu", local_files_only=True, model_kwargs=options)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError, AttributeError) as error:
        raise WorkbenchError(
            f"The model in {folder.name!r} cannot be loaded: {_first_line(error).replace(str(folder), folder.name)}",
            hint="Give the folder of a sentence-transformers model with its weights in model.safetensors.",
        ) from error
    if kind == "reranker" and model.num_labels != 1:
        raise WorkbenchError(
            f"The model in {folder.name!r} gives {model.num_labels} numbers for a pair of texts; a reranker gives one.",
            hint="Set WORKBENCH_RERANKER to a cross-encoder that was trained to rank.",
        )
    return model.eval()


class TorchEmbedder(RecordedEmbedder):
    """An embedding model as its authors published it."""

    def __init__(self, model: Any, record: Record, folder: Path) -> None:
        super().__init__(record)
        self._model = model
        self._tokens = Tokens(folder / TOKENIZER, record.longest)

    @property
    def max_tokens(self) -> int:
        """Tokens of a passage that the model sees, without special ones."""
        return self._tokens.max_tokens

    def spans(self, text: str) -> np.ndarray:
        """Where the model's tokens are: integers (tokens, 2), first character and the one after the last."""
        return self._tokens.spans(text)

    def encode(self, texts: Sequence[str], on_progress: Progress | None = None) -> np.ndarray:
        """Vectors of passages: float32 (texts, dimension), each of length 1."""
        rows = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), _BATCH):
            part = list(texts[start : start + _BATCH])
            rows[start : start + len(part)] = passages(self._model, part)
            if on_progress is not None:
                on_progress(start + len(part), len(texts))
        return rows

    def encode_query(self, text: str) -> np.ndarray:
        """The vector of a question: float32 (dimension,), of length 1."""
        return questions(self._model, [text])[0]


class TorchReranker(Recorded):
    """A cross-encoder as its authors published it."""

    def __init__(self, model: Any, record: Record) -> None:
        super().__init__(record)
        self._model = model

    def score(self, question: str, texts: Sequence[str]) -> np.ndarray:
        """How well each text answers the question: float32 (texts,)."""
        return scores(self._model, [(question, text) for text in texts])


def passages(model: Any, texts: list[str]) -> np.ndarray:
    """What sentence-transformers makes of passages, scaled to length 1."""
    return unit(model.encode_document(texts, show_progress_bar=False))


def questions(model: Any, texts: list[str]) -> np.ndarray:
    """What sentence-transformers makes of questions, scaled to length 1."""
    return unit(model.encode_query(texts, show_progress_bar=False))


def scores(model: Any, pairs: list[tuple[str, str]]) -> np.ndarray:
    """What a cross-encoder makes of pairs of texts: float32 (pairs,)."""
    return np.asarray(model.predict(pairs, show_progress_bar=False) if pairs else [], np.float32)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
