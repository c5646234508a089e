"""The sums that every score is made of, for one set of rows or for a thousand resamples of it at once.

A *weight* says how often a row counts: all ones for the rows as they are, 0, 1, 2, … for a bootstrap
resample. `Judged` holds what does not depend on the weights (predictions, losses, the order of the rows by
probability), `Tally` adds one row of weights per resample. Every metric is a short formula over a `Tally`,
so the point value and its bootstrap interval come from the same line of code.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from backends.training.policy import TIE, least

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def predicted_codes(proba: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """The class code predicted for each row of probabilities, shape (rows, classes).

    The most probable class; of classes within `policy.TIE` of it the first one, as scikit-learn's classifiers do on a
    tie. For two classes, class 1 is predicted where its probability is at least `policy.least` of the `threshold`.

    >>> predicted_codes(np.array([[0.5, 0.5], [0.4, 0.6]])).tolist()
    [0, 1]
    >>> predicted_codes(np.array([[0.7, 0.3], [0.8, 0.2]]), threshold=0.3).tolist()
    [1, 0]
    """
    proba = np.asarray(proba, dtype=np.float64)
    if proba.shape[1] == 2:
        return (proba[:, 1] >= least(threshold)).astype(np.intp)
    return (proba >= proba.max(axis=1, keepdims=True) - TIE).argmax(axis=1)


@dataclass(frozen=True)
class Ordered:
    """Rows sorted by falling score, where one class is told from the rest.

    `ends` marks the last row of every run of equal scores: between two thresholds nothing changes.
    """

    order: np.ndarray
    positive: np.ndarray  # in that order: 1 where the row is of the class
    ends: np.ndarray

    @classmethod
    def from_scores(cls, positive: np.ndarray, score: np.ndarray) -> Ordered:
        """Sort rows (is it of the class?, its score) once; ties keep their order."""
        order = np.argsort(-score, kind="stable")
        ordered = score[order]
        ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
        return cls(order, positive[order].astype(np.float64), ends)

    def counts(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """True and false positives at each distinct score, each of shape (resamples, scores)."""
        ordered = weights[:, self.order]
        above = np.cumsum(ordered, axis=1)
        hits = np.cumsum(ordered * self.positive, axis=1)
        if len(self.ends) < len(self.order):
            above, hits = above[:, self.ends], hits[:, self.ends]
        return hits, above - hits


@dataclass(frozen=True)
class Judged:
    """True class codes (rows,) beside predicted probabilities (rows, classes)."""

    y: np.ndarray
    proba: np.ndarray
    threshold: float = 0.5

    @property
    def n_classes(self) -> int:
        """Columns of the probabilities."""
        return self.proba.shape[1]

    @cached_property
    def predicted(self) -> np.ndarray:
        """The class code predicted for each row."""
        return predicted_codes(self.proba, self.threshold)

    @cached_property
    def log_losses(self) -> np.ndarray:
        """-ln of the probability given to the true class; clipped by machine precision, as scikit-learn does."""
        given = self.proba[np.arange(len(self.y)), self.y]
        precision = np.finfo(given.dtype).eps
        return -np.log(np.clip(given, precision, 1 - precision)).astype(np.float64)

    @cached_property
    def brier_losses(self) -> np.ndarray:
        """Squared distance from the truth, 0 to 1 for two classes and 0 to 2 for more, as scikit-learn does."""
        distance = (self.proba**2).sum(axis=1) - 2 * self.proba[np.arange(len(self.y)), self.y] + 1
        return distance / 2 if self.n_classes == 2 else distance

    @cached_property
    def columns(self) -> csr_array:
        """What is summed over the rows: 1, the two losses, then one-hot truth, prediction and hit, K columns each.

        Sparse, so that a sum costs the same for 2 classes and for 100, and no BLAS threads compete for cores.
        """
        from scipy.sparse import csr_array

        rows, k = np.arange(len(self.y)), self.n_classes
        right = np.flatnonzero(self.predicted == self.y)
        one = np.ones(len(rows))
        places = [rows * 0, rows * 0 + 1, rows * 0 + 2, 3 + self.y, 3 + k + self.predicted, 3 + 2 * k + self.y[right]]
        values = [one, self.log_losses, self.brier_losses, one, one, one[right]]
        at = np.concatenate([*[rows] * 5, right]), np.concatenate(places)
        return csr_array((np.concatenate(values), at), shape=(len(rows), 3 + 3 * k))

    @cached_property
    def ordered(self) -> tuple[Ordered, ...]:
        """One order of the rows per class told from the rest; for two classes only that of class 1."""
        codes = (1,) if self.n_classes == 2 else range(self.n_classes)
        return tuple(Ordered.from_scores(self.y == code, self.proba[:, code]) for code in codes)


@dataclass(frozen=True)
class Tally:
    """Weighted counts of a `Judged`, one row per resample: what the metrics are computed from."""

    judged: Judged
    weights: np.ndarray  # (resamples, rows)

    @property
    def binary(self) -> bool:
        """Two classes, of which code 1 is the positive one."""
        return self.judged.n_classes == 2

    @cached_property
    def sums(self) -> np.ndarray:
        """Weighted sums of `Judged.columns`, shape (resamples, 3 + 3 × classes)."""
        return np.asarray(self.weights @ self.judged.columns, dtype=np.float64)

    @property
    def total(self) -> np.ndarray:
        """Rows of each resample."""
        return self.sums[:, 0]

    @property
    def log_loss(self) -> np.ndarray:
        """Mean log loss of each resample."""
        return self.sums[:, 1] / self.total

    @property
    def brier(self) -> np.ndarray:
        """Mean squared distance from the truth of each resample."""
        return self.sums[:, 2] / self.total

    @property
    def support(self) -> np.ndarray:
        """Rows of each class, shape (resamples, classes)."""
        return self._block(0)

    @property
    def predicted(self) -> np.ndarray:
        """Rows predicted as each class, shape (resamples, classes)."""
        return self._block(1)

    @property
    def hits(self) -> np.ndarray:
        """Rows of each class that were predicted as it, shape (resamples, classes)."""
        return self._block(2)

    @cached_property
    def several(self) -> np.ndarray:
        """Whether the resample holds at least two classes: without that, most metrics mean nothing."""
        return (self.support > 0).sum(axis=1) > 1

    @cached_property
    def areas(self) -> tuple[np.ndarray, np.ndarray]:
        """ROC AUC and average precision, one row each per class told from the rest: (classes, resamples).

        NaN for a class that a resample lacks. ROC AUC is the trapezoid rule over the distinct scores
        (equal to the Mann–Whitney statistic, ties counting half); average precision is the sum of
        precision × gain in recall, without interpolation.
        """
        both = [_areas(*ordered.counts(self.weights)) for ordered in self.judged.ordered]
        return np.stack([auc for auc, _ in both]), np.stack([precision for _, precision in both])

    def _block(self, number: int) -> np.ndarray:
        k = self.judged.n_classes
        return self.sums[:, 3 + number * k : 3 + (number + 1) * k]


def ratio(part: np.ndarray, whole: np.ndarray, empty: float = np.nan) -> np.ndarray:
    """`part / whole`, and `empty` where `whole` is zero."""
    return np.divide(part, whole, out=np.full(np.broadcast(part, whole).shape, empty), where=whole != 0)


def _areas(hits: np.ndarray, misses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    gained = np.diff(hits, axis=1, prepend=0)
    passed = np.diff(misses, axis=1, prepend=0)
    positives, negatives = hits[:, -1].astype(np.float64), misses[:, -1].astype(np.float64)
    under_roc = np.einsum("ij,ij->i", passed, hits - gained / 2)
    precision = hits / np.maximum(hits + misses, 1.0)  # weights are whole: below 1 is 0 of 0 rows
    under_precision = np.einsum("ij,ij->i", gained, precision)
    measurable = (positives > 0) & (negatives > 0)
    auc = ratio(under_roc, np.where(measurable, positives * negatives, 0))
    return auc, ratio(under_precision, np.where(measurable, positives, 0))
