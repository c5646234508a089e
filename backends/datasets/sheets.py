"""A worksheet to a raw table: the same layout and the same repairs as a text file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backends.datasets.exact import from_rows
from backends.datasets.excel import read_sheet
from backends.datasets.layout import find_layout
from backends.datasets.marks import DEFAULT
from backends.datasets.names import join_header
from backends.datasets.raw import RawTable
from backends.datasets.schema import Dialect, Note
from backends.datasets.wording import were
from backends.errors import WorkbenchError
from backends.settings import Settings

_MEANINGFUL = {"sheet", "skip_lines", "header_rows", "missing_values", "decimal", "thousands"}


def read_workbook(
    data: bytes, name: str, kind: str, settings: Settings, given: Mapping[str, Any]
) -> tuple[RawTable, Dialect]:
    """Read one sheet of a workbook; `given` may hold sheet, skip_lines, header_rows and missing_values."""
    for key in given:
        if key not in _MEANINGFUL:
            raise WorkbenchError(
                f"A workbook has no {key.replace('_', ' ')} to correct.", hint="Correct the sheet instead."
            )
    rows, sheet, sheets = read_sheet(data, name, kind, given.get("sheet", ""), settings)
    skip = given.get("skip_lines", 0)
    filled = [(number, row) for number, row in enumerate(rows, 1) if number > skip and any(row)]
    if not filled:
        raise WorkbenchError(f"The sheet {sheet!r} of {name!r} is empty.", hint="Choose another sheet.")
    layout = find_layout([row for _, row in filled], 0 if "skip_lines" in given else None, given.get("header_rows"))
    header = [row for _, row in filled[layout.skip : layout.skip + layout.header_rows]]
    first = filled[layout.skip][0] if layout.skip < len(filled) else skip + 1
    body = layout.skip + layout.header_rows
    start = filled[body][0] if body < len(filled) else len(rows) + 1
    raw = from_rows(rows[start - 1 :], start, layout, settings)
    raw.names.extend(
        join_header(header, layout.width) if header else [f"column_{at + 1}" for at in range(layout.width)]
    )
    raw.notes[:0] = _notes(sheet, sheets, layout.skip)
    dialect = Dialect(skip_lines=skip or first - 1, header_rows=layout.header_rows, sheet=sheet,
                      missing_values=tuple(given.get("missing_values", DEFAULT)))  # fmt: skip
    return raw, dialect


def _notes(sheet: str, sheets: list[str], skipped: int) -> list[Note]:
    notes = []
    if len(sheets) > 1:
        others = ", ".join(title for title in sheets if title != sheet)
        notes.append(Note("sheet-chosen", f"The sheet {sheet!r} was read; the others are {others}.", len(sheets)))
    if skipped:
        notes.append(
            Note(
                "preamble-skipped", f"{were(skipped, 'row')} skipped in front of the table.", skipped, severity="repair"
            )
        )
    return notes
