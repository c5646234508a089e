"""Which hits are relevant: from the passages that a search finds to the grades that metrics are made of.

Documents and passages are judged, but passages are found. So a ranking of hits becomes a ranking of judged things:

- A document that is judged as a whole is found with its first hit; its further hits take no place.
- A judged passage is found by the first hit that covers at least half of it or lies within it, whatever the chunks
  were cut like. A hit that covers two of them finds both, the more relevant first; a hit that finds nothing new of
  what it covers takes no place.
- Any other hit is a miss. Where the question judges whole documents only, the misses of one document are one miss.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

import numpy as np

from backends.retrieval.evaluation.metrics import UNJUDGED
from backends.retrieval.evaluation.questions import Question, Relevant
from backends.retrieval.index.records import StoredDocument
from backends.retrieval.search.hit import Hit

Name = Callable[[StoredDocument], str]


@dataclass(frozen=True)
class Placed:
    """One place of the judged ranking."""

    rank: int  # from 1
    document: str  # its name
    chunk: int  # id of the hit that holds it
    start: int  # of that hit, in the document's text
    end: int
    grade: int  # UNJUDGED for what was never looked at


def document_name(document: StoredDocument) -> str:
    """The name that judgements call a document by."""
    return document.name


def covers(start: int, end: int, judgement: Relevant) -> bool:
    """Whether the passage ``[start:end]`` of the judged document finds what was judged.

    >>> covers(0, 60, Relevant("a", start=50, end=70)), covers(0, 55, Relevant("a", start=50, end=70))
    (True, False)
    >>> covers(52, 55, Relevant("a", start=50, end=70))
    True
    """
    if judgement.start is None or judgement.end is None:
        return True
    shared = min(end, judgement.end) - max(start, judgement.start)
    within = judgement.start <= start and end <= judgement.end
    return shared > 0 and (within or 2 * shared >= judgement.end - judgement.start)


def placed(hits: Iterable[Hit], question: Question, name: Name = document_name) -> tuple[Placed, ...]:
    """The judged ranking of the hits, which are given best first."""
    by_document: dict[str, list[Relevant]] = {}
    for judgement in sorted(question.relevant, key=lambda judgement: -judgement.grade):
        by_document.setdefault(judgement.document, []).append(judgement)
    whole = all(judgement.start is None for judgement in question.relevant)
    places: list[Placed] = []
    seen: set[Hashable] = set()
    for hit in hits:
        document, chunk = name(hit.document), hit.chunk
        for key, grade in _finds(hit, by_document.get(document, []), document if whole else chunk.id):
            if key not in seen:
                seen.add(key)
                places.append(Placed(len(places) + 1, document, chunk.id, chunk.start, chunk.end, grade))
    return tuple(places)


def _finds(hit: Hit, judgements: list[Relevant], otherwise: Hashable) -> list[tuple[Hashable, int]]:
    """What a hit finds, as keys with grades; `otherwise` is the key of a miss."""
    met = [judgement for judgement in judgements if covers(hit.chunk.start, hit.chunk.end, judgement)]
    keys: list[tuple[Hashable, int]] = [((one.document, one.start, one.end), one.grade) for one in met]
    return keys or [(("miss", otherwise), UNJUDGED)]


def grades(places: Iterable[Placed]) -> np.ndarray:
    """The grades of a ranking, best place first: integers (places,)."""
    return np.array([place.grade for place in places], dtype=np.int64)


def judged(question: Question) -> np.ndarray:
    """The grades of all that was judged for a question: integers (judgements,)."""
    return np.array([judgement.grade for judgement in question.relevant], dtype=np.int64)
