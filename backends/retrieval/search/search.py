"""A question to the passages that answer it best."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.index.engine import VectorEngine
from backends.retrieval.index.records import Status, StoredChunk, StoredDocument
from backends.retrieval.index.store import Store
from backends.retrieval.search.analysis import Term, occurrences
from backends.retrieval.search.asked import check_options, checked_question
from backends.retrieval.search.candidates import Candidates, Ranking, find
from backends.retrieval.search.duplicates import Sketch, repeats, sketch
from backends.retrieval.search.features import features
from backends.retrieval.search.hit import Found, Hit, SearchOptions
from backends.retrieval.search.marks import marks
from backends.retrieval.search.rerank import rerank

if TYPE_CHECKING:
    from backends.retrieval.embedding.reranker import Reranker

TOGETHER = 50  # passages that are read from the store at once
_Passage = tuple[StoredChunk, StoredDocument]


def search(
    store: Store,
    engine: VectorEngine | None,
    embedder: Embedder | None,
    question: str,
    options: SearchOptions | None = None,
    reranker: Reranker | None = None,
) -> Found:
    """The passages that answer a question best.

    By meaning (nearest vectors), by words (BM25), or both: then ranks are fused (`rrf`), and once more with the best of
    the first round (`feedback`). Without an embedder passages are found by their words, and a note says so. Raises
    WorkbenchError for an empty or endless question and for options out of range.
    """
    options = options or SearchOptions()
    asked = checked_question(question)
    check_options(options)
    began = time.perf_counter()
    found = find(store, engine, embedder, asked, options)
    if reranker is not None and options.rerank and found.fused:
        rerank(store, reranker, asked, options, found)
    with found.timed("hits"):
        kept = _kept(_passages(store, found.fused, embedder.identity if embedder else ""), options)
        language, looked_for = store.options().language, frozenset(found.terms)
        held = [occurrences(one.chunk.text, looked_for, language) for one in kept]
        hits = tuple(_hits(kept, held, found))
    status = store.status(embedder.identity, embedder.name) if embedder else store.status(ready=False)
    found.milliseconds["total"] = (time.perf_counter() - began) * 1_000
    return Found(
        question=question,
        options=options,
        hits=hits,
        status=status,
        features=features(found, [{term.stem for term in one} for one in held]),
        notes=(*found.notes, *_missing(status, store, options)),
        milliseconds=found.milliseconds,
    )


@dataclass
class _Kept:
    """A hit to be, and the passages left out for it."""

    chunk: StoredChunk
    document: StoredDocument
    sketch: Sketch
    repeated: list[int] = field(default_factory=list)


def _passages(store: Store, ranking: Ranking, identity: str) -> Iterator[_Passage]:
    """Chunks with their documents, in the order of the ranking, without those deleted or switched off meanwhile."""
    ids = list(ranking)
    documents: dict[str, StoredDocument] = {}
    for at in range(0, len(ids), TOGETHER):
        chunks = [chunk for chunk in store.chunks(ids[at : at + TOGETHER], identity) if chunk.enabled]
        unknown = list({chunk.document for chunk in chunks} - documents.keys())
        documents |= {one.id: one for one in store.documents_by("id", unknown)}
        for chunk in chunks:
            if chunk.document in documents:
                yield chunk, documents[chunk.document]


def _kept(passages: Iterator[_Passage], options: SearchOptions) -> list[_Kept]:
    """The first `k` passages that do not repeat an earlier one."""
    kept: list[_Kept] = []
    for chunk, document in passages:
        made = sketch(chunk.text, whole=document.format == "csv")
        earlier = None if options.near_duplicates else next((one for one in kept if repeats(made, one.sketch)), None)
        if earlier is not None:
            earlier.repeated.append(chunk.id)
        elif len(kept) < options.k:
            kept.append(_Kept(chunk, document, made))
        else:
            break
    return kept


def _hits(kept: list[_Kept], held: list[list[Term]], found: Candidates) -> Iterator[Hit]:
    places = found.places()
    for rank, (one, its) in enumerate(zip(kept, held, strict=True), start=1):
        yield Hit(
            rank=rank,
            score=found.fused[one.chunk.id],
            chunk=one.chunk,
            document=one.document,
            places=places[one.chunk.id],
            marks=marks(its),
            duplicates=tuple(one.repeated),
        )


def _missing(status: Status, store: Store, options: SearchOptions) -> Iterator[str]:
    """What could not be found yet, or at all."""
    if status.embedder_ready and options.mode != "lexical" and status.embedded < status.passages:
        yield (
            f"{status.embedded:,} of {status.passages:,} passages have a vector of {status.model}: the others are "
            "found by their words only."
        )
    if status.waiting:
        yield f"Not searched yet, because still being read: {_named(status.waiting)}."
    if status.passages <= status.disabled:
        yield "The collection holds no passage that can be found."
    elif (allowed := store.allowed(options.filter)) is not None and not len(allowed):
        yield "The filter lets no passage through."


def _named(names: tuple[str, ...], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
