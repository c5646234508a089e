"""What a finished comparison shows: the numbers and rows that the checks look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from backends.datasets.schema import Dataset, Schema
from backends.training.models import MODELS, Choice, Range
from backends.training.ranking import BASELINE
from backends.training.results import Comparison, TrainedModel
from backends.training.scoring import Metric, metric, score_all
from backends.training.spec import TrainingSpec
from backends.training.targets import encode_target

GUESS_ROWS = 10_000  # rows with the classes' shares that the score of a guess is computed on


@dataclass(frozen=True)
class Evidence:
    """What the rules look at. A rule whose part is missing (None, empty) cannot be judged and stays silent.

    `frame` has all columns of the table; `codes` one class code per row of it (only those of `train_rows` and
    `holdout_rows`, positions, are looked at); `schema` is that of the features, `table_schema` of the table.
    `holdout_proba` (held-out rows, classes) are the recommended model's probabilities. `parameters` and
    `spaces` map a model's key to its tuned values and to what they were searched in; `sizes` are the mean
    numbers of training and test rows of a fold.
    """

    metric: str
    classes: tuple[str, ...]
    class_counts: tuple[int, ...]
    fold_scores: pd.DataFrame
    recommended: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)
    baseline: str = BASELINE
    sizes: tuple[float, float] = (4.0, 1.0)
    frame: pd.DataFrame | None = None
    codes: np.ndarray | None = None
    schema: Schema | None = None
    table_schema: Schema | None = None
    target: str = ""
    train_rows: np.ndarray | None = None
    holdout_rows: np.ndarray | None = None
    holdout_proba: np.ndarray | None = None
    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    spaces: Mapping[str, Mapping[str, Range | Choice]] = field(default_factory=dict)

    @classmethod
    def from_comparison(cls, dataset: Dataset, comparison: Comparison) -> Evidence:
        """Everything that a finished comparison on `dataset` shows."""
        board = comparison.leaderboard
        evidence = cls(
            metric=comparison.metric,
            classes=comparison.classes,
            class_counts=comparison.class_counts,
            fold_scores=comparison.fold_scores,
            titles=dict(zip(board["model"], board["title"], strict=True)),
            frame=dataset.frame,
            codes=encode_target(dataset, comparison.spec).codes,
            table_schema=dataset.schema,
            target=comparison.spec.target,
            parameters={key: model.parameters for key, model in comparison.models.items()},
            spaces={row.key: row.space for row in MODELS},
        )
        return evidence.about(comparison.best) if comparison.recommended in comparison.models else evidence

    def about(self, model: TrainedModel) -> Evidence:
        """The same evidence with `model` as the one to be judged."""
        return replace(
            self,
            recommended=model.key,
            sizes=_fold_sizes(len(model.train_rows), model.spec),
            schema=model.schema,
            train_rows=model.train_rows,
            holdout_rows=model.holdout_rows,
            holdout_proba=model.probabilities(model.holdout),
        )

    @property
    def judged(self) -> Metric:
        """The metric that ranks."""
        return metric(self.metric)

    @property
    def name(self) -> str:
        """The recommended model's title."""
        return self.titles.get(self.recommended or "", self.recommended or "")

    @cached_property
    def guess(self) -> float:
        """The metric's value for a guess that gives every row the shares of the classes."""
        counts = np.asarray(self.class_counts)
        y = np.repeat(np.arange(len(counts)), np.ceil(counts * min(1.0, GUESS_ROWS / counts.sum())).astype(int))
        shares = np.bincount(y, minlength=len(counts)) / len(y)
        return score_all(y, np.tile(shares, (len(y), 1)), len(counts))[self.metric]

    def skill(self, values: pd.Series) -> pd.Series:
        """Scores as skill: 0 is the guess, 1 is perfect."""
        return (values - self.guess) / (self.judged.best - self.guess)

    def folds(self, model: str | None) -> pd.DataFrame:
        """The ranking metric of one model: index fold, columns value and train."""
        rows = self.fold_scores[(self.fold_scores["metric"] == self.metric) & (self.fold_scores["model"] == model)]
        return rows.set_index("fold").reindex(columns=["value", "train"]).astype(float)


def _fold_sizes(rows: int, spec: TrainingSpec) -> tuple[float, float]:
    """Mean training and test rows of a fold; in order of time the training part grows fold by fold."""
    if spec.scheme == "time":
        return rows / 2, rows / (spec.folds + 1)
    return rows * (spec.folds - 1) / spec.folds, rows / spec.folds
