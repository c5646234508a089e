"""From probabilities to decisions: what each threshold of a two-class model finds, misses and costs.

A threshold picked because it is best on some rows looks better on those rows than it is. Choose it on the
out-of-fold probabilities of the training rows (`best_threshold(evaluation, ..., out_of_fold=(y, p))`) and
read its cost off the hold-out; chosen on the hold-out itself, the cost it shows is optimistic, and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.datasets.wording import number_of
from backends.errors import WorkbenchError
from backends.metrics.evaluation import Evaluation
from backends.training.formulas import predicted_codes
from backends.training.policy import least

STEPS = 500  # most thresholds of a cost curve
FEWEST = 10  # rows that a rate is a share of, from which on it is shown as measured
WHOLES = {  # of which rows each rate is a share: each kind must be there in sufficient number
    "accuracy": ("row",),
    "precision": ("positive prediction",),
    "recall": ("positive",),
    "specificity": ("negative",),
    "false_positive_rate": ("negative",),
    "balanced_accuracy": ("positive", "negative"),
    "f1": ("positive",),
    "mcc": ("positive", "negative"),
}


@dataclass(frozen=True)
class ThresholdResult:
    """The four counts at a threshold, and what follows from them. A ratio over nothing is NaN."""

    threshold: float
    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int

    @property
    def rows(self) -> int:
        """All rows."""
        return self.true_positives + self.false_positives + self.true_negatives + self.false_negatives

    @property
    def predicted_positives(self) -> int:
        """Rows at or above the threshold."""
        return self.true_positives + self.false_positives

    @property
    def accuracy(self) -> float:
        """Share of rows predicted right."""
        return _share(self.true_positives + self.true_negatives, self.rows)

    @property
    def precision(self) -> float:
        """Share of the rows predicted positive that are; 0 when none is predicted, as on the leaderboard."""
        return _share(self.true_positives, self.predicted_positives) if self.predicted_positives else 0.0

    @property
    def recall(self) -> float:
        """Share of the positive rows that were found (sensitivity, true positive rate)."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def specificity(self) -> float:
        """Share of the negative rows that were left alone (true negative rate)."""
        return _share(self.true_negatives, self.true_negatives + self.false_positives)

    @property
    def false_positive_rate(self) -> float:
        """Share of the negative rows that were flagged."""
        return 1 - self.specificity

    @property
    def balanced_accuracy(self) -> float:
        """Mean of recall and specificity."""
        return (self.recall + self.specificity) / 2

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _share(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)

    @property
    def mcc(self) -> float:
        """Matthews correlation; 0 when all rows get the same prediction."""
        tp, fp, tn, fn = self.true_positives, self.false_positives, self.true_negatives, self.false_negatives
        spread = float(tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
        return (tp * tn - fp * fn) / spread**0.5 if spread else 0.0

    def lacking(self, rate: str) -> str:
        """Why a rate is not measurable, in words: "n = 1 positive"; empty where it has rows enough.

        The recall of a single positive row is 0 or 1 and tells nothing. Raises WorkbenchError for an unknown rate.

        >>> ThresholdResult(0.5, 1, 20, 60, 0).lacking("recall"), ThresholdResult(0.5, 12, 3, 60, 5).lacking("recall")
        ('n = 1 positive', '')
        """
        if rate not in WHOLES:
            raise WorkbenchError(f"There is no rate {rate!r}.", hint=f"They are {', '.join(WHOLES)}.")
        there = {
            "row": self.rows,
            "positive prediction": self.predicted_positives,
            "positive": self.true_positives + self.false_negatives,
            "negative": self.true_negatives + self.false_positives,
        }
        scarce = next((kind for kind in WHOLES[rate] if there[kind] < FEWEST), None)
        return "" if scarce is None else f"n = {number_of(there[scarce], scarce)}"

    def cost(self, false_positive_cost: float, false_negative_cost: float) -> float:
        """What the errors cost in all, in the unit of the given costs."""
        return self.false_positives * false_positive_cost + self.false_negatives * false_negative_cost


@dataclass(frozen=True)
class BestThreshold:
    """The cheapest threshold, what it gives on the held-out rows, and how far to trust that."""

    threshold: float
    result: ThresholdResult
    cost: float
    note: str


def at_threshold(evaluation: Evaluation, threshold: float) -> ThresholdResult:
    """What the model finds and misses when it says "positive" from `threshold` on. Two classes only.

    Exactly 0.5 means the more probable class, as everywhere; see `predicted_codes`. Raises WorkbenchError for
    more than two classes or a threshold outside 0 to 1.
    """
    _check_binary(evaluation)
    if not 0 <= threshold <= 1:
        raise WorkbenchError(f"A threshold of {threshold} is no probability.", hint="Choose one between 0 and 1.")
    return _counted(evaluation, predicted_codes(evaluation.proba, threshold), threshold)


def under_decisions(evaluation: Evaluation, decisions: np.ndarray) -> ThresholdResult:
    """What a policy finds and misses: `decisions` (rows,) are class codes, 0 or 1, of the same held-out rows.

    The threshold is NaN, as there may be one per group. Raises WorkbenchError for more than two classes and for
    another number of rows.
    """
    _check_binary(evaluation)
    codes = np.asarray(decisions, dtype=np.intp)
    if codes.shape != evaluation.y.shape:
        raise WorkbenchError(
            f"There are {codes.size:,} decisions for {evaluation.rows:,} held-out rows.", hint="Give one per row."
        )
    return _counted(evaluation, codes, float("nan"))


def costs(evaluation: Evaluation, false_positive_cost: float, false_negative_cost: float) -> pd.DataFrame:
    """What each threshold costs on the held-out rows, in the unit of the given costs.

    Columns threshold, true_positives, false_positives, true_negatives, false_negatives, cost, cost_per_row.
    Thresholds lie half-way between neighbouring probabilities, with 0 and 1 at the ends, so every possible
    decision is there once; of more than 500, an even choice over the rows.
    """
    _check_binary(evaluation)
    return _costs(evaluation.y, evaluation.proba[:, 1], false_positive_cost, false_negative_cost)


def best_threshold(
    evaluation: Evaluation,
    false_positive_cost: float,
    false_negative_cost: float,
    out_of_fold: tuple[np.ndarray, np.ndarray] | None = None,
) -> BestThreshold:
    """The threshold with the lowest cost; of several, the one nearest to 0.5.

    It is chosen on `out_of_fold`, class codes (rows,) and positive-class probabilities (rows,) that were
    predicted for rows the model in question was not fitted on; without them on the held-out rows, which
    makes the cost shown for those rows optimistic: the note says which.
    """
    frame = costs(evaluation, false_positive_cost, false_negative_cost)
    note = "Chosen on the held-out rows themselves, so its cost there is optimistic."
    if out_of_fold is not None:
        frame = _costs(np.asarray(out_of_fold[0]), np.asarray(out_of_fold[1]), false_positive_cost, false_negative_cost)
        note = f"Chosen on {len(out_of_fold[0]):,} out-of-fold rows, so its cost on the held-out rows is a fair one."
    cheapest = frame[frame["cost"] <= frame["cost"].min() * (1 + 1e-12)]
    threshold = float(cheapest["threshold"].iloc[(cheapest["threshold"] - 0.5).abs().argmin()])
    result = at_threshold(evaluation, threshold)
    return BestThreshold(threshold, result, result.cost(false_positive_cost, false_negative_cost), note)


def _costs(y: np.ndarray, score: np.ndarray, false_positive_cost: float, false_negative_cost: float) -> pd.DataFrame:
    if (
        min(false_positive_cost, false_negative_cost) < 0
        or not np.isfinite([false_positive_cost, false_negative_cost]).all()
    ):
        raise WorkbenchError(
            f"An error cannot cost {min(false_positive_cost, false_negative_cost)}.", hint="Give costs of zero or more."
        )
    thresholds = _candidates(score)
    positives, negatives = np.sort(score[y == 1]), np.sort(score[y == 0])
    missed = np.searchsorted(positives, least(thresholds), side="left")
    spared = np.searchsorted(negatives, least(thresholds), side="left")
    frame = pd.DataFrame(
        {
            "threshold": thresholds,
            "true_positives": len(positives) - missed,
            "false_positives": len(negatives) - spared,
            "true_negatives": spared,
            "false_negatives": missed,
        }
    )
    cost = frame["false_positives"] * false_positive_cost + frame["false_negatives"] * false_negative_cost
    return frame.assign(cost=cost.astype(float), cost_per_row=cost / len(y))


def _candidates(score: np.ndarray) -> np.ndarray:
    distinct = np.unique(score)
    between = (distinct[1:] + distinct[:-1]) / 2
    if len(between) > STEPS - 2:
        kept = np.searchsorted(between, np.quantile(score, np.linspace(0, 1, STEPS - 2)))
        between = between[np.unique(np.minimum(kept, len(between) - 1))]
    return np.unique(np.concatenate([[0.0], between, [1.0]]))


def _counted(evaluation: Evaluation, predicted: np.ndarray, threshold: float) -> ThresholdResult:
    negatives, false, missed, found = np.bincount(2 * evaluation.y + predicted, minlength=4).tolist()
    return ThresholdResult(threshold, found, false, negatives, missed)


def _check_binary(evaluation: Evaluation) -> None:
    if not evaluation.binary:
        raise WorkbenchError(
            f"A threshold needs two classes; this model has {len(evaluation.classes)}.",
            hint="With more classes the most probable one is predicted.",
        )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
