"""The files that are being read right now, over all processes, so that a question can say what it does not cover."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from functools import cache

import psutil


def wait(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """This process reads these files; what processes that are gone have left is taken out."""
    _clean(connection)
    started = _started(os.getpid())
    connection.executemany("INSERT INTO waiting VALUES (?, ?, ?)", [(name, os.getpid(), started) for name in names])


def done(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """This process has ended with these files, for good or ill."""
    connection.executemany(
        """DELETE FROM waiting WHERE rowid IN
        (SELECT rowid FROM waiting WHERE name = ? AND process = ? LIMIT 1)""",
        [(name, os.getpid()) for name in names],
    )


def waiting(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Names of the files that a living process reads, in the order they were given."""
    rows = connection.execute("SELECT name, process, started FROM waiting ORDER BY rowid").fetchall()
    alive = {key for key in {(row[1], row[2]) for row in rows} if _alive(*key)}
    return tuple(name for name, process, started in rows if (process, started) in alive)


def _clean(connection: sqlite3.Connection) -> None:
    for process, started in connection.execute("SELECT DISTINCT process, started FROM waiting").fetchall():
        if not _alive(process, started):
            connection.execute("DELETE FROM waiting WHERE process = ? AND started = ?", (process, started))


def _alive(process: int, started: float) -> bool:
    """Whether that very process still runs, and not another one that got its number."""
    try:
        return abs(psutil.Process(process).create_time() - started) < 1.0
    except psutil.NoSuchProcess:
        return False


@cache
def _started(process: int) -> float:
    return psutil.Process(process).create_time()
