"""One statement in a DuckDB that reaches nothing but the tables it is given."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from backends.query.limits import Limits
from backends.query.names import unique
from backends.query.plain import narrowed, projection
from backends.query.reach import check_reach
from backends.query.statements import one_select
from backends.query.wording import friendly, too_much_memory, too_slow
from backends.settings import MEGABYTE

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH = 1_024  # rows
WATCH_SECONDS = 0.05
_CLOSED = (  # applied in this order: nothing can be opened again after the last one
    "SET secret_directory = ''",
    "SET home_directory = ''",
    "SET extension_directories = []",
    "SET http_proxy = ''",
    "SET http_proxy_username = ''",
    "SET http_proxy_password = ''",
    "SET allow_persistent_secrets = false",
    "SET allow_extension_repositories = 'forbidden'",
    "SET TimeZone = 'UTC'",
    "SET enable_external_access = false",
    "SET disabled_filesystems = 'LocalFileSystem'",
    "SET lock_configuration = true",
)


class Cancelled(Exception):  # noqa: N818 - an answer to a wish, not an error
    """The query was stopped because its owner wanted it."""


@dataclass(frozen=True)
class Answer:
    """What a statement answered: at most so many rows, and the engine's names of the columns' types."""

    table: pa.Table
    types: tuple[str, ...]
    truncated: bool
    seconds: float


def answer(
    tables: Mapping[str, pa.Table], sql: str, limits: Limits, cancelled: Callable[[], bool] = lambda: False
) -> Answer:
    """Run one SELECT over Arrow tables, which are read where they lie.

    Raises WorkbenchError when the statement is not allowed, fails or meets a limit, and Cancelled when
    `cancelled()` became true before it was done.
    """
    import duckdb
    import pyarrow as pa

    statement = one_select(sql)
    started = time.monotonic()
    with _connected(limits) as connection:
        for name, table in tables.items():
            connection.register(name, table)
        for setting in _CLOSED:
            connection.execute(setting)
        try:
            with _watched(connection, limits.seconds, cancelled):
                check_reach(connection, statement, tables)
                table, types, truncated = _fetched(connection, statement, limits)
        except duckdb.InterruptException:
            raise (Cancelled() if cancelled() else too_slow(limits.seconds)) from None
        except (duckdb.Error, pa.ArrowException, OSError, MemoryError, RecursionError) as error:
            if "INTERRUPT Error" in str(error):  # it came while the rows were fetched
                raise (Cancelled() if cancelled() else too_slow(limits.seconds)) from None
            raise friendly(error, tables, limits.memory_mb) from None
    return Answer(table, types, truncated, time.monotonic() - started)


@contextmanager
def _connected(limits: Limits) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that loads nothing, spills nothing to disk and sees no Python variable."""
    import duckdb

    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": limits.threads,
            "async_threads": 1,  # nothing is read from disks or networks
            "memory_limit": f"{limits.memory_mb}MiB",
            "temp_directory": "",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "python_enable_replacements": False,
        },
    )
    try:
        yield connection
    finally:
        connection.close()


def _fetched(
    connection: duckdb.DuckDBPyConnection, statement: str, limits: Limits
) -> tuple[pa.Table, tuple[str, ...], bool]:
    relation = _bound(connection, statement)
    types = tuple(str(kind) for kind in relation.types)
    names = unique([name if name.strip() else f"column_{at}" for at, name in enumerate(relation.columns, start=1)])
    reader = relation.project(projection(types)).limit(limits.rows + 1).to_arrow_reader(BATCH)
    table, truncated = _first(reader, limits)
    return narrowed(table.rename_columns(names), types), types, truncated


def _bound(connection: duckdb.DuckDBPyConnection, statement: str) -> duckdb.DuckDBPyRelation:
    """The statement with its names looked up, nothing of it run yet. An error names its place in the text."""
    import duckdb

    try:
        return connection.sql(statement)
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        try:
            connection.execute(f"EXPLAIN {statement}")  # fails alike, and this one says where
        except type(error) as located:
            raise located from None
        except duckdb.Error:
            raise error from None
        raise


def _first(reader: pa.RecordBatchReader, limits: Limits) -> tuple[pa.Table, bool]:
    """The rows that fit into the limits, and whether there were more."""
    import pyarrow as pa

    kept: list[pa.RecordBatch] = []
    rows, room = 0, limits.result_mb * MEGABYTE
    for batch in reader:
        fits = min(len(batch), limits.rows - rows, _rows_within(batch, room))
        kept.append(batch.slice(0, fits))
        rows, room = rows + fits, room - batch.nbytes
        if fits < len(batch):
            if not rows:
                raise too_much_memory(limits.result_mb)
            return pa.Table.from_batches(kept, reader.schema), True
    return pa.Table.from_batches(kept, reader.schema), False


def _rows_within(batch: pa.RecordBatch, room: int) -> int:
    """How many of the batch's first rows take at most `room` bytes."""
    if batch.nbytes <= room:
        return len(batch)
    low, high = 0, len(batch)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if batch.slice(0, middle).nbytes <= room else (low, middle - 1)
    return low


@contextmanager
def _watched(connection: duckdb.DuckDBPyConnection, seconds: float, cancelled: Callable[[], bool]) -> Iterator[None]:
    """Interrupt the connection when the time is over or the query is not wanted any more."""
    ended, deadline = threading.Event(), time.monotonic() + seconds

    def watch() -> None:
        while not ended.wait(WATCH_SECONDS):
            if time.monotonic() > deadline or cancelled():
                connection.interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()
