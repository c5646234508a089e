"""Repeated rows are found exactly, whatever the columns hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.profiling.budget import Budget
from backends.profiling.facts import duplicate_rows, duplicates, facts, overview
from tests.backends.profiling.tables import dates, integers, text, values

CELL = {
    "float64": st.sampled_from([0.0, -0.0, 1.0, np.nan, np.inf]),
    "Int64": st.sampled_from([0, 1, 2**63 - 1, 2**63 - 2, None]),
    "str": st.sampled_from(["", "a", "A", None]),
    "boolean": st.sampled_from([True, False, None]),
    "datetime64[us]": st.sampled_from([None, pd.Timestamp("2020-01-01"), pd.Timestamp("1677-01-01")]),
}


@st.composite
def tables(draw):
    rows = draw(st.integers(0, 12))
    types = draw(st.lists(st.sampled_from(sorted(CELL)), min_size=1, max_size=4))
    columns = [pd.Series(draw(st.lists(CELL[kind], min_size=rows, max_size=rows)), dtype=kind) for kind in types]
    return pd.DataFrame({f"c{place}": column for place, column in enumerate(columns)})


@settings(deadline=None, max_examples=150)
@given(tables())
def test_repeated_rows_are_those_of_pandas(frame):
    assert duplicate_rows(values(frame)).tolist() == frame.duplicated().tolist()


@settings(deadline=None, max_examples=30)
@given(tables())
def test_rows_with_the_same_hash_are_compared(frame):
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(duplicates, "_mixed", lambda hashes, bits: np.zeros_like(hashes))
        assert duplicate_rows(values(frame)).tolist() == frame.duplicated().tolist()


def test_many_columns_and_rows_are_as_in_pandas():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({f"c{place}": rng.integers(0, 2, 2_000) for place in range(9)})
    assert duplicate_rows(values(frame)).tolist() == frame.duplicated().tolist()


def test_a_table_without_columns_or_rows_repeats_nothing():
    assert duplicate_rows(values(pd.DataFrame(index=range(3)))).tolist() == [False] * 3
    assert duplicate_rows(values({"x": text()})).tolist() == []


def test_the_overview_counts():
    columns = {
        "number": [1.0, np.nan, 1.0, np.nan],
        "integer": integers(1, None, 1, 2),
        "word": text("a", "b", "a", None),
        "when": dates("2020-01-01", "2020-01-01", "2020-01-01", None),
        "answer": [True, False, True, True],
    }
    table = values(columns)
    seen = overview(table, facts(table, Budget()))
    assert (seen.rows, seen.columns, seen.cells) == (4, 5, 20)
    assert (seen.missing, seen.missing_share) == (5, 0.25)
    assert (seen.duplicate_rows, seen.complete_rows) == (1, 2)
    assert list(seen.kinds.items()) == [("number", 1), ("integer", 1), ("category", 1), ("boolean", 1), ("datetime", 1)]
    assert seen.memory == sum(table.dataset.frame[name].array.nbytes for name in columns)


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame(index=range(3)), pd.DataFrame({"x": text()})])
def test_the_overview_of_nothing_is_nothing(frame):
    table = values(frame)
    seen = overview(table, facts(table, Budget()))
    assert (seen.cells, seen.missing, seen.missing_share, seen.duplicate_rows) == (0, 0, 0, 0)
    assert seen.complete_rows == len(frame)
