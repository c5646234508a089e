"""Everything a spec leaves open, decided and explained before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, Dataset, Schema
from backends.errors import WorkbenchError
from backends.settings import Settings
from backends.training.features import Feature, choose_features
from backends.training.leakage import SAMPLE, telling_features
from backends.training.models import MODELS, ModelRow
from backends.training.rules import TELLING
from backends.training.scoring import default_metric, metric
from backends.training.spec import TrainingSpec
from backends.training.targets import Target, encode_target
from backends.training.validation import Split, check_shape, group_values, missing_classes, split


@dataclass(frozen=True)
class PlannedModel:
    """One row of the model table: whether it will be trained, and why not."""

    key: str
    title: str
    used: bool
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    """What a comparison will do.

    `features` has a choice for every column but the target; `class_counts` are rows in the table;
    `train_rows` and `holdout_rows` are numbers of rows; `folds` counts all folds of all repeats.
    """

    target: str
    classes: tuple[str, ...]
    class_counts: tuple[int, ...]
    positive: str | None
    metric: str
    metric_reason: str
    features: tuple[Feature, ...]
    models: tuple[PlannedModel, ...]
    scheme: str
    folds: int
    train_rows: int
    holdout_rows: int
    processes: int
    notes: tuple[str, ...] = ()

    @property
    def fits(self) -> int:
        """Fits to do: every model once per fold, and once on all training rows."""
        return sum(model.used for model in self.models) * (self.folds + 1)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON-ready data; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Plan:
        """Read back what `to_dict` wrote, also after a way through JSON."""
        lists = {key: tuple(data[key]) for key in ("classes", "class_counts", "notes")}
        features = tuple(Feature(**row) for row in data["features"])
        models = tuple(PlannedModel(**row) for row in data["models"])
        return cls(**{**data, **lists, "features": features, "models": models})


@dataclass(frozen=True)
class Problem:
    """A plan with the data it speaks of: what the fits work on. Row positions are those of the dataset's frame."""

    dataset: Dataset
    spec: TrainingSpec
    plan: Plan
    target: Target
    schema: Schema  # the features only
    rows: tuple[ModelRow, ...]  # the models to train
    split: Split

    @property
    def frame(self) -> pd.DataFrame:
        """The features of all rows."""
        return self.dataset.frame[list(self.schema.names)]


def plan(dataset: Dataset, spec: TrainingSpec, table: Sequence[ModelRow] = MODELS) -> Plan:
    """What `compare` would do with this table and spec, without training anything.

    Raises WorkbenchError for whatever would keep it from training: an unknown column, one class only, a
    class too rare for the folds, no usable feature, too few rows or groups.
    """
    return prepare(dataset, spec, table).plan


def prepare(dataset: Dataset, spec: TrainingSpec, table: Sequence[ModelRow] = MODELS) -> Problem:
    """The plan together with the class codes, the features and the split."""
    check_shape(spec)
    target = encode_target(dataset, spec)
    order = {
        name: _ordering(dataset, name, scheme, spec) for scheme, name in (("group", spec.group), ("time", spec.time))
    }
    groups, times = order[spec.group], order[spec.time] if spec.time != spec.group else None
    target = _without_times(target, times, spec)
    cut = split(spec, target.codes, target.classes, groups, times)
    features = _flagged(choose_features(dataset, target, spec), dataset, target, cut)
    schema = dataset.schema.select(tuple(feature.name for feature in features if feature.used))
    models = _planned(table, spec, len(cut.train_rows))
    key, reason = (spec.metric, "chosen") if spec.metric else default_metric(target.counts)
    made = Plan(
        target=spec.target,
        classes=target.classes,
        class_counts=target.counts,
        positive=target.positive,
        metric=metric(key).key,
        metric_reason=reason,
        features=features,
        models=models,
        scheme=spec.scheme,
        folds=len(cut.folds),
        train_rows=len(cut.train_rows),
        holdout_rows=len(cut.holdout_rows),
        processes=processes(spec),
        notes=target.notes + _fold_notes(cut, target),
    )
    rows = {row.key: row for row in table}
    return Problem(dataset, spec, made, target, schema, tuple(rows[m.key] for m in models if m.used), cut)


