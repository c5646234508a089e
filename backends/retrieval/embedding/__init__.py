"""Texts to vectors, and pairs of texts to scores, on ONNX Runtime without torch.

``settings → Source (a model on this machine) → kept conversion → Embedder``. A model is converted once per machine,
in a process of its own, compared with the original, and kept in the cache folder with what was measured. Vectors
carry the `identity` of the model that made them; only those of the same identity are compared.
"""

from __future__ import annotations

from backends.retrieval.embedding.embedder import Embedder, Progress
from backends.retrieval.embedding.opening import Preparation, open_embedder, open_reranker, prepare
from backends.retrieval.embedding.reranker import Reranker

__all__ = [
    "Embedder",
    "Preparation",
    "Progress",
    "Reranker",
    "open_embedder",
    "open_reranker",
    "prepare",
]
