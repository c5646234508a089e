"""CSV in blocks, read as the table that the model was trained on was written."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from backends.datasets.names import join_header, unique_names
from backends.errors import WorkbenchError
from backends.serving.api.table_columns import Columns
from backends.serving.api.tables import BLOCK, Block, check_rows, checked_names
from backends.settings import MEGABYTE, Settings

if TYPE_CHECKING:
    from backends.bundle import Bundle

PIECE = 256 * 1024  # bytes that are looked at together
CELL = 128 * 1024  # characters of a cell that are always read
HEADER = 1 * MEGABYTE  # characters of the longest first line


@dataclass(frozen=True)
class TableForm:
    """How a model's CSV files are written: as the table that it was trained on.

    `missing` are the texts that mean no value, of each column; `columns` the names by which the delimiter is found.
    """

    columns: tuple[str, ...]
    missing: Mapping[str, frozenset[str]]
    encoding: str = "utf-8"
    delimiter: str = ","
    quoting: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_bundle(cls, bundle: Bundle) -> TableForm:
        """The form that the bundle's `schema.json` declares. Raises WorkbenchError for one in which nothing can be."""
        from backends.datasets.preparation import WORDS
        from backends.onnx_export.recipe_steps import first_reading

        signature, file = bundle.signature, bundle.file
        missing = {}
        for taken in signature.inputs:
            column = signature.columns[taken.source]
            first = first_reading(column, signature.recipe)  # cells are as they were before any step
            words = taken.tensor == "string" and first.kind in WORDS
            marks = file["missing"] if words else (*file["missing_among_values"], *first.exceptions)
            missing[column.name] = frozenset((*marks, ""))
        form = cls(tuple(signature.columns.names), missing, file["encoding"], file["delimiter"], file["quoting"])
        form.check()
        return form

    def check(self) -> None:
        """Raise WorkbenchError for an encoding, a delimiter or a quoting that cannot be."""
        try:
            io.TextIOWrapper(io.BytesIO(), encoding=self.encoding)
            csv.reader([], delimiter=self.delimiter, **self.quoting)
        except (LookupError, TypeError, ValueError, csv.Error) as error:
            raise WorkbenchError(
                f"The published model says that its CSV is written in a way that cannot be: {str(error)[:120]}.",
                hint="Send Parquet or JSON, and have the model exported and published again.",
            ) from None

    def missing_in(self, column: str) -> frozenset[str]:
        """The texts that mean no value in a column."""
        return self.missing.get(column, frozenset(("",)))


def csv_blocks(file: IO[bytes], settings: Settings, form: TableForm, columns: Columns) -> Generator[Block, None, None]:
    """A CSV file in blocks of text: those of its columns that the model takes. A missing value is None.

    The first line names the columns, in any order (see `Columns` for those that are too many or too few). The cells
    stay text: the model's schema knows how its numbers and dates are written. Columns without a name, or with one that
    is there already, are named as they were when the model's own table was read. A cell may be as long as a whole JSON
    body.
    """
    csv.field_size_limit(max(CELL, settings.max_request_mb * MEGABYTE))  # of the process; nothing else reads by it
    text = io.TextIOWrapper(file, encoding=_encoding(file, form), newline="")
    try:
        delimiter = _delimiter(text, form)
        rows = _rows(csv.reader(text, delimiter=delimiter, **form.quoting))
        names = checked_names(_names(next(rows, (0, []))[1]), settings)
        taken = [(names.index(name), name, form.missing_in(name)) for name in columns.among(names)]
        start = 0
        while block := list(islice(rows, BLOCK)):
            check_rows(start + len(block), settings)
            _check_widths(block, len(names))
            yield Block([_record(taken, cells) for _, cells in block], start)
            start += len(block)
    finally:
        text.detach()  # the file is closed by who opened it


def _record(taken: list[tuple[int, str, frozenset[str]]], cells: list[str]) -> dict[str, str | None]:
    """The cells of a line by the columns' names; `taken` has each column's place, name and marks of no value."""
    given = ((name, missing, cells[at].strip()) for at, name, missing in taken)
    return {name: None if cell in missing else cell for name, missing, cell in given}


def _encoding(file: IO[bytes], form: TableForm) -> str:
    """UTF-8 when the whole file is, else the encoding of the table that the model was trained on."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        while piece := file.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
        return "utf-8-sig"
    except UnicodeDecodeError:
        return form.encoding
    finally:
        file.seek(0)


def _delimiter(text: io.TextIOWrapper, form: TableForm) -> str:
    """The first delimiter by which the first line names every column that the model asks for; else the table's own."""
    try:
        line = text.readline(HEADER)
    except UnicodeError:
        raise _unreadable(1, "its encoding is another") from None
    text.seek(0)
    for delimiter in dict.fromkeys((form.delimiter, ",", ";", "\t", "|")):
        names = _names(_first(line, delimiter, form))
        if set(names).issuperset(form.columns):
            return delimiter
    return form.delimiter


def _first(line: str, delimiter: str, form: TableForm) -> list[str]:
    """The cells of the first line; none where it cannot be read so, which `_rows` then says in words."""
    try:
        return next(csv.reader([line], delimiter=delimiter, **form.quoting), [])
    except csv.Error:
        return []


def _names(header: list[str]) -> list[str]:
    """The columns' names, as `datasets` makes them from the same header."""
    return unique_names(join_header([header], len(header)))[0]


def _rows(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that they end in; empty lines are none."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeError) as error:
            reason = "its encoding is another" if isinstance(error, UnicodeError) else str(error)
            raise _unreadable(max(reader.line_num, 1), reason) from None
        if cells:
            yield reader.line_num, cells


def _unreadable(line: int, reason: str) -> WorkbenchError:
    return WorkbenchError(
        f"The CSV cannot be read from line {line:,} on: {reason}.",
        hint="Write it as UTF-8, each value that has a delimiter or a quote in it in double quotes.",
    )


def _check_widths(block: list[tuple[int, list[str]]], width: int) -> None:
    for line, cells in block:
        if len(cells) != width:
            raise WorkbenchError(
                f"Line {line:,} of the CSV has {len(cells):,} values, the header {width:,}.",
                hint="Put a value that has a delimiter in it in double quotes.",
            )
