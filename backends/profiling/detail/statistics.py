"""The figures of one column as a person reads them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from backends.profiling.facts import COLUMNS
from backends.profiling.wording import bytes_in_words, rounded

Row = dict[str, Any]  # of `Facts.table`
Statistic = tuple[str, Callable[[Row], str]]


def _count(name: str) -> Callable[[Row], str]:
    return lambda row: f"{row[name]:,}"


def _figure(name: str) -> Callable[[Row], str]:
    return lambda row: rounded(row[name])


def _text(name: str, empty: str = "–") -> Callable[[Row], str]:
    return lambda row: row[name] or empty


def _share(name: str, share: str) -> Callable[[Row], str]:
    return lambda row: f"{row[name]:,}{_percent(row[share])}"


def _percent(share: float) -> str:
    """A share in brackets; a small one is not rounded to nothing, nor a large one to everything.

    >>> [_percent(share) for share in (0.0, 0.00001, 0.0564, 0.99999, 1.0, float("nan"))]
    [' (0 %)', ' (under 0.1 %)', ' (5.64 %)', ' (over 99.9 %)', ' (100 %)', '']
    """
    if share != share:
        return ""
    if 0 < share < 0.001 or 0.999 < share < 1:
        return " (under 0.1 %)" if share < 0.5 else " (over 99.9 %)"
    return f" ({100 * share:.3g} %)"


def _mode(row: Row) -> str:
    if row["mode_count"] == 1 < row["distinct"]:
        return "none, each value occurs once"
    return cut(row["mode"]) if row["mode_count"] else "–"


ALWAYS: tuple[Statistic, ...] = (
    ("Missing", _share("missing", "missing_share")),
    ("Distinct values", _share("distinct", "distinct_share")),
    ("Most frequent value", _mode),
    ("Rows with that value", _share("mode_count", "mode_share")),
)
NUMBERS: tuple[Statistic, ...] = (
    ("Mean", _figure("mean")),
    ("Standard deviation", _figure("std")),
    ("Minimum", _figure("min")),
    ("1st percentile", _figure("p1")),
    ("5th percentile", _figure("p5")),
    ("25th percentile", _figure("p25")),
    ("Median", _figure("p50")),
    ("75th percentile", _figure("p75")),
    ("95th percentile", _figure("p95")),
    ("99th percentile", _figure("p99")),
    ("Maximum", _figure("max")),
    ("Interquartile range (IQR)", lambda row: rounded(row["p75"] - row["p25"])),
    ("Skewness", _figure("skewness")),
    ("Kurtosis (excess)", _figure("kurtosis")),
    ("Zeros", _count("zeros")),
    ("Negative values", _count("negatives")),
    ("Infinite values", _count("infinite")),
    ("Outliers (1.5 IQR)", _count("outliers")),
    ("Order in the file", _text("sorted", "not sorted")),
)
WORDS: tuple[Statistic, ...] = (
    ("Shortest, characters", _figure("length_min")),
    ("Mean length, characters", _figure("length_mean")),
    ("Longest, characters", _figure("length_max")),
    ("Blank values", _count("blank")),
)
DATES: tuple[Statistic, ...] = (
    ("First", _text("first")),
    ("Last", _text("last")),
    ("Order in the file", _text("sorted", "not sorted")),
)
MEMORY: tuple[Statistic, ...] = (("Memory", lambda row: bytes_in_words(row["memory"])),)
OF_KIND = {"number": NUMBERS, "integer": NUMBERS, "datetime": DATES, "category": WORDS, "text": WORDS}
CUT = 200


def statistics(table: pd.DataFrame, worded: bool) -> pd.DataFrame:
    """The one row of `Facts.table` as a table for people: columns statistic and value, both text.

    `worded` says that an identifier is text, so that its lengths tell something.
    """
    row = {name: table[name].tolist()[0] for name in COLUMNS}
    of_kind = WORDS if worded else OF_KIND.get(row["kind"], ())
    rows = [(title, value(row)) for title, value in (*ALWAYS, *of_kind, *MEMORY)]
    return pd.DataFrame(rows, columns=["statistic", "value"], dtype="str")


def cut(text: str, length: int = CUT) -> str:
    """A text that is not longer than it can be read; what was cut off is marked.

    >>> cut("abcdef", 3), cut("abc", 3)
    ('abc…', 'abc')
    """
    return text if len(text) <= length else f"{text[:length]}…"
