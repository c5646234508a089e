"""A comparison on a Dask cluster is the local one to the last digit, whatever happens to the cluster."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import psutil
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from backends.metrics.learning import learning_curve
from backends.settings import Settings
from backends.tasks import JobRunner
from backends.training import Comparison, TrainingSpec, compare
from backends.training import job as training_job
from backends.training.events import Event, FoldDone, ModelDone
from backends.training.models import model_row
from backends.training.store import load_comparison
from tests.backends.training.tables import Failing, Hungry, Killed, Sleeping, Steady, customers, row
from tests.engines.dask_cluster import DaskProcesses, dask_processes

SPEC = TrainingSpec("churn", models=("dummy", "logistic_regression", "hist_gradient_boosting"), folds=3, processes=2)
STEADY = row("steady", lambda seed: Steady())
TREE = model_row("decision_tree")


def same(here: Comparison, there: Comparison) -> None:
    """Scores, predictions and ranking are equal to the last bit."""
    keys = ["model", "fold", "metric"]
    first, second = (found.fold_scores.sort_values(keys, ignore_index=True) for found in (here, there))
    pd.testing.assert_frame_equal(first, second, check_exact=True)
    assert here.recommended == there.recommended
    assert set(here.models) == set(there.models)
    for key, model in here.models.items():
        rows = model.holdout
        assert np.array_equal(model.probabilities(rows), there.models[key].probabilities(rows))


def settled(bad: object, **limits: float) -> tuple[set[str], dict[str, str]]:
    """The models that are done, and the kind of each failure, beside a bad one."""
    spec = TrainingSpec("churn", folds=2, processes=2, **limits)
    found = compare(customers(), spec, table=(STEADY, row("bad", lambda seed: bad()), TREE))
    return set(found.models), {failure.key: failure.kind for failure in found.failures}


def after_the_first_model(act: Callable[[], None], **options: object) -> Comparison:
    """A comparison of six models with `act` in another thread as soon as one is done."""
    acted = threading.Event()

    def listen(event: Event) -> None:
        if isinstance(event, ModelDone) and not acted.is_set():
            acted.set()
            threading.Thread(target=act).start()

    table = tuple(row(f"steady_{number}", lambda seed: Steady()) for number in range(6))
    found = compare(customers(), TrainingSpec("churn", folds=3, processes=2), listen, table=table)
    assert acted.is_set()
    return found


def test_scores_are_the_local_ones_to_the_last_digit_and_the_place_is_named(on_dask, monkeypatch):
    told: list[Event] = []
    there = compare(customers(), SPEC, told.append)
    monkeypatch.delenv("WORKBENCH_DASK_ADDRESS")
    same(compare(customers(), SPEC), there)
    assert any(f"trained on Dask at {on_dask.address} (2 workers, 2 threads)" in note for note in there.notes)
    assert sum(isinstance(event, FoldDone) for event in told) == 9
    assert (told[-1].done, told[-1].total) == (12, 12)


def test_tuning_finds_the_local_parameters(on_dask, monkeypatch):
    monkeypatch.setattr("backends.training.tuning.BRACKETS", 1)
    spec = TrainingSpec("churn", models=("decision_tree",), folds=2, processes=2, tune_seconds=240)
    there = compare(customers(400), spec)
    monkeypatch.delenv("WORKBENCH_DASK_ADDRESS")
    same(compare(customers(400), spec), there)


def test_a_learning_curve_is_the_local_one(on_dask, monkeypatch):
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(300, 3)), columns=list("abc"))
    asked = (make_pipeline(LogisticRegression()), frame, (frame["a"] > 0).to_numpy().astype(int), "roc_auc")
    there = learning_curve(*asked)
    monkeypatch.delenv("WORKBENCH_DASK_ADDRESS")
    pd.testing.assert_frame_equal(learning_curve(*asked), there, check_exact=True)


def test_a_job_of_the_workbench_trains_there(on_dask, tmp_path):
    runner = JobRunner(Settings(home=str(tmp_path)))
    try:
        started = runner.start("ada", "train", training_job.ADDRESS, training_job.prepare(customers(), SPEC))
        job = runner.wait(started.id, "ada", 300)
        assert job.state == "done", job.error
        assert any("on Dask" in event.get("doing", "") for event in job.events)
        assert any("trained on Dask" in note for note in load_comparison(job.output).notes)
    finally:
        runner.close()


@pytest.mark.parametrize(
    ("bad", "limits", "kind"),
    [
        (Failing, {}, "failed"),
        (Sleeping, {"fit_seconds": 2.0}, "timed out"),
        (Hungry, {"fit_memory_mb": 900}, "out of memory"),
        (Killed, {}, "crashed"),
    ],
)
def test_a_bad_model_fails_alone_as_it_does_here(on_dask, bad, limits, kind):
    done, failures = settled(bad, **limits)
    assert (done, failures) == ({"steady", "decision_tree"}, {"bad": kind})


def test_a_worker_that_is_killed_midway_costs_nothing(on_dask):
    found = after_the_first_model(lambda: on_dask.fitting(0).kill())
    assert len(found.models) == 6
    assert not found.failures


def test_a_cancel_keeps_what_is_done_and_the_workers_are_free_again(on_dask):
    told: list[Event] = []
    asked: list[float] = []

    def cancelled() -> bool:
        if not asked and any(isinstance(event, ModelDone) for event in told):
            asked.append(time.monotonic())
        return bool(asked)

    table = (STEADY, row("sleeping", lambda seed: Sleeping(), simplicity=5))
    spec = TrainingSpec("churn", folds=2, processes=2)
    found = compare(customers(), spec, told.append, cancelled, table=table)
    assert set(found.models) == {"steady"}
    assert {failure.kind for failure in found.failures} == {"cancelled"}
    assert set(compare(customers(), spec, table=(STEADY, TREE)).models) == {"steady", "decision_tree"}


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch):
    """A cluster that the test may destroy."""
    with dask_processes() as processes:
        monkeypatch.setenv("WORKBENCH_DASK_ADDRESS", processes.address)
        yield processes


def lost(found: Comparison, reason: str) -> None:
    """What was done is kept; the rest is said to be unfinished, and why."""
    assert found.models
    assert found.failures
    assert {failure.kind for failure in found.failures} == {"cancelled"}
    assert all(reason in failure.reason for failure in found.failures)


def test_when_the_scheduler_goes_what_is_done_is_kept_and_the_rest_is_said_to_be_lost(own):
    lost(after_the_first_model(own.scheduler.kill), "does not answer any more")


def test_when_all_workers_go_what_is_done_is_kept_and_the_rest_is_said_to_be_lost(own, monkeypatch):
    monkeypatch.setattr("backends.training.dask_cluster.NO_WORKER_SECONDS", 3.0)

    def end_workers() -> None:
        for worker in own.workers:
            family = [*psutil.Process(worker.pid).children(recursive=True), worker]
            for member in reversed(family):  # the nanny first, which would start another
                member.kill()

    lost(after_the_first_model(end_workers), "has had no worker for 3 seconds")


def test_workers_of_several_threads_give_the_same_scores_and_what_is_not_watched_is_said(monkeypatch):
    with dask_processes(1, "--nthreads", "2") as processes:
        monkeypatch.setenv("WORKBENCH_DASK_ADDRESS", processes.address)
        there = compare(customers(), SPEC)
    monkeypatch.delenv("WORKBENCH_DASK_ADDRESS")
    same(compare(customers(), SPEC), there)
    assert any("--nthreads 1" in note for note in there.notes)


def test_workers_without_the_code_are_refused_in_words(tmp_path, monkeypatch):
    processes = DaskProcesses(tmp_path, code=tmp_path)
    try:
        processes.start_scheduler()
        processes.start_workers(1)
        monkeypatch.setenv("WORKBENCH_DASK_ADDRESS", processes.address)
        with pytest.raises(Exception, match="cannot import the workbench's code"):
            compare(customers(), SPEC)
    finally:
        processes.stop()
