"""What a file says of itself is data: nothing of it is run, opened, or believed."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backends.datasets import read_table
from backends.errors import WorkbenchError
from tests.fuzz.checks import fit_to_be_shown, sound_dataset
from tests.hostile.samples import repacked, workbook

SHEET = "xl/worksheets/sheet1.xml"


class Bomb:
    """A pickle of it makes a file where it is opened."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self._path,)


def parquet(table: pa.Table, **schema: bytes) -> bytes:
    out = io.BytesIO()
    pq.write_table(table.replace_schema_metadata(dict(schema)), out)
    return out.getvalue()


@pytest.mark.parametrize(
    "pandas",
    [
        b"not json",
        b"{}",
        b"[" * 50_000,
        json.dumps({"index_columns": ["a"], "columns": [], "column_indexes": []}).encode(),
        json.dumps({"index_columns": [{"kind": "range", "start": 0, "stop": 10**12, "step": 1}]}).encode(),
        json.dumps({"columns": [{"name": "a", "pandas_type": "object", "numpy_type": "O", "metadata": {}}]}).encode(),
    ],
)
def test_what_pandas_is_told_in_a_parquet_file_changes_no_value(pandas: bytes) -> None:
    dataset = read_table(parquet(pa.table({"a": [1, 2], "b": ["x", "y"]}), pandas=pandas), "t.parquet")
    assert dataset.frame.to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}


def test_no_pickle_in_a_parquet_file_is_opened(tmp_path: Path) -> None:
    """A field may carry the pickle of a Python type, which Arrow once opened by itself (CVE-2023-47248)."""
    target = tmp_path / "owned"
    about = {
        b"ARROW:extension:name": b"arrow.py_extension_type",
        b"ARROW:extension:metadata": pickle.dumps(Bomb(target)),
    }
    schema = pa.schema([pa.field("a", pa.int64(), metadata=about)])
    out = io.BytesIO()
    pq.write_table(pa.table({"a": [1, 2]}).cast(schema), out)
    assert read_table(out.getvalue(), "t.parquet").frame["a"].tolist() == [1, 2]
    assert not target.exists()


def test_odd_names_of_columns_are_made_usable() -> None:
    names = ["", " ", "a", "a", "../../x", "x\x00y", "<script>", "__proto__", "n" * 5_000, "\u202ea"]
    table = pa.Table.from_arrays([pa.array([at]) for at in range(len(names))], names=names)
    dataset = read_table(parquet(table), "t.parquet")
    sound_dataset(dataset)
    assert dataset.frame.iloc[0].tolist() == list(range(len(names)))
    assert max(map(len, dataset.schema.names)) <= 1_000
    assert any(note.rule == "name-cut" for note in dataset.notes)


def test_links_macros_and_paths_in_a_workbook_are_left_alone() -> None:
    book = openpyxl.Workbook()
    for row in (("a", "b"), ("=1+1", '=HYPERLINK("https://evil.example")'), (1, "x")):
        book.active.append(row)
    book.active.title = "a'b"[:31]
    out = io.BytesIO()
    book.save(out)
    more = {
        "../../evil.txt": b"x",
        "/etc/evil": b"x",
        "xl/vbaProject.bin": b"\xd0\xcf\x11\xe0",
        "xl/externalLinks/externalLink1.xml": b"<externalLink/>",
    }
    dataset = read_table(repacked(out.getvalue(), more), "../../t.xlsx")
    assert dataset.name == "t.xlsx"
    assert dataset.frame["b"].tolist()[-1] == "x"
    assert not Path("../../evil.txt").exists()


@pytest.mark.parametrize(
    "row",
    [
        '<row r="-5"><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>999999</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1" s="9999"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>9999999</v></c></row>',
        '<row r="1"><c r="A1" t="n"><v>1e999</v></c></row>',
        '<row r="99999999999999999999"><c r="A1"><v>1</v></c></row>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_a_table_or_one_sentence(row: str) -> None:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><dimension ref="A1:XFD9999999"/><sheetData>{row}</sheetData></worksheet>'
    try:
        dataset = read_table(repacked(workbook(), {SHEET: xml.encode()}), "t.xlsx")
    except WorkbenchError as error:
        fit_to_be_shown(error)
    else:
        sound_dataset(dataset)
