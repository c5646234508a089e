from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backends.errors import WorkbenchError
from backends.profiling.shift import by_date, by_group, first_and_last, holdout
from tests.backends.profiling.columns import text, values

TABLE = values(
    {
        "day": pd.Series(pd.to_datetime(["2024-01-01", "2024-02-01", None, "2024-03-01"])).astype("datetime64[us]"),
        "group": text(["a", "b", "c", None]),
        "member": pd.Series([True, False, None, True], dtype="boolean"),
    }
)


def test_first_and_last_keep_the_files_order():
    parts = first_and_last(TABLE, 0.25)
    assert parts.before.positions.tolist() == [0]
    assert parts.after.positions.tolist() == [1, 2, 3]
    assert (parts.before.label, parts.after.label) == ("first 25\xa0% of the rows", "last 75\xa0%")


def test_a_moment_belongs_to_the_later_part_and_rows_without_date_are_counted():
    parts = by_date(TABLE, "day", "2024-02-01")
    assert parts.before.positions.tolist() == [0]
    assert parts.after.positions.tolist() == [1, 3]
    assert (parts.left_out, parts.reason) == (1, "no day")


def test_groups_are_one_level_against_another_or_all_others():
    assert by_group(TABLE, "group", "b").after.positions.tolist() == [0, 2]
    pair = by_group(TABLE, "group", "b", "c")
    assert (pair.after.positions.tolist(), pair.left_out, pair.reason) == ([2], 2, "another group")
    assert by_group(TABLE, "member", "True").before.positions.tolist() == [0, 3]


def test_a_hold_out_leaves_the_other_rows_out():
    parts = holdout(TABLE, np.array([0, 1]), np.array([3]))
    assert (parts.before.rows, parts.after.rows, parts.left_out) == (2, 1, 1)


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (lambda: by_date(TABLE, "group", "2024-01-01"), "'group' holds no dates"),
        (lambda: by_date(TABLE, "day", "soon"), "'soon' is no date"),
        (lambda: by_date(TABLE, "day", "2020-01-01"), "no row in 'before 2020-01-01'"),
        (lambda: by_date(TABLE, "gone", "2020-01-01"), "no column 'gone'"),
        (lambda: by_group(TABLE, "group", "z"), "no value 'z'"),
        (lambda: first_and_last(TABLE, 1.0), "A share of 1"),
        (lambda: holdout(TABLE, np.array([0]), np.array([], dtype=int)), "no row in 'hold-out'"),
    ],
)
def test_parts_that_cannot_be_made_are_refused_with_the_value_at_fault(made, named):
    with pytest.raises(WorkbenchError) as caught:
        made()
    assert named in caught.value.message
    assert caught.value.hint
