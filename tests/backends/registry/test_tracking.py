"""A comparison of classifiers as MLflow shows it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd
import pytest
from mlflow import MlflowClient

from backends.datasets import Dataset, read_table
from backends.datasets.samples import SAMPLES, sample_bytes
from backends.errors import WorkbenchError
from backends.registry import Registry
from backends.training import Comparison, TrainingSpec, compare


@lru_cache(maxsize=1)
def trained() -> tuple[Comparison, Dataset]:
    [sample] = [sample for sample in SAMPLES if sample.key == "wine"]
    dataset = read_table(sample_bytes("wine"), sample.file)
    spec = TrainingSpec(sample.target, models=("dummy", "logistic_regression"), folds=3, processes=1)
    return compare(dataset, spec), dataset


@pytest.fixture
def client(registry: Registry) -> MlflowClient:
    return MlflowClient(tracking_uri=registry.uri, registry_uri=registry.uri)


def test_each_model_is_a_run_below_the_comparison(registry: Registry, client: MlflowClient) -> None:
    comparison, dataset = trained()
    parent = client.get_run(registry.track(comparison, dataset, "ana"))
    assert (parent.info.status, parent.data.tags["mlflow.user"]) == ("FINISHED", "ana")
    assert parent.data.tags["dataset_sha256"] == dataset.digest
    assert parent.data.params["target"] == comparison.spec.target
    below = f"tags.mlflow.parentRunId = '{parent.info.run_id}'"
    children = {run.data.params["model"]: run for run in client.search_runs([parent.info.experiment_id], below)}
    assert set(children) == {"dummy", "logistic_regression"}
    assert {run.info.status for run in children.values()} == {"FINISHED"}


def test_metrics_have_a_step_per_fold_and_their_mean(registry: Registry, client: MlflowClient) -> None:
    comparison, dataset = trained()
    parent = client.get_run(registry.track(comparison, dataset, "ana"))
    below = f"tags.mlflow.parentRunId = '{parent.info.run_id}' AND params.model = 'logistic_regression'"
    [run] = client.search_runs([parent.info.experiment_id], below)
    scores = comparison.fold_scores
    folds = scores[(scores["model"] == "logistic_regression") & (scores["metric"] == "accuracy")]["value"]
    assert [point.value for point in client.get_metric_history(run.info.run_id, "accuracy")] == folds.tolist()
    assert run.data.metrics["accuracy_mean"] == pytest.approx(sum(folds) / len(folds))
    assert run.data.metrics["accuracy_std"] == pytest.approx(folds.std())


def test_the_files_open_without_the_workbench(registry: Registry, client: MlflowClient, tmp_path: Path) -> None:
    comparison, dataset = trained()
    run = registry.track(comparison, dataset, "ana")
    folder = Path(client.download_artifacts(run, "", str(tmp_path)))
    assert {path.name for path in folder.iterdir()} >= {"leaderboard.csv", "spec.json", "train.py"}
    assert len(pd.read_csv(folder / "leaderboard.csv")) == len(comparison.leaderboard)
    compile((folder / "train.py").read_text(), "train.py", "exec")


def test_who_is_needed(registry: Registry) -> None:
    with pytest.raises(WorkbenchError, match="is empty"):
        registry.track(*trained(), " ")
