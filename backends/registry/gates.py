"""What a version must show before it may go into production."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from backends.errors import WorkbenchError

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Limits:
    """What the person who promotes asks for, besides a passed certificate.

    `advantage` is how much better than the baseline the ranking metric must at least be, in the metric's units.
    `difference` is the largest fairness difference that is accepted between groups, `ratio` the smallest ratio; None
    sets no limit.
    """

    advantage: float = 0.0
    difference: float | None = None
    ratio: float | None = None

    def __post_init__(self) -> None:
        for name, low, high in (("advantage", 0.0, 1e9), ("difference", 0.0, 1.0), ("ratio", 0.0, 1.0)):
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise WorkbenchError(
                    f"The limit for the {name} is {value}.", hint=f"Set it between {low:g} and {high:g}."
                )


@dataclass(frozen=True)
class Gate:
    """One condition of a promotion: whether it holds, and the sentence with its numbers."""

    name: str
    passed: bool
    says: str


def gates(facts: Facts, limits: Limits | None = None) -> tuple[Gate, ...]:
    """Every gate of a promotion, for what `facts.of_bundle` says of the version.

    >>> facts = {"certificate_passed": True, "metric_title": "Accuracy", "value": 0.8, "baseline": 0.5}
    >>> [gate.passed for gate in gates(facts)]
    [True, True, True, True]
    >>> gates(facts | {"value": 0.5})[1].says
    'Accuracy is 0.5, the baseline has 0.5: better by 0, and more than 0 is asked for.'
    """
    return tuple(Gate(name, *judge(facts, limits or Limits())) for name, judge in _GATES.items())


def demand(facts: Facts, limits: Limits | None, version: str) -> None:
    """Raise WorkbenchError with the name and the numbers of the gates that a version does not pass."""
    if failed := [gate for gate in gates(facts, limits) if not gate.passed]:
        raise WorkbenchError(
            f"{version} cannot go into production. " + " ".join(f"{gate.name}: {gate.says}" for gate in failed),
            hint="Publish a version that passes, or set other limits.",
        )


def _certificate(facts: Facts, limits: Limits) -> tuple[bool, str]:
    rows = facts.get("rows_compared")
    counted = f" over {rows:,} rows" if isinstance(rows, int) else ""
    if facts.get("certificate_passed") is True:
        return True, f"the file answers like the model it came from{counted}."
    return False, f"the parity certificate did not pass{counted}."


def _baseline(facts: Facts, limits: Limits) -> tuple[bool, str]:
    value, baseline, metric = facts.get("value"), facts.get("baseline"), facts.get("metric_title", "The metric")
    if value is None or baseline is None:
        missing = "its own value" if value is None else "the baseline's"
        return False, f"{metric} cannot be compared: {missing} was not measured."
    better = value - baseline if facts.get("greater_is_better", True) else baseline - value
    low, high = facts.get("low"), facts.get("high")
    interval = "" if low is None or high is None else f" (95 % interval {low:.4g} to {high:.4g})"
    asked = "more than 0" if not limits.advantage else f"at least {limits.advantage:.4g}"
    says = f"{metric} is {value:.4g}{interval}, the baseline has {baseline:.4g}: better by {better:.4g}, and {asked}"
    return better > 0 and better >= limits.advantage, says + " is asked for."


def _difference(facts: Facts, limits: Limits) -> tuple[bool, str]:
    return _fair(facts, "largest_difference", limits.difference, lambda value, limit: value <= limit)


def _ratio(facts: Facts, limits: Limits) -> tuple[bool, str]:
    return _fair(facts, "smallest_ratio", limits.ratio, lambda value, limit: value >= limit)


def _fair(facts: Facts, name: str, limit: float | None, holds: Callable[[float, float], bool]) -> tuple[bool, str]:
    found = (facts.get("fairness") or {}).get(name)
    words = name.replace("_", " ")
    measured = f"the {words} is {found['value']:.4g} ({found['what']})" if found else f"the {words} was not measured"
    if limit is None:
        return True, f"{measured}; no limit is set."
    return found is not None and holds(found["value"], limit), f"{measured}; the limit is {limit:.4g}."


_GATES: Mapping[str, Callable[[Facts, Limits], tuple[bool, str]]] = {
    "Parity certificate": _certificate,
    "Better than the baseline": _baseline,
    "Fairness difference": _difference,
    "Fairness ratio": _ratio,
}
