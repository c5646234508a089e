"""The machine's clock is set, forwards and back: order and durations stay true (events of models: their own tests)."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest

from backends.serving.api.health import health
from backends.serving.log import Asked, PredictionLog
from backends.settings import Settings
from backends.tasks import JobRunner

DAY = 86_400.0
REAL = time.time


def test_the_newest_prediction_is_the_last_one_made_whatever_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = PredictionLog.open(Settings(home=str(tmp_path)))
    for request, ahead in (("before", 0.0), ("clock set forward", 400 * DAY), ("clock set back", -400 * DAY)):
        monkeypatch.setattr(time, "time", lambda ahead=ahead: REAL() + ahead)
        log.add(Asked(request, "churn", 1, "champion", "", 1.0), [0], ["yes"], np.array([[0.5, 0.5]]), [{}])
    assert log.recent()["request"].tolist() == ["clock set back", "clock set forward", "before"]
    log.close()


def test_a_job_has_run_for_as_long_as_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = JobRunner(Settings(home=str(tmp_path)))
    job = jobs.start("ada", "count", "tests.backends.tasks.sample_jobs:count_until_cancelled", lambda folder: None)
    monkeypatch.setattr(time, "time", lambda: REAL() - 400 * DAY)
    jobs.cancel(job.id, "ada")
    assert 0 <= jobs.wait(job.id, "ada").seconds < 60
    jobs.close()


def test_the_uptime_is_no_matter_of_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    before = health().uptime_seconds
    monkeypatch.setattr(time, "time", lambda: REAL() - 400 * DAY)
    assert before <= health().uptime_seconds < before + 60
