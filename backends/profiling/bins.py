"""Cutting columns for a picture: bins of numbers, the largest levels of everything else, missing values apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10

import numpy as np
import pandas as pd

from backends.datasets.classes import class_label
from backends.profiling.values import Values

HISTOGRAM_BINS = 30
QUANTILE_BINS = 10
LARGEST_EXACT = 2.0**50  # whole numbers beyond it have no halves between them
LEVELS_SHOWN = 20
SMALL, LARGE = 1e-4, 1e15  # between them a number is written without powers of ten
MISSING = "missing"
NUMBERS = ("number", "integer", "datetime")


@dataclass(frozen=True)
class Cut:
    """A column cut into groups, in the order of a picture.

    `codes` (rows,) are positions in `groups`, a frame of label, low and high: the ends of a group of numbers
    (dates for a date) or NaN for a level. Missing values are a group of their own, the last, when there are any.
    """

    codes: np.ndarray
    groups: pd.DataFrame

    @property
    def counts(self) -> np.ndarray:
        """Rows per group."""
        return np.bincount(self.codes, minlength=len(self.groups))


def equal_widths(numbers: np.ndarray, most: int = HISTOGRAM_BINS, dates: bool = False) -> np.ndarray:
    """Edges of up to `most` bins of equal width over the finite numbers; those of whole numbers lie between them.

    Where single values lie far off (the range is four times that of the middle 98 % or more), the edges span the
    middle and the two outermost bins take what lies beyond. No edge when there is no finite number.

    >>> equal_widths(np.array([1, 2, 2, 4])).tolist()
    [0.5, 1.5, 2.5, 3.5, 4.5]
    """
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return np.empty(0)
    low, high = float(finite.min()), float(finite.max())
    inner_low, inner_high = np.quantile(finite / 4, [0.01, 0.99]) * 4  # a quarter, so that no step overflows
    if most < high / 4 - low / 4 and 0 < inner_high / 4 - inner_low / 4 < (high / 4 - low / 4) / 4:
        low, high = float(inner_low), float(inner_high)
    if not dates and _whole(finite):
        low, high = np.floor(low), np.ceil(high)
        step = np.ceil((high - low + 1) / most)
        return np.arange(low - 0.5, high + step, step)
    edges = np.unique(np.linspace(low / 4, high / 4, most + 1) * 4)
    return edges if len(edges) > 1 else np.array([low, np.nextafter(low, np.inf)])


def equal_rows(numbers: np.ndarray, most: int = QUANTILE_BINS, dates: bool = False) -> np.ndarray:
    """Edges of up to `most` bins of about equally many finite numbers; equal ones share a bin, so there may be fewer.

    Those of whole numbers lie between them.

    >>> equal_rows(np.array([1.5, 1.5, 1.5, 2.0, 3.0, 4.0]), 3).tolist()
    [1.5, 3.0, 4.0]
    >>> equal_rows(np.array([1, 1, 1, 2, 3, 4]), 3).tolist()
    [0.5, 2.5, 4.5]
    """
    finite = np.sort(numbers[np.isfinite(numbers)])
    if not len(finite):
        return np.empty(0)
    inner = finite[np.arange(1, most) * len(finite) // most]
    edges = np.unique(np.concatenate([finite[:1], inner, finite[-1:]]))
    if not dates and _whole(finite):
        return np.append(edges[:-1] - 0.5 if len(edges) > 1 else edges - 0.5, edges[-1] + 0.5)
    return edges if len(edges) > 1 else np.array([edges[0], np.nextafter(edges[0], np.inf)])


def numbers_cut(numbers: np.ndarray, edges: np.ndarray, dates: bool = False) -> Cut:
    """Numbers put between edges: a bin holds its low end, the last one also its high end.

    Numbers outside the edges, infinities too, belong to the outermost bins.
    """
    bins = max(len(edges) - 1, 0)
    missing = np.isnan(numbers)
    codes = (
        np.searchsorted(edges[1:-1], numbers, side="right").astype(np.int32) if bins else np.zeros(len(numbers), int)
    )
    low, high = (moments(ends) if dates else ends for ends in (edges[:-1], edges[1:]))
    groups = pd.DataFrame({"label": pd.Series(between(edges, dates), dtype="str"), "low": low, "high": high})
    return _with_missing(np.where(missing, bins, codes), groups, bool(missing.any() or not bins))


def levels_cut(codes: np.ndarray, labels: list[str], shown: int = LEVELS_SHOWN) -> Cut:
    """Levels by size, the largest `shown` of them and one group for all others, which says how many they are."""
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    kept = order if len(order) <= shown + 1 else order[:shown]
    others = len(order) - len(kept)
    names = [labels[place] for place in kept] + ([f"{others:,} others"] if others else [])
    place = np.full(len(labels) + 1, len(kept), dtype=np.int32)
    place[kept] = np.arange(len(kept))
    place[-1] = len(names)  # code -1
    groups = pd.DataFrame({"label": pd.Series(names, dtype="str"), "low": np.nan, "high": np.nan})
    return _with_missing(place[codes], groups, bool((codes < 0).any() or not names))


def level_labels(values: Values, name: str) -> list[str]:
    """A column's levels as the table's reader would write them, in the order of their codes."""
    levels, form = values.coded(name).levels, values.column(name).format
    return [level if isinstance(level, str) else class_label(level, form) for level in levels.tolist()]


def moments(seconds: np.ndarray) -> np.ndarray:
    """Seconds since 1970 as dates."""
    return np.round(seconds).astype("datetime64[s]")


def between(edges: np.ndarray, dates: bool = False) -> list[str]:
    """The bins between edges in words.

    >>> between(np.array([0.0, 1.5, 3000.0]))
    ['0 – 1.5', '1.5 – 3,000']
    >>> between(np.array([1.5, 2.5, 4.5]))
    ['2', '3 – 4']
    """
    if not dates and (edges % 1 == 0.5).all():
        ends = zip(edges[:-1] + 0.5, edges[1:] - 0.5, strict=True)
        return [f"{low:,.0f}" if low == high else f"{low:,.0f} – {high:,.0f}" for low, high in ends]
    words = [_date(edge) for edge in moments(edges)] if dates else _told_apart(edges.tolist())
    return [f"{low} – {high}" for low, high in pairwise(words)]


def _told_apart(edges: list[float]) -> list[str]:
    """Three digits, or as many as it takes until no two are the same."""
    for digits in range(3, 18):
        words = [_figure(edge, digits) for edge in edges]
        if len(set(words)) == len(words):
            break
    return words


def _figure(number: float, digits: int) -> str:
    """A number with so many significant digits, whole thousands in full.

    >>> [_figure(number, 3) for number in (3.07267, 12_345.6, 0.5, -0.0, 1e-7, 2e20)]
    ['3.07', '12,346', '0.5', '0', '1e-07', '2e+20']
    """
    size = abs(number)
    if not size or not SMALL <= size < LARGE:
        return f"{number + 0.0:.{digits}g}"
    words = f"{number:,.{max(0, digits - 1 - floor(log10(size)))}f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def _whole(finite: np.ndarray) -> bool:
    return not (finite % 1).any() and bool(np.abs(finite).max() < LARGEST_EXACT)


def _date(moment: np.datetime64) -> str:
    return str(moment).replace("T00:00:00", "").replace("T", " ")


def _with_missing(codes: np.ndarray, groups: pd.DataFrame, missing: bool) -> Cut:
    if missing:
        groups = groups.reindex(range(len(groups) + 1))
        groups.loc[len(groups) - 1, "label"] = MISSING
    return Cut(codes, groups)
