"""When a two-class model says yes: a threshold on its probability, one for all rows or one per group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.grouping import MISSING, Grouping
from backends.errors import WorkbenchError

HALF = 0.5
# Nearer than this to where the decision changes, a probability is a tie, and ties have one answer. The same model in
# another arithmetic (an ONNX graph adds up in another order, in places in single precision) gives probabilities that
# differ in the seventh digit; without this, a threshold that is a row's own probability would part the two.
TIE = 1e-6


def least(thresholds: np.ndarray | float) -> np.ndarray:
    """The smallest probability of the positive class that is a yes at each threshold, of the same shape.

    It is `TIE` below the threshold, so that a tie is a yes. At 0.5 it is the next number above 0.5 + `TIE` / 2: a tie
    is a no there, as the first of two equally probable classes is for scikit-learn. At 1 it is infinite: as 0 says yes
    to everybody, 1 says it to nobody, also where the model is certain.

    >>> least(0.3).item(), least(0.5).item(), least(1.0).item()
    (0.299999, 0.5000005000000001, inf)
    """
    thresholds = np.asarray(thresholds, dtype=np.float64)
    lowered = np.where(thresholds == HALF, np.nextafter(HALF + TIE / 2, 1.0), thresholds - TIE)
    return np.where(thresholds >= 1, np.inf, lowered)


@dataclass(frozen=True)
class Policy:
    """The decision that travels with a model: yes where the positive class has at least the threshold's probability.

    Probabilities within `TIE` of the threshold are ties: a yes, but at the threshold 0.5 a no; the threshold 1 says no
    to everybody (see `least`).

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
        labels[labels == ""] = MISSING  # an empty text is no value, as it is for the model
        for group, threshold in self.thresholds:
            found[(labels == np.array(group, dtype=object)).all(axis=1)] = threshold
        return found

    def decide(self, positive: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
        """Class codes, 1 for yes, from the probability of the positive class (rows,) and the rows themselves.

        >>> policy = Policy(0.5, (Grouping("sex"),), ((("f",), 0.3),))
        >>> policy.decide(np.array([0.4, 0.4]), pd.DataFrame({"sex": ["f", "m"]})).tolist()
        [1, 0]
        """
        smallest = least(self.thresholds_of(frame))
        return (np.asarray(positive, dtype=np.float64) >= smallest).astype(np.intp)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Policy:
        """Read back what `to_dict` gave."""
        by = tuple(Grouping.from_dict(row) for row in data.get("by", ()))
        thresholds = tuple((tuple(group), float(value)) for group, value in data.get("thresholds", ()))
        return cls(float(data["threshold"]), by, thresholds, str(data.get("purpose", "")))
