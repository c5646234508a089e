"""Excel workbooks to rows of text; bombs and passwords are found before the workbook is opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from backends.datasets.parquet import too_large
from backends.datasets.raw import check_size
from backends.errors import WorkbenchError
from backends.settings import Settings


def read_sheet(
    data: bytes, name: str, kind: str, sheet: str, settings: Settings
) -> tuple[list[list[str]], str, list[str]]:
    """Rows of text of one sheet (the first with anything in it by default), its name and all sheets' names.

    Raises WorkbenchError for a password, damage, excess, or a sheet that is not there.
    """
    old = data.startswith(b"\xd0\xcf\x11\xe0")
    if old and _encrypted(data):
        raise _locked(name)
    if not old:
        _check_unpacked(data, name, settings)
    sheets = _old_sheets(data, name) if old else _sheets(data, name)
    names = [title for title, _ in sheets]
    if sheet and sheet not in names:
        raise WorkbenchError(
            f"There is no sheet {sheet!r} in {name!r}.", hint=f"Its sheets are {', '.join(names[:10])}."
        )
    for title, rows in sheets:
        if sheet in ("", title):
            texts = _texts(rows, settings)
            if texts or sheet or title == names[-1]:
                return texts, title, names
    raise WorkbenchError(f"The workbook {name!r} has no sheet with cells.", hint="Choose a file with a table in it.")


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


def _check_unpacked(data: bytes, name: str, settings: Settings) -> None:
    size = sum(entry.file_size for entry in zipfile.ZipFile(io.BytesIO(data)).infolist())
    if size > settings.max_unpacked_bytes:
        raise too_large(name, size, settings)


Sheets = list[tuple[str, Iterator[tuple[Any, ...]]]]


def _sheets(data: bytes, name: str) -> Sheets:
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
        return [(sheet.title, sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    except (KeyError, ValueError, OSError, zipfile.BadZipFile, SyntaxError, TypeError, AttributeError) as error:
        raise _damaged(name, error) from None


def _old_sheets(data: bytes, name: str) -> Sheets:
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=data)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, ValueError, IndexError, AssertionError) as error:
        if "ncrypt" in str(error):
            raise _locked(name) from None
        raise _damaged(name, error) from None
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


def _texts(rows: Iterator[tuple[Any, ...]], settings: Settings) -> list[list[str]]:
    """Rows as text, without the empty ones at the end and the empty columns on the right."""
    texts: list[list[str]] = []
    while block := list(islice(rows, 10_000)):
        texts += [[_text(value) for value in row] for row in block]
        check_size(len(texts), max(map(len, texts[-len(block) :])), settings.max_rows + 100, settings.max_columns)
    while texts and not any(texts[-1]):
        texts.pop()
    width = max((at + 1 for row in texts for at, cell in enumerate(row) if cell), default=0)
    return [row[:width] + [""] * (width - len(row)) for row in texts]


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
    reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return WorkbenchError(f"The workbook {name!r} cannot be read: {reason}.", hint="Save it again, or use CSV.")
