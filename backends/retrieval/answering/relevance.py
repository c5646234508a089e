"""How well a sentence answers a question: its meaning, its words, the kind of fact that is asked for, its passage.

Meaning is the cosine of the vectors, words are the share of the question's words weighted by their rarity among the
sentences. Both count for the sentence alone, and to a part for what the sentence before adds to it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from backends.retrieval.answering.asks import defines, looks_asked_for, subject_of
from backends.retrieval.answering.once import Encoder
from backends.retrieval.search.analysis import query_terms, stop_terms, terms
from backends.retrieval.search.hit import Hit

MEANING, WORDS, KIND, ORDER, DEFINED = 0.6, 0.4, 0.08, 0.05, 0.2  # weights of the parts of a score
CONTEXT_MEANING, CONTEXT_WORDS = 0.8, 0.5  # of what the sentence before adds
EARLIER = 0.3  # weight of a word that was said in an earlier turn only
TYPED = 0.6  # share of the typed question in the meaning, beside the one with words of earlier turns


class Judged(Protocol):
    """What is known of a sentence."""

    @property
    def hit(self) -> Hit:
        """Where it was found."""

    @property
    def text(self) -> str:
        """Its own characters."""

    @property
    def in_context(self) -> str:
        """The same with the sentence before it."""


@dataclass(frozen=True)
class Asked:
    """A question as it was typed, and as it was searched for, with words of earlier turns."""

    typed: str
    whole: str
    language: str = "english"

    @property
    def stems(self) -> frozenset[str]:
        """The terms of both."""
        return frozenset(query_terms(self.whole, self.language)) | frozenset(query_terms(self.typed, self.language))

    @property
    def own(self) -> frozenset[str]:
        """The terms that it was typed with; of a question without a word of content, such as "Why?", all."""
        own = frozenset(query_terms(self.typed, self.language)) - stop_terms(self.language)
        return own or self.stems


def relevance(
    asked: Asked, candidates: Sequence[Judged], vectors: np.ndarray | None, embedder: Encoder | None
) -> np.ndarray:
    """The scores (n,) of the sentences, whose own vectors are (n, d); without them words alone tell."""
    language = asked.language
    subject = subject_of(asked.typed, language)
    kind = np.array([looks_asked_for(asked.typed, one.text) for one in candidates], float)
    defined = np.array([defines(subject, one.text, language) for one in candidates], float)
    order = np.array([1 / one.hit.rank for one in candidates])
    extra = KIND * kind + DEFINED * defined + ORDER * order
    return MEANING * _meaning(asked, candidates, vectors, embedder) + WORDS * _words(asked, candidates) + extra


def _meaning(
    asked: Asked, candidates: Sequence[Judged], vectors: np.ndarray | None, embedder: Encoder | None
) -> np.ndarray:
    """Cosines with the question, and to a part what the sentence before adds to them."""
    if embedder is None or vectors is None:
        return np.zeros(len(candidates))
    together = vectors.copy()
    longer = [at for at, one in enumerate(candidates) if one.in_context != one.text]
    if longer:
        together[longer] = embedder.encode([candidates[at].in_context for at in longer])
    question = embedder.encode_query(asked.whole)
    if asked.typed != asked.whole:
        question = TYPED * embedder.encode_query(asked.typed) + (1 - TYPED) * question
    alone = np.clip(vectors @ question, 0, None).astype(float)
    return alone + CONTEXT_MEANING * np.clip(together @ question - alone, 0, None)


def _words(asked: Asked, candidates: Sequence[Judged]) -> np.ndarray:
    """The share of the question's words in each sentence, and to a part in the one before it."""
    weights = rarity(asked, candidates)
    alone = _shares(weights, (_stems(one.text, asked.language) for one in candidates))
    together = _shares(weights, (_stems(one.in_context, asked.language) for one in candidates))
    return alone + CONTEXT_WORDS * (together - alone)


def rarity(asked: Asked, candidates: Sequence[Judged]) -> dict[str, float]:
    """What each of the question's words weighs: inverse document frequency among the sentences, together 1.

    What is in all of them tells little, and what was said in an earlier turn only tells less.
    """
    held = [_stems(one.text, asked.language) for one in candidates]
    stems, own = asked.stems, asked.own
    counts = Counter(stem for one in held for stem in stems & one)
    found = {stem: math.log(1 + len(held) / (1 + counts[stem])) * (1 if stem in own else EARLIER) for stem in stems}
    total = sum(found.values()) or 1.0
    return {stem: weight / total for stem, weight in found.items()}


def _shares(weights: Mapping[str, float], held: Iterable[frozenset[str]]) -> np.ndarray:
    return np.array([sum(weights[stem] for stem in weights.keys() & one) for one in held])


def _stems(text: str, language: str) -> frozenset[str]:
    return frozenset(term.stem for term in terms(text, language))
