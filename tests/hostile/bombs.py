"""Small files that unpack to much, and what becomes of each: ``python -m tests.hostile.bombs`` answers them in turn.

Memory is bounded and each answer has 30 s, as in the fuzzer; a line of JSON says what came of each.
"""

from __future__ import annotations

import io
import json
import sys
import time
import zipfile
import zlib
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from tests.fuzz.child import bound_memory, forget_peak, in_time, peak_mb
from tests.hostile.samples import PAGE, repacked, word, workbook

SHEET = "xl/worksheets/sheet1.xml"
_CELL = '<c r="{0}" t="inlineStr"><is><t>{1}</t></is></c>'
_LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 10))
DOCTYPE = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l0 "ha">{_LAUGHS}]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'


def sheet(rows: str, head: str = "") -> bytes:
    """The XML of a worksheet with these rows."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'{head}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()


def _xlsx(content: bytes) -> bytes:
    return repacked(workbook(), {SHEET: content})


def _far_cell() -> bytes:
    return _xlsx(
        sheet(f'<row r="1">{_CELL.format("A1", "a")}</row><row r="1048576">{_CELL.format("XFD1048576", "b")}</row>')
    )


def _row_beyond_all() -> bytes:
    return _xlsx(sheet(f'<row r="99999999999999999999">{_CELL.format("A1", "a")}</row>'))


def _many_far_cells() -> bytes:
    rows = "".join(f'<row r="{at}">{_CELL.format(f"XFD{at}", "b")}</row>' for at in range(1, 5_000))
    return _xlsx(sheet(rows))


def _laughing_sheet() -> bytes:
    return _xlsx(sheet(f'<row r="1">{_CELL.format("A1", "&l9;")}</row>', DOCTYPE))


def _outside_sheet() -> bytes:
    return _xlsx(sheet(f'<row r="1">{_CELL.format("A1", "&l9;")}</row>', OUTSIDE))


def _flat_sheet() -> bytes:
    return _xlsx(sheet('<row r="1">' + _CELL.format("A1", "x" * 300_000_000) + "</row>"))


def _lying_sheet() -> bytes:
    """A zip whose table of contents says that its sheet is short."""
    data = bytearray(_xlsx(sheet('<row r="1">' + _CELL.format("A1", "x" * 30_000_000) + "</row>")))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        size = archive.getinfo(SHEET).file_size
    return bytes(data).replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little"))


def _word(document: str, head: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = f'{head}<w:document xmlns:w="{space}"><w:body>{document}</w:body></w:document>'
    return repacked(word(), {"word/document.xml": xml.encode()})


def _nulls() -> bytes:
    """A million rows of 3,000 columns, all missing."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    column, out = pa.nulls(1_000_000, pa.int32()), io.BytesIO()
    pq.write_table(pa.table({f"c{at}": column for at in range(3_000)}), out)
    return out.getvalue()


def _pdf(objects: list[bytes]) -> bytes:
    out = b"%PDF-1.4\n" + b"".join(b"%d 0 obj\n%b\nendobj\n" % (at, body) for at, body in enumerate(objects, 1))
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\n%%%%EOF\n" % (len(objects) + 1)


def _flate_pdf() -> bytes:
    """A page whose content is a gigabyte of blanks, packed twice."""
    blanks = zlib.compressobj(9)
    once = b"".join(blanks.compress(b" " * 10_000_000) for _ in range(100)) + blanks.flush()
    packed = zlib.compress(once, 9)
    stream = b"<< /Length %d /Filter [/FlateDecode /FlateDecode] >>\nstream\n%b\nendstream" % (len(packed), packed)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
    return _pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, stream])


