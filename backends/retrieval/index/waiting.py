"""The files that are being read or queue for it, over all processes, so that a question can say what it does not cover.

A row belongs to a process and counts for as long as that lives. A row of a queue has a ticket besides, the path of a
file: it counts while that file is there. Whoever serves the queue takes such rows over.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import psutil

_TAKEN = "taken over"  # in place of a ticket: this process has the row from a queue, and did not begin with it yet
Owner = tuple[int, float, str]  # process, when it was started, ticket


def wait(connection: sqlite3.Connection, names: Sequence[str], ticket: str = "") -> None:
    """This process reads these files, or with a ticket queues them; what is not waited for any more is taken out."""
    _clean(connection)
    process = os.getpid()
    for name in names:
        begun = connection.execute(
            """UPDATE waiting SET ticket = '' WHERE ?1 = '' AND rowid =
            (SELECT rowid FROM waiting WHERE name = ?2 AND process = ?3 AND ticket = ?4 LIMIT 1)""",
            (ticket, name, process, _TAKEN),
        )
        if not begun.rowcount:
            connection.execute("INSERT INTO waiting VALUES (?, ?, ?, ?)", (name, process, _started(process), ticket))


def take_over(connection: sqlite3.Connection, ticket: str) -> None:
    """The files that were queued with this ticket are this process's from now on."""
    process = os.getpid()
    connection.execute(
        "UPDATE waiting SET process = ?, started = ?, ticket = ? WHERE ticket = ?",
        (process, _started(process), _TAKEN, ticket),
    )


def done(connection: sqlite3.Connection, names: Sequence[str]) -> None:
    """This process has ended with these files, for good or ill."""
    connection.executemany(
        """DELETE FROM waiting WHERE rowid IN
        (SELECT rowid FROM waiting WHERE name = ? AND process = ? AND ticket = '' LIMIT 1)""",
        [(name, os.getpid()) for name in names],
    )


def waiting(connection: sqlite3.Connection) -> tuple[str, ...]:
    """Names of the files that are read or queue, in the order they were given."""
    rows = connection.execute("SELECT name, process, started, ticket FROM waiting ORDER BY rowid").fetchall()
    owners = {owner for owner in {tuple(row[1:]) for row in rows} if _counts(owner)}
    return tuple(row[0] for row in rows if tuple(row[1:]) in owners)


def _clean(connection: sqlite3.Connection) -> None:
    for owner in connection.execute("SELECT DISTINCT process, started, ticket FROM waiting").fetchall():
        if not _counts(owner):
            connection.execute("DELETE FROM waiting WHERE process = ? AND started = ? AND ticket = ?", owner)


def _counts(owner: Owner) -> bool:
    process, started, ticket = owner
    return _alive(process, started) and (ticket in ("", _TAKEN) or Path(ticket).exists())


def _alive(process: int, started: float) -> bool:
    """Whether that very process still runs, and not another one that got its number."""
    try:
        return abs(psutil.Process(process).create_time() - started) < 1.0
    except psutil.NoSuchProcess:
        return False


@cache
def _started(process: int) -> float:
    return psutil.Process(process).create_time()
