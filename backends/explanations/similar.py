"""The rows that the model learnt from and that are most like one row, in the columns that the user uploaded."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from backends.datasets.schema import Column
from backends.errors import WorkbenchError
from backends.explanations.coding import QUANTITIES, apart, quantity, scale_of
from backends.training.results import TrainedModel

TRUE_CLASS, DISTANCE = "true class", "distance"


def similar_rows(
    model: TrainedModel,
    row: pd.DataFrame,
    training: tuple[pd.DataFrame, np.ndarray],
    k: int = 5,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """The `k` rows nearest to `row` (one row), nearest first, by Gower's distance (1971), from 0 to 1.

    Each column adds its own distance, from 0 to 1: a number or date the difference over the length of the middle 90 %
    of the training rows (at most 1), any other 0 where equal and 1 where not, free text too; missing is 0 from
    missing and 1 from everything else. The mean is weighted by `weights` (by column, such as the mean |SHAP value|;
    a column that is not named has weight 0), without them all columns count alike.

    `training` is the training rows' features and their class codes. The frame's index is a row's position there; its
    columns are "true class", "distance" and the model's, in this order. Rows at the same distance keep their order.
    Raises WorkbenchError when there is no row, not one row to compare with or no positive weight.
    """
    frame, codes = training
    if len(row) != 1 or not len(frame):
        raise WorkbenchError(
            f"{len(row):,} rows cannot be compared with {len(frame):,}.",
            hint="Choose one row, and a model with training rows.",
        )
    names = list(model.schema.names)
    found = gower(row, frame, tuple(model.schema), weights)
    k = max(1, min(k, len(found)))
    reach = np.partition(found, k - 1)[k - 1]
    within = np.flatnonzero(found <= reach)
    nearest = within[np.argsort(found[within], kind="stable")[:k]]
    table = frame[names].iloc[nearest].set_axis(nearest, axis=0)
    labels = pd.Series(np.array(model.classes, dtype=object)[codes[nearest]], index=nearest, dtype="str")
    new = [_free(name, names) for name in (TRUE_CLASS, DISTANCE)]
    told = pd.DataFrame({new[0]: labels, new[1]: pd.Series(found[nearest], index=nearest)})
    return pd.concat([told, table], axis=1)


def gower(
    row: pd.DataFrame, frame: pd.DataFrame, columns: tuple[Column, ...], weights: Mapping[str, float] | None = None
) -> np.ndarray:
    """Gower's distance of every row of `frame` from the one row of `row`, (rows,). See `similar_rows`."""
    given = [1.0 if weights is None else float(weights.get(column.name, 0.0)) for column in columns]
    total = sum(given)
    if not total > 0 or min(given) < 0:
        raise WorkbenchError(
            "No column has a weight above 0, or one is below.", hint="Leave the weights out, or give positive ones."
        )
    found = np.zeros(len(frame))
    for column, weight in zip(columns, given, strict=True):
        if weight:
            found += weight / total * _apart(column, row[column.name], frame[column.name])
    return found


def _apart(column: Column, own: pd.Series, values: pd.Series) -> np.ndarray:
    """One column's distances, (rows,)."""
    if column.kind in QUANTITIES:
        numbers = quantity(values)
        return apart(numbers, float(quantity(own)[0]), scale_of(numbers))
    missing = values.isna().to_numpy()
    mine = own.iloc[0]
    if pd.isna(mine):
        return np.where(missing, 0.0, 1.0)
    same = (values == mine).to_numpy(dtype=bool, na_value=False)
    return np.where(missing | ~same, 1.0, 0.0)


def _free(name: str, taken: list[str]) -> str:
    """The name, or one like it that no column of the table has."""
    while name in taken:
        name = f"{name} *"
    return name
