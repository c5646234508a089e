"""The rules behind the checks: each takes the evidence and returns what it found, or None if it cannot tell.

Scores are compared as *skill*: 0 for a guess that knows only how frequent the classes are, 1 for perfect.
That puts every metric, and every imbalance, on one scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.training.bootstrap import RESAMPLES, affordable, intervals
from backends.training.evidence import Evidence
from backends.training.formulas import Judged, predicted_codes
from backends.training.leakage import repeated_rows, shared_groups, telling_features
from backends.training.models import Range
from backends.training.ranking import ALPHA, corrected_error, corrected_t_test

GAP = 0.25  # skill lost between the rows learnt from and other rows that counts as overfitting
LITTLE = 0.15  # skill on the very rows learnt from below which a model has hardly learnt anything
SPREAD = 0.1  # standard deviation of the skill over the folds that counts as unstable
IMBALANCE = 0.1  # share of the smallest class
RARE_ROWS = 50  # fewer rows of a class leave about 10 to judge it on
TELLING = 0.98  # ROC AUC of a single feature
REPEATED = 0.01  # share of the held-out rows that were also trained on
RECURRING = 0.2  # share of the held-out rows whose group was also trained on
MISCALIBRATED = 0.05  # expected calibration error
NOTABLE = 0.02  # skill by which folds and hold-out must differ; less is of no account, however certain


@dataclass(frozen=True)
class Finding:
    """One thing that a rule found; the rule adds the why and the way out."""

    title: str
    model: str | None = None


def overfit(evidence: Evidence) -> list[Finding] | None:
    """Much skill on the rows learnt from is lost on others."""
    folds = evidence.folds(evidence.recommended)
    if folds["train"].isna().all() or folds["value"].isna().all():
        return None
    lost = evidence.skill(folds["train"]).mean() - evidence.skill(folds["value"]).mean()
    if not lost >= GAP:
        return []
    train, test = (evidence.judged.short(folds[part].mean()) for part in ("train", "value"))
    title = f"{evidence.name}: {evidence.judged.title} is {train} on the rows it learnt from and {test} on others."
    return [Finding(title, evidence.recommended)]


def underfit(evidence: Evidence) -> list[Finding] | None:
    """Hardly any skill even on the rows learnt from."""
    train = evidence.folds(evidence.recommended)["train"]
    if train.isna().all() or evidence.recommended == evidence.baseline:
        return None
    if evidence.skill(train).mean() >= LITTLE:
        return []
    title = (
        f"{evidence.name}: {evidence.judged.title} is only {evidence.judged.short(train.mean())} even on the rows it "
        f"learnt from; guessing gives {evidence.judged.short(evidence.guess)}."
    )
    return [Finding(title, evidence.recommended)]


def baseline(evidence: Evidence) -> list[Finding] | None:
    """The corrected t-test cannot tell the model from the baseline."""
    ours, theirs = (evidence.folds(key)["value"] for key in (evidence.recommended, evidence.baseline))
    if ours.isna().all() or theirs.isna().all() or evidence.recommended == evidence.baseline:
        return None
    sign = 1 if evidence.judged.greater_is_better else -1
    gain = (sign * (ours - theirs)).dropna()
    p = corrected_t_test(gain.to_numpy(), evidence.sizes[1] / evidence.sizes[0])
    if gain.mean() > 0 and p < ALPHA:
        return []
    short = evidence.judged.short
    title = f"{evidence.name} ({short(ours.mean())}) cannot be told from guessing ({short(theirs.mean())})."
    return [Finding(title, evidence.recommended)]


def unstable(evidence: Evidence) -> list[Finding] | None:
    """The skill varies much from fold to fold."""
    values = evidence.folds(evidence.recommended)["value"].dropna()
    if len(values) < 2:
        return None
    if evidence.skill(values).std() < SPREAD:
        return []
    short = evidence.judged.short
    title = f"{evidence.name}: {evidence.judged.title} runs from {short(values.min())} to {short(values.max())}."
    return [Finding(title, evidence.recommended)]


def holdout(evidence: Evidence) -> list[Finding] | None:
    """The mean over the folds lies outside the 95 % interval of the hold-out, even one standard error nearer to it.

    It cannot be told from fewer than 50 rows, nor where every resample scores the same (no row is wrong): a
    percentile interval is too narrow there.
    """
    folds, judged = evidence.folds(evidence.recommended)["value"], evidence.judged
    value, low, high = _holdout_interval(evidence)
    if folds.isna().all() or not low < high:
        return None
    mean, error = folds.mean(), corrected_error(folds.to_numpy(), evidence.sizes[1] / evidence.sizes[0])
    mean_skill, skill = evidence.skill(pd.Series([mean, value]))
    if low - error <= mean <= high + error or abs(mean_skill - skill) < NOTABLE:
        return []
    title = (
        f"{evidence.name}: {judged.title} is {judged.short(mean)} in cross-validation, but "
        f"{'only' if skill < mean_skill else 'even'} {judged.short(value)} on the hold-out "
        f"(95 % interval {judged.short(low)} to {judged.short(high)})."
    )
    return [Finding(title, evidence.recommended)]


def imbalance(evidence: Evidence) -> list[Finding] | None:
    """One class is much smaller than the others."""
    shares = np.asarray(evidence.class_counts) / max(sum(evidence.class_counts), 1)
    smallest, even = int(shares.argmin()), 1 / len(shares)
    if shares[smallest] >= min(IMBALANCE, even / 3):
        return []
    text = f"{100 * shares[smallest]:.1f} % of the rows are {evidence.classes[smallest]!r}"
    return [Finding(f"Only {text}, the smallest of {len(shares)} classes.")]


def rare(evidence: Evidence) -> list[Finding] | None:
    """A class has too few rows to be judged."""
    rare = [
        f"{name!r} ({count})"
        for name, count in zip(evidence.classes, evidence.class_counts, strict=True)
        if count < RARE_ROWS
    ]
    if not rare:
        return []
    more = f" and {len(rare) - 5} more" if len(rare) > 5 else ""
    return [Finding(f"Fewer than {RARE_ROWS} rows: {', '.join(rare[:5])}{more}.")]


def leak(evidence: Evidence) -> list[Finding] | None:
    """A single feature nearly separates the classes."""
    if evidence.frame is None or evidence.codes is None or evidence.schema is None or evidence.train_rows is None:
        return None
    features, codes = evidence.frame.iloc[evidence.train_rows], evidence.codes[evidence.train_rows]
    found, rows = telling_features(features[list(evidence.schema.names)], codes, evidence.schema, TELLING)
    sampled = f"a sample of {rows:,}" if rows < len(codes) else f"{rows:,}"
    return [
        Finding(f"{feature.name!r} alone nearly separates the classes: ROC AUC {feature.auc:.3f} on {sampled} rows.")
        for feature in found[:5]
    ]


def duplicates(evidence: Evidence) -> list[Finding] | None:
    """Held-out rows repeat training rows."""
    if (
        evidence.frame is None
        or evidence.schema is None
        or evidence.train_rows is None
        or evidence.holdout_rows is None
    ):
        return None
    features = evidence.frame[list(evidence.schema.names)]
    held = len(evidence.holdout_rows)
    count = repeated_rows(features.iloc[evidence.train_rows], features.iloc[evidence.holdout_rows])
    if count == 0 or count < REPEATED * held:
        return []
    return [Finding(f"{count:,} of {held:,} held-out rows have the same feature values as a training row.")]


def groups(evidence: Evidence) -> list[Finding] | None:
    """What an identifier names is on both sides of the split."""
    if evidence.frame is None or evidence.table_schema is None or evidence.train_rows is None:
        return None
    if evidence.holdout_rows is None:
        return None
    columns = [column for column in evidence.table_schema if column.name != evidence.target]
    found = shared_groups(evidence.frame, columns, evidence.train_rows, evidence.holdout_rows, RECURRING)
    return [
        Finding(f"{100 * group.share:.0f} % of the held-out rows have a {group.name!r} that was also trained on.")
        for group in found
    ]


def calibration(evidence: Evidence) -> list[Finding] | None:
    """Probabilities are further from the frequencies than chance explains."""
    if evidence.holdout_proba is None or evidence.codes is None or evidence.holdout_rows is None:
        return None
    proba, y = evidence.holdout_proba, evidence.codes[evidence.holdout_rows]
    if proba.shape[1] == 2:
        said, happened = proba[:, 1], y == 1
    else:
        said, happened = proba.max(axis=1), y == predicted_codes(proba)
    error = calibration_error(said, happened)
    if len(y) < RARE_ROWS or error < MISCALIBRATED or error <= _chance_calibration_error(said):
        return []
    title = f"{evidence.name}: probabilities are off by {100 * error:.0f} points on average over the held-out rows."
    return [Finding(title, evidence.recommended)]


def edges(evidence: Evidence) -> list[Finding] | None:
    """Tuned values of the recommended model lie at the end of their ranges."""
    key = evidence.recommended or ""
    tuned, spaces = evidence.parameters.get(key, {}), evidence.spaces.get(key, {})
    if not tuned:
        return None
    found = [
        f"{name.removeprefix('estimator__')} ({value:.4g}, where {space.low:.4g} to {space.high:.4g} was searched)"
        for name, value in tuned.items()
        if isinstance(space := spaces.get(name), Range) and isinstance(value, int | float) and space.at_edge(value)
    ]
    if not found:
        return []
    verb = "lies at the end of its range" if len(found) == 1 else "lie at the end of their range"
    return [Finding(f"{evidence.name}: the best {_joined(found)} found {verb}.", key)]


def calibration_error(said: np.ndarray, happened: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: mean distance of what was said from how often it happened.

    Over up to `bins` groups of equal size by the probability `said` (rows,), weighted by their rows
    (Naeini et al. 2015, with quantile groups).

    >>> round(calibration_error(np.full(100, 0.9), np.arange(100) < 70), 3)
    0.2
    """
    edges = np.unique(np.quantile(said, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(edges, said, side="right")
    return float(np.abs(np.bincount(group, weights=said - happened)).sum() / len(said))


def _chance_calibration_error(said: np.ndarray, draws: int = 100) -> float:
    """The error that perfectly calibrated probabilities stay below 99 times in 100 (consistency resampling)."""
    random = np.random.default_rng(0)
    return float(np.quantile([calibration_error(said, random.random(len(said)) < said) for _ in range(draws)], 0.99))


def _holdout_interval(evidence: Evidence) -> tuple[float, float, float]:
    """The ranking metric on the hold-out and its interval, the very one its evaluation shows; NaN if not measurable."""
    if evidence.holdout_proba is None or evidence.codes is None or evidence.holdout_rows is None:
        return np.nan, np.nan, np.nan
    held = Judged(evidence.codes[evidence.holdout_rows], evidence.holdout_proba)
    if len(held.y) < RARE_ROWS:
        return np.nan, np.nan, np.nan
    resamples = affordable(RESAMPLES, len(held.y), held.n_classes)
    value, low, high = intervals(held, resamples, metrics=[evidence.judged])[["value", "low", "high"]].to_numpy()[0]
    return float(value), float(low), float(high)


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
