from __future__ import annotations

import duckdb

from backends.datasets import Dataset
from backends.query import completions, run_query, table_names
from backends.query.completions import FUNCTIONS, KEYWORDS


def test_every_offered_function_is_one_of_the_engine() -> None:
    known = {name for (name,) in duckdb.sql("SELECT function_name FROM duckdb_functions()").fetchall()}
    syntax = {"coalesce", "nullif"}  # the grammar's own
    assert set(FUNCTIONS) - known - syntax == set()


def test_every_offered_keyword_is_one_of_the_engine() -> None:
    known = {name.upper() for (name,) in duckdb.sql("SELECT keyword_name FROM duckdb_keywords()").fetchall()}
    assert {word for keyword in KEYWORDS for word in keyword.split()} - known == set()


def test_words_that_belong_together_are_offered_together() -> None:
    assert {"GROUP BY", "ORDER BY", "PARTITION BY", "LEFT JOIN"} <= set(KEYWORDS)
    assert not {"GROUP", "ORDER", "PARTITION"} & set(KEYWORDS)
    assert len(set(KEYWORDS)) == len(KEYWORDS)


def test_names_are_offered_as_they_are_written(table) -> None:
    words = completions(table_names([table("age,hours per week,order,Age", "1,2,3,4")]))
    assert words.columns["people"] == ("age", '"hours per week"', '"order"', "Age_2")
    assert words.columns["data"] is words.columns["people"]


def test_every_offered_column_can_be_asked(people: Dataset, table) -> None:
    odd = table('a b,select,5,"x""y",é', "1,2,3,4,5")
    for name in completions({"data": odd}).columns["data"]:
        assert run_query({"data": odd}, f"SELECT {name} FROM data").rows == 1
