"""What had to be done to the text of numbers and dates to make values of them, in words and as one note a column."""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from backends.datasets import dates, numbers
from backends.datasets.cells import CURRENCY
from backends.datasets.describe import Understood, iso
from backends.datasets.levels import Levels
from backends.datasets.schema import ValueFormat

_BLANK = {" ": "a blank", "\u00a0": "a no-break blank", "\u202f": "a narrow blank", "\u2009": "a thin blank"}


def tell_numbers(found: Understood, levels: Levels, parsed: numbers.Parsed, written: ValueFormat) -> Understood:
    """The same with evidence and a note on the numbers that were not written as plain ones.

    Mixed currencies are a warning: their amounts cannot be compared.
    """
    converted = parsed.valid & ~levels.missing & _converted(levels.trimmed, written)
    if not converted.any():
        return found
    signs = _signs(written.strip)
    how = "; ".join(_how(levels.trimmed.filter(pa.array(converted)), written, signs))
    at = int(np.flatnonzero(converted)[0])
    message = f"The numbers of {found.column.name!r} were converted ({how}): {_example(levels, parsed, at)}."
    if len(signs) > 1:
        message += " Amounts in different currencies cannot be compared."
    severity = "warning" if len(signs) > 1 else "repair"
    count, rows = int(levels.counts[converted].sum()), levels.rows_of(converted)
    return found.evidenced(how).noted("numbers-converted", message, count, rows, severity)


def _converted(texts: pa.Array, written: ValueFormat) -> np.ndarray:
    """Which texts would be no number, or another one, if they were read as they stand?"""
    plain = pc.match_substring_regex(texts, f"^(?:{numbers.pattern('.', '')})$")
    marks = [mark for mark in (written.thousands, written.decimal.replace(".", "")) if mark]
    holding = [np.asarray(pc.match_substring(texts, mark), dtype=bool) for mark in marks]
    return np.logical_or.reduce([~np.asarray(plain, dtype=bool), *holding])


def _signs(strip: str) -> list[str]:
    return [code for code in numbers.CODES if code in strip] + [sign for sign in strip if sign in CURRENCY]


def _how(texts: pa.Array, written: ValueFormat, signs: list[str]) -> list[str]:
    """The conversions that any of `texts` needed, in the order in which a person reads them off."""
    thousands, decimal = written.thousands, written.decimal
    between = _BLANK.get(thousands, repr(thousands))
    possible = (
        (written.scale != 1.0, "%", f"written with %, divided by {round(1 / written.scale)}"),
        (decimal == ",", ",", "decimal comma"),
        (bool(thousands), rf"\d{re.escape(thousands)}\d", f"{between} between thousands"),
        (written.parentheses, r"^\(", "parentheses read as minus"),
        (len(signs) == 1, ".", f"the currency sign {signs[0] if signs else ''} taken off"),
        (len(signs) > 1, ".", f"the currency signs {', '.join(signs)} taken off"),
    )
    return [told for so, sign, told in possible if so and bool(pc.any(pc.match_substring_regex(texts, sign)).as_py())]


def _example(levels: Levels, parsed: numbers.Parsed, at: int) -> str:
    return f"{levels.value(at)!r} became {parsed.values[at].item()}"


def tell_dates(found: Understood, levels: Levels, values: np.ndarray, written: str, doubt: bool) -> Understood:
    """The same with the format as evidence, and a note where the dates do not begin with the year.

    `values` has a date per level. Where no value tells day from month (`doubt`) the note is a warning.
    """
    first = dates.day_first(written)
    order = {True: "day first", False: "month first", None: "written"}[first]
    found = found.evidenced(f"{order}{'' if first is None else ':'} {written}")
    if written.startswith(("%Y", "%y")) and not doubt:
        return found
    read = ~np.isnat(values) & ~levels.missing
    at, name = int(np.flatnonzero(read)[0]), found.column.name
    example = f"{levels.value(at)!r} became {iso(values[at])}"
    if doubt:
        order = "day before month" if first else "month before day"
        message = f"No date of {name!r} tells day from month; they were read {order} ({written}): {example}."
        return found.noted("date-order-guessed", message, severity="warning")
    message = f"The dates of {name!r} were read {order.replace('written', 'as')} ({written}): {example}."
    return found.noted("dates-converted", message, int(levels.counts[read].sum()), severity="repair")
