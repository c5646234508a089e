"""Would more rows help? The same pipeline fitted on growing shares of the training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from backends.errors import WorkbenchError
from backends.settings import Settings
from backends.training.dask_cluster import address
from backends.training.guard import Trouble
from backends.training.local_attempt import local_workers
from backends.training.scoring import Metric, metric
from backends.training.shared import Table
from backends.training.workers import Crew
from backends.training.workplace import workplace

SHARES = (0.1, 0.2, 0.4, 0.7, 1.0)
FEWEST = 20  # rows of the smallest size
MAX_ROWS = 20_000  # training rows that are used at most: bounds the cost, and the curve says its own sizes


@dataclass(frozen=True)
class _Fit:
    """One fit: which rows, which judge it, and how."""

    rows: np.ndarray
    test: np.ndarray
    judged: Metric
    n_classes: int


def learning_curve(
    pipeline: Pipeline,
    X: pd.DataFrame,
    y: np.ndarray,
    metric_key: str,
    *,
    shares: Sequence[float] = SHARES,
    folds: int = 3,
    seed: int = 0,
    processes: int = 1,
    max_rows: int = MAX_ROWS,
) -> pd.DataFrame:
    """Columns rows, train, test, test_low, test_high, folds: the metric at growing numbers of training rows.

    Per fold, a fresh clone of `pipeline` is fitted on the first share of that fold's shuffled training rows
    and scored on those same rows (`train`) and on the fold's others (`test`, the mean over folds, with a 95 %
    t-interval over the folds, cut off where the metric's scale ends). At most `max_rows` rows are used, drawn
    at random. `y` are class codes.

    The pipeline is left alone. The fits run through joblib, so its back end decides where, or on the Dask cluster
    that WORKBENCH_DASK_ADDRESS names. Raises WorkbenchError when a class is too small to be in every fold, when that
    cluster cannot be used, or when it loses a fit.
    """
    judged, n_classes = metric(metric_key), int(np.max(y)) + 1
    fits = _plan(np.asarray(y), shares, folds, seed, max_rows, judged, n_classes)
    scores = _scores(pipeline, X, np.asarray(y), fits, processes)
    table = pd.DataFrame([(len(fit.rows), *pair) for fit, pair in zip(fits, scores, strict=True)])
    table.columns = pd.Index(["rows", "train", "test"])
    return _summary(table, judged)


@dataclass(frozen=True)
class _CurveTask:
    """One fit as a task of a crew."""

    number: int
    pipeline: Pipeline
    table: Table
    y: np.ndarray
    fit: _Fit

    @property
    def id(self) -> str:
        return f"curve-{self.number}"

    def __call__(self) -> tuple[float, float]:
        return _fit_and_score(self.pipeline, self.table.frame(), self.y, self.fit)


def _scores(
    pipeline: Pipeline, X: pd.DataFrame, y: np.ndarray, fits: Sequence[_Fit], processes: int
) -> list[tuple[float, float]]:
    """The train and test score of each fit, in their order."""
    from joblib import Parallel, delayed

    if not (local_workers() and address(Settings.from_environment())):
        return list(Parallel(n_jobs=processes)(delayed(_fit_and_score)(pipeline, X, y, fit) for fit in fits))
    with workplace(Crew(max(2, processes)), X) as place:
        tasks = [_CurveTask(number, pipeline, place.table, y, fit) for number, fit in enumerate(fits)]
        found = {task.number: result for task, result in place.crew.run(tasks)}
    lost = [result for result in found.values() if isinstance(result, Trouble)]
    if lost:
        raise WorkbenchError(f"The learning curve was not finished. {lost[0].reason}", hint="Draw it again.")
    return [found[number] for number in range(len(fits))]


def _plan(
    y: np.ndarray,
    shares: Sequence[float],
    folds: int,
    seed: int,
    max_rows: int,
    judged: Metric,
    n_classes: int,
) -> list[_Fit]:
    from sklearn.model_selection import StratifiedKFold

    smallest = int(np.unique(y, return_counts=True)[1].min())
    if smallest < folds:
        raise WorkbenchError(
            f"The smallest class has {smallest} rows, too few for a learning curve over {folds} folds.",
            hint="Leave that class out, or collect more rows of it.",
        )
    random = np.random.default_rng(seed)
    used = np.sort(random.permutation(len(y))[:max_rows])
    splits = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(used, y[used]))
    full = min(len(train) for train, _ in splits)  # folds can differ by a row; their sizes must not
    sizes = sorted({max(min(FEWEST, full), round(share * full)) for share in shares})
    fits = []
    for train, test in splits:
        shuffled = random.permutation(train)
        fits += [_Fit(used[shuffled[:size]], used[test], judged, n_classes) for size in sizes]
    return fits


def _fit_and_score(pipeline: Pipeline, X: pd.DataFrame, y: np.ndarray, fit: _Fit) -> tuple[float, float]:
    if len(np.unique(y[fit.rows])) < 2:
        return np.nan, np.nan  # a small share that missed a class: nothing to learn from
    model = clone(pipeline).fit(X.iloc[fit.rows], y[fit.rows])
    return _score(model, X, y, fit.rows, fit), _score(model, X, y, fit.test, fit)


def _score(model: Pipeline, X: pd.DataFrame, y: np.ndarray, rows: np.ndarray, fit: _Fit) -> float:
    proba = np.zeros((len(rows), fit.n_classes))
    proba[:, np.asarray(model.classes_, dtype=int)] = model.predict_proba(X.iloc[rows])
    return fit.judged.function(y[rows], proba, fit.n_classes)


def _summary(table: pd.DataFrame, judged: Metric) -> pd.DataFrame:
    """Means over the folds that could be measured, with a t-interval of the test score."""
    from scipy.stats import t

    groups = table.groupby("rows", sort=True)
    count = groups["test"].count()
    quantile = pd.Series(np.where(count > 1, t.ppf(0.975, np.maximum(count - 1, 1)), np.nan), index=count.index)
    half: pd.Series = quantile * groups["test"].std() / np.sqrt(count)
    test = groups["test"].mean()
    ends = sorted((judged.worst, judged.best))  # a t-interval knows nothing of the scale and may run past its end
    low, high = (test - half).clip(*ends), (test + half).clip(*ends)
    frame = pd.DataFrame({"train": groups["train"].mean(), "test": test, "test_low": low, "test_high": high})
    return frame.assign(folds=count).reset_index()
