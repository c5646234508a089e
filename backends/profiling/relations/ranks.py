"""Average ranks: where a value stands among the values of its column, ties sharing the mean of their places."""

from __future__ import annotations

import numpy as np

BLOCK = 500_000  # cells ranked at a time: the temporary arrays stay small beside the table


def average_ranks(matrix: np.ndarray) -> np.ndarray:
    """The ranks (1 is the least) of each row of `matrix` (columns × rows of the table); NaN stays NaN.

    >>> average_ranks(np.array([[30.0, 10.0, np.nan, 10.0]])).tolist()
    [[3.0, 1.5, nan, 1.5]]
    """
    ranks = np.empty(matrix.shape)
    step = max(1, BLOCK // max(matrix.shape[1], 1))
    for start in range(0, len(matrix), step):
        ranks[start : start + step] = _ranked(matrix[start : start + step])
    return ranks


def _ranked(matrix: np.ndarray) -> np.ndarray:
    length = matrix.shape[1]
    order = np.argsort(matrix, axis=1)  # NaN last
    ordered = np.take_along_axis(matrix, order, axis=1)
    starts = np.ones(matrix.shape, dtype=bool)
    starts[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    place = np.arange(length, dtype=np.int32)
    first = np.maximum.accumulate(np.where(starts, place, 0), axis=1)
    ends = np.ones(matrix.shape, dtype=bool)
    ends[:, :-1] = starts[:, 1:]
    last = np.minimum.accumulate(np.where(ends, place, length)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(matrix.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=1)
    ranks[np.isnan(matrix)] = np.nan
    return ranks


def ranks_within(ranks: np.ndarray) -> np.ndarray:
    """The ranks among some of a column's rows, from those rows' ranks in the whole column, without sorting again.

    >>> ranks_within(np.array([7.0, 2.5, 2.5])).tolist()
    [3.0, 1.5, 1.5]
    """
    places = (2 * ranks).astype(np.intp)  # twice an average rank is a whole number
    counts = np.bincount(places)
    return (np.cumsum(counts) - (counts - 1) / 2)[places]
