"""Excel workbooks to rows of text; bombs and passwords are found before the workbook is opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import Any

from backends.datasets.names import shown_names
from backends.datasets.parquet import too_large
from backends.datasets.raw import check_cells, check_size
from backends.errors import WorkbenchError
from backends.settings import MEGABYTE, Settings

SHEET_ROWS = 1_048_576  # no sheet of any program has more
UNSUSPECTED_MB = 100  # whatever the ratio; a sheet of one number over and over packs well
MOST_RATIO = 100  # of what a workbook unpacks to and its own size; real ones have 5 to 20


def read_sheet(
    data: bytes, name: str, kind: str, sheet: str, settings: Settings
) -> tuple[list[list[str]], str, list[str]]:
    """Rows of text of one sheet (the first with anything in it by default), its name and all sheets' names.

    Raises WorkbenchError for a password, damage, excess, or a sheet that is not there.
    """
    old = data.startswith(b"\xd0\xcf\x11\xe0")
    if old and _encrypted(data):
        raise _locked(name)
    with _sound(name):
        size = len(data) if old else _unpacked(data, name, settings)
        sheets = _old_sheets(data) if old else _sheets(data)
    names = [title for title, _ in sheets]
    if sheet and sheet not in names:
        raise WorkbenchError(f"There is no sheet {sheet!r} in {name!r}.", hint=f"Its sheets are {shown_names(names)}.")
    for title, rows in sheets:
        if sheet in ("", title):
            with _sound(name):  # cells are read as they are asked for
                texts = _texts(rows, size, settings)
            if texts or sheet or title == names[-1]:
                return texts, title, names
    raise WorkbenchError(f"The workbook {name!r} has no sheet with cells.", hint="Choose a file with a table in it.")


@contextmanager
def _sound(name: str) -> Iterator[None]:
    """Raise WorkbenchError for whatever the libraries raise: damage shows itself there in more ways than they name."""
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as error:
        if "ncrypt" in str(error):
            raise _locked(name) from None
        raise _damaged(name, error) from None


def _encrypted(data: bytes) -> bool:
    import msoffcrypto

    try:
        return bool(msoffcrypto.OfficeFile(io.BytesIO(data)).is_encrypted())
    except Exception as error:  # the library raises several families for damaged files; the reader says what is wrong
        return "ncrypt" in str(error)


def _locked(name: str) -> WorkbenchError:
    return WorkbenchError(
        f"The workbook {name!r} is protected by a password.", hint="Save it without one and load it again."
    )


def _unpacked(data: bytes, name: str, settings: Settings) -> int:
    """The bytes that a workbook unpacks to. Raises WorkbenchError for too many, and for what only a bomb has."""
    size = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist())
    if size > settings.max_unpacked_bytes:
        raise too_large(name, size, settings)
    if size > max(UNSUSPECTED_MB * MEGABYTE, MOST_RATIO * len(data)):
        raise WorkbenchError(
            f"The workbook {name!r} unpacks to {size / len(data):,.0f} times its size, as no table does.",
            hint="Save it again in a spreadsheet program, or use CSV.",
        )
    return size


Sheets = list[tuple[str, Iterator[tuple[Any, ...]]]]


def _sheets(data: bytes) -> Sheets:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    for sheet in book.worksheets:
        sheet.reset_dimensions()
    return [(sheet.title, sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


def _old_sheets(data: bytes) -> Sheets:
    import xlrd

    book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO())  # its warnings are not for our output
    return [(sheet.name, _old_rows(sheet, book.datemode)) for sheet in book.sheets()]


def _old_rows(sheet: Any, datemode: int) -> Iterator[tuple[Any, ...]]:
    import xlrd

    for at in range(sheet.nrows):
        yield tuple(
            xlrd.xldate_as_datetime(cell.value, datemode) if cell.ctype == xlrd.XL_CELL_DATE
            else bool(cell.value) if cell.ctype == xlrd.XL_CELL_BOOLEAN
            else None if cell.ctype == xlrd.XL_CELL_ERROR
            else cell.value
            for cell in sheet.row(at)
        )  # fmt: skip


def _texts(rows: Iterator[tuple[Any, ...]], size: int, settings: Settings) -> list[list[str]]:
    """Rows as text, without the empty ones at the end and the empty columns on the right.

    `size` is the bytes that the sheet can be made of: cells that are merely passed over on the way to a far one count.
    """
    texts: list[list[str]] = []
    width = last = 0
    for number, row in enumerate(rows, 1):
        if number > SHEET_ROWS:  # a row may say any number of itself, and those in front of it are made up
            raise ValueError(f"a row says that it is beyond the row {SHEET_ROWS:,}, where every sheet ends")
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        texts.append(cells)
        if cells:
            width, last = max(width, len(cells)), len(texts)
            check_size(last, width, settings.max_rows + 100, settings.max_columns)
            check_cells(last, width, size, settings)
    return [row + [""] * (width - len(row)) for row in texts[:last]]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d") if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _damaged(name: str, error: Exception) -> WorkbenchError:
    reason = str(error).splitlines()[0][:120].rstrip(". ") if str(error).strip() else type(error).__name__
    return WorkbenchError(f"The workbook {name!r} cannot be read: {reason}.", hint="Save it again, or use CSV.")
