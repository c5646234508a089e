"""Rows as groups: by values, or by edges that can be seen and changed."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.datasets import read_table
from backends.datasets.grouping import MISSING, Grouping, groupings
from backends.datasets.schema import Column
from backends.errors import WorkbenchError

TABLE = read_table(
    b"sex,age,member\n" + b"".join(b"%s,%d,yes\n" % (b"fm"[n % 2 : n % 2 + 1], n * 7 % 40) for n in range(40)), "t.csv"
)


def test_values_are_groups_and_numbers_are_cut_into_quarters() -> None:
    sex, age = groupings(TABLE, ("sex", "age"))
    assert set(sex.labels(TABLE.frame["sex"])) == {"f", "m"}
    counts = pd.Series(age.labels(TABLE.frame["age"])).value_counts()
    assert counts.between(9, 11).all()
    assert len(counts) == 4


def test_a_boolean_is_named_as_the_file_writes_it() -> None:
    [member] = groupings(TABLE, ("member",))
    assert set(member.labels(TABLE.frame["member"])) == {"yes"}


def test_few_distinct_numbers_are_groups_of_their_own() -> None:
    dataset = read_table(b"stars\n" + b"1\n2\n3\n" * 20, "t.csv")
    [stars] = groupings(dataset, ("stars",))
    assert stars.edges == ()
    assert set(stars.labels(dataset.frame["stars"])) == {"1", "2", "3"}


@given(st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1), st.sets(st.integers(-99, 99), min_size=1))
def test_every_number_falls_between_its_edges(cells: list[float | None], cuts: set[int]) -> None:
    edges = tuple(float(cut) for cut in sorted(cuts))
    grouping = Grouping("x", edges)
    for value, label in zip(cells, grouping.labels(pd.Series(cells, dtype=float)), strict=True):
        if value is None:
            assert label == MISSING
            continue
        place = grouping.names.index(label)
        assert place == 0 or value >= edges[place - 1]
        assert place == len(edges) or value < edges[place]


@pytest.mark.parametrize("edges", [(3.0, 3.0), (5.0, 1.0), (float("nan"), 1.0), (0.0, float("inf"))])
def test_edges_out_of_order_are_refused(edges: tuple[float, ...]) -> None:
    with pytest.raises(WorkbenchError, match="edges of 'age'"):
        Grouping("age", edges)


def test_a_grouping_survives_json() -> None:
    for grouping in (Grouping("age", (20.0, 40.0)), *groupings(TABLE, ("member",))):
        assert Grouping.from_dict(json.loads(json.dumps(grouping.to_dict()))) == grouping


def test_infinite_values_fall_into_the_outer_groups() -> None:
    found = Grouping("x", (0.0,)).labels(pd.Series([-np.inf, np.inf]))
    assert found.tolist() == ["below 0", "from 0"]


@pytest.mark.parametrize(
    "values",
    [
        [0] * 80 + list(range(1, 21)),  # most are the lowest value
        [5] * 80 + list(range(-20, 0)),  # most are the highest value
        np.linspace(1011, 1015, 100),  # three digits would make one number of all edges
        np.arange(1990, 2000, 0.1),
        np.r_[np.zeros(40), np.full(40, 1e9), np.arange(1, 21)],
    ],
)
def test_first_edges_leave_no_group_empty_and_not_all_rows_in_one(values) -> None:
    numbers = pd.Series(values, dtype=float)
    grouping = Grouping.of(Column("x", "number"), numbers)
    assert grouping.edges
    assert set(grouping.labels(numbers)) == set(grouping.names)


@given(st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=60))
def test_a_number_that_varies_always_has_two_groups(values: list[float]) -> None:
    numbers = pd.Series(values, dtype=float)
    if numbers.nunique() > 1:
        assert len(set(Grouping.of(Column("x", "number"), numbers).labels(numbers))) > 1


def test_a_value_spelt_missing_is_not_a_missing_value() -> None:
    values = pd.Series(["missing", "a", None], dtype="str")
    assert Grouping("t").labels(values).tolist() == ["“missing”", "a", "missing"]
