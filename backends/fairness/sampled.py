"""A partition with its counts and their resamples: every value of a group, beside the same on each resample."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from backends.fairness.decided import Decided
from backends.fairness.groups import Groups
from backends.fairness.measures import ALL, MEASURES, Measure, Tallies, share
from backends.fairness.resampling import Cells, exact, interval, resampled, unstuck


@dataclass(frozen=True)
class Options:
    """How an assessment is made. `favourable` says whether the outcome is good for the person it is given to."""

    resamples: int = 2_000  # bootstrap draws behind every interval
    seed: int = 0
    minimum_rows: int = 10  # a smaller group is "not measurable"
    depth: int = 3  # columns of an intersection at most
    favourable: bool = True


@dataclass(frozen=True)
class Sampled:
    """The tallies of a partition's groups and, last, of the rows in no shown group: `point` (groups + 1,) of the rows
    as they are, `draws` (resamples, groups + 1) of each resample."""

    groups: Groups
    point: Tallies = field(repr=False)
    draws: Tallies = field(repr=False)
    options: Options

    @classmethod
    def of(cls, groups: Groups, decided: Decided, options: Options) -> Sampled:
        """Count the rows of each group and resample them."""
        masks = [groups.codes == code for code in range(len(groups) + 1)]
        cells = [
            Cells.of(decided.y[mask], decided.decisions[mask], None if decided.scores is None else decided.scores[mask])
            for mask in masks
        ]
        return cls(groups, exact(cells), resampled(cells, options.resamples, options.seed), options)

    @property
    def rows(self) -> np.ndarray:
        """The rows of each group, (groups,)."""
        return self.point.count(ALL)[:-1].astype(int)

    @property
    def small(self) -> np.ndarray:
        """Which groups have too few rows to be measured, (groups,)."""
        return self.rows < self.options.minimum_rows

    def values(self, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
        """The measure of each group (groups,), NaN where not measurable, and of each resample (resamples, groups)."""
        value, draws = measure.of(self.point)[:-1], measure.of(self.draws)[:, :-1]
        if measure.rate:
            part, whole = self.counts(measure)
            draws = unstuck(draws, part[:-1], whole[:-1], self.options.seed)
        few = (self.point.count(counted)[:-1] < self.options.minimum_rows for counted in measure.needs)
        return np.where(np.any([self.small, *few], axis=0), np.nan, value), draws

    def comparable(self, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
        """The rate `measure` as `values`, NaN also where it is a share of too few rows to be set against another's.

        All of 2 and none of 1 are 100 percentage points apart and tell nothing.
        """
        value, draws = self.values(measure)
        return np.where(self.scarce(measure), np.nan, value), draws

    def scarce(self, measure: Measure) -> np.ndarray:
        """Which groups have too few of the rows that the rate `measure` is a share of, (groups,)."""
        return self.counts(measure)[1][:-1] < self.options.minimum_rows

    def rest(self, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
        """The rate `measure` over all rows outside each group, as `comparable`."""
        part, whole = (_others(counts) for counts in self.counts(measure))
        drawn = (_others(self.draws.count(counted)) for counted in (measure.part, measure.whole))
        value = np.where(whole < self.options.minimum_rows, np.nan, share(part, whole))
        return value, unstuck(share(*drawn), part, whole, self.options.seed + 1)

    def counts(self, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
        """The rows that a rate counts and those that it is a share of, (groups + 1,) each."""
        return self.point.count(measure.part), self.point.count(measure.whole)

    def by_group(self) -> pd.DataFrame:
        """Every measure of every group with its interval, group by group.

        Columns split, group, rows, measure, value, low, high, n and note."""
        found = [self._of_measure(row) for row in MEASURES]
        value, low, high, n = (np.stack(arrays, axis=1).ravel() for arrays in list(zip(*found, strict=True))[:4])
        notes = [note for group in zip(*(notes for *_, notes in found), strict=True) for note in group]
        columns = {
            "split": self.groups.title,
            "group": np.repeat(np.array(self.groups.names, dtype=object), len(MEASURES)),
            "rows": np.repeat(self.rows, len(MEASURES)),
            "measure": [row.key for row in MEASURES] * len(self.rows),
            **{"value": value, "low": low, "high": high, "n": n.astype(int), "note": notes},
        }
        return pd.DataFrame(columns).astype(dict.fromkeys(("split", "group", "measure", "note"), "str"))

    def _of_measure(self, measure: Measure) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, list[str]]:
        """Value, low, high and n of each group (groups,), and what is to be said of each."""
        value, draws = self.values(measure)
        low, high = interval(draws, value, measure.basic)
        notes = self._notes(measure, np.isnan(value), np.isnan(low))
        return value, low, high, self.point.count(measure.whole)[:-1], notes

    def _notes(self, measure: Measure, unmeasured: np.ndarray, unsure: np.ndarray) -> list[str]:
        """Why there is no value, or no interval; where the interval is not a bootstrap one."""
        lacking = measure.lacking(self.point, self.options.minimum_rows)[:-1]
        part, whole = self.counts(measure) if measure.rate else (np.full(len(lacking) + 1, -1), np.zeros(1))
        notes = []
        for at, rows in enumerate(self.rows.tolist()):
            if self.small[at]:
                notes.append(f"not measurable (n = {rows})")
            elif unmeasured[at]:
                among = "" if lacking[at].startswith("n = ") else f" among {rows:,} rows"
                notes.append(f"not measurable ({lacking[at]}{among})")
            elif unsure[at]:
                notes.append("no interval: most resamples cannot be measured")
            else:
                notes.append(self._caution(int(part[at]), int(whole[at])) if measure.rate else "")
        return notes

    def _caution(self, part: int, whole: int) -> str:
        """What to be careful with in a rate that is measured."""
        words = []
        if part in (0, whole):
            words.append(f"{part:,} of {whole:,}: the interval is Jeffreys', resamples do not vary")
        if whole < self.options.minimum_rows:
            words.append(f"too few to be compared (n = {whole})")
        return "; ".join(words)


def everyone(decided: Decided, options: Options) -> Sampled:
    """All rows as a single group."""
    groups = Groups((), ((),), np.zeros(len(decided.y), dtype=np.intp))
    return Sampled.of(groups, decided, options)


def _others(counts: np.ndarray) -> np.ndarray:
    """The sum over all groups but each, (…, groups + 1) → (…, groups)."""
    return counts.sum(axis=-1, keepdims=True) - counts[..., :-1]
