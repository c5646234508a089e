"""Records with broken quotes in a file that is otherwise well formed: found, and read exactly one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from backends.datasets.rows import Findings, Form, Record, RowReader

MOST = 100  # broken records; a file with more of them is read exactly as a whole
LONGEST = 1 << 22  # bytes that may have to be looked at to read one of them
_BLOCK = 1 << 22
_LF, _CR = 10, 13


@dataclass(frozen=True)
class Broken:
    """A record from byte `start` up to `stop`, its cells, and what about its quotes had to be forgiven."""

    start: int
    stop: int
    record: Record
    findings: Findings


@dataclass(frozen=True)
class Quotes:
    """The broken records in file order, and whether a quoted cell between them holds a line break."""

    broken: tuple[Broken, ...]
    breaks: bool

    @property
    def starts(self) -> dict[int, Broken]:
        """The broken records by the byte at which they start."""
        return {record.start: record for record in self.broken}

    def findings(self, lines: Sequence[int]) -> Findings:
        """What was forgiven in all of them, `lines` being those on which they start."""
        found = Findings()
        for line, broken in zip(lines, self.broken, strict=True):
            found.stray += [line] * len(broken.findings.stray)
            found.unclosed += [line] * len(broken.findings.unclosed)
        return found


def find_broken(utf8: bytes, form: Form, offset: int) -> Quotes | None:
    """Look at every quote from byte `offset` on; None where more than `MOST` records are broken.

    In a well-formed file the quotes open and close in turn (a doubled one closes and opens at once): each
    opening quote follows a delimiter, a line break or a quote, each closing one precedes one of them.

    >>> [record] = find_broken(b'1,"a"\\n2,5" pipe\\n3,"b"\\n', Form(), 0).broken
    >>> record.record.cells, record.start, record.stop
    (['2', '5" pipe'], 6, 16)
    """
    if not form.quotechar or utf8.find(form.quotechar.encode(), offset) < 0:
        return Quotes((), False)
    found: list[Broken] = []
    breaks, start = False, offset
    while True:
        bad, inside = _first_bad(utf8, form, start)
        breaks = breaks or inside
        if bad is None:
            return Quotes(tuple(found), breaks)
        broken = _read(utf8, form, _record_start(utf8, form, start, bad)) if len(found) < MOST else None
        if broken is None:
            return None
        found.append(broken)
        start = broken.stop


def _first_bad(utf8: bytes, form: Form, offset: int) -> tuple[int | None, bool]:
    """The first quote that stands where a well-formed text has none, and whether a quoted cell holds a line break."""
    quote, delimiter = ord(form.quotechar), ord(form.delimiter)
    data = np.frombuffer(utf8, dtype=np.uint8)
    edges = np.zeros(256, dtype=bool)
    edges[[quote, delimiter, _LF, _CR]] = True
    opening, breaks, last = True, False, None
    for start in range(offset, len(data), _BLOCK):
        at = np.flatnonzero(data[start : start + _BLOCK] == quote) + start
        opens, closes = (at[0::2], at[1::2]) if opening else (at[1::2], at[0::2])
        opens, closes = opens[opens > offset], closes[closes < len(data) - 1]
        bad = [*opens[~edges[data[opens - 1]]][:1], *closes[~edges[data[closes + 1]]][:1]]
        if bad:
            return int(min(bad)), breaks or _break_inside(data, start, at[at < min(bad)], opening)
        breaks = breaks or _break_inside(data, start, at, opening)
        opening ^= bool(len(at) % 2)
        last = int(at[-1]) if len(at) else last
    return (None if opening else last), breaks


def _break_inside(data: np.ndarray, start: int, at: np.ndarray, opening: bool) -> bool:
    """Is there a line break at which an odd number of quotes stand in front?"""
    lines = np.flatnonzero(data[start : start + _BLOCK] == _LF) + start
    inside = (np.searchsorted(at, lines) + (0 if opening else 1)) % 2
    return bool(inside.any())


def _record_start(utf8: bytes, form: Form, start: int, bad: int) -> int:
    """Where the record of the bad quote starts: behind the last line break with an even number of quotes before it."""
    quote = form.quotechar.encode()
    line, before = bad, utf8.count(quote, start, bad)
    while (at := utf8.rfind(b"\n", start, line)) >= 0:
        before, line = before - utf8.count(quote, at, line), at
        if before % 2 == 0:
            return at + 1
    return start


def _read(utf8: bytes, form: Form, start: int) -> Broken | None:
    """The record at byte `start`; None where what it is depends on text too far away.

    A search for the end of a quoted cell never passes an odd number of quotes in a row, so text up to the first
    of these behind the record decides what the record is.
    """
    quote = re.escape(form.quotechar.encode())
    odd = re.compile(rb"(?<!%b)%b(?:%b%b)*(?!%b)" % ((quote,) * 5))
    stop = _line_end(utf8, start)
    while stop - start <= LONGEST:
        found = odd.search(utf8, stop, stop + LONGEST)
        if found is None and utf8.find(form.quotechar.encode(), stop) >= 0:
            return None
        end = stop if found is None else _line_end(utf8, found.end())
        text = utf8[start:end].decode()
        reader = RowReader(form)
        record = next(reader.records(text, 0, 0))
        length = len(text[: record.end].encode())
        if found is None or start + length <= found.start():
            return Broken(start, start + length, record, reader.findings)
        stop = end
    return None


def _line_end(utf8: bytes, start: int) -> int:
    at = utf8.find(b"\n", start)
    return len(utf8) if at < 0 else at + 1
