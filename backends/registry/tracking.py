"""A comparison of classifiers as MLflow runs, so that MLflow's own pages show what was trained here."""

from __future__ import annotations

import json
import math
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backends.registry import experiments
from backends.registry.connection import Client
from backends.registry.names import written
from backends.registry.places import Place

if TYPE_CHECKING:
    from backends.datasets.schema import Dataset
    from backends.training.results import Comparison, TrainedModel

_LONGEST = 500  # characters of a parameter or tag that are kept; MLflow takes several thousand
_PARAMETERS = 100  # that MLflow takes in one call
_ODD = re.compile(r"[^\w\-. /]")


def track(client: Client, place: Place, comparison: Comparison, dataset: Dataset, who: str) -> str:
    """Write the comparison as one run and, below it, one run per model; the id of the first.

    Each model's run has its parameters, every metric's mean and standard deviation, and the metric itself with one
    step per fold. The comparison's run has the spec, the leaderboard and the training script as files.
    """
    who, experiment = written("who", who), experiments.found(client, place, experiments.TRAININGS)
    about = {"mlflow.user": who, "mlflow.source.name": "Demo Workbench", "dataset": _short(dataset.name),
             "dataset_sha256": dataset.digest}  # fmt: skip
    parent = _started(client, experiment, f"{comparison.spec.target} of {dataset.name}", about)
    client.log_batch(parent, params=_params(comparison.spec.to_dict() | {"ranking metric": comparison.metric}))
    for key, model in comparison.models.items():
        child = _started(client, experiment, model.title, about | {"mlflow.parentRunId": parent})
        _log(client, child, comparison, model)
        if key == comparison.recommended:
            client.set_tag(child, "recommended", "yes")
        client.set_terminated(child, "FINISHED")
    for failure in comparison.failures:
        why = {"mlflow.parentRunId": parent, "failure": failure.kind, "reason": _short(failure.reason)}
        client.set_terminated(_started(client, experiment, failure.title, about | why), "FAILED")
    _files(client, parent, comparison, dataset)
    client.set_terminated(parent, "FINISHED")
    return parent


def _started(client: Client, experiment: str, title: str, tags: Mapping[str, str]) -> str:
    run = client.create_run(experiment, tags=dict(tags), run_name=_short(title)[:200])
    return str(run.info.run_id)


def _log(client: Client, run: str, comparison: Comparison, model: TrainedModel) -> None:
    params = _params({"model": model.key, **model.parameters, "training rows": len(model.train_rows)})
    client.log_batch(run, metrics=_metrics(comparison, model.key), params=params)


def _params(values: Mapping[str, Any]) -> list[Any]:
    from mlflow.entities import Param

    shown = {_ODD.sub("_", name): value for name, value in values.items() if value is not None}
    return [Param(name, _short(str(value))) for name, value in list(shown.items())[:_PARAMETERS]]


def _metrics(comparison: Comparison, key: str) -> list[Any]:
    """Mean and standard deviation of each metric, and its folds as steps; what was not measurable is left out."""
    from mlflow.entities import Metric

    now, found = round(time.time() * 1000), []
    mine = comparison.fold_scores[comparison.fold_scores["model"] == key]
    for metric, rows in mine.groupby("metric", sort=False):
        values = rows["value"]
        found += [(f"{metric}_mean", values.mean(), 0), (f"{metric}_std", values.std(), 0)]
        found += [(str(metric), value, step) for step, value in enumerate(values)]
    return [Metric(name, float(value), now, step) for name, value, step in found if math.isfinite(value)]


def _files(client: Client, run: str, comparison: Comparison, dataset: Dataset) -> None:
    from backends.training.script import script

    with tempfile.TemporaryDirectory(prefix="track-") as name:
        folder = Path(name)
        comparison.leaderboard.to_csv(folder / "leaderboard.csv", index=False)
        spec = json.dumps(comparison.spec.to_dict(), ensure_ascii=False, indent=1)
        (folder / "spec.json").write_text(spec, encoding="utf-8")
        if comparison.recommended in comparison.models:
            text = script(comparison, dataset, comparison.recommended)
            (folder / "train.py").write_text(text, encoding="utf-8")
        client.log_artifacts(run, folder)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
