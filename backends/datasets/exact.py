"""Text to a raw table, record by record: every padded, cut or skipped row is counted with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pyarrow as pa

from backends.datasets.layout import Layout
from backends.datasets.raw import LISTED, RawTable, check_size
from backends.datasets.rows import Findings, Form, Record, RowReader
from backends.datasets.schema import Note
from backends.settings import Settings

BLOCK = 50_000  # records turned into columns at a time


@dataclass
class _Ragged:
    """Rows that had not as many cells as the table has columns."""

    short: list[int] = field(default_factory=list)
    long: list[int] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)  # what was cut off, of the first such rows
    trailing: int = 0  # rows that end in a delimiter too many
    blank: list[int] = field(default_factory=list)


def read_exactly(
    text: str, form: Form, start: int, line: int, layout: Layout, limits: Settings, keep_blank: bool = False
) -> RawTable:
    """Read the records of `text` from offset `start` (on line `line`), where the data begins.

    A blank line is no row, except in a table of one column when `keep_blank` says so.
    """
    reader = RowReader(form)
    ragged = _Ragged()
    rows = _fitted(reader.records(text, start, line), layout.width, ragged)
    return _assembled(rows, layout.width, ragged, reader.findings, limits)


def from_rows(rows: Iterable[list[str]], line: int, layout: Layout, limits: Settings) -> RawTable:
    """The same for rows that are split already (a worksheet)."""
    ragged = _Ragged()
    records = (Record(row, number, 0, not any(row)) for number, row in enumerate(rows, line))
    return _assembled(_fitted(records, layout.width, ragged), layout.width, ragged, Findings(), limits)


def _fitted(records: Iterable[Record], width: int, ragged: _Ragged) -> Iterator[tuple[int, list[str]]]:
    for record in records:
        cells = record.cells
        if len(cells) == width and not (record.blank and width > 1):
            yield record.line, cells
        elif record.blank:
            ragged.blank.append(record.line)
        elif len(cells) < width:
            ragged.short.append(record.line)
            yield record.line, cells + [""] * (width - len(cells))
        else:
            _note_extra(ragged, record, width)
            yield record.line, cells[:width]


def _note_extra(ragged: _Ragged, record: Record, width: int) -> None:
    extra = [cell for cell in record.cells[width:] if cell.strip()]
    if not extra:
        ragged.trailing += 1
        return
    ragged.long.append(record.line)
    if len(ragged.extra) < LISTED:
        ragged.extra.append(f"line {record.line}: {', '.join(repr(_short(cell)) for cell in extra[:5])}")


def _short(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:39] + "…"


def _assembled(
    rows: Iterator[tuple[int, list[str]]], width: int, ragged: _Ragged, findings: Findings, limits: Settings
) -> RawTable:
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    lines: list[np.ndarray] = []
    count = 0
    while block := list(islice(rows, BLOCK)):
        count += len(block)
        check_size(count, width, limits.max_rows, limits.max_columns)
        lines.append(np.array([number for number, _ in block]))
        for chunk, values in zip(chunks, zip(*(cells for _, cells in block), strict=True), strict=True):
            chunk.append(pa.array(values, type=pa.large_string()))
    columns = [pa.chunked_array(chunk, type=pa.large_string()) for chunk in chunks]
    starts = np.concatenate(lines) if lines else np.array([], dtype=int)
    notes = [*_ragged_notes(ragged, width), *_finding_notes(findings)]
    return RawTable([], columns, notes, lines=lambda positions: starts[positions].tolist())


def _ragged_notes(ragged: _Ragged, width: int) -> Iterator[Note]:
    if ragged.short:
        message = f"{_rows(ragged.short)} fewer than {width} cells; the missing ones were left empty."
        yield _lines_note("row-padded", message, ragged.short)
    if ragged.long:
        message = f"{_rows(ragged.long)} more than {width} cells; cut off were {'; '.join(ragged.extra[:5])}."
        yield _lines_note("row-cut", message, ragged.long, "warning")
    if ragged.trailing:
        message = f"{ragged.trailing:,} rows end in empty cells beyond the last column, which were left out."
        yield Note("row-trailing", message, ragged.trailing)
    if ragged.blank:
        message = f"{len(ragged.blank):,} blank lines were skipped."
        yield _lines_note("row-blank", message, ragged.blank, "info")


def _finding_notes(findings: Findings) -> Iterator[Note]:
    if findings.stray:
        message = f"{len(findings.stray):,} quoted cells hold a quote that is not doubled; it was kept as text."
        yield _lines_note("quote-stray", message, findings.stray, "warning")
    if findings.unclosed:
        message = f"{len(findings.unclosed):,} cells start with a quote that never closes; it was kept as text."
        yield _lines_note("quote-unclosed", message, findings.unclosed, "warning")
    yield from comment_notes(findings.comments)


def comment_notes(lines: list[int]) -> list[Note]:
    """The note about comment lines, if there are any."""
    message = f"{len(lines):,} comment lines were skipped."
    return [_lines_note("comment-skipped", message, lines, "info")] if lines else []


def _rows(lines: Sequence[int]) -> str:
    return "1 row has" if len(lines) == 1 else f"{len(lines):,} rows have"


def _lines_note(rule: str, message: str, lines: list[int], severity: str = "repair") -> Note:
    return Note(rule, message, len(lines), tuple(lines[:LISTED]), severity=severity)  # type: ignore[arg-type]
