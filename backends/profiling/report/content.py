"""Everything a report says, as plain data: the one place that reads the profile."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from backends import __version__
from backends.datasets.recipe import Step
from backends.profiling.report import fields, privacy
from backends.profiling.report.fields import FORMAT, Field
from backends.profiling.report.texts import cut

if TYPE_CHECKING:
    from backends.profiling.alert import Alert
    from backends.profiling.profile import Profile

LIBRARIES = ("numpy", "pandas", "pyarrow", "scipy")


def content(profile: Profile, private: bool = False, now: datetime | None = None) -> dict[str, Any]:
    """The report as data that JSON can hold: `SCHEMA` documents it, `private` keeps values of the table out of it.

    `now` is the time the report says it was made at.
    """
    return {
        "format": FORMAT,
        "made": _made(profile, private, now or datetime.now(UTC)),
        "overview": _overview(profile),
        "alerts": [_alert(alert, private) for alert in profile.alerts],
        "columns": _columns(profile, private),
        "target": _target(profile, private),
        "relations": _relations(profile, private),
        "missing": _missing(profile, private),
    }


def with_short_values(data: dict[str, Any]) -> dict[str, Any]:
    """The same data with every long value of the table cut (see `texts.cut`)."""
    rows = [
        {**row, "mode": cut(row["mode"]), "top": [{**level, "value": cut(level["value"])} for level in row["top"]]}
        for row in data["columns"]["rows"]
    ]
    alerts = [
        {
            **alert,
            "steps": [{**step, "values": cut(step["values"])} for step in alert["steps"]],
            "examples": cut(alert["examples"]),
        }
        for alert in data["alerts"]
    ]
    target = data["target"]
    target = target and {**target, "classes": cut(target["classes"])}
    return {**data, "alerts": alerts, "columns": {**data["columns"], "rows": rows}, "target": target}


def records(frame: pd.DataFrame, rows: Sequence[Field], private: bool) -> list[dict[str, Any]]:
    """The frame's rows as dictionaries with these fields; what is missing or not finite is None."""
    columns = [_cells(frame[field.name], field, private) for field in rows]
    names = [field.name for field in rows]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _cells(series: pd.Series, field: Field, private: bool) -> list[Any]:
    if private and field.private == "left out":
        return [None] * len(series)
    cells = _plain(series, field)
    if private and field.private != "kept":
        hide = privacy.rounded if field.private == "rounded" else privacy.masked
        return [hide(cell) for cell in cells]
    return cells


def _plain(series: pd.Series, field: Field) -> list[Any]:
    if field.type == "strings":
        return [[str(item) for item in cell] for cell in series]
    gone = series.isna().to_numpy()
    if field.type == "string":
        return [None if none else str(cell) for cell, none in zip(series.tolist(), gone, strict=True)]
    if field.type == "number":
        numbers = series.to_numpy(np.float64, na_value=np.nan)
        gone, cells = ~np.isfinite(numbers), numbers.tolist()
    else:
        cells = [None if none else int(cell) for cell, none in zip(series.tolist(), gone, strict=True)]
    return [None if none else cell for cell, none in zip(cells, gone, strict=True)] if gone.any() else cells


def _made(profile: Profile, private: bool, now: datetime) -> dict[str, Any]:
    versions = {"workbench": __version__, "python": platform.python_version()}
    return {
        "table": profile.dataset.name,
        "digest": profile.dataset.digest,
        "date": now.isoformat(timespec="seconds"),
        "private": private,
        "seed": profile.budget.seed,
        "versions": versions | {name: version(name) for name in LIBRARIES},
    }


def _overview(profile: Profile) -> dict[str, Any]:
    found = {field.name: getattr(profile.overview, field.name) for field in fields.OVERVIEW}
    return {**_numbers(found), "kinds": {str(kind): int(count) for kind, count in profile.overview.kinds.items()}}


def _numbers(figures: dict[str, Any]) -> dict[str, Any]:
    """NumPy's numbers as Python's, and None for what is not finite."""
    plain = {name: value.item() if isinstance(value, np.generic) else value for name, value in figures.items()}
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value for name, value in plain.items()
    }


