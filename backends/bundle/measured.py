"""What is known of a model's quality, as plain data: `metrics.json` of the bundle."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from backends.datasets.schema import Dataset
    from backends.training.results import Comparison, TrainedModel
    from backends.training.scoring import Metric

BASELINE = "dummy"  # the key of the baseline among the models


def measured(model: TrainedModel, comparison: Comparison, dataset: Dataset) -> dict[str, Any]:
    """The scores of `model` and of the baseline on the held-out rows, those of the folds, and what to look at.

    Every score of the hold-out has a 95 % bootstrap interval. Those that judge labels (accuracy, recall, …) are of
    the decision that is exported, whatever its thresholds. None is what could not be measured.

    Raises WorkbenchError when no row was held out.
    """
    from backends.metrics import evaluate
    from backends.training.scoring import metric

    ranking, baseline = metric(comparison.metric), comparison.models.get(BASELINE)
    notes = [*evaluate(model).notes, *comparison.notes]
    return {
        "model": {"key": model.key, "title": model.title, "parameters": _plain(model.parameters)},
        "metric": {"key": ranking.key, "title": ranking.title, "greater_is_better": ranking.greater_is_better},
        "rows": {"table": dataset.rows, "training": len(model.train_rows), "held_out": len(model.holdout_codes)},
        "classes": _class_counts(model, comparison),
        "decision": model.policy.to_dict(),
        "hold_out": _hold_out(model),
        "baseline": None if baseline is None else {"title": baseline.title, "hold_out": _hold_out(baseline)},
        "cross_validation": _folds(model, comparison),
        "recommended": comparison.recommended == model.key,
        "checks": [asdict(check) for check in comparison.checks if check.model in (None, model.key)],
        "passed": list(comparison.passed),
        "notes": list(dict.fromkeys(notes)),
    }


def _hold_out(model: TrainedModel) -> list[dict[str, Any]]:
    """Each metric's value and interval on the held-out rows."""
    from backends.metrics import evaluate
    from backends.training.bootstrap import RESAMPLES, affordable, intervals
    from backends.training.formulas import Judged
    from backends.training.scoring import METRICS

    scores = evaluate(model).scores
    if not model.policy.plain:
        decided = np.eye(len(model.classes))[model.decide(model.held_out)]
        resamples = affordable(RESAMPLES, len(decided), len(model.classes))
        labels = [row for row in METRICS if not row.needs_probabilities]
        judged = intervals(Judged(model.holdout_codes, decided), resamples, metrics=labels)
        scores = pd.concat([scores.drop(index=judged.index), judged]).reindex(scores.index)
    found: dict[Any, Any] = scores.to_dict("index")
    return [_score(row, found[row.key]) for row in METRICS]


def _score(row: Metric, found: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: _number(found[name]) for name in ("value", "low", "high")}
    return {"metric": row.key, "title": row.title, **numbers, "resamples": int(found["resamples"])}


def _folds(model: TrainedModel, comparison: Comparison) -> dict[str, Any]:
    """Each metric on every fold, its mean and standard deviation."""
    mine = comparison.fold_scores[comparison.fold_scores["model"] == model.key]
    scores = [
        {
            "metric": key,
            "mean": _number(rows["value"].mean()),
            "std": _number(rows["value"].std()),
            "values": [_number(value) for value in rows["value"]],
        }
        for key, rows in mine.groupby("metric", sort=False)
    ]
    return {"scheme": model.spec.scheme, "folds": int(mine["fold"].nunique()), "scores": scores}


def _class_counts(model: TrainedModel, comparison: Comparison) -> list[dict[str, Any]]:
    """Rows of each class, in the table and among the held-out rows."""
    held = np.bincount(model.holdout_codes, minlength=len(model.classes)).tolist()
    return [
        {"name": name, "rows": int(rows), "held_out": kept}
        for name, rows, kept in zip(model.classes, comparison.class_counts, held, strict=True)
    ]


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _plain(parameters: dict[str, object]) -> dict[str, Any]:
    """Tuned values as JSON has them; what it has not, in words."""
    values = {name: value.item() if isinstance(value, np.generic) else value for name, value in parameters.items()}
    return {
        name: value if isinstance(value, str | int | float | None) else str(value) for name, value in values.items()
    }
