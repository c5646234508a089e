from __future__ import annotations

import gzip
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets import Dataset, read_pasted, read_table
from backends.errors import WorkbenchError
from backends.settings import Settings

FRAME = pd.DataFrame(
    {
        "n": [1, 2, 3],
        "x": [0.5, None, 2.5],
        "word": ["a", "b", None],
        "flag": [True, False, True],
        "day": pd.to_datetime(["2020-01-31", "2021-02-28", None]),
    }
)
KINDS = ["integer", "number", "category", "boolean", "datetime"]


def parquet(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_parquet(out, index=False)
    return out.getvalue()


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for at, rows in enumerate(sheets):
        sheet = book.active if at == 0 else book.create_sheet(f"More {at}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refused(data: bytes, name: str, said: str, **options: Any) -> WorkbenchError:
    with pytest.raises(WorkbenchError, match=said) as caught:
        read_table(data, name, **options)
    assert caught.value.hint
    return caught.value


def kinds(dataset: Dataset) -> list[str]:
    return [column.kind for column in dataset.schema]


def test_parquet_keeps_its_types() -> None:
    dataset = read_table(parquet(FRAME), "t.parquet")
    assert kinds(dataset) == KINDS
    assert dataset.frame["x"].tolist()[::2] == [0.5, 2.5]
    assert dataset.frame["day"][0] == pd.Timestamp("2020-01-31")
    assert dataset.dialect is None


def test_a_dataset_says_what_its_bytes_were() -> None:
    out = io.BytesIO()
    pd.DataFrame({"a": [1, 2]}).to_parquet(out)
    assert read_table(out.getvalue(), "t.parquet").format == "parquet"
    assert read_table(workbook([["a"], [1]]), "t.xlsx").format == "excel"


def test_excel_is_read_like_text_with_its_title_skipped() -> None:
    rows = [["Staff list"], [], ["name", "age", "since"], ["Ann", 31, pd.Timestamp("2020-01-31")], ["Bob", 24.5, None]]
    dataset = read_table(workbook(rows), "t.xlsx")
    assert list(dataset.frame.columns) == ["name", "age", "since"]
    assert kinds(dataset) == ["category", "number", "datetime"]
    assert dataset.rows == 2
    assert dataset.dialect is not None
    assert (dataset.dialect.sheet, dataset.dialect.skip_lines) == ("Sheet", 2)


def test_another_sheet_can_be_chosen_and_an_unknown_one_is_refused() -> None:
    data = workbook([["a", "b"], [1, 2]], [["c"], [3], [4]])
    assert read_table(data, "t.xlsx").frame.shape == (1, 2)
    assert read_table(data, "t.xlsx", sheet="More 1").frame["c"].tolist() == [3, 4]
    refused(data, "t.xlsx", "no sheet 'Nope'", sheet="Nope")


@pytest.mark.parametrize(
    "value",
    [
        [{"a": 1, "b": "x"}, {"a": 2}],
        {"a": [1, 2], "b": ["x", None]},
        {"data": [{"a": 1, "b": "x"}, {"a": 2, "b": None}]},
        {"columns": ["a", "b"], "data": [[1, "x"], [2, None]]},
        [["a", "b"], [1, "x"], [2, None]],
        {"a": {"0": 1, "1": 2}, "b": {"0": "x", "1": None}},
    ],
)
def test_json_of_any_usual_shape(value: Any) -> None:
    dataset = read_table(json.dumps(value).encode(), "t.json")
    assert dataset.frame["a"].tolist() == [1, 2]
    assert dataset.frame["b"].isna().tolist() == [False, True]


def test_json_lines_with_nested_objects_and_lists() -> None:
    data = b'{"a": {"b": 1, "c": {"d": "x"}}, "e": [1, 2]}\n{"a": {"b": 2}}\n'
    dataset = read_table(data, "t.jsonl")
    assert list(dataset.frame.columns) == ["a.b", "a.c.d", "e"]
    assert dataset.frame["e"][0] == "[1, 2]"
    assert any(note.rule == "list-as-text" and note.count == 1 for note in dataset.notes)


def test_pasted_text_is_a_table() -> None:
    assert read_pasted("name;näme\n1;2\n").frame.columns.tolist() == ["name", "näme"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "nothing but blanks"),
        (b"\xef\xbb\xbf\n", "nothing but blanks"),
        (b"<!DOCTYPE html><html><table><tr><td>1,2</td></tr></table>", "web page"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "gzip"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "PNG"),
        (b'[{"a": 1}]', "JSON"),
    ],
)
def test_a_csv_that_is_none_is_refused_in_one_sentence(data: bytes, said: str) -> None:
    error = refused(data, "t.csv", said)
    assert "'t.csv'" in error.message


