"""One column, closely: `detail(values, name, budget)` gives what a person looks at, as frames.

The figures are those of `facts`; `words` splits text, `calendar` takes dates apart. All of it is exact but the
words of long texts, which are counted in a named sample where the budget does not allow for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from backends.datasets.preparation import spellings
from backends.datasets.schema import Column, Kind
from backends.profiling.budget import Budget, Sample
from backends.profiling.detail.calendar import calendar
from backends.profiling.detail.statistics import cut, statistics
from backends.profiling.detail.words import count_words, sample_for_words
from backends.profiling.facts import facts_of
from backends.profiling.facts.histograms import edges, histogram
from backends.profiling.facts.numeric import FEW
from backends.profiling.facts.order import most_frequent
from backends.profiling.values import Values
from backends.profiling.wording import as_text

__all__ = ["Detail", "detail"]

BINS = 60
LEVELS = 50
EXAMPLES = 8
COUNTED: tuple[Kind, ...] = ("category", "boolean", "text", "identifier")


@dataclass(frozen=True)
class Detail:
    """One column. A frame that does not apply to its kind has no rows.

    - `statistics`: statistic, value — both text, rounded for people;
    - `histogram`: low, high, count of the finite values; numbers, or datetime64 for dates;
    - `levels`: level (text), count, share (of present values), the most frequent first; `levels_left` are the
      distinct values that are not listed;
    - `lengths`: length in characters, count — of text;
    - `words`: word, count, rows — the most frequent words of a text column, from `sample`;
    - `calendar`: part, value, label, count — of dates;
    - `examples`: values spread over the file, cut when long.
    """

    name: str
    kind: Kind
    statistics: pd.DataFrame
    histogram: pd.DataFrame
    levels: pd.DataFrame
    levels_left: int
    lengths: pd.DataFrame
    words: pd.DataFrame
    calendar: pd.DataFrame
    examples: tuple[str, ...]
    sample: Sample


def detail(values: Values, name: str, budget: Budget) -> Detail:
    """Look at one column closely. Raises WorkbenchError for a name that is no column."""
    kind = values.dataset.schema[name].kind
    series = values.dataset.frame[name]
    row = facts_of(values, (name,)).table
    worded = isinstance(series.dtype, pd.StringDtype)
    told = kind in COUNTED or (kind == "integer" and row["distinct"].iloc[0] <= FEW)
    sample = Sample(values.rows, values.rows)
    words = pd.DataFrame({"word": pd.array([], dtype="str"), "count": _none(), "rows": _none()})
    if kind == "text":
        sample = sample_for_words(values.texts(name), row["length_mean"].iloc[0], budget)
        words = count_words(values.texts(name), sample)
    levels = _levels(values, name) if told else _levels_frame([], _none(), 0)
    return Detail(
        name=name,
        kind=kind,
        statistics=statistics(row, worded),
        histogram=_histogram(values, name, row),
        levels=levels,
        levels_left=int(row["distinct"].iloc[0]) - len(levels) if told else 0,
        lengths=_lengths(values, name) if worded else pd.DataFrame({"length": _none(), "count": _none()}),
        words=words,
        calendar=calendar(series.dropna().to_numpy() if kind == "datetime" else np.array([], dtype="M8[s]")),
        examples=_examples(series, values.column(name)),
        sample=sample,
    )


def _histogram(values: Values, name: str, row: pd.DataFrame) -> pd.DataFrame:
    """The finite values in bins of equal width; whole numbers of a small range in one bin each."""
    kind = row["kind"].iloc[0]
    frame = pd.DataFrame({"low": np.empty(0), "high": np.empty(0), "count": _none()})
    if kind not in ("number", "integer", "datetime"):
        return frame
    numbers = values.numbers(name)
    numbers = np.sort(numbers[np.isfinite(numbers)])
    if not len(numbers):
        return frame
    bounds = edges(numbers[:1], numbers[-1:], _bins(numbers), np.array([kind == "integer"]), BINS)[0]
    found = histogram(bounds, numbers.searchsorted(bounds), len(numbers))
    ends = found.edges if kind != "datetime" else (found.edges * 1e6).round().astype(np.int64).view("M8[us]")
    return pd.DataFrame({"low": ends[:-1], "high": ends[1:], "count": found.counts})


def _bins(numbers: np.ndarray) -> np.ndarray:
    """How many bins sorted numbers want, at most `BINS`.

    By Freedman and Diaconis (1981) a bin is 2 interquartile ranges / ∛n wide; there are at least as many as by
    Sturges (1926), log2 n + 1: few values, or half of them equal, would end in a single bin. NumPy calls it "auto".
    """
    sturges = np.ceil(np.log2(len(numbers)) + 1)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        first, third = np.quantile(numbers, (0.25, 0.75))
        wanted = np.ceil((numbers[-1] - numbers[0]) * np.cbrt(len(numbers)) / (2 * (third - first)))
    return np.clip(np.array([max(wanted, sturges) if np.isfinite(wanted) else sturges]), 1, BINS)


def _levels(values: Values, name: str) -> pd.DataFrame:
    series = values.dataset.frame[name]
    if isinstance(series.dtype, pd.StringDtype):
        texts = values.texts(name)
        chosen = most_frequent(texts.counts, LEVELS)
        return _levels_frame(texts.levels.take(chosen).to_pylist(), texts.counts[chosen], texts.counts.sum())
    coded = values.coded(name)
    order = np.arange(len(coded.levels)) if coded.levels.dtype.kind == "b" else np.argsort(coded.levels)
    chosen = order[most_frequent(coded.counts[order], LEVELS)]
    levels = [_written(level, values.column(name)) for level in coded.levels[chosen]]
    return _levels_frame(levels, coded.counts[chosen], coded.counts.sum())


def _written(value: Any, column: Column) -> str:
    """A value in full, yes and no as the file spells them."""
    return spellings(column)[bool(value)] if column.kind == "boolean" else as_text(value)


def _levels_frame(levels: list[str], counts: np.ndarray, present: int) -> pd.DataFrame:
    return pd.DataFrame({"level": pd.array(levels, dtype="str"), "count": counts, "share": counts / max(present, 1)})


def _lengths(values: Values, name: str) -> pd.DataFrame:
    texts = values.texts(name)
    lengths, place = np.unique(pc.utf8_length(texts.levels).to_numpy().astype(np.int64), return_inverse=True)
    counts = np.bincount(place, weights=texts.counts, minlength=len(lengths)).astype(np.int64)
    return pd.DataFrame({"length": lengths, "count": counts})


def _examples(series: pd.Series, column: Column) -> tuple[str, ...]:
    """Up to `EXAMPLES` different present values, from the first to the last."""
    present = np.flatnonzero(series.notna().to_numpy())
    if not len(present):
        return ()
    chosen = present[np.linspace(0, len(present) - 1, EXAMPLES).astype(np.int64)]
    return tuple(dict.fromkeys(cut(_written(value, column)) for value in series.iloc[chosen]))


def _none() -> np.ndarray:
    return np.empty(0, dtype=np.int64)
