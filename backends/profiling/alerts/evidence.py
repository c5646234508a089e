"""What the rules look at: the figures of every column as arrays, and the distinct texts of all columns in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets.schema import Kind
from backends.profiling.alerts.patterns import named_like_personal
from backends.profiling.values import Values

if TYPE_CHECKING:
    from backends.profiling.profile import Profile
    from backends.profiling.shift import Shift

DECIDED = ("as asked for", "as asked for.", "as decided")  # how evidence of a kind ends that a person chose
SAME = 0.98  # strength from which on two columns are nearly the same
LEVELS = 5_000  # distinct values of one column that patterns are tried on
POOLED = 1_000_000  # distinct values of all columns together
CHARACTERS = 300  # of each of them
EXACT = 2.0**53  # whole numbers of float64 are exact below
WORDS: tuple[Kind, ...] = ("category", "text", "identifier")
NUMBERS: tuple[Kind, ...] = ("number", "integer")


@dataclass(frozen=True)
class Pool:
    """The distinct texts of several columns in one array, so that a pattern is tried on all of them at once.

    `texts` (cut at 300 characters), `owner` (the position in `names`), `counts` (rows) and `whole` (nothing was cut
    off) have one entry per text, those of a column stand together. `samples` says what was looked at where that
    is not every value of a column; `matched` keeps what patterns were found in.
    """

    names: tuple[str, ...]
    texts: pa.Array
    owner: np.ndarray
    counts: np.ndarray
    whole: np.ndarray
    samples: dict[str, str]
    matched: dict[str, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, values: Values, names: Sequence[str], seed: int) -> Pool:
        """The levels of these columns; a seeded sample of them where there are more than 5,000."""
        most = max(100, min(LEVELS, POOLED // max(len(names), 1)))
        levels, counts, samples = [], [], {}
        for name in names:
            kept, rows = _distinct(values, name)
            if len(kept) > most:
                picked = np.sort(np.random.default_rng(seed).choice(len(kept), most, replace=False, shuffle=False))
                samples[name] = f"from a random sample of {most:,} of {len(kept):,} different values"
                kept, rows = kept.take(pa.array(picked)), rows[picked]
            levels.append(pc.utf8_slice_codeunits(kept, 0, CHARACTERS + 1))
            counts.append(rows)
        owner = np.repeat(np.arange(len(names)), [len(kept) for kept in levels])
        texts = pa.concat_arrays([_EMPTY, *levels])
        cut = pc.utf8_slice_codeunits(texts, 0, CHARACTERS)
        whole = np.asarray(pc.equal(pc.binary_length(cut), pc.binary_length(texts)), dtype=bool)
        rows = np.concatenate([np.array([], dtype=np.int64), *counts])
        return cls(tuple(names), cut, owner, rows, whole, samples)

    def part(self, mask: np.ndarray) -> Pool:
        """Only the texts of a mask, of the same columns."""
        texts = self.texts.filter(pa.array(mask))
        return Pool(self.names, texts, self.owner[mask], self.counts[mask], self.whole[mask], self.samples)

    def matching(self, pattern: str) -> np.ndarray:
        """Which texts a regular expression is found in (RE2, case matters); looked for once."""
        if pattern not in self.matched:
            self.matched[pattern] = np.asarray(pc.match_substring_regex(self.texts, pattern), dtype=bool)
        return self.matched[pattern]

    def levels(self, mask: np.ndarray | None = None) -> np.ndarray:
        """How many texts (of `mask`) each column has."""
        return np.bincount(self.owner if mask is None else self.owner[mask], minlength=len(self.names))

    def rows(self, mask: np.ndarray | None = None) -> np.ndarray:
        """How many rows hold one of the texts (of `mask`), per column."""
        owner, counts = (self.owner, self.counts) if mask is None else (self.owner[mask], self.counts[mask])
        return np.bincount(owner, weights=counts, minlength=len(self.names)).astype(np.int64)

    def columns(self, mask: np.ndarray) -> Iterator[tuple[str, np.ndarray]]:
        """The columns that have texts of `mask`, with the positions of these texts."""
        found = np.flatnonzero(mask)
        starts = np.flatnonzero(np.diff(self.owner[found], prepend=-1))
        for part in np.split(found, starts[1:]) if len(found) else ():
            yield self.names[self.owner[part[0]]], part

    def take(self, positions: np.ndarray) -> list[str]:
        """The texts at these positions, the most frequent first."""
        order = positions[np.argsort(-self.counts[positions], kind="stable")]
        return self.texts.take(pa.array(order)).to_pylist()


class Evidence:
    """A profile as the rules look at it. `today` is the day from which on dates lie in the future."""

    def __init__(self, profile: Profile, today: date) -> None:
        self.profile = profile
        self.today = today
        self.values = profile.values
        self.target = profile.target
        self.rows = profile.overview.rows
        self.names: list[str] = profile.facts.table["column"].tolist()
        self.place = {name: at for at, name in enumerate(self.names)}
        self._figures: dict[str, np.ndarray] = {}

    def figures(self, name: str) -> np.ndarray:
        """One column of the facts' table: an entry per column of the table that is profiled."""
        if name not in self._figures:
            column = self.profile.facts.table[name]
            text = isinstance(column.dtype, pd.StringDtype)
            self._figures[name] = column.to_numpy(dtype=object) if text else column.to_numpy()
        return self._figures[name]

    def figure(self, name: str, column: str) -> float:
        """One figure of one column."""
        return self.figures(name)[self.place[column]]

    @cached_property
    def present(self) -> np.ndarray:
        """Values that are not missing, per column."""
        return self.rows - self.figures("missing")

    def of_kind(self, *kinds: Kind) -> np.ndarray:
        """Which columns are of one of these kinds."""
        found = np.zeros(len(self.names), dtype=bool)
        for kind in kinds:
            found |= self._kinds == kind
        return found

    @cached_property
    def _kinds(self) -> np.ndarray:
        return self.figures("kind").astype(str)

    def where(self, mask: np.ndarray) -> list[tuple[int, str]]:
        """Position and name of the columns that a mask holds for."""
        return [(at, self.names[at]) for at in np.flatnonzero(mask).tolist()]

    @property
    def measured_on(self) -> str:
        """What moments and quantiles were made from, where that is not every row."""
        return self.profile.facts.sample.words

    @cached_property
    def pool(self) -> Pool:
        """The distinct texts of categories, texts and identifiers that are text."""
        names = [name for _, name in self.where(self.of_kind(*WORDS)) if _is_text(self.values, name)]
        return Pool.of(self.values, names, self.profile.budget.seed)

    @cached_property
    def numerals(self) -> Pool:
        """Numbers that may be codes of persons, as text: whole ones of eight digits or more, and what is named so."""
        long = np.nan_to_num(self.figures("min").astype(float), nan=0.0) >= 1e7
        suspects = self.of_kind("identifier") | (self.of_kind("integer") & long)
        suspects |= self.of_kind(*NUMBERS) & np.fromiter(map(named_like_personal, self.names), bool, len(self.names))
        suspects &= self.figures("distinct") >= 3
        names = [name for _, name in self.where(suspects) if _is_whole(self.values, name)]
        return Pool.of(self.values, names, self.profile.budget.seed)

    def decided(self, name: str) -> bool:
        """Whether a person chose the column's kind, so that the values are no reason to doubt it."""
        return self.values.column(name).evidence.endswith(DECIDED)

    @cached_property
    def near_duplicates(self) -> pd.DataFrame:
        """Pairs of columns that say the same: first, second, strength, identical."""
        from backends.profiling.relations import near_duplicates

        return near_duplicates(self.values, self.profile.budget, at_least=SAME)

    @cached_property
    def drift(self) -> Shift | None:
        """How the first part of the file differs from the last; None where it cannot be cut in two."""
        from backends.profiling.shift import drift

        return drift(self.values, self.profile.budget)

    @cached_property
    def time(self) -> str:
        """The column that orders the rows in time: the date column with the most values; "" without one."""
        dates = [(int(self.present[at]), -at, name) for at, name in self.where(self.of_kind("datetime"))]
        filled, _, name = max(dates, default=(0, 0, ""))
        return name if filled else ""


def _is_text(values: Values, name: str) -> bool:
    """Whether the values are text; those of an identifier may be whole numbers."""
    return values.dataset.frame[name].dtype.kind not in "iuf"


def _is_whole(values: Values, name: str) -> bool:
    """Whether the values are whole numbers, whatever their type, that float64 holds exactly where it holds them."""
    kind = values.dataset.frame[name].dtype.kind
    if kind != "f":
        return kind in "iu"
    levels = values.coded(name).levels
    return bool((np.abs(levels) < EXACT).all()) and not (levels % 1).any()


def _distinct(values: Values, name: str) -> tuple[pa.Array, np.ndarray]:
    """The distinct values of a column as text, with their rows."""
    if _is_text(values, name):
        texts = values.texts(name)
        return texts.levels.cast(pa.large_string()), texts.counts
    coded = values.coded(name)
    return pa.array(coded.levels.astype(np.int64)).cast(pa.large_string()), coded.counts


_EMPTY = pa.array([], type=pa.large_string())
