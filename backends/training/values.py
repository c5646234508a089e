"""One column's values, however they were given, as numbers or text; the column's format reads text."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.schema import Column
from backends.errors import WorkbenchError

MISSING_WORD = "_missing_"  # the one word of a text without words
# Texts, in lower case, that mean no value among numbers, booleans and dates; those that mean yes; and no.
MISSING_MARKS = frozenset({"", "na", "n/a", "nan", "nat", "null", "none", "<na>"})
TRUE_TEXTS = frozenset({"true", "yes", "y", "t", "1", "1.0"})
FALSE_TEXTS = frozenset({"false", "no", "n", "f", "0", "0.0"})
_EPOCH = pd.Timestamp("1970-01-01")
_MANY = 1000  # rows from which sharing equal strings saves more memory than it costs time

DATE_PARTS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "year": lambda dates: dates.dt.year,
    "month": lambda dates: dates.dt.month,
    "day": lambda dates: dates.dt.day,
    "weekday": lambda dates: dates.dt.day_of_week,
    "hour": lambda dates: dates.dt.hour,
    "days since 1970": lambda dates: (dates - _EPOCH) / pd.Timedelta(days=1),
}


def number_values(values: pd.Series, column: Column) -> np.ndarray:
    """Float64; missing is NaN. Raises WorkbenchError for a value that is no number.

    >>> from backends.datasets.schema import ValueFormat
    >>> price = Column("price", "number", format=ValueFormat(decimal=",", thousands=".", strip="€ "))
    >>> number_values(pd.Series(["1.234,50 €", None, 7]), price).tolist()
    [1234.5, nan, 7.0]
    """
    if pd.api.types.is_numeric_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = np.array(
        [np.nan if _is_text(v) or is_missing(v) else _plain_number(v, column) for v in values], dtype=float
    )
    text = _text_of(values, column)
    if len(text):
        import pyarrow as pa

        from backends.datasets.numbers import parse_numbers

        read = parse_numbers(pa.array(text, type=pa.large_string()), column.format)
        _refuse(text[~read.valid], column, "a number")
        numbers[text.index] = read.values
    return numbers


def boolean_values(values: pd.Series, column: Column) -> np.ndarray:
    """Float64 0, 1 or NaN. Raises WorkbenchError for a value that is neither true nor false.

    >>> boolean_values(pd.Series(["yes", None, False]), Column("member", "boolean")).tolist()
    [1.0, nan, 0.0]
    """
    if pd.api.types.is_bool_dtype(values.dtype):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    values = values.reset_index(drop=True)
    text = _text_of(values.astype(object).where(values.isna(), values.astype(str)), column)
    given = dict.fromkeys(column.format.false_values, 0.0) | dict.fromkeys(column.format.true_values, 1.0)
    usual = dict.fromkeys(FALSE_TEXTS, 0.0) | dict.fromkeys(TRUE_TEXTS, 1.0)
    read = text.map(given).astype(float).fillna(text.str.lower().map(usual).astype(float))
    _refuse(text[read.isna()], column, "true or false")
    numbers = np.full(len(values), np.nan)
    numbers[text.index] = read.to_numpy()
    return numbers


def date_parts(values: pd.Series, column: Column) -> dict[str, np.ndarray]:
    """Each of `DATE_PARTS` as float64; a missing date is NaN in all. Times with a zone are taken in UTC.

    Raises WorkbenchError for a value that is no date.

    >>> parts = date_parts(pd.Series(["2024-02-29"]), Column("born", "datetime"))
    >>> parts["weekday"].tolist(), parts["days since 1970"].tolist()
    ([3.0], [19782.0])
    """
    dates = date_values(values, column)
    return {name: part(dates).to_numpy(dtype=np.float64, na_value=np.nan) for name, part in DATE_PARTS.items()}


def category_values(values: pd.Series, column: Column) -> np.ndarray:
    """Text, object; missing is "". A whole number is written without a decimal point unless the levels have one.

    >>> category_values(pd.Series([3, None]), Column("grade", "category", categories=("3", "4"))).tolist()
    ['3', '']
    """
    if values.dtype == "str":
        return _shared(values) if len(values) > _MANY else values.fillna("").to_numpy(dtype=object)
    levels = set(column.categories)
    return np.array(
        ["" if is_missing(v) else v if _is_text(v) else level_text(v, levels) for v in values], dtype=object
    )


def words(values: pd.Series, column: Column) -> np.ndarray:
    """Text, object: lower-case words (letters, digits, underscores of any script) separated by one blank.

    >>> words(pd.Series(["Très  bon!", None]), Column("review", "text")).tolist()
    ['très bon', '_missing_']
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    text = pa.array(category_values(values, column), type=pa.large_string())
    spaced = pc.replace_substring_regex(pc.utf8_lower(text), pattern=r"[^\pL\pM\pN_]+", replacement=" ")
    trimmed = pc.utf8_trim(spaced, characters=" ")
    return pc.if_else(pc.equal(trimmed, ""), MISSING_WORD, trimmed).to_numpy(zero_copy_only=False)


