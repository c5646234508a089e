"""Probe rows: held-out rows with one value changed, so that all else about them is as it is in life."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline

from backends.datasets.recipe import Recipe
from backends.datasets.schema import Column
from backends.onnx_export.parity import SEED
from backends.onnx_export.probe_values import (
    EDGES,
    FAMILIES,
    RECIPE,
    Family,
    changed_by_recipe,
    edges_of_groups,
    listed,
)
from backends.onnx_export.signature import Signature
from backends.onnx_export.tree_splits import Splits, splits
from backends.training.inputs import role_of

MOST_EMPTIED = 2_000  # probe rows with a value in one column alone
MOST_SPLIT_ROWS = 60_000  # next to tree thresholds, three per threshold
MOST_CELLS = 2_000_000  # of a family's table: a wide table gets fewer rows
DAY = 86_400_000_000  # microseconds
CALENDAR = (-62_135_596_800_000_000, 253_402_300_799_999_999)  # the years 1 to 9999, microseconds since 1970


@dataclass(frozen=True)
class Change:
    """A value put into a column of the held-out row at a position."""

    row: int
    column: str
    value: Any


@dataclass(frozen=True)
class Probes:
    """The probe rows of one family.

    `rows` are the positions of the held-out rows they were made of, `changes` say what was changed in each, in words.
    `recipe` holds the steps that come first for rows as the file has them; held-out rows are past them.
    `note` says what was left out.
    """

    name: str
    title: str
    about: str
    frame: pd.DataFrame
    rows: np.ndarray
    changes: tuple[str, ...]
    note: str = ""
    recipe: Recipe = field(default_factory=Recipe)


@dataclass(frozen=True)
class Material:
    """What probes are made of: the held-out rows, how near each is to another decision, and the fitted pipeline."""

    signature: Signature
    held_out: pd.DataFrame
    margins: np.ndarray
    pipeline: Pipeline
    recipe: Recipe = field(default_factory=Recipe)  # the steps that the held-out rows are past
    seed: int = SEED

    @cached_property
    def nearest(self) -> np.ndarray:
        """Positions of the held-out rows, the one nearest to another decision first."""
        return np.argsort(self.margins, kind="stable")

    def some(self, count: int, random: np.random.Generator) -> list[int]:
        """Positions of `count` rows: half are those nearest to another decision, the others drawn."""
        near = self.nearest[: (count + 1) // 2]
        rest = self.nearest[len(near) :]
        return [*near.tolist(), *random.choice(rest, min(count // 2, len(rest)), replace=False).tolist()]

    def most(self, rows: int) -> int:
        """How many probe rows a family may have, at most `rows`."""
        return max(10, min(rows, MOST_CELLS // max(1, len(self.signature.columns))))


def probes(material: Material) -> Iterator[Probes]:
    """The probe rows of every family that the table has columns for; none without held-out rows."""
    if not len(material.held_out):
        return
    steps, touched = changed_by_recipe(material.signature.columns, material.recipe)
    edges = listed(*EDGES, edges_of_groups(material.signature))
    for family in (*FAMILIES, edges):
        yield from _of_family(material, family)
    for made in _of_family(material, listed(*RECIPE, touched)):
        yield replace(made, recipe=steps)
    yield _emptied(material)
    found = splits(material.pipeline, material.held_out)
    if found is not None and len(found):
        yield _beside_thresholds(material, found)


def _of_family(material: Material, family: Family) -> Iterator[Probes]:
    """The family's probe rows, or nothing where no column has any of its values."""
    wanted = [(c.name, v) for c in material.signature.columns if family.applies(c) for v in family.values(c)]
    if wanted:
        changes, note = _spread(material, wanted, family)
        yield changed(material, (family.name, family.title, family.about), changes, note)


