"""A query in this process: for notebooks, and where the query is one's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from backends.query.limits import Limits
from backends.query.result import QueryResult, to_result

if TYPE_CHECKING:
    from backends.datasets import Dataset


def run_query(tables: Mapping[str, Dataset], sql: str, limits: Limits = Limits()) -> QueryResult:  # noqa: B008 - frozen
    """Answer one SELECT statement over `tables`, by their names in SQL (see `table_names`).

    Raises WorkbenchError for any other statement, for one that fails, and when a limit of time or memory is met.
    Here the memory limit binds the engine only; a job (`backends.query.job`) bounds the whole process.
    """
    from backends.query.engine import answer
    from backends.query.tables import arrow_table

    arrow = {id(dataset): arrow_table(dataset) for dataset in tables.values()}
    return to_result(answer({name: arrow[id(dataset)] for name, dataset in tables.items()}, sql, limits), sql)
