"""When a two-class model says yes: a threshold on its probability, one for all rows or one per group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.grouping import Grouping
from backends.errors import WorkbenchError

HALF = 0.5


@dataclass(frozen=True)
class Policy:
    """The decision that travels with a model: yes where the positive class has at least the threshold's probability.

    At the threshold 0.5 a tie is a no, as the more probable class is for scikit-learn.

    `thresholds` names groups (one label per grouping of `by`) that have a threshold of their own; all other rows,
    also of groups never seen, use `threshold`. `purpose` says in words what it was chosen for.
    """

    threshold: float = HALF
    by: tuple[Grouping, ...] = ()
    thresholds: tuple[tuple[tuple[str, ...], float], ...] = ()
    purpose: str = ""

    def __post_init__(self) -> None:
        for value in (self.threshold, *(value for _, value in self.thresholds)):
            if not 0 <= value <= 1:
                raise WorkbenchError(f"A threshold of {value:g} is no probability.", hint="Choose one from 0 to 1.")

    @property
    def plain(self) -> bool:
        """Whether it is the usual one: the more probable class, whoever it is about."""
        return self.threshold == HALF and not self.thresholds

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a row needs beside the model's features."""
        return tuple(grouping.column for grouping in self.by)

    def thresholds_of(self, frame: pd.DataFrame) -> np.ndarray:
        """The threshold of each row, (rows,). Raises WorkbenchError when a column of the groups is not there."""
        found = np.full(len(frame), self.threshold)
        if not self.thresholds:
            return found
        absent = next((name for name in self.columns if name not in frame.columns), None)
        if absent is not None:
            raise WorkbenchError(
                f"The decision depends on {absent!r}, which these rows do not have.", hint="Add the column."
            )
        labels = np.stack([grouping.labels(frame[grouping.column]) for grouping in self.by], axis=1)
        for group, threshold in self.thresholds:
            found[(labels == np.array(group, dtype=object)).all(axis=1)] = threshold
        return found

    def decide(self, positive: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
        """Class codes, 1 for yes, from the probability of the positive class (rows,) and the rows themselves.

        >>> policy = Policy(0.5, (Grouping("sex"),), ((("f",), 0.3),))
        >>> policy.decide(np.array([0.4, 0.4]), pd.DataFrame({"sex": ["f", "m"]})).tolist()
        [1, 0]
        """
        thresholds, positive = self.thresholds_of(frame), np.asarray(positive)
        tied = (thresholds == HALF) & (positive == HALF)
        return ((positive >= thresholds) & ~tied).astype(np.intp)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Policy:
        """Read back what `to_dict` gave."""
        by = tuple(Grouping.from_dict(row) for row in data.get("by", ()))
        thresholds = tuple((tuple(group), float(value)) for group, value in data.get("thresholds", ()))
        return cls(float(data["threshold"]), by, thresholds, str(data.get("purpose", "")))
