"""A support vector machine whose scores for several classes are continuous."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
from sklearn.svm import SVC


class MarginSVC(SVC):
    """`SVC` that scores each of several classes by how far it is ahead of the others, without counting wins.

    scikit-learn trains one machine for each pair of classes. Its own "ovr" score of a class counts the pairs
    that the class wins, so it jumps by one where a single margin passes zero, and probabilities calibrated on
    such scores jump as well: from unlikely to likely within a rounding error of an input. Here each margin m
    counts as tanh(m), a win of almost 1 beyond the machine's margin and less within it, and the score of a class
    is the mean over its pairs. For two classes nothing differs from `SVC`.

    >>> model = MarginSVC(C=100, kernel="linear").fit([[0.0], [1.0], [2.0]], [0, 1, 2])
    >>> model.decision_function([[0.0], [1.0], [2.0]]).round(2).tolist()
    [[0.76, 0.12, -0.88], [-0.38, 0.76, -0.38], [-0.88, 0.12, 0.76]]
    """

    def decision_function(self, X: Any) -> np.ndarray:
        """Two classes: the margin, shape (rows,). More: the classes' scores, -1 to 1, shape (rows, classes)."""
        if len(self.classes_) == 2:
            return super().decision_function(X)
        return np.tanh(self._decision_function(X)) @ pair_signs(len(self.classes_))


def pair_signs(classes: int) -> np.ndarray:
    """What turns one value for each pair of classes, first against second in order, into each class's mean.

    Shape (pairs, classes): in the row of a pair, 1 for its first and -1 for its second class, divided by the
    number of pairs that a class is in.

    >>> pair_signs(3).tolist()
    [[0.5, -0.5, 0.0], [0.5, 0.0, -0.5], [0.0, 0.5, -0.5]]
    """
    pairs = list(combinations(range(classes), 2))
    signs = np.zeros((len(pairs), classes))
    for row, (first, second) in enumerate(pairs):
        signs[row, [first, second]] = 1, -1
    return signs / (classes - 1)
