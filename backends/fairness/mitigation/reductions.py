"""Fairlearn's reductions, on the inputs that the pipeline prepares, within a time budget."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.pipeline import Pipeline

from backends.errors import WorkbenchError
from backends.fairness.mitigation.material import Material, dense
from backends.training.formulas import predicted_codes
from backends.training.models import model_row
from backends.training.pipeline import build_pipeline

FITS = 60  # fits that a reduction may need; an estimator too slow for them within the budget is replaced
ROUNDS = 30  # of the exponentiated gradient, two fits each at most
GRID = 20  # constraint weights that the grid search tries
MOST_ROWS = 50_000  # training rows that are used; of more, a seeded sample
SUBSTITUTE = "logistic_regression"
LOTTERY = (
    "It cannot be taken as the model: it draws some answers by lot, so that the same row may get either, and a model "
    "has to answer the same row the same way."
)
ONE_ANSWER = "It cannot be taken as the model: it gives the same answer to everyone, or no probabilities."
OTHERWISE = "It cannot be taken as the model: its probabilities lead to other decisions than its own."
WEIGHED = "Its probabilities are those of rows weighed for the criterion, not of the rows as they are."


class OutOfTimeError(Exception):
    """The budget is used up."""


class Timed(ClassifierMixin, BaseEstimator):
    """An estimator that refuses to be fitted after `deadline` (of `time.monotonic`), so that a long search ends."""

    def __init__(self, estimator: Any, deadline: float) -> None:
        self.estimator = estimator
        self.deadline = deadline

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Timed:
        """Fit a copy of the estimator. Raises OutOfTimeError after the deadline."""
        if time.monotonic() > self.deadline:
            raise OutOfTimeError
        self.fitted_ = clone(self.estimator).fit(X, y, sample_weight=np.asarray(sample_weight, dtype=np.float64))
        self.classes_ = self.fitted_.classes_
        return self

    def predict(self, X: Any) -> Any:
        """What the fitted copy predicts."""
        return self.fitted_.predict(X)


@dataclass(frozen=True)
class Reduced:
    """The held-out rows' chance of a yes (rows,) and decisions (rows,), with what has to be said about them.

    `pipeline` decides the same by itself where a single model does; else `why_no_model` says why there is none.
    """

    chance: np.ndarray
    decisions: np.ndarray
    notes: tuple[str, ...]
    pipeline: Pipeline | None = None
    why_no_model: str = ""


def exponentiated_gradient(material: Material, constraint: str, seconds: float, seed: int) -> Reduced:
    """A lottery over models that together hold the constraint best (Agarwal et al., 2018)."""
    from fairlearn.reductions import ExponentiatedGradient

    inputs = _inputs(material, seconds, seed)
    with quiet(), _bounded(seconds):
        search = ExponentiatedGradient(
            Timed(inputs.estimator, inputs.deadline), _constraint(constraint), max_iter=ROUNDS
        )
        search.fit(inputs.train, inputs.codes, sensitive_features=inputs.groups)
        chance = np.asarray(search._pmf_predict(inputs.test))[:, 1]
    drawn = np.random.default_rng(seed).random(len(chance))
    models = int((search.weights_ > 0).sum())
    decisions = (drawn < chance).astype(np.intp)
    if models == 1:
        return inputs.single(search.predictors_[int(np.argmax(search.weights_))], decisions, "A single model is left.")
    said = f"A lottery over {models} models, drawn with seed {seed}: the same row may get either."
    return Reduced(chance, decisions, (*inputs.notes, said), why_no_model=LOTTERY)


def grid_search(material: Material, constraint: str, seconds: float, seed: int) -> Reduced:
    """The best of a grid of reweighted models, half by error and half by disparity (Agarwal et al., 2018)."""
    from fairlearn.reductions import GridSearch

    inputs = _inputs(material, seconds, seed)
    with quiet(), _bounded(seconds):
        search = GridSearch(Timed(inputs.estimator, inputs.deadline), _constraint(constraint), grid_size=GRID)
        search.fit(inputs.train, inputs.codes, sensitive_features=inputs.groups)
        decisions = np.asarray(search.predict(inputs.test)).astype(np.intp)
    said = f"The best of {len(search.predictors_)} models, by error and disparity on the training rows alike."
    return inputs.single(search.predictors_[search.best_idx_], decisions, said)


@dataclass(frozen=True)
class _Inputs:
    train: np.ndarray
    codes: np.ndarray
    groups: np.ndarray
    test: np.ndarray
    estimator: Any
    deadline: float
    notes: tuple[str, ...]
    steps: tuple[tuple[str, Any], ...]  # of the pipeline that prepared the rows, the estimator last

    def single(self, predictor: Any, decisions: np.ndarray, said: str) -> Reduced:
        """What one fitted model decides; as a pipeline of its own where it gives probabilities that decide the same."""
        estimator, chance = getattr(predictor, "fitted_", predictor), decisions.astype(np.float64)
        notes = (*self.notes, said)
        if not hasattr(estimator, "predict_proba") or list(estimator.classes_) != [0, 1]:
            return Reduced(chance, decisions, notes, why_no_model=ONE_ANSWER)
        if not np.array_equal(predicted_codes(np.asarray(estimator.predict_proba(self.test))), decisions):
            return Reduced(chance, decisions, notes, why_no_model=OTHERWISE)
        pipeline = Pipeline([*self.steps[:-1], (self.steps[-1][0], estimator)])
        return Reduced(chance, decisions, (*notes, WEIGHED), pipeline)


def _inputs(material: Material, seconds: float, seed: int) -> _Inputs:
    """Prepared rows, and the model's own estimator where it takes weights and can be fitted often enough in time."""
    model, deadline = material.model, time.monotonic() + seconds
    rows = np.arange(len(material.codes))
    notes: tuple[str, ...] = ()
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(seed).choice(rows, MOST_ROWS, replace=False))
        notes = (f"Fitted on a random sample of {MOST_ROWS:,} of {len(material.codes):,} training rows.",)
    features, codes = material.features.iloc[rows], material.codes[rows]
    pipeline = model.pipeline
    doubt = _why_not(pipeline, features, codes, seconds)
    if doubt:
        pipeline = build_pipeline(model_row(SUBSTITUTE), model.schema, model.spec.seed).fit(features, codes)
        notes = (*notes, f"Made with a logistic regression in place of {model.title}, which {doubt}.")
    train, test = (dense(pipeline[:-1].transform(frame)) for frame in (features, model.holdout))
    groups = material.train[rows].astype(str)
    return _Inputs(train, codes, groups, test, clone(pipeline[-1]), deadline, notes, tuple(pipeline.steps))


