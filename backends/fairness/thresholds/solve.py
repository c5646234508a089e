"""One-click policies: the cheapest thresholds that reach a goal, with what was reached in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from backends.errors import WorkbenchError
from backends.fairness.costs import Costs
from backends.fairness.measures import measure
from backends.fairness.tallies import CRITERIA, apart, cells_of, rate
from backends.fairness.thresholds import optimum
from backends.fairness.thresholds.goals import GOALS, Goal, goal_of
from backends.fairness.thresholds.optimum import TINY, TOLERANCES, Optimum, Points
from backends.fairness.thresholds.table import GroupScores, ThresholdTable
from backends.training.policy import Policy

TOLERANCE = 0.01
NO_COST = "Both kinds of error cost 0, so no threshold is better than another."
WIDER = 5  # times the tolerance: what else could be had is told for it
NEARLY = 0.05  # share that gets the other answer up to which nearly everyone gets the same one
DEAR = 0.05  # share of the lowest cost from which on the price of a limit is told
LAWFUL_WARNING = (
    "A threshold of its own per group means that two people with the same score get different answers because of "
    "their group. Where the group is a protected trait (such as sex, ethnic origin, religion, disability or age), that "
    "may be unlawful direct discrimination (disparate treatment), also when it is meant to help. Take legal advice "
    "before such a policy decides about people."
)


@dataclass(frozen=True)
class Solution:
    """Thresholds that were chosen for a goal.

    `reached` is the disparity on the rows they were chosen on (NaN where there is none to measure), `tolerance` the
    one that it was held to: the one asked for or, where nothing but the same answer for everyone reaches that, the
    least of `TOLERANCES` that something better reaches. `cost` is the total on those rows. `note` says all that is
    not as asked for, in words.
    """

    policy: Policy
    goal: Goal
    per_group: bool
    tolerance: float
    reached: float
    cost: float
    note: str = ""

    @property
    def warning(self) -> str:
        """What to know before this policy decides about people; empty with one threshold for all."""
        return LAWFUL_WARNING if self.policy.thresholds else ""


def solve(
    table: ThresholdTable,
    goal: str,
    costs: Costs | None = None,
    per_group: bool = True,
    tolerance: float = TOLERANCE,
) -> Solution:
    """The cheapest policy on the rows of `table` that reaches `goal` (a key of `GOALS`) within `tolerance`.

    With costs of 1 and 1 the cheapest is the most accurate. Groups that cannot be measured use the common threshold
    and limit nothing. Raises WorkbenchError for an unknown goal, when no error costs anything, and for a goal about
    groups where fewer than two can be measured.

    >>> y, p = np.array([0, 0, 1, 1] * 20), np.tile([0.1, 0.4, 0.6, 0.9, 0.1, 0.2, 0.3, 0.7], 10)
    >>> solution = solve(ThresholdTable.of(y, p, (["m"] * 4 + ["f"] * 4) * 10), "equal_opportunity")
    >>> dict(solution.policy.thresholds), solution.reached, solution.cost
    ({('f',): 0.25, ('m',): 0.5}, 0.0, 0.0)
    """
    costs, wanted = costs or Costs(), goal_of(goal)
    if not costs.decide:
        raise WorkbenchError(NO_COST, hint="Give at least one of the two a cost.")
    measured, left = _measured(table, wanted)
    if wanted.criterion and len(measured) < 2:
        raise WorkbenchError(
            f"{wanted.title} compares groups, and {len(measured)} can be measured here (at least "
            f"{table.minimum_rows} rows in every rate).",
            hint="Choose fewer, larger groups, or the goal of the lowest cost.",
        )
    common = _one_for_all(table, GOALS["lowest_cost"], measured, costs, tolerance)
    if not per_group:
        found = common if not wanted.criterion else _one_for_all(table, wanted, measured, costs, tolerance)
        policy = Policy(found.threshold, purpose=_purpose(wanted, per_group, found.tolerance))
    else:
        found = _one_each(wanted, measured, costs, tolerance)
        own = tuple((group.label, t) for group, t in zip(measured, found.thresholds, strict=True))
        policy = Policy(common.threshold, table.by, own, _purpose(wanted, per_group, found.tolerance))
    return _solution(table, wanted, policy, costs, (*found.notes, *left, *table.notes), found.tolerance)


@dataclass(frozen=True)
class _Found:
    thresholds: tuple[float, ...]
    tolerance: float
    notes: tuple[str, ...] = ()

    @property
    def threshold(self) -> float:
        return self.thresholds[0]


def _one_each(goal: Goal, groups: list[GroupScores], costs: Costs, tolerance: float) -> _Found:
    """A threshold for each group, under the least tolerance that beats the same answer for everyone."""
    points = [Points.of(group, costs) for group in groups]
    if not goal.criterion:
        return _Found(tuple(optimum.separate(points).thresholds.tolist()), tolerance)
    constant, words = _constant(points)
    for width in _widths(tolerance):
        found = optimum.within(points, goal.criterion, width)
        if found is not None and found.cost < constant.cost * (1 - TINY):
            notes = (*_widened(goal, tolerance, width), *_price(points, goal, found, width))
            return _Found(tuple(found.thresholds.tolist()), width, notes)
    return _Found(tuple(constant.thresholds.tolist()), tolerance, (words,))


def _price(points: list[Points], goal: Goal, found: Optimum, width: float) -> tuple[str, ...]:
    """What the limit costs, and what a wider one would; nothing when it is under a twentieth of the lowest cost."""
    free, wider = optimum.separate(points).cost, min(1.0, WIDER * width)
    if found.cost <= free * (1 + DEAR):
        return ()
    rows = sum(int(p.tally[0].sum()) for p in points)
    looser = optimum.within(points, goal.criterion, wider)
    other = "" if looser is None else f" Up to {wider:g} apart it would cost {looser.cost / rows:.3f}."
    said = f"Where chosen it costs {found.cost / rows:.3f} per row, without the limit {free / rows:.3f}.{other}"
    return (said,)


def _one_for_all(
    table: ThresholdTable, goal: Goal, groups: list[GroupScores], costs: Costs, tolerance: float
) -> _Found:
    """One threshold; where groups shall be alike, under the least tolerance that beats the same answer for all."""
    thresholds, cost, tallies = optimum.together(table.everyone, costs)
    if not goal.criterion:
        return _Found((optimum.nearest_half(thresholds[cost <= cost.min() * (1 + TINY)]),), tolerance)
    measured = {group.label for group in groups}
    kept = tallies[:, [group.label in measured for group in table.everyone]]
    gaps = apart(CRITERIA[goal.criterion], kept, table.minimum_rows)
    better = cost < min(cost[0], cost[-1]) * (1 - TINY)
    for width in _widths(tolerance):
        fit = better & (gaps <= width + TINY)
        if fit.any():
            cheapest = fit & (cost <= cost[fit].min() * (1 + TINY))
            chosen = int(np.abs(thresholds - optimum.nearest_half(thresholds[cheapest])).argmin())
            said = _even_for_all(tallies[chosen].sum(axis=0), float(cost[chosen]), float(cost.min()))
            return _Found((float(thresholds[chosen]),), width, (*_widened(goal, tolerance, width), *said))
    yes = bool(cost[0] < cost[-1])
    return _Found((float(thresholds[0 if yes else -1]),), tolerance, (_same_for_all(yes),))


def _even_for_all(tally: np.ndarray, cost: float, free: float) -> tuple[str, ...]:
    """That the groups are alike only as nearly everyone gets the same answer, and what that costs.

    `tally` (cells,) and `cost` are of the threshold for all, `free` is the cost of the cheapest without a limit.
    """
    if cost <= free * (1 + TINY):
        return ()
    yes = float(rate("selection_rate", tally))
    price = f"where chosen it costs {cost:,.6g} instead of {free:,.6g} without the limit."
    if min(yes, 1 - yes) > NEARLY:
        return (f"With one threshold for all {price}",) if cost > free * (1 + DEAR) else ()
    answer, other = ("yes", 1 - yes) if yes > 0.5 else ("no", yes)
    rows = int(tally.sum())
    who = f"Nearly everybody (all but {round(other * rows):,} of {rows:,})" if other else "Everybody"
    return (f"{who} gets a {answer}: with one threshold that is the only even answer; {price}",)


def _constant(points: list[Points]) -> tuple[Optimum, str]:
    """The cheaper of saying no and saying yes to everyone, and what that means."""
    no, yes = (float(sum(p.cost[end] for p in points)) for end in (0, -1))
    end = 0 if no <= yes else -1
    return Optimum(np.array([p.thresholds[end] for p in points]), min(no, yes)), _same_for_all(end == -1)


def _same_for_all(yes: bool) -> str:
    said = "yes" if yes else "no"
    return f"With these costs nothing is cheaper than to say {said} to everyone: the model is not used."


def _widths(tolerance: float) -> Iterator[float]:
    yield tolerance
    yield from (width for width in TOLERANCES if width > tolerance)


def _widened(goal: Goal, asked: float, used: float) -> tuple[str, ...]:
    if used <= asked:
        return ()
    return (
        f"A difference of at most {asked:g} is reached only by giving everyone the same answer; {used:g} is the least "
        f"step at which {goal.title.lower()} leaves something to decide.",
    )


def _solution(
    table: ThresholdTable, goal: Goal, policy: Policy, costs: Costs, notes: tuple[str, ...], tolerance: float
) -> Solution:
    tally = table.tally(policy)
    told = tally[: len(table.groups)]
    reached = float("nan")
    if goal.criterion:
        labels = {group.label for group in _measured(table, goal)[0]}
        kept = told[[group.label in labels for group in table.groups]]
        reached = float(apart(CRITERIA[goal.criterion], kept, table.minimum_rows))
    per_group = bool(policy.thresholds)
    if goal.criterion == "equalised_odds" and per_group:
        notes = (
            "One threshold per group cannot make both rates alike in general: this is the best that an approximate "
            f"search found, with a difference of {reached:.3f}.",
            *notes,
        )
    return Solution(policy, goal, per_group, tolerance, reached, float(costs.of(tally).sum()), " ".join(notes))


def _measured(table: ThresholdTable, goal: Goal) -> tuple[list[GroupScores], tuple[str, ...]]:
    """The groups with enough rows in every rate of the goal, and a sentence on those without."""
    rates = CRITERIA[goal.criterion].measures if goal.criterion else ()
    wholes = [cells_of(measure(key).whole) for key in rates]
    fine = []
    for group in table.groups:
        tally = group.tally(np.array([1.0]))[0]
        fine.append(all(tally[whole].sum() >= table.minimum_rows for whole in wholes))
    left = [group.name for group, ok in zip(table.groups, fine, strict=True) if not ok]
    words = f"Too few rows to measure, so the common threshold is used: {', '.join(left[:5])}."
    return [group for group, ok in zip(table.groups, fine, strict=True) if ok], ((words,) if left else ())


def _purpose(goal: Goal, per_group: bool, tolerance: float) -> str:
    who = "one threshold per group" if per_group else "one threshold for all"
    limit = f", difference at most {tolerance:g} where chosen" if goal.criterion else ""
    return f"{goal.title}, {who}{limit}"
