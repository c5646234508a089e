"""The target: which column is likely meant, and its values as class codes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.datasets.classes import class_codes, class_label, positive_code, why_not_classes
from backends.datasets.schema import Column, Dataset
from backends.datasets.traits import named_like_target
from backends.errors import WorkbenchError
from backends.training.spec import TrainingSpec
from backends.training.validation import rows_needed

LABEL_WIDTH = 40  # characters of a class that a message shows


@dataclass(frozen=True)
class Target:
    """The target as class codes.

    `codes` has one entry per row of the table, -1 where the row takes no part (missing target, class left
    out); `classes` names the codes and `counts` their rows. For two classes, code 1 is the positive class.
    """

    column: Column
    codes: np.ndarray
    classes: tuple[str, ...]
    counts: tuple[int, ...]
    notes: tuple[str, ...] = ()

    @property
    def positive(self) -> str | None:
        """The positive class; None with more than two classes."""
        return self.classes[1] if len(self.classes) == 2 else None

    @property
    def rows(self) -> int:
        """Rows that take part."""
        return sum(self.counts)


def encode_target(dataset: Dataset, spec: TrainingSpec) -> Target:
    """The class codes of the spec's target column; rows without a target are left out and counted in a note.

    Raises WorkbenchError when the table has no rows, or the column one value only or too many to be classes.
    """
    column = dataset.schema[spec.target]
    if dataset.rows == 0:
        raise WorkbenchError(
            f"The table {dataset.name!r} has no rows, so there is nothing to learn {spec.target!r} from.",
            hint="Load a table with rows below its header.",
        )
    values = dataset.frame[spec.target]
    codes, labels = class_codes(values, column.format)
    missing = int((codes < 0).sum())
    _check_labels(column, values, labels)
    codes, labels, dropped = _without_rare(codes, labels, spec)
    if len(labels) == 2:
        codes, labels = _positive_last(codes, labels, spec)
    elif spec.positive is not None:
        raise WorkbenchError(
            f"A positive class was chosen, but {spec.target!r} has {len(labels)} classes.",
            hint="Leave the positive class open; it matters for two classes only.",
        )
    notes = [f"{missing:,} rows without a value of {spec.target!r} were left out."] if missing else []
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    return Target(column, codes, tuple(labels), tuple(int(c) for c in counts), tuple(notes) + dropped)


def likely_targets(dataset: Dataset) -> pd.DataFrame:
    """Every column as a possible target, the likely ones first; those that cannot be one come last, likely first too.

    Columns: name, kind, classes (distinct values), counts (rows of the largest classes, in words), usable,
    and reason: why it is likely, or why it cannot be a target.
    """
    rows = [_as_target(dataset, position) for position in range(len(dataset.schema))]
    frame = pd.DataFrame(rows, columns=["name", "kind", "classes", "counts", "usable", "reason", "weight"])
    frame = frame.sort_values(["usable", "weight"], ascending=False, kind="stable")
    return frame.drop(columns="weight").reset_index(drop=True)


def _as_target(dataset: Dataset, position: int) -> tuple[object, ...]:
    column = dataset.schema.columns[position]
    values = dataset.frame[column.name]
    counts = values.value_counts()
    distinct = len(counts)
    reason = why_not_classes(column, values, distinct)
    weight, why = _likelihood(column.name, distinct, position, len(dataset.schema))
    if column.kind == "identifier":
        reason, weight = reason or "identifies the rows", 0.0
    if reason:
        return column.name, column.kind, distinct, "", False, reason, weight
    largest = ", ".join(f"{class_label(value, column.format)}: {count:,}" for value, count in counts.head(5).items())
    return column.name, column.kind, distinct, largest + (", …" if distinct > 5 else ""), True, why, weight


def _likelihood(name: str, distinct: int, position: int, columns: int) -> tuple[float, str]:
    """A weight for sorting: a telling name counts most, then the place in the table, then few classes."""
    named = named_like_target(name)
    last, first = position == columns - 1, position == 0
    weight = 4.0 * named + 2.0 * last + 1.0 * first + 1.0 / max(distinct, 1)
    reasons = [text for hit, text in ((named, "its name"), (last, "last column"), (first, "first column")) if hit]
    return weight, ", ".join([*reasons, f"{distinct} classes"])


def _check_labels(column: Column, values: pd.Series, labels: list[str]) -> None:
    reason = why_not_classes(column, values, len(labels))
    if reason:
        few = [_shown(label, column) for label in labels[:3]]
        shown = f" (such as {', '.join(few)})" if len(labels) > 1 else ""
        only = f", {few[0]}" if len(labels) == 1 else ""
        raise WorkbenchError(
            f"The target {column.name!r} {reason}{only}{shown}.",
            hint="Choose a target with a few classes."
            if len(labels) > 1
            else "Choose a target with at least two classes.",
        )


def _without_rare(
    codes: np.ndarray, labels: list[str], spec: TrainingSpec
) -> tuple[np.ndarray, list[str], tuple[str, ...]]:
    """Leave out the rows of classes too rare for the folds, when the spec says so."""
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    keep = counts >= rows_needed(spec)
    if not spec.drop_rare or keep.all():
        return codes, labels, ()
    if keep.sum() < 2:
        raise WorkbenchError(
            f"Without the rare classes of {spec.target!r}, {int(keep.sum())} of {len(labels)} classes would be left.",
            hint="Use fewer folds, or choose another target.",
        )
    rare = [f"{name!r} ({count:,})" for name, count, kept in zip(labels, counts, keep, strict=True) if not kept]
    note = (
        f"{int(counts[~keep].sum()):,} rows of {len(rare)} rare classes of {spec.target!r} "
        f"were left out: {', '.join(rare[:10])}{', …' if len(rare) > 10 else ''}."
    )
    renumbered = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1)  # the last entry serves code -1
    return renumbered[codes], [name for name, kept in zip(labels, keep, strict=True) if kept], (note,)


def _positive_last(codes: np.ndarray, labels: list[str], spec: TrainingSpec) -> tuple[np.ndarray, list[str]]:
    if spec.positive is not None and spec.positive not in labels:
        raise WorkbenchError(
            f"{spec.positive!r} is no class of {spec.target!r}.",
            hint=f"The classes are {labels[0]!r} and {labels[1]!r}.",
        )
    counts = np.bincount(codes[codes >= 0], minlength=2)
    positive = labels.index(spec.positive) if spec.positive is not None else positive_code(labels, counts)
    return (codes, labels) if positive == 1 else (np.where(codes >= 0, 1 - codes, -1), labels[::-1])


def _shown(label: str, column: Column) -> str:
    """A class in a sentence: four digits of a quantity, the beginning of a long text."""
    if column.kind == "number":
        return f"{float(label):.4g}"
    return repr(label if len(label) <= LABEL_WIDTH else f"{label[: LABEL_WIDTH - 1]}…")
