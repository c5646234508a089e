"""The classifiers that can be compared: one row of a table each. Adding one is adding a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from backends.errors import WorkbenchError
from backends.training.inner_folds import InnerFolds

if TYPE_CHECKING:
    from sklearn.base import ClassifierMixin


@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, both included, drawn evenly on the `scale`; "int" is whole numbers.

    >>> Range(0.01, 100.0, "log").at_edge(0.01), Range(1, 50, "int").at_edge(7)
    (True, False)
    """

    low: float
    high: float
    scale: Literal["linear", "log", "int"] = "linear"

    def draw(self, random: np.random.Generator) -> float | int:
        """One value, as a plain Python number."""
        if self.scale == "int":
            return int(random.integers(int(self.low), int(self.high) + 1))
        if self.scale == "log":
            return float(np.exp(random.uniform(np.log(self.low), np.log(self.high))))
        return float(random.uniform(self.low, self.high))

    def at_edge(self, value: object) -> bool:
        """Whether the value lies within 2 % of the range's length (on its scale) of one of its ends."""
        if isinstance(value, bool) or not isinstance(value, int | float) or (self.scale == "log" and value <= 0):
            return False
        low, high, here = np.log([self.low, self.high, value]) if self.scale == "log" else (self.low, self.high, value)
        return bool(min(here - low, high - here) <= 0.02 * (high - low))


@dataclass(frozen=True)
class Choice:
    """One of a few values that have no order, so none of them is at an edge."""

    values: tuple[object, ...]

    def draw(self, random: np.random.Generator) -> object:
        """One of the values, each as likely as any other."""
        return self.values[int(random.integers(len(self.values)))]

    def at_edge(self, value: object) -> bool:
        """Never: a choice has no edge."""
        return False


@dataclass(frozen=True)
class ModelRow:
    """A kind of classifier: how it is made, what it may be tuned over and what inputs it can take.

    `make(seed)` gives an unfitted, single-threaded estimator (folds run in parallel, not fits) that has
    `predict_proba`. The keys of `space` are names for its `set_params`.
    """

    key: str
    title: str
    make: Callable[[int], ClassifierMixin]
    space: Mapping[str, Range | Choice] = field(default_factory=dict)
    takes_missing: bool = False  # missing numbers reach it as NaN; otherwise they are imputed, with indicators
    scales: bool = False  # wants standardised inputs
    dense: bool = False  # cannot work on a sparse matrix
    double: bool = False  # is given float64; the others float32, the precision their ONNX operator works in
    simplicity: int = 1  # 1 is the simplest
    default: bool = True  # part of the default selection (up to `row_limit` rows)
    row_limit: int | None = None  # above this many rows a fit or a prediction takes too long to be a default
    exports: str = ""  # "" when it converts to ONNX, otherwise the reason why it does not


def _baseline(seed: int) -> ClassifierMixin:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="prior")


def _logistic_regression(seed: int) -> ClassifierMixin:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(max_iter=500, random_state=seed)


def _decision_tree(seed: int) -> ClassifierMixin:
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(max_depth=8, min_samples_leaf=5, random_state=seed)


def _random_forest(seed: int) -> ClassifierMixin:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, min_samples_leaf=3, n_jobs=1, random_state=seed)


def _extra_trees(seed: int) -> ClassifierMixin:
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(n_estimators=100, min_samples_leaf=3, n_jobs=1, random_state=seed)


def _hist_gradient_boosting(seed: int) -> ClassifierMixin:
    from sklearn.ensemble import HistGradientBoostingClassifier

    # Early stopping would hold out rows of its own, which fails when a class has a single row.
    return HistGradientBoostingClassifier(
        max_iter=250, learning_rate=0.06, l2_regularization=1.0, early_stopping=False, random_state=seed
    )


def _gradient_boosting(seed: int) -> ClassifierMixin:
    from sklearn.ensemble import GradientBoostingClassifier

    return GradientBoostingClassifier(n_estimators=100, subsample=0.8, max_features="sqrt", random_state=seed)


def _nearest_neighbours(seed: int) -> ClassifierMixin:
    from backends.training.neighbours import TiedNeighborsClassifier

    return TiedNeighborsClassifier(n_neighbors=15)


def _naive_bayes(seed: int) -> ClassifierMixin:
    from backends.training.naive_bayes import FlooredGaussianNB

    return FlooredGaussianNB(var_smoothing=1e-3)


def _linear_svm(seed: int) -> ClassifierMixin:
    from sklearn.svm import LinearSVC

    return _calibrated(LinearSVC(C=0.1, dual="auto", max_iter=5000, random_state=seed), seed)


