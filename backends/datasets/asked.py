"""Kinds that were asked for: the column is read so, or the error says why it cannot be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from backends.datasets.attempts import Rules, as_boolean, as_datetime, as_number
from backends.datasets.describe import Understood, describe, nullable
from backends.datasets.levels import Levels
from backends.datasets.schema import Kind
from backends.datasets.words import as_text
from backends.errors import WorkbenchError


def _asked_number(name: str, levels: Levels, rules: Rules) -> Understood:
    found = as_number(name, levels.among_values(), rules, 0)
    return _insist(found, name, "number", levels).as_float()


def _asked_integer(name: str, levels: Levels, rules: Rules) -> Understood:
    found = _insist(as_number(name, levels.among_values(), rules, 0), name, "integer", levels)
    if found.column.kind == "integer":
        return found
    values = np.asarray(found.values, dtype=float)
    broken = np.isfinite(values) & (values == np.round(values)) & (np.abs(values) < 2**53)
    if not broken[~np.isnan(values)].all():
        at = int(np.flatnonzero(~broken & ~np.isnan(values))[0])
        raise WorkbenchError(
            f"Column {name!r} holds {values[at]:g}, which is no whole number.", hint="Read it as a number instead."
        )
    whole = nullable(np.where(np.isnan(values), 0, values).astype(np.int64), np.isnan(values))
    again = describe(name, "integer", whole, found.column.evidence, found.column.format)
    return replace(again, column=replace(again.column, exceptions=found.column.exceptions), notes=found.notes)


def _insist(found: Understood | None, name: str, kind: Kind, levels: Levels) -> Understood:
    if found is None:
        sample = levels.sample()
        value = f"; it holds {sample[0][:60]!r}" if sample else ""
        raise WorkbenchError(
            f"Column {name!r} cannot be read as {kind}{value}.", hint="Choose another kind for it, such as category."
        )
    return found


def _asked(kind: Kind) -> Callable[[str, Levels, Rules], Understood]:
    attempt = {"boolean": as_boolean, "datetime": as_datetime}[kind]
    return lambda name, levels, rules: _insist(attempt(name, levels.among_values(), rules, 0), name, kind, levels)


def _words(kind: Kind) -> Callable[[str, Levels, Rules], Understood]:
    return lambda name, levels, rules: as_text(name, levels, kind, "Kind as asked for.")


ASKED: dict[Kind, Callable[[str, Levels, Rules], Understood]] = {
    "number": _asked_number,
    "integer": _asked_integer,
    "boolean": _asked("boolean"),
    "datetime": _asked("datetime"),
    "category": _words("category"),
    "text": _words("text"),
    "identifier": _words("identifier"),
}
