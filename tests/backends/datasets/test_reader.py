"""Real files, where they are at hand: set WORKBENCH_EXTRA_DATA to the folder that holds them."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backends.datasets import Dataset, read_table

ROOT = Path(__file__).parents[3]
EXTRA = (ROOT / os.environ.get("WORKBENCH_EXTRA_DATA", "../shared/data")).resolve()
SAME = {"ascii": "utf-8", "latin-1": "cp1252"}
SHAPES = {
    "adult_train.csv": (32_561, 15),
    "adult_test.csv": (16_281, 15),
    "telco_churn.csv": (7_043, 21),
    "german_credit.csv": (1_000, 21),
    "bank_full.csv": (45_211, 17),
    "titanic.csv": (891, 12),
    "penguins.csv": (344, 8),
    "heart_islr.csv": (303, 15),
    "winequality-white.csv": (4_898, 12),
    "employee_salaries.csv": (9_228, 9),
    "mpg.csv": (398, 9),
    "california_housing.csv": (20_640, 10),
}


def extra(*parts: str) -> Path:
    path = EXTRA.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not there; set WORKBENCH_EXTRA_DATA")
    return path


def test_nearly_all_messy_files_are_read_right() -> None:
    index = extra("messy", "index.csv")
    with index.open(encoding="utf-8", newline="") as lines:
        answers = [row for row in csv.DictReader(lines) if row["ambiguous"] == "no"]
    wrong = [row["file"] for row in answers if not _right(row, index.parent)]
    assert len(wrong) <= 0.03 * len(answers), wrong


def _right(row: dict[str, str], folder: Path) -> bool:
    dataset = read_table(folder / row["file"], row["file"])
    assert dataset.dialect is not None
    shape = (int(row["expected_data_rows"]), int(row["expected_cols"]))
    encodings = {SAME.get(name, name) for name in (dataset.dialect.encoding, row["encoding"])}
    delimiter = row["delimiter"].replace("\\t", "\t")
    return dataset.frame.shape == shape and len(encodings) == 1 and dataset.dialect.delimiter == delimiter


@pytest.mark.parametrize("name", SHAPES)
def test_a_real_table_has_its_shape(name: str) -> None:
    assert read_table(extra("tabular", name), name).frame.shape == SHAPES[name]


def test_total_charges_is_repaired_and_the_eleven_blanks_are_shown() -> None:
    dataset = read_table(extra("tabular", "telco_churn.csv"), "telco_churn.csv")
    charges = dataset.schema["TotalCharges"]
    assert (charges.kind, charges.exceptions) == ("number", (" ",) * 11)
    assert charges.evidence == "99.8 % of 7,043 values parse as numbers; 11 blanks"
    assert dataset.schema["customerID"].kind == "identifier"
    note = next(note for note in dataset.notes if note.rule == "numbers-in-text")
    assert (note.column, note.count, note.lines[:3]) == ("TotalCharges", 11, (490, 755, 938))
    assert [other for other in dataset.notes if other.column == "TotalCharges"] == [note]


def test_an_unnamed_index_column_is_named_and_identifies() -> None:
    dataset = read_table(extra("tabular", "heart_islr.csv"), "heart_islr.csv")
    assert (dataset.schema.columns[0].name, dataset.schema.columns[0].kind) == ("column_1", "identifier")


def test_american_dates_are_dates() -> None:
    dataset = read_table(extra("tabular", "employee_salaries.csv"), "employee_salaries.csv")
    hired = dataset.schema["date_first_hired"]
    assert (hired.kind, hired.format.date_format, hired.low) == ("datetime", "%m/%d/%Y", "1965-09-30")


def big(rows: int = 20_000) -> tuple[pd.DataFrame, bytes]:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "key": np.arange(rows) * 7 % rows,
            "x": random.normal(size=rows).round(4),
            "word": random.choice(["red", "green apple", "blue, dark", 'the "best"', "two\nlines"], rows),
            "code": [f"{at % 977:05d}" for at in range(rows)],
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(random.integers(0, 900, rows), unit="D"),
        }
    )
    frame.loc[::9, "x"] = np.nan
    return frame, frame.to_csv(index=False).encode()


def test_a_big_file_takes_the_fast_way_and_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, data = big()
    fast = read_table(data, "t.csv")
    monkeypatch.setattr("backends.datasets.textfile.FAST_FROM", len(data) + 1)
    exact = read_table(data, "t.csv")
    pd.testing.assert_frame_equal(fast.frame, exact.frame)
    assert fast.schema == exact.schema
    assert fast.frame["code"].tolist() == frame["code"].tolist()
    assert np.array_equal(fast.frame["x"], frame["x"], equal_nan=True)
    assert fast.frame["word"].tolist() == frame["word"].tolist()
    assert fast.frame["day"].equals(frame["day"].astype("datetime64[us]"))


@pytest.mark.parametrize("damage", [b"1,2\n", b"1,2,3,4,5,6\n", b"\n", b'1,"a" b,3,4,5\n'])
def test_one_odd_row_in_a_big_file_is_not_lost(damage: bytes) -> None:
    _, data = big(20_000)
    lines = data.split(b"\n", 1)
    data = lines[0] + b"\n" + damage + lines[1] + b"\n" * 0 + damage
    dataset = read_table(data, "t.csv")
    assert dataset.rows == 20_000 + 2 * (damage != b"\n")
    assert any(2 in note.lines for note in dataset.notes if note.rule.startswith(("row-", "quote-")))


def test_the_caller_s_bytes_and_the_digest(tmp_path: Path) -> None:
    data = b"a,b\n1,2\n"
    (tmp_path / "t.csv").write_bytes(data)
    first, second = read_table(data, "t.csv"), read_table(tmp_path / "t.csv", "t.csv")
    assert first.digest == second.digest
    assert first.digest != read_table(data, "t.csv", header_rows=0).digest


def test_numbers_and_dates_can_be_repeated_with_plain_pandas() -> None:
    data = b"price;day\n1.234,50 \xe2\x82\xac;31.01.2020\n0,75 \xe2\x82\xac;28.02.2021\n"
    dataset = read_table(data, "t.csv")
    raw = pd.read_csv(__import__("io").BytesIO(data), sep=";", dtype=str)
    written = dataset.schema["price"].format
    plain = raw["price"].str.strip(written.strip).str.replace(written.thousands, "", regex=False)
    plain = plain.str.replace(written.decimal, ".", regex=False).astype(float) * written.scale
    assert plain.tolist() == dataset.frame["price"].tolist()
    days = pd.to_datetime(raw["day"], format=dataset.schema["day"].format.date_format)
    assert days.tolist() == dataset.frame["day"].tolist()


def test_every_cell_of_a_frame_fits_its_column_s_description() -> None:
    dataset: Dataset = read_table(big(300)[1], "t.csv")
    for column in dataset.schema:
        values = dataset.frame[column.name]
        assert column.missing == values.isna().mean()
        assert column.distinct == values.nunique()
        if column.kind in ("number", "integer"):
            assert (column.low, column.high) == (values.min(), values.max())
