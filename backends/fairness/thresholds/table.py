"""Each group's rows in the order of their probability, so that any threshold is counted without looking at rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backends.datasets.grouping import Grouping
from backends.datasets.wording import agreeing, number_of
from backends.errors import WorkbenchError
from backends.fairness.groups import Groups, from_labels
from backends.fairness.tallies import MINIMUM_ROWS
from backends.training.policy import Policy, least

OTHERS = "all other groups"
Label = tuple[str, ...]


@dataclass(frozen=True)
class GroupScores:
    """One group's rows: probabilities of a yes in rising order, and how many of the first k truly are one."""

    label: Label
    name: str  # in words: "sex=f, age below 30"
    scores: np.ndarray  # (rows,)
    hits: np.ndarray  # (rows + 1,)

    @classmethod
    def of(cls, label: Label, name: str, y: np.ndarray, positive: np.ndarray) -> GroupScores:
        """From rows in any order."""
        order = np.argsort(positive, kind="stable")
        return cls(label, name, positive[order], np.concatenate([[0], np.cumsum(y[order])]))

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.scores)

    @property
    def positives(self) -> int:
        """How many of them truly are positive."""
        return int(self.hits[-1])

    def tally(self, thresholds: np.ndarray) -> np.ndarray:
        """The four counts at each threshold, (thresholds, 4), deciding exactly as `Policy.decide` does.

        >>> women = GroupScores.of(("f",), "sex=f", np.array([0, 1, 1]), np.array([0.2, 0.4, 0.9]))
        >>> women.tally(np.array([0.4, 0.95])).tolist()
        [[1, 0, 0, 2], [1, 0, 2, 0]]
        """
        refused = np.searchsorted(self.scores, least(thresholds), side="left")
        missed = self.hits[refused]
        spared = refused - missed
        negatives = self.rows - self.positives
        return np.stack([spared, negatives - spared, missed, self.positives - missed], axis=-1)


@dataclass(frozen=True)
class ThresholdTable:
    """What is needed to count any policy's decisions: built once, asked at every move of a slider.

    `groups` are those that are told apart, in the order of their partition; the rows of all other groups (fewer rows
    than `minimum_rows`, or hidden by the partition) are pooled in `others`: they count in the totals, use the
    policy's common threshold and are in no comparison of groups. `by` is how the groups are made, for policies that
    shall decide about other rows.
    """

    groups: tuple[GroupScores, ...]
    others: GroupScores | None = None
    by: tuple[Grouping, ...] = ()
    minimum_rows: int = MINIMUM_ROWS
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        y: np.ndarray,
        positive: np.ndarray,
        groups: Groups | Sequence[str] | np.ndarray,
        minimum_rows: int = MINIMUM_ROWS,
    ) -> ThresholdTable:
        """From truth in 0/1 (rows,), probabilities of a yes (rows,) and the groups, or a label for each row.

        >>> table = ThresholdTable.of(np.array([0, 1] * 10), np.linspace(0, 1, 20), ["f", "m"] * 10)
        >>> [(group.name, group.rows) for group in table.groups]
        [('group=f', 10), ('group=m', 10)]
        """
        y, positive = _checked(y, positive)
        parted = groups if isinstance(groups, Groups) else from_labels(groups)
        sizes = parted.rows
        told = [at for at in range(len(parted)) if sizes[at] >= minimum_rows]
        rows = [parted.codes == at for at in told]
        named = [(parted.labels[at], parted.names[at]) for at in told]
        found = tuple(GroupScores.of(*name, y[here], positive[here]) for name, here in zip(named, rows, strict=True))
        left = ~np.isin(parted.codes, told)
        others = GroupScores.of((OTHERS,), OTHERS, y[left], positive[left]) if left.any() else None
        return cls(found, others, parted.groupings, minimum_rows, _notes(parted, len(told), minimum_rows))

    @property
    def everyone(self) -> tuple[GroupScores, ...]:
        """All rows: the groups told apart, then the others."""
        return self.groups if self.others is None else (*self.groups, self.others)

    @property
    def rows(self) -> int:
        """All rows."""
        return sum(group.rows for group in self.everyone)

    @cached_property
    def pooled(self) -> np.ndarray:
        """All distinct probabilities, rising: the only places where a decision can change."""
        return np.unique(np.concatenate([group.scores for group in self.everyone]))

    def thresholds(self, policy: Policy) -> np.ndarray:
        """The policy's threshold for each of `everyone`. Raises WorkbenchError when it speaks of other groups."""
        own = dict(policy.thresholds)
        if own and policy.by != self.by:
            raise WorkbenchError(
                f"The policy tells groups apart by {', '.join(policy.columns)}, this table by "
                f"{', '.join(grouping.column for grouping in self.by)}.",
                hint="Choose the same columns and edges.",
            )
        return np.array([own.get(group.label, policy.threshold) for group in self.everyone])

    def tally(self, policy: Policy) -> np.ndarray:
        """The four counts of each of `everyone` under the policy, (groups, 4)."""
        thresholds = self.thresholds(policy)
        return np.array([g.tally(np.array([t]))[0] for g, t in zip(self.everyone, thresholds, strict=True)])


def _checked(y: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, positive = np.asarray(y), np.asarray(positive, dtype=np.float64)
    if len(y) == 0:
        raise WorkbenchError("There are no rows to choose a threshold on.", hint="Hold out a share of the rows.")
    if not np.isin(y, (0, 1)).all():
        raise WorkbenchError("A threshold needs two classes, coded 0 and 1.", hint="Choose one outcome as positive.")
    if not np.isfinite(positive).all():
        raise WorkbenchError(
            f"{int((~np.isfinite(positive)).sum()):,} of {len(y):,} rows have no probability.",
            hint="A threshold needs a model that gives probabilities.",
        )
    return y.astype(np.intp), positive


def _notes(parted: Groups, told: int, least: int) -> tuple[str, ...]:
    small = len(parted) - told
    have = agreeing(small, "has", "have")
    words = f"{small:,} of {number_of(len(parted), 'group')} {have} fewer than {least} rows: not measurable."
    return tuple(text for text in (words if small else "", parted.note) if text)
