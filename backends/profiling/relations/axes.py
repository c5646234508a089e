"""A column as one axis of a picture: numbers, or a few labelled levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow.compute as pc

from backends.datasets.classes import class_label
from backends.profiling.relations.columns import codes_of, is_text
from backends.profiling.values import Values
from backends.profiling.wording import as_text, rounded

Form = Literal["number", "date", "levels"]


@dataclass(frozen=True)
class Axis:
    """A column as it is drawn.

    A quantity has `numbers` (rows,), NaN where missing or infinite: dates in seconds since 1970, free text as its
    number of characters. A column of levels has `codes` (rows,), -1 where missing, and their `labels`. `title`
    says what is drawn, `note` what was put together.
    """

    name: str
    form: Form
    title: str
    numbers: np.ndarray
    codes: np.ndarray
    labels: tuple[str, ...] = ()
    whole: bool = False  # all numbers are whole
    note: str = ""

    @property
    def present(self) -> np.ndarray:
        """Where the column has a value that can be drawn, (rows,) bool."""
        return self.codes >= 0 if self.form == "levels" else ~np.isnan(self.numbers)


NONE = np.array([])


def axis(values: Values, name: str, most: int) -> Axis:
    """The column as an axis of at most `most` levels; beyond, the least frequent ones become one. Dates are dates.

    Raises WorkbenchError for an unknown column.
    """
    column = values.dataset.schema[name]
    if column.kind == "text":
        return Axis(name, "number", f"{name} (characters)", _characters(values, name), NONE, whole=True)
    if column.kind in ("category", "boolean") or is_text(values, name):
        return _levels(values, name, most)
    numbers = values.numbers(name)
    numbers = np.where(np.isinf(numbers), np.nan, numbers)
    return Axis(
        name, "date" if column.kind == "datetime" else "number", name, numbers, NONE, whole=column.kind != "number"
    )


def as_levels(shown: Axis, most: int) -> Axis:
    """A quantity as groups of equal size, named by their range; a column of levels as it is.

    >>> numbers = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    >>> grouped = as_levels(Axis("age", "number", "age", numbers, NONE), 2)
    >>> grouped.codes.tolist(), grouped.labels
    ([0, 0, 1, 1, -1], ('1 to 2', '3 to 4'))
    """
    if shown.form == "levels":
        return shown
    present = shown.present
    codes = np.where(present, 0, -1)
    if not present.any():
        return Axis(shown.name, "levels", shown.title, NONE, codes)
    known = shown.numbers[present]
    groups = equal_groups(known, most)
    codes[present] = groups
    words = _date if shown.form == "date" else rounded
    ranges = [(known[groups == at].min(), known[groups == at].max()) for at in range(groups.max() + 1)]
    labels = tuple(words(low) if low == high else f"{words(low)} to {words(high)}" for low, high in ranges)
    return Axis(shown.name, "levels", shown.title, NONE, codes, labels)


def equal_groups(numbers: np.ndarray, most: int) -> np.ndarray:
    """The group of each number when they are cut at their quantiles into at most `most` groups of about equal size.

    Equal numbers share a group, so that there can be fewer groups.
    """
    cuts = np.unique(np.quantile(numbers, np.arange(1, most) / most, method="lower"))
    _, groups = np.unique(np.searchsorted(cuts, numbers, side="left"), return_inverse=True)
    return groups


def moments(seconds: np.ndarray) -> np.ndarray:
    """Seconds since 1970 as dates to the microsecond, NaT for NaN."""
    known = ~np.isnan(seconds)
    dates = np.full(len(seconds), "NaT", dtype="datetime64[us]")
    dates[known] = (np.round(seconds[known] * 1e6)).astype("int64").view("datetime64[us]")
    return dates


def _date(seconds: float) -> str:
    return as_text(moments(np.array([seconds]))[0])


def _characters(values: Values, name: str) -> np.ndarray:
    texts = values.texts(name)
    lengths = np.append(pc.utf8_length(texts.levels).to_numpy(zero_copy_only=False).astype(np.float64), np.nan)
    return lengths[texts.codes]


def _levels(values: Values, name: str, most: int) -> Axis:
    codes, distinct = codes_of(values, name)
    counts = np.bincount(codes[codes >= 0], minlength=distinct)
    order = np.argsort(-counts, kind="stable")
    kept = order if distinct <= most else order[: most - 1]
    lookup = np.full(distinct + 1, len(kept))
    lookup[kept], lookup[-1] = np.arange(len(kept)), -1  # the last entry serves code -1
    levels = (
        values.texts(name).levels.take(kept).to_pylist() if is_text(values, name) else values.coded(name).levels[kept]
    )
    labels = [class_label(level, values.column(name).format) for level in levels]
    rest = distinct - len(kept)
    note = f"the {rest:,} less frequent levels of {name!r} are shown as one" if rest else ""
    return Axis(
        name, "levels", name, NONE, lookup[codes], (*labels, *([f"{rest:,} other levels"] if rest else [])), note=note
    )
