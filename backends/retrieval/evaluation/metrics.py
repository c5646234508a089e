"""How good a ranking is, with the formulas of trec_eval.

A ranking is two arrays of grades: `ranked`, those of what was found, best first, and `judged`, those of everything
that was judged for the question, in any order. 0 is judged and not relevant, 1 or more is relevant, `UNJUDGED` was
never looked at and counts as not relevant (bpref leaves it out). A metric of a question without anything relevant is
0, as in trec_eval; `evaluate` leaves such questions out of the means instead.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

UNJUDGED = -1


def dcg(grades: np.ndarray) -> float:
    """Discounted cumulative gain with linear gains: Σ grade / log2(rank + 1) (Järvelin & Kekäläinen 2002).

    >>> dcg(np.array([3, 0, 1]))
    3.5
    """
    gains = np.maximum(grades, 0)
    return float(np.sum(gains / np.log2(np.arange(2, len(gains) + 2))))


def ndcg(ranked: np.ndarray, judged: np.ndarray, k: int | None = None) -> float:
    """DCG of the first `k` by that of the best order there could be (trec_eval: ``ndcg_cut_k``, ``ndcg``).

    >>> ndcg(np.array([0, 1]), np.array([1]), k=10)
    0.6309297535714575
    """
    best = dcg(np.sort(judged)[::-1][:k])
    return dcg(ranked[:k]) / best if best else 0.0


def recall(ranked: np.ndarray, judged: np.ndarray, k: int | None = None) -> float:
    """The share of what is relevant that is among the first `k` (``recall_k``)."""
    relevant = _relevant(judged)
    return float(np.sum(ranked[:k] > 0)) / relevant if relevant else 0.0


def precision(ranked: np.ndarray, judged: np.ndarray, k: int | None = None) -> float:
    """The share of the first `k` places that hold something relevant (``P_k``); an empty place is a miss.

    >>> precision(np.array([1]), np.array([1]), k=10)
    0.1
    """
    places = len(ranked) if k is None else k
    return float(np.sum(ranked[:k] > 0)) / places if places else 0.0


def hit_rate(ranked: np.ndarray, judged: np.ndarray, k: int | None = None) -> float:
    """1 where anything relevant is among the first `k`, else 0 (``success_k``)."""
    return float(np.any(ranked[:k] > 0))


def reciprocal_rank(ranked: np.ndarray, judged: np.ndarray, k: int | None = None) -> float:
    """1 by the rank of the first relevant one, 0 where there is none (``recip_rank``); its mean is MRR.

    >>> reciprocal_rank(np.array([0, 2, 1]), np.array([2, 1]))
    0.5
    """
    places = np.flatnonzero(ranked[:k] > 0)
    return 1.0 / (1 + int(places[0])) if len(places) else 0.0


def average_precision(ranked: np.ndarray, judged: np.ndarray, k: int | None = None) -> float:
    """The mean of the precision at each relevant one; those not found count 0 (``map``, ``map_cut_k``).

    >>> average_precision(np.array([1, 0, 1]), np.array([1, 1]))
    0.8333333333333333
    """
    places, relevant = np.flatnonzero(ranked[:k] > 0), _relevant(judged)
    return float(np.sum(np.arange(1, len(places) + 1) / (places + 1))) / relevant if relevant else 0.0


def r_precision(ranked: np.ndarray, judged: np.ndarray, k: int | None = None) -> float:
    """The precision at R, the number of relevant ones (``Rprec``)."""
    return precision(ranked, judged, _relevant(judged))


def bpref(ranked: np.ndarray, judged: np.ndarray, k: int | None = None) -> float:
    """How often what is relevant stands before what was judged and is not (``bpref``, Buckley & Voorhees 2004).

    It does not count what was never judged, so that holes in the judgements harm it less.
    """
    relevant, others = _relevant(judged), int(np.sum(judged == 0))
    if not relevant:
        return 0.0
    known = ranked[ranked != UNJUDGED]
    before = np.cumsum(known == 0)[known > 0]
    return float(np.sum(1.0 - np.minimum(before, relevant) / max(1, min(others, relevant)))) / relevant


def _relevant(judged: np.ndarray) -> int:
    return int(np.sum(judged > 0))


@dataclass(frozen=True)
class Metric:
    """One row of the table of metrics: what it is called, what it says, and how it is worked out."""

    key: str
    title: str
    meaning: str
    measure: Callable[[np.ndarray, np.ndarray, int | None], float]
    cut: bool = True  # whether only the first k count

    def name(self, k: int) -> str:
        """Its key at `k`, such as "ndcg@10"."""
        return f"{self.key}@{k}" if self.cut else self.key

    def label(self, k: int) -> str:
        """Its title at `k`, such as "nDCG@10"."""
        return f"{self.title}@{k}" if self.cut else self.title

    def of(self, ranked: np.ndarray, judged: np.ndarray, k: int) -> float:
        """The value for one question, between 0 and 1."""
        return self.measure(ranked, judged, k if self.cut else None)


METRICS: tuple[Metric, ...] = (
    Metric("ndcg", "nDCG", "What is relevant stands high, the most relevant highest", ndcg),
    Metric("recall", "Recall", "Share of what is relevant that is found", recall),
    Metric("precision", "Precision", "Share of the places that hold something relevant", precision),
    Metric("hit_rate", "Hit rate", "Share of questions with anything relevant found", hit_rate),
    Metric("mrr", "MRR", "One by the rank of the first relevant one", reciprocal_rank, cut=False),
    Metric("map", "MAP", "Precision, averaged over the ranks of what is relevant", average_precision, cut=False),
    Metric("r_precision", "R-precision", "Precision at the number of relevant ones", r_precision, cut=False),
    Metric("bpref", "bpref", "Relevant before judged not relevant; the unjudged do not count", bpref, cut=False),
)


def measured(ranked: np.ndarray, judged: np.ndarray, k: int) -> dict[str, float]:
    """Every metric of one question, by its name at `k`."""
    return {metric.name(k): metric.of(ranked, judged, k) for metric in METRICS}
