"""Tables that come in blocks: CSV as the model's own table was written, and Parquet."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from backends.datasets import read_table
from backends.errors import WorkbenchError
from backends.serving.api import csv_tables, parquet_tables
from backends.serving.api.csv_tables import TableForm, csv_blocks
from backends.serving.api.parquet_tables import parquet_blocks
from backends.serving.api.table_columns import Columns
from backends.serving.api.tables import Block
from backends.settings import MEGABYTE, Settings

MARKS = {"age": frozenset(("", "NA")), "city": frozenset(("", "?"))}
FORM = TableForm(("age", "city"), MARKS, encoding="latin-1", delimiter=";")


def read(
    text: str | bytes, settings: Settings | None = None, form: TableForm = FORM, columns: Columns | None = None
) -> list[Any]:
    file = io.BytesIO(text.encode() if isinstance(text, str) else text)
    blocks = csv_blocks(file, settings or Settings(), form, columns or Columns(form.columns))
    return [(block.start, block.rows) for block in blocks]


def test_cells_stay_text_and_the_marks_of_each_column_are_missing() -> None:
    assert read('city,age\n"Rome, old",31\n?,NA\nNA,?\n') == [
        (0, [{"city": "Rome, old", "age": "31"}, {"city": None, "age": None}, {"city": "NA", "age": "?"}])
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_the_columns(delimiter: str) -> None:
    text = "age,city,extra\n31,Rome,x\n\n44,Bonn,y\n".replace(",", delimiter)
    columns = Columns(FORM.columns)
    [(_, rows)] = read(text, columns=columns)
    assert columns.ignored == ("extra",)
    assert all(set(row) == {"age", "city"} for row in rows)
    assert [row["city"] for row in rows] == ["Rome", "Bonn"]


def test_a_file_that_lacks_a_column_is_read_by_the_tables_own_delimiter() -> None:
    columns = Columns(FORM.columns, absent=True)
    [(_, rows)] = read("age;town\n31;a,b\n", columns=columns)
    assert rows == [{"age": "31"}]
    assert columns.ignored == ("town",)


def test_utf8_with_a_mark_is_seen_and_anything_else_has_the_tables_encoding() -> None:
    for data in ("\ufeffage;city\n1;Köln\n".encode(), "age;city\n1;Köln\n".encode("latin-1")):
        assert read(data) == [(0, [{"age": "1", "city": "Köln"}])]


def test_blocks_are_of_the_size_and_count_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_tables, "BLOCK", 2)
    found = read("age;city\n" + "".join(f"{n};x\n" for n in range(5)))
    assert [(start, [row["age"] for row in rows]) for start, rows in found] == [
        (0, ["0", "1"]),
        (2, ["2", "3"]),
        (4, ["4"]),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("age;city\n1;Rome\n2\n", "Line 3 of the CSV has 1 values, the header 2"),
        ("age;city\n1;" + "x" * (11 * MEGABYTE) + "\n", "from line 2 on"),
        ("age;city\n1;Köln\n".encode("utf-16"), "cannot be read from line 1 on: its encoding is another"),
    ],
)
def test_a_broken_file_is_refused_with_its_place(text: str | bytes, said: str) -> None:
    form = replace(FORM, encoding="utf-8") if isinstance(text, bytes) else FORM
    with pytest.raises(WorkbenchError, match=said):
        read(text, form=form)


def test_a_cell_may_be_as_long_as_a_json_body() -> None:
    [(_, [row])] = read("age;city\n1;" + "x" * 500_000 + "\n")
    assert len(row["city"]) == 500_000


@pytest.mark.parametrize("header", ["age,,city,age", 'age," ",city,age', 'age,  ," city",age '])
def test_a_header_is_named_as_the_models_own_table_was(header: str) -> None:
    rows = "31,5,Rome,32\n" * 3
    own = read_table(f"{header}\n{rows}".encode(), "own.csv", header_rows=1).schema.names
    [(_, found)] = read(f"{header}\n{rows}", form=replace(FORM, columns=("age_2", "column_2")), columns=Columns(own))
    assert own == ("age", "column_2", "city", "age_2")
    assert tuple(found[0]) == own


@pytest.mark.parametrize(
    "odd",
    [
        {"encoding": "nope"},
        {"encoding": "hex"},
        {"delimiter": "ab"},
        {"delimiter": 5},
        {"quoting": {"x": 1}},
        {"quoting": {"quotechar": 5}},
        {"quoting": {"delimiter": ";"}},
    ],
)
def test_a_form_that_cannot_be_is_told_and_is_no_bug(odd: dict[str, Any]) -> None:
    with pytest.raises(WorkbenchError, match="in a way that cannot be"):
        replace(FORM, **odd).check()


def test_too_many_rows_and_columns_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="more than 2 rows"):
        read("age;city\n1;a\n2;b\n3;c\n", Settings(max_rows=2))
    with pytest.raises(WorkbenchError, match="has 2 columns"):
        read("age;city\n1;a\n", Settings(max_columns=1))


def parquet_read(file: io.BytesIO, *names: str, **settings: Any) -> list[Block]:
    return list(parquet_blocks(file, Settings(**settings), Columns(names)))


def parquet(frame: pd.DataFrame, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    frame.to_parquet(file, **options)
    file.seek(0)
    return file


def test_parquet_comes_in_blocks_with_its_own_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_tables, "BLOCK", 2)
    frame = pd.DataFrame({"age": [1.5, None, 3.0], "city": ["Rome", None, "Bonn"], "member": [True, False, True]})
    blocks = parquet_read(parquet(frame), "age", "city", "member")
    assert [block.start for block in blocks] == [0, 2]
    whole: pd.DataFrame = pd.concat([block.rows for block in blocks], ignore_index=True)  # type: ignore[misc]
    pd.testing.assert_frame_equal(whole, frame, check_dtype=False)
    assert whole["age"].dtype == float


def test_parquet_that_is_damaged_nested_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read"):
        parquet_read(io.BytesIO(b"PAR1 nothing PAR1"), "x")
    with pytest.raises(WorkbenchError, match="'x' holds list"):
        parquet_read(parquet(pd.DataFrame({"x": [[1], [2]]})), "x")
    with pytest.raises(WorkbenchError, match="more than 1 rows"):
        parquet_read(parquet(pd.DataFrame({"x": [1, 2]})), "x", max_rows=1)
    monkeypatch.setattr(parquet_tables, "BLOCK_BYTES", 1_000_000)
    long = parquet(pd.DataFrame({"x": ["a" * 10_000] * 1_000}))
    assert len(long.getvalue()) < 100_000, "few bytes that stand for many"
    with pytest.raises(WorkbenchError, match="hold 10 MB of text"):
        parquet_read(long, "x")


def test_text_in_parquet_that_is_no_utf8_is_refused() -> None:
    offsets = pa.py_buffer(b"\0\0\0\0\1\0\0\0\2\0\0\0")
    file = io.BytesIO()
    pq.write_table(
        pa.table({"x": pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"a\xff")])}), file
    )
    with pytest.raises(WorkbenchError, match="UTF8"):
        parquet_read(file, "x")


def test_a_row_group_is_measured_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"x": pa.array(range(300_000))}), file)
    with pytest.raises(WorkbenchError, match="row group of the Parquet file unpacks to"):
        parquet_read(file, "x", max_unpacked_mb=0)


def test_columns_of_parquet_that_the_model_does_not_take_are_not_even_read() -> None:
    frame = pd.DataFrame({"id": [[1], [2]], "x": [1, 2], "secret": [b"a", b"b"]})
    columns = Columns(("x",))
    [block] = parquet_blocks(parquet(frame), Settings(), columns)
    pd.testing.assert_frame_equal(block.rows, frame[["x"]])  # type: ignore[arg-type]
    assert columns.ignored == ("id", "secret")


def test_a_table_that_lacks_a_column_is_refused_once_with_what_it_has_instead() -> None:
    for refused in (
        lambda: read("Age;city\n31;Rome\n" * 5),
        lambda: parquet_read(parquet(pd.DataFrame({"Age": [31], "city": ["Rome"]})), "age", "city"),
    ):
        with pytest.raises(WorkbenchError, match=r"has no column 'age'\. It has 'Age', which the model") as error:
            refused()
        assert "unusual=accept" in error.value.hint
    assert read("Age;city\n31;Rome\n", columns=Columns(("age", "city"), absent=True)) == [(0, [{"city": "Rome"}])]
    with pytest.raises(WorkbenchError, match="has no columns 'age', 'city'"):
        read("a,b\n1,2\n", columns=Columns(("age", "city"), absent=True))


def test_the_names_of_very_many_ignored_columns_fit_into_a_header() -> None:
    columns = Columns(("x",))
    columns.among(["x", *(f"größe {number}\n" for number in range(1_000))])
    headers = columns.headers()
    assert len(headers["X-Ignored-Columns"]) <= 2_000
    assert headers["X-Ignored-Columns"].isascii()
    assert headers["X-Ignored-Columns"].startswith("gr%C3%B6%C3%9Fe%200%0A, gr%C3%B6%C3%9Fe%201%0A, ")
    assert headers["X-Ignored-Columns-Total"] == "1000"
    assert Columns(("x",)).headers() == {}
    assert Columns((), ignored=("ö" * 5_000,)).headers()["X-Ignored-Columns"] == ""
