"""What was worked out on the page for one model and one question: the report holds it all, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace

from backends.fairness.report import Solved
from backends.fairness.subgroups import Subgroups
from backends.fairness.thresholds import Costs
from backends.training.policy import Policy
from components import state
from components.fairness.groups import Question
from components.subject import Subject

MOST = 16  # questions that are remembered, the first forgotten first
_DONE = "fairness_done"


@dataclass(frozen=True)
class Done:
    """Thresholds looked at, with what errors cost; solutions; criteria drawn; searches by their rate and columns."""

    tried: tuple[Policy, Costs] | None = None
    solved: tuple[Solved, ...] = ()
    drawn: tuple[str, ...] = ()
    searched: dict[tuple[Hashable, ...], Subgroups] = field(default_factory=dict)


def of(about: Subject, question: Question) -> Done:
    """What was done about this question so far."""
    found: Done = _all().get(_key(about, question), Done())
    return found


def tried(about: Subject, question: Question, policy: Policy, costs: Costs) -> None:
    """These thresholds are on the sliders."""
    _change(about, question, lambda done: replace(done, tried=(policy, costs)))


def solved(about: Subject, question: Question, one: Solved) -> None:
    """Thresholds were solved for; the same goal, way and costs are kept once."""

    def same(other: Solved) -> bool:
        asked = [(s.solution.goal, s.solution.per_group, s.costs) for s in (one, other)]
        return asked[0] == asked[1]

    _change(about, question, lambda done: replace(done, solved=(*(s for s in done.solved if not same(s)), one)))


def drawn(about: Subject, question: Question, criterion: str) -> None:
    """Accuracy was set against this disparity."""
    _change(about, question, lambda done: replace(done, drawn=tuple(dict.fromkeys((*done.drawn, criterion)))))


def searched(about: Subject, question: Question, found: Subgroups, *key: Hashable) -> None:
    """Subgroups were searched, under the policy in force."""
    full = (about.model_key, *key)
    _change(about, question, lambda done: replace(done, searched={**done.searched, full: found}))


def searches(about: Subject, question: Question) -> tuple[Subgroups, ...]:
    """The searches under the policy in force."""
    kept = of(about, question).searched.items()
    return tuple(found for key, found in kept if key[0] == about.model_key)


def _all() -> dict[Hashable, Done]:
    found: dict[Hashable, Done] = state.widget(_DONE, {})
    return found


def _change(about: Subject, question: Question, change: Callable[[Done], Done]) -> None:
    """Remember more about a question; nothing else is touched."""
    key = _key(about, question)
    others = [(name, done) for name, done in _all().items() if name != key][1 - MOST :]
    state.set_widget(_DONE, dict([*others, (key, change(of(about, question)))]))


def _key(about: Subject, question: Question) -> Hashable:
    """A policy taken over later does not undo what was solved before, so it is no part of the key."""
    return (about.result, about.model.key, question.key)
