"""What a search asks for and what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from backends.retrieval.index.records import Status, StoredChunk, StoredDocument

MODES = ("hybrid", "dense", "lexical")


@dataclass(frozen=True)
class Filter:
    """Which documents are searched; what is left empty does not restrict."""

    tags: tuple[str, ...] = ()  # all of them
    since: date | None = None
    until: date | None = None  # included
    documents: tuple[str, ...] = ()  # ids


@dataclass(frozen=True)
class SearchOptions:
    """How to search. The weights are those of reciprocal rank fusion: score = Σ weight / (rrf_k + rank)."""

    k: int = 10
    mode: str = "hybrid"
    dense_weight: float = 1.0
    lexical_weight: float = 1.0
    rrf_k: int = 60
    candidates: int = 100  # of each way of searching, that are fused
    feedback: int = 2  # best passages whose meaning is added to the question's, see search.feedback; 0 adds none
    feedback_weight: float = 1.0
    near_duplicates: bool = False  # whether passages that only repeat an earlier one are kept as well
    rerank: bool = True  # with the cross-encoder, where one is set
    filter: Filter = Filter()


@dataclass(frozen=True)
class Place:
    """Where one way of searching put a passage."""

    rank: int  # from 1
    score: float  # cosine for dense and feedback, BM25 (higher is better) for lexical, the model's own for rerank


@dataclass(frozen=True)
class Hit:
    """One passage that was found."""

    rank: int  # from 1
    score: float
    chunk: StoredChunk
    document: StoredDocument
    places: dict[str, Place] = field(default_factory=dict)  # by "dense", "lexical", "feedback", "rerank"
    marks: tuple[tuple[int, int], ...] = ()  # matching words: spans in the chunk's text
    duplicates: tuple[int, ...] = ()  # ids of chunks left out because they only repeat this one


@dataclass(frozen=True)
class Found:
    """The hits of one question, best first, and what they do not cover."""

    question: str
    options: SearchOptions
    hits: tuple[Hit, ...]
    status: Status  # of the collection at that moment
    features: dict[str, float] = field(default_factory=dict)  # of the confidence: see answering.confidence
    notes: tuple[str, ...] = ()  # sentences: what is degraded, such as "lexical only: the model is being converted"
    milliseconds: dict[str, float] = field(default_factory=dict)  # by step, such as encode, dense, lexical and total

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)
