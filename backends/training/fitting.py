"""The two things a worker does for a model: judge it on one fold, and fit it on all training rows."""

from __future__ import annotations

import pickle
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from backends.datasets.schema import Schema
from backends.training.models import ModelRow
from backends.training.scoring import score_all
from backends.training.shared import Table

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

TRAIN_SAMPLE = 1_000  # rows that the training score is measured on: enough to see overfitting
LATENCY_ROWS = 1_000
LATENCY_CALLS = 7
LATENCY_SECONDS = 0.06  # measuring one latency stops after this


@dataclass(frozen=True)
class Learner:
    """What is fitted: a model row on features, with a seed and tuned parameters."""

    row: ModelRow
    schema: Schema
    seed: int
    classes: int
    parameters: Mapping[str, object] = field(default_factory=dict)

    def pipeline(self) -> Pipeline:
        """A fresh, unfitted pipeline."""
        from backends.training.pipeline import build_pipeline

        return build_pipeline(self.row, self.schema, self.seed, dict(self.parameters))

    def probabilities(self, pipeline: Pipeline, frame: pd.DataFrame) -> np.ndarray:
        """Class probabilities, shape (rows, classes); 0 for a class that the training rows lacked."""
        full = np.zeros((len(frame), self.classes))
        full[:, np.asarray(pipeline.classes_, dtype=int)] = pipeline.predict_proba(frame)
        return full


@dataclass(frozen=True)
class FoldResult:
    """A model's scores on one fold: by metric, on its test rows and on a sample of its training rows."""

    fold: int
    scores: dict[str, float]
    train_scores: dict[str, float]
    seconds: float  # of the fit alone
    warnings: tuple[str, ...] = ()
    positive: np.ndarray | None = None  # two classes only: the positive class's probability, per test row


@dataclass(frozen=True)
class Refit:
    """A model fitted on all training rows, as bytes, with what it costs to use (milliseconds, kilobytes)."""

    pipeline: bytes
    seconds: float
    predict_ms_1: float
    predict_ms_1000: float
    warnings: tuple[str, ...] = ()

    @property
    def size_kb(self) -> float:
        """Size of the fitted pipeline."""
        return len(self.pipeline) / 1024

    def load(self) -> Pipeline:
        """The fitted pipeline. The bytes come from this program's own worker through its own pipe."""
        pipeline: Pipeline = pickle.loads(self.pipeline)  # noqa: S301
        return pipeline


@dataclass(frozen=True)
class FoldTask:
    """Fit on the rows of one fold and score on the others. `codes` are those of `train`, then of `test`."""

    learner: Learner
    table: Table
    fold: int
    train: np.ndarray
    test: np.ndarray
    train_codes: np.ndarray
    test_codes: np.ndarray

    @property
    def id(self) -> str:
        """The task's name."""
        return f"{self.learner.row.key}-fold-{self.fold}"

    def __call__(self) -> FoldResult:
        """Do it; runs in a worker."""
        frame = self.table.frame()
        pipeline, seconds, warned = fitted(self.learner, frame.iloc[self.train], self.train_codes)
        test = self.learner.probabilities(pipeline, frame.iloc[self.test])
        sample = _sample(len(self.train), self.learner.seed)
        train = self.learner.probabilities(pipeline, frame.iloc[self.train[sample]])
        return FoldResult(
            self.fold,
            score_all(self.test_codes, test, self.learner.classes),
            score_all(self.train_codes[sample], train, self.learner.classes),
            seconds,
            warned,
            test[:, 1].astype(np.float32) if self.learner.classes == 2 else None,
        )


@dataclass(frozen=True)
class RefitTask:
    """Fit on all training rows and measure what predicting costs."""

    learner: Learner
    table: Table
    train: np.ndarray
    codes: np.ndarray

    @property
    def id(self) -> str:
        """The task's name."""
        return f"{self.learner.row.key}-refit"

    def __call__(self) -> Refit:
        """Do it; runs in a worker."""
        import cloudpickle

        frame = self.table.frame()
        pipeline, seconds, warned = fitted(self.learner, frame.iloc[self.train], self.codes)
        some = frame.iloc[np.resize(self.train, LATENCY_ROWS)]
        return Refit(
            pipeline=cloudpickle.dumps(pipeline),
            seconds=seconds,
            predict_ms_1=median_ms(lambda: pipeline.predict_proba(some.iloc[:1])),
            predict_ms_1000=median_ms(lambda: pipeline.predict_proba(some)),
            warnings=warned,
        )


def fitted(learner: Learner, frame: pd.DataFrame, codes: np.ndarray) -> tuple[Pipeline, float, tuple[str, ...]]:
    """A fitted pipeline, the seconds it took and what it warned of (that it did not converge, say)."""
    from sklearn.exceptions import ConvergenceWarning

    pipeline = learner.pipeline()
    start = time.perf_counter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pipeline.fit(frame, codes)
    seconds = time.perf_counter() - start
    stopped = any(issubclass(warning.category, ConvergenceWarning) for warning in caught)
    return pipeline, seconds, ("stopped before it had converged",) if stopped else ()


def median_ms(call: Callable[[], object]) -> float:
    """Median time of a call in milliseconds, over at most 7 calls or 60 ms, whichever is less.

    The first call, which warms up caches, counts only when it is the only one.
    """
    times: list[float] = []
    end = time.perf_counter() + LATENCY_SECONDS
    while len(times) <= LATENCY_CALLS and (not times or time.perf_counter() < end):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return float(np.median(times[1:] or times)) * 1000


def _sample(rows: int, seed: int) -> np.ndarray:
    if rows <= TRAIN_SAMPLE:
        return np.arange(rows)
    return np.random.default_rng(seed).choice(rows, TRAIN_SAMPLE, replace=False)
