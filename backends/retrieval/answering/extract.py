"""The extractive answer: the sentences of the found passages that answer best, each with its exact span.

Nothing is worded anew. A sentence is judged by the cosine of its vector with the question's and by the share of the
question's words in it, rare words counting more, alone and together with the sentence before it, because "It may miss
a rare name" says nothing alone. Where one is chosen that begins so, the sentence that it rests on comes with it. What
says the same twice is left out. Headings are never an answer, and neither is a sentence that a passage cuts in two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backends.retrieval.answering.answer import Citation, Sentence
from backends.retrieval.answering.candidates import Candidate, candidates, narrowed
from backends.retrieval.answering.once import Encoder
from backends.retrieval.answering.relevance import Asked, rarity, relevance
from backends.retrieval.search.hit import Found, Hit

WORTH = 0.75  # a further sentence of the best one's document has to reach this share of its score
WORTH_ELSEWHERE = 0.9  # and one of another document, or one that needs others before it, this share
ALIKE = 0.9  # cosine from which two sentences say the same
REPEATED = 0.85  # and share of the shorter one's terms
NEW = 0.3  # share of the question's words, by weight, that makes a sentence worth while which alone has them


def extract(
    found: Found,
    max_sentences: int = 4,
    embedder: Encoder | None = None,
    language: str = "english",
    question: str = "",
) -> tuple[Sentence, ...]:
    """At most so many sentences that answer the question, verbatim, in the order in which they are best read.

    Sentences of one document stay together, in its order; the document of the best hit comes first. Without an
    embedder only words are compared. `question` is as it was typed, where words of earlier turns were added to the one
    that was searched for: those weigh less. Empty where no passage holds a whole sentence.
    """
    asked = Asked(question or found.question, found.question, language)
    pieces = narrowed(list(candidates(found, language)), asked.stems)
    if not pieces or max_sentences < 1:
        return ()
    vectors = None if embedder is None else embedder.encode([piece.text for piece in pieces])
    scores = relevance(asked, pieces, vectors, embedder)
    limits = _Limits(max_sentences, rarity(asked, pieces))
    chosen = [pieces[at] for at in _chosen(pieces, scores, vectors, limits)]
    order = {piece.hit.document.id: at for at, piece in reversed(list(enumerate(pieces)))}
    said = {piece.place: piece for one in chosen for piece in (*_led_by(one), one)}
    if len(said) > max_sentences:
        said = {piece.place: piece for piece in chosen}
    ordered = sorted(said.values(), key=lambda piece: (order[piece.place[0]], piece.place[1]))
    return tuple(_sentence(piece) for piece in ordered)


def cited(hit: Hit, start: int, end: int) -> Citation:
    """The citation of the characters ``[start:end]`` of a hit's passage."""
    return Citation(
        number=hit.rank,
        document=hit.document.id,
        name=hit.document.name,
        version=hit.document.version,
        page=hit.chunk.page,
        chunk=hit.chunk.id,
        start=hit.chunk.start + start,
        end=hit.chunk.start + end,
        text=hit.chunk.text[start:end],
    )


@dataclass(frozen=True)
class _Limits:
    """What a further sentence is measured by."""

    most: int  # sentences
    weights: Mapping[str, float]  # of the question's words

    def bar(self, further: Candidate, chosen: Sequence[Candidate], needs_others: bool) -> float:
        """The share of the best one's score that it has to reach."""
        known = frozenset[str]().union(*(one.stems for one in chosen))
        if sum(self.weights[stem] for stem in self.weights.keys() & further.stems - known) >= NEW:
            return WORTH
        elsewhere = further.hit.document.id != chosen[0].hit.document.id
        return WORTH_ELSEWHERE if elsewhere or needs_others else WORTH


def _chosen(pieces: Sequence[Candidate], scores: np.ndarray, vectors: np.ndarray | None, limits: _Limits) -> list[int]:
    """The best, then what is nearly as good and says something else; with what they rest on not above the limit."""
    chosen: list[int] = []
    places: set[tuple[str, int, int]] = set()
    for at in np.argsort(-scores, kind="stable").tolist():
        needed = {piece.place for piece in _led_by(pieces[at])} - places
        best = [pieces[other] for other in chosen]
        if best and scores[at] < limits.bar(pieces[at], best, bool(needed)) * scores[chosen[0]]:
            continue
        if pieces[at].place in places or any(_alike(pieces, vectors, at, other) for other in chosen):
            continue
        if not chosen or len(places) + len(needed) < limits.most:
            chosen.append(at)
            places |= {pieces[at].place, *needed}
        if len(places) >= limits.most:
            break
    return chosen


def _alike(pieces: Sequence[Candidate], vectors: np.ndarray | None, one: int, other: int) -> bool:
    """Whether two sentences overlap in their document or say the same."""
    (document, start, end), (document_2, start_2, end_2) = pieces[one].place, pieces[other].place
    if document == document_2 and start < end_2 and start_2 < end:
        return True
    if vectors is not None and float(vectors[one] @ vectors[other]) >= ALIKE:
        return True
    stems, stems_2 = pieces[one].stems, pieces[other].stems
    if {stem for stem in stems ^ stems_2 if stem[0].isdigit()}:
        return False
    return len(stems & stems_2) >= REPEATED * max(1, min(len(stems), len(stems_2)))


def _led_by(candidate: Candidate) -> Iterator[Candidate]:
    """The sentences that a candidate rests on, as pieces."""
    return (Candidate(candidate.hit, start, end, frozenset()) for start, end in candidate.leads)


def _sentence(candidate: Candidate) -> Sentence:
    citation = cited(candidate.hit, candidate.start, candidate.end)
    return Sentence(text=citation.text, citations=(citation,), support=1.0)
