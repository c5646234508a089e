"""What one cell of text looks like: the vote that delimiter and header detection count."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from backends.datasets.marks import MISSING

CellType = Literal["empty", "number", "date", "time", "boolean", "address", "text"]

CURRENCY = "$€£¥₹₽₩₺"
_AMOUNT = (
    r"(?:\d{1,3}(?:(?P<t>[,.'\u2019\u00a0\u202f ])\d{3})(?:(?P=t)\d{3})*|\d+)?(?:[.,]\d+|(?<=\d)[.,]?)(?:[eE][+-]?\d+)?"
)
_NUMBER = re.compile(
    rf"\(?[+-]?\s?[{CURRENCY}]?\s?[+-]?{_AMOUNT}\s?[%{CURRENCY}]?\)?|[+-]?(?:inf|infinity)", re.IGNORECASE
)
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?(?:\s?[AaPp]\.?[Mm]\.?)?"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = (
    r"\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})|\d{4}-\d{2}"
    rf"|\d{{1,2}}[ -]{_MONTH}[ ,-]{{1,2}}\d{{2,4}}|{_MONTH} \d{{1,2}},? \d{{4}}"
)
_DATE = re.compile(rf"(?:{_DAY})(?:[T ]\s?{_CLOCK}(?:\s?(?:Z|UTC|[+-]\d{{2}}:?\d{{2}}))?)?", re.IGNORECASE)
_TIME = re.compile(_CLOCK)
_BOOLEAN = re.compile(r"true|false|yes|no", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:https?|ftp)://\S+|[\w.+-]+@[\w-]+\.[\w.-]+|\d{1,3}(?:\.\d{1,3}){3}", re.IGNORECASE)

_PATTERNS: tuple[tuple[CellType, re.Pattern[str]], ...] = (
    ("number", _NUMBER),
    ("date", _DATE),
    ("time", _TIME),
    ("boolean", _BOOLEAN),
    ("address", _ADDRESS),
)
LONGEST = 100  # no number, date or address that we know is longer


@lru_cache(maxsize=200_000)
def cell_type(cell: str) -> CellType:
    """The kind of value that `cell` reads like, blanks around it ignored.

    >>> [cell_type(text) for text in ("1.234,5", "£ 3", "-2e5", "16/07/2010", "00:15", "No", "a b", " ", "NA")]
    ['number', 'number', 'number', 'date', 'time', 'boolean', 'text', 'empty', 'empty']
    """
    cell = cell.strip()
    if cell in MISSING:
        return "empty"
    if len(cell) > LONGEST:
        return "text"
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(cell) and (name != "number" or any(c.isdigit() for c in cell) or "inf" in cell.lower()):
            return name
    return "text"


def typed(cell: str) -> bool:
    """Is `cell` more than words: a number, date, time or address? (A yes or no may be a name.)"""
    return cell_type(cell) not in ("empty", "text", "boolean")
