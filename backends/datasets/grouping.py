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
WRITTEN = "“missing”"  # the group of rows whose value is that very word
BINS = 4
FEW = 10  # distinct numbers that are groups of their own


@dataclass(frozen=True)
class Grouping:
    """How the rows of a table fall into groups by one column.

    Without `edges` every value is a group. With edges e1 < e2 < … the groups are "below e1", "e1 to below e2", …,
    "from the last edge on". Rows without a value are the group "missing", apart from a value that is spelt so.
    """

    column: str
    edges: tuple[float, ...] = ()
    format: ValueFormat = field(default_factory=ValueFormat)  # how the file writes the values

    @classmethod
    def of(cls, column: Column, values: pd.Series) -> Grouping:
        """A first choice: quartiles as edges of a number with more than ten values, the values themselves otherwise.

        Every edge has values on both sides. Where more than three quarters of the values are the lowest one, the edge
        is the next value, which sets the lowest against all others.

        >>> Grouping.of(Column("age", "integer"), pd.Series(range(100))).edges
        (24.8, 49.5, 74.2)
        >>> Grouping.of(Column("gain", "integer"), pd.Series([0] * 80 + list(range(10, 30)))).edges
        (10.0,)
        """
        numbers = values.dropna()
        if column.kind not in ("number", "integer") or numbers.nunique() <= FEW:
            return cls(column.name, (), column.format)
        return cls(column.name, _quartiles(np.sort(numbers.to_numpy(dtype=float))), column.format)

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
        labels = (class_label(value, self.format) for value in distinct)
        names = np.array([*(WRITTEN if label == MISSING else label for label in labels), MISSING], dtype=object)
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


def value_of(label: str) -> str:
    """The text of a group's values, for a column of texts: "" for rows without one.

    >>> value_of("f"), value_of("missing"), value_of("“missing”")
    ('f', '', 'missing')
    """
    return {MISSING: "", WRITTEN: MISSING}.get(label, label)


def groupings(dataset: Dataset, columns: tuple[str, ...]) -> tuple[Grouping, ...]:
    """A first choice of groups for each of `columns`. Raises WorkbenchError for an unknown one."""
    return tuple(Grouping.of(dataset.schema[name], dataset.frame[name]) for name in columns)


def _quartiles(ordered: np.ndarray) -> tuple[float, ...]:
    """Edges between the quarters of ascending values, with as few digits (three or more) as keep them apart.

    An edge goes to the group above it, so that one at the lowest value would leave the group below it empty.
    """
    cuts = np.quantile(ordered, np.arange(1, BINS) / BINS)
    cuts = np.unique(cuts[cuts > ordered[0]])
    if not len(cuts):
        cuts = ordered[np.searchsorted(ordered, ordered[0], side="right")][None]
    wanted = np.searchsorted(ordered, cuts)
    for digits in range(3, 17):
        edges = np.array([float(f"{cut:.{digits}g}") for cut in cuts])
        places = np.searchsorted(ordered, edges)
        # Rounding may move a few rows over an edge, but no more than one in twenty.
        if (np.diff(edges) > 0).all() and (places > 0).all() and (np.abs(places - wanted) <= len(ordered) / 20).all():
            return tuple(map(float, edges))
    return tuple(map(float, cuts))


def _short(edge: float) -> str:
    return f"{edge:,.10g}"
