"""Signs in the found passages that they answer, beside those of the search: what a confidence is made of.

| sign | what it is | range |
| --- | --- | --- |
| answer_cosine | highest cosine of the question with a sentence of the kind asked for (see `kinds`), or 0 | 0 … 1 |
| missing_names | share of the question's names that neither the best passage nor its document's name holds | 0 … 1 |
| missing_numbers | the same of its numbers, such as years | 0 … 1 |

A sentence counts together with the one before it as far as that brings it nearer. A passage of the right subject is
near to any question on it; a sentence is near only to questions that are about what it tells. Two words for one thing
("guarantee", "warranty") are near by their vectors, with no letter in common.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backends.retrieval.answering.candidates import Candidate, candidates, narrowed
from backends.retrieval.answering.facts import facts
from backends.retrieval.answering.kinds import asked_kind, holds
from backends.retrieval.answering.once import Encoder
from backends.retrieval.search.analysis import query_terms
from backends.retrieval.search.hit import Found, Hit

CONTEXT = 0.8  # of what the sentence before adds to the cosine
_CAPITAL_NOUNS = frozenset({"german"})  # where a capital does not make a name


def signs(found: Found, encoder: Encoder, language: str = "english", question: str = "") -> dict[str, float]:
    """The signs of what was found for a question; {} where no passage holds a sentence.

    `question` is as it was typed, where it was searched for with words of earlier turns.
    """
    typed = question or found.question
    pieces = narrowed(list(candidates(found, language)), frozenset(query_terms(found.question, language)))
    if not pieces:
        return {}
    kind = asked_kind(typed)
    fitting = np.array([holds(kind, typed, piece.text) for piece in pieces])
    cosines = _cosines(found.question, pieces, encoder)
    best = int(np.argmax(np.where(fitting, cosines, -1.0)))
    names, numbers = _missing(typed, pieces[best].hit, language)
    return {
        "answer_cosine": float(cosines[best]) if fitting[best] else 0.0,
        "missing_names": names,
        "missing_numbers": numbers,
    }


def _cosines(question: str, pieces: Sequence[Candidate], encoder: Encoder) -> np.ndarray:
    """Of the question with each sentence."""
    vectors = encoder.encode([*(piece.text for piece in pieces), *(piece.in_context for piece in pieces)])
    asked = encoder.encode_query(question)
    alone, together = np.clip(vectors @ asked, 0, None).reshape(2, len(pieces)).astype(float)
    return alone + CONTEXT * np.clip(together - alone, 0, None)


def _missing(question: str, hit: Hit, language: str) -> tuple[float, float]:
    """The shares of the question's names and numbers that a passage and its document do not hold."""
    asked = facts(question, language)
    known = facts("\n".join((hit.document.name, hit.document.title, *hit.chunk.headings, hit.chunk.text)), language)
    numbers = asked.numbers
    names = {name.stem for name in asked.names if language not in _CAPITAL_NOUNS} - numbers
    return _share(names - known.stems, names), _share(numbers - known.numbers - known.stems, numbers)


def _share(some: set[str] | frozenset[str], of: set[str] | frozenset[str]) -> float:
    return len(some) / len(of) if of else 0.0
