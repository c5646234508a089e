"""The table of models: what each scored, what it costs, and what became of those without a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from backends.training import scoring
from backends.training.fitting import FoldResult, Learner, Refit
from backends.training.ranking import Ranking
from backends.training.results import Failure
from backends.training.scoring import METRIC_KEYS

COLUMNS: Mapping[str, str] = {
    "model": "key of the row in the model table",
    "title": "its name",
    "rank": "1 is the best mean of the ranking metric; empty without a result",
    "low": "lower end of the 95 % interval of the ranking metric's mean",
    "high": "upper end of it",
    "tied": "not distinguishable from the best at the 5 % level",
    "fastest": "the tied model that predicts one row fastest",
    "simplest": "the simplest tied model",
    "recommended": "the one to take",
    **{key: f"mean of {key} over the folds" for key in METRIC_KEYS},
    **{f"{key}_std": f"standard deviation of {key} over the folds" for key in METRIC_KEYS},
    "fit_seconds": "mean time of a fit on one fold, on one core",
    "predict_ms_1": "median time to predict one row, in milliseconds",
    "predict_ms_1000": "median time to predict 1,000 rows, in milliseconds",
    "size_kb": "size of the fitted pipeline, in kilobytes",
    "onnx": '"converts", or the reason why it does not',
    "parameters": "tuned parameters in words; empty for the defaults",
    "folds_done": "folds that were fitted and scored",
    "status": '"done" or the kind of failure',
    "reason": "why there is no result",
}


TITLES = ("fastest", "simplest", "recommended")


@dataclass
class ModelRun:
    """What is known of one model while the comparison runs."""

    learner: Learner
    folds_wanted: int
    folds: dict[int, FoldResult] = field(default_factory=dict)
    refit: Refit | None = None
    failure: Failure | None = None

    @property
    def key(self) -> str:
        """The model's key."""
        return self.learner.row.key

    @property
    def title(self) -> str:
        """The model's name."""
        return self.learner.row.title

    @property
    def done(self) -> bool:
        """Whether all its fits are there."""
        return self.refit is not None and len(self.folds) == self.folds_wanted

    @property
    def fits_left(self) -> int:
        """Fits that are still to do."""
        return self.folds_wanted - len(self.folds) + (self.refit is None)


def record(run: ModelRun) -> dict[str, Any]:
    """The model's line of the leaderboard, without what depends on the other models."""
    scores = pd.DataFrame([result.scores for result in run.folds.values()], columns=list(METRIC_KEYS), dtype=float)
    failure, refit = run.failure, run.refit
    return {
        "model": run.key,
        "title": run.title,
        **{key: float(scores[key].mean()) for key in METRIC_KEYS},
        **{f"{key}_std": float(scores[key].std()) for key in METRIC_KEYS},
        "fit_seconds": float(np.mean([r.seconds for r in run.folds.values()])) if run.folds else np.nan,
        "predict_ms_1": refit.predict_ms_1 if refit else np.nan,
        "predict_ms_1000": refit.predict_ms_1000 if refit else np.nan,
        "size_kb": refit.size_kb if refit else np.nan,
        "onnx": run.learner.row.exports or "converts",
        "parameters": ", ".join(f"{name}={value}" for name, value in run.learner.parameters.items()),
        "folds_done": len(run.folds),
        "status": failure.kind if failure else "done",
        "reason": failure.reason if failure else "",
    }


def leaderboard(
    runs: Sequence[ModelRun], ranking: Ranking | None, metric: str, sizes: tuple[float, float]
) -> pd.DataFrame:
    """All models, best first, those without a result at the foot. The columns are those of `COLUMNS`.

    The interval is cut off at the metric's best and worst values.
    """
    judged = scoring.metric(metric)
    ranks = {key: place for place, key in enumerate(ranking.order, start=1)} if ranking else {}
    bounds = sorted((judged.worst, judged.best))
    rows = []
    for run in runs:
        values = np.array([result.scores[metric] for result in run.folds.values()]) if run.done else np.array([])
        low, high = (min(max(end, bounds[0]), bounds[1]) for end in corrected_interval(values, sizes))
        tied = ranking is not None and run.key in ranking.tied
        place = ranks.get(run.key, np.nan)
        titles = {name: ranking is not None and run.key == getattr(ranking, name) for name in TITLES}
        rows.append({**record(run), "rank": place, "low": low, "high": high, "tied": tied, **titles})
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["rank"] = frame["rank"].astype("Int64")
    return frame.sort_values("rank", kind="stable", na_position="last").reset_index(drop=True)


def fold_scores(runs: Sequence[ModelRun]) -> pd.DataFrame:
    """One row per model, fold (from 1) and metric: columns model, fold, metric, value and train."""
    rows = [
        (run.key, result.fold + 1, key, result.scores[key], result.train_scores[key])
        for run in runs
        for _, result in sorted(run.folds.items())
        for key in METRIC_KEYS
    ]
    return pd.DataFrame(rows, columns=["model", "fold", "metric", "value", "train"])


def corrected_interval(values: np.ndarray, sizes: tuple[float, float], level: float = 0.95) -> tuple[float, float]:
    """Interval of the mean of fold scores, widened because folds share training rows (Nadeau & Bengio 2003).

    The half width is ``t × sqrt((1 / folds + test rows / training rows) × variance)`` with Student's t on
    folds - 1 degrees of freedom. Folds that are NaN are left out; with fewer than two there is no interval.

    >>> [round(end, 3) for end in corrected_interval(np.array([0.81, 0.83, 0.82]), sizes=(60, 30))]
    [0.781, 0.859]
    """
    from scipy.stats import t

    values = values[~np.isnan(values)]
    if len(values) < 2:
        return np.nan, np.nan
    error = np.sqrt((1 / len(values) + sizes[1] / sizes[0]) * values.var(ddof=1))
    half = float(t.ppf((1 + level) / 2, df=len(values) - 1) * error)
    return float(values.mean()) - half, float(values.mean()) + half
