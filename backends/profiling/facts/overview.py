"""A table in a few numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from backends.datasets.schema import KINDS, Kind
from backends.profiling.facts.duplicates import duplicate_rows
from backends.profiling.values import Values

if TYPE_CHECKING:
    from backends.profiling.facts.result import Facts


@dataclass(frozen=True)
class Overview:
    """A table in a few numbers, all of them exact.

    `missing` counts cells; `duplicate_rows` counts rows that equal an earlier one in every column, a missing value
    being equal to a missing value; `complete_rows` have no missing value; `memory` is in bytes; `kinds` says how many
    columns there are of each kind that occurs, in the order of `KINDS`.
    """

    rows: int
    columns: int
    missing: int
    duplicate_rows: int
    complete_rows: int
    memory: int
    kinds: Mapping[Kind, int]

    @property
    def cells(self) -> int:
        """Rows times columns."""
        return self.rows * self.columns

    @property
    def missing_share(self) -> float:
        """The share of the cells that are missing; 0 for a table without cells."""
        return self.missing / self.cells if self.cells else 0.0


def overview(values: Values, facts: Facts) -> Overview:
    """The table in a few numbers, from the facts of its columns."""
    counted = facts.table["kind"].value_counts()
    return Overview(
        rows=values.rows,
        columns=len(facts.table),
        missing=int(facts.table["missing"].sum()),
        duplicate_rows=int(np.count_nonzero(duplicate_rows(values))),
        complete_rows=_complete_rows(values, facts),
        memory=int(facts.table["memory"].sum()),
        kinds={kind: int(counted[kind]) for kind in KINDS if kind in counted},
    )


def _complete_rows(values: Values, facts: Facts) -> int:
    gaps = facts.table.loc[facts.table["missing"] > 0, "column"]
    incomplete = np.zeros(values.rows, dtype=bool)
    for name in gaps:
        incomplete |= values.missing(name)
    return values.rows - int(np.count_nonzero(incomplete))
