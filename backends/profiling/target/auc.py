"""How well one feature alone puts rows of a class before the others: the area under the ROC curve, with its interval.

The AUC of a class is the chance that a row of it has a larger value than a row of another class, equal values
counting half. With several classes each is set against the rest, and the mean is weighted by the classes' rows.
The interval is that of DeLong, DeLong & Clarke-Pearson (1988). For a weighted mean the same placements are used:
each row adds to the estimate through the pairs it is part of, classes are independent samples, so the variance is
the sum over classes of n / (n - 1) · Σ (contribution - class mean)². For two classes this is DeLong's own formula.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.profiling.blocks import Ranked
from backends.profiling.intervals import Z95

LEAST = 2  # rows of a class and of the rest, under which a class has no AUC


@dataclass(frozen=True)
class Area:
    """AUC and the ends of its 95 % interval, per column; NaN where no class has two rows against two others."""

    auc: np.ndarray
    low: np.ndarray
    high: np.ndarray


def rank_auc(ranked: Ranked, codes: np.ndarray, classes: int) -> Area:
    """The AUC of the values themselves, per column, turned to at least 0.5 for each class.

    `codes` (rows,) are the classes of the rows. Rows without a value take no part. A feature that tells the
    classes apart other than by more or less (both ends against the middle) has an AUC near 0.5.
    """
    columns, width = ranked.order.shape
    label = np.where(ranked.there, codes[ranked.order], classes)
    cell = (label + np.arange(columns)[:, None] * (classes + 1)).ravel()
    ranks = ranked.ranks
    shape = (columns, classes + 1)
    n = _sums(cell, None, shape)[:, :-1]
    rest = ranked.present[:, None] - n
    weight = _weights(n, rest)
    with np.errstate(divide="ignore", invalid="ignore"):
        raw = (_sums(cell, ranks, shape)[:, :-1] - n * (n + 1) / 2) / (n * rest)
        side = np.where(raw >= 0.5, 1.0, -1.0)
        if classes == 2:
            side[:, 1] = -side[:, 0]  # one turn for both, at 0.5 as well
        pair = np.where(weight > 0, side * weight / (n * rest), 0.0)  # what one pair of rows counts
    per_row = np.append(pair, np.zeros((columns, 1)), axis=1).ravel()[cell].reshape(columns, width)
    reached = per_row * ranks + ranked.above(per_row)
    auc = (weight * np.where(weight > 0, 0.5 + side * (raw - 0.5), 0.0)).sum(axis=1)
    variance = _variance(cell, reached, shape)[:, :-1]
    return _area(auc, variance.sum(axis=1), n, weight)


def rate_auc(counts: np.ndarray, rates: np.ndarray) -> Area:
    """The AUC of predicted class rates, of one column: an array of one entry in each field.

    `counts` (cells, classes) are the rows of groups of rows with equal prediction, `rates` (cells, classes)
    the predictions. It is not turned: predictions that mislead have an AUC under 0.5.
    """
    n = counts.sum(axis=0)
    rest = n.sum() - n
    weight = _weights(n[None], rest[None])[0]
    over, under = np.zeros_like(rates), np.zeros_like(rates)  # the pairs won by a row of the class, and of the rest
    for label in np.flatnonzero(weight):
        over[:, label], under[:, label] = _placements(rates[:, label], counts[:, label], counts.sum(axis=1))
    with np.errstate(divide="ignore", invalid="ignore"):
        pair = np.where(weight > 0, weight / (n * rest), 0.0)
    auc = float((pair * (counts * over).sum(axis=0)).sum())
    lost = pair * under
    reached = pair * over + (lost.sum(axis=1, keepdims=True) - lost)
    mean = (counts * reached).sum(axis=0) / np.maximum(n, 1)
    spread = (counts * (reached - mean) ** 2).sum(axis=0) * n / np.maximum(n - 1, 1)
    return _area(np.array([auc]), spread.sum()[None], n[None], weight[None])


def _placements(rate: np.ndarray, own: np.ndarray, every: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per cell: the rest's rows below it and the class's rows above it, equal ones counting half."""
    _, group = np.unique(rate, return_inverse=True)
    inside = np.bincount(group, own)
    outside = np.bincount(group, every - own)
    below = np.cumsum(outside) - outside / 2
    above = inside.sum() - np.cumsum(inside) + inside / 2
    return below[group], above[group]


def _weights(n: np.ndarray, rest: np.ndarray) -> np.ndarray:
    """The share of each class that can be measured, per column; 0 for all where none can."""
    measured = np.where((n >= LEAST) & (rest >= LEAST), n, 0.0)
    return measured / np.maximum(measured.sum(axis=1, keepdims=True), 1.0)


def _sums(cell: np.ndarray, entries: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray:
    weights = None if entries is None else entries.ravel()
    return np.bincount(cell, weights, minlength=shape[0] * shape[1]).reshape(shape)


def _variance(cell: np.ndarray, reached: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """n / (n - 1) · Σ (contribution - class mean)² per column and class."""
    n = _sums(cell, None, shape)
    mean = _sums(cell, reached, shape) / np.maximum(n, 1)
    spread = _sums(cell, (reached - mean.ravel()[cell].reshape(reached.shape)) ** 2, shape)
    return spread * n / np.maximum(n - 1, 1)


def _area(auc: np.ndarray, variance: np.ndarray, n: np.ndarray, weight: np.ndarray) -> Area:
    """Without any pair out of order the variance is 0, which says nothing. The fewest rows of a class, m, make m
    pairs that share no row; all of them are in order with a chance of at most AUC^m, so low is 0.025^(1/m).
    """
    measured = weight.any(axis=1)
    half = Z95 * np.sqrt(variance)
    fewest = np.where(weight > 0, n, np.iinfo(np.int64).max).min(axis=1)
    low = np.where(auc > 1 - 1e-12, 0.025 ** (1 / fewest), auc - half)
    ends = np.clip(auc, 0, 1), np.clip(low, 0, 1), np.clip(auc + half, 0, 1)
    return Area(*(np.where(measured, end, np.nan) for end in ends))
