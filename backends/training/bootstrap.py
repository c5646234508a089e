"""95 % intervals of metrics on held-out rows, all from one set of resampled rows.

The percentile bootstrap (Efron & Tibshirani 1993, chapter 13): rows are drawn with replacement, the metric
is computed on each draw, and the interval runs from the 2.5 to the 97.5 percentile. Rows are drawn without
regard to their class, because how many rows of each class a hold-out holds is chance too. All metrics share
the draws. It says how much the score would move with other rows of the same kind, for this fitted model;
it does not cover another training set, nor rows that belong together (groups, time).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from backends.training.formulas import Judged, Tally
from backends.training.scoring import METRICS, Metric

LEVEL = 0.95
RESAMPLES = 1000
FEWEST = 200  # never fewer resamples than this: the percentiles would be those of a handful of draws
WORK = 100_000_000  # resamples × rows × class columns that are spent at most
CELLS = 100_000  # resamples × rows that are in memory at once; small enough to stay in the processor's cache
MEASURED = 0.5  # an interval needs a value in at least this share of the resamples


def affordable(resamples: int, rows: int, n_classes: int) -> int:
    """How many of the wanted resamples the work bound allows.

    >>> affordable(1000, rows=10_000, n_classes=2), affordable(1000, rows=200_000, n_classes=10)
    (1000, 200)
    """
    columns = 1 if n_classes == 2 else n_classes
    return min(resamples, max(FEWEST, WORK // max(rows * columns, 1)))


def resampled(judged: Judged, resamples: int, seed: int = 0, metrics: Sequence[Metric] = METRICS) -> pd.DataFrame:
    """Each metric on every resample: one column per metric key, one row per resample, NaN if not measurable."""
    random = np.random.default_rng(seed)
    tallies = (Tally(judged, weights) for weights in _weights(random, len(judged.y), resamples))
    parts = [np.column_stack([row.formula(tally) for row in metrics]) for tally in tallies]
    return pd.DataFrame(np.concatenate(parts), columns=[row.key for row in metrics])


def intervals(
    judged: Judged, resamples: int = RESAMPLES, seed: int = 0, metrics: Sequence[Metric] = METRICS
) -> pd.DataFrame:
    """Each metric's value and 95 % interval: index metric key, columns value, low, high, resamples.

    The last column counts the resamples in which the metric could be measured (those that lost a class
    are left out); below half of them the interval is NaN. The interval is widened to hold the value itself,
    which a percentile interval near the end of the scale may miss. A metric's interval is the same whichever
    others are asked for.
    """
    everything = Tally(judged, np.ones((1, len(judged.y))))
    value = np.array([float(row.formula(everything)[0]) for row in metrics])
    draws = resampled(judged, resamples, seed, metrics).to_numpy()
    measured = (~np.isnan(draws)).sum(axis=0)
    low, high = np.full(len(metrics), np.nan), np.full(len(metrics), np.nan)
    usable = (measured >= MEASURED * resamples) & ~np.isnan(value)
    tails = [50 * (1 - LEVEL), 50 * (1 + LEVEL)]
    low[usable], high[usable] = np.nanpercentile(draws[:, usable], tails, axis=0)
    return pd.DataFrame(
        {"value": value, "low": np.minimum(low, value), "high": np.maximum(high, value), "resamples": measured},
        index=pd.Index([row.key for row in metrics], name="metric"),
    )


def _weights(random: np.random.Generator, rows: int, resamples: int) -> Iterator[np.ndarray]:
    """How often each row was drawn, in blocks of shape (some resamples, rows)."""
    block = max(1, CELLS // rows)
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = random.integers(rows, size=(size, rows)) + rows * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows).astype(np.float64)
