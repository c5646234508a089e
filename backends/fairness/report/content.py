"""Everything a fairness report says, as plain data: the one place that reads results."""

from __future__ import annotations

import platform
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from backends import __version__
from backends.fairness.definitions import DEFINITIONS
from backends.fairness.mitigation import Mitigated
from backends.fairness.report.done import Measures, Solved, Tried, not_computed
from backends.fairness.report.layout import FORMAT, LAYOUT
from backends.fairness.result import FairnessReport
from backends.fairness.subgroups import Subgroups
from backends.fairness.tallies import CRITERIA
from backends.fairness.thresholds import LAWFUL_WARNING
from backends.training.policy import Policy

LIBRARIES = ("numpy", "pandas", "scikit-learn", "fairlearn")


def content(report: FairnessReport, measures: Measures | None = None, now: datetime | None = None) -> dict[str, Any]:
    """The report as data that JSON can hold, as `LAYOUT` says: None is what cannot be measured or was not computed.

    `now` is the time it says it was made at.
    """
    done = measures or Measures()
    data = {
        "format": FORMAT,
        "layout": LAYOUT,
        "made": _made(report, now or datetime.now(UTC)),
        "assessment": report.to_dict(),
        "in_force": None if done.policy is None else _in_force(done.policy),
        "sliders": None if done.tried is None else _tried(done.tried),
        "solutions": [_solved(one) for one in done.solved],
        "mitigations": [_mitigated(one) for one in done.mitigated],
        "pareto": [
            {"key": key, "criterion": CRITERIA[key].title, "rows": records(frame)}
            for key, frame in done.paretos.items()
        ],
        "subgroups": [_subgroups(one) for one in done.subgroups],
        "not_computed": [asdict(one) for one in not_computed(report, done)],
        "definitions": [asdict(definition) for definition in DEFINITIONS],
    }
    plain: dict[str, Any] = _plain(data)
    return plain


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
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
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


def _warning(policy: Policy) -> str:
    return LAWFUL_WARNING if policy.thresholds else ""


def _in_force(policy: Policy) -> dict[str, Any]:
    return {"policy": policy.to_dict(), "warning": _warning(policy)}


def _tried(one: Tried) -> dict[str, Any]:
    return {
        "policy": one.scores.policy.to_dict(),
        "costs": asdict(one.costs),
        "cost": one.scores.cost,
        "note": one.note,
        "warning": _warning(one.scores.policy),
        "by_group": records(one.scores.by_group),
        "disparities": records(one.scores.disparities),
        "effect": records(one.effect),
    }


def _solved(one: Solved) -> dict[str, Any]:
    found = one.solution
    return {
        "goal": found.goal.title,
        "words": found.goal.words,
        "policy": found.policy.to_dict(),
        "per_group": found.per_group,
        "costs": asdict(one.costs),
        "tolerance": found.tolerance if found.goal.criterion else None,
        "reached": found.reached,
        "cost": found.cost,
        "note": found.note,
        "warning": found.warning,
        "effect": records(one.effect),
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
        "why_no_model": one.why_no_model,
        "seconds": round(one.seconds, 3),
        "effect": records(one.before_after),
    }


def _subgroups(found: Subgroups) -> dict[str, Any]:
    return {
        "measure": found.measure,
        "looked_at": found.looked_at,
        "tested_on_other_rows": found.split,
        "note": found.note,
        "rows": records(found.frame),
    }
