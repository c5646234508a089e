"""Text to a raw table, record by record: every padded, cut or skipped row is counted with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import pyarrow as pa

from backends.datasets.layout import Layout
from backends.datasets.ragged import Ragged, lines_note
from backends.datasets.raw import RawTable, check_cells, check_size
from backends.datasets.rows import Findings, Form, Record, RowReader
from backends.datasets.schema import Note
from backends.datasets.wording import agreeing, number_of, were
from backends.settings import Settings

BLOCK_CELLS = 10_000_000  # of a block of very wide records
BLOCK = 10_000  # records turned into columns at a time; their cells are the largest part of the memory used


def read_exactly(text: str, form: Form, start: int, line: int, layout: Layout, limits: Settings) -> RawTable:
    """Read the records of `text` from offset `start` (on line `line`), where the data begins."""
    reader = RowReader(form)
    ragged = Ragged()
    rows = _fitted(reader.records(text, start, line), layout.width, ragged)
    checked = _bounded(rows, layout.width, len(text), limits)
    return _assembled(checked, layout.width, ragged, reader.findings)


def from_rows(rows: Iterable[list[str]], line: int, layout: Layout, limits: Settings) -> RawTable:
    """The same for rows that are split already (a worksheet)."""
    ragged = Ragged()
    records = (Record(row, number, 0, not any(row)) for number, row in enumerate(rows, line))
    checked = _bounded(_fitted(records, layout.width, ragged), layout.width, None, limits)
    return _assembled(checked, layout.width, ragged, Findings())


def _fitted(records: Iterable[Record], width: int, ragged: Ragged) -> Iterator[tuple[int, list[str]]]:
    for record in records:
        cells = ragged.fit(record, width)
        if cells is not None:
            yield record.line, cells


def _bounded(
    rows: Iterator[tuple[int, list[str]]], width: int, size: int | None, limits: Settings
) -> Iterator[tuple[int, list[str]]]:
    """The rows as long as there are not too many of them; `size` is None where their cells are in memory anyway."""
    for count, row in enumerate(rows, 1):
        if count % 1_000 == 0 or count > limits.max_rows:
            check_size(count, width, limits.max_rows, limits.max_columns)
            if size is not None:
                check_cells(count, width, size, limits)
        yield row


def _assembled(rows: Iterator[tuple[int, list[str]]], width: int, ragged: Ragged, findings: Findings) -> RawTable:
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    lines: list[np.ndarray] = []
    while block := list(islice(rows, max(1, min(BLOCK, BLOCK_CELLS // max(1, width))))):
        lines.append(np.array([number for number, _ in block]))
        for chunk, values in zip(chunks, zip(*(cells for _, cells in block), strict=True), strict=True):
            chunk.append(pa.array(values, type=pa.string()))
    columns = [pa.chunked_array(chunk, type=pa.string()) for chunk in chunks]
    starts = np.concatenate(lines) if lines else np.array([], dtype=int)
    notes = [*ragged.notes(width), *finding_notes(findings)]
    return RawTable([], columns, notes, lines=lambda positions: starts[positions].tolist())


def finding_notes(findings: Findings) -> Iterator[Note]:
    """The notes about broken quotes and comments."""
    for lines, rule, one, more, what in (
        (findings.stray, "quote-stray", "holds", "hold", "a quote that is not doubled"),
        (findings.unclosed, "quote-unclosed", "starts with", "start with", "a quote that never closes"),
    ):
        if lines:
            cells = f"{number_of(len(lines), 'cell')} {agreeing(len(lines), one, more)}"
            yield lines_note(rule, f"{cells} {what}; the quotes were kept as text.", lines, "warning")
    yield from comment_notes(findings.comments)


def comment_notes(lines: list[int]) -> list[Note]:
    """The note about comment lines, if there are any."""
    message = f"{were(len(lines), 'comment line')} skipped."
    return [lines_note("comment-skipped", message, lines, "info")] if lines else []
