"""Columns of numbers and dates, many at a time: one sort of a block gives nearly everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.profiling.facts.order import Runs, directions, most_frequent, runs
from backends.profiling.facts.quantities import Quantities
from backends.profiling.facts.result import Part, Top
from backends.profiling.values import PER_SECOND
from backends.profiling.wording import as_text

FEW = 50  # an integer column with at most so many values is told by them
TOPS = 10
FIRST, LAST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
MEASURED = ("number", "integer")


@dataclass(frozen=True)
class Item:
    """One column on its way: its place in the table and its values."""

    position: int
    name: str
    kind: str
    series: pd.Series


@dataclass(frozen=True)
class Block:
    """Columns of one dtype: `cells` (columns × rows, float64 or int64) and where they are `absent`.

    An absent number is NaN, an absent integer or date the largest integer: sorted, it is behind all others. Dates
    are counted in `unit` since 1970; of others it is "".
    """

    cells: np.ndarray
    absent: np.ndarray
    unit: str = ""

    def written(self, cell: np.generic) -> str:
        """A cell as text."""
        return as_text(cell.astype(f"datetime64[{self.unit}]") if self.unit else cell)


def describe_numeric(items: Sequence[Item]) -> Part:
    """The facts of columns of one dtype (with at least one row): numbers, whole numbers or dates."""
    block = _block(items)
    rows = block.cells.shape[1]
    present = rows - np.count_nonzero(block.absent, axis=1)
    part = Part([item.position for item in items])
    part.figures |= {"missing": rows - present, "sorted": directions(block.cells, block.absent)}
    block.cells.sort(axis=1)
    _add_runs(part, items, block, present)
    if block.unit:
        ends = [(row[0], row[size - 1]) if size else None for row, size in zip(block.cells, present, strict=True)]
        part.figures["first"] = [block.written(end[0]) if end else "" for end in ends]
        part.figures["last"] = [block.written(end[1]) if end else "" for end in ends]
    if block.unit or any(item.kind in MEASURED for item in items):
        _add_quantities(part, items, block, present)
    return part


def _block(items: Sequence[Item]) -> Block:
    dtype = items[0].series.dtype
    shape = (len(items), len(items[0].series))
    cells = np.empty(shape, dtype=np.float64 if dtype.kind == "f" else np.int64)
    absent = np.zeros(shape, dtype=bool)
    for row, item in enumerate(items):
        if isinstance(dtype, np.dtype):
            cells[row] = item.series.to_numpy().view(np.int64 if dtype.kind == "M" else dtype)
        else:
            absent[row] = item.series.isna()
            cells[row] = item.series.to_numpy(dtype=cells.dtype, na_value=LAST if dtype.kind != "f" else np.nan)
    if dtype.kind == "f":
        np.isnan(cells, out=absent)
    if not isinstance(dtype, np.dtype) or dtype.kind != "M":
        return Block(cells, absent)
    np.equal(cells, FIRST, out=absent)  # what NumPy keeps for a missing date
    cells[absent] = LAST
    return Block(cells, absent, np.datetime_data(str(dtype))[0])


def _add_runs(part: Part, items: Sequence[Item], block: Block, present: np.ndarray) -> None:
    """Distinct values, the mode, and the most frequent values where they tell something."""
    found = runs(block.cells, present)
    flat = block.cells.reshape(-1)
    modes, counts = [""] * len(items), np.zeros(len(items), dtype=np.int64)
    for row, (item, first, distinct) in enumerate(zip(items, found.first, found.distinct, strict=True)):
        if not distinct:
            continue
        longest = first + found.lengths[first : first + distinct].argmax()
        modes[row], counts[row] = block.written(flat[found.starts[longest]]), found.lengths[longest]
        if item.kind not in ("number", "datetime") and (item.kind != "integer" or distinct <= FEW):
            part.tops[item.name] = _top(found, row, flat)
    part.figures |= {"distinct": found.distinct, "mode": modes, "mode_count": counts}


def _top(found: Runs, row: int, flat: np.ndarray) -> Top:
    first = found.first[row]
    chosen = first + most_frequent(found.lengths[first : first + found.distinct[row]], TOPS)
    return tuple((as_text(flat[found.starts[run]]), int(found.lengths[run])) for run in chosen)


def _add_quantities(part: Part, items: Sequence[Item], block: Block, present: np.ndarray) -> None:
    """Histograms, and statistics of what is a number by its kind: that of an identifier has no mean."""
    cells = block.cells.astype(np.float64, copy=False)
    if block.unit:
        cells /= PER_SECOND[block.unit]
    quantities = Quantities.of_sorted(cells, present)
    drawn = quantities.histograms(np.array([item.kind == "integer" for item in items]))
    for item, one in zip(items, drawn, strict=True):
        if one and item.kind in (*MEASURED, "datetime"):
            part.histograms[item.name] = one
    if block.unit:
        return
    measured = np.array([item.kind in MEASURED for item in items])
    for name, figures in quantities.statistics().items():
        part.figures[name] = np.where(measured, figures, 0 if figures.dtype.kind == "i" else np.nan)
