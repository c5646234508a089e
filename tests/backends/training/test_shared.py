from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.training.shared import MappedTable, PackedTable, _mapped

ANY_NUMBER = st.floats(allow_nan=True, allow_infinity=True)


@given(
    numbers=st.lists(ANY_NUMBER, min_size=1, max_size=20), texts=st.lists(st.none() | st.text(max_size=8), min_size=1)
)
@settings(max_examples=40, deadline=None)
def test_a_table_comes_back_exactly(tmp_path_factory, numbers, texts):
    rows = min(len(numbers), len(texts))
    frame = pd.DataFrame(
        {
            "number": np.array(numbers[:rows]),
            "text": pd.Series([t and t.encode("utf-8", "replace").decode() for t in texts[:rows]], dtype="str"),
            "whole": pd.array([None if i % 3 == 1 else i for i in range(rows)], dtype="Int64"),
            "flag": pd.array([None if i % 3 == 2 else bool(i % 2) for i in range(rows)], dtype="boolean"),
            "plain": np.arange(rows) % 2 == 0,
            "when": pd.Series(pd.date_range("2024-01-01", periods=rows)).where(np.arange(rows) != 1),
        }
    )
    path = tmp_path_factory.mktemp("shared") / "table.arrow"
    back = MappedTable.written(frame, path).frame()
    pd.testing.assert_frame_equal(back, frame)
    pd.testing.assert_frame_equal(PackedTable.packed(frame).frame(), frame)


def test_numbers_are_used_where_they_lie_in_the_file(tmp_path):
    import pyarrow as pa

    frame = pd.DataFrame({f"x{i}": np.arange(500_000.0) for i in range(4)})
    table = MappedTable.written(frame, tmp_path / "table.arrow")
    before = pa.total_allocated_bytes()
    back = table.frame()
    assert pa.total_allocated_bytes() - before < 1_000_000
    assert not back["x0"].to_numpy().flags.writeable


def test_a_table_is_mapped_once_per_process(tmp_path):
    table = MappedTable.written(pd.DataFrame({"x": [1.0]}), tmp_path / "table.arrow")
    assert table.frame() is table.frame() is _mapped(table.path)


def test_a_packed_table_is_unpacked_once_per_process_also_when_it_was_sent_twice():
    table = PackedTable.packed(pd.DataFrame({"x": [1.0]}))
    assert PackedTable(table.name, table.data).frame() is table.frame()
    assert PackedTable.packed(pd.DataFrame({"x": [2.0]})).frame()["x"].tolist() == [2.0]
