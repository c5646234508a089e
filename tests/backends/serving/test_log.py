from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backends.errors import WorkbenchError
from backends.serving.log import Asked, PredictionLog, as_json
from backends.serving.log_store import LogStore
from backends.settings import Settings

ROOT = Path(__file__).parents[3]


def opened(home: Path, **given: object) -> PredictionLog:
    return PredictionLog.open(Settings(home=str(home), **given))  # type: ignore[arg-type]


def add(log: PredictionLog, request: str, rows: int = 1, model: str = "churn", version: int = 1) -> None:
    chances = np.tile([0.25, 0.75], (rows, 1))
    inputs = [{"age": 30 + row, "note": request} for row in range(rows)]
    log.add(Asked(request, model, version, "champion", "shop", 1.5), range(rows), ["yes"] * rows, chances, inputs)


def test_a_clean_stop_loses_nothing(tmp_path: Path) -> None:
    log = opened(tmp_path)
    threads = [
        threading.Thread(target=lambda who=who: [add(log, f"{who}-{i}", rows=2) for i in range(200)])
        for who in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert (log.lost, log.written, log.waiting) == (0, 3_200, 0)
    found = log.recent(limit=10_000)
    assert len(found) == 3_200
    assert set(found["request"]) == {f"{who}-{i}" for who in range(8) for i in range(200)}


def test_nobody_else_may_read_the_files(tmp_path: Path) -> None:
    log = opened(tmp_path)
    add(log, "r1")
    assert len(log.recent()) == 1
    log.close()
    [database] = (path for path in tmp_path.rglob("*") if path.is_file())
    database.chmod(0o644)  # as an earlier version left it
    again = opened(tmp_path)
    add(again, "r2")
    assert len(again.recent()) == 2
    found = list(database.parent.iterdir())
    assert len(found) == 3, "the database, and what SQLite has beside it"
    assert {path.stat().st_mode & 0o777 for path in found} == {0o600}
    again.close()


def test_a_prediction_is_kept_with_all_that_was_said(tmp_path: Path) -> None:
    log = opened(tmp_path)
    add(log, "r1", rows=2)
    newest, oldest = log.recent().to_dict("records")
    assert newest["place"] == 1
    assert {name: oldest[name] for name in ("request", "model", "version", "way", "key", "milliseconds", "label")} == {
        "request": "r1", "model": "churn", "version": 1, "way": "champion", "key": "shop", "milliseconds": 1.5,
        "label": "yes",
    }  # fmt: skip
    assert json.loads(oldest["inputs"]) == {"age": 30, "note": "r1"}
    assert json.loads(oldest["probabilities"]) == [0.25, 0.75]
    assert abs((pd.Timestamp.now("UTC") - oldest["time"]).total_seconds()) < 60
    log.close()


def test_only_the_predicted_rows_of_a_request_are_kept(tmp_path: Path) -> None:
    log = opened(tmp_path)
    inputs = [{"age": "old"}, {"age": 31}, {"age": 32}]
    log.add(Asked("r", "churn", 1, "version", "", 1.0), [1, 2], ["no", "yes"], np.eye(2), inputs)
    log.close()
    found = log.recent().iloc[::-1]
    assert found["place"].tolist() == [1, 2]
    assert [json.loads(text)["age"] for text in found["inputs"]] == [31, 32]


def test_private_leaves_the_inputs_out_and_off_writes_nothing(tmp_path: Path) -> None:
    log = opened(tmp_path, prediction_log="private")
    add(log, "secret-text")
    log.close()
    assert log.recent()["inputs"].isna().all()
    assert b"secret-text" in log.store.path.read_bytes()  # it is the request's id here, so the check below can see
    silent = opened(tmp_path / "other", prediction_log="off")
    add(silent, "r1")
    silent.close()
    assert not (tmp_path / "other" / "predictions").exists()
    assert silent.recent().empty


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="WORKBENCH_PREDICTION_LOG is 'yes'"):
        opened(tmp_path, prediction_log="yes")


def test_the_oldest_go_when_there_are_too_many(tmp_path: Path) -> None:
    log = opened(tmp_path, prediction_log_rows=10)
    for number in range(7):
        add(log, str(number), rows=4)
        log.flush()
    log.close()
    assert log.recent(limit=100)["request"].tolist() == ["6"] * 4 + ["5"] * 4 + ["4"] * 2
    again = opened(tmp_path, prediction_log_rows=3)
    add(again, "last")
    again.close()
    assert again.recent(limit=100)["request"].tolist() == ["last", "6", "6"]


def test_reading_by_model_counting_and_parquet(tmp_path: Path) -> None:
    log = opened(tmp_path)
    assert log.recent().empty
    assert log.counts().empty
    for number in range(5):
        add(log, f"c{number}")
        add(log, f"l{number}", model="loans", version=3, rows=2)
    log.close()
    assert log.recent("churn", limit=2)["request"].tolist() == ["c4", "c3"]
    assert log.counts().values.tolist() == [["churn", 1, "champion", 5], ["loans", 3, "champion", 10]]
    assert log.to_parquet(tmp_path / "log.parquet") == 15
    written = pd.read_parquet(tmp_path / "log.parquet")
    assert written["request"].tolist()[:3] == ["c0", "l0", "l0"]
    assert written["version"].tolist() == log.recent(limit=99)["version"].tolist()[::-1]


