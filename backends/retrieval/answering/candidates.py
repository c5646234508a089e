"""The sentences of the best passages that may answer a question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backends.retrieval.answering.units import Span, before, leads, plain, units
from backends.retrieval.search.analysis import terms
from backends.retrieval.search.hit import Found, Hit

PASSAGES = 5  # the best hits, whose sentences are judged
CANDIDATES = 32  # sentences of them that are embedded, in one batch: those with most of the question's words


@dataclass(frozen=True)
class Candidate:
    """A sentence of a passage that may answer."""

    hit: Hit
    start: int  # in the passage
    end: int
    stems: frozenset[str]
    before: Span | None = None  # the sentence before it in its paragraph
    leads: tuple[Span, ...] = ()  # sentences that it rests on

    @property
    def text(self) -> str:
        """Its own characters."""
        return self.hit.chunk.text[self.start : self.end]

    @property
    def in_context(self) -> str:
        """The same with the sentence before it."""
        return self.hit.chunk.text[self.before[0] if self.before else self.start : self.end]

    @property
    def place(self) -> tuple[str, int, int]:
        """Document and span: what two overlapping passages share is one candidate."""
        return self.hit.document.id, self.hit.chunk.start + self.start, self.hit.chunk.start + self.end


def candidates(found: Found, language: str) -> Iterator[Candidate]:
    """The different sentences of the best passages, best passage first."""
    places: set[tuple[str, int, int]] = set()
    texts: set[str] = set()
    for hit in found.hits[:PASSAGES]:
        spans = units(hit)
        for at, (start, end) in enumerate(spans):
            text = hit.chunk.text[start:end]
            stems = frozenset(term.stem for term in terms(text, language))
            rests = tuple(leads(hit, spans, at, language))
            candidate = Candidate(hit, start, end, stems, before(hit, spans, at), rests)
            if candidate.place in places or plain(text) in texts:
                continue
            places.add(candidate.place)
            texts.add(plain(text))
            yield candidate


def narrowed(pieces: list[Candidate], stems: frozenset[str]) -> list[Candidate]:
    """Not more than are embedded: those that share most words with the question, in the order they came."""
    if len(pieces) <= CANDIDATES:
        return pieces
    best = sorted(range(len(pieces)), key=lambda at: (-len(stems & pieces[at].stems), at))
    return [pieces[at] for at in sorted(best[:CANDIDATES])]