TABLES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a cell in the last corner of a sheet": ("t.xlsx", _far_cell),
    "a row beyond all": ("t.xlsx", _row_beyond_all),
    "rows that are 16,384 columns wide": ("t.xlsx", _many_far_cells),
    "entities of entities in a sheet": ("t.xlsx", _laughing_sheet),
    "a file of this machine as an entity": ("t.xlsx", _outside_sheet),
    "a cell of 300 MB": ("t.xlsx", _flat_sheet),
    "a sheet that says it is short": ("t.xlsx", _lying_sheet),
    "a million rows of 3,000 missing columns": ("t.parquet", _nulls),
    "a record of its own column in each line": (
        "t.jsonl", lambda: b"\n".join(b'{"c%d":1}' % at for at in range(19_000))),
    "20,000 columns over many short rows": ("t.csv", lambda: b"," * 19_999 + b"\n" + b"1\n" * 50_000),
    "one wide row under many short ones": ("t.csv", lambda: b"a\n" + b"1\n" * 50_000 + b"," * 19_999 + b"\n"),
    "wide rows above many short ones": ("t.csv", lambda: (
        (b"1.5," * 999 + b"1\n") * 80 + b"1,2\n" * 100_000)),
    "wide rows above many empty lines": ("t.csv", lambda: (
        (b"1.5," * 999 + b"1\n") * 80 + b"\n" * 100_000 + b"1\n")),
    "20,000 columns of one name": ("t.csv", lambda: b"a," * 19_999 + b"a\n" + b"1," * 19_999 + b"1\n"),
    "a row of a million cells": ("t.csv", lambda: b"a,b\n" + b"," * 1_000_000),
    "a quote that never ends": ("t.csv", lambda: b'a,b\n"' + b"x,\n" * 300_000),
    "a million quotes": ("t.csv", lambda: b'"' * 1_000_000),
    "a number of a million digits": ("t.json", lambda: b'[{"a": ' + b"9" * 1_000_000 + b"}]"),
    "a number beyond all": ("t.json", lambda: b'[{"a": 1e999999999}, {"a": -1}]'),
    "a million brackets": ("t.json", lambda: b"[" * 1_000_000),
    "a name of a megabyte": ("t.csv", lambda: b"a" * 1_000_000 + b",b\n1,2\n"),
}  # fmt: skip
DOCUMENTS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "entities of entities in a Word file": (
        "a.docx", lambda: _word("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", DOCTYPE)),
    "a file of this machine in a Word file": (
        "a.docx", lambda: _word("<w:p><w:r><w:t>&l9;</w:t></w:r></w:p>", OUTSIDE)),
    "100,000 tables inside each other": (
        "a.docx", lambda: _word("<w:tbl><w:tr><w:tc>" * 100_000 + "</w:tc></w:tr></w:tbl>" * 100_000)),
    "60 tables inside each other": ("a.docx", lambda: _word(
        "<w:tbl><w:tr><w:tc>" * 60 + "<w:p><w:r><w:t>x</w:t></w:r></w:p>" + "</w:tc></w:tr></w:tbl>" * 60)),
    "a page that is its own parent": ("a.pdf", lambda: _pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])),
    "two thousand million pages": ("a.pdf", lambda: _pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 2000000000 >>"])),
    "100,000 arrays inside each other": ("a.pdf", lambda: _pdf(
        [b"<< /Type /Catalog /Pages 2 0 R /X " + b"[" * 100_000 + b" >>"])),
    "a gigabyte of blanks on a page": ("a.pdf", _flate_pdf),
    "100,000 divisions inside each other": ("a.html", lambda: b"<div>" * 100_000 + b"x"),
    "30,000 attributes": ("a.html", lambda: b"<p " + b"".join(b"a%d=1 " % at for at in range(30_000)) + b">x"),
    "20,000 tables of half a cell": ("a.html", lambda: b"<table><tr><td>x" * 20_000),
    "a page of unclosed everything": ("a.html", lambda: PAGE.replace("</", "<").encode() * 200),
    "quotes of quotes": ("a.md", lambda: b"> " * 100_000 + b"x"),
    "lists of lists": ("a.md", lambda: b"".join(b"  " * at + b"- x\n" for at in range(2_000))),
    "brackets that never close": ("a.md", lambda: b"[" * 500_000 + b"](" * 100_000),
    "backticks of every length": ("a.md", lambda: b" ".join(b"`" * at for at in range(1_500))),
    "a table of 50,000 columns": ("a.md", lambda: b"|a" * 50_000 + b"|\n" + b"|-" * 50_000 + b"|\n" + b"|1" * 50_000),
    "stars and underscores": ("a.md", lambda: b"*_" * 300_000 + b"x"),
    "a megabyte of line ends": ("a.txt", lambda: b"x" + b"\r\n" * 500_000 + b"y"),
    "accents without a letter": ("a.txt", lambda: b"x" + "\u0301".encode() * 500_000),
    "letters that turn the reading round": ("a.txt", lambda: ("\u202e" * 100_000 + "x").encode()),
}  # fmt: skip


def _answered(read: Callable[[], Any], limit: AbstractContextManager[None]) -> dict[str, Any]:
    from backends.errors import WorkbenchError

    forget_peak()
    started = time.process_time()
    try:
        with limit:
            read()
        said = {"outcome": "result"}
    except WorkbenchError as error:
        said = {"outcome": "refused", "message": error.message, "hint": error.hint}
    except BaseException as error:
        said = {"outcome": f"{type(error).__name__}: {str(error)[:300]}"}
    return {**said, "seconds": time.process_time() - started, "mb": peak_mb()}


def main(only: str = "") -> None:
    """Answer each bomb: tables in this process, documents in that of the workbench, which is bounded too."""
    from backends.datasets import read_table
    from backends.retrieval.documents import read_apart

    bound_memory()
    for which, bombs, limit in ((read_table, TABLES, in_time), (read_apart, DOCUMENTS, nullcontext)):
        for title, (name, make) in bombs.items():
            if only in title:
                data = make()
                print(json.dumps({"title": title, "begins": True, "size": len(data)}), flush=True)
                print(json.dumps({"title": title, **_answered(lambda: which(data, name), limit())}), flush=True)  # noqa: B023


if __name__ == "__main__":
    main(*sys.argv[1:])
