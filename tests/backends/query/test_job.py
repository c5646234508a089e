from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from backends.datasets import Dataset, Schema
from backends.errors import WorkbenchError
from backends.query import Limits, TableFiles, load_result
from backends.query.queries import Queries
from backends.settings import Settings
from backends.tasks import Job

ENDLESS = "SELECT count(*) FROM range(10000000000000) WHERE range % 7 = random()"
STUBBORN = "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))"  # the engine cannot interrupt it


@pytest.fixture
def queries(tmp_path: Path) -> Iterator[Queries]:
    queries = Queries(Settings(home=str(tmp_path)))
    yield queries
    queries.close()
    assert not list(tmp_path.rglob("*.arrow"))


def ended(queries: Queries, people: Dataset, sql: str, limits: Limits | None = None) -> Job:
    job = queries.start("me", {"data": people}, sql, limits)
    return queries.wait(job.id, "me", 30)


def test_a_query_is_answered_by_a_process_of_its_own(queries: Queries, people: Dataset) -> None:
    job = ended(queries, people, "SELECT name FROM data WHERE age > 40 ORDER BY age")
    assert job.state == "done"
    assert load_result(job).frame["name"].tolist() == ["Alan", "Grace"]


def test_the_tables_are_gone_from_the_folder_when_it_has_ended(queries: Queries, people: Dataset) -> None:
    assert not list(ended(queries, people, "SELECT 1").folder.glob("*.arrow"))


def test_the_process_knows_nothing_of_the_environment(queries: Queries, people: Dataset) -> None:
    job = ended(queries, people, "SELECT getenv('HOME')")
    assert job.error is not None
    assert os.environ["HOME"] not in str(job.error)


def test_a_mistake_is_told_as_its_sentence(queries: Queries, people: Dataset) -> None:
    job = ended(queries, people, "SELECT agee FROM data")
    assert job.error is not None
    assert job.error.message.startswith("Line 1, at 'agee'")
    with pytest.raises(WorkbenchError):
        load_result(job)


@pytest.mark.parametrize("sql", ["SELECT repeat('x', 4000000000)", "SELECT list(x) FROM range(300000000) t(x)"])
def test_memory_is_bounded_and_the_bound_is_named(queries: Queries, people: Dataset, sql: str) -> None:
    job = ended(queries, people, sql, Limits(memory_mb=1_000))
    assert job.error is not None
    assert "more than 1,000 MB" in job.error.message


@pytest.mark.parametrize("sql", [ENDLESS, STUBBORN])
def test_time_is_bounded(queries: Queries, people: Dataset, sql: str) -> None:
    job = ended(queries, people, sql, Limits(seconds=1))
    assert job.error is not None
    assert "more than 1 s" in job.error.message


@pytest.mark.parametrize("sql", [ENDLESS, STUBBORN])
def test_a_query_can_be_cancelled(queries: Queries, people: Dataset, sql: str) -> None:
    job = queries.start("me", {"data": people}, sql)
    while not queries.get(job.id, "me").events:
        time.sleep(0.05)
    queries.cancel(job.id, "me")
    job = queries.wait(job.id, "me", 8)
    assert job.state == "cancelled"
    assert not job.files


def test_a_new_query_takes_the_place_of_the_running_one(queries: Queries, people: Dataset) -> None:
    first = queries.start("me", {"data": people}, ENDLESS)
    assert ended(queries, people, "SELECT 1").state == "done"
    assert queries.wait(first.id, "me", 8).state == "cancelled"


def test_a_short_query_does_not_wait_for_three_long_ones(queries: Queries, people: Dataset) -> None:
    long = [queries.start(f"visitor {at}", {"data": people}, ENDLESS, Limits(threads=1)) for at in range(3)]
    assert ended(queries, people, "SELECT 1").state == "done"
    assert not any(queries.get(job.id, job.owner).ended for job in long)
    for job in long:
        queries.cancel(job.id, job.owner)


@pytest.mark.slow
def test_a_table_of_a_million_rows_is_within_the_bounds(queries: Queries) -> None:
    rows = 1_000_000
    big = {f"n{at}": np.arange(rows, dtype="float64") for at in range(8)} | {"id": np.arange(rows)}
    frame = pd.DataFrame(big).assign(key=pd.Series(np.arange(rows).astype(str), dtype="str"))
    table = Dataset(frame, Schema(()), name="big.csv")
    job = ended(queries, table, "SELECT count(DISTINCT key) AS n FROM data")
    assert load_result(job).frame["n"].tolist() == [rows]


def test_a_table_is_written_once_and_forgotten_with_its_frame(tmp_path: Path) -> None:
    files = TableFiles(tmp_path / "tables")
    table = Dataset(pd.DataFrame({"a": [1]}), Schema(()))
    files.link(table, tmp_path / "first.arrow")
    files.link(table, tmp_path / "second.arrow")
    assert (tmp_path / "first.arrow").samefile(tmp_path / "second.arrow")
    assert len(list((tmp_path / "tables").rglob("*.arrow"))) == 1
    del table
    gc.collect()
    assert not list((tmp_path / "tables").rglob("*.arrow"))
    files.close()


def test_other_values_are_another_file(tmp_path: Path) -> None:
    files = TableFiles(tmp_path / "tables")
    first, second = (Dataset(pd.DataFrame({"a": [value]}), Schema(()), digest="same") for value in (1, 2))
    files.link(first, tmp_path / "first.arrow")
    files.link(second, tmp_path / "second.arrow")
    assert (tmp_path / "first.arrow").read_bytes() != (tmp_path / "second.arrow").read_bytes()
    files.close()


def test_tables_that_a_killed_server_left_are_removed_and_those_of_a_living_one_are_not(tmp_path: Path) -> None:
    table = Dataset(pd.DataFrame({"a": [1]}), Schema(()))
    living = TableFiles(tmp_path / "home")
    living.link(table, tmp_path / "living.arrow")
    left = tmp_path / "home" / "tables-of-one-that-was-killed"
    left.mkdir()
    (left / "private.arrow").write_bytes(b"private")
    other = TableFiles(tmp_path / "home")
    other.link(table, tmp_path / "other.arrow")
    assert not left.exists()
    assert len(list((tmp_path / "home").rglob("*.arrow"))) == 2
    other.close()
    living.close()
    assert list((tmp_path / "home").iterdir()) == []
