"""The frames behind the charts: every curve is computed here, drawn elsewhere and downloaded as it is.

Frames are tidy, one row per point, and hold one curve per class in the column `class`: for two classes only
that of the positive one, for more each class told from the rest. A class that the rows lack, or that is all
there is, has no curve and no row.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from backends.metrics.evaluation import Evaluation
from backends.training.formulas import Ordered, predicted_codes

POINTS = 500  # most points of a curve; the areas are computed before thinning
BINS = 10
Counts = tuple[np.ndarray, np.ndarray, np.ndarray]  # true positives, false positives, the score they begin at
Z95 = 1.959963984540054  # standard normal quantile of a two-sided 95 % interval


def roc_curve(evaluation: Evaluation) -> pd.DataFrame:
    """Columns class, false_positive_rate, true_positive_rate, threshold, area.

    A row says what share of the negatives and of the positives has a probability of at least `threshold`;
    the first row, at (0, 0), has an infinite threshold. `area` is the ROC AUC of the whole curve, computed
    on every distinct probability before the curve is thinned to 500 points that are evenly spread along it.
    """
    frames = [_roc(name, ordered) for name, ordered in _told_apart(evaluation)]
    return _stacked(frames, ["class", "false_positive_rate", "true_positive_rate", "threshold", "area"])


def precision_recall_curve(evaluation: Evaluation) -> pd.DataFrame:
    """Columns class, recall, precision, threshold, area, prevalence.

    `area` is the average precision of the whole curve (a sum of steps, not of trapezoids), computed before
    thinning to 500 points; `prevalence` the precision of a guess, the share of rows of the class.
    """
    frames = [_precision_recall(name, ordered) for name, ordered in _told_apart(evaluation)]
    return _stacked(frames, ["class", "recall", "precision", "threshold", "area", "prevalence"])


def calibration(evaluation: Evaluation, bins: int = BINS) -> pd.DataFrame:
    """Columns class, predicted, observed, low, high, count: do 30 of 100 rows happen when the model says 30 %?

    Rows are cut by quantiles of the probability into up to `bins` groups of about the same size (fewer where
    probabilities repeat). `predicted` is a group's mean probability, `observed` its share of the class, low
    and high the 95 % Wilson interval of that share, `count` its rows.
    """
    frames = [
        _calibration(evaluation.classes[code], evaluation.y == code, evaluation.proba[:, code], bins)
        for code in evaluation.shown_classes
    ]
    return _stacked(frames, ["class", "predicted", "observed", "low", "high", "count"])


def confusion(evaluation: Evaluation, threshold: float = 0.5) -> pd.DataFrame:
    """Columns actual, predicted, count, rate: every pair of classes, also those that never happened.

    `rate` is the share of the actual class (NaN when the rows have none of it). For two classes the
    `threshold` decides.
    """
    k, names = len(evaluation.classes), np.asarray(evaluation.classes, dtype=object)
    predicted = predicted_codes(evaluation.proba, threshold)
    counts = np.bincount(evaluation.y * k + predicted, minlength=k * k)
    support = np.repeat(counts.reshape(k, k).sum(axis=1), k)
    rate = np.divide(counts, support, out=np.full(k * k, np.nan), where=support > 0)
    return pd.DataFrame(
        {"actual": np.repeat(names, k), "predicted": np.tile(names, k), "count": counts, "rate": rate}
    ).astype({"actual": "str", "predicted": "str"})


def score_histogram(evaluation: Evaluation, bins: int = 20) -> pd.DataFrame:
    """Columns class, actual, low, high, count, share: how the probability of `class` is spread.

    For two classes `class` is the positive one and there is one histogram per actual class; for more, each
    class is told from the rest, and `actual` is its name or "other". `share` is that of the actual group.
    """
    edges = np.linspace(0, 1, bins + 1)
    rows = []
    for code in evaluation.shown_classes:
        rest = evaluation.classes[0] if evaluation.binary else "other"
        for actual, mask in ((evaluation.classes[code], evaluation.y == code), (rest, evaluation.y != code)):
            counts = np.histogram(np.clip(evaluation.proba[mask, code], 0, 1), edges)[0]
            share = counts / max(counts.sum(), 1)
            named = {"class": evaluation.classes[code], "actual": actual}
            rows.append(pd.DataFrame({**named, "low": edges[:-1], "high": edges[1:], "count": counts, "share": share}))
    return pd.concat(rows, ignore_index=True)


def gain_lift(evaluation: Evaluation) -> pd.DataFrame:
    """Columns class, contacted, gain, lift: going down the rows by probability.

    `gain` is the share of all rows of the class among the first `contacted` share of the rows; `lift` is
    gain / contacted, how many times better than rows drawn at random. Starts at contacted = 0 with gain 0
    and lift NaN; rows with equal probability come together, in one step.
    """
    frames = [_gain(name, ordered) for name, ordered in _told_apart(evaluation)]
    return _stacked(frames, ["class", "contacted", "gain", "lift"])


def wilson(hits: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of a share of `count` rows (Wilson 1927): stays within 0 to 1, also at 0 or all hits.

    >>> [round(float(end), 3) for end in wilson(np.array(0), np.array(10))]
    [0.0, 0.278]
    """
    share = hits / count
    centre = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    half = Z95 / (1 + Z95**2 / count) * np.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    return np.clip(centre - half, 0.0, share), np.clip(centre + half, share, 1.0)  # rounding may cross the share


