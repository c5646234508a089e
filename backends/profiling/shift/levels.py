"""The shift of a category or boolean column, level by level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.profiling.bins import level_labels
from backends.profiling.shift.measures import jensen_shannon, level_test, population_stability
from backends.profiling.shift.parts import Part

LEVELS = 50  # rarer levels are taken together for the sizes: their shares are mostly chance


@dataclass(frozen=True)
class LevelCodes:
    """A column of both parts as codes of the same `labels`, -1 where missing."""

    labels: list[str]
    before: np.ndarray
    after: np.ndarray

    @property
    def counts(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows of each level, missing values first, in the two parts."""
        size = len(self.labels) + 1
        return np.bincount(self.before + 1, minlength=size), np.bincount(self.after + 1, minlength=size)


def level_codes(before: Part, after: Part, name: str) -> LevelCodes:
    """A column's levels in both parts; those of two tables are the same when they are written the same."""
    labels = level_labels(before.values, name)
    first, second = (part.values.coded(name).codes for part in (before, after))
    if after.values is not before.values:
        place = {label: code for code, label in enumerate(labels)}
        known = [place.setdefault(label, len(place)) for label in level_labels(after.values, name)]
        labels, second = list(place), np.array([*known, -1], dtype=np.int32)[second]
    taken = (
        codes if part.positions is None else codes[part.positions] for codes, part in ((first, before), (second, after))
    )
    return LevelCodes(labels, *taken)


def level_shift(before: Part, after: Part, names: list[str]) -> dict[str, np.ndarray]:
    """The figures of `Shift.table` for category and boolean columns that both parts have, one entry per name.

    Missing values are a level of the test and of the PSI; the Jensen–Shannon distance is that of the others.
    """
    keys = ("psi", "distance", "statistic", "p", "missing_before", "missing_after", "distinct")
    figures = {key: np.full(len(names), np.nan) for key in (*keys, "levels_only_before", "levels_only_after")}
    for place, name in enumerate(names):
        for key, found in _column(*level_codes(before, after, name).counts).items():
            figures[key][place] = found
    return figures


def _column(before: np.ndarray, after: np.ndarray) -> dict[str, float]:
    statistic, p = level_test(before, after)
    first, second = _largest(before[1:], after[1:])
    sizes = np.append(first, before[0]), np.append(second, after[0])
    return {
        "psi": float(population_stability(*sizes)),
        "distance": jensen_shannon(first, second),
        "statistic": statistic,
        "p": p,
        "missing_before": before[0] / max(before.sum(), 1),
        "missing_after": after[0] / max(after.sum(), 1),
        "distinct": float(((before + after) > 0).sum()),
        "levels_only_before": float(((before > 0) & (after == 0))[1:].sum()),
        "levels_only_after": float(((after > 0) & (before == 0))[1:].sum()),
    }


def _largest(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 50 levels with most rows in both parts together, and one for all others."""
    if len(before) <= LEVELS:
        return before, after
    order = np.argsort(-(before + after), kind="stable")
    kept, others = order[:LEVELS], order[LEVELS:]
    return np.append(before[kept], before[others].sum()), np.append(after[kept], after[others].sum())
