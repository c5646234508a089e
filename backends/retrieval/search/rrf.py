"""Reciprocal rank fusion: one ranking of several.

A passage scores ``Σ weight / (k + rank)`` over the rankings that hold it (Cormack, Clarke and Büttcher, "Reciprocal
Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009, where k is 60). Only ranks count,
so cosines and BM25 need not be of one scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def fuse(rankings: Iterable[tuple[float, Sequence[int]]], k: int = 60) -> dict[int, float]:
    """The score of every id in any of the rankings, which come with their weights; the best first, equals by id.

    >>> fuse([(1.0, [7, 8]), (1.0, [8, 9])], k=1)
    {8: 0.8333333333333333, 7: 0.5, 9: 0.3333333333333333}
    """
    scores: dict[int, float] = {}
    for weight, ranking in rankings:
        for rank, one in enumerate(ranking, start=1):
            scores[one] = scores.get(one, 0.0) + weight / (k + rank)
    return ordered(scores)


def ordered(scores: Mapping[int, float]) -> dict[int, float]:
    """The same, the highest score first, equals by id.

    >>> ordered({2: 0.5, 1: 0.5, 3: 0.9})
    {3: 0.9, 1: 0.5, 2: 0.5}
    """
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0])))
