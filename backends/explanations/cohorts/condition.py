"""One condition on one column: an interval, some levels, or whether there is a value at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from backends.datasets.classes import class_label
from backends.datasets.schema import ValueFormat
from backends.errors import WorkbenchError

Operator = Literal["between", "is", "is not", "missing", "known"]
OPERATORS: tuple[Operator, ...] = get_args(Operator)
Value = float | int | bool | str | None
LEVELS_IN_WORDS = 5
LONGEST = 60  # characters of a level in words
THOUSANDS = 10_000  # from here on digits are grouped; a year is not


@dataclass(frozen=True)
class Condition:
    """What a row's value in `column` has to be.

    | operator | `values` | met by |
    | --- | --- | --- |
    | between | (low, high) | low ≤ value < high; None leaves an end open; dates are ISO 8601 texts |
    | is, is not | one or more levels | a value that is one of them; a value that is none of them |
    | missing, known | none | no value; any value |

    A row without a value meets "between", "is" and "is not" only with `or_missing`.

    >>> Condition("age", "between", (40, 60)).words
    'age from 40 to below 60'
    >>> Condition("job", "is", ("clerk", "cook"), or_missing=True).words
    "job is 'clerk' or 'cook' or missing"
    """

    column: str
    operator: Operator
    values: tuple[Value, ...] = ()
    or_missing: bool = False
    format: ValueFormat = field(default_factory=ValueFormat)  # how the file writes the values

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise WorkbenchError(
                f"A condition on {self.column!r} says {self.operator!r}, which means nothing.",
                hint=f"Use one of {', '.join(OPERATORS)}.",
            )
        wrong = _CHECKS[self.operator](self.values)
        if wrong:
            raise WorkbenchError(f"The condition on {self.column!r} {wrong}.", hint="Change its values.")

    def mask(self, frame: pd.DataFrame) -> np.ndarray:
        """Which rows meet it, (rows,) bool. Raises WorkbenchError for an absent column or values of another type.

        >>> Condition("age", "between", (40, None)).mask(pd.DataFrame({"age": [39, 40, None]})).tolist()
        [False, True, False]
        """
        if self.column not in frame.columns:
            raise WorkbenchError(
                f"The cohort is about {self.column!r}, which these rows do not have.", hint="Choose another column."
            )
        series = frame[self.column]
        missing = series.isna().to_numpy(dtype=bool)
        met = _MASKS[self.operator](self, series, missing)
        return met | missing if self.or_missing else met

    @property
    def words(self) -> str:
        """The condition for people."""
        said = f"{self.column} {_WORDS[self.operator](self)}"
        return f"{said} or missing" if self.or_missing else said

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return {**asdict(self), "values": list(self.values)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Condition:
        """Read back what `to_dict` gave. Raises WorkbenchError for what is no condition."""
        try:
            written = dict(data.get("format", {}))
            marks = {key: tuple(written.get(key, ())) for key in ("true_values", "false_values")}
            form = ValueFormat(**{**written, **marks})
            values = tuple(data.get("values", ()))
            return cls(str(data["column"]), data["operator"], values, bool(data.get("or_missing", False)), form)
        except (KeyError, TypeError, AttributeError) as error:
            raise WorkbenchError(
                f"This is no condition: {str(data)[:200]}.", hint="It needs column, operator, values."
            ) from error


def _no_interval(values: tuple[Value, ...]) -> str:
    if len(values) != 2 or values == (None, None):
        return f"needs a low or a high end, not {values}"
    low, high = values
    if any(isinstance(end, float) and np.isnan(end) for end in values):
        return "has an end that is not a number"
    if None in values:
        return ""
    if isinstance(low, str) != isinstance(high, str):
        return f"has ends of two kinds, {low!r} and {high!r}"
    return "" if low < high else f"runs from {low} to {high}; no value is in between"  # type: ignore[operator]


def _no_levels(values: tuple[Value, ...]) -> str:
    if not values:
        return "names no level"
    return "names a missing value as a level" if any(value is None or value != value for value in values) else ""


def _no_value(values: tuple[Value, ...]) -> str:
    return f"takes no values, but has {values}" if values else ""


def _between(condition: Condition, series: pd.Series, missing: np.ndarray) -> np.ndarray:
    low, high = (_end(condition, series, value) for value in condition.values)
    numbers = series.to_numpy() if series.dtype.kind == "M" else series.to_numpy(dtype=np.float64, na_value=np.nan)
    above = ~missing if low is None else numbers >= low
    below = ~missing if high is None else numbers < high
    return above & below


def _end(condition: Condition, series: pd.Series, value: Value) -> Any:
    """An end of an interval as the column's own type."""
    if not (series.dtype.kind == "M" or pd.api.types.is_numeric_dtype(series.dtype)):
        raise WorkbenchError(
            f"{condition.column!r} is text, so no value of it is {_interval_words(condition)}.",
            hint="Choose its levels instead.",
        )
    if value is None:
        return None
    try:
        if series.dtype.kind == "M":
            return np.datetime64(str(value))
        return float(value)
    except ValueError:
        raise _of_another_type(condition, series, value) from None


