"""What is known about every column: the table of `Facts`, and how the parts of it come together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from backends.profiling.budget import Sample
from backends.profiling.facts.histograms import Histogram

Top = tuple[tuple[str, int], ...]
QUANTILES = {"p1": 0.01, "p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}

# The columns of the table: their dtype. Where one does not apply, text is "", a count 0 and a statistic NaN.
COLUMNS: dict[str, str] = {
    **dict.fromkeys(("column", "kind"), "str"),
    "missing": "int64",
    "missing_share": "float64",
    "distinct": "int64",
    "distinct_share": "float64",
    "mode": "str",
    "mode_count": "int64",
    "mode_share": "float64",
    **dict.fromkeys(("mean", "std", "skewness", "kurtosis", "min", *QUANTILES, "max"), "float64"),
    **dict.fromkeys(("zeros", "negatives", "infinite", "outliers"), "int64"),
    "sorted": "str",
    **dict.fromkeys(("length_min", "length_mean", "length_max"), "float64"),
    "blank": "int64",
    **dict.fromkeys(("first", "last"), "str"),
    "memory": "int64",
}


@dataclass(frozen=True)
class Facts:
    """Every column by itself.

    `table` has one row per column, in table order, with the columns of `COLUMNS`:

    - missing, distinct (among present values), each with its share of the rows or of the present values;
    - mode, mode_count, mode_share (of present values); of equally frequent values the smallest number or date, the
      first text in the file; yes and no are spelt as in the file;
    - for numbers: mean, std, skewness, kurtosis (see `moments`), min, quantiles p1 … p99 (linear), max and outliers
      (beyond 1.5 interquartile ranges from the quartiles) over the finite values; zeros, negatives, infinite;
    - sorted: "increasing" or "decreasing" (not strictly) down the file, for numbers and dates;
    - for text: length_min, length_mean, length_max in characters, blank (no other than whitespace);
    - first and last as ISO 8601 text, for dates; memory in bytes.

    `histograms` are there for numbers and dates with a finite value, `tops` (the ten most frequent values as text
    with their counts, in the order of the mode) for all that is no date and not numeric, and for integers with few
    values. `sample` says what rows the figures were made from: every one.
    """

    table: pd.DataFrame
    histograms: Mapping[str, Histogram]
    tops: Mapping[str, Top]
    sample: Sample


@dataclass
class Part:
    """Facts of some columns: `figures` are arrays or lists with one entry for each of `positions` in the table."""

    positions: list[int]
    figures: dict[str, Any] = field(default_factory=dict)
    histograms: dict[str, Histogram] = field(default_factory=dict)
    tops: dict[str, Top] = field(default_factory=dict)


def gathered(base: dict[str, Any], parts: Iterable[Part], rows: int) -> Facts:
    """Facts out of `base` (what is known of all columns: column, kind, memory) and the parts."""
    count = len(base["column"])
    table = {name: base.get(name, _empty(dtype, count)) for name, dtype in COLUMNS.items()}
    histograms: dict[str, Histogram] = {}
    tops: dict[str, Top] = {}
    for part in parts:
        for name, values in part.figures.items():
            table[name][part.positions] = values
        histograms |= part.histograms
        tops |= part.tops
    present = rows - table["missing"]
    table["missing_share"] = table["missing"] / rows if rows else np.zeros(count)
    with np.errstate(invalid="ignore"):
        table["distinct_share"] = table["distinct"] / np.where(present > 0, present, np.nan)
        table["mode_share"] = table["mode_count"] / np.where(present > 0, present, np.nan)
    frame = pd.DataFrame({name: pd.array(table[name], dtype=dtype) for name, dtype in COLUMNS.items()})
    order = base["column"]
    return Facts(frame, _in_order(histograms, order), _in_order(tops, order), Sample(rows, rows))


def _empty(dtype: str, count: int) -> np.ndarray:
    if dtype == "str":
        return np.full(count, "", dtype=object)
    return np.zeros(count, dtype=np.int64) if dtype == "int64" else np.full(count, np.nan)


def _in_order(found: dict[str, Any], order: Iterable[str]) -> dict[str, Any]:
    return {name: found[name] for name in order if name in found}
