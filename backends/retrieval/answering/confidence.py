"""How likely it is that the documents answer a question: a logistic model on what the search measured.

The features are the search's own (see `search.features`). The nearest vector alone tells questions of another world
from those of a large collection on one subject; that the passage holds the question's rare words tells, in a small
collection, a question that is answered from one on the same subject that is not.

The weights were fitted by ``python -m benchmarks.abstention`` on the odd questions of Cranfield, the odd ones of
`unanswerable_questions`, and a collection of five short documents, for all-MiniLM-L6-v2. The same command prints what
they do on questions that they were not fitted on. Cosines of another embedding model have another scale: with one,
calibrate the collection's threshold (`calibration.calibrate`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from backends.retrieval.search.hit import Found

DEFAULT_THRESHOLD = 0.5  # under it "Not in your documents." is said; calibrated as the module's docstring tells
DEFAULT_THRESHOLD_FROM = "Cranfield, questions without an answer, and short documents, by all-MiniLM-L6-v2"


@dataclass(frozen=True)
class Model:
    """Confidence = 1 / (1 + exp(−(bias + Σ weight × feature)))."""

    bias: float
    weights: Mapping[str, float]

    def __call__(self, features: Mapping[str, float]) -> float:
        """0 … 1; a feature that is missing counts as 0."""
        total = self.bias + sum(weight * features.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-total)) if total > 0 else math.exp(total) / (1 + math.exp(total))


MODELS = {  # by whether it was searched by meaning and by words
    (True, True): Model(-5.9, {"top_cosine": 8.1, "coverage": 7.7}),
    (True, False): Model(-4.7, {"top_cosine": 12.6}),
    (False, True): Model(-4.3, {"coverage": 9.5, "top_bm25_share": 3.3}),
}


def confidence(found: Found) -> float:
    """0 … 1 that the passages found answer the question; 0 where nothing was found or measured.

    It is calibrated as a ranking and at `DEFAULT_THRESHOLD`; between documents of very different kinds, 0.8 does not
    mean that 8 of 10 such questions are answered.
    """
    if not found.hits:
        return 0.0
    model = MODELS.get((bool(found.features.get("dense")), bool(found.features.get("lexical"))))
    return model(found.features) if model else 0.0
