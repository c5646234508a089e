"""Which other column a column goes together with, and whether partial dependence can be trusted then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.datasets.schema import Dataset, Schema
from backends.explanations.coding import QUANTITIES
from backends.explanations.effects.effect import column_of, rows_of
from backends.profiling.budget import Sample
from backends.profiling.relations.columns import codes_of, levels_of, numbers_of, why_not
from backends.profiling.relations.correlation import standardised
from backends.profiling.relations.nominal import contingency, correlation_ratio, cramers_v
from backends.profiling.relations.ranks import average_ranks
from backends.profiling.values import Values
from backends.training.results import TrainedModel

STRONG = 0.5
ROWS = 2_000
FEWEST = 20  # rows with both values


@dataclass(frozen=True)
class Partner:
    """The column that goes most closely together with another.

    `strength` is between 0 and 1: |Spearman's ρ| between numbers and dates, the correlation ratio corrected for the
    number of levels between a number and a column of levels, bias-corrected Cramér's V between two of levels.
    """

    column: str
    partner: str
    measure: str
    strength: float

    @property
    def strong(self) -> bool:
        """Whether partial dependence would ask about many rows that could not be."""
        return self.strength >= STRONG

    @property
    def words(self) -> str:
        """The finding in a sentence, with what follows from it."""
        told = f"{self.column!r} goes together with {self.partner!r} ({self.measure} {self.strength:.2f})"
        if not self.strong:
            return f"{told} at most, so that partial dependence asks about rows that could well be."
        return (
            f"{told}: giving every row the same value makes rows that hardly occur. "
            "Accumulated local effects only compare rows with values near their own."
        )


def correlated(model: TrainedModel, column: str, rows: pd.DataFrame | None = None, seed: int = 0) -> Partner | None:
    """The strongest partner of `column` among the model's columns; None where nothing can be measured.

    From at most 2,000 of the rows (the held-out ones unless given), seeded; free text, columns whose values hardly
    repeat and pairs with fewer than 20 rows are not compared. Raises WorkbenchError for an unknown column.
    """
    about = column_of(model, column)
    chosen, _ = rows_of(model.holdout if rows is None else rows, ROWS, seed)
    names = list(model.schema.names)
    values = Values(Dataset(chosen[names], Schema(tuple(model.schema))))
    able = [other for other in names if other != column and not why_not(values, other)]
    quantities = [other for other in able if values.column(other).kind in QUANTITIES]
    levelled = [other for other in able if values.column(other).kind not in QUANTITIES]
    measure = _of_quantity if about.kind in QUANTITIES else _of_levels
    found = [entry for entry in measure(values, column, (quantities, levelled)) if not np.isnan(entry[2])]
    return max((Partner(column, *entry) for entry in found), key=lambda partner: partner.strength, default=None)


Entry = tuple[str, str, float]  # partner, measure, strength


def _of_quantity(values: Values, column: str, others: tuple[list[str], list[str]]) -> list[Entry]:
    whole = Sample(values.rows, values.rows)
    matrix = average_ranks(numbers_of(values, [column, *others[0]], whole))
    strengths = np.abs(_with_first(matrix))
    found = [(name, "Spearman", float(rho)) for name, rho in zip(others[0], strengths, strict=True)]
    numbers = numbers_of(values, [column], whole)[0]
    return found + [(name, "correlation ratio", _ratio(values, name, numbers)) for name in others[1]]


def _of_levels(values: Values, column: str, others: tuple[list[str], list[str]]) -> list[Entry]:
    whole = Sample(values.rows, values.rows)
    found = [
        (name, "correlation ratio", _ratio(values, column, numbers))
        for name, numbers in zip(others[0], numbers_of(values, others[0], whole), strict=True)
    ]
    mine = levels_of(values, column, whole)
    for name in others[1]:
        other = levels_of(values, name, whole)
        table = contingency(mine.codes, other.codes, (mine.levels, other.levels))
        found.append((name, "Cramér's V", cramers_v(table) if table.sum() >= FEWEST else float("nan")))
    return found


def _ratio(values: Values, levelled: str, numbers: np.ndarray) -> float:
    codes, _ = codes_of(values, levelled)
    ratio = correlation_ratio(codes.astype(np.intp), numbers)
    return ratio.corrected if ratio.rows >= FEWEST else float("nan")


def _with_first(ranks: np.ndarray) -> np.ndarray:
    """Pearson's r of the first row with every other, over the entries where both are present; NaN of too few."""
    there = ~np.isnan(ranks)
    both = (there[1:] & there[0]).astype(np.float64)
    scaled = standardised(ranks)
    mine, others, rows = scaled[0], scaled[1:], both.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = both @ mine / rows, (others * both).sum(axis=1) / rows
        spread = (both @ mine**2 / rows - first**2) * ((others**2 * both).sum(axis=1) / rows - second**2)
        found = (others @ mine / rows - first * second) / np.sqrt(spread)
    return np.where((rows >= FEWEST) & (spread > 1e-12), np.clip(found, -1.0, 1.0), np.nan)
