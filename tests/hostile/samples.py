"""A valid file of every format that is read, small enough to be damaged at each of its bytes."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from functools import cache

import docx
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from tests.backends.retrieval.documents.pdfs import lines, pdf
from tests.hostile.old_excel import old_workbook

ROWS: list[tuple[str | float, ...]] = [
    ("name", "age", "paid", "since", "member"),
    ("Ann", 31, 10.5, "2020-01-31", "yes"),
    ("Bób", 24, 7.25, "2021-02-28", "no"),
    ('Eve "E", x', 45, 1200.75, "2019-12-01", "yes"),
    ("Zoë", 52, 3.0, "2022-06-30", "no"),
]
PAGE = """<!doctype html><html><head><title>Tea</title><style>p{}</style></head><body><h1>Tea &amp; more</h1>
<p>Green tea is brewed at 70 &deg;C.<br>Black tea is not.</p><ul><li>one<li>two</ul><table><tr><th>kind<th>minutes
<tr><td>green<td>2<tr><td>black<td>4</table><pre>code()</pre><script>alert(1)</script></body></html>"""
NOTES = """---
title: Tides
---
# Tides

They come *and* go.

> quoted
> twice

1. first
2. second

| a | b |
|---|---|
| 1 | 2 |

```python
print("x")
```
"""
PLAIN = "Ebb and flow.\n\nThe moon pulls the sea; the sea follows.\n"


@cache
def tables() -> Mapping[str, bytes]:
    """Tables by the name of their file."""
    text = "\n".join(",".join(_quoted(cell) for cell in row) for row in ROWS) + "\n"
    records = [dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]
    return {
        "t.csv": text.encode(),
        "wide.csv": text.replace(",", ";").encode("utf-16"),
        "t.tsv": "\n".join("\t".join(map(str, row)) for row in ROWS).encode("cp1252", "replace"),
        "t.json": json.dumps(records, indent=1).encode(),
        "t.jsonl": "\n".join(map(json.dumps, records)).encode(),
        "t.parquet": parquet(),
        "t.xlsx": workbook(),
        "t.xls": old_workbook([[_ascii(cell) for cell in row] for row in ROWS]),
    }  # fmt: skip


@cache
def documents() -> Mapping[str, bytes]:
    """Documents by the name of their file."""
    return {
        "a.txt": PLAIN.encode(),
        "a.md": NOTES.encode(),
        "a.html": PAGE.encode(),
        "a.csv": tables()["t.csv"],
        "a.pdf": pdf(lines(["Tides come and go.", "The moon pulls the sea."]), lines(["Page two."]), title="Tides"),
        "a.docx": word(),
    }


def parquet() -> bytes:
    """Columns of several kinds, in two row groups."""
    out = io.BytesIO()
    columns = list(zip(*ROWS[1:], strict=True))
    pq.write_table(
        pa.table(dict(zip(ROWS[0], map(list, columns), strict=True))), out, row_group_size=2, compression="snappy"
    )
    return out.getvalue()


def workbook() -> bytes:
    """Two sheets, the second one empty."""
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.create_sheet("More")
    out = io.BytesIO()
    book.save(out)
    core = zipfile.ZipFile(out).read("docProps/core.xml")
    return repacked(
        out.getvalue(), {"docProps/core.xml": re.sub(rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2026-01-01T00:00:00Z", core)}
    )


def word() -> bytes:
    """A heading, a list, a table and a footer."""
    file = docx.Document()
    file.add_heading("Tides", 1)
    file.add_paragraph("They come and go.")
    file.add_paragraph("first", style="List Number")
    table = file.add_table(2, 2)
    for at, cell in enumerate(table._cells):
        cell.text = f"cell {at}"
    out = io.BytesIO()
    file.save(out)
    return repacked(out.getvalue(), {})


def repacked(data: bytes, change: Mapping[str, bytes | None]) -> bytes:
    """The same zip with some members put in the place of others or added; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        members = {name: old.read(name) for name in old.namelist()}
        for name, content in {**members, **change}.items():
            if content is not None:
                new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # of the same day always
    return out.getvalue()


def _ascii(cell: str | float) -> str | float:
    return cell.encode("ascii", "replace").decode() if isinstance(cell, str) else cell


def _quoted(cell: object) -> str:
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text
