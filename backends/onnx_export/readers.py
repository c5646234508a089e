"""One value of one column → what the graph takes: the rules of `training.values` for single values, and quick.

A table of many rows is read column by column with pandas; for one row that takes longer than the model. So each
column's rules are compiled once into a function of a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.numbers import pattern
from backends.datasets.schema import Column, ValueFormat
from backends.errors import WorkbenchError
from backends.onnx_export.date_texts import microseconds, quick_dates
from backends.onnx_export.recipe_steps import Changes
from backends.onnx_export.signature import MISSING_DATE, GraphInput
from backends.training.values import (
    FALSE_TEXTS,
    MISSING_MARKS,
    MISSING_WORD,
    TRUE_TEXTS,
    date_values,
    is_missing,
    level_text,
    words,
)

Read = Callable[[Any], Any]
NAN = float("nan")
CACHED = 4096  # texts of dates that each column remembers
BLOCK = 1024  # characters that are looked up together; the halves of surrogate pairs, which no text has, are two blocks
LONGEST_DATE = 64  # characters; a longer text is no date


class WrongTypeError(Exception):
    """The value is none of its column."""


def reader(column: Column, given: GraphInput, changes: Changes) -> Read:
    """How a value of `column` becomes one of the graph's input `given`; it raises WrongTypeError where it cannot."""
    if given.tensor == "string":
        return _words_reader(column, changes) if given.words else _level_reader(column, changes)
    if given.tensor == "int64":
        return _date_reader(column, changes)
    return _boolean_reader(column) if column.kind == "boolean" else _number_reader(column, changes)


def _number_reader(column: Column, changes: Changes) -> Read:
    parse, gone = number_parser(column.format), changes.numbers
    meaningful = _meaningful(column)

    def read(value: Any) -> float:
        kind = type(value)
        if kind is float:
            number = value
        elif kind is int:
            number = _float(value)
        elif value is None:
            return NAN
        elif kind is str:
            text = meaningful(value)
            number = parse(text) if text else NAN
        else:
            number = _plain_number(value)
        return NAN if number in gone else number

    return read


def _float(value: int | Decimal) -> float:
    """A whole number beyond all doubles is infinite, as its text is."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def _plain_number(value: Any) -> float:
    """A number of another library. A truth is none: a client that sends one has mixed up its columns."""
    if is_missing(value):
        return NAN
    if isinstance(value, int | float | np.number | Decimal) and not isinstance(value, bool):
        return _float(value)  # type: ignore[arg-type]
    raise WrongTypeError


def number_parser(form: ValueFormat, make: Callable[[str], float] = float) -> Callable[[str], float]:
    """`datasets.numbers.parse_numbers` for one text; `make` has the digits, with a decimal point.

    >>> number_parser(ValueFormat(decimal=",", strip=" €"))("1,50 €")
    1.5
    """
    fits = re.compile(pattern(form.decimal, form.thousands), re.ASCII).fullmatch
    symbols = re.escape(form.strip)
    signed = re.compile(rf"^([+-])[{symbols}]+") if symbols else None
    divisor = round(1 / form.scale) if form.scale != 1.0 else 0

    def parse(text: str) -> float:
        core = text.strip(form.strip) if symbols else text
        if form.parentheses and core.startswith("(") and core.endswith(")"):
            core = f"-{core[1:-1].strip(form.strip)}"
        if signed is not None:
            core = signed.sub(r"\1", core)
        if not fits(core):
            raise WrongTypeError
        if form.thousands:
            core = core.replace(form.thousands, "")
        number = make(core.replace(form.decimal, "."))
        return number / divisor if divisor else number

    return parse


def _boolean_reader(column: Column) -> Read:
    usual = dict.fromkeys(FALSE_TEXTS, 0.0) | dict.fromkeys(TRUE_TEXTS, 1.0)
    given = dict.fromkeys(column.format.false_values, 0.0) | dict.fromkeys(column.format.true_values, 1.0)
    meaningful = _meaningful(column)

    def read(value: Any) -> float:
        if value is True or value is False:
            return float(value)
        if value is None:
            return NAN
        if not isinstance(value, str):
            if is_missing(value):
                return NAN
            value = str(_single(value))
        text = meaningful(value)
        if not text:
            return NAN
        number = given.get(text)
        number = usual.get(text.lower()) if number is None else number
        if number is None:
            raise WrongTypeError
        return number

    return read


def _date_reader(column: Column, changes: Changes) -> Read:
    meaningful, gone = _meaningful(column), changes.moments
    quick = quick_dates(column.format.date_format)

    @lru_cache(maxsize=CACHED)
    def slowly(text: str) -> int:
        try:
            dates = date_values(pd.Series([text], dtype="str"), column)
        except WorkbenchError:
            raise WrongTypeError from None
        return int(dates.to_numpy(dtype="datetime64[us]").astype(np.int64)[0])

    def of_text(value: str) -> int:
        found = quick(value)
        if found is None:
            text = meaningful(value)
            if not text:
                return MISSING_DATE
            if len(text) > LONGEST_DATE:
                raise WrongTypeError
            found = slowly(text)
        return found

    def read(value: Any) -> int:
        if value is None:
            return MISSING_DATE
        if type(value) is str:
            moment = of_text(value)
        elif is_missing(value):
            return MISSING_DATE
        elif isinstance(value, int | float | np.number):
            raise WrongTypeError
        else:
            moment = microseconds(value) if type(value).__name__ == "datetime" else of_text(str(_single(value)))
        return MISSING_DATE if moment in gone else moment

    return read


def _level_reader(column: Column, changes: Changes) -> Read:
    levels, changed = set(column.categories), changes.of_text if changes.texts else None

    def read(value: Any) -> str:
        if type(value) is str:
            text = value
        elif value is None or is_missing(value):
            return ""
        else:
            text = level_text(_single(value), levels)
        if not text.isascii():
            _check_unicode(text)
        return changed(text) if changed else text

    return read


def _words_reader(column: Column, changes: Changes) -> Read:
    read, plain = _level_reader(column, changes), _PLAIN
    return lambda value: " ".join(read(value).translate(plain).split()) or MISSING_WORD


class _PlainWords(dict[int, str]):
    """What `values.words` makes of each character alone, for `str.translate`: its lower case, or a blank."""

    def __missing__(self, code: int) -> str:
        made = _block(code // BLOCK)[code % BLOCK]
        if code < 128:
            self[code] = made
        return made


@lru_cache(maxsize=64)  # of about a thousand: some pages of each script in use
def _block(number: int) -> str:
    """The same for the characters of one block of `BLOCK`, in their order."""
    characters = [chr(code) for code in range(number * BLOCK, (number + 1) * BLOCK)]
    made = words(pd.Series(characters, dtype="str"), Column("", "text"))
    return "".join(" " if word == MISSING_WORD else word for word in made)


_PLAIN = _PlainWords()


def _meaningful(column: Column) -> Callable[[str], str]:
    """A text without the blanks around it; "" where it means no value."""
    exceptions = frozenset(column.exceptions)
    return lambda value: "" if (text := value.strip()).lower() in MISSING_MARKS or text in exceptions else text


def _single(value: Any) -> Any:
    """The value. Raises WrongTypeError for a list, a mapping or another collection."""
    if not pd.api.types.is_scalar(value):
        raise WrongTypeError
    return value


def _check_unicode(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise WrongTypeError from None
