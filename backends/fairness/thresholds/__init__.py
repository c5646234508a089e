"""Thresholds: what a policy gives and costs per group, and the policies that reach a goal.

A *policy* says yes from some probability on, the same for all or another per group. `ThresholdTable` counts any
policy on some rows at once, `policy_scores` turns the counts into rates, costs and disparities with intervals,
`solve` finds the cheapest policy for a goal. A policy looks better on the rows it was chosen on than it is:
`choose_rows` says which rows to choose on and which to judge on, and `before_after` judges it there.
"""

from backends.fairness.costs import Costs
from backends.fairness.thresholds.choosing import ChosenOn, before_after, choose_rows, with_policy
from backends.fairness.thresholds.goals import GOALS, Goal
from backends.fairness.thresholds.scores import PolicyScores, cost_curve, policy_scores
from backends.fairness.thresholds.solve import LAWFUL_WARNING, NO_COST, Solution, solve
from backends.fairness.thresholds.table import ThresholdTable

__all__ = [
    "GOALS",
    "LAWFUL_WARNING",
    "NO_COST",
    "ChosenOn",
    "Costs",
    "Goal",
    "PolicyScores",
    "Solution",
    "ThresholdTable",
    "before_after",
    "choose_rows",
    "cost_curve",
    "policy_scores",
    "solve",
    "with_policy",
]
