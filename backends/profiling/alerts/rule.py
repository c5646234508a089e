"""What a rule is, and the few words that its findings are told in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from backends.datasets.recipe import Step
from backends.profiling.alert import Alert, Severity
from backends.profiling.alerts.evidence import Evidence

SHOWN = 3  # examples that a sentence quotes
WIDTH = 40  # characters of a value that are quoted


@dataclass(frozen=True)
class Finding:
    """One place where a rule is met; the fields are those of `Alert`. `severity` None means the rule's own."""

    columns: tuple[str, ...]
    found: str
    value: float = 0.0
    steps: tuple[Step, ...] = ()
    examples: tuple[str, ...] = ()
    sample: str = ""
    severity: Severity | None = None


@dataclass(frozen=True)
class Rule:
    """One thing that is looked for in every table.

    `condition` states its thresholds, `meaning` what it means for someone who will train and show a model, `advice`
    what to do. `unless` are the keys of stronger rules: where one of them has been met by one of the columns or by
    all of them together, this one has nothing to add and stays silent.
    """

    key: str
    title: str
    condition: str
    severity: Severity
    meaning: str
    advice: str
    find: Callable[[Evidence], Iterable[Finding]]
    unless: tuple[str, ...] = ()

    def alert(self, finding: Finding) -> Alert:
        """The finding in the rule's words."""
        return Alert(
            rule=self.key,
            title=self.title,
            severity=finding.severity or self.severity,
            columns=finding.columns,
            found=finding.found,
            condition=self.condition,
            meaning=self.meaning,
            advice=self.advice,
            value=float(finding.value),
            steps=finding.steps,
            examples=finding.examples,
            sample=finding.sample,
        )


def drop(*names: str) -> tuple[Step, ...]:
    """The step that takes these columns out."""
    return (Step("drop_columns", names),)


def cut(value: object) -> str:
    """A value of the table as text of at most 41 characters; "…" ends what was longer.

    >>> cut("New York"), len(cut("x" * 200_000))
    ('New York', 41)
    """
    text = str(value)
    return text if len(text) <= WIDTH else text[:WIDTH] + "…"


def quoted(value: object) -> str:
    """The same in quotes.

    >>> quoted("New York")
    "'New York'"
    """
    return repr(cut(value))


def some(values: Sequence[object], most: int = SHOWN) -> str:
    """The first few values and how many more there are.

    >>> some(["a", "b", "c", "d"])
    "'a', 'b', 'c' and 1 more"
    """
    shown = ", ".join(quoted(value) for value in values[:most])
    return f"{shown} and {len(values) - most:,} more" if len(values) > most else shown


def figure(value: float) -> str:
    """A number for people: six digits, whole ones grouped.

    >>> figure(1484705.0), figure(0.123456789), figure(1e300), figure(float("nan"))
    ('1,484,705', '0.123457', '1e+300', 'nan')
    """
    if np.isfinite(value) and value == np.round(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.6g}"
