"""The metrics of the leaderboard: one table, from which scores, titles and intervals are made.

Class codes run from 0 to K - 1; for two classes, code 1 is the positive one. With more than two,
precision, recall and F1 are plain means over the classes (macro), ROC AUC and average precision are means
over each class told from the rest. A class that the rows lack takes no part in such a mean; with only one
class in the rows everything but accuracy, log loss and Brier score is NaN: not measurable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backends.errors import WorkbenchError
from backends.training.formulas import Judged, Tally, ratio

RARE = 0.1  # a class below this share of the rows is rare: ranking by ROC AUC flatters a model on it
EVEN = 3.0  # classes are balanced while the largest has at most this many times the rows of the smallest


@dataclass(frozen=True)
class Metric:
    """A way to judge probabilities against the truth.

    `formula` takes a `Tally` and returns one value per resample; `scorers` are scikit-learn's names for
    the same number, for two classes and for more (the losses there are negated). `description` is for two
    classes, `of_several` for more, where it differs: `describe` knows which.
    """

    key: str
    title: str
    description: str
    needs_probabilities: bool
    greater_is_better: bool
    worst: float
    best: float
    scorers: tuple[str, str]
    formula: Callable[[Tally], np.ndarray]
    of_several: str = ""

    def describe(self, n_classes: int) -> str:
        """What the metric measures, in one sentence that is true of so many classes.

        >>> metric("recall").describe(2)
        'Of the positive rows, the share that was found.'
        >>> metric("recall").describe(3)
        'Of the rows of a class, the share that was found; averaged over the classes.'
        """
        return self.of_several if n_classes > 2 and self.of_several else self.description

    def function(self, y: np.ndarray, proba: np.ndarray, n_classes: int, threshold: float = 0.5) -> float:
        """The metric on rows with class codes `y` (rows,) and probabilities `proba` (rows, n_classes)."""
        tally = _tally(y, proba, n_classes, threshold)
        return float(self.formula(tally)[0]) if tally else np.nan

    def scorer(self, n_classes: int) -> str:
        """The name of the same metric for scikit-learn's `scoring=`."""
        return self.scorers[n_classes > 2]

    def short(self, value: float) -> str:
        """The value as people read it.

        >>> metric("roc_auc").short(0.84512)
        '0.845'
        """
        return "not measurable" if np.isnan(value) else f"{value:.3f}"


def _accuracy(tally: Tally) -> np.ndarray:
    return ratio(tally.hits.sum(axis=1), tally.total)


def _balanced_accuracy(tally: Tally) -> np.ndarray:
    return np.where(tally.several, _mean_present(ratio(tally.hits, tally.support)), np.nan)


def _precision(tally: Tally) -> np.ndarray:
    return _positive_or_macro(tally, ratio(tally.hits, tally.predicted, 0.0))


def _recall(tally: Tally) -> np.ndarray:
    return _positive_or_macro(tally, ratio(tally.hits, tally.support, 0.0))


def _f1(tally: Tally) -> np.ndarray:
    return _positive_or_macro(tally, ratio(2 * tally.hits, tally.predicted + tally.support, 0.0))


def _roc_auc(tally: Tally) -> np.ndarray:
    return _mean_present(tally.areas[0].T)


def _average_precision(tally: Tally) -> np.ndarray:
    return _mean_present(tally.areas[1].T)


def _mcc(tally: Tally) -> np.ndarray:
    """Gorodkin's correlation of K classes; 0 when every row gets the same prediction."""
    total = tally.total
    covariance = tally.hits.sum(axis=1) * total - (tally.support * tally.predicted).sum(axis=1)
    spread = (total**2 - (tally.predicted**2).sum(axis=1)) * (total**2 - (tally.support**2).sum(axis=1))
    return np.where(tally.several, ratio(covariance, np.sqrt(spread), 0.0), np.nan)


def _log_loss(tally: Tally) -> np.ndarray:
    return tally.log_loss


def _brier(tally: Tally) -> np.ndarray:
    return tally.brier


