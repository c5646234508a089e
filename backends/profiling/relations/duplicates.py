"""Columns that say the same as an earlier one: equal, the same under other names, or nearly so."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from backends.profiling.budget import Budget, Sample
from backends.profiling.relations.association import CELLS_PER_SECOND
from backends.profiling.relations.columns import QUANTITIES, codes_of, levels_of, numbers_of, sort_out
from backends.profiling.relations.correlation import spearman_of
from backends.profiling.relations.nominal import contingency, cramers_v
from backends.profiling.relations.patterns import one_to_one, same_patterns
from backends.profiling.relations.ranks import average_ranks
from backends.profiling.relations.screening import FEWEST, partners, screen_sample, signatures
from backends.profiling.values import Values

MARGIN = 0.03  # below the limit in the first look, so that a pair at the limit is measured properly
TRIED = 3  # partners of a column that are measured properly
KEPT = 64  # columns whose ranks are kept for their next pair
COLUMNS = ("first", "second", "strength", "identical", "rows", "sample")
TYPES = ("str", "str", "float64", "bool", "int64", "str")
Measure = Callable[[str, str], tuple[float, int]]  # strength, and the rows with both values


def near_duplicates(values: Values, budget: Budget, at_least: float = 0.98) -> pd.DataFrame:
    """The columns that say the same as an earlier one: first, second, strength, identical, rows, sample.

    A column is `second` at most once, beside an earlier column that it is close to, so that three equal columns
    give two rows; equal ones come first, then the closest. `strength` (`at_least` to 1) is |Spearman's ρ| between
    quantities and `agreement` between columns of levels, also where levels are numbers with few values; it was
    measured on `rows` rows, `sample` in words. `identical` is exact: equal in every row, missing values included.
    Columns of one value are left out, as other pairs are that have fewer than 5 rows in common.

    All columns are looked at, on a small sample of rows first; in a wide table a pair that is alike only in few
    rows can be missed there. Free text and codes that hardly repeat are compared for equality alone.
    """
    names = list(values.dataset.schema.names)
    if values.rows < 2 or len(names) < 2:
        return _frame({}, "")
    first_look = screen_sample(values.rows, len(names), budget.seed)
    sample = budget.sample(values.rows, len(names), CELLS_PER_SECOND)
    found: dict[str, tuple[str, float, bool, int]] = {}
    mapped = _mapping_measure(values, sample)
    for first, second, equal in same_patterns(values, names, first_look):
        strength, rows = (1.0, values.rows) if equal else mapped(first, second)
        if strength >= at_least:
            found[second] = first, strength, equal, rows
    measures = {True: _rank_measure(values, sample), False: _level_measure(values, sample)}
    for first, second in _alike(values, first_look, at_least - MARGIN):
        kinds = {values.column(name).kind in QUANTITIES for name in (first, second)}
        if second not in found and len(kinds) == 1:
            strength, rows = measures[kinds.pop()](first, second)
            if strength >= at_least:
                found[second] = first, strength, False, rows
    return _frame(found, sample.words)


def agreement(table: np.ndarray) -> float:
    """How nearly two columns of levels are one under other names, from their table of counts; 0 to 1.

    The smaller of Cramér's V and the share of rows that follow the one-to-one mapping of levels in which each is
    the other's most frequent partner. V alone is 1 also where one column is only finer than the other, the share
    alone is high wherever both have one frequent level.

    >>> agreement(np.array([[5, 0], [0, 5]])), round(agreement(np.array([[50, 0], [0, 30], [0, 20]])), 2)
    (1.0, 0.8)
    """
    v = cramers_v(table)
    if np.isnan(v):
        return 0.0
    level, partner = np.arange(len(table)), table.argmax(axis=1)
    mutual = table.argmax(axis=0)[partner] == level
    return float(min(v, table[level, partner][mutual].sum() / table.sum()))


def _alike(values: Values, sample: Sample, limit: float) -> Iterator[tuple[str, str]]:
    """Pairs (earlier, later) that look as strong as `limit` on the sample, the strongest few of each later column."""
    names, _ = sort_out(values, values.dataset.schema.names)
    for start, strength in partners(signatures(values, names, sample)) if names else ():
        for row in np.flatnonzero(strength.max(axis=1, initial=0) >= limit):
            best = np.argsort(-np.round(np.minimum(strength[row], 1), 2), kind="stable")[:TRIED]  # of equals the first
            yield from ((names[at], names[start + row]) for at in best if strength[row, at] >= limit)


def _rank_measure(values: Values, sample: Sample) -> Measure:
    @lru_cache(KEPT)
    def ranks(name: str) -> np.ndarray:
        return average_ranks(numbers_of(values, [name], sample))[0]

    def measure(first: str, second: str) -> tuple[float, int]:
        rows = int((~np.isnan(ranks(first) + ranks(second))).sum())
        strength = abs(spearman_of(ranks(first), ranks(second))) if rows >= FEWEST else 0.0
        return float(np.nan_to_num(strength)), rows

    return measure


def _level_measure(values: Values, sample: Sample) -> Measure:
    def measure(first: str, second: str) -> tuple[float, int]:
        one, two = (levels_of(values, name, sample) for name in (first, second))
        table = contingency(one.codes, two.codes, (one.levels, two.levels))
        rows = int(table.sum())
        return (agreement(table) if rows >= FEWEST else 0.0), rows

    return measure


def _mapping_measure(values: Values, sample: Sample) -> Measure:
    """1 for levels that map one to one in every row of the sample, else as near as they come to it."""
    closely = _level_measure(values, sample)

    def measure(first: str, second: str) -> tuple[float, int]:
        strength, rows = closely(first, second)
        one, two = (sample.take(codes_of(values, name)[0]) for name in (first, second))
        return (1.0, rows) if strength > 0 and one_to_one(one, two) else (strength, rows)

    return measure


def _frame(found: dict[str, tuple[str, float, bool, int]], words: str) -> pd.DataFrame:
    rows = [
        (first, second, strength, equal, rows, "" if equal else words)
        for second, (first, strength, equal, rows) in found.items()
    ]
    rows.sort(key=lambda row: (-row[3], -row[2]))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    types: dict[Hashable, Any] = dict(zip(COLUMNS, TYPES, strict=True))
    return frame.astype(types)
