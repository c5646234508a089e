"""Where values are missing, in which combinations, and in which part of the file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from backends.profiling.budget import Budget, Sample
from backends.profiling.missing.masks import gaps_of, pattern_ids, rows_both
from backends.profiling.relations.correlation import standardised
from backends.profiling.relations.screening import Signatures, best_partners, screen_sample
from backends.profiling.values import Values

MOST = 60  # columns, and bins of rows, of a picture
PATTERNS = 30
TOGETHER = ("first", "second", "rows_both", "phi", "overlap")


@dataclass(frozen=True)
class MissingPattern:
    """The missing values of a table; every count is exact.

    `columns`: column, missing (rows), share (of the rows); those with missing values, most first. `patterns`: the
    most frequent sets of columns that are missing in the same rows: columns (a tuple), rows, share; complete rows
    are counted by `complete_rows`, and `patterns_left` counts the patterns that are not listed. `together`: pairs
    of columns, those that are missing together most first: first, second, rows_both, phi (the correlation of the
    two masks, -1 to 1; NaN for a column without values), overlap (the share of the gaps of the column with fewer
    that are gaps of the other too). `matrix`: the share of missing values per bin of rows in file order and
    column; its index is the bin's first row, from 1. `shown_of` is (columns in `together`, columns with missing
    values): of more than MOST, those whose gaps have the strongest partner; `matrix_of` the same for the matrix,
    which shows those with the most gaps, in table order.
    """

    columns: pd.DataFrame = field(repr=False)
    patterns: pd.DataFrame = field(repr=False)
    together: pd.DataFrame = field(repr=False)
    matrix: pd.DataFrame = field(repr=False)
    rows: int
    complete_rows: int
    patterns_left: int
    sample: Sample
    shown_of: tuple[int, int]
    matrix_of: tuple[int, int]


def missing_pattern(values: Values, budget: Budget) -> MissingPattern:
    """Count the missing values of a table, column by column, together, and along the file."""
    gaps = gaps_of(values)
    counts = pd.Series({name: int(mask.sum()) for name, mask in gaps.items()}, dtype="int64")
    patterns, patterns_left = _patterns(gaps, values.rows)
    paired = list(gaps) if len(gaps) <= MOST else _strongest(gaps, values.rows, budget.seed)
    largest = set(counts.sort_values(ascending=False, kind="stable").index[:MOST])
    drawn = [name for name in gaps if name in largest]
    return MissingPattern(
        columns=_columns(counts, values.rows),
        patterns=patterns,
        together=_together({name: gaps[name] for name in paired}),
        matrix=_matrix({name: gaps[name] for name in drawn}, values.rows),
        rows=values.rows,
        complete_rows=_complete(gaps, values.rows),
        patterns_left=patterns_left,
        sample=Sample(values.rows, values.rows),
        shown_of=(len(paired), len(gaps)),
        matrix_of=(len(drawn), len(gaps)),
    )


def _columns(counts: pd.Series, rows: int) -> pd.DataFrame:
    ordered = counts.sort_values(ascending=False, kind="stable")
    frame = pd.DataFrame({"column": ordered.index.astype("str"), "missing": ordered.to_numpy()})
    return frame.assign(share=frame["missing"] / max(rows, 1))


def _patterns(gaps: dict[str, np.ndarray], rows: int) -> tuple[pd.DataFrame, int]:
    """The most frequent patterns that have a gap, and the number of patterns that are not among them."""
    ids, example = pattern_ids(list(gaps.values()), rows)
    counts = np.bincount(ids, minlength=len(example))
    lacking = np.zeros(len(example), dtype=bool)
    for mask in gaps.values():
        lacking |= mask[example]
    ordered = [at for at in np.argsort(-counts, kind="stable").tolist() if lacking[at]]
    shown = ordered[:PATTERNS]
    names = [tuple(name for name, mask in gaps.items() if mask[example[at]]) for at in shown]
    frame = pd.DataFrame({"columns": pd.Series(names, dtype=object), "rows": counts[shown]})
    return frame.assign(share=frame["rows"] / max(rows, 1)), len(ordered) - len(shown)


def _complete(gaps: dict[str, np.ndarray], rows: int) -> int:
    lacking = np.zeros(rows, dtype=bool)
    for mask in gaps.values():
        lacking |= mask
    return rows - int(lacking.sum())


def _together(gaps: dict[str, np.ndarray]) -> pd.DataFrame:
    names, rows = list(gaps), len(next(iter(gaps.values()), ()))
    both = rows_both(list(gaps.values()))
    own = np.diagonal(both).astype(np.float64)
    first, second = np.triu_indices(len(names), 1)
    shared, one, two = both[first, second], own[first], own[second]
    spread = one * (rows - one) * two * (rows - two)
    covariance = shared * float(rows) - one * two
    phi = np.divide(covariance, np.sqrt(spread), out=np.full(len(first), np.nan), where=spread > 0)
    frame = pd.DataFrame(
        {
            "first": pd.Series([names[at] for at in first.tolist()], dtype="str"),
            "second": pd.Series([names[at] for at in second.tolist()], dtype="str"),
            "rows_both": shared,
            "phi": np.clip(phi, -1.0, 1.0),
            "overlap": shared / np.minimum(one, two),
        }
    )
    return frame.sort_values(["phi", "rows_both"], ascending=False, kind="stable", ignore_index=True)


def _matrix(gaps: dict[str, np.ndarray], rows: int) -> pd.DataFrame:
    edges = np.unique(np.linspace(0, rows, min(MOST, rows) + 1).astype(np.intp))
    sizes = np.diff(edges)
    columns = {name: np.add.reduceat(mask, edges[:-1], dtype=np.int64) / sizes for name, mask in gaps.items()}
    return pd.DataFrame(columns, index=pd.Index(edges[:-1] + 1, name="first_row"))


def _strongest(gaps: dict[str, np.ndarray], rows: int, seed: int) -> list[str]:
    """The columns whose masks have the strongest partner, in table order."""
    sample = screen_sample(rows, len(gaps), seed)
    masks = np.array([sample.take(mask) for mask in gaps.values()])
    scaled = np.empty(masks.shape, dtype=np.float32)
    for start in range(0, len(masks), 512):
        scaled[start : start + 512] = standardised(masks[start : start + 512].astype(np.float64))
    best = best_partners(Signatures(scaled, None, np.arange(len(masks) + 1)))
    names = list(gaps)
    return [names[at] for at in np.sort(np.argsort(-best, kind="stable")[:MOST])]
