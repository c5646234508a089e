"""Files that are damaged while nobody looks: one sentence that says which, and what of them can be had again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from backends.errors import UnavailableError, WorkbenchError
from backends.registry.connection import told
from backends.serving.log import Asked, PredictionLog
from backends.settings import Settings

ASKED = Asked("r1", "churn", 1, "champion", "shop", 1.0)
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "no database": lambda data: b"This is no database." * 100,
    "its second half is gone": lambda data: data[: len(data) // 2],
    "all but its first page is noise": lambda data: data[:4_096] + b"\xa5" * (len(data) - 4_096),
}


def add(log: PredictionLog, rows: int = 50) -> None:
    log.add(ASKED, range(rows), ["yes"] * rows, np.full((rows, 2), 0.5), [{"note": "x" * 200}] * rows)
    log.flush()


def damaged_log(home: Path, damage: Callable[[bytes], bytes]) -> PredictionLog:
    """A log that was closed in order and then damaged; opened again."""
    log = PredictionLog.open(Settings(home=str(home)))
    add(log)
    log.close()
    log.store.path.write_bytes(damage(log.store.path.read_bytes()))
    return PredictionLog.open(Settings(home=str(home)))


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_prediction_log_is_said_so_and_what_it_loses_is_counted(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    log = damaged_log(tmp_path, damage)
    add(log)
    assert (log.lost, log.written) == (50, 0)
    for read in (log.recent, log.counts):
        with pytest.raises(WorkbenchError, match="prediction log is damaged") as error:
            read()
        assert str(tmp_path) not in str(error.value)
        assert isinstance(error.value, UnavailableError)
    log.close()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_once_the_damaged_log_is_moved_away_a_new_one_is_begun_without_a_restart(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    log = damaged_log(tmp_path, damage)
    add(log)
    for path in log.store.path.parent.glob("log.sqlite*"):
        path.rename(tmp_path / f"moved-{path.name}")
    add(log)
    assert (log.lost, log.written) == (50, 50)
    assert len(log.recent()) == 50
    log.close()


@pytest.mark.parametrize("content", [b"This is no database.", b"SQLite format 3\x00" + b"\xff" * 8_192])
def test_a_damaged_registry_is_said_so_without_the_servers_paths(tmp_path: Path, content: bytes) -> None:
    from mlflow.exceptions import MlflowException

    path = tmp_path / "mlflow.db"
    path.write_bytes(content)

    def ask() -> None:
        """As MLflow does: the database's error is behind its own."""
        try:
            sqlite3.connect(path).execute("SELECT * FROM experiments")
        except sqlite3.Error as error:
            raise MlflowException(f"(sqlite3.DatabaseError) {error}") from error

    with pytest.raises(WorkbenchError, match="The model registry is damaged") as refused:
        told(f"sqlite:///{path}", ask)()
    assert str(tmp_path) not in str(refused.value)
    assert "Put back a copy" in refused.value.hint
    assert isinstance(refused.value, UnavailableError)
