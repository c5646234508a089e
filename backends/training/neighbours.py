"""k-nearest neighbours whose answer does not depend on which of several equally near rows come first."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.validation import check_is_fitted, validate_data

STEPS = 1024.0  # grid steps per unit: a coordinate is rounded to a multiple of 1/1024 …
FURTHEST = 1000.0  # … and held within ± 1000, so that squared distances are whole numbers below 2**53
_CELLS = 4_000_000  # distances held at once: 32 MB


class TiedNeighborsClassifier(ClassifierMixin, BaseEstimator):
    """Class shares among the `n_neighbors` nearest training rows and all rows as near as the last of them.

    Tables with few distinct values are full of ties, and where the k-th neighbour is tied, any choice among
    the tied rows is arbitrary: it changes with the order of the rows, the library and the processor. Here
    every tied row counts. Distances are Euclidean, between inputs rounded to a grid so fine that it does not
    matter (1/1024 of a standard deviation for standardised inputs), which makes them exact in float64: two
    distances are equal or they are not, whoever computes them.

    >>> model = TiedNeighborsClassifier(n_neighbors=1).fit([[0.0], [2.0], [2.0]], [0, 1, 0])
    >>> model.predict_proba([[0.1], [3.0]]).tolist()
    [[1.0, 0.0], [0.5, 0.5]]
    """

    def __init__(self, n_neighbors: int = 15) -> None:
        self.n_neighbors = n_neighbors

    def fit(self, X: Any, y: Any) -> TiedNeighborsClassifier:
        """Keep the rows of `X`, shape (rows, columns), and their classes."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        self.rows_ = on_grid(validate_data(self, X, dtype="numeric"))
        self.lengths_ = np.square(self.rows_).sum(axis=1)
        self.shares_ = np.eye(len(self.classes_))[codes]
        return self

    def predict_proba(self, X: Any) -> np.ndarray:
        """Shape (rows, classes)."""
        check_is_fitted(self)
        rows = on_grid(validate_data(self, X, dtype="numeric", reset=False))
        at_once = max(1, _CELLS // len(self.rows_))
        parts = [self._shares(rows[start : start + at_once]) for start in range(0, len(rows), at_once)]
        return np.vstack(parts) if parts else np.empty((0, len(self.classes_)))

    def predict(self, X: Any) -> np.ndarray:
        """The class of the largest share, the first of them at a tie."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _shares(self, rows: np.ndarray) -> np.ndarray:
        # A row's own squared length is the same for all its distances, so it is left out.
        distances = self.lengths_ - 2.0 * (rows @ self.rows_.T)
        last = min(self.n_neighbors, len(self.rows_)) - 1
        near = distances <= np.partition(distances, last, axis=1)[:, last, None]
        votes = near @ self.shares_
        return votes / votes.sum(axis=1, keepdims=True)


def on_grid(X: np.ndarray) -> np.ndarray:
    """Coordinates in whole grid steps, float64."""
    return np.rint(np.clip(np.asarray(X, dtype=np.float64), -FURTHEST, FURTHEST) * STEPS)
