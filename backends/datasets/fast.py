"""Clean big files: Arrow's parallel CSV parser, used only where it reads exactly what `rows` would.

Arrow is told to take every cell as text. A file qualifies when its quotes are well formed in all but a few records
and its lines end alike; these records, and the few of another width, are read by `rows` and put in their places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from backends.datasets.broken import Quotes, find_broken
from backends.datasets.exact import finding_notes
from backends.datasets.raw import CELL, RawTable, check_size
from backends.datasets.rows import Form
from backends.datasets.segments import Segments
from backends.settings import Settings

_BLOCK = 1 << 24
SEGMENT = 1 << 22  # bytes; small enough that buffers are reused, large enough that calls do not count
FIRST = 1 << 18  # bytes of the first segment, which decides the types while the other threads wait
_LF = 10
Lines = Callable[[Sequence[int] | np.ndarray], Sequence[int]]


def read_fast(
    utf8: bytes, form: Form, offset: int, line: int, width: int, settings: Settings, numbers: bool = False
) -> RawTable | None:
    """The records from byte `offset` (on line `line`) on, or None where only the exact reader will do.

    With `numbers`, columns of plain numbers are converted on the way; the table's `plain` says which.
    """
    if not _suits(utf8, form, offset) or _mostly_empty(utf8, offset, width, settings):
        return None
    quotes = find_broken(utf8, form, offset)
    if quotes is None:
        return None
    ending, ends = _record_ends(utf8, form, offset, quotes) if quotes.breaks or quotes.broken else (None, None)
    segments = Segments(utf8, _cuts(utf8, offset, ends, quotes), form, width, quotes.breaks, quotes.starts)
    del ends
    piece, plain = segments.read(numbers)
    breaks = piece.breaks if ending is None else len(ending)
    if piece.records != breaks + (len(utf8) > offset and not utf8.endswith(b"\n")):
        return None  # Arrow sees other records than there are
    gone = np.array(piece.ragged.blank, dtype=int)
    check_size(piece.records - len(gone), width, settings.max_rows, settings.max_columns)
    lines = _lines(ending, line)
    starts = [line + utf8.count(b"\n", offset, broken.start) for broken in quotes.broken]
    notes = [*piece.ragged.relined(lines).notes(width), *finding_notes(quotes.findings(starts))]
    return RawTable([], piece.columns, notes, plain, lambda rows: lines(_records(np.asarray(rows), gone)))


def _records(rows: np.ndarray, gone: np.ndarray) -> np.ndarray:
    """The positions of records that became `rows`, when those at the (sorted) positions `gone` became none."""
    return rows + np.searchsorted(gone - np.arange(len(gone)), rows, side="right")


def _cuts(utf8: bytes, offset: int, ends: np.ndarray | None, quotes: Quotes) -> list[int]:
    """Offsets of records about a segment apart, and around each broken one.

    `ends` are those of the record ends where not every line is one.
    """
    borders = [offset, *(at for broken in quotes.broken for at in (broken.start, broken.stop)), len(utf8)]
    cuts = [offset]
    for border in dict.fromkeys(borders[1:]):
        while cuts[-1] < border:
            start = cuts[-1] + (SEGMENT if len(cuts) > 1 else FIRST)
            if ends is None:
                at = utf8.find(b"\n", start)
            else:
                after = np.searchsorted(ends, start)
                at = int(ends[after]) if after < len(ends) else -1
            cuts.append(border if at < 0 else min(border, at + 1))
    return cuts


def _suits(utf8: bytes, form: Form, offset: int) -> bool:
    if form.escapechar or form.comment or len(form.delimiter) != 1 or len(form.quotechar) > 1:
        return False
    if not (form.delimiter + form.quotechar).isascii() or utf8[offset : offset + 1] in (b"\n", b"\r"):
        return False
    return b"\r" not in utf8 or utf8.count(b"\r") == utf8.count(b"\r\n")


def _mostly_empty(utf8: bytes, offset: int, width: int, settings: Settings) -> bool:
    """Are the lines so much shorter than the header that filling them up could take all memory?

    The exact reader counts them as it goes.
    """
    lines = utf8.count(b"\n", offset) + 1
    return lines * width > max(settings.max_unpacked_bytes // CELL, 4 * len(utf8))


def _record_ends(utf8: bytes, form: Form, offset: int, quotes: Quotes) -> tuple[np.ndarray, np.ndarray]:
    """Which line breaks (counted from 0) end a record, and where: those with an even number of quotes in front.

    Of a broken record no quote counts, and only the last line break.
    """
    data = np.frombuffer(utf8, dtype=np.uint8)
    marks, breaks = (_positions(data, byte, offset) for byte in (ord(form.quotechar), _LF))
    whole = np.ones(len(breaks), dtype=bool)
    for broken in quotes.broken:
        marks = marks[(marks < broken.start) | (marks >= broken.stop)]
        whole &= (breaks < broken.start) | (breaks >= broken.stop - 1)
    ending = np.flatnonzero(whole & (np.searchsorted(marks, breaks) % 2 == 0)).astype(np.int32)
    return ending, breaks[ending]


def _positions(data: np.ndarray, byte: int, offset: int) -> np.ndarray:
    blocks = range(offset, len(data), _BLOCK)
    return np.concatenate([np.flatnonzero(data[start : start + _BLOCK] == byte) + start for start in blocks])


def _lines(ending: np.ndarray | None, line: int) -> Lines:
    """What turns positions of records into their line numbers; `ending` are the line breaks that end a record."""
    if ending is None:
        return lambda records: [line + int(record) for record in records]
    return lambda records: [line if at == 0 else line + 1 + int(ending[at - 1]) for at in map(int, records)]
