"""What the levels of a category tell of a target, judged on rows that the telling was not made from."""

from __future__ import annotations

import numpy as np

from backends.profiling.target.auc import Area, rate_auc

FOLDS = 5
OWN_ROWS = 10.0  # rows of the whole table's share that every level starts with, so that small levels say little


def folds(codes: np.ndarray, seed: int) -> np.ndarray:
    """A fold, 0 to 4, for each row: by chance, and evenly within each class."""
    shuffled = np.random.default_rng(seed).permutation(len(codes))
    by_class = shuffled[np.argsort(codes[shuffled], kind="stable")]
    fold = np.empty(len(codes), dtype=np.int32)
    fold[by_class] = np.arange(len(codes), dtype=np.int32) % FOLDS
    return fold


def level_auc(levels: np.ndarray, codes: np.ndarray, fold: np.ndarray, classes: int) -> Area:
    """The AUC of out-of-fold class rates: a row is predicted by the rows of its level in the other folds.

    So a column of many levels with few rows each does not look perfect. `levels` (rows,) are codes, -1 where
    missing (such rows take no part); `codes` and `fold` (rows,) are the classes and folds.
    """
    there = levels >= 0
    levels, codes, fold = _dense(levels[there]), codes[there], fold[there]
    size = int(levels.max()) + 1 if len(levels) else 0
    cell = (fold * size + levels) * classes + codes
    counts = np.bincount(cell, minlength=FOLDS * size * classes).reshape(FOLDS, size, classes)
    others = counts.sum(axis=0) - counts
    share = counts.sum(axis=(0, 1)) / max(len(codes), 1)
    rates = (others + OWN_ROWS * share) / (others.sum(axis=2, keepdims=True) + OWN_ROWS)
    used = counts.any(axis=2)
    return rate_auc(counts[used], rates[used].round(12))  # equal rates stay equal however they were summed


def level_means(levels: np.ndarray, numbers: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Out-of-fold means of `numbers` by level, (rows,), made as in `level_auc`; NaN where the level is missing."""
    there = levels >= 0
    told = np.full(len(levels), np.nan)
    if not there.any():
        return told
    known, level, own = numbers[there], _dense(levels[there]), fold[there]
    size = int(level.max()) + 1
    cell = own * size + level
    total = np.bincount(cell, known, minlength=FOLDS * size).reshape(FOLDS, size)
    count = np.bincount(cell, minlength=FOLDS * size).reshape(FOLDS, size)
    means = (total.sum(axis=0) - total + OWN_ROWS * known.mean()) / (count.sum(axis=0) - count + OWN_ROWS)
    told[there] = means.round(9).ravel()[cell]
    return told


def _dense(codes: np.ndarray) -> np.ndarray:
    """The same codes without gaps: a sample may hold few of a column's levels."""
    seen = np.bincount(codes) > 0
    return (np.cumsum(seen) - 1)[codes] if len(codes) else codes
