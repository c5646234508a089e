"""Clean big files: Arrow's parallel CSV parser, used only where it reads exactly what `rows` would.

Arrow is told to take every cell as text. A file qualifies when its quotes are well formed throughout and its
lines end alike; the few records of another width are read by `rows` and put back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from backends.datasets.raw import RawTable, check_size
from backends.datasets.rows import Form
from backends.datasets.segments import Segments
from backends.settings import Settings

_BLOCK = 1 << 24
SEGMENT = 1 << 22  # bytes; small enough that buffers are reused, large enough that calls do not count
_LF, _CR = 10, 13
Lines = Callable[[Sequence[int] | np.ndarray], Sequence[int]]


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
    piece, plain = segments.read(numbers)
    breaks = utf8.count(b"\n", offset) if ends is None else len(ends)
    if piece.records != breaks + (len(utf8) > offset and not utf8.endswith(b"\n")):
        return None  # Arrow sees other records than there are
    gone = np.array(piece.ragged.blank, dtype=int)
    check_size(piece.records - len(gone), width, settings.max_rows, settings.max_columns)
    lines = _lines(utf8, form, offset, line, quoted_breaks)
    notes = list(piece.ragged.relined(lines).notes(width))
    return RawTable([], piece.columns, notes, plain, lambda rows: lines(_records(np.asarray(rows), gone)))


def _records(rows: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """The positions of records that became `rows`, when those at the (sorted) positions `gone` became none."""
    return rows + np.searchsorted(gone - np.arange(len(gone)), rows, side="right")


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


def _lines(utf8: bytes, form: Form, offset: int, line: int, quoted_breaks: bool) -> Lines:
    """What turns positions of records into their line numbers."""
    if not quoted_breaks:
        return lambda records: [line + int(record) for record in records]
    return lambda records: _lines_with_breaks(utf8, form, offset, line, records)


def _lines_with_breaks(
    utf8: bytes, form: Form, offset: int, line: int, records: Sequence[int] | np.ndarray
) -> Sequence[int]:
    if not len(records):
        return []
    starts = np.concatenate([[0], _record_ends(utf8, form, offset)[0] + 1])
    return (starts[np.asarray(records)] + line).tolist()
