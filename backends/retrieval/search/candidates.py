"""The passages that could be hits, as each way of searching ranks them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.index.engine import VectorEngine
from backends.retrieval.index.store import Store
from backends.retrieval.search.analysis import query_terms
from backends.retrieval.search.feedback import feedback
from backends.retrieval.search.hit import Place, SearchOptions
from backends.retrieval.search.rrf import fuse

MOST_TERMS = 64  # of a question, the first ones; each costs a look into the index
Ranking = dict[int, float]  # chunk id → score, the best first


@dataclass
class Candidates:
    """What was found for one question, before it is cut down to hits."""

    terms: tuple[str, ...]  # that are looked for
    idf: dict[str, float] = field(default_factory=dict)
    rankings: dict[str, Ranking] = field(default_factory=dict)  # by way of searching
    fused: Ranking = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    milliseconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Keep how long the block takes."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.milliseconds[step] = (time.perf_counter() - began) * 1_000

    def places(self) -> dict[int, dict[str, Place]]:
        """Where each way of searching put each passage."""
        found: dict[int, dict[str, Place]] = {}
        for way, ranking in self.rankings.items():
            for rank, (chunk, score) in enumerate(ranking.items(), start=1):
                found.setdefault(chunk, {})[way] = Place(rank, score)
        return found


def find(
    store: Store, engine: VectorEngine | None, embedder: Embedder | None, question: str, options: SearchOptions
) -> Candidates:
    """Rank passages in every way that `options` ask for, and fuse the ways. A missing model is said in the notes."""
    every = query_terms(question, store.options().language)
    found = Candidates(every[:MOST_TERMS])
    if len(every) > MOST_TERMS:
        found.notes.append(f"The question has {len(every)} different words: the first {MOST_TERMS} are looked for.")
    with found.timed("lexical"):
        found.idf = store.idf(found.terms)
    by_meaning = _dense(store, engine, embedder, question, options, found) if _wants(options, "dense") else None
    if _wants(options, "lexical") or by_meaning is None:
        _lexical(store, options, found)
    found.fused = _fused(options, found.rankings)
    if by_meaning is not None and embedder is not None and _feeds(options, found):
        _feedback(store, embedder.identity, by_meaning, options, found)
    return found


def _wants(options: SearchOptions, way: str) -> bool:
    return options.mode == way or (options.mode == "hybrid" and _weights(options)[way] > 0)


def _feeds(options: SearchOptions, found: Candidates) -> bool:
    return options.feedback > 0 and options.feedback_weight > 0 and {"dense", "lexical"} <= found.rankings.keys()


def _weights(options: SearchOptions) -> dict[str, float]:
    return {
        "dense": options.dense_weight,
        "lexical": options.lexical_weight,
        "feedback": options.feedback_weight,
    }


def _count(options: SearchOptions) -> int:
    return max(options.candidates, options.k)


def _dense(
    store: Store,
    engine: VectorEngine | None,
    embedder: Embedder | None,
    question: str,
    options: SearchOptions,
    found: Candidates,
) -> np.ndarray | None:
    """Rank by meaning; gives the question's vector, or None where there is no model."""
    if embedder is None or engine is None:
        found.notes.append("The embedding model is not ready: passages are found by their words only.")
        return None
    with found.timed("encode"):
        vector = embedder.encode_query(question)
    with found.timed("dense"):
        engine.refresh(store, embedder.identity)
        ids, cosines = engine.search(vector, _count(options), store.allowed(options.filter))
    found.rankings["dense"] = dict(zip(ids.tolist(), cosines.tolist(), strict=True))
    return vector


def _lexical(store: Store, options: SearchOptions, found: Candidates) -> None:
    began = found.milliseconds["lexical"]
    with found.timed("lexical"):
        found.rankings["lexical"] = dict(store.lexical(found.terms, _count(options), options.filter))
    found.milliseconds["lexical"] += began
    if not found.terms:
        found.notes.append("The question holds no word to look for.")


def _feedback(store: Store, identity: str, vector: np.ndarray, options: SearchOptions, found: Candidates) -> None:
    with found.timed("feedback"):
        vectors = store.vectors(list(found.fused), identity)
        found.rankings["feedback"] = feedback(vector, list(found.fused), vectors, options.feedback)
        found.fused = _fused(options, found.rankings)


def _fused(options: SearchOptions, rankings: Mapping[str, Ranking]) -> Ranking:
    """One ranking of all; of a single one its own scores, which say more than ranks."""
    if len(rankings) == 1:
        return next(iter(rankings.values()))
    weights = _weights(options)
    return fuse([(weights[way], list(ranking)) for way, ranking in rankings.items()], options.rrf_k)
