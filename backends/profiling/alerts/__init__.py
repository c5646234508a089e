"""What to look at first in a table, and the steps that resolve it: `find_alerts(profile)`.

Every alert is a row of `RULES` that was met. A rule is data: its key, its condition with the thresholds, what it
means, what to do, the rules that make it superfluous, and one function that finds where it is met. The rules stand
in files by theme; a new one is a row at the end of one of them. Stronger rules stand before the weaker ones that
they silence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from backends.datasets.recipe import Step
from backends.profiling.alert import SEVERITIES, Alert
from backends.profiling.alerts import (
    forms,
    levels,
    numbers,
    pairs,
    people,
    placeholders,
    protected,
    rows,
    spellings,
    target,
    times,
    values,
)
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule

if TYPE_CHECKING:
    from backends.profiling.profile import Profile

__all__ = ["RULES", "Rule", "find_alerts"]

_THEMES = (target, people, placeholders, values, rows, pairs, forms, spellings, numbers, levels, times, protected)
RULES: tuple[Rule, ...] = tuple(rule for theme in _THEMES for rule in theme.RULES)


def find_alerts(profile: Profile, today: date | None = None) -> tuple[Alert, ...]:
    """Everything about the table that its user should know, the worst first.

    Sorted by severity, then by the order of the rules, then by value (larger first), then by the place of the
    columns in the table. What a step of the dataset's recipe has resolved already is left out. `today` is the day
    after which dates lie in the future; without it, the day it is.
    """
    evidence = Evidence(profile, today or date.today())
    done = set(profile.dataset.recipe)
    met: dict[str, set[tuple[str, ...]]] = {}
    alerts = []
    for rule in RULES:
        kept = [finding for finding in rule.find(evidence) if not _said(finding, rule, met)]
        met[rule.key] = {finding.columns for finding in kept}
        alerts += [rule.alert(_sparing(finding, evidence)) for finding in kept if done.isdisjoint(finding.steps)]
    rank = {rule.key: at for at, rule in enumerate(RULES)}
    return tuple(sorted(alerts, key=lambda alert: _order(alert, rank, evidence)))


def _said(finding: Finding, rule: Rule, met: dict[str, set[tuple[str, ...]]]) -> bool:
    """Whether a stronger rule was met by one of the finding's columns, or by all of them."""
    parts = [finding.columns, *((name,) for name in finding.columns)]
    return any(part in met[key] for key in rule.unless for part in parts)


def _sparing(finding: Finding, evidence: Evidence) -> Finding:
    """The finding without steps that would drop the target or the last column."""

    def harmless(step: Step) -> bool:
        dropped = step.columns if step.action == "drop_columns" else ()
        return evidence.target not in dropped and len(dropped) < len(evidence.names)

    return replace(finding, steps=tuple(filter(harmless, finding.steps)))


def _order(alert: Alert, rank: dict[str, int], evidence: Evidence) -> tuple[float, ...]:
    place = evidence.place[alert.columns[0]] if alert.columns else -1
    return SEVERITIES.index(alert.severity), rank[alert.rule], -alert.value, place
