"""How likely it is that the documents answer a question: a logistic model on signs that were measured.

With an embedder the sentences found are judged (see `signs`): the nearest one that has the kind of fact asked for, and
whether the names and numbers of the question are there. Without one, and for a `Found` alone, the search's own features
have to do (see `search.features`): the nearest passage and its share of the question's words. That is enough to refuse
questions of another world, and it loses questions that say a thing in other words than the documents.

The weights were fitted by ``python -m benchmarks.abstention`` on the odd questions of Cranfield, the odd ones of
`unanswerable_questions`, and small collections with questions that they answer in other words, and questions of their
subjects that they do not answer, for all-MiniLM-L6-v2. The same command prints what they do on questions and
collections that they were not fitted on. What the model cannot tell is a missing fact of a kind that the right
sentence has too: the price of a room where the price of a meal is told. Nearly every question of another subject is
refused, of those on the very subject about seven in ten. Cosines of another embedding model have another scale: with
one, calibrate the collection's threshold (`calibration.calibrate`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from backends.datasets.wording import per_cent
from backends.retrieval.answering.once import Encoder
from backends.retrieval.answering.signs import signs
from backends.retrieval.search.analysis import query_terms, stop_terms
from backends.retrieval.search.hit import Found

DEFAULT_THRESHOLD = 0.5  # under it "Not in your documents." is said; calibrated as the module's docstring tells
DEFAULT_THRESHOLD_FROM = "Cranfield, questions without an answer, and small collections, by all-MiniLM-L6-v2"


@dataclass(frozen=True)
class Model:
    """Confidence = 1 / (1 + exp(−(bias + Σ weight × feature)))."""

    bias: float
    weights: Mapping[str, float]

    def __call__(self, features: Mapping[str, float]) -> float:
        """0 … 1; a feature that is missing counts as 0."""
        total = self.bias + sum(weight * features.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-total)) if total > 0 else math.exp(total) / (1 + math.exp(total))


SENTENCES = Model(-4.2, {"answer_cosine": 9.9, "missing_names": -2.6, "missing_numbers": -4.0})
MODELS = {  # without an embedder, by whether it was searched by meaning and by words
    (True, True): Model(-5.9, {"top_cosine": 8.1, "coverage": 7.7}),
    (True, False): Model(-5.6, {"top_cosine": 7.7, "coverage": 7.9}),
    (False, True): Model(-4.5, {"coverage": 9.5, "top_bm25_share": 3.3}),
}


def confidence(found: Found, embedder: Encoder | None = None, language: str = "english", question: str = "") -> float:
    """0 … 1 that the passages found answer the question; 0 where nothing was found, measured or asked for.

    Thresholds are for one way of judging: with an embedder or without. `question` is as it was typed, where it was
    searched for with words of earlier turns. It is calibrated as a ranking and at `DEFAULT_THRESHOLD`; between
    documents of very different kinds, 0.8 does not mean that 8 of 10 such questions are answered.
    """
    if not found.hits or not says_something(found.question, language):
        return 0.0
    if embedder is not None:
        return SENTENCES({**found.features, **signs(found, embedder, language, question)})
    model = MODELS.get((bool(found.features.get("dense")), bool(found.features.get("lexical"))))
    return model(found.features) if model else 0.0


def says_something(question: str, language: str = "english") -> bool:
    """Whether a question has a word beside those that every text has.

    >>> says_something("how many"), says_something("How many ships?")
    (False, True)
    """
    return bool(set(query_terms(question, language)) - stop_terms(language))


def sure(value: float) -> str:
    r"""A confidence in words: no model is certain.

    >>> sure(0.98), sure(0.999), sure(0.001)
    ('98\xa0%', 'over 99\xa0%', 'under 1\xa0%')
    """
    return f"over {per_cent(0.99)}" if value > 0.99 else f"under {per_cent(0.01)}" if value < 0.01 else per_cent(value)