def test_a_csv_that_is_a_workbook_a_parquet_or_a_zip_is_refused() -> None:
    refused(workbook([["a"], [1]]), "t.csv", "Excel workbook, not a text table")
    refused(parquet(FRAME), "t.csv", "Parquet file, not a text table")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("t.csv", "a,b\n1,2\n")
    refused(out.getvalue(), "t.csv", "zip archive")


@pytest.mark.parametrize("name", ["t.xlsx", "t.xls", "t.parquet"])
def test_text_under_another_name_is_refused(name: str) -> None:
    refused(b"a,b\n1,2\n", name, "text table")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("t.xlsx", "is damaged, or no Excel workbook"),
        ("t.xls", "is damaged, or no old Excel workbook"),
        ("t.parquet", "is damaged, or no Parquet file"),
    ],
)
@pytest.mark.parametrize("data", [random.Random(1).randbytes(3_000), bytes(range(1, 256))], ids=["NUL", "control"])
def test_bytes_that_are_no_text_are_not_called_one(data: bytes, name: str, said: str) -> None:
    error = refused(data, name, said)
    assert "Save it again" in error.hint
    assert "csv" not in str(error).lower()


def test_text_in_utf16_under_another_name_is_still_a_text_table() -> None:
    refused("a,b\n1,2\n".encode("utf-16"), "t.xlsx", "is a text table")


def test_json_that_is_none_is_refused_with_its_line() -> None:
    refused(b'{"a": 1}\n{"a": \n', "t.jsonl", "line 2")
    refused(b"a,b\n1,2\n", "t.json", "not valid JSON")
    refused(b"3", "t.json", "no table")


@pytest.mark.parametrize("data", [b"[" * 100_000 + b"]" * 100_000, b'[{"a":' * 9 + b"1" + b"}]" * 9])
def test_deeply_nested_json_is_refused(data: bytes) -> None:
    refused(data, "t.json", "levels deep")


def test_damaged_files_are_refused() -> None:
    refused(parquet(FRAME)[:-20] + b"x" * 20, "t.parquet", "cannot be read")
    refused(workbook([["a"], [1]])[:-300], "t.xlsx", "zip archive|cannot be read")


def test_a_zip_of_a_version_that_is_not_known_is_refused() -> None:
    data = bytearray(workbook([["a"], [1]]))
    data[data.index(b"PK\x01\x02") + 6] = 0xFF  # the version that is needed to unpack the first member
    refused(bytes(data), "t.xlsx", "damaged zip archive")


def test_nested_and_binary_parquet_columns_are_named() -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"ok": [1], "tags": [[1, 2]]}), out)
    refused(out.getvalue(), "t.parquet", "'tags'")
    out = io.BytesIO()
    pq.write_table(pa.table({"blob": pa.array([b"x"])}), out)
    refused(out.getvalue(), "t.parquet", "'blob'")


def test_a_password_is_asked_for_in_one_sentence(tmp_path: Path) -> None:
    from msoffcrypto.format.ooxml import OOXMLFile

    with (tmp_path / "locked.xlsx").open("wb") as out:
        OOXMLFile(io.BytesIO(workbook([["a"], [1]]))).encrypt("secret", out)
    refused((tmp_path / "locked.xlsx").read_bytes(), "locked.xlsx", "password")


def test_a_workbook_that_unpacks_to_too_much_is_not_opened() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", "0" * 5_000_000)
    assert len(out.getvalue()) < 20_000
    refused(out.getvalue(), "t.xlsx", "unpacks to more than 2 MB", settings=Settings(max_unpacked_mb=2))


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": range(1_000_000)}), pd.DataFrame({"a": ["x" * 1000] * 50_000})])
def test_a_parquet_that_unpacks_to_too_much_is_refused(frame: pd.DataFrame) -> None:
    refused(parquet(frame), "t.parquet", "unpacks to more than 3 MB", settings=Settings(max_unpacked_mb=3))


def test_limits_of_bytes_rows_and_columns() -> None:
    table = b"a,b\n" + b"1,2\n" * 1_000
    refused(b"a,b\n" + b"1,2\n" * 300_000, "t.csv", "at most 1 MB", settings=Settings(max_upload_mb=1))
    refused(table, "t.csv", "more than 999 rows", settings=Settings(max_rows=999))
    assert read_table(table, "t.csv", settings=Settings(max_rows=1_000)).rows == 1_000
    refused(table, "t.csv", "2 columns; at most 1", settings=Settings(max_columns=1))
    refused(parquet(FRAME), "t.parquet", "5 columns; at most 4", settings=Settings(max_columns=4))
    refused(b'[{"a":1},{"b":2}]', "t.json", "2 columns", settings=Settings(max_columns=1))
    refused(workbook([["a"], [1], [2], [3]]), "t.xlsx", "rows", settings=Settings(max_rows=2))


def test_a_header_without_rows_is_an_empty_table_with_a_note() -> None:
    dataset = read_table(b"a,b,c\n", "t.csv")
    assert dataset.frame.shape == (0, 3)
    assert any(note.rule == "no-rows" for note in dataset.notes)


