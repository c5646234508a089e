"""What is measured in each group: a table of measures, each a formula over a group's counts.

For the outcome that is spoken of, a row is positive or negative in truth and in the decision, which makes four
counts: true positives (tp), false positives (fp), false negatives (fn) and true negatives (tn).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from backends.datasets.wording import number_of
from backends.errors import WorkbenchError

Counted = tuple[str, ...]
POSITIVES: Counted = ("tp", "fn")
NEGATIVES: Counted = ("fp", "tn")
SELECTED: Counted = ("tp", "fp")
REFUSED: Counted = ("fn", "tn")
ALL: Counted = ("tp", "fp", "fn", "tn")


@dataclass(frozen=True)
class Tallies:
    """The sums that every measure is made of, one entry per group and, in front of it, per resample.

    `score` is the sum of the predicted probabilities, `squared` that of their squared distances from the truth,
    `uncalibrated` the sum over ten bins of |sum of probabilities - positives|, `auc` the area under the ROC curve.
    These four are NaN without probabilities.
    """

    tp: np.ndarray
    fp: np.ndarray
    fn: np.ndarray
    tn: np.ndarray
    score: np.ndarray
    squared: np.ndarray
    uncalibrated: np.ndarray
    auc: np.ndarray

    def count(self, counted: Counted) -> np.ndarray:
        """The rows of these of the four counts together."""
        return sum((getattr(self, name) for name in counted[1:]), getattr(self, counted[0]))

    @classmethod
    def stacked(cls, groups: list[Tallies]) -> Tallies:
        """Several groups side by side, along a new last axis."""
        return cls(*(np.stack([getattr(one, row.name) for one in groups], axis=-1) for row in fields(cls)))


@dataclass(frozen=True)
class Measure:
    """One figure of a group. A rate is the share `part` of `whole`; anything else has its own formula.

    `needs` are the sets of rows that must not be empty, `scored` says that it needs probabilities, `basic` that its
    interval is reflected at the value because resampling pushes the figure upwards (see `resampling.interval`).
    """

    key: str
    title: str
    definition: str
    formula: str
    part: Counted = ()
    whole: Counted = ALL
    needs: tuple[Counted, ...] = ()
    own: Callable[[Tallies], np.ndarray] | None = None
    scored: bool = False
    basic: bool = False

    @property
    def rate(self) -> bool:
        """Whether it is a share of rows."""
        return self.own is None

    def of(self, tallies: Tallies) -> np.ndarray:
        """The measure of every group (and resample); NaN where it cannot be measured."""
        if self.own is not None:
            return self.own(tallies)
        return share(tallies.count(self.part), tallies.count(self.whole))

    def lacking(self, tallies: Tallies, least: int = 1) -> np.ndarray:
        """Why it cannot be measured, in words, per group (groups,); empty where it can.

        A measure that sets two kinds of rows against each other needs `least` of each: the AUC of a single positive is
        the rank of one row.
        """
        words = np.full(np.shape(tallies.tp), "", dtype=object)
        for counted in self.needs:
            there = tallies.count(counted)
            for at in np.flatnonzero((there > 0) & (there < least) & (words == "")).tolist():
                words[at] = f"n = {number_of(int(there[at]), _NOUNS[counted])}"
        for counted in self.needs or (self.whole,):
            words[tallies.count(counted) == 0] = _NO_ROWS[counted]
        if self.scored:
            words[np.isnan(tallies.score)] = "no probabilities"
        return words


def share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole; NaN where `whole` is 0.

    >>> share(np.array([1, 0]), np.array([4, 0])).tolist()
    [0.25, nan]
    """
    shape = np.broadcast(part, whole).shape
    return np.divide(part, whole, out=np.full(shape, np.nan), where=np.asarray(whole) != 0)


def _balanced(tallies: Tallies) -> np.ndarray:
    found = share(tallies.tp, tallies.count(POSITIVES)) + share(tallies.tn, tallies.count(NEGATIVES))
    return found / 2


def _calibration_gap(tallies: Tallies) -> np.ndarray:
    return share(tallies.score - tallies.count(POSITIVES), tallies.count(ALL))


