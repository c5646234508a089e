"""Text files: decode, guess what was not given, then read the fast way or the exact way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from backends.datasets.dialects import guess_form
from backends.datasets.encodings import Decoded, decode
from backends.datasets.exact import comment_notes, read_exactly
from backends.datasets.fast import read_fast
from backends.datasets.layout import Layout, find_layout
from backends.datasets.marks import DEFAULT
from backends.datasets.names import join_header
from backends.datasets.raw import RawTable, check_size
from backends.datasets.rows import Form, Record, RowReader
from backends.datasets.schema import Dialect, Note
from backends.datasets.wording import were
from backends.errors import WorkbenchError
from backends.settings import Settings

HEAD = 1 << 18  # bytes of the head that is looked at, more when its lines are long
LONGEST_HEAD = 1 << 24
HEAD_LINES = 30
HEAD_RECORDS = 1_000
FAST_FROM = 1 << 18  # bytes from which the fast reader is worth its checks


@dataclass(frozen=True)
class Guess:
    """What the head of a text file says about the file."""

    dialect: Dialect
    form: Form
    layout: Layout
    head: list[Record]
    text: str
    comments: tuple[int, ...]  # lines of the comments in the head


def read_text_table(data: bytes, name: str, settings: Settings, given: Mapping[str, Any]) -> tuple[RawTable, Dialect]:
    """Read a delimited text file; `given` are fields of `Dialect` that are not to be guessed."""
    decoded = decode(data, given.get("encoding", ""))
    del data
    if not decoded.utf8 or decoded.utf8.isspace():
        raise WorkbenchError(f"The file {name!r} holds nothing but blanks.", hint="Choose a file with a table in it.")
    found = guess(decoded, given)
    if found.layout.width == 0:
        raise WorkbenchError(
            f"Nothing but blanks is left of {name!r}.", hint="Skip fewer lines, or choose another file."
        )
    check_size(0, found.layout.width, settings.max_rows, settings.max_columns)
    start, line = _data_start(found)
    numbers = not {"decimal", "thousands", "missing_values", "kinds"} & set(given)
    raw = _read(decoded, found, start, line, settings, numbers)
    names = _header_names(found)
    comments = [number for number in found.comments if number < line]
    notes = [*decoded.notes, *_delimiter_notes(decoded.utf8, found, given), *_layout_notes(found, raw)]
    notes += [*comment_notes(comments), *raw.notes]
    return replace(raw, names=names, notes=notes), found.dialect


def guess(decoded: Decoded, given: Mapping[str, Any]) -> Guess:
    """Guess form and layout from the head of a decoded text; what is in `given` stays as it is."""
    text = _head(decoded.utf8)
    skip = given.get("skip_lines", 0)
    start, line = _after_lines(text, skip), skip + 1
    fixed = {key: given[key] for key in ("delimiter", "quotechar", "escapechar", "comment") if key in given}
    form = guess_form(text[start:], fixed)
    if "skip_initial_space" in given:
        form = replace(form, spaced=given["skip_initial_space"])
    reader = RowReader(form)
    records = list(islice(reader.records(text, start, line), HEAD_RECORDS))
    one_column = all(len(record.cells) == 1 for record in records)
    records = records if one_column else [record for record in records if not record.blank]
    while one_column and records and records[0].blank:
        records = records[1:]
    layout = find_layout([record.cells for record in records],
                         0 if "skip_lines" in given else None, given.get("header_rows"))  # fmt: skip
    first = records[layout.skip].line if layout.skip < len(records) else line
    comments = _comments_before(text, form, first)
    skipped = skip if "skip_lines" in given else (first - 1 if layout.skip or not comments else 0)
    delimiter = form.delimiter or ("" if _commas_split(decoded.utf8, text, form) else ",")
    dialect = Dialect(decoded.encoding, delimiter, form.quotechar, form.escapechar, skip_lines=skipped,
                      header_rows=layout.header_rows, comment=form.comment,
                      missing_values=tuple(given.get("missing_values", DEFAULT)),
                      skip_initial_space=form.spaced)  # fmt: skip
    return Guess(dialect, form, layout, records, text, tuple(reader.findings.comments))


def _commas_split(utf8: bytes, head: str, form: Form) -> bool:
    """Would a comma as delimiter split a cell of this table of one column? (Commas behind the head count as if.)"""
    if b"," not in utf8:
        return False
    records = RowReader(replace(form, delimiter=",")).records(head)
    return len(head.encode()) < len(utf8) or any(len(record.cells) > 1 for record in records)


def _comments_before(text: str, form: Form, line: int) -> bool:
    """Are all lines in front of `line` comments (or blank)?"""
    lines = text.split("\n")[: line - 1]
    return bool(form.comment) and all(not row.strip() or row.lstrip().startswith(form.comment) for row in lines)


def _head(utf8: bytes) -> str:
    """The first 256 KB up to the last whole record, or more where that is less than 30 records."""
    size = HEAD
    while size < min(len(utf8), LONGEST_HEAD):
        end = max(utf8.rfind(b"\n", 0, size), utf8.rfind(b"\r", 0, size))
        text = _whole_records(utf8[: end + 1].decode())
        if text:
            return text
        size *= 2
    return utf8.decode() if size >= len(utf8) else utf8[:size].decode(errors="ignore")


def _whole_records(text: str) -> str:
    """`text` without a last record whose quoted cell was cut in two, "" when that leaves too little."""
    reader, end, count = RowReader(Form()), 0, 0
    for record in reader.records(text):
        if reader.findings.unclosed:
            break
        end, count = record.end, count + 1
    return text[:end] if count >= HEAD_LINES else ""


def _after_lines(text: str, count: int) -> int:
    """Offset behind the first `count` lines."""
    reader, start = RowReader(Form(delimiter="", quotechar="")), 0
    for record in islice(reader.records(text), count):
        start = record.end
    return min(start, len(text))


def _data_start(found: Guess) -> tuple[int, int]:
    """Offset in the head and line number at which the data begins."""
    at = found.layout.skip + found.layout.header_rows
    if at >= len(found.head):
        return (found.head[-1].end, found.head[-1].line + 1) if found.head else (0, 1)
    record = found.head[at]
    if at == 0:
        return _record_start(found, record), record.line
    previous = found.head[at - 1]
    return previous.end, previous.line + 1 + _line_breaks(found, previous)


def _record_start(found: Guess, record: Record) -> int:
    return _after_lines(found.text, record.line - 1)


def _line_breaks(found: Guess, record: Record) -> int:
    """Line breaks inside the cells of a record."""
    return sum(cell.count("\n") or cell.count("\r") for cell in record.cells)


def _read(decoded: Decoded, found: Guess, start: int, line: int, settings: Settings, numbers: bool) -> RawTable:
    if len(decoded.utf8) >= FAST_FROM:
        offset = len(found.text[:start].encode())
        raw = read_fast(decoded.utf8, found.form, offset, line, found.layout.width, settings, numbers)
        if raw is not None:
            return raw
    text = decoded.utf8.decode()
    return read_exactly(text, found.form, start, line, found.layout, settings)


def _header_names(found: Guess) -> list[str]:
    layout = found.layout
    rows = [record.cells for record in found.head[layout.skip : layout.skip + layout.header_rows]]
    if not rows:
        return [f"column_{at + 1}" for at in range(layout.width)]
    if layout.shifted:
        rows = [["", *row] for row in rows]
    return join_header(rows, layout.width)


def _delimiter_notes(utf8: bytes, found: Guess, given: Mapping[str, Any]) -> list[Note]:
    """A warning where the delimiter asked for separates nothing, unless it is the comma of a table of one column."""
    mark, where = given.get("delimiter", ""), ""
    if mark and mark.encode() not in utf8:
        where = "does not occur in the file"
    elif mark and found.layout.width == 1 and found.form.delimiter:
        where = "separates no cells"
    if not where or (mark == "," and not guess_form(found.text).delimiter):
        return []
    shown = {"\t": "tab"}.get(mark, repr(mark))
    message = f"The delimiter {shown} {where}: everything is one column."
    return [Note("delimiter-unused", message, severity="warning")]


def _layout_notes(found: Guess, raw: RawTable) -> list[Note]:
    layout, notes = found.layout, []
    if layout.skip:
        lines = tuple(record.line for record in found.head[: layout.skip])
        told = "; ".join(" ".join(filter(None, record.cells))[:60] for record in found.head[: min(layout.skip, 3)])
        message = f"{were(layout.skip, 'line')} skipped in front of the table: {told}."
        notes.append(Note("preamble-skipped", message, layout.skip, lines[:20], severity="repair"))
    if not layout.header_rows:
        notes.append(Note("header-missing", "The file has no header; the columns were numbered."))
    elif not raw.rows:
        notes.append(Note("no-rows", "The file has a header and no rows.", severity="warning"))
    if layout.header_rows > 1:
        message = f"The header is spread over {layout.header_rows} rows, which were joined."
        notes.append(Note("header-joined", message, layout.header_rows, severity="repair"))
    if layout.shifted:
        notes.append(Note("header-shifted", "The rows start with a cell that has no name; it became the first column."))
    return notes
