"""The SQLite file of a collection: who reads, who writes, and what its errors mean.

Readers get a connection each and a snapshot; they never wait. One writer at a time writes, over all threads and
processes; a kill at any moment leaves what was committed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backends.errors import WorkbenchError, in_folder
from backends.retrieval.index.schema import APPLICATION, SCHEMA, TABLES, UPGRADES

BUSY_SECONDS = 30.0  # that a writer waits for another one
IDLE_READERS = 4  # connections that are kept between uses
CACHE_KIB = 16_384  # of pages, per connection
_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = NORMAL",
    "secure_delete = FAST",  # some builds write zeros over every page that is freed, which doubles what a delete costs
)
_MENDS = {  # the beginning of SQLite's own name of an error: what it means, and the way out
    "SQLITE_CORRUPT": ("is damaged", "Put back a copy of it, or delete the collection and add the documents again."),
    "SQLITE_NOTADB": ("is damaged", "Put back a copy of it, or delete the collection and add the documents again."),
    "SQLITE_BUSY": ("is being written by another process", "Wait until that has ended and try again."),
    "SQLITE_LOCKED": ("is being written by another process", "Wait until that has ended and try again."),
    "SQLITE_FULL": ("cannot grow: the disk is full", "Free some space and try again; nothing was lost."),
    "SQLITE_CANTOPEN": ("cannot be opened", "Check that its folder exists and that this user may write there."),
    "SQLITE_READONLY": ("may not be written", "Check the permissions of the file and its folder."),
    "SQLITE_PERM": ("may not be read", "Check the permissions of the file and its folder."),
    "SQLITE_IOERR": ("cannot be read or written: the disk reports an error", "Check the disk and try again."),
}
_DAMAGE = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


class Database:
    """One open collection file. Every method is safe from any thread."""

    def __init__(self, path: Path, *, create: bool = True) -> None:
        """Open the file, and make its tables where it is new and `create` allows it.

        Raises WorkbenchError for a file that is damaged or empty, is no collection, or was written by a newer
        workbench.
        """
        self.path = path
        self._damaged = False  # whether a statement has met damage; then nothing is written before all is checked
        self._lock = threading.RLock()  # one writer in this process; SQLite sees to the others
        self._guard = threading.Lock()  # of what follows
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with self._explained():
            self._writer = self._connection()
            try:
                self._prepare(create)
            except BaseException:
                self._writer.close()
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees the collection as it is now, whatever is written meanwhile, and cannot write."""
        with self._explained():
            connection = self._taken()
            try:
                connection.execute("BEGIN")
                yield connection
            finally:
                if connection.in_transaction:
                    connection.execute("COMMIT")  # nothing was written; views of this connection stay
                self._give_back(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A connection inside a transaction: all of it is written at the end, or nothing where the block raises."""
        with self._explained(), self._lock:
            if self._closed:
                raise _closed(self.path)
            if self._damaged:
                self._check()
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                if self._writer.in_transaction:  # a full disk has rolled back already
                    self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def close(self) -> None:
        """Close every connection; those in use when they are given back. Closing twice is harmless."""
        with self._lock, self._guard:
            idle, self._idle = self._idle, []
            self._closed = True
            for connection in (*idle, self._writer):
                connection.close()

    def _taken(self) -> sqlite3.Connection:
        with self._guard:
            if self._closed:
                raise _closed(self.path)
            if self._idle:
                return self._idle.pop()
        connection = self._connection()
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            if not self._closed and len(self._idle) < IDLE_READERS:
                self._idle.append(connection)
                return
        connection.close()

    def _connection(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        for pragma in (*_PRAGMAS, f"cache_size = -{CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    def _check(self) -> None:
        """Raise what SQLite says of damage; where it finds none, the file was put back meanwhile."""
        fresh = self._connection()  # one that remembers no damaged page
        self._writer.close()
        self._writer = fresh
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        (found,) = self._writer.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise _told(self.path, *_MENDS["SQLITE_CORRUPT"])
        self._writer.execute("INSERT INTO fts (fts) VALUES ('integrity-check')")
        self._damaged = False

    def _prepare(self, create: bool) -> None:
        if not create and not self._writer.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]:
            raise _told(self.path, "is empty", _MENDS["SQLITE_CORRUPT"][1])
        self._writer.execute("PRAGMA journal_mode = WAL")
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            (version,) = self._writer.execute("PRAGMA user_version").fetchone()
            (application,) = self._writer.execute("PRAGMA application_id").fetchone()
            (tables,) = self._writer.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
            if (version, application, tables) == (0, 0, 0):
                for statement in TABLES:
                    self._writer.execute(statement)
            elif application != APPLICATION:
                raise WorkbenchError(
                    f"{in_folder(self.path)} is no collection of this workbench.", hint="Move the file away."
                )
            elif version > SCHEMA:
                raise WorkbenchError(
                    f"The collection {in_folder(self.path)} has layout {version}; this workbench reads up to {SCHEMA}.",
                    hint="Open it with the newer workbench that wrote it.",
                )
            else:
                for statement in (one for older in range(version, SCHEMA) for one in UPGRADES[older]):
                    self._writer.execute(statement)
        except BaseException:
            self._writer.execute("ROLLBACK")
            raise
        self._writer.execute("COMMIT")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Say what an error of SQLite means for this file; a mistake of ours stays what it is."""
        try:
            yield
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorname", "")
            meaning = next((mend for name, mend in _MENDS.items() if code.startswith(name)), None)
            if meaning is None:
                raise
            self._damaged = self._damaged or code.startswith(_DAMAGE)
            raise _told(self.path, *meaning) from error


def _told(path: Path, meaning: str, mend: str) -> WorkbenchError:
    return WorkbenchError(f"The collection file {in_folder(path)} {meaning}.", hint=mend)


def _closed(path: Path) -> WorkbenchError:
    return WorkbenchError(f"The collection {path.parent.name} was closed or deleted.", hint="Open it again.")
