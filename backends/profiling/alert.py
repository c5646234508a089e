"""What an alert is: one thing about a table that its user should know, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from backends.datasets.recipe import Step

Severity = Literal["high", "medium", "low"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)


@dataclass(frozen=True)
class Alert:
    """A rule that was met, by which columns (none: the whole table), with the figures that met it.

    `found` says what was found in one sentence with its numbers; `condition`, `meaning` and `advice` are the
    rule's own words; `value` is the figure that the rule compares and by which alerts of one rule are sorted
    (larger is worse); `steps` are the ways to resolve it, the best first, empty where only a person can;
    `sample` says what the figure was measured on when that is not every row; `examples` are values at fault,
    which a report without raw values leaves out.
    """

    rule: str  # the key of the rule, such as "constant"
    title: str
    severity: Severity
    columns: tuple[str, ...]
    found: str
    condition: str
    meaning: str
    advice: str
    value: float = 0.0
    steps: tuple[Step, ...] = ()
    examples: tuple[str, ...] = ()
    sample: str = ""
