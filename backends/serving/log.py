"""The prediction log: what was asked of which version and what it said, written off the request's path."""

from __future__ import annotations

import json
import logging
import math
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import orjson

from backends.errors import WorkbenchError
from backends.serving.log_store import LogStore, Row
from backends.settings import MEGABYTE, Settings

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)

Privacy = Literal["on", "private", "off"]
WAITING = 32 * MEGABYTE  # of predictions that wait to be written
ROW_BYTES = 500  # of a prediction beside its inputs, as Python keeps it
PATIENCE = 0.25  # seconds that a request waits for room among them
EVERY = 0.25  # seconds between two writes: the writer must not wake for each request and take its turn from it
FLUSH_SECONDS = 10.0  # that a reader waits for what is not written yet
AT_ONCE = 5_000  # predictions in one transaction
LONGEST = 2_000  # characters of a text that are kept


@dataclass(frozen=True, slots=True)
class Asked:
    """What the log says of a request beside its rows; `key` is the name of the API key, never the key."""

    request: str
    model: str
    version: int
    way: str
    key: str
    milliseconds: float


class PredictionLog:
    """Takes predictions in microseconds; one thread writes them to SQLite, several at a time.

    At most `waiting` bytes of predictions wait. When there is no room, a request waits `PATIENCE` seconds for it; what
    finds none even so is counted in `lost` and said in the program's log, once for each disturbance. `close` writes
    all that waits, so a clean stop loses nothing; a kill loses at most what the last `EVERY` seconds brought.
    """

    def __init__(self, store: LogStore, mode: Privacy = "on", waiting: int = WAITING) -> None:
        self.store = store
        self.mode = mode
        self.lost = 0
        self.written = 0
        self._most = waiting
        self._queue: deque[Row] = deque()
        self._bytes = 0
        self._open = True
        self._stuck = False  # a request has waited in vain since the last write
        self._busy = False
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    @classmethod
    def open(cls, settings: Settings) -> PredictionLog:
        """The log under the settings' home."""
        mode = cast(Privacy, settings.prediction_log)
        path = settings.home_folder / "predictions" / "log.sqlite"
        return cls(LogStore(path, settings.prediction_log_rows), mode if settings.prediction_log_rows else "off")

    @property
    def waiting(self) -> int:
        """Predictions that wait to be written."""
        return len(self._queue)

    def add(
        self, asked: Asked, rows: Sequence[int], labels: Sequence[str], probabilities: Any, inputs: Sequence[Any]
    ) -> None:
        """Log a request: `rows` are the positions in `inputs` that were predicted, `probabilities` (rows, classes).

        The values are written down at once, so the caller may change what it gave.
        """
        if self.mode == "off":
            return
        now, private = time.time(), self.mode == "private"
        head = (now, asked.request, asked.model, asked.version, asked.way, asked.key, asked.milliseconds)
        made = [
            (*head, place, label, orjson.dumps(chances).decode(), None if private else as_json(inputs[place]))
            for place, label, chances in zip(rows, labels, probabilities.tolist(), strict=True)
        ]
        with self._change:
            self._start()
            size = sum(map(_size, made))
            if not self._room(size):
                self.lost += len(made)
                return
            self._queue.extend(made)
            self._bytes += size
            if self._bytes > self._most // 2:
                self._change.notify_all()

    def recent(self, model: str | None = None, limit: int = 100) -> pd.DataFrame:
        """The last predictions, of one model or of all, newest first (see `LogStore.recent`)."""
        self.flush()
        return self.store.recent(model, limit)

    def counts(self) -> pd.DataFrame:
        """How many predictions the log holds, by model, version and way."""
        self.flush()
        return self.store.counts()

    def to_parquet(self, path: Path) -> int:
        """Write the whole log, oldest first, as a Parquet file; how many predictions that are."""
        self.flush()
        return self.store.to_parquet(path)

    def flush(self, seconds: float = FLUSH_SECONDS) -> bool:
        """Wait until all that was logged so far is written or lost; False when that takes longer."""
        with self._change:
            self._change.notify_all()
            return self._change.wait_for(lambda: not self._queue and not self._busy, seconds)

    def close(self) -> None:
        """Write what waits and end the thread. Logging after it counts as lost."""
        with self._change:
            self._open = False
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        if self._thread is None and self._open:
            self._thread = threading.Thread(target=self._write, name="prediction-log", daemon=True)
            self._thread.start()

    def _room(self, size: int) -> bool:
        """Whether so many bytes fit, after waiting for it; more than fit at all are taken when nothing waits."""

        def fits() -> bool:
            return not self._queue or self._bytes + size <= self._most

        if fits() or not self._open or self._stuck:
            return self._open and fits()
        self._change.notify_all()
        self._stuck = not self._change.wait_for(fits, PATIENCE)
        if self._stuck:
            log.warning("The prediction log loses predictions: it cannot be written as quickly as they come.")
        return not self._stuck

    def _write(self) -> None:
        """The writer's life: wait a little, write all that came, until closed and empty."""
        connection: sqlite3.Connection | None = None
        while rows := self._next():
            try:
                if connection is None:
                    connection = self.store.open()
                self.store.add(connection, rows)
                self._done(rows, written=True)
            except (sqlite3.Error, OSError, WorkbenchError) as error:
                log.error("The prediction log lost %d predictions: %s", len(rows), error)
                _let_go(connection)
                connection = None  # the next rows find the file as it is then: mended, or a new one
                self._done(rows, written=False)
        if connection is not None:
            with closing(connection):
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _next(self) -> list[Row]:
        """The next rows to write; none when the log is closed."""
        with self._change:
            while True:
                if self._open and self._bytes <= self._most // 2:
                    self._change.wait(EVERY)
                if self._queue or not self._open:
                    rows = [self._queue.popleft() for _ in range(min(AT_ONCE, len(self._queue)))]
                    self._bytes -= sum(map(_size, rows))
                    self._busy = bool(rows)
                    return rows

    def _done(self, rows: list[Row], written: bool) -> None:
        with self._change:
            self._busy, self._stuck = False, False
            if written:
                self.written += len(rows)
            else:
                self.lost += len(rows)
            self._change.notify_all()


def _let_go(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        with suppress(sqlite3.Error):
            connection.close()


def as_json(value: Any) -> str:
    """A row as JSON text: NaN becomes null, long texts are cut, dates are ISO 8601, other things their own text.

    >>> as_json({"age": float("nan"), "seen": 3})
    '{"age":null,"seen":3}'
    >>> as_json({"note": "x" * 2_003})[-24:]
    'xx… (2,003 characters)"}'
    """
    text = _written(value)
    if len(text) <= LONGEST or not isinstance(value, Mapping):
        return text
    return _written({name: _cut(one) for name, one in value.items()})


def _written(value: Any) -> str:
    try:
        return orjson.dumps(value, default=_text, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # half a surrogate pair, an integer beyond 64 bits: what orjson does not write
        known = {str(name): _known(one) for name, one in value.items()} if isinstance(value, Mapping) else str(value)
        return json.dumps(known, allow_nan=False)


def _known(value: Any) -> Any:
    """The value where every JSON reader knows it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else _text(value)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _cut(value: Any) -> Any:
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{value[:LONGEST]}… ({len(value):,} characters)"
    return value


def _size(row: Row) -> int:
    return ROW_BYTES + len(row[-1] or "")
