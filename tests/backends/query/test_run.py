from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from backends.datasets import Dataset, Schema
from backends.datasets.samples import SAMPLES, sample_bytes
from backends.errors import WorkbenchError
from backends.query import Limits, as_dataset, examples, run_query, table_names


def of(frame: pd.DataFrame) -> Dataset:
    return Dataset(frame, Schema(()), name="t.csv")


def test_a_count_by_group_is_what_pandas_counts(people: Dataset) -> None:
    result = run_query({"data": people}, "SELECT city, count(*) AS n FROM data GROUP BY city ORDER BY city")
    expected = people.frame.groupby("city").size().reset_index(name="n")
    assert_frame_equal(result.frame, expected)
    assert result.types == ("VARCHAR", "BIGINT")
    assert not result.truncated


def test_every_kind_of_column_comes_back_as_it_was() -> None:
    frame = pd.DataFrame(
        {
            "number": [1.5, np.nan, np.inf, -0.0],
            "integer": [1, 2**62, -(2**63), 0],
            "gaps": pd.array([1, None, 2**53 + 1, -4], dtype="Int64"),
            "flag": [True, False, True, False],
            "maybe": pd.array([True, None, False, None], dtype="boolean"),
            "text": pd.Series(["a", None, "", "nan"], dtype="str"),
            "moment": np.array(["1677-01-01", "NaT", "9999-12-31T23:59:59", "2024-02-29"], dtype="datetime64[us]"),
        }
    )
    result = run_query({"data": of(frame)}, "SELECT * FROM data")
    assert_frame_equal(result.frame, frame)


def test_missing_of_every_kind_is_null() -> None:
    frame = pd.DataFrame(
        {"n": [np.nan, 1], "t": pd.Series([None, "x"], dtype="str"), "i": pd.array([None, 1], "Int64")}
    )
    result = run_query({"data": of(frame)}, "SELECT count(n), count(t), count(i), count(*) FROM data WHERE n IS NULL")
    assert result.frame.iloc[0].tolist() == [0, 0, 0, 1]


def test_dates_in_seconds_and_nanoseconds_are_moments() -> None:
    frame = pd.DataFrame(
        {
            "s": np.array(["2020-01-01T01:00:00"], dtype="datetime64[s]"),
            "ns": np.array(["2020-01-01T00:00:00.123456789"], dtype="datetime64[ns]"),
        }
    )
    result = run_query({"data": of(frame)}, "SELECT hour(s) AS hour, ns FROM data")
    assert result.frame["hour"].tolist() == [1]
    assert result.frame["ns"][0] == pd.Timestamp("2020-01-01T00:00:00.123456789")


def test_two_tables_are_joined(people: Dataset, table) -> None:
    cities = table("town,country", "London,UK", "Vienna,Austria", name="cities.csv")
    sql = "SELECT name, country FROM people JOIN cities ON city = town ORDER BY name"
    result = run_query(table_names([people, cities]), sql)
    assert result.frame.values.tolist() == [["Ada", "UK"], ["Kurt", "Austria"]]


def test_a_window_function_ranks(people: Dataset) -> None:
    sql = "SELECT name, rank() OVER (ORDER BY age DESC NULLS LAST) AS place FROM data ORDER BY place LIMIT 2"
    assert run_query({"data": people}, sql).frame.values.tolist() == [["Grace", 1], ["Alan", 2]]


@pytest.mark.parametrize("name", ["a b", 'say "hi"', "😀", "<script>alert(1)</script>", "5", "select", "x\ny"])
def test_a_column_of_any_name_can_be_asked(name: str) -> None:
    sql = 'SELECT sum("' + name.replace('"', '""') + '") AS s FROM data'
    assert run_query({"data": of(pd.DataFrame({name: [1, 2]}))}, sql).frame["s"].tolist() == [3]


def test_names_that_differ_in_case_alone_are_both_there() -> None:
    result = run_query({"data": of(pd.DataFrame({"a": [1], "A": [2], "": [3]}))}, "SELECT A_2, a, column_3 FROM data")
    assert result.frame.iloc[0].tolist() == [2, 1, 3]


def test_names_of_the_result_are_made_unique() -> None:
    assert run_query({}, "SELECT 1 AS a, 2 AS A, 3 AS ' '").frame.columns.tolist() == ["a", "A_2", "column_3"]


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("sum(x) FROM (VALUES (1), (2)) t(x)", "int64", 3),
        ("9223372036854775807::UBIGINT", "int64", 2**63 - 1),
        ("18446744073709551615::UBIGINT", "float64", 2.0**64),
        ("1.5", "float64", 1.5),
        ("[1, 2]", "str", "[1, 2]"),
        ("{'a': 1}", "str", "{'a': 1}"),
        ("MAP {'a': 1}", "str", "{a=1}"),
        ("INTERVAL 1 YEAR", "str", "1 year"),
        ("'ab'::BLOB", "str", "ab"),
        ("TIME '10:00:00'", "str", "10:00:00"),
        ("'00000000-0000-0000-0000-000000000001'::UUID", "str", "00000000-0000-0000-0000-000000000001"),
        ("'x'::ENUM('x')", "str", "x"),
        ("DATE '9999-12-31'", "datetime64[us]", pd.Timestamp("9999-12-31")),
        ("TIMESTAMPTZ '2020-01-01 00:00:00+01'", "datetime64[us]", pd.Timestamp("2019-12-31 23:00")),
        ("NULL", "Int64", pd.NA),
    ],
)
def test_types_a_frame_does_not_have_become_ones_it_has(expression: str, kind: str, value: object) -> None:
    column = run_query({}, f"SELECT {expression}").frame.iloc[:, 0]
    assert str(column.dtype) == kind
    assert column[0] is value or column[0] == value