@pytest.mark.parametrize(
    "given",
    [
        {"delimeter": ","},
        {"delimiter": 3},
        {"header_rows": "one"},
        {"header_rows": -1},
        {"quotechar": "''"},
        {"delimiter": '"', "quotechar": '"'},
        {"delimiter": "\n"},
        {"decimal": ";"},
        {"thousands": ".", "decimal": "."},
        {"kinds": {"a": "colour"}},
        {"kinds": {"zzz": "number"}},
        {"skip_lines": 10},
    ],
)
def test_unknown_and_impossible_corrections_are_refused(given: dict[str, Any]) -> None:
    refused(b"a,b\n1,2\n", "t.csv", ".", **given)


NAMES = ["t.csv", "t.tsv", "t.json", "t.jsonl", "t.xlsx", "t.xls", "t.parquet", "t"]
STARTS = [b"", b"PK\x03\x04", b"PAR1", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b'[{"a":', b"\xff\xfe", b"<html", b"a,b\n"]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(STARTS), st.binary(max_size=80), st.sampled_from(NAMES))
def test_any_bytes_are_a_table_or_one_sentence(start: bytes, rest: bytes, name: str) -> None:
    try:
        dataset = read_table(start + rest, name)
    except WorkbenchError:
        return
    assert len(dataset.schema) == dataset.frame.shape[1] > 0


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="ab1,;|\"'\\#\n\r\t .-$%€0", max_size=80))
def test_any_text_is_a_table_or_one_sentence(text: str) -> None:
    if text.strip():
        dataset = read_table(text.encode(), "t.csv")
        assert tuple(dataset.frame.columns) == dataset.schema.names
    else:
        refused(text.encode(), "t.csv", "blanks|empty")


def test_a_correction_that_a_format_has_not_is_refused() -> None:
    refused(parquet(FRAME), "t.parquet", "delimiter", delimiter=";")
    refused(workbook([["a"], [1]]), "t.xlsx", "delimiter", delimiter=";")


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "<table>", "<script>"])
def test_a_tag_can_be_the_name_of_the_first_column(name: str) -> None:
    dataset = read_table(f"{name},b\n1,2\n3,4\n".encode(), "t.csv")
    assert dataset.schema.names == (name, "b")


def test_text_in_a_parquet_file_that_is_no_utf8_is_refused() -> None:
    offsets = pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0")
    words = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"a\xff")])
    for column in (words, pa.DictionaryArray.from_arrays(pa.array([0, 1, 1]), words)):
        out = io.BytesIO()
        pq.write_table(pa.table({"a": column}), out)
        refused(out.getvalue(), "t.parquet", "UTF8")


def test_a_number_of_very_many_digits_is_text_or_told() -> None:
    digits = "9" * 20_000
    assert read_table(f"a,b\n{digits},1\n2,3\n".encode(), "t.csv").rows == 2
    refused(f'[{{"a": {digits}}}]'.encode(), "t.json", "not valid JSON")


def test_what_a_message_quotes_is_short() -> None:
    value, name = "x" * 50_000, "n" * 50_000
    assert len(str(refused(f"a\n{value}\n{value}z\n".encode(), "t.csv", "datetime", kinds={"a": "datetime"}))) < 500
    assert len(str(refused(f"{name},b\n1,2\n".encode(), "t.csv", "no column", kinds={"zzz": "number"}))) < 500


def test_an_endless_name_is_cut_and_said() -> None:
    dataset = read_table(b"n" * 5_000 + b"," + b"n" * 5_000 + b"\n1,2\n", "t.csv")
    assert [len(name) for name in dataset.schema.names] == [1_000, 1_002]
    assert any(note.rule == "name-cut" and note.count == 2 for note in dataset.notes)


def test_a_column_of_empty_quotes_is_no_trouble() -> None:
    assert read_table(b'a,b\n"",1\n"",2\n', "t.csv").rows == 2


def test_a_table_of_nothing_but_gaps_is_refused_and_a_dense_one_of_its_size_is_not() -> None:
    wide = [f"c{at}" for at in range(300)]
    few = Settings(max_unpacked_mb=1)  # 32,768 cells, or a cell for each byte
    sparse = "\n".join(json.dumps({name: 1}) for name in wide).encode()
    refused(sparse, "t.jsonl", "more cells than its", settings=few)
    assert read_table(sparse, "t.jsonl").frame.shape == (300, 300)
    header, row = ",".join(wide), "1," * 299 + "1"
    short = "\n".join([header, *[row] * 40, *["1,2"] * 3_000]).encode()
    refused(short, "t.csv", "more cells than its", settings=few)
    assert read_table("\n".join([header, *[row] * 200]).encode(), "t.csv", settings=few).frame.shape == (200, 300)
    far: list[list[Any]] = [["a"], *[[None]] * 600, [None] * 200 + ["x"]]
    refused(workbook(far), "t.xlsx", "more cells than its", settings=few)
