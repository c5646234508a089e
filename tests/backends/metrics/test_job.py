from __future__ import annotations

from pathlib import Path

from backends.metrics import job
from backends.settings import Settings
from backends.tasks import JobRunner
from backends.training import TrainingSpec, compare
from tests.backends.training.tables import customers


def test_a_learning_curve_is_drawn_in_the_background_on_the_training_rows_only(tmp_path: Path) -> None:
    data = customers()
    model = compare(data, TrainingSpec(target="churn", models=("logistic_regression",), folds=3, processes=1)).best
    runner = JobRunner(Settings(home=str(tmp_path)))
    started = runner.start("ada", "curve", job.ADDRESS, job.prepare(data, model, "roc_auc"))
    ended = runner.wait(started.id, "ada", 120)
    curve = job.read(ended.output(job.CURVE))
    runner.close()
    assert curve["rows"].is_monotonic_increasing
    assert curve["rows"].iloc[-1] <= len(model.train_rows)
    assert curve["test"].between(0.5, 1).all()