def test_a_row_limit_is_said() -> None:
    result = run_query({}, "SELECT * FROM range(5)", Limits(rows=3))
    assert result.frame["range"].tolist() == [0, 1, 2]
    assert result.truncated
    assert result.words.startswith("The first 3 rows × 1 column; there are more")


def test_a_result_of_exactly_the_limit_is_whole() -> None:
    assert not run_query({}, "SELECT * FROM range(3)", Limits(rows=3)).truncated


def test_a_result_too_large_is_cut_and_said() -> None:
    result = run_query({}, "SELECT repeat('x', 100000) AS t FROM range(1000)", Limits(result_mb=5))
    assert 0 < result.rows < 1000
    assert result.truncated


def test_the_order_is_kept_when_the_result_is_cut() -> None:
    result = run_query({}, "SELECT * FROM range(100000) t(x) ORDER BY x DESC", Limits(rows=2))
    assert result.frame["x"].tolist() == [99999, 99998]


def test_an_endless_query_is_stopped_in_time() -> None:
    with pytest.raises(WorkbenchError, match=r"more than 0\.5 s"):
        run_query({}, "SELECT count(*) FROM range(10000000000000) WHERE range % 7 = random()", Limits(seconds=0.5))


def test_a_query_that_needs_too_much_memory_says_so() -> None:
    with pytest.raises(WorkbenchError, match="more than 100 MB"):
        run_query({}, "SELECT list(x) FROM range(100000000) t(x)", Limits(memory_mb=100))


def test_the_tables_are_left_alone(people: Dataset) -> None:
    before = people.frame.copy()
    run_query({"data": people}, "SELECT * FROM data ORDER BY age")
    assert_frame_equal(people.frame, before)


@pytest.mark.parametrize("key", [sample.key for sample in SAMPLES])
def test_the_examples_run_on_every_sample(key: str, table) -> None:
    from backends.datasets import read_table

    dataset = read_table(sample_bytes(key), "sample.csv")
    queries = examples(dataset)
    assert len(queries) == 3
    for sql in queries.values():
        assert run_query({"data": dataset}, sql).rows > 0


@pytest.mark.parametrize("lines", [("a", "1"), ("a,b", "x,y"), ("t", "long text " * 30), ("a,a,", "1,2,3")])
def test_the_examples_run_on_small_tables(lines: tuple[str, ...], table) -> None:
    dataset = table(*lines)
    for sql in examples(dataset).values():
        run_query({"data": dataset}, sql)


def test_a_table_without_rows_can_be_asked() -> None:
    frame = pd.DataFrame({"a": pd.Series([], dtype="float64"), "b": pd.Series([], dtype="str")})
    result = run_query({"data": of(frame)}, "SELECT * FROM data")
    assert_frame_equal(result.frame, frame)


def test_a_result_is_a_dataset_by_the_normal_door(people: Dataset) -> None:
    from backends.datasets import read_table

    result = run_query({"data": people}, "SELECT city, avg(age) AS age, [1] AS l FROM data GROUP BY city ORDER BY city")
    again = read_table(*as_dataset(result, "ages by city"))
    assert again.name.startswith("ages by city")
    assert again.frame["age"].equals(result.frame["age"])
    assert again.frame["l"].tolist() == ["[1]"] * 4


def test_an_empty_result_is_no_dataset() -> None:
    with pytest.raises(WorkbenchError, match="no row"):
        as_dataset(run_query({}, "SELECT 1 LIMIT 0"), "x")


def test_a_wide_table_can_be_asked() -> None:
    wide = of(pd.DataFrame(np.arange(18_000.0).reshape(2, 9_000), columns=[f"c{at}" for at in range(9_000)]))
    assert run_query({"data": wide}, "SELECT max(c8999) AS m FROM data").frame["m"].tolist() == [17_999.0]


def test_limits_below_one_are_refused() -> None:
    with pytest.raises(WorkbenchError, match="rows"):
        replace(Limits(), rows=0)


@pytest.mark.parametrize("end", [";", "; -- the end", ";\n-- done", " ; /* a;b */ ;;", " -- ü", ";\n\n/* é; */ -- x"])
def test_what_stands_behind_the_statement_does_not_matter(end: str, people: Dataset) -> None:
    result = run_query({"data": people}, f"SELECT ';é' AS mark{end}")
    assert result.frame["mark"].tolist() == [";é"]


@pytest.mark.parametrize("sql", ["update extensions", "UPDATE EXTENSIONS (httpfs)"])
def test_a_statement_of_an_unknown_kind_is_refused(sql: str) -> None:
    with pytest.raises(WorkbenchError, match="UPDATE is not allowed here"):
        run_query({}, sql)
