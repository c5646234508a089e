"""Pearson and Spearman of many columns at once, each pair over the rows where both have a value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from backends.profiling.relations.ranks import average_ranks, ranks_within

LEAST_SPREAD = 1e-6  # of a column's variance: a pair's rows that keep less are worked out one pair at a time


@dataclass(frozen=True)
class Correlations:
    """Of `k` columns: `pearson` and `spearman` (k, k), NaN where not defined, and `rows` (k, k) with both values."""

    pearson: np.ndarray
    spearman: np.ndarray
    rows: np.ndarray


def correlations(matrix: np.ndarray) -> Correlations:
    """Pearson's r and Spearman's ρ between the rows of `matrix` (columns × rows of the table), NaN where missing.

    Each pair is measured over the rows where both are present, as `DataFrame.corr` does; for ρ both columns are
    ranked within those rows. NaN where a column has one value only in those rows.
    """
    rows = pairwise_rows(matrix)
    ranks = average_ranks(matrix)
    return Correlations(pearson(matrix, rows), _spearman(ranks, rows), rows)


def pairwise_rows(matrix: np.ndarray) -> np.ndarray:
    """The number of table rows where both columns of a pair have a value, (k, k) int64."""
    present = (~np.isnan(matrix)).astype(np.float64)
    return np.rint(present @ present.T).astype(np.int64)


def pearson(matrix: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Pearson's r of each pair of rows of `matrix` over the entries where both are present (`rows` of them)."""
    scaled = standardised(matrix)
    with np.errstate(divide="ignore", invalid="ignore"):
        covariance, spread = _moments(scaled, ~np.isnan(matrix), rows)
        r = covariance / np.sqrt(spread * spread.T)
        fragile = (spread < LEAST_SPREAD * rows) & (rows > 1)
    for first, second in np.argwhere(np.triu(fragile | fragile.T)).tolist():
        r[first, second] = r[second, first] = pearson_of(matrix[first], matrix[second])
    r[rows < 2] = np.nan
    return np.clip(r, -1.0, 1.0)


def standardised(matrix: np.ndarray) -> np.ndarray:
    """Each row with mean 0 and variance 1 over its values, 0 where missing and in a row of one value only."""
    missing = np.isnan(matrix)
    largest = np.abs(np.where(missing, 0.0, matrix)).max(axis=1, initial=0.0, keepdims=True)
    # 1e300 squared would overflow; a power of two takes no digit from 1e9 and a little
    filled = np.ldexp(np.where(missing, 0.0, matrix), -np.frexp(largest)[1])
    count = np.maximum((~missing).sum(axis=1, keepdims=True), 1)
    filled -= filled.sum(axis=1, keepdims=True) / count
    filled[missing] = 0.0
    deviation = np.sqrt(np.einsum("ij,ij->i", filled, filled)[:, None] / count)
    filled *= np.divide(1.0, deviation, out=np.zeros_like(deviation), where=_varies(matrix)[:, None] & (deviation > 0))
    return filled


def pearson_of(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's r of one pair over the rows where both are present; NaN where one of them does not vary there.

    >>> pearson_of(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, np.nan]))
    1.0
    """
    both = ~(np.isnan(first) | np.isnan(second))
    pair = np.vstack([first[both], second[both]])
    if not _varies(pair).all():
        return float("nan")
    x, y = standardised(pair)
    # sums, not BLAS dot products: those start threads for each of thousands of short vectors
    return float(np.clip((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()), -1.0, 1.0))


def spearman_of(first: np.ndarray, second: np.ndarray) -> float:
    """Spearman's ρ of one pair, from each column's ranks, over the rows where both are present."""
    both = ~(np.isnan(first) | np.isnan(second))
    if not both.any():
        return float("nan")
    return pearson_of(ranks_within(first[both]), ranks_within(second[both]))


def _spearman(ranks: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Pearson of the ranks, ranking again where one column's gaps take rows from the other."""
    rho = pearson(ranks, rows)
    own = np.diagonal(rows)
    shortened = np.triu(rows < np.maximum(own[:, None], own[None, :])) & (rows > 1)
    for first, second in np.argwhere(shortened).tolist():
        rho[first, second] = rho[second, first] = spearman_of(ranks[first], ranks[second])
    return rho


def _moments(scaled: np.ndarray, present: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of products and, at [i, j], of squares of column i, about the means over the rows that i and j share."""
    if present.all():
        product = scaled @ scaled.T
        return product, np.broadcast_to(np.diagonal(product)[:, None], product.shape)
    there = present.astype(np.float64)
    sums = scaled @ there.T
    covariance = scaled @ scaled.T - sums * sums.T / rows
    return covariance, (scaled * scaled) @ there.T - sums * sums / rows


def _varies(matrix: np.ndarray) -> np.ndarray:
    """Whether a row holds two different values: exact, where a variance may be rounded away from 0."""
    if matrix.shape[1] == 0:
        return np.zeros(len(matrix), dtype=bool)
    return np.fmin.reduce(matrix, axis=1) < np.fmax.reduce(matrix, axis=1)
