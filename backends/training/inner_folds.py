"""Folds inside one fit (calibration, target encoding) that cope with classes of very few rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class InnerFolds:
    """Stratified folds, at most `most` of them, that never fail for want of rows.

    Every row is in exactly one test part. With `know_all_classes` there are at most as many folds as the
    smallest class has rows (but two), and a class that a training part would lack is added to it whole, so
    that every fit knows every class: what is learnt about a class with a single row is then optimistic
    for that row. Without it the parts never share a row.

    >>> [list(test) for _, test in InnerFolds(most=5).split(None, [0, 0, 0, 1])]
    [...]
    >>> InnerFolds(most=5).get_n_splits(y=[0, 0, 0, 1])
    4
    >>> InnerFolds(most=5, know_all_classes=True).get_n_splits(y=[0, 0, 0, 1])
    2
    """

    most: int = 5
    seed: int = 0
    know_all_classes: bool = False

    def get_n_splits(self, X: object = None, y: object = None, groups: object = None) -> int:
        """How many folds there will be for the class labels `y`."""
        if y is None:
            return self.most
        counts = np.unique(np.asarray(y), return_counts=True)[1]
        return int(np.clip(counts.min() if self.know_all_classes else counts.sum(), 2, self.most))

    def split(self, X: object, y: object, groups: object = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the positions of the training rows and of the test rows of each fold."""
        codes = np.unique(np.asarray(y), return_inverse=True)[1]
        fold_of = self._deal(codes, self.get_n_splits(y=y))
        for fold in np.unique(fold_of):
            train = fold_of != fold
            if self.know_all_classes:
                train |= np.isin(codes, np.setdiff1d(codes, codes[train]))
            yield np.flatnonzero(train), np.flatnonzero(fold_of == fold)

    def _deal(self, codes: np.ndarray, folds: int) -> np.ndarray:
        """The fold of each row: the rows, shuffled and then sorted by class, are dealt out in turn."""
        order = np.random.default_rng(self.seed).permutation(len(codes))
        order = order[np.argsort(codes[order], kind="stable")]
        fold_of = np.empty(len(codes), dtype=int)
        fold_of[order] = np.arange(len(codes)) % folds
        return fold_of
