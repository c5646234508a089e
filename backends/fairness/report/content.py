"""Everything a fairness report says, as plain data: the one place that reads results."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from backends import __version__
from backends.fairness.definitions import DEFINITIONS
from backends.fairness.mitigation import Mitigated
from backends.fairness.result import FairnessReport
from backends.fairness.subgroups import Subgroups
from backends.fairness.thresholds import Solution

FORMAT = 1
LIBRARIES = ("numpy", "pandas", "scikit-learn", "fairlearn")


@dataclass(frozen=True)
class Measures:
    """What was done about the findings: each may be missing.

    `thresholds` are policies that were chosen; `effects` says what each did on the rows it was judged on (frames of
    `effect.effect`, by the title of its goal); `pareto` is `mitigation.pareto`'s frame for `pareto_of` (a criterion in
    words).
    """

    thresholds: tuple[Solution, ...] = ()
    effects: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    mitigated: tuple[Mitigated, ...] = ()
    pareto: pd.DataFrame | None = None
    pareto_of: str = "Demographic parity"
    subgroups: Subgroups | None = None


def content(report: FairnessReport, measures: Measures | None = None, now: datetime | None = None) -> dict[str, Any]:
    """The report as data that JSON can hold: None is what cannot be measured, `now` the time it was made at."""
    done = measures or Measures()
    return {
        "format": FORMAT,
        "made": _made(report, now or datetime.now(UTC)),
        "assessment": report.to_dict(),
        "thresholds": [_solution(one, done.effects.get(one.goal.title)) for one in done.thresholds],
        "mitigations": [_mitigated(one) for one in done.mitigated],
        "pareto": {"criterion": done.pareto_of, "rows": records(done.pareto)},
        "subgroups": _subgroups(done.subgroups),
        "definitions": [asdict(definition) for definition in DEFINITIONS],
    }


def records(frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    """The rows of a frame as JSON-ready dictionaries; NaN and infinity are None.

    >>> records(pd.DataFrame({"a": [1.5, float("nan")], "b": [("x", "y"), ()]}))
    [{'a': 1.5, 'b': ['x', 'y']}, {'a': None, 'b': []}]
    """
    if frame is None:
        return []
    columns = [[_plain(value) for value in frame[name].tolist()] for name in frame.columns]
    return [dict(zip(map(str, frame.columns), row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    if value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    return value


def _made(report: FairnessReport, now: datetime) -> dict[str, Any]:
    versions = {"workbench": __version__, "python": platform.python_version()}
    return {
        "date": now.isoformat(timespec="seconds"),
        "model": report.title,
        "rows": report.rows,
        "resamples": report.options.resamples,
        "seed": report.options.seed,
        "minimum_rows": report.minimum_rows,
        "versions": versions | {name: version(name) for name in LIBRARIES},
    }


def _solution(one: Solution, effect: pd.DataFrame | None) -> dict[str, Any]:
    return {
        "goal": one.goal.title,
        "words": one.goal.words,
        "policy": one.policy.to_dict(),
        "per_group": one.per_group,
        "tolerance": one.tolerance if one.goal.criterion else None,
        "reached": _plain(one.reached),
        "cost": one.cost,
        "note": one.note,
        "warning": one.warning,
        "effect": records(effect),
    }


def _mitigated(one: Mitigated) -> dict[str, Any]:
    return {
        "title": one.title,
        "method": one.method.title,
        "when": one.method.when,
        "words": one.method.words,
        "source": one.method.source,
        "constraint": one.plan.constraint,
        "seed": one.plan.seed,
        "rows": len(one.rows),
        "notes": list(one.notes),
        "seconds": round(one.seconds, 3),
        "effect": records(one.before_after),
    }


def _subgroups(found: Subgroups | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "measure": found.measure,
        "looked_at": found.looked_at,
        "tested_on_other_rows": found.split,
        "note": found.note,
        "rows": records(found.frame),
    }
