"""What thresholds can be chosen for."""

from __future__ import annotations

from dataclasses import dataclass

from backends.errors import WorkbenchError


@dataclass(frozen=True)
class Goal:
    """What thresholds can be chosen for. `criterion` is what shall be alike between groups, "" for nothing."""

    key: str
    title: str
    criterion: str
    words: str


GOALS: dict[str, Goal] = {
    goal.key: goal
    for goal in (
        Goal("lowest_cost", "Lowest cost", "", "The errors cost as little as possible."),
        Goal("demographic_parity", "Demographic parity", "demographic_parity", "All groups get a yes equally often."),
        Goal(
            "equal_opportunity",
            "Equal opportunity",
            "equal_opportunity",
            "Of those who truly are positive, all groups get a yes equally often.",
        ),
        Goal(
            "equalised_odds",
            "Equalised odds",
            "equalised_odds",
            "Of the truly positive and of the truly negative, all groups get a yes equally often.",
        ),
    )
}


def goal_of(key: str) -> Goal:
    """The goal of that key. Raises WorkbenchError where there is none."""
    if key not in GOALS:
        raise WorkbenchError(f"There is no goal {key!r}.", hint=f"The goals are {', '.join(GOALS)}.")
    return GOALS[key]
