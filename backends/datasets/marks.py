"""Marks of missing values: which texts mean "no value", and where.

Some marks mean it wherever they stand (`NA`, `NULL`, `?`); others only among numbers, dates and yes/no, because in
a column of words they may be a level (`None` for a material, `-`, `unknown`). `Dialect.missing_values` lists both.

A list that is given counts as it is, each of its marks in every column. One exception keeps small edits small:
while a list still holds more than half of the marks of the second sort, it is the default one with changes, and
these marks go on counting among values only. An empty cell is missing always and need not be listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_EVERYWHERE = (
    "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "NAN", "-nan", "-NaN",
    "NULL", "Null", "null", "(null)", "?", "\\N",
)  # fmt: skip
_AMONG_VALUES = (
    "na", "None", "none", "NONE", "nil", "-", "--", "---", ".", "..", "...", "*", "missing", "Missing",
    "n.a.", "N.A.", "nd", "n.d.", "unknown", "Unknown", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?",
)  # fmt: skip
DEFAULT = (*_EVERYWHERE, *_AMONG_VALUES)
MISSING = frozenset(("", *_EVERYWHERE))
MISSING_AMONG_VALUES = frozenset(_AMONG_VALUES)


@dataclass(frozen=True)
class Marks:
    """The texts (without blanks around them) that mean "no value": in any column, and among values."""

    anywhere: frozenset[str] = MISSING
    among_values: frozenset[str] = MISSING | MISSING_AMONG_VALUES

    @classmethod
    def from_list(cls, listed: Iterable[str]) -> Marks:
        """The marks of a list as `Dialect.missing_values` holds it.

        >>> Marks.from_list(DEFAULT) == Marks(), Marks.from_list(()).among_values
        (True, frozenset({''}))
        >>> "None" in Marks.from_list([*DEFAULT, "x"]).anywhere, "None" in Marks.from_list(["None"]).anywhere
        (False, True)
        """
        every = frozenset((*cleaned(listed), ""))
        doubtful = every & MISSING_AMONG_VALUES
        edited = 2 * len(doubtful) > len(MISSING_AMONG_VALUES)
        return cls(every - doubtful if edited else every, every)


def cleaned(listed: Iterable[str]) -> tuple[str, ...]:
    """A list of marks without blanks around them, without repetitions and without the empty text.

    >>> cleaned([" x", "x", "", "y"])
    ('x', 'y')
    """
    return tuple(dict.fromkeys(mark.strip() for mark in listed if mark.strip()))
