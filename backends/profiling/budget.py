"""How much of a table is looked at: all of it where the time allows, else a seeded sample that is always named."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

LEAST = 10_000  # rows that a sample has at least; fewer say too little


@dataclass(frozen=True)
class Sample:
    """The rows that a figure was made from: `rows` of `of`; `positions` (sorted) is None when that is all."""

    rows: int
    of: int
    positions: np.ndarray | None = field(default=None, compare=False, repr=False)

    @property
    def whole(self) -> bool:
        """Whether every row was looked at."""
        return self.positions is None

    @property
    def words(self) -> str:
        """What has to stand beside a figure; empty when it was made from every row.

        >>> Budget(seconds=1).sample(rows=1_000_000, columns=20, cells_per_second=1_000_000).words
        'from a random sample of 50,000 of 1,000,000 rows'
        """
        return "" if self.whole else f"from a random sample of {self.rows:,} of {self.of:,} rows"

    def take(self, values: np.ndarray) -> np.ndarray:
        """The sampled entries of an array with one entry per row; the array itself when nothing is left out."""
        return values if self.positions is None else values[self.positions]


@dataclass(frozen=True)
class Budget:
    """The time that one part of a profile may take, as the size of the sample that is expected to fit in it.

    The size follows from the table's shape and a stated rate, not from a clock: the same table, budget and seed
    give the same rows on every machine.
    """

    seconds: float = 5.0
    seed: int = 0

    def sample(self, rows: int, columns: int, cells_per_second: float, least: int = LEAST) -> Sample:
        """The rows that are looked at when `rows` × `columns` cells cost `cells_per_second`."""
        size = max(least, int(self.seconds * cells_per_second / max(columns, 1)))
        if size >= rows:
            return Sample(rows, rows)
        positions = np.random.default_rng(self.seed).choice(rows, size, replace=False, shuffle=False)
        return Sample(size, rows, np.sort(positions))
