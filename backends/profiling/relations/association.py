"""How strongly columns go together, pair by pair, whatever their kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from backends.datasets.wording import number_of
from backends.profiling.budget import Budget, Sample
from backends.profiling.relations.clustering import clustered
from backends.profiling.relations.columns import Levelled, Loaded, load, sort_out
from backends.profiling.relations.correlation import correlations, standardised
from backends.profiling.relations.nominal import contingency, correlation_ratios, cramers_v
from backends.profiling.relations.screening import FEWEST, strongest
from backends.profiling.values import Values

MOST = 60  # columns of a matrix; more cannot be read
CELLS_PER_SECOND = 250_000  # leaves the other parts of a profile their time
MEASURES = ("Pearson", "Spearman", "Cramér's V", "correlation ratio")
PEARSON, SPEARMAN, CRAMER, RATIO = range(len(MEASURES))


@dataclass(frozen=True)
class Associations:
    """The associations between the columns of a table.

    `columns` are in clustered order; `strength` (k, k) is between 0 and 1, 1 on the diagonal, NaN where it cannot
    be measured: the larger of |Pearson| and |Spearman| between numbers and dates, bias-corrected Cramér's V between
    columns of levels, the correlation ratio corrected for the number of levels between the two. Infinite values
    count as missing. `pairs` has one row per pair, strongest first: first, second (in table order), measure, pearson,
    spearman, value (the measure's own: with its sign, or η uncorrected), strength, rows (with both values), note.
    `left_out` names the columns that are not compared (column, reason). `shown_of` is (columns shown, columns
    that can be compared): of more than MOST, those with the strongest partner are shown.
    """

    columns: tuple[str, ...]
    strength: np.ndarray = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    left_out: pd.DataFrame = field(repr=False)
    sample: Sample
    shown_of: tuple[int, int]


def associations(values: Values, budget: Budget, columns: Sequence[str] | None = None) -> Associations:
    """The associations between all columns, or between `columns`.

    Free text, columns whose values hardly repeat and columns of one value are left out. In a table with more than
    MOST columns that can be compared, those with the strongest partner are chosen, by a first look at a small
    sample of rows; `columns` chooses others. Raises WorkbenchError for an unknown column.
    """
    if columns is None:
        columns = values.dataset.schema.names
    else:
        columns = values.dataset.schema.select(tuple(dict.fromkeys(columns))).names
    able, left = sort_out(values, columns)
    chosen = able if len(able) <= MOST else strongest(values, able, MOST, budget.seed)
    sample = budget.sample(values.rows, len(chosen), CELLS_PER_SECOND)
    loaded, constant = _varying(load(values, chosen, sample))
    left = pd.concat([left, constant], ignore_index=True) if len(constant) else left
    squares = _measured(loaded)
    order = clustered(squares.strength)
    return Associations(
        columns=tuple(loaded.names[at] for at in order),
        strength=squares.strength[np.ix_(order, order)],
        pairs=_pairs(loaded, squares, {name: place for place, name in enumerate(columns)}),
        left_out=left,
        sample=sample,
        shown_of=(len(order), len(able) - len(constant)),
    )


@dataclass(frozen=True)
class _Squares:
    """What is known of each pair, as arrays (k, k); `measure` is a position in MEASURES."""

    pearson: np.ndarray
    spearman: np.ndarray
    measure: np.ndarray
    value: np.ndarray
    strength: np.ndarray
    rows: np.ndarray

    @classmethod
    def empty(cls, size: int) -> _Squares:
        nothing = [np.full((size, size), np.nan) for _ in range(4)]
        whole = [np.zeros((size, size), dtype=np.int64) for _ in range(2)]
        return cls(nothing[0], nothing[1], whole[0], nothing[2], nothing[3], whole[1])

    def put(self, first: int, second: int, measure: int, found: tuple[float, float, int]) -> None:
        """Enter a pair's (value, strength, rows) on both sides of the diagonal."""
        for at in ((first, second), (second, first)):
            self.measure[at] = measure
            self.value[at], self.strength[at], self.rows[at] = found


def _varying(loaded: Loaded) -> tuple[Loaded, pd.DataFrame]:
    """Without the columns of fewer than two values, which are given with the reason."""
    present = (~np.isnan(loaded.matrix)).any(axis=1)
    low, high = (part.reduce(loaded.matrix, axis=1, initial=np.nan) for part in (np.fmin, np.fmax))
    varies = low < high
    kept = [column for column in loaded.levelled if column.levels > 1]
    gone = [(name, bool(some)) for name, some, ok in zip(loaded.quantities, present, varies, strict=True) if not ok]
    gone += [(column.name, column.levels == 1) for column in loaded.levelled if column.levels < 2]
    reasons = [
        (name, "one value only" if some else "no values (infinite ones are not compared)") for name, some in gone
    ]
    names = tuple(name for name, ok in zip(loaded.quantities, varies, strict=True) if ok)
    return Loaded(names, loaded.matrix[varies], tuple(kept)), pd.DataFrame(reasons, columns=["column", "reason"])


def _measured(loaded: Loaded) -> _Squares:
    squares = _Squares.empty(len(loaded.names))
    _measure_quantities(squares, loaded.matrix)
    _measure_ratios(squares, loaded)
    for at, first in enumerate(loaded.levelled):
        for to, second in enumerate(loaded.levelled[:at]):
            table = contingency(first.codes, second.codes, (first.levels, second.levels))
            v = cramers_v(table)
            places = len(loaded.quantities) + at, len(loaded.quantities) + to
            squares.put(*places, CRAMER, (v, v, int(table.sum())))
    few = squares.rows < FEWEST
    squares.value[few] = squares.strength[few] = np.nan
    np.fill_diagonal(squares.strength, 1.0)
    return squares


def _measure_quantities(squares: _Squares, matrix: np.ndarray) -> None:
    found, corner = correlations(matrix), np.s_[: len(matrix), : len(matrix)]
    linear, ranked = np.nan_to_num(np.abs([found.pearson, found.spearman]))
    squares.pearson[corner], squares.spearman[corner], squares.rows[corner] = found.pearson, found.spearman, found.rows
    squares.measure[corner] = np.where(linear > ranked, PEARSON, SPEARMAN)
    squares.value[corner] = np.where(linear > ranked, found.pearson, found.spearman)
    squares.strength[corner] = np.abs(squares.value[corner])


def _measure_ratios(squares: _Squares, loaded: Loaded) -> None:
    scaled = standardised(loaded.matrix)
    for place, column in enumerate(loaded.levelled, start=len(loaded.quantities)):
        for at, ratio in enumerate(correlation_ratios(column.codes.astype(np.intp), loaded.matrix, scaled)):
            squares.put(at, place, RATIO, (ratio.eta, ratio.corrected, ratio.rows))


def _pairs(loaded: Loaded, squares: _Squares, places: dict[str, int]) -> pd.DataFrame:
    """One row per pair of columns, named in table order, the strongest first."""
    table_order = np.argsort([places[name] for name in loaded.names])
    upper = np.triu_indices(len(table_order), 1)
    at = table_order[upper[0]], table_order[upper[1]]
    names = np.array([*loaded.names, ""], dtype=object)[:-1]
    frame = pd.DataFrame(
        {
            "first": pd.Series(names[at[0]], dtype="str"),
            "second": pd.Series(names[at[1]], dtype="str"),
            "measure": pd.Series(np.array(MEASURES, dtype=object)[squares.measure[at]], dtype="str"),
            **{key: getattr(squares, key)[at] for key in ("pearson", "spearman", "value", "strength", "rows")},
            "note": pd.Series(_notes(loaded.levelled, names, squares, at), dtype="str"),
        }
    )
    return frame.sort_values("strength", ascending=False, kind="stable", ignore_index=True)


def _notes(
    levelled: tuple[Levelled, ...], names: np.ndarray, squares: _Squares, at: tuple[np.ndarray, np.ndarray]
) -> list[str]:
    lumped = {
        column.name: f"the {number_of(column.lumped, 'rarest level')} of {column.name!r} count as one"
        for column in levelled
        if column.lumped
    }
    notes = []
    for first, second, rows, strength in zip(*at, squares.rows[at].tolist(), squares.strength[at], strict=True):
        parts = [lumped[name] for name in (names[first], names[second]) if name in lumped]
        if np.isnan(strength):
            parts.insert(0, f"not measurable ({number_of(rows, 'row')} with both values)")
        notes.append("; ".join(parts))
    return notes
