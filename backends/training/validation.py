"""Which rows a model may learn from, which judge it while models are compared, and which are kept for the end.

The rows with a known class are cut twice. First a **hold-out** is set aside; no model and no tuning ever sees
it. The rest, the training rows, are cut into **folds**: a model is fitted on the `train` rows of a fold and
scored on its `test` rows. Four schemes decide how:

- `stratified`: every fold has the classes in the same proportions (k-fold, shuffled);
- `repeated`: the same, several times over with different shuffles, which narrows the uncertainty;
- `group`: rows of one group (a customer, a patient) are never on both sides, in the hold-out neither;
- `time`: rows are put in the order of time; each fold is tested on what comes after its training rows, and the
  hold-out is the last part.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import (
    BaseCrossValidator,
    GroupKFold,
    GroupShuffleSplit,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    TimeSeriesSplit,
    train_test_split,
)

from backends.datasets.wording import per_cent
from backends.errors import WorkbenchError
from backends.training.spec import TrainingSpec

MIN_ROWS = 20  # fewer rows cannot fill folds and a hold-out that mean anything
HOLDOUT_SHARES = (0.05, 0.5)
MAX_FOLDS = 50


@dataclass(frozen=True)
class Fold:
    """Row positions (in the table) to fit on and to score on."""

    train: np.ndarray
    test: np.ndarray


@dataclass(frozen=True)
class Split:
    """Row positions in the table: all training rows, the hold-out, and the folds cut from the training rows."""

    train_rows: np.ndarray
    holdout_rows: np.ndarray
    folds: tuple[Fold, ...]

    @property
    def sizes(self) -> tuple[float, float]:
        """Mean number of rows a fold is fitted on and scored on."""
        return float(np.mean([len(f.train) for f in self.folds])), float(np.mean([len(f.test) for f in self.folds]))


def split(
    spec: TrainingSpec,
    codes: np.ndarray,
    classes: Sequence[str],
    groups: np.ndarray | None = None,
    times: np.ndarray | None = None,
) -> Split:
    """Cut the rows whose class code is known (``codes >= 0``) as the spec says.

    `codes` has one class code per row of the table, -1 for rows to leave out; `groups` (scheme "group") and
    `times` (scheme "time") have one value per row. The same spec and codes give the same split. Raises
    WorkbenchError where the rows cannot be cut that way.

    >>> cut = split(TrainingSpec(target="y", folds=2), np.array([0, 1] * 10), ("no", "yes"))
    >>> len(cut.train_rows), len(cut.holdout_rows), [len(fold.test) for fold in cut.folds]
    (16, 4, [8, 8])
    """
    check_shape(spec)
    rows = np.flatnonzero(codes >= 0)
    _check_rows(rows, spec)
    train, holdout = _HOLDOUTS[spec.scheme](spec, _Rows(rows, codes, classes, groups, times))
    folds = tuple(
        Fold(train[fit], train[test])
        for fit, test in cross_validator(spec).split(train, codes[train], None if groups is None else groups[train])
    )
    _check_folds(folds, codes, classes, spec)
    return Split(train, holdout, folds)


def cross_validator(spec: TrainingSpec) -> BaseCrossValidator:
    """The scikit-learn splitter that cuts the training rows into the folds of `spec`.

    >>> cross_validator(TrainingSpec(target="y", folds=3, seed=7))
    StratifiedKFold(n_splits=3, random_state=7, shuffle=True)
    """
    if spec.scheme == "repeated":
        return RepeatedStratifiedKFold(n_splits=spec.folds, n_repeats=spec.repeats, random_state=spec.seed)
    if spec.scheme == "group":
        return GroupKFold(n_splits=spec.folds, shuffle=True, random_state=spec.seed)
    if spec.scheme == "time":
        return TimeSeriesSplit(n_splits=spec.folds)
    return StratifiedKFold(n_splits=spec.folds, shuffle=True, random_state=spec.seed)


def rows_needed(spec: TrainingSpec) -> int:
    """Fewest rows a class must have so that each fold still has one after the hold-out is taken.

    >>> rows_needed(TrainingSpec(target="y", folds=5, holdout=0.2))
    7
    """
    count = spec.folds + 1
    while count - math.ceil(count * spec.holdout) < spec.folds:
        count += 1
    return count


def check_shape(spec: TrainingSpec) -> None:
    """Refuse numbers of folds, repeats and hold-out shares that cut nothing sensible (WorkbenchError)."""
    if not 2 <= spec.folds <= MAX_FOLDS:
        raise WorkbenchError(f"{spec.folds} folds cannot be made.", hint=f"Choose between 2 and {MAX_FOLDS} folds.")
    if spec.scheme == "repeated" and not 1 <= spec.repeats <= MAX_FOLDS:
        raise WorkbenchError(f"The folds cannot be repeated {spec.repeats} times.", hint="Choose 2 to 10 repeats.")
    low, high = HOLDOUT_SHARES
    if not low <= spec.holdout <= high:
        raise WorkbenchError(
            f"A hold-out of {per_cent(spec.holdout)} of the rows cannot be used.",
            hint=f"Choose between {per_cent(low)} and {per_cent(high)}.",
        )
    if spec.scheme not in _HOLDOUTS:
        raise WorkbenchError(
            f"There is no validation scheme {spec.scheme!r}.", hint=f"Choose one of {', '.join(_HOLDOUTS)}."
        )
    for scheme, column in (("group", spec.group), ("time", spec.time)):
        if spec.scheme == scheme and not column:
            raise WorkbenchError(
                f"Validation by {scheme} was chosen but no {scheme} column.", hint=f"Choose the {scheme} column."
            )


@dataclass(frozen=True)
class _Rows:
    """The rows to cut (positions in the table) and what is known of every row of the table."""

    rows: np.ndarray
    codes: np.ndarray
    classes: Sequence[str]
    groups: np.ndarray | None
    times: np.ndarray | None


def _shuffled(spec: TrainingSpec, table: _Rows) -> tuple[np.ndarray, np.ndarray]:
    codes = table.codes[table.rows]
    _check_classes(codes, table.classes, spec)
    train, holdout = train_test_split(table.rows, test_size=spec.holdout, stratify=codes, random_state=spec.seed)
    return train, holdout


def _grouped(spec: TrainingSpec, table: _Rows) -> tuple[np.ndarray, np.ndarray]:
    assert table.groups is not None
    groups = table.groups[table.rows]
    count = len(np.unique(groups))
    if count < spec.folds + 2:
        raise WorkbenchError(
            f"Column {spec.group!r} has {count} groups, too few for {spec.folds} folds and a hold-out.",
            hint="Choose another group column" + (f", or at most {count - 2} folds." if count > 3 else "."),
        )
    cutter = GroupShuffleSplit(n_splits=1, test_size=spec.holdout, random_state=spec.seed)
    train, holdout = next(cutter.split(table.rows, groups=groups))
    return table.rows[train], table.rows[holdout]


def _ordered(spec: TrainingSpec, table: _Rows) -> tuple[np.ndarray, np.ndarray]:
    assert table.times is not None
    rows = table.rows[np.argsort(table.times[table.rows], kind="stable")]
    end = len(rows) - math.ceil(len(rows) * spec.holdout)
    return rows[:end], rows[end:]


_HOLDOUTS: dict[str, Callable[[TrainingSpec, _Rows], tuple[np.ndarray, np.ndarray]]] = {
    "stratified": _shuffled,
    "repeated": _shuffled,
    "group": _grouped,
    "time": _ordered,
}


def _check_rows(rows: np.ndarray, spec: TrainingSpec) -> None:
    if len(rows) < MIN_ROWS:
        raise WorkbenchError(
            f"Only {len(rows)} rows have a value of {spec.target!r}; training and judging need at least {MIN_ROWS}.",
            hint="Load a table with more rows.",
        )


def _check_classes(codes: np.ndarray, classes: Sequence[str], spec: TrainingSpec) -> None:
    """Each class must have enough rows for the hold-out and for one row in each fold."""
    counts = np.bincount(codes, minlength=len(classes))
    needed = rows_needed(spec)
    rare = [(name, int(count)) for name, count in zip(classes, counts, strict=True) if count < needed]
    if rare:
        name, count = min(rare, key=lambda pair: pair[1])
        raise WorkbenchError(
            f"Class {name!r} of {spec.target!r} has {_rows(count)}; {spec.folds} folds and a hold-out of "
            f"{per_cent(spec.holdout)} need at least {needed}.",
            hint=_way_out(count, len(rare), spec),
            remedies=_remedies(count, len(rare), spec),
        )


def _way_out(count: int, rare: int, spec: TrainingSpec) -> str:
    drop = f"leave out the {_classes(rare)} with fewer than {rows_needed(spec)} rows"
    possible = _folds_possible(count, spec)
    return f"Use {possible} folds or fewer, or {drop}." if possible >= 2 else f"{drop.capitalize()}."


def _remedies(count: int, rare: int, spec: TrainingSpec) -> dict[str, dict[str, object]]:
    """The way out as changes of the spec."""
    possible = _folds_possible(count, spec)
    fewer: dict[str, dict[str, object]] = {f"Use {possible} folds": {"folds": possible}} if possible >= 2 else {}
    return {**fewer, f"Leave out the {_classes(rare)}": {"drop_rare": True}}


def _folds_possible(count: int, spec: TrainingSpec) -> int:
    """Folds that a class of `count` rows suffices for, after the hold-out is taken."""
    return count - math.ceil(count * spec.holdout)


def _check_folds(folds: Sequence[Fold], codes: np.ndarray, classes: Sequence[str], spec: TrainingSpec) -> None:
    """Nothing can be learnt from one class; it happens when groups or time carry the classes."""
    for number, fold in enumerate(folds, start=1):
        present = np.unique(codes[fold.train])
        if len(present) < 2:
            raise WorkbenchError(
                f"The training rows of fold {number} all have class {classes[present[0]]!r}.",
                hint="Use fewer folds or another way to validate.",
            )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _classes(count: int) -> str:
    return "class" if count == 1 else f"{count} classes"


def missing_classes(folds: Sequence[Fold], codes: np.ndarray, classes: Sequence[str]) -> Iterator[tuple[int, str]]:
    """The (fold number, class) pairs where a fold is scored on rows without that class, so some metrics are NaN."""
    for number, fold in enumerate(folds, start=1):
        present = set(np.unique(codes[fold.test]))
        yield from ((number, name) for code, name in enumerate(classes) if code not in present)


def group_values(column: pd.Series) -> np.ndarray:
    """A code for each group; a missing value is a group of its own row."""
    codes, levels = pd.factorize(column)
    lone = codes < 0
    return np.where(lone, len(levels) + np.cumsum(lone), codes)
