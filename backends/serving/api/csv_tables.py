"""CSV in blocks, read as the table that the model was trained on was written."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from backends.errors import WorkbenchError
from backends.serving.api.tables import BLOCK, Block, check_rows, checked_names
from backends.settings import MEGABYTE, Settings

if TYPE_CHECKING:
    from backends.bundle import Bundle

PIECE = 256 * 1024  # bytes that are looked at together
HEADER = 1 * MEGABYTE  # characters of the longest first line


@dataclass(frozen=True)
class TableForm:
    """How a model's CSV files are written: as the table that it was trained on.

    `missing` are the texts that mean no value, of each column; `columns` the names that the first line has to have.
    """

    columns: tuple[str, ...]
    missing: Mapping[str, frozenset[str]]
    encoding: str = "utf-8"
    delimiter: str = ","
    quoting: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of_bundle(cls, bundle: Bundle) -> TableForm:
        """The form that the bundle's `schema.json` declares."""
        signature, file = bundle.signature, bundle.file
        missing = {}
        for taken in signature.inputs:
            column = signature.columns[taken.source]
            words = taken.tensor == "string"
            marks = file["missing"] if words else (*file["missing_among_values"], *column.exceptions)
            missing[column.name] = frozenset((*marks, ""))
        names = tuple(signature.columns.names)
        return cls(names, missing, file["encoding"], file["delimiter"], file["quoting"])

    def missing_in(self, column: str) -> frozenset[str]:
        """The texts that mean no value in a column."""
        return self.missing.get(column, frozenset(("",)))


def csv_blocks(file: IO[bytes], settings: Settings, form: TableForm) -> Generator[Block, None, None]:
    """A CSV file in blocks of text. The first line names the columns, in any order; a missing value is None.

    The cells stay text: the model's schema knows how its numbers and dates are written.
    """
    text = io.TextIOWrapper(file, encoding=_encoding(file, form), newline="")
    try:
        delimiter = _delimiter(text, form)
        rows = _rows(csv.reader(text, delimiter=delimiter, **form.quoting))
        names = checked_names([name.strip() for name in next(rows, (0, []))[1]], settings)
        marks = [form.missing_in(name) for name in names]
        start = 0
        while block := list(islice(rows, BLOCK)):
            check_rows(start + len(block), settings)
            _check_widths(block, len(names))
            yield Block([_record(names, marks, cells) for _, cells in block], start)
            start += len(block)
    finally:
        text.detach()  # the file is closed by who opened it


def _record(names: tuple[str, ...], marks: list[frozenset[str]], cells: list[str]) -> dict[str, str | None]:
    given = zip(names, marks, map(str.strip, cells), strict=True)
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
    line = text.readline(HEADER)
    text.seek(0)
    for delimiter in dict.fromkeys((form.delimiter, ",", ";", "\t", "|")):
        names = {name.strip() for name in next(csv.reader([line], delimiter=delimiter, **form.quoting), [])}
        if names.issuperset(form.columns):
            return delimiter
    return form.delimiter


def _rows(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that they end in; empty lines are none."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError) as error:
            reason = "its encoding is another" if isinstance(error, UnicodeDecodeError) else str(error)
            raise WorkbenchError(
                f"The CSV cannot be read from line {max(reader.line_num, 1)} on: {reason}.",
                hint="Write it as UTF-8, each value that has a delimiter or a quote in it in double quotes.",
            ) from None
        if cells:
            yield reader.line_num, cells


def _check_widths(block: list[tuple[int, list[str]]], width: int) -> None:
    for line, cells in block:
        if len(cells) != width:
            raise WorkbenchError(
                f"Line {line:,} of the CSV has {len(cells):,} values, the header {width:,}.",
                hint="Put a value that has a delimiter in it in double quotes.",
            )
