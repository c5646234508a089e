"""Clean big files: Arrow's parallel CSV parser, used only where it reads exactly what `rows` would.

Arrow is told to take every cell as text. A file qualifies when its quotes are well formed throughout, its
lines end alike; a row of another width or a blank line makes the caller fall back.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from backends.datasets.raw import RawTable, check_size
from backends.datasets.rows import Form
from backends.datasets.segments import Segments
from backends.settings import Settings

_BLOCK = 1 << 24
SEGMENT = 1 << 22  # bytes; small enough that buffers are reused, large enough that calls do not count
_LF, _CR = 10, 13


def read_fast(
    utf8: bytes, form: Form, offset: int, line: int, width: int, settings: Settings, numbers: bool = False
) -> RawTable | None:
    """The records from byte `offset` (on line `line`) on, or None where only the exact reader will do.

    With `numbers`, columns of plain numbers are converted on the way; the table's `plain` says which.
    """
    if not _suits(utf8, form, offset):
        return None
    quoted_breaks = _quoted_breaks(utf8, form, offset)
    if quoted_breaks is None:
        return None
    ends = _record_ends(utf8, form, offset)[1] if quoted_breaks else None
    segments = Segments(utf8, _cuts(utf8, offset, ends), form, width, quoted_breaks)
    try:
        columns, plain = segments.read(numbers)
    except pa.ArrowInvalid:
        return None  # a row of another width: the exact reader copes and says so
    breaks = utf8.count(b"\n", offset) if ends is None else len(ends)
    if len(columns[0]) != breaks + (len(utf8) > offset and not utf8.endswith(b"\n")):
        return None  # Arrow leaves blank lines out
    check_size(len(columns[0]), width, settings.max_rows, settings.max_columns)
    return RawTable([], columns, [], plain, _lines(utf8, form, offset, line, quoted_breaks))


def _cuts(utf8: bytes, offset: int, ends: np.ndarray | None) -> list[int]:
    """Offsets of records about a segment apart; `ends` are those of the record ends where not every line is one."""
    cuts = [offset]
    while cuts[-1] < len(utf8):
        start = cuts[-1] + SEGMENT
        if ends is None:
            at = utf8.find(b"\n", start)
        else:
            after = np.searchsorted(ends, start)
            at = int(ends[after]) if after < len(ends) else -1
        cuts.append(len(utf8) if at < 0 else at + 1)
    return cuts


def _suits(utf8: bytes, form: Form, offset: int) -> bool:
    if form.escapechar or form.comment or len(form.delimiter) != 1 or len(form.quotechar) > 1:
        return False
    if not (form.delimiter + form.quotechar).isascii() or utf8[offset : offset + 1] in (b"\n", b"\r"):
        return False
    return b"\r" not in utf8 or utf8.count(b"\r") == utf8.count(b"\r\n")


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


def _record_ends(utf8: bytes, form: Form, offset: int) -> tuple[np.ndarray, np.ndarray]:
    """Which line breaks (counted from 0) end a record, and where: those with an even number of quotes in front."""
    data = np.frombuffer(utf8, dtype=np.uint8)
    quotes, breaks = (_positions(data, byte, offset) for byte in (ord(form.quotechar), _LF))
    ending = np.flatnonzero(np.searchsorted(quotes, breaks) % 2 == 0)
    return ending, breaks[ending]


def _positions(data: np.ndarray, byte: int, offset: int) -> np.ndarray:
    blocks = range(offset, len(data), _BLOCK)
    return np.concatenate([np.flatnonzero(data[start : start + _BLOCK] == byte) + start for start in blocks])


def _lines(utf8: bytes, form: Form, offset: int, line: int, quoted_breaks: bool):  # type: ignore[no-untyped-def]
    if not quoted_breaks:
        return lambda rows: [line + int(row) for row in rows]
    return lambda rows: _lines_with_breaks(utf8, form, offset, line, rows)


def _lines_with_breaks(utf8: bytes, form: Form, offset: int, line: int, rows: np.ndarray) -> Sequence[int]:
    starts = np.concatenate([[0], _record_ends(utf8, form, offset)[0] + 1])
    return (starts[np.asarray(rows)] + line).tolist()