def _why_not(pipeline: Any, features: Any, codes: np.ndarray, seconds: float) -> str:
    """Why the model's own estimator is not used, in words; empty when it is."""
    from sklearn.utils.validation import has_fit_parameter

    if not has_fit_parameter(pipeline[-1], "sample_weight"):
        return "takes no weights"
    prepared = pipeline[:-1].transform(features)
    start = time.monotonic()
    clone(pipeline[-1]).fit(prepared, codes, sample_weight=np.ones(len(codes)))
    one = time.monotonic() - start
    return f"takes {one:.1f} s to fit and would need up to {FITS} fits" if one * FITS > seconds else ""


def _constraint(key: str) -> Any:
    from fairlearn.reductions import DemographicParity, EqualizedOdds, TruePositiveRateParity

    made = {
        "demographic_parity": DemographicParity,
        "equalised_odds": EqualizedOdds,
        "equal_opportunity": TruePositiveRateParity,
    }
    return made[key](difference_bound=0.01)


@contextmanager
def quiet() -> Iterator[None]:
    """Fairlearn writes to pandas in a way that pandas 4 will refuse; here it is a warning that nobody can act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _bounded(seconds: float) -> Iterator[None]:
    try:
        yield
    except OutOfTimeError as error:
        raise WorkbenchError(
            f"The search had no result within {seconds:.0f} s.", hint="Give it more time, or use reweighing."
        ) from error
