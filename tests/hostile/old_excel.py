"""A small old Excel workbook (BIFF8 in an OLE container), written by hand as [MS-XLS] and [MS-CFB] describe it."""

from __future__ import annotations

import struct
from collections.abc import Sequence

SECTOR = 512
SMALLEST = 4_096  # a stream below this goes into sectors of another kind, which is not written here
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def old_workbook(rows: Sequence[Sequence[str | float]], sheet: str = "Sheet1") -> bytes:
    """A workbook of one sheet with texts and numbers."""
    return _container(_workbook(rows, sheet))


def _workbook(rows: Sequence[Sequence[str | float]], sheet: str) -> bytes:
    def begin(kind: int) -> bytes:
        return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xDBB, 0x7CC, 0, 6))

    end = _record(0x0A, b"")
    head = begin(5) + _record(0x42, struct.pack("<H", 1200)) + _record(0x22, struct.pack("<H", 0))
    name = struct.pack("<BB", len(sheet), 0) + sheet.encode("latin-1")
    start = len(head) + 4 + 6 + len(name) + len(end)
    cells = [_cell(at, column, value) for at, row in enumerate(rows) for column, value in enumerate(row)]
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    listed = _record(0x85, struct.pack("<IBB", start, 0, 0) + name)
    return head + listed + end + begin(0x10) + _record(0x200, size) + b"".join(cells) + end


def _cell(row: int, column: int, value: str | float) -> bytes:
    if isinstance(value, str):
        text = struct.pack("<HB", len(value), 0) + value.encode("latin-1")
        return _record(0x204, struct.pack("<HHH", row, column, 0) + text)
    return _record(0x203, struct.pack("<HHHd", row, column, 0, value))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _container(stream: bytes) -> bytes:
    """One stream behind its table of sectors and its directory."""
    stream = stream.ljust(SMALLEST, b"\0")
    count = -(-len(stream) // SECTOR)
    table = [_FAT, _END, *range(3, count + 2), _END]
    head = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, 1, 1, 0,
        SMALLEST, _END, 0, _END, 0,
    )  # fmt: skip
    fat = struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff")
    first = struct.pack("<I", 0).ljust(SECTOR - len(head), b"\xff")
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 2, len(stream)) + bytes(256)
    return head + first + fat + directory + stream.ljust(count * SECTOR, b"\0")


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    wide = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", wide, len(wide) + 2, kind, 1, _FREE, _FREE, child, b"", 0, 0, 0, start, size
    )
