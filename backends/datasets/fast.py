"""Clean big files: Arrow's parallel CSV parser, used only where it reads exactly what `rows` would.

Arrow is told to take every cell as text. A file qualifies when its quotes are well formed throughout, its
records end alike and no line is blank; the first row of another width makes the caller fall back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from backends.datasets.raw import RawTable, check_size
from backends.datasets.rows import Form
from backends.settings import Settings

_BLOCK = 1 << 24
_LF, _CR = 10, 13


def read_fast(utf8: bytes, form: Form, offset: int, line: int, width: int, settings: Settings) -> RawTable | None:
    """The records from byte `offset` (on line `line`) on, or None where only the exact reader will do."""
    if not _suits(utf8, form, offset):
        return None
    quoted_breaks = _quoted_breaks(utf8, form, offset)
    if quoted_breaks is None:
        return None
    table = _parsed(utf8, form, offset, width, quoted_breaks)
    if table is None:
        return None
    check_size(table.num_rows, width, settings.max_rows, settings.max_columns)
    columns = [_left_trimmed(column) if form.spaced else column for column in table.columns]
    return RawTable([], columns, [], _lines(utf8, form, offset, line, quoted_breaks))


def _suits(utf8: bytes, form: Form, offset: int) -> bool:
    if form.escapechar or form.comment or len(form.delimiter) != 1 or len(form.quotechar) > 1:
        return False
    if not (form.delimiter + form.quotechar).isascii() or utf8[offset : offset + 1] in (b"\n", b"\r"):
        return False
    if b"\r" in utf8 and utf8.count(b"\r") != utf8.count(b"\r\n"):
        return False
    return not any(blank in utf8 for blank in (b"\n\n", b"\n\r\n", b"\n \n", b"\n \r\n"))


def _quoted_breaks(utf8: bytes, form: Form, offset: int) -> bool | None:
    """Do quoted cells hold line breaks? None when a quote stands where a well-formed file has none.

    In a well-formed file the quotes open and close in turn (a doubled one closes and opens at once): each
    opening quote follows a delimiter, a line break or a quote, each closing one precedes one of them.
    """
    if not form.quotechar or utf8.find(form.quotechar.encode(), offset) < 0:
        return False
    quote, delimiter = ord(form.quotechar), ord(form.delimiter)
    data = np.frombuffer(utf8, dtype=np.uint8)
    edges = np.zeros(256, dtype=bool)
    edges[[quote, delimiter, _LF, _CR]] = True
    opening, breaks = True, False
    for start in range(offset, len(data), _BLOCK):
        at = np.flatnonzero(data[start : start + _BLOCK] == quote) + start
        opens, closes = (at[0::2], at[1::2]) if opening else (at[1::2], at[0::2])
        before = data[opens[opens > offset] - 1]
        after = data[closes[closes < len(data) - 1] + 1]
        if not (edges[before].all() and edges[after].all()):
            return None
        breaks = breaks or _break_inside(data, start, at, opening)
        opening ^= bool(len(at) % 2)
    return breaks if opening else None


def _break_inside(data: np.ndarray, start: int, at: np.ndarray, opening: bool) -> bool:
    """Is there a line break at which an odd number of quotes stand in front?"""
    lines = np.flatnonzero(data[start : start + _BLOCK] == _LF) + start
    inside = (np.searchsorted(at, lines) + (0 if opening else 1)) % 2
    return bool(inside.any())


def _parsed(utf8: bytes, form: Form, offset: int, width: int, quoted_breaks: bool) -> pa.Table | None:
    from pyarrow import csv

    names = [str(at) for at in range(width)]
    try:
        return csv.read_csv(
            pa.BufferReader(pa.py_buffer(utf8).slice(offset)),
            read_options=csv.ReadOptions(column_names=names, block_size=1 << 22),
            parse_options=csv.ParseOptions(
                delimiter=form.delimiter,
                quote_char=form.quotechar or False,
                newlines_in_values=quoted_breaks,
                ignore_empty_lines=False,
            ),
            convert_options=csv.ConvertOptions(column_types={name: pa.string() for name in names}, check_utf8=False),
        )
    except pa.ArrowInvalid:
        return None  # a row of another width, or one larger than a block: the exact reader copes and says so


def _left_trimmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow.compute as pc

    return pc.utf8_ltrim(column, " ")


def _lines(utf8: bytes, form: Form, offset: int, line: int, quoted_breaks: bool):  # type: ignore[no-untyped-def]
    if not quoted_breaks:
        return lambda rows: [line + int(row) for row in rows]
    return lambda rows: _lines_with_breaks(utf8, form, offset, line, rows)


def _lines_with_breaks(utf8: bytes, form: Form, offset: int, line: int, rows: np.ndarray) -> Sequence[int]:
    """Line of each row where quoted cells hold line breaks: a record ends where an even number of quotes stand in front."""
    data = np.frombuffer(utf8, dtype=np.uint8)[offset:]
    quotes, breaks = np.flatnonzero(data == ord(form.quotechar)), np.flatnonzero(data == _LF)
    ends = np.flatnonzero(np.searchsorted(quotes, breaks) % 2 == 0)
    starts = np.concatenate([[0], ends + 1])
    return (starts[np.asarray(rows)] + line).tolist()