def _spread(material: Material, wanted: list[tuple[str, Any]], family: Family) -> tuple[list[Change], str]:
    """Each value in as many rows as the family may have, and in words what had to be left out."""
    random = np.random.default_rng(material.seed)
    most, note = material.most(family.most), ""
    if len(wanted) > most:
        note = f"{most:,} of {len(wanted):,} values, drawn with the seed {material.seed}."
        wanted = [wanted[at] for at in np.sort(random.choice(len(wanted), most, replace=False))]
    each = max(1, min(family.rows, most // len(wanted)))
    return [Change(row, name, value) for name, value in wanted for row in material.some(each, random)], note


def changed(material: Material, named: tuple[str, str, str], changes: list[Change], note: str = "") -> Probes:
    """The rows with their changes, of whatever columns, in one table of the family of this name, title and words."""
    rows = np.array([change.row for change in changes], dtype=np.intp)
    frame = material.held_out.iloc[rows].reset_index(drop=True)
    places: dict[str, list[int]] = {}
    for place, change in enumerate(changes):
        places.setdefault(change.column, []).append(place)
    for name, at in places.items():
        values = frame[name].astype(object).to_numpy(copy=True)
        values[at] = _objects([changes[place].value for place in at])
        frame[name] = typed(values, material.signature.columns[name], frame[name].dtype)
    told = tuple(f"{change.column} = {_shown(change.value)}" for change in changes)
    return Probes(*named, frame, rows, told, note)


def _emptied(material: Material) -> Probes:
    """One row without any value, and rows with a value in one column alone."""
    columns = list(material.signature.columns)
    random = np.random.default_rng(material.seed)
    most = material.most(MOST_EMPTIED) - 1
    alone = columns if len(columns) <= most else [columns[i] for i in random.choice(len(columns), most, replace=False)]
    row = material.some(1, random)[0]
    frame = material.held_out.iloc[[row] * (len(alone) + 1)].reset_index(drop=True)
    for column in columns:
        values = np.full(len(frame), None, dtype=object)
        held = [at for at, one in enumerate(alone, 1) if one.name == column.name]
        values[held] = frame[column.name].astype(object).to_numpy()[held]
        frame[column.name] = typed(values, column, frame[column.name].dtype)
    told = ("no value at all", *(f"only {column.name}" for column in alone))
    note = f"{len(alone):,} of {len(columns):,} columns, drawn with the seed {material.seed}."
    about = "A row without any value, and rows with a value in one column alone."
    rows = np.full(len(frame), row, dtype=np.intp)
    return Probes("empty", "Every value missing", about, frame, rows, told, note if len(alone) < len(columns) else "")


def _beside_thresholds(material: Material, found: Splits) -> Probes:
    """Three rows per threshold: on it, and the next number of single precision on both sides."""
    random = np.random.default_rng(material.seed)
    most, at, note = material.most(MOST_SPLIT_ROWS) // 3, np.arange(len(found)), ""
    if len(found) > most:
        at = np.sort(random.choice(len(found), most, replace=False))
        note = f"{most:,} of {len(found):,} thresholds, drawn with the seed {material.seed}."
    drawn = random.integers(len(material.held_out), size=len(at))
    rows = np.where(found.rows[at] >= 0, found.rows[at], drawn)
    single = found.thresholds[at].astype(np.float32)
    beside = [np.nextafter(single, np.float32(side)).astype(np.float64) for side in (-np.inf, np.inf)]
    changes = [
        Change(row, way.column.source, value)
        for values in (found.thresholds[at], *beside)
        for way, row, given in zip((found.ways[i] for i in found.way[at]), rows.tolist(), values, strict=True)
        if (value := _given(float(way.back(given)), way.column.part)) is not None
    ]
    about = "Each threshold of each tree on a number or a date, and the single-precision numbers next to it."
    return changed(material, ("thresholds", "Next to tree thresholds", about), changes, note)


def _given(value: float, part: str) -> Any:
    """The value of the table's column: a number as it is, days as a date; None for days outside the calendar."""
    if not part:
        return value
    microseconds = round(value * DAY)
    return pd.Timestamp(microseconds, unit="us") if CALENDAR[0] <= microseconds <= CALENDAR[1] else None


def typed(values: np.ndarray, column: Column, dtype: Any) -> pd.Series:
    """Objects as a column of the type that a dataset has for them: integers stay whole where all of them are."""
    if column.kind == "datetime":
        zone = getattr(dtype, "tz", None)
        return pd.Series([_moment(value, zone) for value in values], dtype=_dates(zone))
    role = role_of(column)
    if role in ("category", "text"):
        return pd.Series(values, dtype="str")
    if role == "boolean":
        return pd.Series(values, dtype="boolean")
    gone = pd.isna(values)
    held = values[~gone].tolist()
    if all(isinstance(value, int | np.integer) for value in held):
        return pd.Series(values, dtype="Int64")
    beyond = any(isinstance(value, int) and abs(value) > 2**53 for value in held)
    return pd.Series(np.where(gone, np.nan, values), dtype=object if beyond else "float64")


def _dates(zone: Any) -> Any:
    return "datetime64[us]" if zone is None else pd.DatetimeTZDtype("us", zone)


def _moment(value: Any, zone: Any) -> Any:
    if value is None or pd.isna(value):
        return pd.NaT
    moment = pd.Timestamp(value).as_unit("us")
    return moment.tz_localize("UTC").tz_convert(zone) if zone is not None and moment.tz is None else moment


def _objects(values: list[Any]) -> np.ndarray:
    held = np.empty(len(values), dtype=object)
    held[:] = values
    return held


def _shown(value: Any) -> str:
    text = "no value" if value is None else repr(value) if isinstance(value, str | float) else str(value)
    return text if len(text) <= 60 else f"{text[:40]}… ({len(text):,} characters)"
