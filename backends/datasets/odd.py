"""Records that Arrow's parser leaves aside for their width: read exactly, fitted and put back in their places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from backends.datasets.ragged import Ragged
from backends.datasets.rows import Form, Record, RowReader

_LF, _CR = 10, 13


@dataclass
class OddRecords:
    """Collects the records of another width while Arrow's CSV parser calls it; their lines are positions from 0."""

    form: Form
    width: int
    records: list[Record] = field(default_factory=list)
    empty: np.ndarray = field(default_factory=lambda: np.array([], dtype=int))  # positions of empty lines
    ragged: Ragged = field(default_factory=Ragged)

    def __call__(self, row: Any) -> str:
        """Take a `pyarrow.csv.InvalidRow`; the parser goes on without it."""
        [record] = RowReader(self.form).records(row.text, line=row.number - 1)
        self.records.append(record)
        return "skip"

    def find_empty_lines(self, utf8: bytes, start: int, stop: int, quoted_breaks: bool, cells: pa.ChunkedArray) -> None:
        """Find the empty lines among the records from byte `start` to `stop`: Arrow makes rows of empty cells of them.

        `cells` are those of any column; where none is empty, no line is, and the bytes need not be searched.
        """
        if not has_empty(cells):
            return
        first = utf8[start : start + 1] in (b"\n", b"\r")
        if self.width == 1 or not (first or any(utf8.find(two, start, stop) >= 0 for two in (b"\n\n", b"\n\r\n"))):
            return
        data = np.frombuffer(utf8, dtype=np.uint8)[start:stop]
        ends = np.flatnonzero(data == _LF)
        if quoted_breaks:
            quotes = np.flatnonzero(data == ord(self.form.quotechar))
            ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
        starts = np.concatenate([[0], ends[:-1] + 1])
        length = ends - starts
        self.empty = np.flatnonzero((length == 0) | ((length == 1) & (data[starts] == _CR)))

    def mended(self, columns: list[pa.ChunkedArray], wanted: Sequence[int]) -> list[pa.ChunkedArray]:
        """Columns `wanted` with the odd records fitted and in their places, and without the empty lines."""
        if not (self.records or len(self.empty)):
            return columns
        rows = len(columns[0]) if columns else 0
        source = np.full(rows + len(self.records), -1)
        source[[record.line for record in self.records]] = -2
        source[source == -1] = np.arange(rows)
        kept: list[list[str]] = []
        for record in self.records:
            cells = self.ragged.fit(record, self.width)
            if cells is not None:
                source[record.line] = rows + len(kept)
                kept.append(cells)
        source[self.empty] = -2
        self.ragged.blank = sorted([*self.ragged.blank, *self.empty.tolist()])
        order = pa.array(source[source >= 0])
        return [
            pa.chunked_array(
                [pa.concat_arrays([*column.chunks, pa.array([row[at] for row in kept], pa.string())]).take(order)]
            )
            for at, column in zip(wanted, columns, strict=True)
        ]


def has_empty(cells: pa.ChunkedArray) -> bool:
    """Is any of these cells empty (a number that is missing)?

    >>> has_empty(pa.chunked_array([["a", ""], ["b"]])), has_empty(pa.chunked_array([["a"], []]))
    (True, False)
    """
    import pyarrow.compute as pc

    if not pa.types.is_string(cells.type):
        return bool(cells.null_count)
    return pc.min(pc.binary_length(cells)).as_py() == 0
