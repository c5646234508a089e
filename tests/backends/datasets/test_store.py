from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets import load_dataset, read_table, save_dataset, to_csv
from backends.errors import WorkbenchError

CELL = st.sampled_from(["", "1", "2.5", "yes", "no", "2020-01-31", "a b", "é", "NA", "INF", "007", "12345678901"])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=12), st.booleans())
def test_a_saved_dataset_comes_back_exactly(rows: list[list[str]], uniform: bool) -> None:
    rows = [rows[0]] * len(rows) if uniform else rows
    text = "\n".join(["x,y y,é", *(",".join(row) for row in rows)]) + "\n"
    dataset = read_table(text.encode(), "t.csv", header_rows=1)
    with tempfile.TemporaryDirectory() as folder:
        save_dataset(dataset, Path(folder))
        again = load_dataset(Path(folder))
    pd.testing.assert_frame_equal(again.frame, dataset.frame, check_exact=True)
    assert isinstance(again.frame.index, pd.RangeIndex)
    assert again.schema == dataset.schema
    assert (again.notes, again.name, again.digest) == (dataset.notes, dataset.name, dataset.digest)
    assert again.dialect == dataset.dialect


@pytest.mark.parametrize(("data", "name", "read_as"), [(b"a\n1\n", "t.csv", "text"), (b'[{"a": 1}]', "t.json", "json")])
def test_what_the_bytes_were_is_kept(data: bytes, name: str, read_as: str, tmp_path: Path) -> None:
    dataset = read_table(data, name)
    save_dataset(dataset, tmp_path)
    assert (dataset.format, load_dataset(tmp_path).format) == (read_as, read_as)


def test_a_table_without_rows_comes_back(tmp_path: Path) -> None:
    dataset = read_table(b"a,b\n", "t.csv")
    save_dataset(dataset, tmp_path)
    pd.testing.assert_frame_equal(load_dataset(tmp_path).frame, dataset.frame)


def test_a_folder_without_a_dataset_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="no saved dataset") as raised:
        load_dataset(tmp_path)
    assert str(tmp_path.parent) not in str(raised.value), "where the server keeps it"


def test_another_format_is_an_error(tmp_path: Path) -> None:
    save_dataset(read_table(b"a,b\n1,2\n", "t.csv"), tmp_path)
    facts = tmp_path / "dataset.json"
    facts.write_text(facts.read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(WorkbenchError, match="format 99") as raised:
        load_dataset(tmp_path)
    assert str(tmp_path.parent) not in str(raised.value)


def test_the_download_is_clean_csv() -> None:
    dataset = read_table("näme;wert\nAnn;1,5\nBob;\n".encode("cp1252"), "t.csv")
    assert to_csv(dataset).decode() == "näme,wert\nAnn,1.5\nBob,\n"
