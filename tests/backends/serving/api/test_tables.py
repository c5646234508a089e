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
from backends.settings import MEGABYTE, Settings

MARKS = {"age": frozenset(("", "NA")), "city": frozenset(("", "?"))}
FORM = TableForm(("age", "city"), MARKS, encoding="latin-1", delimiter=";")


def read(text: str | bytes, settings: Settings | None = None, form: TableForm = FORM) -> list[Any]:
    data = text.encode() if isinstance(text, str) else text
    return [(block.start, block.rows) for block in csv_blocks(io.BytesIO(data), settings or Settings(), form)]


def test_cells_stay_text_and_the_marks_of_each_column_are_missing() -> None:
    assert read('city,age\n"Rome, old",31\n?,NA\nNA,?\n') == [
        (0, [{"city": "Rome, old", "age": "31"}, {"city": None, "age": None}, {"city": "NA", "age": "?"}])
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_the_columns(delimiter: str) -> None:
    text = "age,city,extra\n31,Rome,x\n\n44,Bonn,y\n".replace(",", delimiter)
    [(_, rows)] = read(text)
    assert [row["city"] for row in rows] == ["Rome", "Bonn"]


def test_a_file_that_lacks_a_column_is_read_by_the_tables_own_delimiter() -> None:
    [(_, rows)] = read("age;town\n31;a,b\n")
    assert rows == [{"age": "31", "town": "a,b"}]


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
    [(_, found)] = read(f"{header}\n{rows}", form=replace(FORM, columns=("age_2", "column_2")))
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


def parquet(frame: pd.DataFrame, **options: Any) -> io.BytesIO:
    file = io.BytesIO()
    frame.to_parquet(file, **options)
    file.seek(0)
    return file


def test_parquet_comes_in_blocks_with_its_own_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet_tables, "BLOCK", 2)
    frame = pd.DataFrame({"age": [1.5, None, 3.0], "city": ["Rome", None, "Bonn"], "member": [True, False, True]})
    blocks = list(parquet_blocks(parquet(frame), Settings()))
    assert [block.start for block in blocks] == [0, 2]
    whole = pd.concat([block.rows for block in blocks], ignore_index=True)  # type: ignore[misc]
    pd.testing.assert_frame_equal(whole, frame, check_dtype=False)
    assert whole["age"].dtype == float


def test_parquet_that_is_damaged_nested_or_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read"):
        list(parquet_blocks(io.BytesIO(b"PAR1 nothing PAR1"), Settings()))
    with pytest.raises(WorkbenchError, match="'x' holds list"):
        list(parquet_blocks(parquet(pd.DataFrame({"x": [[1], [2]]})), Settings()))
    with pytest.raises(WorkbenchError, match="more than 1 rows"):
        list(parquet_blocks(parquet(pd.DataFrame({"x": [1, 2]})), Settings(max_rows=1)))
    monkeypatch.setattr(parquet_tables, "BLOCK_BYTES", 1_000_000)
    long = parquet(pd.DataFrame({"x": ["a" * 10_000] * 1_000}))
    assert len(long.getvalue()) < 100_000, "few bytes that stand for many"
    with pytest.raises(WorkbenchError, match="hold 10 MB of text"):
        list(parquet_blocks(long, Settings()))


def test_a_row_group_is_measured_before_it_is_unpacked() -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"x": pa.array(range(300_000))}), file)
    with pytest.raises(WorkbenchError, match="row group of the Parquet file unpacks to"):
        list(parquet_blocks(file, Settings(max_unpacked_mb=0)))
