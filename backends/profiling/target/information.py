"""Mutual information: how much knowing one column tells of another, in nats."""

from __future__ import annotations

import numpy as np

MOST_BINS = 20
ROWS_PER_BIN = 50
MOST_LEVELS = 50
ROWS_PER_LEVEL = 5  # a level of fewer rows tells its rows' target by chance


def entropy(counts: np.ndarray) -> np.ndarray:
    """Entropy of counts along the last axis, in nats, with the correction of Miller (1955): + (levels - 1) / 2n.

    >>> round(float(entropy(np.array([1000, 1000])) - np.log(2)), 5)
    0.00025
    """
    rows = counts.sum(axis=-1)
    plain = -_plogp(counts, rows)
    seen = (counts > 0).sum(axis=-1)
    return np.where(rows > 0, plain + (seen - 1) / (2 * np.maximum(rows, 1)), 0.0)


def mutual_information(tables: np.ndarray) -> np.ndarray:
    """H(x) + H(y) - H(x, y) of contingency tables (…, x, y), each entropy corrected; never below 0.

    >>> even, tied = np.full((2, 2), 500), np.diag([1000, 1000])
    >>> mutual_information(np.stack([even, tied])).round(3).tolist()
    [0.0, 0.693]
    """
    both = tables.reshape(*tables.shape[:-2], -1)
    found = entropy(tables.sum(axis=-1)) + entropy(tables.sum(axis=-2)) - entropy(both)
    return np.maximum(found, 0.0)


def bins_for(rows: int) -> int:
    """Equal-frequency bins for so many rows: 50 rows each, 2 to 20 of them."""
    return int(np.clip(rows // ROWS_PER_BIN, 2, MOST_BINS))


def rank_bins(ranks: np.ndarray, present: np.ndarray, bins: int) -> np.ndarray:
    """Equal-frequency bins from ranks (…, rows) that start at 1; equal values share a bin. `present` broadcasts.

    >>> rank_bins(np.array([1, 2, 3.5, 3.5, 5, 6]), np.array(6), 2).tolist()
    [0, 0, 1, 1, 1, 1]
    """
    return np.minimum((ranks - 0.5) * (bins / np.maximum(present, 1)), bins - 1).astype(np.int32)


def tables(first: np.ndarray, second: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Contingency tables (columns, *shape) of code arrays (columns, rows); `second` may be one row for all."""
    offset = np.arange(len(first), dtype=np.int64)[:, None] * (shape[0] * shape[1])
    flat = offset + first.astype(np.int64) * shape[1] + second
    return np.bincount(flat.ravel(), minlength=len(first) * shape[0] * shape[1]).reshape(len(first), *shape)


def lumped(codes: np.ndarray) -> np.ndarray:
    """Codes from 0: the 50 most frequent levels of at least five rows, then one for all others, one for missing (-1).

    >>> lumped(np.array([3, 3, 3, 3, 3, 8, -1])).tolist()
    [0, 0, 0, 0, 0, 1, 2]
    """
    counts = np.bincount(codes + 1)[1:]
    kept = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
    kept = kept[counts[kept] >= ROWS_PER_LEVEL]
    place = np.full(len(counts) + 1, len(kept), dtype=np.int32)
    place[kept] = np.arange(len(kept))
    place[-1] = len(kept) + 1  # code -1
    return place[codes]


def _plogp(counts: np.ndarray, rows: np.ndarray) -> np.ndarray:
    share = counts / np.maximum(rows, 1)[..., None]
    return (share * np.log(np.where(share > 0, share, 1.0))).sum(axis=-1)