def test_an_empty_log_makes_an_empty_parquet_file(tmp_path: Path) -> None:
    store = LogStore(tmp_path / "none.sqlite", 10)
    assert store.to_parquet(tmp_path / "log.parquet") == 0
    assert len(pd.read_parquet(tmp_path / "log.parquet")) == 0
    assert not store.path.exists()


class Stuck(LogStore):
    def __init__(self, path: Path) -> None:
        super().__init__(path, 1_000)
        self.go = threading.Event()

    def add(self, connection: sqlite3.Connection, rows: object) -> None:
        self.go.wait(30)
        super().add(connection, rows)  # type: ignore[arg-type]


def test_when_the_disk_is_stuck_losses_are_bounded_counted_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = Stuck(tmp_path / "log.sqlite")
    log = PredictionLog(store, waiting=10_000)
    with caplog.at_level(logging.WARNING, logger="backends.serving.log"):
        for number in range(60):
            add(log, str(number))
    assert 0 < log.lost < 60
    assert log.waiting * 500 <= 10_000
    assert len([record for record in caplog.records if "loses predictions" in record.message]) == 1
    store.go.set()
    log.flush()
    add(log, "after")
    log.close()
    assert log.written + log.lost == 61
    kept = store.recent(limit=100)["request"].tolist()
    assert kept[0] == "after"
    assert len(kept) == log.written


def test_a_request_larger_than_the_queue_is_taken_when_nothing_waits(tmp_path: Path) -> None:
    log = PredictionLog(LogStore(tmp_path / "log.sqlite", 10_000), waiting=10_000)
    add(log, "large", rows=500)
    log.close()
    assert (log.written, log.lost) == (500, 0)


def test_a_disk_error_is_counted_and_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "predictions" / "log.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"this is no database, but a text of a good hundred characters" * 9)
    log = opened(tmp_path)
    with caplog.at_level(logging.ERROR, logger="backends.serving.log"):
        add(log, "r1")
        log.flush()
    assert (log.lost, log.written) == (1, 0)
    assert "The prediction log is damaged" in caplog.text
    log.close()


def test_after_closing_predictions_count_as_lost(tmp_path: Path) -> None:
    log = opened(tmp_path)
    log.close()
    add(log, "late", rows=3)
    assert log.lost == 3


def test_a_log_of_a_later_layout_is_left_alone(tmp_path: Path) -> None:
    store = LogStore(tmp_path / "log.sqlite", 10)
    store.open().execute("PRAGMA user_version = 2")
    with pytest.raises(WorkbenchError, match="has the layout 2"):
        store.open()


KILLED = """
    import itertools, sys
    from pathlib import Path
    import numpy as np
    from backends.serving.log import Asked, PredictionLog
    from backends.serving.log_store import LogStore

    log = PredictionLog(LogStore(Path(sys.argv[1]), 100_000))
    for number in itertools.count():
        log.add(Asked(str(number), "churn", 1, "champion", "", 1.0), [0], ["yes"], np.eye(1), [{"n": number}])
        if log.written > 3_000:
            print("go", flush=True)
"""


def test_killed_while_writing_the_log_opens_clean_and_has_no_gap(tmp_path: Path) -> None:
    path = tmp_path / "log.sqlite"
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(path)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "go\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait(30)
    child.stdout.close()
    store = LogStore(path, 1_000_000)
    requests = store.recent(limit=1_000_000)["request"].astype(int).tolist()[::-1]
    assert len(requests) > 3_000
    assert requests == list(range(len(requests)))
    with store.open() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    log = PredictionLog(store)
    add(log, "-1")
    log.close()
    assert store.recent(limit=1)["request"].tolist() == ["-1"]


@settings(max_examples=200)
@given(st.dictionaries(st.text(), st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text())))
def test_any_row_becomes_json_that_can_be_read_and_kept(tmp_path_factory: pytest.TempPathFactory, row: dict) -> None:
    text = as_json(row)
    text.encode("utf-8")
    read = json.loads(text)
    assert list(read) == list(row)
    for name, value in row.items():
        if isinstance(value, float):
            assert read[name] == (value if np.isfinite(value) else None)
        elif not isinstance(value, str) or len(value) <= 2_000:
            assert read[name] == value


def test_dates_and_numpy_values_are_written_as_text_and_numbers() -> None:
    row = {"at": pd.Timestamp("2024-02-29 12:00"), "n": np.int64(2), "x": np.float64(0.5), 3: "three"}
    assert json.loads(as_json(row)) == {"at": "2024-02-29T12:00:00", "n": 2, "x": 0.5, "3": "three"}
    long = json.loads(as_json({"note": "x" * 100_000, "n": 1}))
    assert long == {"note": "x" * 2_000 + "… (100,000 characters)", "n": 1}
