"""From converted values to a `Column`: range, levels, example, notes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from backends.datasets.levels import Levels
from backends.datasets.raw import LISTED
from backends.datasets.schema import Column, Kind, Note, ValueFormat
from backends.datasets.wording import agreeing, number_of

LEVELS_KEPT = 1_000


@dataclass(frozen=True)
class Pending:
    """A note whose lines are still row positions."""

    note: Note
    rows: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))


@dataclass(frozen=True)
class Understood:
    """One column: its values as they stand in the frame, its description and what is to be told about it."""

    values: Any
    column: Column
    notes: tuple[Pending, ...] = ()

    def noted(
        self, rule: str, message: str, count: int = 0, rows: np.ndarray | None = None, severity: str = "info"
    ) -> Understood:
        """The same with one more note; `rows` are positions whose lines the note will give."""
        note = Note(rule, message, count, column=self.column.name, severity=severity)  # type: ignore[arg-type]
        pending = Pending(note, rows) if rows is not None else Pending(note)
        return replace(self, notes=(*self.notes, pending))

    def evidenced(self, more: str) -> Understood:
        """The same with more evidence."""
        return replace(self, column=replace(self.column, evidence=f"{self.column.evidence}; {more}"))

    def with_exceptions(self, levels: Levels, wrong: np.ndarray) -> Understood:
        """The same with the first values of the levels that are `wrong` listed as exceptions."""
        if not wrong.any():
            return self
        texts = levels.texts.take(pa.array(levels.codes[levels.rows_of(wrong, LISTED)])).to_pylist()
        return replace(self, column=replace(self.column, exceptions=tuple(texts)))

    def noted_exceptions(self, levels: Levels, wrong: np.ndarray, odd: np.ndarray, what: str) -> Understood:
        """The same with notes on blank cells (`odd`) and on values that are no `what` (`wrong`)."""
        found = self
        if odd.any():
            count = int(levels.counts[odd].sum())
            message = (
                f"{number_of(count, 'cell')} of {self.column.name!r} {agreeing(count, 'holds', 'hold')} only blanks"
            )
            message += f" and became missing; the other values were read as {what}."
            rule = "numbers-in-text" if what.endswith("numbers") else "cells-blank"
            found = found.noted(rule, message, count, levels.rows_of(odd), "repair")
        if wrong.any():
            count = int(levels.counts[wrong].sum())
            values = ", ".join(repr(levels.value(at)[:40]) for at in np.flatnonzero(wrong)[:5].tolist())
            fits_not = agreeing(count, f"is not one of the {what}", f"are no {what}")
            message = f"{number_of(count, 'value')} of {self.column.name!r} {fits_not} and became missing: {values}."
            found = found.noted("value-exception", message, count, levels.rows_of(wrong), "warning")
        return found

    def noted_marks(self, levels: Levels) -> Understood:
        """Tell which marks other than an empty cell were taken as missing."""
        marks: Counter[str] = Counter()
        mask = levels.missing & ~levels.blank
        for at in np.flatnonzero(mask):
            marks[levels.value(int(at))] += int(levels.counts[at])
        if not marks:
            return self
        told = ", ".join(f"{mark!r} ({count:,})" for mark, count in marks.most_common(5))
        message = f"In {self.column.name!r} these were taken as missing: {told}."
        return self.noted("missing-mark", message, sum(marks.values()), levels.rows_of(mask), "repair")

    def as_float(self) -> Understood:
        """Whole numbers as decimals."""
        if self.column.kind != "integer":
            return self
        values = pd.Series(self.values).astype("float64").to_numpy()
        return replace(self, values=values, column=replace(self.column, kind="number"))


def percentage(part: int, whole: int) -> str:
    """A share in per cent with one decimal, rounded, but to 100 % and 0 % only where that is exact.

    >>> percentage(7032, 7043), percentage(2, 3), percentage(3, 3), percentage(0, 3)
    ('99.8 %', '66.7 %', '100 %', '0 %')
    >>> percentage(99999, 100000), percentage(1, 100000)
    ('99.9 %', '0.1 %')
    """
    if part in (0, whole):
        return "100 %" if part == whole else "0 %"
    return f"{min(max(100 * part / whole, 0.1), 99.9):.1f} %"


def nullable(values: Any, missing: np.ndarray | None = None) -> Any:
    """Numbers or booleans in the frame's own types: plain without missing values, else float NaN, Int64 or boolean."""
    if isinstance(values, pa.ChunkedArray | pa.Array):
        if pa.types.is_floating(values.type):
            return values.to_numpy()  # null becomes NaN
        missing = np.asarray(values.is_null()) if values.null_count else None
        values = (values.fill_null(0) if missing is not None else values).to_numpy()
    if missing is None or not missing.any():
        return values
    if values.dtype.kind == "f":
        return np.where(missing, np.nan, values)
    if values.dtype.kind == "b":
        return pd.arrays.BooleanArray(values.astype(bool), missing.copy())
    return pd.arrays.IntegerArray(values.astype(np.int64), missing.copy())


