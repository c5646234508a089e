"""Which columns can be set against each other, and their values on the rows of a sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.datasets.wording import number_of
from backends.profiling.budget import Sample
from backends.profiling.values import Values

QUANTITIES = ("number", "integer", "datetime")
LEVELS = 100  # of a category in one table of counts; the rarest beyond share one level
DISTINCT_SHARE = 0.5  # of the rows with a value: levels that hardly ever repeat say nothing about other columns


@dataclass(frozen=True)
class Levelled:
    """A column of levels on some rows: `codes` (rows,) int32, -1 where missing, below `levels`; `lumped` counts
    the rare levels that were put together as the last code."""

    name: str
    codes: np.ndarray
    levels: int
    lumped: int = 0


@dataclass(frozen=True)
class Loaded:
    """Columns on the rows of a sample: quantities as `matrix` (quantities × rows), NaN where missing or infinite,
    and columns of levels; together in the order quantities, then levels."""

    quantities: tuple[str, ...]
    matrix: np.ndarray
    levelled: tuple[Levelled, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in the order of the results."""
        return (*self.quantities, *(column.name for column in self.levelled))


def sort_out(values: Values, names: Iterable[str]) -> tuple[list[str], pd.DataFrame]:
    """The columns that can be compared, and a frame (column, reason) of those that cannot, by what they are."""
    reasons = {name: why_not(values, name) for name in names}
    left = [(name, reason) for name, reason in reasons.items() if reason]
    return [name for name, reason in reasons.items() if not reason], pd.DataFrame(left, columns=["column", "reason"])


def why_not(values: Values, name: str) -> str:
    """Why a column is not compared with others; empty where it is."""
    column = values.column(name)
    if column.kind == "text":
        return "free text"
    if column.kind not in ("identifier", "category"):
        return ""
    distinct = column.distinct or codes_of(values, name)[1]
    present = (1 - column.missing) * values.rows
    if distinct > DISTINCT_SHARE * present and (column.kind == "identifier" or distinct > LEVELS):
        return f"{number_of(distinct, 'distinct value')} in {number_of(round(present), 'row')}: hardly any repeats"
    return ""


def load(values: Values, names: Sequence[str], sample: Sample) -> Loaded:
    """The columns on the rows of the sample."""
    quantities = tuple(name for name in names if values.column(name).kind in QUANTITIES)
    levelled = tuple(levels_of(values, name, sample) for name in names if values.column(name).kind not in QUANTITIES)
    return Loaded(quantities, numbers_of(values, quantities, sample), levelled)


def numbers_of(values: Values, names: Sequence[str], sample: Sample) -> np.ndarray:
    """Columns of numbers as rows of a matrix (columns × sampled rows); NaN where missing or infinite."""
    matrix = np.empty((len(names), sample.rows))
    for place, name in enumerate(names):
        matrix[place] = sample.take(values.numbers(name))
    matrix[np.isinf(matrix)] = np.nan
    return matrix


def levels_of(values: Values, name: str, sample: Sample, most: int = LEVELS) -> Levelled:
    """A column of levels on the rows of the sample; beyond `most` levels the rarest become one."""
    codes, distinct = codes_of(values, name)
    codes = sample.take(codes)
    counts = np.bincount(codes[codes >= 0], minlength=distinct)
    found = int((counts > 0).sum())
    if found <= most:
        renumbered = np.cumsum(counts > 0) - 1
    else:
        kept = np.argsort(-counts, kind="stable")[: most - 1]
        renumbered = np.full(len(counts), most - 1)
        renumbered[kept] = np.arange(most - 1)
    lookup = np.append(renumbered, -1).astype(np.int32)  # the last entry serves code -1
    return Levelled(name, lookup[codes], min(found, most), found - most + 1 if found > most else 0)


def codes_of(values: Values, name: str) -> tuple[np.ndarray, int]:
    """The codes of a column, -1 where missing, and the number of its levels; text stays in Arrow."""
    if is_text(values, name):
        texts = values.texts(name)
        return texts.codes, len(texts.levels)
    coded = values.coded(name)
    return coded.codes, len(coded.levels)


def is_text(values: Values, name: str) -> bool:
    """Whether the column holds text, whatever its kind."""
    return isinstance(values.dataset.frame.dtypes[name], pd.StringDtype)
