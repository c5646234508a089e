"""An order of columns in which those that go together stand together."""

from __future__ import annotations

import numpy as np


def clustered(strength: np.ndarray) -> list[int]:
    """Positions in the order of the leaves of a tree by average linkage on 1 − strength (NaN counts as 0).

    The two groups that are nearest on average are joined first; a group is turned round where that brings the
    more alike ends together. Written out for the few columns of a matrix: loading scipy's takes longer than all
    else that is done with them.

    >>> clustered(np.array([[1.0, 0.1, 0.9], [0.1, 1.0, 0.2], [0.9, 0.2, 1.0]]))
    [0, 2, 1]
    """
    near = np.where(np.isnan(strength), 0.0, strength).astype(np.float64)
    np.fill_diagonal(near, -np.inf)
    groups = {position: [position] for position in range(len(near))}
    likeness = near.copy()
    for _ in range(len(near) - 1):
        first, second = sorted(divmod(int(near.argmax()), len(near)))
        sizes = len(groups[first]), len(groups[second])
        groups[first] = _joined(groups[first], groups.pop(second), likeness)
        near[first] = (sizes[0] * near[first] + sizes[1] * near[second]) / sum(sizes)
        near[:, first] = near[first]
        near[first, first] = -np.inf
        near[second] = near[:, second] = -np.inf
    return next(iter(groups.values()), [])


def _joined(first: list[int], second: list[int], likeness: np.ndarray) -> list[int]:
    """The two groups side by side, each as it is or turned round, whichever brings the more alike ends together."""
    ways = [(one, two) for one in (first, first[::-1]) for two in (second, second[::-1])]
    one, two = max(ways, key=lambda way: likeness[way[0][-1], way[1][0]])
    return one + two
