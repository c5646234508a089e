"""A comparison as a background job: the result in the server is the one the job made, and nobody else's."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from backends.errors import WorkbenchError
from backends.settings import Settings
from backends.tasks import Job, JobRunner
from backends.training import TrainingSpec, job
from backends.training.store import COMPARISON, load_comparison
from tests.backends.training.tables import customers

SPEC = TrainingSpec(target="churn", models=("dummy", "logistic_regression"), folds=3, processes=1)


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory):
    runner = JobRunner(Settings(home=str(tmp_path_factory.mktemp("home"))))
    started = runner.start("ada", "train", job.ADDRESS, job.prepare(customers(), SPEC))
    yield runner.wait(started.id, "ada", 120)
    runner.close()


def test_the_job_ends_with_a_comparison_whose_models_predict(ended: Job) -> None:
    assert ended.state == "done"
    comparison = load_comparison(ended.output)
    assert set(comparison.models) == {"dummy", "logistic_regression"}
    model = comparison.models["logistic_regression"]
    assert comparison.models["logistic_regression"] is model, "a model that was read is kept"
    assert np.allclose(model.probabilities(model.holdout).sum(axis=1), 1)
    with pytest.raises(KeyError):
        comparison.models["rbf_svm"]


def test_progress_grows_to_the_end_and_says_what_was_done(ended: Job) -> None:
    fractions = [event["fraction"] for event in ended.events]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert any("logistic regression, fold 2" in event.get("doing", "") for event in ended.events)


@pytest.mark.parametrize("name", [COMPARISON, "model-dummy.joblib"])
def test_a_file_that_was_changed_is_never_opened(ended: Job, name: str) -> None:
    comparison = load_comparison(ended.output)
    path = ended.folder / name
    content = path.read_bytes()
    path.write_bytes(content + b"x")
    try:
        with pytest.raises(WorkbenchError, match="changed"):
            load_comparison(ended.output).models["dummy"] if name == COMPARISON else comparison.models["dummy"]
    finally:
        path.write_bytes(content)


@pytest.mark.skipif(
    bool(os.environ.get("WORKBENCH_DASK_ADDRESS")), reason="about tables on this machine; WORKBENCH_DASK_ADDRESS is set"
)
def test_a_training_that_is_killed_leaves_its_table_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside, home = tmp_path / "outside", tmp_path / "home".ljust(120, "-")  # longer than the name of a socket may be
    outside.mkdir()
    monkeypatch.setenv("TMPDIR", str(outside))
    runner = JobRunner(Settings(home=str(home)))
    started = runner.start("ada", "train", job.ADDRESS, job.prepare(customers(), SPEC))
    deadline = time.monotonic() + 60
    while not list(started.folder.glob("tmp/workbench-table-*/features.arrow")):
        assert not runner.get(started.id, "ada").ended
        assert time.monotonic() < deadline
        time.sleep(0.01)
    runner._processes[started.id].kill()
    assert runner.wait(started.id, "ada").state == "failed"
    assert list(home.rglob("*.arrow")) == []
    assert list(outside.iterdir()) == []
    runner.close()
    assert not started.folder.exists()


def test_a_spec_that_cannot_be_trained_fails_with_its_sentence(tmp_path: Path) -> None:
    runner = JobRunner(Settings(home=str(tmp_path)))
    started = runner.start("ada", "train", job.ADDRESS, job.prepare(customers(), TrainingSpec(target="nothing")))
    failed = runner.wait(started.id, "ada", 60)
    runner.close()
    assert failed.error is not None
    assert "There is no column 'nothing'" in failed.error.message