def _told_apart(evaluation: Evaluation) -> Iterator[tuple[str, Counts]]:
    """Per class with a curve: its name and its counts, from no row taken to all of them."""
    for code in evaluation.shown_classes:
        positive, score = evaluation.y == code, evaluation.proba[:, code]
        if 0 < positive.sum() < len(positive):
            ordered = Ordered.from_scores(positive, score)
            hits, misses = ordered.counts(np.ones((1, len(positive))))
            distinct = score[ordered.order][ordered.ends]
            counts = np.append(0.0, hits[0]), np.append(0.0, misses[0]), np.append(np.inf, distinct)
            yield evaluation.classes[code], counts


def _roc(name: str, told: Counts) -> pd.DataFrame:
    hits, misses, threshold = told
    rates = {"false_positive_rate": misses / misses[-1], "true_positive_rate": hits / hits[-1]}
    area = np.trapezoid(rates["true_positive_rate"], rates["false_positive_rate"])
    kept = _thinned(*rates.values())
    return pd.DataFrame({"class": name, **rates, "threshold": threshold, "area": area}).iloc[kept]


def _precision_recall(name: str, told: Counts) -> pd.DataFrame:
    hits, misses, threshold = (values[1:] for values in told)
    recall, precision = hits / hits[-1], hits / (hits + misses)
    area = (np.diff(recall, prepend=0) * precision).sum()
    columns = {"recall": recall, "precision": precision, "threshold": threshold}
    frame = pd.DataFrame({"class": name, **columns, "area": area, "prevalence": precision[-1]})
    return frame.iloc[_thinned(recall, precision)]


def _calibration(name: str, positive: np.ndarray, score: np.ndarray, bins: int) -> pd.DataFrame:
    edges = np.unique(np.quantile(score, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(edges, score, side="right")
    count = np.bincount(group, minlength=len(edges) + 1)
    hits = np.bincount(group, weights=positive, minlength=len(edges) + 1)
    total = np.bincount(group, weights=score, minlength=len(edges) + 1)
    filled = count > 0
    count, hits, total = count[filled], hits[filled], total[filled]
    low, high = wilson(hits, count)
    return pd.DataFrame(
        {"class": name, "predicted": total / count, "observed": hits / count, "low": low, "high": high, "count": count}
    )


def _gain(name: str, told: Counts) -> pd.DataFrame:
    hits, misses, _ = told
    contacted, gain = (hits + misses) / (hits[-1] + misses[-1]), hits / hits[-1]
    lift = np.divide(gain, contacted, out=np.full(len(gain), np.nan), where=contacted > 0)
    frame = pd.DataFrame({"class": name, "contacted": contacted, "gain": gain, "lift": lift})
    return frame.iloc[_thinned(contacted, gain)]


def _thinned(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Positions of at most 500 points, ends included, evenly spread along the length of the curve."""
    if len(x) <= POINTS:
        return np.arange(len(x))
    length = np.concatenate([[0.0], np.cumsum(np.abs(np.diff(x)) + np.abs(np.diff(y)))])
    wanted = np.linspace(0, length[-1], POINTS)
    return np.unique(np.append(np.searchsorted(length, wanted[:-1]), len(x) - 1))


def _stacked(frames: list[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    frames = frames or [pd.DataFrame(columns=columns)]
    return pd.concat(frames, ignore_index=True)
