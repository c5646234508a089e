"""Small stand-ins for what takes long to load: deterministic, and a person can foresee what they do."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from backends.settings import Settings

WORD = re.compile(r"\w+|[^\w\s]")


def settings_in(folder: Path) -> Settings:
    """A workbench with its home there; its vectors are in Milvus where WORKBENCH_MILVUS_URI is set."""
    return Settings(home=str(folder), milvus_uri=os.environ.get("WORKBENCH_MILVUS_URI", ""))


class HashEmbedder:
    """A hashed bag of words: texts that share words are alike, in the measure in which they do.

    A token is a word or a sign; `max_tokens` is not enforced on what is encoded.
    """

    def __init__(self, dimension: int = 64, max_tokens: int = 256, identity: str = "hash") -> None:
        self.name = "hashed words"
        self.identity = f"{identity}-{dimension}"
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.encoded = 0  # texts so far

    def spans(self, text: str) -> np.ndarray:
        found = [match.span() for match in WORD.finditer(text)]
        return np.array(found, dtype=np.int64).reshape(-1, 2)

    def encode(self, texts: Sequence[str], on_progress: Callable[[int, int], None] | None = None) -> np.ndarray:
        self.encoded += len(texts)
        vectors = np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, self.dimension)
        if on_progress is not None:
            on_progress(len(texts), len(texts))
        return vectors

    def encode_query(self, text: str) -> np.ndarray:
        return self.encode([text])[0]

    def _vector(self, text: str) -> np.ndarray:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[crc32(word.encode("utf-8", "replace")) % self.dimension] += 1
        length = float(np.linalg.norm(vector))
        if not length:
            vector[0] = length = 1.0
        return vector / length
