"""Fairlearn's threshold optimiser: per group a lottery between two thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from backends.datasets.schema import Dataset
from backends.datasets.wording import agreeing, number_of
from backends.errors import WorkbenchError
from backends.fairness.mitigation.material import Material
from backends.fairness.mitigation.reductions import LOTTERY, Reduced, quiet
from backends.fairness.thresholds.choosing import halves, out_of_fold_rows

_CONSTRAINTS = {
    "demographic_parity": "demographic_parity",
    "equalised_odds": "equalized_odds",
    "equal_opportunity": "true_positive_rate_parity",
}
INSTEAD = "The tab Thresholds finds fixed ones per group."
THRESHOLDS = f"It is thresholds per group on the model as it is, not a model of its own. {INSTEAD}"


class Given(ClassifierMixin, BaseEstimator):
    """An estimator whose one input is the probability of a yes, which it gives back."""

    classes_ = np.array([0, 1])

    def fit(self, X: Any, y: Any = None) -> Given:
        """Learn nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities (rows, 2)."""
        positive = np.asarray(X, dtype=np.float64)[:, 0]
        return np.column_stack([1 - positive, positive])

    def predict(self, X: Any) -> np.ndarray:
        """The more probable class."""
        return (np.asarray(X)[:, 0] > 0.5).astype(np.intp)


def threshold_optimizer(material: Material, dataset: Dataset, constraint: str, seed: int) -> tuple[Reduced, np.ndarray]:
    """Decisions about held-out rows, and which: all, or the half that the thresholds were not chosen on.

    Chosen on the out-of-fold probabilities of the training rows where it is known whose they are.
    """
    from fairlearn.postprocessing import ThresholdOptimizer

    y, positive, groups, judged, said = _chosen_on(material, dataset)
    _check_both_classes(y, groups)
    optimizer = ThresholdOptimizer(
        estimator=Given(),
        constraints=_CONSTRAINTS[constraint],
        prefit=True,
        predict_method="predict_proba",
        grid_size=1000,
    )
    known = np.isin(material.test[judged], groups)
    codes = np.where(known, material.test[judged], groups[0])  # a group never seen keeps the model's own decision
    with quiet():
        optimizer.fit(positive[:, None], y, sensitive_features=groups)
        chance = np.asarray(optimizer._pmf_predict(material.probabilities[judged][:, None], sensitive_features=codes))[
            :, 1
        ]
    chance = np.where(known, chance, material.decisions[judged])
    drawn = np.random.default_rng(seed).random(len(chance))
    decisions, certain = (drawn < chance).astype(np.intp), bool(np.isin(chance, (0, 1)).all())
    if certain:
        return Reduced(chance, decisions, (said,), why_no_model=THRESHOLDS), judged
    lottery = f"Some answers are drawn by lot (seed {seed}): the same row may get either."
    return Reduced(chance, decisions, (said, lottery), why_no_model=f"{LOTTERY} {INSTEAD}"), judged


def _chosen_on(material: Material, dataset: Dataset) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, str]:
    """Truth, probabilities and group codes of the rows to choose on, the held-out rows to judge on, and words."""
    model, everyone = material.model, np.arange(len(material.test))
    rows = out_of_fold_rows(model, dataset)
    if rows is not None and model.out_of_fold is not None:
        place = np.full(dataset.rows, -1, dtype=np.intp)
        place[model.train_rows] = np.arange(len(model.train_rows))
        said = f"Thresholds chosen on {len(rows):,} out-of-fold rows."
        positive = np.asarray(model.out_of_fold.positive, dtype=np.float64)
        return model.out_of_fold.codes, positive, material.train[place[rows]], everyone, said
    y = np.asarray(model.holdout_codes)
    chosen, judged = halves(y, material.test, model.spec.seed)
    said = (
        f"Thresholds chosen on one half of the hold-out ({len(chosen):,} rows), judged on the other ({len(judged):,})."
    )
    return y[chosen], material.probabilities[chosen], material.test[chosen], judged, said


def _check_both_classes(y: np.ndarray, groups: np.ndarray) -> None:
    """Fairlearn asks every group for both outcomes."""
    both = np.array([len(np.unique(y[groups == code])) == 2 for code in np.unique(groups)])
    one = int((~both).sum())
    if one:
        raise WorkbenchError(
            f"{one} of {number_of(len(both), 'group')} {agreeing(one, 'has', 'have')} one outcome only in the rows to "
            "choose on.",
            hint="Choose fewer, larger groups, or thresholds of your own.",
        )
