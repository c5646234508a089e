from __future__ import annotations

import string

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.datasets import Dataset
from backends.query.names import column_names, quoted, table_names, unique


def test_the_first_table_is_also_called_data(people: Dataset, table) -> None:
    other = table("a", "1", name="Other Things (2).csv")
    named = table_names([people, other])
    assert list(named) == ["data", "people", "other_things_2"]
    assert named["data"] is named["people"] is people


def test_two_files_of_one_name_are_told_apart(people: Dataset, table) -> None:
    assert list(table_names([people, table("a", "1")])) == ["data", "people", "people_2"]


def test_the_same_table_given_twice_is_one(people: Dataset) -> None:
    assert list(table_names([people, people])) == ["data", "people"]


def test_a_file_called_data_needs_no_second_name(table) -> None:
    assert list(table_names([table("a", "1", name="data.csv")])) == ["data"]


def test_another_file_called_data_does_not_take_the_name(people: Dataset, table) -> None:
    other = table("a", "1", name="data.csv")
    named = table_names([people, other])
    assert named["data"] is people
    assert named["data_2"] is other


def test_no_table_has_no_name() -> None:
    assert table_names([]) == {}


@given(st.lists(st.text(max_size=6), max_size=8))
def test_names_are_never_blank_nor_equal_but_for_case(names: list[str]) -> None:
    called = column_names(names)
    assert len({name.casefold() for name in called}) == len(names)
    assert all(name.strip() for name in called)


@given(st.lists(st.sampled_from(["a", "A", "a_2", "A_2", "b"]), max_size=12))
def test_the_first_of_equal_names_keeps_its_own(names: list[str]) -> None:
    called = unique(names)
    assert len(set(map(str.casefold, called))) == len(names)
    for at, name in enumerate(names):
        if name.casefold() not in map(str.casefold, names[:at]):
            assert called[at] == name


@pytest.mark.parametrize("name", ["age", "order", "a b", 'a"b', "😀", "<script>", "5", "é", "select", "left", "x\ny"])
def test_a_quoted_name_is_read_back_as_it_is(name: str) -> None:
    assert duckdb.sql(f"SELECT 1 AS {quoted(name)}").columns == [name]


@settings(max_examples=30, deadline=None)
@given(st.text(string.printable, min_size=1, max_size=8))
def test_any_printable_name_survives_quoting(name: str) -> None:
    written = column_names([name])[0]
    with duckdb.connect(":memory:") as engine:
        assert engine.sql(f"SELECT 1 AS {quoted(written)}").columns == [written]
