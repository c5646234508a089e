"""Rows as groups: by the values of a column, numbers and dates cut at edges that can be seen and changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.classes import class_label
from backends.datasets.schema import Column, Dataset, ValueFormat
from backends.errors import WorkbenchError

MISSING = "missing"
BINS = 4
FEW = 10  # distinct numbers that are groups of their own


@dataclass(frozen=True)
class Grouping:
    """How the rows of a table fall into groups by one column.

    Without `edges` every value is a group. With edges e1 < e2 < … the groups are "below e1", "e1 to below e2", …,
    "from the last edge on". Rows without a value are the group "missing".
    """

    column: str
    edges: tuple[float, ...] = ()
    format: ValueFormat = field(default_factory=ValueFormat)  # how the file writes the values

    @classmethod
    def of(cls, column: Column, values: pd.Series) -> Grouping:
        """A first choice: quartiles as edges of a number with more than ten values, the values themselves otherwise.

        >>> Grouping.of(Column("age", "integer"), pd.Series(range(100))).edges
        (24.8, 49.5, 74.2)
        """
        numbers = values.dropna()
        if column.kind not in ("number", "integer") or numbers.nunique() <= FEW:
            return cls(column.name, (), column.format)
        cuts = np.quantile(numbers.to_numpy(dtype=float), np.arange(1, BINS) / BINS)
        return cls(column.name, tuple(float(edge) for edge in np.unique(_readable(cuts))), column.format)

    def __post_init__(self) -> None:
        if any(low >= high for low, high in pairwise(self.edges)) or not np.isfinite(self.edges).all():
            cuts = ", ".join(map(_short, self.edges))
            raise WorkbenchError(
                f"The edges of {self.column!r} are {cuts}; each has to be larger than the last.",
                hint="Write them in rising order, such as 25, 40, 60.",
            )

    def labels(self, values: pd.Series) -> np.ndarray:
        """The group of each value, (rows,) of texts.

        >>> Grouping("age", (30.0, 60.0)).labels(pd.Series([20, 30, 75, None])).tolist()
        ['below 30', '30 to below 60', 'from 60', 'missing']
        """
        gone = values.isna().to_numpy()
        if self.edges:
            numbers = values.to_numpy(dtype=float, na_value=np.nan)
            names = np.array([*self.names, MISSING], dtype=object)
            places = np.searchsorted(np.array(self.edges), numbers, side="right")
            return names[np.where(gone, len(self.names), places)]
        codes, distinct = pd.factorize(values)
        names = np.array([*(class_label(value, self.format) for value in distinct), MISSING], dtype=object)
        return names[codes]  # -1, the last one, is missing

    @property
    def names(self) -> tuple[str, ...]:
        """The groups between the edges, in order; empty without edges."""
        if not self.edges:
            return ()
        cuts = [_short(edge) for edge in self.edges]
        between = [f"{low} to below {high}" for low, high in pairwise(cuts)]
        return (f"below {cuts[0]}", *between, f"from {cuts[-1]}")

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Grouping:
        """Read back what `to_dict` gave."""
        written = data.get("format", {})
        marks = {key: tuple(written.get(key, ())) for key in ("true_values", "false_values")}
        return cls(data["column"], tuple(map(float, data.get("edges", ()))), ValueFormat(**{**written, **marks}))


def groupings(dataset: Dataset, columns: tuple[str, ...]) -> tuple[Grouping, ...]:
    """A first choice of groups for each of `columns`. Raises WorkbenchError for an unknown one."""
    return tuple(Grouping.of(dataset.schema[name], dataset.frame[name]) for name in columns)


def _readable(cuts: np.ndarray) -> np.ndarray:
    """Edges of three digits."""
    return np.array([float(f"{cut:.3g}") for cut in cuts])


def _short(edge: float) -> str:
    return f"{edge:,.10g}"
