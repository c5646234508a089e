"""Getting ready for a first explanation, so that nobody has to wait for what is the same for every model."""

from __future__ import annotations

import time

import numpy as np


def warm() -> float:
    """Compile the loops over trees, or read them back from disk; the seconds that took.

    A second call does nothing that takes time. Safe to call from any thread, also while a model is explained.

    >>> warm() >= 0.0
    True
    """
    from sklearn.tree import DecisionTreeClassifier

    from backends.explanations.tree_reading import read_trees
    from backends.explanations.tree_values import TreeValues

    started = time.perf_counter()
    rows = np.array([[0.0], [1.0]])
    trees = read_trees(DecisionTreeClassifier().fit(rows, [0, 1]))
    assert trees is not None
    TreeValues(trees).of(rows)
    return time.perf_counter() - started
