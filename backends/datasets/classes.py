"""A column's values as classes: their codes and labels, whether they can be classes, and which is the positive one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, ValueFormat

MAX_CLASSES = 100  # more are not classes but names, codes or quantities
MAX_QUANTITY_CLASSES = 20  # distinct values of a column with decimals that may still be classes
YES_WORDS = frozenset({"yes", "y", "true", "t", "positive", "pos"})
ONE_AND_ZERO = ({"1", "0"}, {"1", "-1"})


def class_codes(values: pd.Series, form: ValueFormat) -> tuple[np.ndarray, list[str]]:
    """Codes (-1 for missing) and the label of each code, in the order of the values.

    >>> codes, labels = class_codes(pd.Series([3.0, None, 1.0]), ValueFormat())
    >>> codes.tolist(), labels
    ([1, -1, 0], ['1', '3'])
    """
    codes, distinct = pd.factorize(values, sort=True)
    return codes, [class_label(value, form) for value in distinct]


def class_label(value: object, form: ValueFormat) -> str:
    """The value as the table's reader would write it.

    >>> class_label(True, ValueFormat(true_values=("Yes",))), class_label(2.0, ValueFormat())
    ('Yes', '2')
    """
    if isinstance(value, bool | np.bool_):
        written = form.true_values if value else form.false_values
        return written[0] if written else str(bool(value))
    if isinstance(value, float | np.floating):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return str(value)


def why_not_classes(column: Column, values: pd.Series, distinct: int) -> str:
    """Why a column's values cannot be classes; empty when they can.

    >>> why_not_classes(Column("pay", "number"), pd.Series([1.5, 2.5]), 2)
    ''
    """
    if distinct < 2:
        return "has no value" if distinct == 0 else "has one value only"
    if column.kind == "number" and distinct > MAX_QUANTITY_CLASSES and not _whole(values):
        return f"is a quantity with {distinct:,} distinct values, not classes"
    if distinct > MAX_CLASSES:
        return f"has {distinct:,} distinct values; at most {MAX_CLASSES} can be classes"
    return ""


def positive_code(labels: Sequence[str], counts: np.ndarray) -> int:
    """Which of two classes is the positive one: the one that reads like "yes"; else the rarer one.

    >>> positive_code(["no", "yes"], np.array([3, 9])), positive_code(["bad", "good"], np.array([3, 9]))
    (1, 0)
    """
    words = [label.strip().lower() for label in labels]
    if set(words) in ONE_AND_ZERO:
        return words.index("1")
    saying_yes = [code for code, word in enumerate(words) if word in YES_WORDS]
    if len(saying_yes) == 1:
        return saying_yes[0]
    negatives, positives = counts
    return 0 if negatives < positives else 1


def _whole(values: pd.Series) -> bool:
    numbers = values.dropna().to_numpy(dtype=float)
    return bool((numbers == np.floor(numbers)).all())
