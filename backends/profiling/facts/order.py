"""What a sorted column tells: quantiles, runs of equal values, how many values lie below a mark."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

HEAD = 1_000  # rows in which nearly every unsorted column shows it


@dataclass(frozen=True)
class Runs:
    """The runs of equal values in the rows of a sorted matrix, one row after the other.

    `starts` are positions in the flattened matrix and `lengths` the number of equal values from there; the runs of
    row i are `first[i] : first[i] + distinct[i]`.
    """

    starts: np.ndarray
    lengths: np.ndarray
    first: np.ndarray
    distinct: np.ndarray


def runs(cells: np.ndarray, present: np.ndarray) -> Runs:
    """The runs of equal values among the first `present[i]` cells of each sorted row."""
    columns, rows = cells.shape
    change = np.empty((columns, rows), dtype=bool)
    change[:, 0] = True
    np.not_equal(cells[:, 1:], cells[:, :-1], out=change[:, 1:])
    for row in np.flatnonzero(present < rows):
        change[row, present[row] :] = False
    distinct = np.count_nonzero(change, axis=1)
    starts = np.flatnonzero(change)
    first = np.cumsum(distinct) - distinct
    filled = np.flatnonzero(distinct)
    lengths = np.empty_like(starts)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    last = (first + distinct - 1)[filled]
    lengths[last] = filled * rows + present[filled] - starts[last]
    return Runs(starts, lengths, first, distinct)


def most_frequent(counts: np.ndarray, most: int) -> np.ndarray:
    """Positions of the `most` largest counts, largest first; of equal counts the earlier ones.

    >>> most_frequent(np.array([1, 3, 2, 3, 1]), 4).tolist()
    [1, 3, 2, 0]
    """
    if len(counts) > 4 * most:
        least = np.partition(counts, -most)[-most]
        above = np.flatnonzero(counts > least)
        kept = np.sort(np.concatenate([above, np.flatnonzero(counts == least)[: most - len(above)]]))
    else:
        kept = np.arange(len(counts))
    return kept[np.argsort(-counts[kept], kind="stable")][:most]


def quantiles(cells: np.ndarray, low: np.ndarray, high: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Linearly interpolated quantiles (NumPy's and pandas' default) of `cells[i, low[i]:high[i]]`: columns × shares.

    NaN where a row has no value.
    """
    place = (high - low - 1)[:, None] * shares
    below = np.clip(np.floor(place).astype(np.int64), 0, None)
    part = place - below
    below += low[:, None]
    above = np.minimum(below + 1, np.maximum(high - 1, 0)[:, None])
    columns = np.arange(len(cells))[:, None]
    left, right = cells[columns, np.minimum(below, cells.shape[1] - 1)], cells[columns, above]
    with np.errstate(over="ignore", invalid="ignore"):
        gap = right - left
        between = np.where(part < 0.5, left + gap * part, right - gap * (1 - part))
        between = np.where(np.isfinite(gap), between, left * (1 - part) + right * part)
    return np.where((high > low)[:, None], between, np.nan)


def below_marks(cells: np.ndarray, low: np.ndarray, high: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """How many of `cells[i, low[i]:high[i]]` (sorted) are smaller than each of `marks[i]`: columns × marks."""
    counts = np.empty(marks.shape, dtype=np.int64)
    for row in range(len(cells)):
        counts[row] = cells[row, low[row] : high[row]].searchsorted(marks[row])
    return counts


def finite_part(cells: np.ndarray, present: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the finite values of each sorted row begin and end: infinities stand at the ends of the present ones."""
    low, high = np.zeros(len(cells), dtype=np.int64), present.astype(np.int64)
    filled = np.flatnonzero(present)
    lowest, highest = cells[filled, 0], cells[filled, present[filled] - 1]
    for row in filled[np.isinf(lowest) | np.isinf(highest)]:
        low[row] = cells[row, : present[row]].searchsorted(-np.inf, side="right")
        high[row] = max(low[row], cells[row, : present[row]].searchsorted(np.inf))
    return low, high


def directions(cells: np.ndarray, absent: np.ndarray) -> list[str]:
    """Whether each row, as it stands, never falls ("increasing") or never rises ("decreasing"), else "".

    Absent cells are passed over. A row with fewer than two distinct values has no direction.
    """
    before, after = cells[:, :HEAD][:, :-1], cells[:, 1:HEAD]
    both = ~(absent[:, :HEAD][:, :-1] | absent[:, 1:HEAD])
    unsorted = ((after > before) & both).any(axis=1) & ((after < before) & both).any(axis=1)
    found = [""] * len(cells)
    for row in np.flatnonzero(~unsorted):
        found[row] = _direction(cells[row][~absent[row]] if absent[row].any() else cells[row])
    return found


def _direction(values: np.ndarray) -> str:
    rises = bool((values[1:] > values[:-1]).any())
    falls = bool((values[1:] < values[:-1]).any())
    return "" if rises == falls else "increasing" if rises else "decreasing"
