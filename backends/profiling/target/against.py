"""One feature against the target: the figures behind its picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.profiling.bins import (
    NUMBERS,
    Cut,
    equal_rows,
    equal_widths,
    level_labels,
    levels_cut,
    moments,
    numbers_cut,
)
from backends.profiling.budget import Budget, Sample
from backends.profiling.intervals import wilson
from backends.profiling.target.outcome import Outcome, Problem, outcome
from backends.profiling.values import Values

RATE = 250_000
CLASSES_SHOWN = 8
RATES = ("label", "low", "high", "class", "rows", "hits", "rate", "rate_low", "rate_high")
TREND = ("label", "low", "high", "rows", "q1", "median", "q3")
DISTRIBUTION = ("class", "low", "high", "rows", "share")


@dataclass(frozen=True)
class Against:
    """One feature against the target, as small frames.

    `groups` are the bins (of about equally many rows) or levels (the largest 20, then all others) of the feature,
    the rows without it last. For classes there is one row per group and class (of two: the positive one; of more
    than eight: the eight largest): label, low, high, class, rows of the group, hits of the class among them, rate
    and its 95 % Wilson interval rate_low, rate_high. For a numeric target there is one row per group: label, low,
    high, rows, and the target's quartiles q1, median, q3 (dates for a date).

    `distribution` shows a number within each class, on common edges: class, low, high, rows, share of the class's
    rows; empty for levels and for a numeric target. `left_out` says which classes are not shown.
    """

    target: str
    feature: str
    problem: Problem
    numeric: bool  # whether the feature is a number or a date, and has bins
    dates: bool
    groups: pd.DataFrame
    distribution: pd.DataFrame
    positive: str | None
    sample: Sample
    left_out: tuple[str, ...] = ()


def against_target(values: Values, target: str, feature: str, budget: Budget) -> Against:
    """The figures of one feature against the target.

    Raises WorkbenchError for an unknown column, for the target itself as feature, and for a target that can be
    told from nothing: one value only, or too many to be classes.
    """
    told = outcome(values, target, RATE * len(values.dataset.schema) / 2, budget)  # two columns are looked at
    if told.problem == "none":
        raise WorkbenchError(f"The target {target!r} {told.reason}.", hint="Choose a target with a few classes.")
    if feature == target or feature not in values.dataset.frame:
        raise WorkbenchError(f"{feature!r} is no other column than the target.", hint="Choose one of the features.")
    kind = values.column(feature).kind
    numeric, dates = kind in NUMBERS, kind == "datetime"
    cut = _cut(values, feature, told.rows)
    shown, names, left_out = _classes(told)
    if told.problem == "numeric":
        groups = _trend(cut, told.numbers, told.column.kind == "datetime")
    else:
        groups = _rates(cut, shown, names if told.problem == "multiclass" else names[1:])
    distribution = pd.DataFrame({name: [] for name in DISTRIBUTION})
    if numeric and told.problem != "numeric":
        distribution = _distribution(values.numbers(feature)[told.rows], shown, names, dates)
    return Against(
        target, feature, told.problem, numeric, dates, groups, distribution, told.positive, told.sample, left_out
    )


def _cut(values: Values, feature: str, rows: np.ndarray) -> Cut:
    kind = values.column(feature).kind
    if kind in NUMBERS:
        numbers = values.numbers(feature)[rows]
        few = len(np.unique(numbers)) <= 20 and kind != "datetime"
        edges = equal_widths(numbers, 20) if few else equal_rows(numbers, dates=kind == "datetime")
        return numbers_cut(numbers, edges, kind == "datetime")
    return levels_cut(values.coded(feature).codes[rows], level_labels(values, feature))


def _classes(told: Outcome) -> tuple[np.ndarray, list[str], tuple[str, ...]]:
    """Codes of the classes that are shown (-1 for the rest), their names, and the names left out."""
    if len(told.classes) <= CLASSES_SHOWN:
        return told.codes, list(told.classes), ()
    largest = np.sort(np.argsort(-np.bincount(told.codes, minlength=len(told.classes)), kind="stable")[:CLASSES_SHOWN])
    place = np.full(len(told.classes), -1, dtype=np.int32)
    place[largest] = np.arange(CLASSES_SHOWN)
    left_out = tuple(name for name, at in zip(told.classes, place, strict=True) if at < 0)
    return place[told.codes], [told.classes[code] for code in largest], left_out


def _rates(cut: Cut, codes: np.ndarray, names: list[str]) -> pd.DataFrame:
    """Per group and class. With two classes only the last has a name here."""
    rows = cut.counts
    parts = []
    for name, code in zip(names, range(int(len(names) == 1), len(names) + 1), strict=False):
        hits = np.bincount(cut.codes[codes == code], minlength=len(rows))
        low, high = wilson(hits, rows)
        rate = hits / np.where(rows > 0, rows, np.nan)
        figures = {"rows": rows, "hits": hits, "rate": rate, "rate_low": low, "rate_high": high}
        parts.append(cut.groups.assign(**figures).assign(**{"class": name})[rows > 0])
    return pd.concat(parts, ignore_index=True)[list(RATES)]


def _trend(cut: Cut, numbers: np.ndarray, dates: bool) -> pd.DataFrame:
    order = np.argsort(cut.codes, kind="stable")
    rows = cut.counts
    split = np.split(numbers[order], np.cumsum(rows)[:-1])
    filled = rows > 0
    quartiles = np.array([np.quantile(part, [0.25, 0.5, 0.75]) for part in split if len(part)]).reshape(-1, 3)
    q1, median, q3 = (moments(values) if dates else values for values in quartiles.T)
    figures = {"rows": rows[filled], "q1": q1, "median": median, "q3": q3}
    return cut.groups[filled].reset_index(drop=True).assign(**figures)[list(TREND)]


def _distribution(numbers: np.ndarray, codes: np.ndarray, names: list[str], dates: bool) -> pd.DataFrame:
    there = ~np.isnan(numbers)
    cut = numbers_cut(numbers[there], equal_widths(numbers, dates=dates), dates)
    parts = []
    for code, name in enumerate(names):
        rows = np.bincount(cut.codes[codes[there] == code], minlength=len(cut.groups))
        part = cut.groups.assign(rows=rows, share=rows / max(rows.sum(), 1)).assign(**{"class": name})
        parts.append(part[part["low"].notna()])
    return pd.concat(parts, ignore_index=True)[list(DISTRIBUTION)]
