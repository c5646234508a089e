"""A first look at all pairs of a wide table: which columns have a strong partner, by blocked matrix products.

On a small sample of rows a column becomes one or a few rows of numbers whose products are correlations: the
ranks of a quantity, and 0/1 for each of the most frequent levels of a column of levels. What looks strong here
is then measured properly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from backends.profiling.budget import Sample
from backends.profiling.relations.columns import LEVELS, QUANTITIES, levels_of, numbers_of
from backends.profiling.relations.correlation import standardised
from backends.profiling.relations.ranks import average_ranks
from backends.profiling.values import Values

WORK = 4e10  # products of two numbers: about a second
ROWS = (400, 4_000)  # looked at, at least and at most
INDICATORS = 3  # levels of a column that are looked at
STEP = 512  # rows of signatures per product
FEWEST = 5  # rows with both values; fewer look alike by chance


@dataclass(frozen=True)
class Signatures:
    """What stands for each column: `scaled` (signatures, rows) float32 with mean 0 and variance 1 over the rows
    with a value and 0 elsewhere; `present` (same shape) is 1 where there is a value, None when that is everywhere.
    The signatures of column i are from `starts[i]` up to `starts[i + 1]`."""

    scaled: np.ndarray
    present: np.ndarray | None
    starts: np.ndarray

    @property
    def columns(self) -> int:
        """The number of columns."""
        return len(self.starts) - 1


def screen_sample(rows: int, columns: int, seed: int) -> Sample:
    """The rows of the first look: fewer, the more pairs there are."""
    size = int(np.clip(WORK / max(columns, 1) ** 2, *ROWS))
    if size >= rows:
        return Sample(rows, rows)
    positions = np.random.default_rng(seed).choice(rows, size, replace=False, shuffle=False)
    return Sample(size, rows, np.sort(positions))


def signatures(values: Values, names: Sequence[str], sample: Sample) -> Signatures:
    """The signatures of the columns, in their order."""
    blocks, sizes = [], np.ones(len(names), dtype=np.intp)
    for start in range(0, len(names), STEP):
        block = names[start : start + STEP]
        quantities = [name for name in block if values.column(name).kind in QUANTITIES]
        ranked = dict(zip(quantities, average_ranks(numbers_of(values, quantities, sample)), strict=True))
        rows = [ranked[name][None, :] if name in ranked else _indicators(values, name, sample) for name in block]
        sizes[start : start + STEP] = [len(row) for row in rows]
        blocks.append(_compact(np.concatenate(rows)))
    scaled, present = (np.concatenate(part) for part in zip(*blocks, strict=True))
    there = None if present.all() else present.astype(np.float32)
    return Signatures(scaled, there, np.append(0, np.cumsum(sizes)))


def partners(signed: Signatures) -> Iterator[tuple[int, np.ndarray]]:
    """Block after block, how strongly columns go together with those in front of them: (first column of the
    block, |correlation| as columns of the block × all columns up to its end), 0 for a column and those behind it."""
    for first, last in _blocks(signed.starts):
        rows = slice(signed.starts[first], signed.starts[last])
        strength = _strength(signed, rows, int(signed.starts[last]))
        if signed.starts[-1] > signed.columns:
            strength = np.maximum.reduceat(strength, signed.starts[first:last] - signed.starts[first], axis=0)
            strength = np.maximum.reduceat(strength, signed.starts[:last], axis=1)
        strength *= np.tri(last - first, last, first - 1, dtype=np.float32)
        yield first, strength


def best_partners(signed: Signatures) -> np.ndarray:
    """How strongly each column goes together with the one it goes together with most, (columns,)."""
    best = np.zeros(signed.columns, dtype=np.float32)
    for first, strength in partners(signed):
        last = first + len(strength)
        best[first:last] = np.maximum(best[first:last], strength.max(axis=1, initial=0))
        best[:last] = np.maximum(best[:last], strength.max(axis=0, initial=0))
    return best


def strongest(values: Values, names: Sequence[str], most: int, seed: int) -> list[str]:
    """The `most` columns with the strongest partner among all, in table order."""
    best = best_partners(signatures(values, names, screen_sample(values.rows, len(names), seed)))
    return [names[at] for at in np.sort(np.argsort(-best, kind="stable")[:most])]


def _indicators(values: Values, name: str, sample: Sample) -> np.ndarray:
    """0/1 for each of the most frequent levels, NaN where missing; of two levels one says it all."""
    column = levels_of(values, name, sample, max(LEVELS, sample.rows))
    counts = np.bincount(column.codes[column.codes >= 0], minlength=1)
    shown = np.argsort(-counts, kind="stable")[: INDICATORS if column.levels > 2 else 1]
    return np.where(column.codes < 0, np.nan, column.codes == shown[:, None])


def _compact(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return standardised(matrix).astype(np.float32), ~np.isnan(matrix)


def _blocks(starts: np.ndarray) -> Iterator[tuple[int, int]]:
    """Runs of columns (first, last) with at most about STEP signatures each."""
    columns, first = len(starts) - 1, 0
    while first < columns:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + STEP, side="right")) - 1)
        yield first, min(last, columns)
        first = last


def _strength(signed: Signatures, rows: slice, end: int) -> np.ndarray:
    """|r| of the signatures `rows` with all before `end`; gaps are taken to fall at random."""
    strength = signed.scaled[rows] @ signed.scaled[:end].T
    np.abs(strength, out=strength)
    if signed.present is None:
        strength /= max(signed.scaled.shape[1], 1)
        return strength
    both = signed.present[rows] @ signed.present[:end].T
    strength /= np.maximum(both, max(FEWEST, signed.scaled.shape[1] / 20), out=both)
    return strength
