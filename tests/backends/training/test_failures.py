"""A model that fails, hangs, eats memory or dies is one row with its reason; the others finish."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from backends.training import TrainingSpec, compare
from backends.training.events import ModelDone, ModelFailed
from backends.training.models import model_row
from tests.backends.training.tables import Failing, Hungry, Killed, Sleeping, Steady, customers, row

GOOD = model_row("dummy"), model_row("decision_tree")
SPEC = TrainingSpec(target="churn", folds=3, processes=2)


def settled(bad, spec=SPEC, **options):
    """Compare two good models with a bad one; returns the comparison and the bad one's failure."""
    table = (GOOD[0], bad, GOOD[1])
    comparison = compare(customers(), spec, table=table, **options)
    return comparison, {failure.key: failure for failure in comparison.failures}


def test_a_model_that_raises_is_failed_with_what_it_said():
    comparison, failures = settled(row("failing", lambda seed: Failing()))
    assert failures["failing"].kind == "failed"
    assert failures["failing"].reason == "ValueError: the matrix is singular"
    assert set(comparison.models) == {"dummy", "decision_tree"}


def test_a_model_that_never_comes_back_is_timed_out():
    spec = TrainingSpec(target="churn", folds=3, processes=2, fit_seconds=1.5)
    comparison, failures = settled(row("sleeping", lambda seed: Sleeping()), spec)
    assert failures["sleeping"].kind == "timed out"
    assert "1.5 seconds" in failures["sleeping"].reason
    assert set(comparison.models) == {"dummy", "decision_tree"}


def test_a_model_that_takes_too_much_memory_is_out_of_memory():
    spec = TrainingSpec(target="churn", folds=3, processes=2, fit_memory_mb=900)
    comparison, failures = settled(row("hungry", lambda seed: Hungry()), spec)
    assert failures["hungry"].kind == "out of memory"
    assert "900 MB" in failures["hungry"].reason
    assert set(comparison.models) == {"dummy", "decision_tree"}


@pytest.mark.parametrize("processes", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_only_the_model_whose_process_is_killed_counts_as_crashed(processes):
    spec = TrainingSpec(target="churn", folds=3, processes=processes)
    table = (row("steady", lambda seed: Steady()), row("killed", lambda seed: Killed()), GOOD[1])
    comparison = compare(customers(), spec, table=table)
    failures = {failure.key: failure for failure in comparison.failures}
    assert set(failures) == {"killed"}
    assert failures["killed"].kind == "crashed"
    assert "SIGKILL" in failures["killed"].reason
    assert set(comparison.models) == {"steady", "decision_tree"}


def test_failures_stand_at_the_foot_of_the_leaderboard_with_their_reason():
    comparison, _ = settled(row("failing", lambda seed: Failing()))
    last = comparison.leaderboard.iloc[-1]
    assert (last["model"], last["status"], last["reason"]) == (
        "failing",
        "failed",
        "ValueError: the matrix is singular",
    )
    assert comparison.leaderboard["rank"].isna().tolist() == [False, False, True]


def test_a_failure_is_told_once_and_all_work_is_accounted_for():
    events = []
    settled(row("failing", lambda seed: Failing()), on_progress=events.append)
    failed = [event for event in events if isinstance(event, ModelFailed)]
    assert [event.model for event in failed] == ["failing"]
    assert events[-1].done == events[-1].total == 3 * 4


def test_cancel_keeps_what_is_done_and_ends_what_runs():
    seen = []
    table = (GOOD[0], row("sleeping", lambda seed: Sleeping(), simplicity=5), row("steady", lambda seed: Steady()))
    asked: list[float] = []
    workers: list[psutil.Process] = []

    def cancelled():
        if not asked and any(isinstance(event, ModelDone) for event in seen):
            asked.append(time.monotonic())
            workers.extend(_workers())
        return bool(asked)

    comparison = compare(
        customers(),
        TrainingSpec(target="churn", folds=2, processes=2),
        seen.append,
        cancelled,
        table=table,
    )
    assert time.monotonic() - asked[0] < 3.0
    assert "dummy" in comparison.models
    assert comparison.recommended is not None
    assert {failure.kind for failure in comparison.failures} == {"cancelled"}
    assert "sleeping" in {failure.key for failure in comparison.failures}
    assert workers
    assert not psutil.wait_procs(workers, timeout=1)[1]


def test_a_cancel_before_the_first_fit_leaves_an_empty_board():
    comparison = compare(customers(), SPEC, cancelled=lambda: True, table=GOOD)
    assert not comparison.models
    assert comparison.recommended is None
    assert comparison.leaderboard["status"].tolist() == ["cancelled", "cancelled"]


def test_no_worker_outlives_the_process_it_works_for(tmp_path):
    root = Path(__file__).parents[3]
    program = (
        "from tests.backends.training.tables import *\n"
        "from backends.training import TrainingSpec, compare\n"
        "table = (row('s', lambda seed: Sleeping()),)\n"
        "compare(customers(), TrainingSpec('churn', folds=2, processes=2), table=table)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=root)
    workers = []
    deadline = time.monotonic() + 30
    while not any(worker.cpu_times().user > 1.0 for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.3)
        workers = [child for child in psutil.Process(process.pid).children() if "loky" in " ".join(child.cmdline())]
    time.sleep(1.0)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(workers, timeout=8)
    assert workers
    assert not alive


def _workers() -> list[psutil.Process]:
    """The worker processes of this process."""
    return [
        c for c in psutil.Process().children() if "loky" in (line := " ".join(c.cmdline())) and "tracker" not in line
    ]
