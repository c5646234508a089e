"""A table known in a minute: what it is, what to look at first, and everything else when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa

from backends.datasets.schema import Dataset
from backends.profiling.budget import Budget
from backends.profiling.facts import Facts, Overview, facts, overview
from backends.profiling.values import Values

if TYPE_CHECKING:
    from backends.profiling.alert import Alert
    from backends.profiling.missing import MissingPattern
    from backends.profiling.relations import Associations
    from backends.profiling.target import TargetView


@dataclass(frozen=True)
class Profile:
    """What is known about a table.

    `overview` and `facts` are there at once; alerts, relations, missing values and the view of the target are
    worked out when they are first asked for, and kept.
    """

    dataset: Dataset
    target: str | None
    budget: Budget
    values: Values = field(repr=False)
    facts: Facts = field(repr=False)
    overview: Overview

    @property
    def columns(self) -> pd.DataFrame:
        """One row per column, in table order: kind, missing, distinct, quantiles, moments (see `Facts.table`)."""
        return self.facts.table

    @cached_property
    def alerts(self) -> tuple[Alert, ...]:
        """What to look at, the worst first."""
        from backends.profiling.alerts import find_alerts

        return find_alerts(self)

    @cached_property
    def associations(self) -> Associations:
        """How strongly the columns go together, pair by pair."""
        from backends.profiling.relations import associations

        return associations(self.values, self.budget)

    @cached_property
    def missing(self) -> MissingPattern:
        """Where values are missing, and what is missing together."""
        from backends.profiling.missing import missing_pattern

        return missing_pattern(self.values, self.budget)

    @cached_property
    def target_view(self) -> TargetView | None:
        """Every feature against the target; None without a target."""
        from backends.profiling.target import target_view

        return None if self.target is None else target_view(self.values, self.target, self.budget)

    def with_target(self, target: str | None) -> Profile:
        """The same table against another target; what does not depend on it is not worked out again."""
        if target is not None:
            self.dataset.schema[target]
        other = replace(self, target=target)
        for name in ("associations", "missing"):
            if name in self.__dict__:
                other.__dict__[name] = self.__dict__[name]
        return other

    def to_html(self, private: bool = False) -> str:
        """The report as one HTML file that needs nothing else; `private` keeps values of the table out of it."""
        from backends.profiling.report import to_html

        return to_html(self, private)

    def to_json(self, private: bool = False) -> str:
        """The report as JSON text; `report.SCHEMA` documents it."""
        from backends.profiling.report import to_json

        return to_json(self, private)

    def to_markdown(self, private: bool = False) -> str:
        """The report as Markdown."""
        from backends.profiling.report import to_markdown

        return to_markdown(self, private)


def profile(dataset: Dataset, target: str | None = None, budget: Budget | None = None) -> Profile:
    """Profile a table; with `target`, every feature is also set against it.

    Counts (rows, missing, distinct, duplicates, zeros, infinities) are exact for any size. What would take longer
    than the budget is worked out on a seeded sample, which is named beside each figure it affects.

    Raises WorkbenchError for a target that is no column.
    """
    if target is not None:
        dataset.schema[target]
    budget = budget or Budget()
    values = Values(dataset)
    known = facts(values, budget)
    found = Profile(dataset, target, budget, values, known, overview(values, known))
    pa.default_memory_pool().release_unused()  # what coding the texts took is not needed again
    return found
