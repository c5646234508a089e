"""What a comparison hands out: trained models, their fold scores and why the others failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from backends.datasets.recipe import Recipe
from backends.datasets.schema import Column, Schema
from backends.errors import WorkbenchError
from backends.training.formulas import predicted_codes
from backends.training.policy import Policy
from backends.training.spec import TrainingSpec
from backends.training.threads import for_rows


@dataclass(frozen=True)
class OutOfFold:
    """What the folds' models said of training rows they were not fitted on: a fair place to choose a threshold.

    `codes` (rows,) are true class codes, `positive` (rows,) the probability of the positive class; with
    repeated folds a row occurs once per repeat.
    """

    codes: np.ndarray
    positive: np.ndarray


@dataclass(frozen=True)
class TrainedModel:
    """One classifier, fitted on the training rows, with the held-out rows it never saw.

    `pipeline` takes a frame with the columns of `schema` (features only, as the CSV had them) and predicts
    class codes 0..K-1, positions in `classes`. For two classes, code 1 is the positive class. `train_rows`
    and `holdout_rows` are positions in the dataset's frame; `holdout` and `holdout_codes` are those rows'
    features and true class codes.
    """

    key: str  # the row of `models.MODELS`
    title: str
    pipeline: Pipeline
    schema: Schema
    target: Column
    classes: tuple[str, ...]
    spec: TrainingSpec
    train_rows: np.ndarray
    holdout_rows: np.ndarray
    holdout: pd.DataFrame
    holdout_codes: np.ndarray
    dataset: str = ""  # the dataset's name
    digest: str = ""  # the dataset's digest
    parameters: dict[str, object] = field(default_factory=dict)  # tuned values, {} when defaults were kept
    out_of_fold: OutOfFold | None = None  # two classes only
    recipe: Recipe = field(default_factory=Recipe)  # what rows as read need before they are rows of `schema`
    aside: pd.DataFrame = field(default_factory=pd.DataFrame)  # the held-out rows' columns that are no features
    aside_schema: Schema = field(default_factory=lambda: Schema(()))  # of `aside`
    policy: Policy = field(default_factory=Policy)  # when it says yes (two classes)

    @property
    def binary(self) -> bool:
        """Two classes, of which the second is the positive one."""
        return len(self.classes) == 2

    def probabilities(self, frame: pd.DataFrame) -> np.ndarray:
        """Class probabilities, shape (rows, classes), columns in the order of `classes`.

        A class that no training row had gets probability 0. Raises WorkbenchError for a model without probabilities.
        """
        full = np.zeros((len(frame), len(self.classes)))
        full[:, np.asarray(self.pipeline.classes_, dtype=int)] = self.known_probabilities(frame)
        return full

    def known_probabilities(self, frame: pd.DataFrame) -> np.ndarray:
        """As `probabilities`, of the classes that the pipeline itself knows, in its order: (rows, classes known)."""
        self.needs_probabilities()
        if not len(frame):
            return np.zeros((0, len(self.pipeline.classes_)))
        with for_rows(len(frame)):
            return self.pipeline.predict_proba(frame[list(self.schema.names)])

    def needs_probabilities(self) -> None:
        """Raise WorkbenchError for a model that only decides."""
        if not hasattr(self.pipeline, "predict_proba"):
            raise WorkbenchError(
                f"{self.title} gives no probabilities, and this needs them.",
                hint="Choose a model that gives probabilities.",
            )

    def decide(self, frame: pd.DataFrame) -> np.ndarray:
        """Class codes (rows,): by the policy for two classes, else the most probable class.

        `frame` has the features and, where the policy tells groups apart, their columns.
        """
        found = self.probabilities(frame)
        return self.policy.decide(found[:, 1], frame) if self.binary else predicted_codes(found)

    @property
    def held_out(self) -> pd.DataFrame:
        """The held-out rows with all their columns but the target: features first, then those left aside."""
        return pd.concat([self.holdout, self.aside], axis=1)


@dataclass(frozen=True)
class Failure:
    """A model that has no result, and why."""

    key: str
    title: str
    kind: Literal["failed", "timed out", "out of memory", "crashed", "cancelled"]
    reason: str  # one sentence for the user


@dataclass(frozen=True)
class Check:
    """Something to look at before trusting a result."""

    rule: str
    severity: Literal["info", "warning", "error"]
    title: str  # what was found, with the value
    why: str
    what_to_do: str
    model: str | None = None  # key of the model concerned; None: the whole comparison


@dataclass(frozen=True)
class Comparison:
    """Classifiers judged on the same folds.

    `fold_scores` has one row per model, fold and metric (columns model, fold, metric, value, and train:
    the same metric on the rows it was fitted on, NaN where that was not measured); `leaderboard` one row
    per model, best first. Models that failed are in `failures` and, with their reason, at the foot of the
    leaderboard.
    """

    spec: TrainingSpec
    metric: str  # the metric that ranks
    classes: tuple[str, ...]
    class_counts: tuple[int, ...]
    leaderboard: pd.DataFrame
    fold_scores: pd.DataFrame
    models: Mapping[str, TrainedModel] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    checks: tuple[Check, ...] = ()  # what to look at
    passed: tuple[str, ...] = ()  # what was looked at and found to be fine, in words
    notes: tuple[str, ...] = ()  # what was dropped, pooled or sampled, in words with counts
    recommended: str | None = None  # key of the model
    reason: str = ""  # the sentence that says why

    @property
    def best(self) -> TrainedModel:
        """The recommended model. Raises WorkbenchError when every model failed."""
        if self.recommended is None or self.recommended not in self.models:
            raise WorkbenchError(
                "No model could be trained.", hint="The reasons are on the leaderboard; change the data or the models."
            )
        return self.models[self.recommended]
