"""Every column by itself: `facts(values, budget)` gives one row of figures per column.

All figures are exact for a table of any size. The sort that the exact number of distinct values needs gives the
quantiles, the mode and the histogram as well, and what is left costs less than drawing a sample would. Numbers and
dates (`numeric`) are sorted in blocks of columns, words (`texts`) are counted by their distinct values; two threads
share the work. `overview` and `duplicate_rows` look at the table as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from backends.profiling.budget import Budget
from backends.profiling.facts.duplicates import duplicate_rows
from backends.profiling.facts.histograms import Histogram
from backends.profiling.facts.numeric import Item, describe_numeric
from backends.profiling.facts.overview import Overview, overview
from backends.profiling.facts.result import COLUMNS, Facts, Part, gathered
from backends.profiling.facts.texts import describe_booleans, describe_texts
from backends.profiling.values import Values

__all__ = ["COLUMNS", "Facts", "Histogram", "Overview", "duplicate_rows", "facts", "facts_of", "overview"]

CELLS = 1_000_000  # of a block of columns: few enough to stay close to the processor, enough to be worth a call
THREADS = 2


def facts(values: Values, budget: Budget) -> Facts:
    """The facts of all columns, in table order. They are exact within any `budget`: see above."""
    return facts_of(values, values.dataset.schema.names)


def facts_of(values: Values, names: Sequence[str]) -> Facts:
    """The facts of some columns, in this order."""
    frame = values.dataset.frame
    items = [Item(place, name, values.column(name).kind, frame[name]) for place, name in enumerate(names)]
    base = {
        "column": np.array(names, dtype=object),
        "kind": np.array([item.kind for item in items], dtype=object),
        "memory": np.array([item.series.array.nbytes for item in items], dtype=np.int64),
    }
    jobs = _jobs(values, items) if values.rows else ()
    with ThreadPoolExecutor(THREADS, thread_name_prefix="facts") as threads:
        parts = threads.map(lambda job: job(), jobs)
        return gathered(base, parts, values.rows)


def _jobs(values: Values, items: Sequence[Item]) -> Iterator[Callable[[], Part]]:
    """The columns in blocks of one dtype, those that take longest first: free text, then the rest."""
    groups: dict[Any, list[Item]] = {}
    for item in sorted(items, key=lambda item: item.kind != "text" and item.kind != "identifier"):
        groups.setdefault(item.series.dtype, []).append(item)
    at_once = max(1, CELLS // values.rows)
    for dtype, members in groups.items():
        for start in range(0, len(members), at_once):
            yield partial(_describer(dtype, values), members[start : start + at_once])


def _describer(dtype: Any, values: Values) -> Callable[[Sequence[Item]], Part]:
    if pd.api.types.is_bool_dtype(dtype):
        return partial(describe_booleans, values)
    if pd.api.types.is_numeric_dtype(dtype) or pd.api.types.is_datetime64_dtype(dtype):
        return describe_numeric
    return partial(describe_texts, values)
