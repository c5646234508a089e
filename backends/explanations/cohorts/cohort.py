"""A cohort: the rows that meet one to three conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.cohorts.condition import Condition

MOST = 3  # more conditions and nobody knows any more whom they are about


@dataclass(frozen=True)
class Cohort:
    """Rows that meet every one of `conditions`; `name` is what the user calls them.

    >>> cohort = Cohort.of(Condition("age", "between", (40, 60)), Condition("job", "is", ("clerk",)))
    >>> cohort.words
    "age from 40 to below 60 and job is 'clerk'"
    >>> cohort.mask(pd.DataFrame({"age": [40, 50, 60], "job": ["clerk", "cook", "clerk"]})).tolist()
    [True, False, False]
    >>> Cohort.from_dict(cohort.to_dict()) == cohort
    True
    """

    name: str
    conditions: tuple[Condition, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.conditions) <= MOST:
            raise WorkbenchError(
                f"The cohort {self.name!r} has {len(self.conditions)} conditions.", hint=f"Give it one to {MOST}."
            )

    @classmethod
    def of(cls, *conditions: Condition) -> Cohort:
        """A cohort that is called what it is."""
        joined = merged(conditions)
        return cls(" and ".join(condition.words for condition in joined), joined)

    @property
    def words(self) -> str:
        """The conditions for people."""
        return " and ".join(condition.words for condition in self.conditions)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that it is about, each once."""
        return tuple(dict.fromkeys(condition.column for condition in self.conditions))

    def mask(self, frame: pd.DataFrame) -> np.ndarray:
        """Which rows belong to it, (rows,) bool. Raises WorkbenchError when a column is absent or of another type."""
        found = np.ones(len(frame), dtype=bool)
        for condition in self.conditions:
            found &= condition.mask(frame)
        return found

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return {"name": self.name, "conditions": [condition.to_dict() for condition in self.conditions]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Cohort:
        """Read back what `to_dict` gave. Raises WorkbenchError for what is no cohort."""
        rows = data.get("conditions") if isinstance(data, Mapping) else None
        if not isinstance(rows, list | tuple):
            raise WorkbenchError(
                f"This is no cohort: {str(data)[:200]}.", hint="It needs a name and a list of conditions."
            )
        return cls(str(data.get("name", "")), tuple(Condition.from_dict(row) for row in rows))


def merged(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The same conditions with two on one column made one where one says the same.

    >>> above, below = Condition("age", "between", (30, None)), Condition("age", "between", (None, 40))
    >>> [condition.words for condition in merged((above, below))]
    ['age from 30 to below 40']
    """
    kept: list[Condition] = []
    for condition in conditions:
        for place, other in enumerate(kept):
            both = _both(other, condition)
            if both is not None:
                kept[place] = both
                break
        else:
            kept.append(condition)
    return tuple(kept)


def _both(one: Condition, other: Condition) -> Condition | None:
    """One condition that says what two on the same column say; None where no single one does."""
    if one == other:
        return one
    if (one.column, one.operator) != (other.column, other.operator):
        return None
    missing = one.or_missing and other.or_missing
    if one.operator == "is not":
        return replace(one, values=tuple(dict.fromkeys(one.values + other.values)), or_missing=missing)
    if one.operator != "between":
        return None
    low: Any = max((end for end in (one.values[0], other.values[0]) if end is not None), default=None)
    high: Any = min((end for end in (one.values[1], other.values[1]) if end is not None), default=None)
    if low is not None and high is not None and low >= high:
        return None
    return replace(one, values=(low, high), or_missing=missing)
