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
from backends.retrieval.search.analysis import query_terms, stop_terms
from backends.retrieval.search.feedback import refined
from backends.retrieval.search.hit import Place, SearchOptions
from backends.retrieval.search.rrf import fuse

MOST_TERMS = 64  # of a question, the first ones; each costs a look into the index
NO_WORD = "The question holds no word to look for."
NO_SUBJECT = "The question holds no word that names a subject, so no passage can be said to answer it."
Ranking = dict[int, float]  # chunk id → score, the best first


@dataclass
class Candidates:
    """What was found for one question, before it is cut down to hits."""

    terms: tuple[str, ...]  # that are looked for
    subject: bool = True  # whether any of them is more than a stop word
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


@dataclass(frozen=True)
class Meaning:
    """What search by meaning needs: a model, and the engine that holds its vectors of the passages in a store."""

    store: Store
    engine: VectorEngine
    embedder: Embedder

    def nearest(self, vector: np.ndarray, count: int, allowed: np.ndarray | None) -> Ranking:
        """The passages whose vectors have the highest cosines with this one."""
        ids, cosines = self.engine.search(vector, count, allowed)
        return dict(zip(ids.tolist(), cosines.tolist(), strict=True))

    def again(self, vector: np.ndarray, fused: Ranking, count: int) -> Ranking:
        """All of `fused` that has a vector, by the question as the first `count` of it refine it."""
        best = self.store.vectors(list(fused)[:count], self.embedder.identity)
        return self.nearest(refined(vector, list(best.values())), len(fused), np.sort(np.array(list(fused), np.int64)))


def find(
    store: Store, engine: VectorEngine | None, embedder: Embedder | None, question: str, options: SearchOptions
) -> Candidates:
    """Rank passages in every way that `options` ask for, and fuse the ways. A missing model is said in the notes."""
    language = store.options().language
    every = query_terms(question, language)
    found = Candidates(every[:MOST_TERMS], subject=not stop_terms(language).issuperset(every))
    if every and not found.subject:
        found.notes.append(NO_SUBJECT)
    if len(every) > MOST_TERMS:
        found.notes.append(f"The question has {len(every)} different words: the first {MOST_TERMS} are looked for.")
    meaning = Meaning(store, engine, embedder) if engine is not None and embedder is not None else None
    if meaning is None and _wants(options, "dense"):
        found.notes.append("The embedding model is not ready: passages are found by their words only.")
    if meaning is None or _wants(options, "lexical"):
        _by_words(store, options, found)
    else:
        found.idf = store.idf(found.terms)  # of which the features tell
    if meaning is not None and _wants(options, "dense"):
        _by_meaning(meaning, question, options, found)
    else:
        found.fused = _fused(options, found.rankings)
    return found


def _by_words(store: Store, options: SearchOptions, found: Candidates) -> None:
    with found.timed("lexical"):
        found.rankings["lexical"] = dict(store.lexical(found.terms, _count(options), options.filter))
        found.idf = store.idf(found.terms)
    if not found.terms:
        found.notes.append(NO_WORD)


def _by_meaning(meaning: Meaning, question: str, options: SearchOptions, found: Candidates) -> None:
    """Rank by meaning and fuse; beside words, once more with what both of them found."""
    with found.timed("encode"):
        vector = meaning.embedder.encode_query(question)
    with found.timed("dense"):
        meaning.engine.refresh(meaning.store, meaning.embedder.identity)
        allowed = meaning.store.allowed(options.filter)
        found.rankings["dense"] = meaning.nearest(vector, _count(options), allowed)
    found.fused = _fused(options, found.rankings)
    if "lexical" in found.rankings and options.feedback and options.feedback_weight and found.fused:
        with found.timed("feedback"):
            found.rankings["feedback"] = meaning.again(vector, found.fused, options.feedback)
            found.fused = _fused(options, found.rankings)


def _wants(options: SearchOptions, way: str) -> bool:
    return options.mode == way or (options.mode == "hybrid" and _weights(options)[way] > 0)


def _weights(options: SearchOptions) -> dict[str, float]:
    return {
        "dense": options.dense_weight,
        "lexical": options.lexical_weight,
        "feedback": options.feedback_weight,
    }


def _count(options: SearchOptions) -> int:
    return max(options.candidates, options.k)


def _fused(options: SearchOptions, rankings: Mapping[str, Ranking]) -> Ranking:
    """One ranking of all; of a single one its own scores, which say more than ranks."""
    if len(rankings) == 1:
        return next(iter(rankings.values()))
    weights = _weights(options)
    return fuse([(weights[way], list(ranking)) for way, ranking in rankings.items()], options.rrf_k)