def describe(name: str, kind: Kind, values: Any, evidence: str, written: ValueFormat) -> Understood:
    """The column of `values`, which are numbers, dates or booleans."""
    column = Column(name, kind, evidence=evidence, format=written, **_FACTS[kind](values))
    found = Understood(values, column)
    if kind == "number" and np.isinf(np.asarray(values)).any():
        at = np.flatnonzero(np.isinf(np.asarray(values)))
        message = f"{number_of(len(at), 'value')} of {name!r} {agreeing(len(at), 'is', 'are')} infinite."
        found = found.noted("infinite", message, len(at), at[:LISTED], "warning")
    return found


def _share(gone: int, rows: int) -> float:
    return gone / rows if rows else 0.0


def _of_numbers(values: Any) -> dict[str, Any]:
    masked = isinstance(values, pd.arrays.IntegerArray)
    filled = values._data[~values._mask] if masked else values
    if filled.dtype.kind == "f" and (gone := np.isnan(filled)).any():
        filled = filled[~gone]
    facts: dict[str, Any] = {"missing": _share(len(values) - len(filled), len(values)), "distinct": _distinct(filled)}
    if len(filled):
        facts |= {"low": float(filled.min()), "high": float(filled.max()), "example": filled[0].item()}
    return facts


SPREAD = 20_000_000  # widest range of whole numbers that are counted by their place


def _distinct(filled: np.ndarray) -> int:
    """How many different numbers there are, counted by place where they are whole multiples of a small step."""
    if not len(filled):
        return 0
    whole = filled if filled.dtype.kind == "i" else _steps(filled)
    if whole is not None:
        low, high = int(whole.min()), int(whole.max())
        if high - low < max(1_000, min(SPREAD, 20 * len(whole))):
            seen = np.zeros(high - low + 1, dtype=bool)
            seen[whole - low] = True
            return int(np.count_nonzero(seen))
    if filled.dtype.kind == "f":
        filled = (filled + 0.0).view(np.int64)  # whole numbers hash faster; + 0.0 makes -0.0 and 0.0 one
    return len(pd.unique(filled))


def _steps(filled: np.ndarray) -> np.ndarray | None:
    """Decimals as whole multiples of 1, 0.1, … 0.0001; None where they are not exactly that."""
    if len(filled) < 10_000 or not np.abs(filled[:100]).max() < 1e9:
        return None
    for scale in (1.0, 10.0, 100.0, 1_000.0, 10_000.0):
        if np.array_equal(np.rint(filled[:100] * scale) / scale, filled[:100]):
            whole = np.rint(filled * scale)
            exact = np.abs(whole).max() < 2**53 and np.array_equal(whole / scale, filled)
            return whole.astype(np.int64) if exact else None
    return None


def _of_dates(values: Any) -> dict[str, Any]:
    filled = values[~np.isnat(values)]
    facts: dict[str, Any] = {
        "missing": _share(len(values) - len(filled), len(values)),
        "distinct": len(pd.unique(filled)),
    }
    if len(filled):
        low, high = iso(filled.min()), iso(filled.max())
        facts |= {"low": low, "high": high, "example": iso(filled[0])}
    return facts


def iso(moment: np.datetime64) -> str:
    """ISO 8601, without the time where it is midnight.

    >>> iso(np.datetime64("2020-01-02T00:00:00")), iso(np.datetime64("2020-01-02T03:04:00"))
    ('2020-01-02', '2020-01-02T03:04:00')
    """
    written = pd.Timestamp(moment).isoformat()
    return written.removesuffix("T00:00:00")


def _of_booleans(values: Any) -> dict[str, Any]:
    masked = isinstance(values, pd.arrays.BooleanArray)
    filled = values._data[~values._mask] if masked else np.asarray(values)
    yes = int(filled.sum())
    counted = [("True", yes), ("False", len(filled) - yes)]
    facts: dict[str, Any] = {
        "missing": _share(len(values) - len(filled), len(values)),
        "distinct": sum(count > 0 for _, count in counted),
        "categories": tuple(level for level, count in sorted(counted, key=lambda item: -item[1]) if count),
    }
    return facts | ({"example": bool(filled[0])} if len(filled) else {})


def describe_words(
    name: str, kind: Kind, values: pd.Series, spelt: list[str], evidence: str, levels: Levels
) -> Understood:
    """The column of `values`, which are text: one of `spelt` for each of `levels`."""
    ranked = levels.ranked(spelt)
    column = Column(
        name,
        kind,
        missing=_share(len(values) - levels.filled, len(values)),
        distinct=len(ranked),
        example=spelt[levels.present[0]] if len(levels.present) else None,
        categories=tuple(level for level, _ in ranked[:LEVELS_KEPT]) if kind == "category" else (),
        evidence=evidence,
    )
    return Understood(values, column)


_FACTS: dict[str, Any] = {
    "number": _of_numbers,
    "integer": _of_numbers,
    "datetime": _of_dates,
    "boolean": _of_booleans,
}
