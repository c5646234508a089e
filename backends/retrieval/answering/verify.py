"""Whether a generated answer says what its sources say.

Each sentence is scored against the passages that it cites itself: see `support`. A citation of a passage that was not
given is removed and counted. What stays is narrowed from the passage to its sentences that say it best, so that a
reader is led to a line and not to a page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backends.retrieval.answering.answer import Citation, Sentence
from backends.retrieval.answering.extract import cited
from backends.retrieval.answering.markers import of_sentences, without_markers
from backends.retrieval.answering.support import SUPPORTED, Evidence, evidence
from backends.retrieval.chunking import sentences
from backends.retrieval.embedding.embedder import Embedder
from backends.retrieval.search.hit import Hit

MOST_SENTENCES = 60  # of an answer that are verified; a longer one is cut there
_WORDS = re.compile(r"[^\W\d_]{2,}|\d")


@dataclass(frozen=True)
class Verified:
    """The sentences of an answer, how many citations led nowhere, and whether sentences were left out as too many."""

    sentences: tuple[Sentence, ...]
    removed: int = 0
    cut: bool = False


def verify(text: str, given: Sequence[Hit], embedder: Embedder | None = None, language: str = "english") -> Verified:
    """The sentences of `text` with what they cite among `given`, each scored against just that.

    A sentence without any citation that holds is not supported, whatever it says; one that only leads over to what
    follows ("In short:") has nothing to support.
    """
    plain, markers = without_markers(text)
    spans = [span for span in (_trimmed(plain, *one) for one in sentences(plain)) if _WORDS.search(plain, *span)]
    numbers = of_sentences(spans, plain, markers)
    removed = sum(not 1 <= number <= len(given) for marker in markers for number in marker.numbers)
    told = [
        _verified(plain[start:end], [given[n - 1] for n in cites if 1 <= n <= len(given)], embedder, language)
        for (start, end), cites in zip(spans[:MOST_SENTENCES], numbers, strict=False)
    ]
    return Verified(tuple(told), removed, len(spans) > MOST_SENTENCES)


def _verified(text: str, hits: Sequence[Hit], embedder: Embedder | None, language: str) -> Sentence:
    if not hits:
        return Sentence(text, support=None, supported=text.endswith((":", "：")))
    found = [evidence(text, [hit.chunk.text], embedder, language) for hit in hits]
    value = max(piece.support if piece else 0.0 for piece in found)
    citations = tuple(_narrowed(hit, piece) for hit, piece in zip(hits, found, strict=True))
    return Sentence(text, citations, value, value >= SUPPORTED)


def _narrowed(hit: Hit, piece: Evidence | None) -> Citation:
    """The citation of the evidence in a hit's passage; of all of the passage where nothing in it is any."""
    span = (piece.start, piece.end) if piece else (0, len(hit.chunk.text))
    return cited(hit, *_trimmed(hit.chunk.text, *span))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