def _alert(alert: Alert, private: bool) -> dict[str, Any]:
    row = _numbers({field.name: getattr(alert, field.name) for field in fields.ALERT})
    row |= {
        "columns": list(alert.columns),
        "value": privacy.rounded(row["value"]) if private else row["value"],
        "found": privacy.private_finding(alert) if private else alert.found,
        "steps": [privacy.private_step(step) if private else _step(step) for step in alert.steps],
        "examples": [] if private else list(alert.examples),
    }
    return row


def _step(step: Step) -> dict[str, Any]:
    values = [_json(value) for value in step.values] + [list(pair) for pair in step.renames]
    return {
        "action": step.action,
        "columns": list(step.columns),
        "kind": step.kind,
        "values": values,
        "words": step.words,
    }


def _json(value: str | float) -> str | float:
    """A value of a step; infinities, for which JSON has no number, in words."""
    return value if isinstance(value, str) or np.isfinite(value) else str(value)


def _columns(profile: Profile, private: bool) -> dict[str, Any]:
    facts = profile.facts
    table = privacy.grouped(facts.table, profile.overview.rows) if private else facts.table
    rows = records(table, fields.COLUMN, private)
    for row in rows:
        name = row["column"]
        row |= {key: row[key] or None for key in ("first", "last")}
        row["mode"] = row["mode"] if row["mode_count"] else None
        row["histogram"] = _histogram(facts.histograms.get(name), private)
        row["top"] = _levels(facts.tops.get(name, ()), private)
    return {"sample": facts.sample.words, "rows": rows}


def _histogram(found: Any, private: bool) -> dict[str, Any] | None:
    if found is None:
        return None
    counts = np.asarray(found.counts).tolist()
    return (
        privacy.private_histogram(counts) if private else {"edges": np.asarray(found.edges).tolist(), "counts": counts}
    )


def _levels(top: tuple[tuple[str, int], ...], private: bool) -> list[dict[str, Any]]:
    return privacy.private_levels(top) if private else [{"value": str(value), "count": int(n)} for value, n in top]


def _target(profile: Profile, private: bool) -> dict[str, Any] | None:
    view = profile.target_view
    if view is None:
        return None
    return {
        "target": view.target,
        "problem": view.problem,
        "reason": view.reason,
        "rows": int(view.rows),
        "left_out": int(view.left_out),
        "classes": None if private else [str(label) for label in view.classes],
        "features": records(view.features, fields.FEATURE, private),
        "sample": view.sample.words,
    }


def _relations(profile: Profile, private: bool) -> dict[str, Any]:
    found = profile.associations
    return {
        "columns": [str(name) for name in found.columns],
        "shown_of": _shown_of(found.shown_of),
        "strength": _grid(found.strength, private),
        "pairs": records(found.pairs, fields.PAIR, private),
        "left_out": records(found.left_out, fields.LEFT_OUT, private),
        "sample": found.sample.words,
    }


def _missing(profile: Profile, private: bool) -> dict[str, Any]:
    found = profile.missing
    return {
        "columns": records(found.columns, fields.GAPS, private),
        "patterns": records(found.patterns, fields.PATTERN, private),
        "patterns_left": int(found.patterns_left),
        "together": records(found.together, fields.TOGETHER, private),
        "matrix": {
            "columns": [str(name) for name in found.matrix.columns],
            "first_rows": [int(row) for row in found.matrix.index],
            "share": _grid(found.matrix, private),
            "shown_of": _shown_of(found.matrix_of),
        },
        "shown_of": _shown_of(found.shown_of),
        "complete_rows": int(found.complete_rows),
        "sample": found.sample.words,
    }


def _shown_of(counts: Sequence[int]) -> list[int]:
    return [int(count) for count in counts]


def _grid(values: Any, private: bool) -> list[list[float | None]]:
    numbers = np.asarray(values, dtype=np.float64)
    plain = [[cell if np.isfinite(cell) else None for cell in row] for row in numbers.tolist()]
    return [[privacy.rounded(cell) for cell in row] for row in plain] if private else plain