def _rbf_svm(seed: int) -> ClassifierMixin:
    from backends.training.margins import MarginSVC

    return _calibrated(MarginSVC(C=1.0, kernel="rbf", gamma="scale", cache_size=200, random_state=seed), seed)


def _calibrated(estimator: ClassifierMixin, seed: int) -> ClassifierMixin:
    from sklearn.calibration import CalibratedClassifierCV

    folds = InnerFolds(most=3, seed=seed, know_all_classes=True)
    return CalibratedClassifierCV(estimator, method="sigmoid", cv=folds, n_jobs=1, ensemble=False)


def _multi_layer_perceptron(seed: int) -> ClassifierMixin:
    from sklearn.neural_network import MLPClassifier

    return MLPClassifier(
        hidden_layer_sizes=(64,), alpha=1e-3, max_iter=300, tol=1e-3, n_iter_no_change=5, random_state=seed
    )


_FOREST = {
    "n_estimators": Range(50, 300, "int"),
    "min_samples_leaf": Range(1, 30, "int"),
    "max_features": Range(0.05, 1.0),
}
_C = Range(1e-3, 1e2, "log")

MODELS: tuple[ModelRow, ...] = (
    ModelRow(
        "dummy",
        "Baseline (class shares)",
        _baseline,
        exports="The baseline ignores its inputs: there is no model to convert.",
    ),
    ModelRow(
        "logistic_regression",
        "Logistic regression",
        _logistic_regression,
        {"C": _C, "class_weight": Choice((None, "balanced"))},
        scales=True,
        simplicity=2,
    ),
    ModelRow(
        "decision_tree",
        "Decision tree",
        _decision_tree,
        {"max_depth": Range(2, 20, "int"), "min_samples_leaf": Range(1, 50, "int")},
        takes_missing=True,
        dense=True,
        simplicity=3,
    ),
    ModelRow("random_forest", "Random forest", _random_forest, _FOREST, takes_missing=True, dense=True, simplicity=7),
    ModelRow("extra_trees", "Extra trees", _extra_trees, _FOREST, takes_missing=True, dense=True, simplicity=7),
    ModelRow(
        "hist_gradient_boosting",
        "Hist gradient boosting",
        _hist_gradient_boosting,
        {
            "learning_rate": Range(0.02, 0.3, "log"),
            "max_iter": Range(50, 400, "int"),
            "max_leaf_nodes": Range(7, 63, "int"),
            "min_samples_leaf": Range(5, 80, "int"),
            "l2_regularization": Range(1e-3, 10.0, "log"),
        },
        takes_missing=True,
        dense=True,
        simplicity=8,
    ),
    ModelRow(
        "gradient_boosting",
        "Gradient boosting",
        _gradient_boosting,
        {
            "learning_rate": Range(0.02, 0.3, "log"),
            "n_estimators": Range(50, 300, "int"),
            "max_depth": Range(2, 6, "int"),
            "subsample": Range(0.5, 1.0),
        },
        simplicity=8,
        row_limit=200_000,
    ),
    ModelRow(
        "nearest_neighbours",
        "k-nearest neighbours",
        _nearest_neighbours,
        {"n_neighbors": Range(1, 60, "int")},
        scales=True,
        dense=True,
        simplicity=4,
        row_limit=20_000,
    ),
    ModelRow(
        "naive_bayes",
        "Gaussian naive Bayes",
        _naive_bayes,
        {"var_smoothing": Range(1e-4, 1.0, "log")},
        scales=True,
        dense=True,
        double=True,
        simplicity=3,
    ),
    ModelRow("linear_svm", "Linear SVM", _linear_svm, {"estimator__C": _C}, scales=True, simplicity=4),
    ModelRow(
        "rbf_svm",
        "RBF SVM",
        _rbf_svm,
        {"estimator__C": Range(1e-2, 1e2, "log"), "estimator__gamma": Range(1e-4, 1.0, "log")},
        scales=True,
        simplicity=9,
        row_limit=10_000,
    ),
    ModelRow(
        "multi_layer_perceptron",
        "Multi-layer perceptron",
        _multi_layer_perceptron,
        {
            "alpha": Range(1e-5, 1.0, "log"),
            "learning_rate_init": Range(1e-4, 1e-2, "log"),
            "hidden_layer_sizes": Choice(((32,), (64,), (128,), (64, 32))),
        },
        scales=True,
        simplicity=9,
        row_limit=100_000,
    ),
)


def model_row(key: str) -> ModelRow:
    """The row of this key. Raises WorkbenchError when there is none.

    >>> model_row("random_forest").title
    'Random forest'
    """
    for row in MODELS:
        if row.key == key:
            return row
    raise WorkbenchError(f"There is no model {key!r}.", hint=f"The models are {', '.join(row.key for row in MODELS)}.")
