"""The search for the worst subgroups, and the test of what it found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.grouping import Grouping
from backends.errors import WorkbenchError
from backends.fairness.disparities import SIGNIFICANT, fisher
from backends.fairness.groups import Groups
from backends.fairness.measures import measure
from backends.fairness.subgroups import words
from backends.fairness.subgroups.counting import (
    Coded,
    Condition,
    Counted,
    count_all,
    difference_interval,
    inside,
    lower_tail,
)
from backends.fairness.tallies import cells_of
from backends.profiling.discovery import benjamini_hochberg

DEPTH = 3
MOST_COLUMNS = 12  # columns that are combined
CHECKED = 20  # subgroups that are tested on the other half
SPLIT_ROWS = 1_000  # rows from which on half of them is kept for the test
HIGH_IS_WORSE = ("fpr", "fnr")
COLUMNS = [
    *("subgroup", "columns", "levels", "depth", "rows", "value", "rest", "difference", "low", "high", "p", "q", "found")
]


@dataclass(frozen=True)
class Search:
    """How to search: for the lowest `measure` (the highest of an error rate), a key of `measures.MEASURES`.

    `least_rows` of those that the measure is a share of make a subgroup; `high_is_worse` overrides which end is bad.
    """

    measure: str = "selection_rate"
    least_rows: int = 30
    depth: int = DEPTH
    seed: int = 0
    high_is_worse: bool | None = None

    def __post_init__(self) -> None:
        if not measure(self.measure).rate:
            title = measure(self.measure).title
            raise WorkbenchError(
                f"{title} is no share of rows, so subgroups cannot be searched by it.", hint="Use TPR."
            )
        if not 1 <= self.depth <= DEPTH:
            raise WorkbenchError(f"{self.depth} conditions at once cannot be searched.", hint=f"Use 1 to {DEPTH}.")
        if self.least_rows < 1:
            raise WorkbenchError(f"A subgroup cannot have {self.least_rows} rows.", hint="Ask for 1 or more.")

    @property
    def flipped(self) -> bool:
        """Whether a high value is the bad one."""
        return self.measure in HIGH_IS_WORSE if self.high_is_worse is None else self.high_is_worse


@dataclass(frozen=True)
class Subgroups:
    """The worst subgroups, the worst first.

    `frame` has one row per subgroup that was tested: subgroup (in words), columns and levels (tuples, what a row must
    be to belong), depth, rows (that the measure is a share of, among the rows it was tested on), value, rest (the
    same of all other rows), difference with low and high (95 %, Newcombe), p (Fisher's exact test, see
    `worst_subgroups`), q (Benjamini and
    Hochberg's over all that were tested) and found (q at most 0.05). `looked_at` counts all subgroups that were
    compared, `split` says whether they were tested on other rows than those they were found on; `note` says all that
    in words.
    """

    frame: pd.DataFrame = field(repr=False)
    measure: str
    looked_at: int
    split: bool
    note: str

    @property
    def found(self) -> pd.DataFrame:
        """Those that are worse by more than chance."""
        return self.frame[self.frame["found"]]


def worst_subgroups(
    y: np.ndarray,
    decisions: np.ndarray,
    frame: pd.DataFrame,
    groupings: Sequence[Grouping],
    search: Search | None = None,
) -> Subgroups:
    """The subgroups for which a rate of the decisions is worst.

    `y` and `decisions` are 0/1 (rows,), `frame` has the columns of `groupings` for the same rows. With 1,000 rows or
    more, one half (drawn by the seed) is searched and the worst are tested on the other, so that the figures shown are
    not those that were picked for being bad. With fewer, all rows are searched and the q-values are over all subgroups
    looked at. The clearest subgroup is tested first, against all other rows; any further one on the rows outside of
    those before it or, inside one of them, against the rest of that one. Raises WorkbenchError when no column is given
    or more than 12 are.
    """
    search = search or Search()
    _check(len(y), frame, groupings)
    row = measure(search.measure)
    cells = 2 * np.asarray(y, dtype=np.intp) + np.asarray(decisions, dtype=np.intp)
    whole, part = (np.isin(cells, cells_of(counted)) for counted in (row.whole, row.part))
    if search.flipped:
        part = ~part
    coded = [Coded.of(grouping, frame[grouping.column], search.least_rows) for grouping in groupings]
    coded = [one for one in coded if one.levels]
    split = int(whole.sum()) >= SPLIT_ROWS
    first = np.random.default_rng(search.seed).permutation(len(cells)) % 2 == 0 if split else np.ones(len(cells), bool)
    least = search.least_rows // 2 if split else search.least_rows
    shown = _Shares(whole & first, part & first)
    counted = count_all(coded, shown.whole, shown.part, search.depth, max(least, 1))
    chosen = _candidates(coded, counted, shown)
    second = ~first if split else first
    found = pd.DataFrame(_rows(coded, chosen, _Shares(whole & second, part & second)), columns=COLUMNS[:-2])
    tested = _corrected(found, 0 if split else len(counted))
    note = words.note(len(counted), split, int(whole.sum()), tested["found"].to_numpy(bool), row.title.lower())
    return Subgroups(_oriented(tested, search.flipped), search.measure, len(counted), split, note)


@dataclass(frozen=True)
class _Shares:
    """Of which rows the measure is a share, and which are its part, (rows,)."""

    whole: np.ndarray
    part: np.ndarray

    def of(self, rows: np.ndarray) -> tuple[int, int]:
        """Hits and rows among `rows` (a mask)."""
        return int((self.part & self.whole & rows).sum()), int((self.whole & rows).sum())


@dataclass
class _Covered:
    """The subgroups taken so far: what a further one has to be compared with so that none is told twice."""

    coded: Sequence[Coded]
    left: np.ndarray  # rows of none of them
    masks: dict[tuple[Condition, ...], np.ndarray] = field(default_factory=dict)

    @classmethod
    def of(cls, coded: Sequence[Coded], rows: int) -> _Covered:
        """None taken yet."""
        return cls(coded, np.ones(rows, dtype=bool))

    def sides(self, conditions: tuple[Condition, ...]) -> tuple[np.ndarray, np.ndarray]:
        """The rows of a subgroup that count, and those they are compared with (masks)."""
        mask = inside(self.coded, conditions)
        around = next((other for known, other in self.masks.items() if set(conditions) > set(known)), None)
        return (mask & self.left, ~mask & self.left) if around is None else (mask, around & ~mask)

    def take(self, conditions: tuple[Condition, ...]) -> None:
        """Add a subgroup."""
        mask = inside(self.coded, conditions)
        self.masks[conditions] = mask
        self.left = self.left & ~mask


def _candidates(coded: Sequence[Coded], counted: Counted, shares: _Shares) -> list[tuple[Condition, ...]]:
    """The subgroups worth a test, the clearest first; none that is bad only by what it has in common with another."""
    if not len(counted):
        return []
    hits, rows = shares.of(shares.whole)
    tail = lower_tail(counted.hits, counted.rows, hits - counted.hits, rows - counted.rows)
    covered = _Covered.of(coded, len(shares.whole))
    for at in np.argsort(tail, kind="stable").tolist():
        if tail[at] >= SIGNIFICANT or len(covered.masks) == CHECKED:
            break
        mine, others = (shares.of(side) for side in covered.sides(counted.conditions[at]))
        if mine[1] and others[1] and lower_tail(*np.array([*mine, *others], dtype=float)) < SIGNIFICANT:
            covered.take(counted.conditions[at])
    return list(covered.masks)


def _rows(
    coded: Sequence[Coded], chosen: Sequence[tuple[Condition, ...]], shares: _Shares
) -> Iterator[tuple[Any, ...]]:
    covered = _Covered.of(coded, len(shares.whole))
    for conditions in chosen:
        p = fisher(*(number for side in covered.sides(conditions) for number in shares.of(side)))
        covered.take(conditions)
        mask = covered.masks[conditions]
        (hits, rows), (other_hits, others) = shares.of(mask), shares.of(~mask)
        if not rows or not others:
            continue
        low, high = difference_interval(*(np.array(number) for number in (hits, rows, other_hits, others)))
        levels = tuple(coded[column].levels[level] for column, level in conditions)
        by = tuple(coded[column].grouping for column, _ in conditions)
        name = Groups(by, (levels,), np.zeros(0, dtype=np.intp)).names[0]
        value, rest = hits / rows, other_hits / others
        columns = tuple(one.column for one in by)
        yield name, columns, levels, len(levels), rows, value, rest, value - rest, float(low), float(high), p


def _corrected(frame: pd.DataFrame, looked_at: int) -> pd.DataFrame:
    """The frame with q and found, the worst first; `looked_at` subgroups count as tests, those left out with p = 1."""
    p = frame["p"].to_numpy(dtype=float)
    unseen = np.ones(max(looked_at - len(p), 0))
    q = benjamini_hochberg(np.concatenate([p, unseen]))[: len(p)]
    found = (q <= SIGNIFICANT) & (frame["difference"].to_numpy(dtype=float) < 0)
    return frame.assign(q=q, found=found).sort_values(
        ["found", "difference"], ascending=[False, True], ignore_index=True
    )


def _oriented(frame: pd.DataFrame, flipped: bool) -> pd.DataFrame:
    """The measure itself again where its complement was searched."""
    if not flipped:
        return frame
    ends = {"value": 1 - frame["value"], "rest": 1 - frame["rest"], "difference": -frame["difference"]}
    return frame.assign(**ends, low=-frame["high"], high=-frame["low"])


def _check(rows: int, frame: pd.DataFrame, groupings: Sequence[Grouping]) -> None:
    if not groupings:
        raise WorkbenchError("No column is chosen to search subgroups by.", hint="Choose at least one.")
    if len(groupings) > MOST_COLUMNS:
        raise WorkbenchError(
            f"{len(groupings)} columns are too many to combine.", hint=f"Choose up to {MOST_COLUMNS} of them."
        )
    if not rows or rows != len(frame):
        raise WorkbenchError(
            f"There are {rows:,} decisions for {len(frame):,} rows.", hint="Give one decision per row."
        )
    absent = next((one.column for one in groupings if one.column not in frame.columns), None)
    if absent is not None:
        raise WorkbenchError(f"The rows have no column {absent!r}.", hint="Choose another one.")
