from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets import broken, fast, read_table
from backends.datasets.exact import read_exactly
from backends.datasets.layout import Layout
from backends.datasets.rows import Form
from backends.settings import Settings

CELL = st.sampled_from(["1", "", "ab", '"x"', '"a,b"', '"two\nlines"', '"a ""b"" c"', '""', "é", '"é"'])
DAMAGED = st.sampled_from(['5" pipe', '"a" b', '"open', 'x"', '"', '"""', '"a "b" c"', ' "x"', '"a""', '"é" ü'])
ROW = st.lists(st.one_of(CELL, CELL, CELL, CELL, DAMAGED), min_size=1, max_size=3)


@settings(max_examples=600, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.sampled_from([8, 64]))
def test_the_fast_way_reads_broken_quotes_as_the_exact_way_does(
    rows: list[list[str]], newline: str, ended: bool, segment: int
) -> None:
    text = newline.join(["1,2,3", *(",".join(row) for row in rows)]) + newline * ended
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fast, "SEGMENT", segment)
        patch.setattr(broken, "_BLOCK", segment + 3)
        found = fast.read_fast(text.encode(), Form(), 0, 1, 3, Settings())
    wanted = read_exactly(text, Form(), 0, 1, Layout(0, 0, 3), Settings())
    if found is None:
        return
    assert [column.to_pylist() for column in found.columns] == [column.to_pylist() for column in wanted.columns]
    assert sorted(found.notes, key=str) == sorted(wanted.notes, key=str)
    assert list(found.lines(np.arange(found.rows))) == list(wanted.lines(np.arange(wanted.rows)))


def test_one_broken_record_in_a_big_file_is_the_only_one_read_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f'{at},"word {at % 7}"' for at in range(30_000)]
    lines[20_000] = '20000,5" pipe'
    lines[25_000] = '25000,"a" b'
    data = "\n".join(["n,w", *lines]).encode()
    monkeypatch.setattr("backends.datasets.textfile.read_exactly", None)
    dataset = read_table(data, "t.csv")
    assert dataset.rows == 30_000
    assert dataset.frame["w"][[19_999, 20_000, 25_000, 25_001]].tolist() == ["word 0", '5" pipe', '"a" b', "word 4"]
    [note] = [note for note in dataset.notes if note.rule.startswith("quote-")]
    assert (note.count, note.lines) == (1, (25_002,))


def test_many_broken_records_are_left_to_the_exact_reader() -> None:
    text = '1,5" pipe\n' * (broken.MOST + 1)
    assert broken.find_broken(text.encode(), Form(), 0) is None
