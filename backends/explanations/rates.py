"""What one prediction of a classifier costs, from its size: stated rates, so that samples are the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

UNKNOWN = 1e-4  # seconds, for kinds of classifiers that have no row here


def seconds_per_prediction(estimator: Any, inputs: int) -> float:
    """The expected time on one core to predict one of many rows with so many inputs."""
    inner = (
        estimator.calibrated_classifiers_[0].estimator if hasattr(estimator, "calibrated_classifiers_") else estimator
    )
    rate = _RATES.get(type(inner).__name__)
    return rate(inner, inputs) if rate else UNKNOWN


def _vectors(estimator: Any, inputs: int) -> float:
    return len(estimator.support_) * (inputs * 1e-9 + 5e-9)


def _neighbours(estimator: Any, inputs: int) -> float:
    return len(estimator.rows_) * (inputs * 1e-10 + 1.2e-8)


def _layers(estimator: Any, inputs: int) -> float:
    return 1e-6 + sum(layer.size for layer in estimator.coefs_) * 1e-10


def _bayes(estimator: Any, inputs: int) -> float:
    return 1e-6 + inputs * len(estimator.classes_) * 5e-9


def _line(estimator: Any, inputs: int) -> float:
    return 1e-6 + inputs * len(estimator.classes_) * 1e-9


def _forest(estimator: Any, inputs: int) -> float:
    return 2e-7 * len(estimator.estimators_)


def _boosting(estimator: Any, inputs: int) -> float:
    return 1e-7 * estimator.n_iter_ * getattr(estimator, "n_trees_per_iteration_", 1)


_RATES: dict[str, Callable[[Any, int], float]] = {
    "SVC": _vectors,
    "MarginSVC": _vectors,
    "TiedNeighborsClassifier": _neighbours,
    "MLPClassifier": _layers,
    "FlooredGaussianNB": _bayes,
    "GaussianNB": _bayes,
    "LinearSVC": _line,
    "LogisticRegression": _line,
    "LinearDiscriminantAnalysis": _line,
    "DecisionTreeClassifier": lambda _, __: 2e-6,
    "DummyClassifier": lambda _, __: 1e-7,
    "RandomForestClassifier": _forest,
    "ExtraTreesClassifier": _forest,
    "GradientBoostingClassifier": lambda estimator, _: 2e-7 * estimator.estimators_.size,
    "HistGradientBoostingClassifier": _boosting,
}