def date_values(values: pd.Series, column: Column) -> pd.Series:
    """Datetimes without a zone; text is read with the column's format or else as ISO 8601.

    Raises WorkbenchError for a value that is no date.
    """
    if not pd.api.types.is_datetime64_any_dtype(values.dtype):
        values = values.reset_index(drop=True)
        numbers = values[[not is_missing(v) and isinstance(v, int | float | np.number) for v in values]]
        _refuse(numbers, column, "a date")
        text = values.astype(object).where(values.isna(), values.astype(str)).str.strip()
        text = text[~text.str.lower().isin(MISSING_MARKS) & ~text.isin(column.exceptions)].dropna()
        read = _read_dates(text, column.format.date_format)
        _refuse(text[read.isna()], column, "a date")
        values = read.reindex(values.index)
    if values.dt.tz is not None:
        values = values.dt.tz_convert("UTC").dt.tz_localize(None)
    return values


def _read_dates(text: pd.Series, form: str) -> pd.Series:
    """UTC datetimes in microseconds; NaT where the text fits neither the format `form` ("" is none) nor ISO 8601."""
    iso = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True).dt.as_unit("us")
    if not form:
        return iso
    return pd.to_datetime(text, format=form, errors="coerce", utc=True).dt.as_unit("us").fillna(iso)


def _text_of(values: pd.Series, column: Column) -> pd.Series:
    """The values that are text and mean something, stripped of blanks, with their positions as index."""
    values = values.reset_index(drop=True)
    text = values[[_is_text(v) for v in values]].astype("str").str.strip()
    return text[~text.str.lower().isin(MISSING_MARKS) & ~text.isin(column.exceptions)]


def _plain_number(value: object, column: Column) -> float:
    """A number that is a Python object."""
    if isinstance(value, int | float | np.number | np.bool_ | Decimal):
        return float(value)
    raise _refusal(value, column, "a number")


def level_text(value: object, levels: set[str]) -> str:
    """The text of a category that was given as another type; numbers as the levels write them.

    >>> level_text(3.0, {"3"}), level_text(3.0, {"3.0"})
    ('3', '3.0')
    """
    if isinstance(value, float) and value.is_integer() and str(value) not in levels:
        return str(int(value))
    return str(value)


def _shared(values: pd.Series) -> np.ndarray:
    """The texts as an object array in which equal texts are one object."""
    codes, levels = pd.factorize(values)
    return np.append(np.asarray(levels, dtype=object), "")[codes]


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def is_missing(value: Any) -> bool:
    """Whether a single value is None, NaN, NaT or NA."""
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _refuse(wrong: pd.Series, column: Column, wanted: str) -> None:
    if len(wrong):
        raise _refusal(wrong.iloc[0], column, wanted)


def _refusal(value: object, column: Column, wanted: str) -> WorkbenchError:
    example = f", such as {column.example!r}" if column.example is not None else ""
    return WorkbenchError(
        f"Column {column.name!r} holds {str(value)[:80]!r}, which is not {wanted}.",
        hint=f"Give {wanted}{example}, or leave the value empty.",
    )
