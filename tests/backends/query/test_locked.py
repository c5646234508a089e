"""A query reaches the loaded tables and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from backends.datasets import Dataset
from backends.errors import WorkbenchError
from backends.query import run_query

SECRET = "workbench-secret"
UNREACHABLE = [
    "SELECT * FROM read_csv('{file}')",
    "SELECT * FROM read_text('{file}')",
    "SELECT * FROM read_blob('{file}')",
    "SELECT * FROM read_json('{file}')",
    "SELECT * FROM read_parquet('{file}')",
    "SELECT * FROM sniff_csv('{file}')",
    "SELECT * FROM read_duckdb('{file}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM '{file}'",
    "FROM '{file}'",
    "WITH a AS (SELECT * FROM read_text('{file}')) SELECT * FROM a",
    "SELECT (SELECT max(content) FROM read_text('{file}'))",
    "SELECT 'a' UNION SELECT content FROM read_text('{file}')",
    "SELECT * FROM data WHERE name IN (SELECT content FROM read_text('{file}'))",
    "/* read */ SELECT * -- it\nFROM read_text('{file}')",
    "SELECT * FROM query('SELECT * FROM read_text(''{file}'')')",
    "SELECT * FROM query_table('{file}')",
    "DESCRIBE SELECT * FROM read_csv('{file}')",
    "SUMMARIZE '{file}'",
    "SELECT * FROM 'https://example.org/a.csv'",
    "SELECT * FROM read_csv('https://example.org/a.csv')",
    "SELECT * FROM read_parquet('s3://bucket/a.parquet')",
    "SELECT getenv('HOME')",
    "SELECT * FROM duckdb_extensions()",
    "SELECT * FROM people_variable",
    "SELECT * FROM arrow_scan(1, 1, 1)",
    "SELECT * FROM pandas_scan(1)",
    "SELECT * FROM enable_logging()",
    "WITH a AS (INSERT INTO data VALUES ('x', 1, 'y') RETURNING *) SELECT * FROM a",
]
REFUSED = {
    "COPY data TO '{folder}/out.csv'": "COPY",
    "COPY (SELECT 1) TO '{folder}/out.csv'": "COPY",
    "ATTACH '{folder}/out.db'": "ATTACH",
    "INSTALL httpfs": "INSTALL",
    "LOAD httpfs": "LOAD",
    "SET threads = 8": "SET",
    "RESET lock_configuration": "RESET",
    "PRAGMA database_list": "PRAGMA",
    "CALL pragma_version()": "CALL",
    "CREATE TABLE t AS SELECT 1": "CREATE",
    "CREATE MACRO f() AS 1": "CREATE",
    "INSERT INTO data VALUES (1)": "INSERT",
    "UPDATE data SET age = 1": "UPDATE",
    "DELETE FROM data": "DELETE",
    "DROP VIEW data": "DROP",
    "EXPORT DATABASE '{folder}/out'": "EXPORT",
    "EXPLAIN ANALYZE COPY data TO '{folder}/out.csv'": "EXPLAIN",
    "PREPARE p AS SELECT 1": "PREPARE",
    "USE memory": "USE",
    "BEGIN": "BEGIN",
    "CHECKPOINT": "CHECKPOINT",
    "VACUUM": "VACUUM",
    "PIVOT data ON city": "PIVOT",
    "-- quiet\nCOPY data TO '{folder}/out.csv'": "COPY",
    "SELECT 1; COPY data TO '{folder}/out.csv'": "COPY",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "secret.csv"
    path.write_text(f"{SECRET}\n1\n")
    return path


@pytest.mark.parametrize("sql", UNREACHABLE)
def test_nothing_outside_the_tables_is_read(sql: str, file: Path, people: Dataset) -> None:
    people_variable = pd.DataFrame({"a": [1]})  # the engine must not find it by its name
    with pytest.raises(WorkbenchError) as caught:
        run_query({"data": people}, sql.format(file=file, folder=file.parent))
    assert SECRET not in str(caught.value)
    assert len(people_variable) == 1


@pytest.mark.parametrize(("sql", "name"), REFUSED.items())
def test_a_statement_that_is_no_select_is_refused_by_its_name(sql: str, name: str, file: Path, people: Dataset) -> None:
    with pytest.raises(WorkbenchError, match=f"{name}.* is not allowed here; only SELECT is"):
        run_query({"data": people}, sql.format(folder=file.parent))
    assert [path.name for path in file.parent.iterdir()] == ["secret.csv"]


@pytest.mark.parametrize("sql", ["SELECT 1; SELECT 2", "SELECT 1;; SELECT 2;"])
def test_two_statements_are_one_too_many(sql: str) -> None:
    with pytest.raises(WorkbenchError, match="2 statements"):
        run_query({}, sql)


@pytest.mark.parametrize("sql", ["", "  \n", "-- nothing", ";"])
def test_no_statement_is_told(sql: str) -> None:
    with pytest.raises(WorkbenchError, match="no query yet"):
        run_query({}, sql)


@pytest.mark.parametrize("sql", ["SELECT 1", "SELECT 1;", "VALUES (1)", "FROM range(1)", "WITH a AS (SELECT 1) FROM a"])
def test_every_way_to_write_a_select_is_allowed(sql: str) -> None:
    assert run_query({}, sql).rows == 1


@pytest.mark.parametrize("sql", ["DESCRIBE data", "SUMMARIZE data", "SHOW TABLES", "SELECT * FROM data -- the end"])
def test_tables_can_be_described(sql: str, people: Dataset) -> None:
    assert run_query({"data": people}, sql).rows > 0


INNER = {
    "SELECT * FROM duckdb_settings()": "duckdb_settings",
    'FROM system.main."DuckDB_Settings"()': "duckdb_settings",
    "SELECT (SELECT max(value) FROM /* all */ duckdb_settings ( ))": "duckdb_settings",
    "SELECT current_setting('threads')": "current_setting",
    "SELECT ('threads').current_setting()": "current_setting",
    "SELECT * FROM pg_catalog.pg_settings": "pg_settings",
    "FROM duckdb_logs": "duckdb_logs",
    "FROM duckdb_secrets()": "duckdb_secrets",
    "FROM duckdb_extensions()": "duckdb_extensions",
    "FROM duckdb_databases()": "duckdb_databases",
    "FROM pragma_database_size()": "pragma_database_size",
    "FROM pragma_database_list": "pragma_database_list",
    "DESCRIBE FROM duckdb_settings()": "duckdb_settings",
    "SHOW threads": "SHOW threads",
    "SELECT * FROM (SHOW memory_limit)": "SHOW memory_limit",
    "FROM query('FROM duckdb_settings()')": "query",
    "FROM query_table('pg_settings')": "query_table",
    "FROM json_execute_serialized_sql(json_serialize_sql('FROM duckdb_settings()'))": "json_execute_serialized_sql",
}


@pytest.mark.parametrize(("sql", "name"), INNER.items())
def test_settings_and_inner_facts_are_refused_by_name(sql: str, name: str, people: Dataset) -> None:
    with pytest.raises(WorkbenchError, match=f"A query here cannot use '{name}'"):
        run_query({"data": people}, sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'duckdb_settings()' AS words, '\"function_name\":\"duckdb_settings\"' AS more",
        "SELECT 1 AS current_setting, 2 AS duckdb_settings",
        "SELECT name AS pragma_version FROM data -- duckdb_settings()",
        "SHOW data",
        "SHOW ALL TABLES",
        "SHOW duckdb_notes",
        "FROM duckdb_notes",
        "FROM information_schema.tables",
    ],
)
def test_words_and_tables_that_only_look_like_them_are_not(sql: str, people: Dataset) -> None:
    assert run_query({"data": people, "duckdb_notes": people}, sql).rows > 0


def test_the_engine_itself_tells_nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backends.query.engine.check_reach", lambda *_: None)
    monkeypatch.setenv("HTTP_PROXY", f"http://user:{SECRET}@proxy.example.org:3128")
    values = run_query({}, "SELECT name, value FROM duckdb_settings()").frame["value"].dropna()
    assert not values.str.contains(SECRET).any()
    assert not values.str.startswith(("/", "~", os.environ.get("HOME", "/root"))).any()
    assert run_query({}, "SELECT * FROM duckdb_secrets()").rows == 0
    assert run_query({}, "SELECT * FROM duckdb_logs()").rows == 0
    assert run_query({}, "SELECT path FROM duckdb_databases() WHERE path IS NOT NULL").rows == 0


@pytest.mark.parametrize(
    ("sql", "message", "hint"),
    [
        ("SELECT *\nFROM data\nWHERE agee > 3", "Line 3, at 'agee'", '"age"'),
        (
            'SELECT * FROM data WHERE city = "London"',
            "Line 1, at '\"London\"'",
            "Write 'London' if it is meant as a text",
        ),
        ('SELECT "it\'s" FROM data', "it's", "Write 'it''s'"),
        ("SELECT agee FROM data", "agee", "There is"),
        ("(SELECT agee FROM data)", 'column "agee" not found', '"age"'),
        ("SELECT * FROM dataa", "Line 1, at 'dataa'", "data"),
        ("SELEC 1", "Line 1, at 'SELEC': syntax error", "Change the query"),
        ("SELECT CAST(name AS INT) FROM data", "Could not convert string 'Ada'", ""),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "nested more than", "WITH"),
        ("SELECT '" + "x" * 200_000 + "'", "200,0", "100,000"),
        ("SELECT $a", "parameters", ""),
    ],
)
def test_an_error_says_what_is_wrong_and_where(sql: str, message: str, hint: str, people: Dataset) -> None:
    with pytest.raises(WorkbenchError) as caught:
        run_query({"data": people}, sql)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "\n" not in caught.value.message
