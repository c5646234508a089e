"""The best candidates in the order of a model that reads question and passage together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backends.retrieval.index.store import Store
from backends.retrieval.search.candidates import Candidates
from backends.retrieval.search.hit import SearchOptions
from backends.retrieval.search.rrf import ordered

if TYPE_CHECKING:
    from backends.retrieval.embedding.reranker import Reranker

RERANKED = 50  # passages at least that are read, or twice as many as hits are wanted


def rerank(store: Store, reranker: Reranker, question: str, options: SearchOptions, found: Candidates) -> None:
    """Put the best candidates in the order of the model; what it has not read is not shown."""
    with found.timed("rerank"):
        chunks = store.chunks(list(found.fused)[: max(RERANKED, 2 * options.k)])
        scores = reranker.score(question, [chunk.text for chunk in chunks])
        found.fused = ordered({chunk.id: float(score) for chunk, score in zip(chunks, scores, strict=True)})
        found.rankings["rerank"] = found.fused
