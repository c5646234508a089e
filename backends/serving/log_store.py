"""The prediction log on disk: one SQLite table, a row per prediction, readable by anything that reads SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backends.errors import UnavailableError, damaged, in_folder

if TYPE_CHECKING:
    import pandas as pd

LAYOUT = 1  # kept in the file's user_version
COLUMNS = {  # name: type and meaning; `id` in front counts up without gaps
    "time": "REAL NOT NULL",  # seconds since 1970 UTC, when the request was answered
    "request": "TEXT NOT NULL",  # the request's id; predictions of one request share it
    "model": "TEXT NOT NULL",
    "version": "INTEGER NOT NULL",
    "way": "TEXT NOT NULL",  # champion, newest, version, split or shadow
    "key": "TEXT NOT NULL",  # the name of the API key, "widget" or "page"; empty where none are set
    "milliseconds": "REAL NOT NULL",  # of the whole request
    "place": "INTEGER NOT NULL",  # of the row in the request, from 0
    "label": "TEXT NOT NULL",
    "probabilities": "TEXT NOT NULL",  # JSON array in the order of the model's classes
    "inputs": "TEXT",  # JSON object, as it came; NULL where privacy is on
}
_FIELDS = ", ".join(COLUMNS)
_CREATE = (
    "CREATE TABLE IF NOT EXISTS predictions (id INTEGER PRIMARY KEY AUTOINCREMENT, "
    + ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    + ")",
    "CREATE INDEX IF NOT EXISTS predictions_by_model ON predictions (model, version, way)",
)
_INSERT = f"INSERT INTO predictions ({_FIELDS}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608 names above
_COUNTS = """SELECT model, version, way, COUNT(*) AS predictions FROM predictions
GROUP BY model, version, way ORDER BY model, version, way"""
PARQUET_ROWS = 20_000  # read and written at a time

Row = tuple[Any, ...]  # one value per column of `COLUMNS`


class LogStore:
    """Reads and writes `path`. SQLite in WAL mode: a kill at any moment leaves what was committed, and a good file."""

    def __init__(self, path: Path, keep: int) -> None:
        self.path = path
        self.keep = keep

    def open(self) -> sqlite3.Connection:
        """A connection to write with, in the thread that calls.

        Raises UnavailableError for a file that is damaged or of another layout.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.touch(mode=0o600)  # SQLite gives the files beside it the same mode
        self.path.chmod(0o600)  # a file from before
        connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            self._prepare(connection)
        except BaseException as error:
            connection.close()
            raise self._words(error) or error from error
        return connection

    def add(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Write rows, and take out the oldest beyond `keep`, in one transaction."""
        with _transaction(connection):
            connection.executemany(_INSERT, rows)
            connection.execute(
                "DELETE FROM predictions WHERE id <= (SELECT MAX(id) FROM predictions) - ?", (self.keep,)
            )

    def recent(self, model: str | None = None, limit: int = 100) -> pd.DataFrame:
        """The last predictions, newest first, with the columns of `COLUMNS`; `time` as dates in UTC."""
        import pandas as pd

        where, given = ("WHERE model = ? ", [model]) if model is not None else ("", [])
        newest = f"SELECT id FROM predictions {where}ORDER BY id DESC LIMIT ?"  # noqa: S608 no text from outside
        sql = f"SELECT {_FIELDS} FROM predictions WHERE id IN ({newest}) ORDER BY id DESC"  # noqa: S608
        with self._reading() as connection:
            rows = connection.execute(sql, (*given, limit)).fetchall() if connection else []
        frame = pd.DataFrame(rows, columns=list(COLUMNS))
        return frame.assign(time=pd.to_datetime(frame["time"].astype(float), unit="s", utc=True))

    def counts(self) -> pd.DataFrame:
        """How many predictions the log holds, by model, version and way."""
        import pandas as pd

        with self._reading() as connection:
            rows = connection.execute(_COUNTS).fetchall() if connection else []
        return pd.DataFrame(rows, columns=["model", "version", "way", "predictions"])

    def to_parquet(self, path: Path) -> int:
        """Write the whole log, oldest first, as a Parquet file; how many predictions that are."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema([(name, _arrow(pa, kind)) for name, kind in COLUMNS.items()])
        written = 0
        with pq.ParquetWriter(path, schema, compression="zstd") as writer, self._reading() as connection:
            found = connection.execute(f"SELECT {_FIELDS} FROM predictions ORDER BY id") if connection else None  # noqa: S608
            while found and (rows := found.fetchmany(PARQUET_ROWS)):
                writer.write_table(pa.table([list(column) for column in zip(*rows, strict=True)], schema=schema))
                written += len(rows)
        return written

    def _prepare(self, connection: sqlite3.Connection) -> None:
        (layout,) = connection.execute("PRAGMA user_version").fetchone()
        if layout not in (0, LAYOUT):
            raise UnavailableError(
                f"The prediction log {in_folder(self.path)} has the layout {layout}; this workbench writes {LAYOUT}.",
                hint="Move the file away; a new one is begun.",
            )
        with _transaction(connection):
            for statement in (*_CREATE, f"PRAGMA user_version = {LAYOUT}"):
                connection.execute(statement)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """A connection that cannot write; None where there is no log yet."""
        if not self.path.exists():
            yield None
            return
        try:
            address = f"{self.path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(address, timeout=30, uri=True)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise self._words(error) or error from error

    def _words(self, error: BaseException) -> UnavailableError | None:
        if not damaged(error):
            return None
        return UnavailableError(
            "The prediction log is damaged.",
            hint=f"Move {self.path.name} away from the workbench's home folder; a new log is begun at once.",
        )


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _arrow(pa: Any, kind: str) -> Any:
    return {"REAL": pa.float64(), "INTEGER": pa.int64(), "TEXT": pa.string()}[kind.split()[0]]
