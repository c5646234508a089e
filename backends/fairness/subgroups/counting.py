"""Every combination of groups, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from backends.datasets.grouping import Grouping
from backends.profiling.intervals import wilson

MOST_LEVELS = 50  # of one column, the largest
MOST_CELLS = 2_000_000  # of one combination of columns
Condition = tuple[int, int]  # the place of a column and of one of its levels


@dataclass(frozen=True)
class Coded:
    """A column as codes (rows,): places in `levels`, and `len(levels)` for all smaller levels."""

    grouping: Grouping
    levels: tuple[str, ...]
    codes: np.ndarray

    @classmethod
    def of(cls, grouping: Grouping, values: pd.Series, least: int) -> Coded:
        """The levels with at least `least` rows, the largest first."""
        codes, names = pd.factorize(grouping.labels(values))
        sizes = np.bincount(codes, minlength=len(names))
        kept = np.argsort(-sizes, kind="stable")[:MOST_LEVELS]
        kept = kept[sizes[kept] >= least]
        place = np.full(len(names), len(kept), dtype=np.intp)
        place[kept] = np.arange(len(kept))
        return cls(grouping, tuple(str(names[at]) for at in kept), place[codes])


@dataclass(frozen=True)
class Counted:
    """Subgroups with their rows and hits (n,): those that a measure is a share of, and those that are its part."""

    conditions: tuple[tuple[Condition, ...], ...]
    rows: np.ndarray
    hits: np.ndarray

    def __len__(self) -> int:
        return len(self.conditions)


def count_all(coded: Sequence[Coded], whole: np.ndarray, part: np.ndarray, depth: int, least: int) -> Counted:
    """All subgroups of up to `depth` conditions with at least `least` rows of `whole`, and as many outside.

    `whole` and `part` (rows,) say of which rows the measure is a share, and which are its part.
    """
    total = int(whole.sum())
    found = list(_by_columns(coded, whole, part & whole, depth))
    if not found:
        return Counted((), np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp))
    rows = np.concatenate([one.rows for one in found])
    hits = np.concatenate([one.hits for one in found])
    enough = (rows >= least) & (total - rows >= least)
    conditions = [condition for one in found for condition in one.conditions]
    kept = np.flatnonzero(enough)
    return Counted(tuple(conditions[at] for at in kept), rows[kept], hits[kept])


def inside(coded: Sequence[Coded], conditions: Sequence[Condition]) -> np.ndarray:
    """Which rows fulfil all conditions, (rows,)."""
    found = np.ones(len(coded[0].codes), dtype=bool)
    for column, level in conditions:
        found &= coded[column].codes == level
    return found


def _by_columns(coded: Sequence[Coded], whole: np.ndarray, part: np.ndarray, depth: int) -> Iterator[Counted]:
    for size in range(1, depth + 1):
        for columns in combinations(range(len(coded)), size):
            shape = tuple(len(coded[at].levels) + 1 for at in columns)
            if np.prod(shape) > MOST_CELLS:
                continue
            cells = np.ravel_multi_index([coded[at].codes for at in columns], shape)
            inner = tuple(slice(0, -1) for _ in shape)  # without the smaller levels
            rows, hits = (np.bincount(cells[m], minlength=int(np.prod(shape))).reshape(shape) for m in (whole, part))
            rows, hits = rows[inner], hits[inner]
            filled = np.argwhere(rows > 0)
            conditions = tuple(tuple(zip(columns, levels, strict=True)) for levels in filled.tolist())
            yield Counted(conditions, rows[rows > 0], hits[rows > 0])


def lower_tail(hits: np.ndarray, rows: np.ndarray, other_hits: np.ndarray, other_rows: np.ndarray) -> np.ndarray:
    """The chance to find the first share so far below the second when both are the same: a one-sided test.

    The pooled z-test of two shares with Yates' continuity correction, which errs on the side of caution.

    >>> tail = lower_tail(np.array([10.0]), np.array([100.0]), np.array([200.0]), np.array([1000.0]))
    >>> tail.round(4).tolist()
    [0.0109]
    """
    from scipy.special import ndtr

    pooled = (hits + other_hits) / (rows + other_rows)
    spread = np.sqrt(pooled * (1 - pooled) * (1 / rows + 1 / other_rows))
    gap = hits / rows - other_hits / other_rows + (1 / rows + 1 / other_rows) / 2
    z = np.divide(gap, spread, out=np.zeros(np.shape(gap)), where=spread > 0)
    return np.asarray(ndtr(z))


def difference_interval(
    hits: np.ndarray, rows: np.ndarray, other_hits: np.ndarray, other_rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of the first share less the second, from the Wilson interval of each (Newcombe, 1998).

    >>> low, high = difference_interval(np.array(56), np.array(70), np.array(48), np.array(80))
    >>> round(float(low), 4), round(float(high), 4)
    (0.0524, 0.3339)
    """
    first, second = hits / rows, other_hits / other_rows
    (low, high), (other_low, other_high) = wilson(hits, rows), wilson(other_hits, other_rows)
    gap = first - second
    below = np.sqrt((first - low) ** 2 + (other_high - second) ** 2)
    above = np.sqrt((high - first) ** 2 + (second - other_low) ** 2)
    return gap - below, gap + above