def _flagged(features: tuple[Feature, ...], dataset: Dataset, target: Target, cut: Split) -> tuple[Feature, ...]:
    """Say of each used feature that nearly separates the classes alone that it may give the target away."""
    schema = dataset.schema.select(tuple(feature.name for feature in features if feature.used))
    # A few thousand training rows are looked at, so no more are taken from a large table.
    rows = np.random.default_rng(0).permutation(cut.train_rows)[:SAMPLE]
    frame = dataset.frame.loc[rows, list(schema.names)]
    telling, tried = telling_features(frame, target.codes[rows], schema, at_least=TELLING)
    reasons = {
        feature.name: f"alone it tells the classes apart with ROC AUC {feature.auc:.3f} (tried on {tried:,} rows)"
        for feature in telling
    }
    return tuple(replace(feature, leaky=reasons.get(feature.name, feature.leaky)) for feature in features)


def processes(spec: TrainingSpec) -> int:
    """Worker processes of a comparison: what the spec says, else what the settings allow."""
    if spec.processes is not None and spec.processes < 1:
        raise WorkbenchError(f"{spec.processes} processes cannot train.", hint="Choose 1 or more, or leave it open.")
    return spec.processes or Settings.from_environment().worker_count


def _ordering(dataset: Dataset, name: str | None, scheme: str, spec: TrainingSpec) -> np.ndarray | None:
    """The values of the group or time column, as codes that sort as the values do; -1 for a missing time."""
    if spec.scheme != scheme or name is None:
        return None
    column = dataset.schema[name]
    if name == spec.target:
        raise WorkbenchError(f"The target {name!r} cannot be the {scheme} column too.", hint="Choose another column.")
    values = dataset.frame[name]
    if scheme == "group":
        return group_values(values)
    _check_time(column)
    return pd.factorize(values, sort=True)[0]


def _check_time(column: Column) -> None:
    if column.kind not in ("datetime", "number", "integer"):
        raise WorkbenchError(
            f"Column {column.name!r} is {column.kind} and gives no order in time.",
            hint="Choose a date or a number, or correct the column's kind on the Load page.",
        )


def _without_times(target: Target, times: np.ndarray | None, spec: TrainingSpec) -> Target:
    """Rows without a time cannot be put in order: they are left out and counted."""
    if times is None or (times >= 0).all():
        return target
    lost = int(((times < 0) & (target.codes >= 0)).sum())
    codes = np.where(times < 0, -1, target.codes)
    counts = tuple(int(c) for c in np.bincount(codes[codes >= 0], minlength=len(target.classes)))
    note = f"{lost:,} rows without a value of {spec.time!r} were left out."
    return replace(target, codes=codes, counts=counts, notes=(*target.notes, note) if lost else target.notes)


def _planned(table: Sequence[ModelRow], spec: TrainingSpec, rows: int) -> tuple[PlannedModel, ...]:
    known = [row.key for row in table]
    for key in spec.models or ():
        if key not in known:
            raise WorkbenchError(f"There is no model {key!r}.", hint=f"The models are {', '.join(known)}.")
    if spec.models is not None and not spec.models:
        raise WorkbenchError("No model is chosen.", hint="Choose at least one model to train.")
    reasons = {row.key: _why_not(row, spec, rows) for row in table}
    return tuple(PlannedModel(row.key, row.title, not reasons[row.key], reasons[row.key]) for row in table)


def _why_not(row: ModelRow, spec: TrainingSpec, rows: int) -> str:
    """Why a model is left out; empty when it is trained. A model that was asked for always is."""
    if spec.models is not None:
        return "" if row.key in spec.models else "not chosen"
    if not row.default:
        return "not in the default selection"
    if row.row_limit is not None and rows > row.row_limit:
        return f"slow above {row.row_limit:,} training rows (here {rows:,}); choose it to train it anyway"
    return ""


def _fold_notes(cut: Split, target: Target) -> tuple[str, ...]:
    lacking = list(missing_classes(cut.folds, target.codes, target.classes))
    if not lacking:
        return ()
    fold, name = lacking[0]
    more = f" and {len(lacking) - 1} more like it" if len(lacking) > 1 else ""
    return (f"Fold {fold} has no test row of class {name!r}{more}: metrics that need it are not measured there.",)
