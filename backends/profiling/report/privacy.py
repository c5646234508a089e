"""What a private report says instead of values: figures that stand for groups, never for a row.

Values of the table (the most frequent, the smallest, the first date …) are left out; counts below `GROUP` are masked;
means and quantiles are rounded to three digits and need at least `GROUP` rows, a quantile on its either side, and
`GROUP` different values; in a column of whole or few numbers a quantile can still equal a value. Names of columns and
of the file stay, and so do its digest and the numbers of rows, of missing and of different values.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.recipe import Step, listed
from backends.profiling.alert import Alert
from backends.profiling.report.fields import GROUP

MOMENTS = ("mean", "std", "skewness", "kurtosis")
QUANTILES = (1, 5, 25, 50, 75, 95, 99)


def rounded(number: float | None) -> float | None:
    """A figure with three digits, which is no longer anyone's.

    >>> rounded(48_317.0), rounded(None)
    (48300.0, None)
    """
    return None if number is None or not math.isfinite(number) else float(f"{number:.3g}")


def masked(count: int | None) -> int | None:
    """A count, unless it is of so few rows that they could be recognised.

    >>> masked(0), masked(3), masked(5)
    (0, None, 5)
    """
    return None if count is None or 0 < count < GROUP else count


def grouped(columns: pd.DataFrame, rows: int) -> pd.DataFrame:
    """The table of the columns' figures, NaN where too few rows stand behind one."""
    present, distinct = rows - columns["missing"].to_numpy(), columns["distinct"].to_numpy()
    hidden = dict.fromkeys(MOMENTS, (present < GROUP) | (distinct <= 1))
    for at in QUANTILES:
        hidden[f"p{at}"] = (present * min(at, 100 - at) < GROUP * 100) | (distinct < GROUP)
    hidden["mode_share"] = columns["mode_count"].to_numpy() < GROUP
    hidden["length_mean"] = hidden["length_min"] = hidden["length_max"] = present < GROUP
    kept = {name: np.where(gone, np.nan, columns[name].to_numpy(np.float64)) for name, gone in hidden.items()}
    return columns.assign(**kept)


def private_histogram(counts: list[int]) -> dict[str, Any]:
    """The shape of a histogram without its edges, which are values."""
    return {"edges": None, "counts": [masked(count) for count in counts]}


def private_levels(top: tuple[tuple[str, int], ...]) -> list[dict[str, Any]]:
    """How many rows the most frequent levels have, without naming them."""
    return [{"value": None, "count": int(count)} for _, count in top if count >= GROUP]


def private_finding(alert: Alert) -> str:
    """What an alert found, without the sentence that may quote values."""
    concerned = f" in {listed(alert.columns)}" if alert.columns else ""
    return f"{alert.title}{concerned}."


def private_step(step: Step) -> dict[str, Any]:
    """A step without the values it names."""
    words = f"treat some values in {listed(step.columns)} as missing"
    words = words if step.action == "treat_as_missing" else step.words
    return {"action": step.action, "columns": list(step.columns), "kind": step.kind, "values": None, "words": words}
