"""What a search says about whether the documents answer at all: numbers for a calibrated confidence.

| feature | what it is | range |
| --- | --- | --- |
| dense, lexical | 1 where that way of searching ran | 0, 1 |
| top_cosine | highest cosine of the question with a passage | −1 … 1 |
| mean_cosine | mean of the three highest | −1 … 1 |
| cosine_lead | highest cosine less the mean of all candidates by meaning | 0 … 2 |
| top_bm25_per_term | highest BM25, divided by the number of terms of the question | ≥ 0 |
| top_bm25_share | highest BM25, divided by what a passage could have at most | 0 … 1 |
| coverage | share of the question's idf mass that is in one of the first three hits, the best of them | 0 … 1 |
| coverage_first | the same of the first hit | 0 … 1 |
| known | share of the question's idf mass in terms that the first hits hold at all | 0 … 1 |
| agreement | share of the ten best by meaning that are among the ten best by words | 0 … 1 |
| terms | different terms that were looked for | ≥ 0 |

The idf mass of terms is the sum of their inverse document frequencies, so rare words count more. A question of stop
words alone, such as "how many", names nothing that a passage could hold: its shares are zero, whatever was found. A way
of searching that did not run leaves zeros as well.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np

from backends.retrieval.index.lexical import K1
from backends.retrieval.search.candidates import Candidates

TOP, AGREE = 3, 10  # hits, ranks


def features(found: Candidates, hits: Sequence[Set[str]]) -> dict[str, float]:
    """The features of what was found; `hits` are the question's terms that each hit holds, the best first."""
    cosines = np.array(list(found.rankings.get("dense", {}).values()) or [0.0])
    scores = list(found.rankings.get("lexical", {}).values()) or [0.0]
    mass = _whole(found)
    covered = [_mass(found, hit) for hit in hits[:TOP]] or [0.0]
    return {
        "dense": float("dense" in found.rankings),
        "lexical": float("lexical" in found.rankings),
        "top_cosine": float(cosines[0]),
        "mean_cosine": float(cosines[:TOP].mean()),
        "cosine_lead": float(cosines[0] - cosines.mean()),
        "top_bm25_per_term": scores[0] / max(1, len(found.terms)),
        "top_bm25_share": scores[0] / (mass * (K1 + 1)) if mass else 0.0,
        "coverage": max(covered),
        "coverage_first": covered[0],
        "known": _mass(found, set().union(*hits[:AGREE])),
        "agreement": _agreement(found),
        "terms": float(len(found.terms)),
    }


def _whole(found: Candidates) -> float:
    """The idf mass of the question; none of one that names no subject."""
    return sum(found.idf.values()) if found.subject else 0.0


def _mass(found: Candidates, held: Set[str]) -> float:
    """The share of the idf mass of the question's terms that is held."""
    mass = _whole(found)
    return sum(idf for term, idf in found.idf.items() if term in held) / mass if mass else 0.0


def _agreement(found: Candidates) -> float:
    dense, lexical = (list(found.rankings.get(way, ()))[:AGREE] for way in ("dense", "lexical"))
    return len(set(dense) & set(lexical)) / min(len(dense), len(lexical)) if dense and lexical else 0.0
