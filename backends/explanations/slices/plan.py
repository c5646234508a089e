"""How a search for slices is set up: how deep, how many rows at least, and on which rows it runs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.explanations.cohorts.cohort import MOST
from backends.profiling.budget import Budget

ENOUGH = 400  # held-out rows from which on one half searches and the other one judges
LEAST_ROWS = 30
LEAST_SHARE = 0.01
LEAST_SEARCHED = 5
CELLS_PER_SECOND = 250_000  # rows × columns that are searched
LEAST_SAMPLE = 2_000


@dataclass(frozen=True)
class Plan:
    """What a search may do.

    A slice has at most `depth` conditions and at least `least_rows` of the held-out rows (None: 1 %, at least 30).
    `seed` decides the halves, `seconds` how many rows are searched where the table is large. Rows with the same code in
    `groups` (rows,) stay in one half.
    """

    depth: int = MOST
    least_rows: int | None = None
    seed: int = 0
    seconds: float = 5.0
    groups: np.ndarray | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not 1 <= self.depth <= MOST:
            raise WorkbenchError(f"A depth of {self.depth} cannot be searched.", hint=f"Choose one from 1 to {MOST}.")
        if self.least_rows is not None and self.least_rows < 1:
            raise WorkbenchError(
                f"A cohort of at least {self.least_rows} rows means nothing.", hint="Choose 1 or more."
            )

    def least(self, rows: int) -> int:
        """The fewest held-out rows of a slice.

        >>> Plan().least(500), Plan().least(10_000), Plan(least_rows=5).least(10_000)
        (30, 100, 5)
        """
        return max(LEAST_ROWS, int(np.ceil(rows * LEAST_SHARE))) if self.least_rows is None else self.least_rows

    def least_of(self, searched: np.ndarray, rows: int) -> int:
        """The fewest of the searched rows, which are a part of `rows`."""
        return max(LEAST_SEARCHED, round(self.least(rows) * len(searched) / max(rows, 1)))


@dataclass(frozen=True)
class Halves:
    """Sorted row positions for the search and for the judging; the same ones where there are too few to split."""

    search: np.ndarray
    judge: np.ndarray
    apart: bool
    sampled: str = ""  # which of its rows the search looked at; empty for all

    @classmethod
    def of(cls, rows: int, columns: int, plan: Plan) -> Halves:
        """Split the rows at random, whole groups at a time where rows belong together; sample what is searched."""
        everything = np.arange(rows)
        random = np.random.default_rng(plan.seed)
        codes = everything if plan.groups is None else np.unique(plan.groups, return_inverse=True)[1]
        groups = int(codes.max()) + 1 if rows else 0
        apart = rows >= ENOUGH and groups > 1
        first = (random.permutation(groups) < groups // 2)[codes] if apart else np.ones(rows, dtype=bool)
        search, judge = everything[first], everything[~first] if apart else everything
        sample = Budget(plan.seconds, plan.seed).sample(len(search), columns, CELLS_PER_SECOND, LEAST_SAMPLE)
        return cls(sample.take(search), judge, apart, sample.words)

    @property
    def words(self) -> str:
        """Which rows said what, for people."""
        searched = number_of(len(self.search), "row")
        sampled = f" ({self.sampled})" if self.sampled else ""
        if self.apart:
            return f"Searched on {searched}{sampled}; every figure is from {number_of(len(self.judge), 'other row')}."
        return (
            f"Searched and judged on the same {number_of(len(self.judge), 'row')}, too few for two halves: "
            "the p-values are corrected for every slice looked at, the differences are on the large side."
        )