_NO_ROWS = {
    ALL: "no rows",
    POSITIVES: "no positives",
    NEGATIVES: "no negatives",
    SELECTED: "no positive decisions",
    REFUSED: "no negative decisions",
}

_NOUNS = {POSITIVES: "positive", NEGATIVES: "negative"}

MEASURES: tuple[Measure, ...] = (
    Measure(
        "base_rate", "Base rate", "The share of the group that has the outcome in truth.",
        "(TP + FN) / rows", POSITIVES,
    ),
    Measure(
        "selection_rate", "Selection rate", "The share of the group for which the model says yes, right or wrong.",
        "(TP + FP) / rows", SELECTED,
    ),
    Measure(
        "accuracy", "Accuracy", "The share of the group for which the decision is right.",
        "(TP + TN) / rows", ("tp", "tn"),
    ),
    Measure(
        "balanced_accuracy", "Balanced accuracy",
        "The mean of the true positive and the true negative rate: a rare outcome counts as much as a common one.",
        "(TPR + TNR) / 2", needs=(POSITIVES, NEGATIVES), own=_balanced,
    ),
    Measure(
        "tpr", "True positive rate", "Of those who have the outcome, the share to whom the model says yes (recall).",
        "TP / (TP + FN)", ("tp",), POSITIVES,
    ),
    Measure(
        "fpr", "False positive rate", "Of those who do not have the outcome, the share to whom the model says yes.",
        "FP / (FP + TN)", ("fp",), NEGATIVES,
    ),
    Measure(
        "fnr", "False negative rate", "Of those who have the outcome, the share to whom the model says no.",
        "FN / (TP + FN)", ("fn",), POSITIVES,
    ),
    Measure(
        "tnr", "True negative rate", "Of those who do not have the outcome, the share to whom the model says no.",
        "TN / (FP + TN)", ("tn",), NEGATIVES,
    ),
    Measure(
        "ppv", "Positive predictive value",
        "Of those to whom the model says yes, the share that has the outcome (precision).",
        "TP / (TP + FP)", ("tp",), SELECTED,
    ),
    Measure(
        "npv", "Negative predictive value",
        "Of those to whom the model says no, the share that does not have the outcome.",
        "TN / (TN + FN)", ("tn",), REFUSED,
    ),
    Measure(
        "auc", "ROC AUC",
        "How often a row with the outcome has a higher probability than one without it, ties counting half.",
        "P(score of a positive > score of a negative)",
        needs=(POSITIVES, NEGATIVES), own=lambda tallies: tallies.auc, scored=True,
    ),
    Measure(
        "brier", "Brier score", "The mean squared distance of the probability from what happened; 0 is perfect.",
        "mean of (probability − outcome)²",
        own=lambda tallies: share(tallies.squared, tallies.count(ALL)), scored=True,
    ),
    Measure(
        "calibration_gap", "Calibration gap",
        "The mean probability less the base rate: above 0, the model promises more than happens "
        "(calibration in the large).",
        "mean probability − base rate", own=_calibration_gap, scored=True,
    ),
    Measure(
        "calibration_error", "Calibration error",
        "How far probabilities are from what happens, over ten equally wide bins of the probability, each weighted by "
        "its rows (expected calibration error). Chance makes it larger in small groups: compare groups of one size.",
        "sum over bins of rows in bin / rows · |mean probability − share with the outcome|",
        own=lambda tallies: share(tallies.uncalibrated, tallies.count(ALL)), scored=True, basic=True,
    ),
)  # fmt: skip
BY_KEY = {row.key: row for row in MEASURES}


def measure(key: str) -> Measure:
    """The row of `MEASURES` with this key. Raises WorkbenchError, naming the known keys, when there is none.

    >>> measure("tpr").formula
    'TP / (TP + FN)'
    """
    if key not in BY_KEY:
        raise WorkbenchError(f"There is no fairness measure {key!r}.", hint=f"The measures are {', '.join(BY_KEY)}.")
    return BY_KEY[key]
