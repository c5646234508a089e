"""Which columns to learn from: a choice for every column, with the reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, Dataset, Schema
from backends.datasets.traits import looks_sensitive
from backends.errors import WorkbenchError
from backends.training.spec import TrainingSpec
from backends.training.targets import Target


@dataclass(frozen=True)
class Feature:
    """One column and whether it is learnt from.

    `reason` says why it is left out (empty when it is used); `sensitive` marks columns that may describe a
    protected trait, `leaky` says why a column may give the target away.
    """

    name: str
    kind: str
    used: bool
    reason: str = ""
    sensitive: bool = False
    leaky: str = ""


def choose_features(dataset: Dataset, target: Target, spec: TrainingSpec) -> tuple[Feature, ...]:
    """A choice for each column but the target.

    Without a choice in the spec every column is used but identifiers, columns with at most one value in the
    rows with a target, the target's twin, and the columns that group or order the rows. Raises
    WorkbenchError for an unknown feature and when none is left.
    """
    _check_named(dataset.schema, spec)
    labelled = target.codes >= 0
    features = tuple(
        _choice(column, dataset.frame[column.name], target, labelled, spec)
        for column in dataset.schema
        if column.name != spec.target
    )
    if not any(feature.used for feature in features):
        reasons = "; ".join(f"{f.name!r} {f.reason}" for f in features[:5]) or "the target is the only column"
        raise WorkbenchError(
            f"There is no feature to learn from: {reasons}.", hint="Load a table with more columns, or choose features."
        )
    return features


def _choice(column: Column, values: pd.Series, target: Target, labelled: np.ndarray, spec: TrainingSpec) -> Feature:
    against = next((reason for reason in _objections(column, values, target, labelled, spec) if reason), "")
    twin = _twin_reason(values, target, labelled)
    if spec.features is None:
        used, reason = not against, against
    else:
        used, reason = column.name in spec.features, "" if column.name in spec.features else "not chosen"
    return Feature(column.name, column.kind, used, reason, looks_sensitive(column.name), twin)


def _objections(
    column: Column, values: pd.Series, target: Target, labelled: np.ndarray, spec: TrainingSpec
) -> Iterator[str]:
    yield "groups the rows for validation" if spec.scheme == "group" and column.name == spec.group else ""
    yield "orders the rows for validation" if spec.scheme == "time" and column.name == spec.time else ""
    for rule in _RULES:
        yield rule(column, values, target, labelled)


def _identifier_reason(column: Column, *_: object) -> str:
    if column.kind != "identifier":
        return ""
    return f"identifies the rows: {column.distinct:,} distinct values" if column.distinct else "identifies the rows"


def _constant_reason(column: Column, values: pd.Series, target: Target, labelled: np.ndarray) -> str:
    distinct = values[labelled].dropna().unique()
    if len(distinct) == 0:
        return "has no value at all"
    if len(distinct) == 1 and not values[labelled].isna().any():
        return f"is constant: always {distinct[0]!s}"[:80]
    return ""


def _twin_of_target(column: Column, values: pd.Series, target: Target, labelled: np.ndarray) -> str:
    return _twin_reason(values, target, labelled)


_RULES: tuple[Callable[[Column, pd.Series, Target, np.ndarray], str], ...] = (
    _identifier_reason,
    _constant_reason,
    _twin_of_target,
)


def _twin_reason(values: pd.Series, target: Target, labelled: np.ndarray) -> str:
    """A column that says the same as the target in other words: each value goes with one class and back."""
    codes, distinct = pd.factorize(values[labelled], use_na_sentinel=False)
    if len(distinct) != len(target.classes):
        return ""
    pairs = np.unique(codes * len(target.classes) + target.codes[labelled])
    return "is the target's twin: each value goes with one class" if len(pairs) == len(distinct) else ""


def _check_named(schema: Schema, spec: TrainingSpec) -> None:
    for name in spec.features or ():
        schema[name]  # raises for an unknown column
        if name == spec.target:
            raise WorkbenchError(
                f"{name!r} is the target; it cannot be a feature too.", hint="Take it off the features."
            )
    if spec.features is not None and not spec.features:
        raise WorkbenchError("No feature is chosen.", hint="Choose at least one column to learn from.")
