"""CSV that is safe to open in a spreadsheet: no cell of it can be taken for a formula.

Excel and LibreOffice evaluate a cell of a CSV file that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line end,
so that a table of a stranger could run ``=HYPERLINK(…)`` or ``=cmd|…`` where it is opened ("CSV injection"). Such a
cell gets an apostrophe in front, as OWASP advises, and is a text from then on. Numbers keep their signs.

Spaces and characters that nobody sees do not count in front of such a one. A byte order mark (U+FEFF) at the beginning
of a file is taken away by whoever opens it, so that the second character of the first column's name is its first.
"""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

STARTS = "=+-@\t\r\n＝＋－＠"  # the wide forms become the usual ones in some spreadsheets
_HARMLESS = re.compile(r"[+-]+|[+-]?(?:\d+(?:[.,' \u00a0\u202f]\d+)*[.,]?|[.,]\d+)(?:[eE][+-]?\d+)?\s?%?")


def defused(text: str) -> str:
    """The text as a spreadsheet shows it and does not evaluate it.

    >>> [defused(text) for text in ("=1+1", "@sum(a1)", "-5.2", "-", "+1-2", "plain")]
    ["'=1+1", "'@sum(a1)", '-5.2', '-', "'+1-2", 'plain']
    """
    seen = _seen(text)
    if seen and seen[0] in STARTS and not _HARMLESS.fullmatch(seen):
        return f"'{text}"
    return text


def marked(text: str) -> str:
    """As `defused`, in a way that `unmarked` takes back: texts that have the apostrophe already get another one.

    >>> marked("=1+1"), marked("'=1+1"), marked("it")
    ("'=1+1", "''=1+1", 'it')
    """
    bare = text.lstrip("'")
    return f"'{text}" if defused(bare) != bare else text


def unmarked(text: str) -> str:
    """The text that `marked` was given.

    >>> unmarked("'=1+1"), unmarked("''=1+1"), unmarked("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    bare = text.lstrip("'")
    return text[1:] if text[:1] == "'" and defused(bare) != bare else text


def spreadsheet_csv(frame: pd.DataFrame) -> bytes:
    """The frame as UTF-8 CSV with its texts and column names `defused`; everything else has full precision.

    >>> spreadsheet_csv(pd.DataFrame({"=a": ["=1+1", "x"], "b": [-1, 2]}))
    b"'=a,b\\n'=1+1,-1\\nx,2\\n"
    """
    columns = [_defused(frame.iloc[:, at]) for at in range(frame.shape[1])]
    safe = pd.concat(columns, axis=1) if columns else frame
    safe.columns = pd.Index([_cell(name) for name in frame.columns], dtype=object)
    return exact_csv(safe)


def exact_csv(frame: pd.DataFrame) -> bytes:
    """The frame as UTF-8 CSV with every cell as it is, for programs.

    Lines end in LF. Where a text holds a CR they end in CR LF, as a writer quotes only what its own line ends have: a
    CR without quotes begins a new row for everybody who reads the file.

    >>> exact_csv(pd.DataFrame({"a": ["x", "y\\r=1"], "b": [1, 2]}))
    b'a,b\\r\\nx,1\\r\\n"y\\r=1",2\\r\\n'
    """
    text = frame.to_csv(index=False, lineterminator="\n")
    if "\r" in text:
        text = frame.to_csv(index=False, lineterminator="\r\n")
    return text.encode("utf-8", "replace")


def _defused(column: pd.Series) -> pd.Series:
    """The column; a copy of it where any of its texts has to be changed."""
    kind = column.dtype
    if isinstance(kind, pd.CategoricalDtype):
        if kind.categories.map(_dangerous).any():
            return column.astype(object).map(_cell, na_action="ignore")
        return column
    if not (pd.api.types.is_string_dtype(kind) or pd.api.types.is_object_dtype(kind)):
        return column
    if column.map(_dangerous, na_action="ignore").fillna(False).astype(bool).any():
        return column.astype(object).map(_cell, na_action="ignore")
    return column


def _seen(text: str) -> str:
    """The text from the first character that counts: one of `STARTS`, or the first that is printed and no space."""
    for at, character in enumerate(text):
        if (at == 0 and character in STARTS) or (character.isprintable() and not character.isspace()):
            return text[at:]
    return ""


def _dangerous(value: Any) -> bool:
    return isinstance(value, str) and defused(value) != value


def _cell(value: Any) -> Any:
    return defused(value) if isinstance(value, str) else value
