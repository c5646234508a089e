"""A column cut into bins, and the conditions that can be made of neighbouring ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from backends.datasets.schema import Column
from backends.explanations.cohorts.condition import Condition, Operator, Value
from backends.profiling.bins import moments
from backends.profiling.values import Values

LEVELS = 20  # the largest levels that are bins of their own
FEW = 10  # distinct numbers that are bins of their own
DAY = 86_400.0
QUANTITIES = ("number", "integer", "datetime")


@dataclass(frozen=True)
class Bins:
    """A column's bins on some rows.

    `codes` (rows,) are bins 0, 1, … in the order of the numbers, or levels by size with all others in one last bin;
    the code `known` is a missing value. `cuts` are the numbers (seconds for dates) at which bins 1, 2, … begin;
    `levels` the values of the bins that are a single one.
    """

    column: Column
    codes: np.ndarray
    known: int  # bins of known values
    ordered: bool
    cuts: np.ndarray
    levels: tuple[Value, ...] = ()

    @property
    def count(self) -> int:
        """Bins, with the one of missing values."""
        return self.known + 1

    @property
    def ranges(self) -> np.ndarray:
        """(conditions, 2): the bins start ≤ bin < stop of each condition: intervals or levels, missing, known."""
        if self.ordered:
            starts, stops = np.triu_indices(self.known)
            inner = np.column_stack([starts, stops + 1])[(starts > 0) | (stops + 1 < self.known)]
        else:
            inner = np.column_stack([np.arange(len(self.levels)), np.arange(len(self.levels)) + 1])
        return np.concatenate([inner, [[self.known, self.known + 1], [0, self.known]]]).astype(np.intp)

    def inside(self, start: int, stop: int) -> np.ndarray:
        """Which rows are in the bins start ≤ bin < stop, (rows,) bool."""
        return (self.codes >= start) & (self.codes < stop)

    def part(self, rows: np.ndarray) -> Bins:
        """The same bins for some of the rows."""
        return replace(self, codes=self.codes[rows])

    def condition(self, start: int, stop: int) -> Condition:
        """The condition that says the same as start ≤ bin < stop."""
        if start == self.known:
            return self._condition("missing")
        if (start, stop) == (0, self.known):
            return self._condition("known")
        if self.levels and stop - start == 1:
            return self._condition("is", (self.levels[start],))
        return self.interval(start, stop)

    def interval(self, start: int, stop: int) -> Condition:
        """The condition that the number or date is in the bins start ≤ bin < stop."""
        low = None if start == 0 else self._end(start)
        high = None if stop == self.known else self._end(stop)
        return self._condition("between", (low, high))

    def _condition(self, operator: Operator, values: tuple[Value, ...] = ()) -> Condition:
        return Condition(self.column.name, operator, values, format=self.column.format)

    def _end(self, place: int) -> Value:
        cut = float(self.cuts[place - 1])
        return str(moments(np.array(cut))) if self.column.kind == "datetime" else cut


def binned(values: Values, name: str, rows: np.ndarray, most: int) -> Bins:
    """Cut the values of a column at the positions `rows` into up to `most` bins of about equally many rows.

    Levels of category, boolean, text and identifier columns are bins by themselves, the largest 20.
    """
    column = values.column(name)
    if column.kind in QUANTITIES:
        return _quantity(column, values.numbers(name)[rows], most)
    coded = values.coded(name)
    codes = coded.codes[rows]
    counts = np.bincount(codes[codes >= 0], minlength=len(coded.levels))
    largest = np.argsort(-counts, kind="stable")[:LEVELS]
    largest = largest[counts[largest] > 0]
    place = np.full(len(coded.levels) + 1, len(largest), dtype=np.intp)
    place[largest] = np.arange(len(largest))
    place[-1] = len(largest) + 1  # code -1, missing
    levels = tuple(_plain_value(coded.levels[level]) for level in largest)
    return Bins(column, place[codes], len(largest) + 1, False, np.empty(0), levels)


def _quantity(column: Column, numbers: np.ndarray, most: int) -> Bins:
    known = np.sort(numbers[~np.isnan(numbers)])
    distinct = known[np.append(True, known[1:] != known[:-1])] if len(known) else known
    few = len(distinct) <= FEW and column.kind != "datetime"
    cuts = distinct[1:] if few else cuts_of(known, most, column.kind)
    codes = np.searchsorted(cuts, numbers, side="right")
    codes[np.isnan(numbers)] = len(cuts) + 1
    return Bins(column, codes, len(cuts) + 1, True, cuts, tuple(distinct.tolist()) if few else ())


def cuts_of(known: np.ndarray, most: int, kind: str) -> np.ndarray:
    """Where up to `most` bins of about equally many of the sorted numbers begin: round numbers, whole days for dates.

    >>> cuts_of(np.arange(18.0, 80.0), 4, "integer").tolist()
    [33.0, 49.0, 64.0]
    """
    if not len(known):
        return known
    raw = known[np.arange(1, most) * len(known) // most]
    finite = raw[np.isfinite(raw)]
    spread = finite[-1] / most - finite[0] / most if len(finite) else 0.0
    if kind == "datetime":
        raw = np.round(raw / DAY) * DAY if spread > DAY else np.round(raw)
    elif 1e-12 < spread < 1e15:
        place = int(np.floor(np.log10(spread / 2)))
        raw = np.round(raw, -max(place, 0) if kind == "integer" else -place)
    cuts = np.unique(raw)
    return cuts[(cuts > known[0]) & (cuts <= known[-1])]


def _plain_value(level: object) -> Value:
    """A level as JSON has it."""
    return level.item() if isinstance(level, np.generic) else level  # type: ignore[return-value]