def _is(condition: Condition, series: pd.Series, missing: np.ndarray) -> np.ndarray:
    numeric, dates = pd.api.types.is_numeric_dtype(series.dtype), series.dtype.kind == "M"
    wrong = next((value for value in condition.values if isinstance(value, str) == numeric), None)
    if wrong is not None:
        raise _of_another_type(condition, series, wrong)
    wanted = [_end(condition, series, value) for value in condition.values] if dates else list(condition.values)
    return series.isin(wanted).to_numpy(dtype=bool) & ~missing


def _is_not(condition: Condition, series: pd.Series, missing: np.ndarray) -> np.ndarray:
    return ~_is(condition, series, missing) & ~missing


def _of_another_type(condition: Condition, series: pd.Series, value: Value) -> WorkbenchError:
    kind = "dates" if series.dtype.kind == "M" else "numbers" if pd.api.types.is_numeric_dtype(series.dtype) else "text"
    return WorkbenchError(
        f"{condition.column!r} holds {kind}; the condition asks for {value!r}.", hint="Change the condition's values."
    )


def _interval_words(condition: Condition) -> str:
    low, high = (None if value is None else _short(value) for value in condition.values)
    if high is None:
        return f"from {low}"
    return f"below {high}" if low is None else f"from {low} to below {high}"


def _level_words(condition: Condition) -> str:
    names = [_level(value, condition.format) for value in condition.values]
    if len(names) > LEVELS_IN_WORDS:
        names = [*names[:LEVELS_IN_WORDS], f"one of {len(names) - LEVELS_IN_WORDS} more"]
    *first, last = names
    return f"{condition.operator} {', '.join(first)} or {last}" if first else f"{condition.operator} {last}"


def _level(value: Value, form: ValueFormat) -> str:
    if not isinstance(value, str):
        return class_label(value, form)
    return f"'{value if len(value) <= LONGEST else value[: LONGEST - 1] + '…'}'"


def _short(value: float | int | bool | str) -> str:
    if isinstance(value, str):
        return value.replace("T00:00:00", "").replace("T", " ")
    if not float(value).is_integer():
        return repr(float(value))
    return f"{int(value):,}" if abs(value) >= THOUSANDS else str(int(value))


_CHECKS: dict[Operator, Callable[[tuple[Value, ...]], str]] = {
    "between": _no_interval, "is": _no_levels, "is not": _no_levels, "missing": _no_value, "known": _no_value,
}  # fmt: skip
_MASKS: dict[Operator, Callable[[Condition, pd.Series, np.ndarray], np.ndarray]] = {
    "between": _between,
    "is": _is,
    "is not": _is_not,
    "missing": lambda condition, series, missing: missing,
    "known": lambda condition, series, missing: ~missing,
}
_WORDS: dict[Operator, Callable[[Condition], str]] = {
    "between": _interval_words,
    "is": _level_words,
    "is not": _level_words,
    "missing": lambda condition: "is missing",
    "known": lambda condition: "is known",
}
