"""Rows as groups: by one column, by several, and what happens when there is nobody to compare."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from backends.datasets.grouping import Grouping
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.fairness.groups import MOST_GROUPS, choose, from_labels, left_out, partitions

PEOPLE = pd.DataFrame({"sex": ["f", "m", "f", "m", None], "age": [20.0, 30.0, 75.0, np.nan, 40.0], "one": "x"})
SCHEMA = Schema((Column("sex", "category"), Column("age", "number"), Column("one", "category")))


def test_single_columns_come_first_then_their_intersections() -> None:
    found = partitions(PEOPLE, [Grouping("sex"), Grouping("age", (30.0,))])
    assert [groups.title for groups in found] == ["sex", "age", "sex × age"]
    assert found[0].names == ("sex=f", "sex=m", "sex missing")
    assert found[1].names == ("age below 30", "age from 30", "age missing")
    assert "sex=f, age below 30" in found[2].names


def test_codes_say_which_group_a_row_is_in() -> None:
    both = partitions(PEOPLE, [Grouping("sex"), Grouping("age", (30.0,))])[2]
    assert [both.names[code] for code in both.codes] == [
        "sex=f, age below 30",
        "sex=m, age from 30",
        "sex=f, age from 30",
        "sex=m, age missing",
        "sex missing, age from 30",
    ]
    assert both.rows.tolist() == [1, 1, 1, 1, 1, 0]


def test_three_columns_make_seven_partitions_unless_fewer_are_asked_for() -> None:
    frame = pd.DataFrame({name: ["x", "y"] for name in "abc"})
    groupings = [Grouping(name) for name in "abc"]
    assert len(partitions(frame, groupings)) == 7
    assert [groups.title for groups in partitions(frame, groupings, depth=1)] == ["a", "b", "c"]


def test_values_come_by_size_and_missing_last() -> None:
    groups = from_labels([None, None, None, "b", "a", "a"])
    assert groups.names == ("group=a", "group=b", "group missing")


def test_of_thousands_of_values_the_largest_are_shown_and_it_is_said() -> None:
    labels = np.repeat(np.arange(5_000), np.where(np.arange(5_000) < 30, 3, 1)).astype(str)
    groups = from_labels(labels)
    assert len(groups) == MOST_GROUPS
    assert groups.rows[:-1].tolist() == [3] * MOST_GROUPS
    assert groups.rows.sum() == len(labels)
    assert groups.note == (
        "group has 5,000 groups; the 20 largest are shown. The other 5,000 rows count as part of the rest."
    )


def test_a_column_with_one_value_is_left_out_and_it_is_said() -> None:
    groupings = [Grouping("sex"), Grouping("one")]
    assert [groups.title for groups in partitions(PEOPLE, groupings)] == ["sex"]
    assert left_out(PEOPLE, groupings) == ("Left out: all 5 held-out rows are one=x.",)


@pytest.mark.parametrize(("values", "words"), [(["x"] * 4, "all 4 held-out rows are a=x"), ([None] * 4, "a missing")])
def test_a_single_group_is_nobody_to_compare(values: list[object], words: str) -> None:
    with pytest.raises(WorkbenchError, match="nobody to compare") as caught:
        partitions(pd.DataFrame({"a": pd.Series(values, dtype="str")}), [Grouping("a")])
    assert words in caught.value.message


def test_columns_are_chosen_by_name_or_with_edges() -> None:
    given = Grouping("age", (65.0,))
    assert choose(SCHEMA, PEOPLE, [given]) == (given,)
    assert choose(SCHEMA, PEOPLE, ["sex"]) == choose(SCHEMA, PEOPLE, "sex") == (Grouping("sex"),)
    many = pd.DataFrame({"age": np.arange(100.0)})
    assert choose(SCHEMA, many, ["age"])[0].edges == (24.8, 49.5, 74.2)


@pytest.mark.parametrize(
    ("sensitive", "words"),
    [
        ([Grouping("sex", (30.0,))], "'sex' holds text, so it cannot be cut at 30"),
        ([], "No sensitive column"),
        (["income"], "no column 'income'"),
        (["sex", "sex"], "'sex' is chosen twice"),
    ],
)
def test_a_wrong_choice_is_named(sensitive: list[str] | list[Grouping], words: str) -> None:
    with pytest.raises(WorkbenchError, match=words):
        choose(SCHEMA, PEOPLE, sensitive)
