"""What was worked out beside the assessment, and what could be and was not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from backends.fairness.costs import Costs
from backends.fairness.mitigation import METHODS, Mitigated
from backends.fairness.result import FairnessReport
from backends.fairness.subgroups import Subgroups
from backends.fairness.tallies import CRITERIA
from backends.fairness.thresholds import GOALS, PolicyScores, Solution
from backends.training.policy import Policy


@dataclass(frozen=True)
class Tried:
    """Thresholds set by hand: their scores on the rows thresholds are chosen on, which `note` names, and their effect.

    `effect` is a frame of `effect.effect` on held-out rows that they were not chosen on.
    """

    scores: PolicyScores
    costs: Costs
    effect: pd.DataFrame
    note: str = ""


@dataclass(frozen=True)
class Solved:
    """Thresholds that were solved for, with what errors cost and what the thresholds do on the held-out rows."""

    solution: Solution
    costs: Costs = field(default_factory=Costs)
    effect: pd.DataFrame | None = None


@dataclass(frozen=True)
class Measures:
    """What was done about the findings: each may be missing.

    `policy` is the one in force, under which the assessment was made. `paretos` are frames of `mitigation.pareto` by
    the key of their criterion. `why_not` says why thresholds and mitigations are not possible at all. A model without
    thresholds (more than two classes, no probabilities) has no policy.
    """

    policy: Policy | None = field(default_factory=Policy)
    tried: Tried | None = None
    solved: tuple[Solved, ...] = ()
    mitigated: tuple[Mitigated, ...] = ()
    paretos: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    subgroups: tuple[Subgroups, ...] = ()
    why_not: str = ""


@dataclass(frozen=True)
class Missing:
    """Something that is not in a report: the field it would be in, what it is, and why or how to get it."""

    part: str
    what: str
    why: str


def not_computed(report: FairnessReport, done: Measures) -> tuple[Missing, ...]:
    """What the page can work out and has not, in the order of the report."""
    return tuple(_missing(report, done))


def _missing(report: FairnessReport, done: Measures) -> Iterator[Missing]:
    if report.calibration.empty:
        yield Missing("calibration", "Calibration by group", "It needs probabilities and groups that are large enough.")
    tabs = {"sliders": "Thresholds", "solutions": "Thresholds", "mitigations": "Mitigation", "pareto": "Mitigation"}
    for part, what in _untried(done):
        yield Missing(part, what, done.why_not or f"Not tried; see the tab {tabs[part]}.")
    if not done.subgroups:
        yield Missing("subgroups", "The worst subgroups", "Not searched; see the tab Worst subgroups.")


def _untried(done: Measures) -> Iterator[tuple[str, str]]:
    """The fields and titles of what concerns thresholds and mitigations."""
    if done.tried is None:
        yield "sliders", "Thresholds set by hand, with their costs"
    solved = {one.solution.goal.key for one in done.solved}
    yield from (
        ("solutions", f"Thresholds for {goal.title.lower()}") for key, goal in GOALS.items() if key not in solved
    )
    made = {one.method.key for one in done.mitigated}
    yield from (("mitigations", row.title) for key, row in METHODS.items() if key not in made)
    for key, criterion in CRITERIA.items():
        if key not in done.paretos:
            yield "pareto", f"Accuracy against disparity by {criterion.title.lower()}"