METRICS: tuple[Metric, ...] = (
    Metric("accuracy", "Accuracy", "Share of rows predicted right.",
           False, True, 0, 1, ("accuracy", "accuracy"), _accuracy),
    Metric("balanced_accuracy", "Balanced accuracy", "Mean over the classes of the share predicted right.",
           False, True, 0, 1, ("balanced_accuracy", "balanced_accuracy"), _balanced_accuracy),
    Metric("precision", "Precision", "Of the rows predicted positive, the share that is.",
           False, True, 0, 1, ("precision", "precision_macro"), _precision,
           "Of the rows predicted as a class, the share that is of it; averaged over the classes."),
    Metric("recall", "Recall", "Of the positive rows, the share that was found.",
           False, True, 0, 1, ("recall", "recall_macro"), _recall,
           "Of the rows of a class, the share that was found; averaged over the classes."),
    Metric("f1", "F1", "Harmonic mean of precision and recall.",
           False, True, 0, 1, ("f1", "f1_macro"), _f1,
           "Harmonic mean of a class's precision and recall; averaged over the classes."),
    Metric("roc_auc", "ROC AUC", "Chance that a positive row gets a higher probability than a negative one.",
           True, True, 0, 1, ("roc_auc", "roc_auc_ovr"), _roc_auc,
           "Chance that a row of a class gets a higher probability of it than any other row; "
           "averaged over the classes."),
    Metric("average_precision", "Average precision", "Mean precision while going down the rows by probability.",
           True, True, 0, 1, ("average_precision", "average_precision"), _average_precision,
           "Mean precision while going down the rows by their probability of a class; averaged over the classes."),
    Metric("log_loss", "Log loss", "Mean of -ln of the probability given to the true class.",
           True, False, np.inf, 0, ("neg_log_loss", "neg_log_loss"), _log_loss),
    Metric("brier", "Brier score", "Mean squared distance of the probability from the truth: 0 is perfect, 1 at worst.",
           True, False, 2, 0, ("neg_brier_score", "neg_brier_score"), _brier,
           "Mean squared distance of the probabilities from the truth: 0 is perfect, 2 at worst."),
    Metric("mcc", "MCC", "Matthews correlation of truth and prediction: 1 perfect, 0 no better than chance.",
           False, True, -1, 1, ("matthews_corrcoef", "matthews_corrcoef"), _mcc),
)  # fmt: skip
METRIC_KEYS: tuple[str, ...] = tuple(row.key for row in METRICS)


def metric(key: str) -> Metric:
    """The row of `METRICS` called `key`. Raises WorkbenchError for an unknown one.

    >>> metric("log_loss").greater_is_better
    False
    """
    for row in METRICS:
        if row.key == key:
            return row
    raise WorkbenchError(f"There is no metric {key!r}.", hint=f"Choose one of {', '.join(METRIC_KEYS)}.")


def score_all(y: np.ndarray, proba: np.ndarray, n_classes: int, threshold: float = 0.5) -> dict[str, float]:
    """Every metric on rows with class codes `y` (rows,) and probabilities `proba` (rows, n_classes).

    Never raises: what cannot be measured (no rows, one class only, a probability that is not a number)
    is NaN. `threshold` decides the predictions of two-class models only.

    >>> scores = score_all(np.array([0, 0, 1, 1]), np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]]), 2)
    >>> scores["accuracy"], scores["roc_auc"], round(scores["brier"], 3)
    (0.75, 1.0, 0.125)
    """
    tally = _tally(y, proba, n_classes, threshold)
    if tally is None:
        return dict.fromkeys(METRIC_KEYS, np.nan)
    return {row.key: float(row.formula(tally)[0]) for row in METRICS}


def default_metric(class_counts: Sequence[int]) -> tuple[str, str]:
    """The metric to rank by and the reason in words, from the number of rows of each class.

    >>> default_metric((950, 50))
    ('average_precision', 'only 5.0 % of the rows are of the rarer class, where ROC AUC looks better than it is')
    """
    counts = [count for count in class_counts if count > 0]
    if len(counts) < 2:
        return "accuracy", "there is only one class, so nothing but accuracy can be measured"
    share = min(counts) / sum(counts)
    if len(counts) == 2 and share < RARE:
        return "average_precision", (
            f"only {share:.1%} of the rows are of the rarer class, where ROC AUC looks better than it is"
        ).replace("%", " %")
    if len(counts) == 2:
        return "roc_auc", "it judges the order of the rows, whatever threshold is chosen later"
    if max(counts) <= EVEN * min(counts):
        return "roc_auc", f"the {len(counts)} classes are of similar size, and it needs no threshold"
    return "balanced_accuracy", f"the {len(counts)} classes are of unequal size, and it counts each of them the same"


def _tally(y: np.ndarray, proba: np.ndarray, n_classes: int, threshold: float) -> Tally | None:
    y, proba = np.asarray(y, dtype=np.intp), np.asarray(proba)
    if len(y) == 0 or proba.shape != (len(y), n_classes) or not np.isfinite(proba).all():
        return None
    return Tally(Judged(y, proba, threshold), np.ones((1, len(y))))


def _mean_present(values: np.ndarray) -> np.ndarray:
    """Mean over the classes of (resamples, classes), leaving out NaN; NaN where all are."""
    present = ~np.isnan(values)
    return ratio(np.where(present, values, 0).sum(axis=1), present.sum(axis=1))


def _positive_or_macro(tally: Tally, per_class: np.ndarray) -> np.ndarray:
    """The positive class's value for two classes, else the mean over classes that occur or were predicted."""
    if tally.binary:
        value = per_class[:, 1]
    else:
        value = _mean_present(np.where(tally.support + tally.predicted > 0, per_class, np.nan))
    return np.where(tally.several, value, np.nan)
