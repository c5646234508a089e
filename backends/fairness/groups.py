"""Who is compared with whom: the rows of a hold-out as groups by one sensitive column, or by several at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd

from backends.datasets.grouping import MISSING, Grouping
from backends.datasets.schema import Schema
from backends.errors import WorkbenchError

MOST_GROUPS = 20  # of one partition; more cannot be read, and most of them would have a handful of rows
MOST_COLUMNS = 3  # of one intersection


@dataclass(frozen=True)
class Groups:
    """A partition of the rows: every row is in one of the groups, or in none of those shown.

    `labels` has one entry per group, with one label per grouping; `codes` (rows,) are positions in it, and
    `len(labels)` for the rows of the `hidden` smaller groups that are not shown. Those rows still count in every
    figure of all rows and of "the rest".
    """

    groupings: tuple[Grouping, ...]
    labels: tuple[tuple[str, ...], ...]
    codes: np.ndarray = field(repr=False)
    hidden: int = 0

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def columns(self) -> tuple[str, ...]:
        """The sensitive columns."""
        return tuple(grouping.column for grouping in self.groupings)

    @property
    def title(self) -> str:
        """The partition in words: "sex", or "sex × age" for an intersection."""
        return " × ".join(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """The groups in words: "sex=f, age below 30"."""
        return tuple(
            ", ".join(_name(*pair) for pair in zip(self.groupings, labels, strict=True)) for labels in self.labels
        )

    @property
    def rows(self) -> np.ndarray:
        """Rows of each group, and behind them those of no shown group, (groups + 1,)."""
        return np.bincount(self.codes, minlength=len(self) + 1)

    @property
    def note(self) -> str:
        """What was left out, in words; empty when every group is shown."""
        if not self.hidden:
            return ""
        return (
            f"{self.title} has {self.hidden + len(self):,} groups; the {len(self)} largest are shown. "
            f"The other {self.rows[-1]:,} rows count as part of the rest."
        )


def choose(schema: Schema, frame: pd.DataFrame, sensitive: Sequence[str] | Sequence[Grouping]) -> tuple[Grouping, ...]:
    """The groupings of the sensitive columns: as given, or a first choice for a column's name.

    `frame` are the held-out rows, `schema` describes its columns. Raises WorkbenchError when no column is chosen, one
    is named twice or is not there, or edges are given for a column of text.
    """
    if isinstance(sensitive, str):
        sensitive = [sensitive]
    names = [one if isinstance(one, str) else one.column for one in sensitive]
    if not names:
        raise WorkbenchError("No sensitive column is chosen.", hint="Choose at least one, such as sex or age.")
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise WorkbenchError(f"The sensitive column {twice!r} is chosen twice.", hint="Choose each column once.")
    known = {column.name: column for column in schema}
    absent = next((name for name in names if name not in known or name not in frame.columns), None)
    if absent is not None:
        raise WorkbenchError(
            f"The held-out rows have no column {absent!r}.", hint=f"They have {', '.join(list(known)[:20])}."
        )
    for one in sensitive:
        if isinstance(one, Grouping) and one.edges and isinstance(frame[one.column].dtype, pd.StringDtype):
            raise WorkbenchError(
                f"{one.column!r} holds text, so it cannot be cut at {one.edges[0]:g}.", hint="Leave its edges empty."
            )
    return tuple(Grouping.of(known[one], frame[one]) if isinstance(one, str) else one for one in sensitive)


def partitions(frame: pd.DataFrame, groupings: Sequence[Grouping], depth: int = MOST_COLUMNS) -> tuple[Groups, ...]:
    """Each column's groups, then those of every two and three columns together (at most `depth`).

    A partition with a single group is left out. Raises WorkbenchError when none remains: there is nobody to compare.

    >>> frame = pd.DataFrame({"sex": ["f", "m", "f"], "old": ["y", "y", "n"]})
    >>> [groups.title for groups in partitions(frame, [Grouping("sex"), Grouping("old")])]
    ['sex', 'old', 'sex × old']
    """
    coded = [_single(grouping, frame[grouping.column]) for grouping in groupings]
    usable = [groups for groups in coded if len(groups) > 1]
    if not usable:
        raise WorkbenchError(
            f"There is nobody to compare: {_all_alike(coded[0], len(frame))}.",
            hint="Choose a column with at least two values, or other edges.",
        )
    return tuple(_largest(groups) for groups in _combined(usable, min(depth, MOST_COLUMNS)))


def left_out(frame: pd.DataFrame, groupings: Sequence[Grouping]) -> tuple[str, ...]:
    """A sentence for each column that has one group only, so that nothing can be compared by it."""
    coded = (_single(grouping, frame[grouping.column]) for grouping in groupings)
    return tuple(f"Left out: {_all_alike(groups, len(frame))}." for groups in coded if len(groups) < 2)


def from_labels(labels: Sequence[object] | np.ndarray | pd.Series, name: str = "group") -> Groups:
    """One partition from the label of each row; missing labels are the group "missing"."""
    values = labels if isinstance(labels, pd.Series) else pd.Series(np.asarray(labels))
    return _largest(_single(Grouping(name), values))


def _single(grouping: Grouping, values: pd.Series) -> Groups:
    """The groups of one column: between edges in their order, otherwise by size; missing values last."""
    codes, distinct = pd.factorize(grouping.labels(values))
    found, counts = [str(label) for label in distinct], np.bincount(codes, minlength=len(distinct)).tolist()
    places = {label: place for place, label in enumerate(grouping.names)}
    order = sorted(
        range(len(found)), key=lambda at: (found[at] == MISSING, places.get(found[at], 0), -counts[at], found[at])
    )
    place = np.empty(len(found), dtype=np.intp)
    place[order] = np.arange(len(found))
    return Groups((grouping,), tuple((found[at],) for at in order), place[codes])


def _combined(single: Sequence[Groups], depth: int) -> Iterator[Groups]:
    for size in range(1, min(depth, len(single)) + 1):
        for chosen in combinations(single, size):
            yield chosen[0] if size == 1 else _intersection(chosen)


def _intersection(chosen: Sequence[Groups]) -> Groups:
    """The groups that occur together, in the order of the first column, then of the second and so on."""
    shape = tuple(len(groups) for groups in chosen)
    keys, codes = np.unique(np.ravel_multi_index([groups.codes for groups in chosen], shape), return_inverse=True)
    parts = np.unravel_index(keys, shape)
    labels = tuple(
        tuple(label for groups, at in zip(chosen, place, strict=True) for label in groups.labels[at])
        for place in zip(*parts, strict=True)
    )
    return Groups(tuple(groups.groupings[0] for groups in chosen), labels, codes)


def _largest(groups: Groups) -> Groups:
    if len(groups) <= MOST_GROUPS:
        return groups
    counts = groups.rows[:-1]
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_GROUPS])
    place = np.full(len(groups), MOST_GROUPS)
    place[kept] = np.arange(MOST_GROUPS)
    return Groups(
        groups.groupings, tuple(groups.labels[at] for at in kept), place[groups.codes], len(groups) - MOST_GROUPS
    )


def _name(grouping: Grouping, label: str) -> str:
    between = label == MISSING or label in grouping.names
    return f"{grouping.column} {label}" if between else f"{grouping.column}={label}"


def _all_alike(groups: Groups, rows: int) -> str:
    name = groups.names[0] if len(groups) else groups.title
    return f"all {rows:,} held-out rows are {name}"
