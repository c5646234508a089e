"""What a fairness assessment costs beside Fairlearn's bootstrap: ``python -m benchmarks.fairness``.

50,000 rows in 8 groups. The workbench: `assess_decisions` with all 14 measures, 2,000 resamples, gaps and tests; the
quickest of three runs. Fairlearn: `MetricFrame` with five rates and its own bootstrap of 2 resamples, the point values'
time taken off and the rest scaled to 2,000 (its resamples cost the same each). Both give the same values by group.
"""

from __future__ import annotations

import time

import numpy as np

from backends.fairness import FairnessReport, assess_decisions
from benchmarks._rows import Bar, Row, report

ROWS, GROUPS, RESAMPLES, THEIR_RESAMPLES = 50_000, 8, 2_000, 2
BAR = Bar("<=", 2, "here")  # seconds
ROUNDS = 3
KEYS = ("selection_rate", "accuracy", "tpr", "fpr", "ppv")


def main() -> None:
    """Measure and report."""
    y, decisions, scores, groups = table()
    seconds, found = min(
        (timed_assessment(y, decisions, scores, groups) for _ in range(ROUNDS)), key=lambda run: run[0]
    )
    point, values = timed_frame(y, decisions, groups, None)
    drawn, _ = timed_frame(y, decisions, groups, THEIR_RESAMPLES)
    theirs = point + max(drawn - point, 0) / THEIR_RESAMPLES * RESAMPLES
    ours = found.wide.set_index("group")[list(KEYS)].sort_index().to_numpy()
    apart = np.abs(ours - values).max()
    print(f"{ROWS:,} rows, {GROUPS} groups, {RESAMPLES:,} resamples; values differ by at most {apart:.1e}\n")
    peer = f"Fairlearn, {len(KEYS)} of them, scaled from {THEIR_RESAMPLES} resamples"
    report("fairness", [Row("14 measures of all groups", seconds, "s", peer, theirs, (BAR,))])


def table() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Truth, decisions, probabilities and groups, with a bias against one group."""
    random = np.random.default_rng(0)
    groups = random.integers(GROUPS, size=ROWS).astype(str)
    scores = random.random(ROWS)
    y = (random.random(ROWS) < scores).astype(int)
    return y, (scores > np.where(groups == "3", 0.6, 0.5)).astype(int), scores, groups


def timed_assessment(
    y: np.ndarray, decisions: np.ndarray, scores: np.ndarray, groups: np.ndarray
) -> tuple[float, FairnessReport]:
    began = time.perf_counter()
    report = assess_decisions(y, decisions, groups, scores)
    return time.perf_counter() - began, report


def timed_frame(
    y: np.ndarray, decisions: np.ndarray, groups: np.ndarray, resamples: int | None
) -> tuple[float, np.ndarray]:
    """Fairlearn's seconds and its values, groups in the order of their names and columns as `KEYS`."""
    from fairlearn import metrics
    from sklearn.metrics import accuracy_score, precision_score

    functions = (
        *(metrics.selection_rate, accuracy_score),
        *(metrics.true_positive_rate, metrics.false_positive_rate, precision_score),
    )
    rates = dict(zip(KEYS, functions, strict=True))
    bootstrap = {} if resamples is None else {"n_boot": resamples, "ci_quantiles": [0.025, 0.975], "random_state": 0}
    began = time.perf_counter()
    frame = metrics.MetricFrame(metrics=rates, y_true=y, y_pred=decisions, sensitive_features=groups, **bootstrap)
    return time.perf_counter() - began, frame.by_group[list(KEYS)].sort_index().to_numpy()


if __name__ == "__main__":
    main()
