"""Reweighing: how much each training row counts so that group and outcome are independent."""

from __future__ import annotations

import numpy as np


def reweighing(groups: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights w(g, y) = P(g) · P(y) / P(g, y), (rows,) (Kamiran & Calders, 2012).

    Weighted, every group has the base rate of all rows; the weights sum to the number of rows.

    >>> reweighing(np.array([0, 0, 0, 1]), np.array([1, 1, 0, 0])).tolist()
    [0.75, 0.75, 1.5, 0.5]
    """
    groups, y = np.asarray(groups), np.asarray(y)
    counts = np.zeros((groups.max() + 1, 2))
    np.add.at(counts, (groups, y), 1)
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / len(y)
    weights: np.ndarray = np.divide(expected, counts, out=np.zeros_like(counts), where=counts > 0)
    return weights[groups, y]
