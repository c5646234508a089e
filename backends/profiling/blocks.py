"""Number columns a block at a time: one array pass serves many columns, whether 20 or 9,000."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backends.profiling.values import Values

BLOCK_CELLS = 400_000  # 3 MB of numbers, and a dozen arrays of that size beside it
Source = tuple[Values, np.ndarray | None]


def blocks(names: Sequence[str], *sources: Source) -> Iterator[tuple[slice, np.ndarray]]:
    """Places among `names` and their numbers, (columns, rows) float64 with NaN where missing.

    The rows are those of every source, one behind the other: a table and the positions that are taken from it, in
    their order; None takes all.
    """
    lengths = [values.rows if rows is None else len(rows) for values, rows in sources]
    ends = np.cumsum([0, *lengths])
    width = max(1, BLOCK_CELLS // max(int(ends[-1]), 1))
    for start in range(0, len(names), width):
        places = slice(start, min(start + width, len(names)))
        matrix = np.empty((places.stop - start, ends[-1]))
        for row, name in enumerate(names[places]):
            for (values, rows), low, high in zip(sources, ends[:-1], ends[1:], strict=True):
                numbers = values.numbers(name)
                matrix[row, low:high] = numbers if rows is None else numbers[rows]
        yield places, matrix


@dataclass(frozen=True)
class Ranked:
    """Each row of a (columns, rows) matrix in rising order, missing values at its end, equal values as groups.

    `order` (columns, rows) are the positions in rising order; `present` (columns,) counts the values that are
    there. Groups run over the flattened order: group i covers entries `starts[i]` to `ends[i]` - 1, and
    `group` (columns × rows) names the group of each entry.
    """

    order: np.ndarray
    present: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    group: np.ndarray

    @classmethod
    def of(cls, matrix: np.ndarray) -> Ranked:
        """Rank the rows of a matrix with at least one entry per row."""
        order = np.argsort(matrix, axis=1)
        ordered = np.take_along_axis(matrix, order, axis=1)
        first = np.ones(ordered.shape, dtype=bool)
        np.not_equal(ordered[:, 1:], ordered[:, :-1], out=first[:, 1:])
        starts = np.flatnonzero(first)
        present = matrix.shape[1] - np.isnan(ordered).sum(axis=1)
        group = np.cumsum(first.ravel(), dtype=np.int32) - 1
        return cls(order, present, starts, np.append(starts[1:], ordered.size), group)

    @cached_property
    def there(self) -> np.ndarray:
        """Which entries of the order are values, (columns, rows) bool; the rest are missing."""
        return np.arange(self.order.shape[1]) < self.present[:, None]

    @property
    def distinct(self) -> np.ndarray:
        """Distinct values per column, (columns,)."""
        first = np.arange(len(self.order)) * self.order.shape[1]
        return np.searchsorted(self.starts, first + self.present) - np.searchsorted(self.starts, first)

    @cached_property
    def ranks(self) -> np.ndarray:
        """The rank of each entry of the order, from 1, equal values sharing their mean rank."""
        middle = (self.starts + self.ends + 1) / 2
        found = middle[self.group].reshape(self.order.shape)
        found -= np.arange(len(self.order))[:, None] * self.order.shape[1]
        return found

    def above(self, weights: np.ndarray) -> np.ndarray:
        """Per entry of the order: the weight of the column's entries above it, and half that of its equals.

        `weights` (columns, rows) goes with the order and is 0 where values are missing.
        """
        running = np.concatenate([[0.0], np.cumsum(weights)])
        total = running[weights.shape[1] :: weights.shape[1]]  # after each column's last entry
        middle = (running[self.starts] + running[self.ends]) / 2
        return total[:, None] - middle[self.group].reshape(weights.shape)

    def unordered(self, entries: np.ndarray) -> np.ndarray:
        """Entries of the order put back in the places of the matrix."""
        back = np.empty_like(entries)
        np.put_along_axis(back, self.order, entries, axis=1)
        return back
