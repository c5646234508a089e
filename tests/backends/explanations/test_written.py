"""Single values are written as a person would find them in the file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backends.datasets.schema import Column, Schema
from backends.explanations.written import as_written, written_frame


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (4.1, "4.1"),
        (-0.05, "-0.05"),
        (1234.56, "1,234.56"),
        (3.0, "3"),
        (0.0, "0"),
        (-0.0, "0"),
        (1e-7, "1e-07"),
        (2.5e20, "2.5e+20"),
        (4.436651234, "4.437"),
        (1_234_567.0, "1,234,567"),
        (float("inf"), "inf"),
        (np.float32(4.1), "4.1"),
        (np.nan, "missing"),
    ],
)
def test_numbers_keep_their_digits_unless_there_are_many(value: float, words: str) -> None:
    assert as_written(value, Column("x", "number")) == words


def test_dates_lose_an_idle_time_of_day_only() -> None:
    when = Column("when", "datetime")
    assert as_written(pd.Timestamp("2025-04-17"), when) == "2025-04-17"
    assert as_written(np.datetime64("2025-04-17", "us"), when) == "2025-04-17"
    assert as_written(pd.Timestamp("2025-04-17", tz="UTC"), when) == "2025-04-17"
    assert as_written(pd.Timestamp("2025-04-17 03:30"), when) == "2025-04-17 03:30:00"
    assert as_written(pd.NaT, when) == "missing"


def test_a_frame_spells_dates_and_booleans_and_leaves_numbers() -> None:
    frame = pd.DataFrame(
        {
            "distance": [0.5, 1.5],
            "when": pd.to_datetime(["2025-04-17", None]),
            "flag": pd.array([True, None], dtype="boolean"),
            "pay": [1.5, np.nan],
        }
    )
    before = frame.copy()
    shown = written_frame(
        frame, Schema((Column("when", "datetime"), Column("flag", "boolean"), Column("pay", "number")))
    )
    assert list(shown.columns) == list(frame.columns)
    assert shown["when"].iloc[0] == "2025-04-17"
    assert shown[["when", "flag"]].iloc[1].isna().all()
    assert shown["flag"].iloc[0] == as_written(True, Column("flag", "boolean"))
    pd.testing.assert_frame_equal(shown[["distance", "pay"]], frame[["distance", "pay"]])
    pd.testing.assert_frame_equal(frame, before)
