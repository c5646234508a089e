"""An explanation as frames to look at: many rows at once, and one row step by step."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.coding import quantity
from backends.explanations.explanation import Explanation
from backends.explanations.written import as_written

MOST_POINTS = 5_000
LANES = 40  # cells along the width of a beeswarm, in which points are stacked


def beeswarm(explanation: Explanation, top: int = 15, output: int | None = None, seed: int = 0) -> pd.DataFrame:
    """A point for each row and each of the `top` most important columns, most important column first.

    Columns: column, row (position in the explanation), value (as the file writes it), shap, position (of the value
    among those of the explained rows, 0 lowest to 1 highest; NaN where it is missing or has no order) and offset (-1 to
    1: where to draw the point so that few lie upon each other). At most 5,000 points, a seeded sample of more rows.
    `attrs` hold "rows" (drawn), "of" (explained) and "output" (the argument).
    """
    values = (explanation.values if output is None else explanation.of(output)).to_numpy()
    order = np.argsort(-np.abs(values).mean(axis=0), kind="stable")[:top]
    rows = _sampled(len(values), MOST_POINTS // max(len(order), 1), seed)
    by_name = {column.name: column for column in explanation.schema}
    found = []
    for at in order:
        name = explanation.columns[at]
        series = explanation.frame[name]
        shown = series.array[rows]
        found.append(
            pd.DataFrame(
                {
                    "column": name,
                    "row": rows,
                    "value": [as_written(value, by_name[name]) for value in shown],
                    "shap": values[rows, at],
                    "position": positions(series)[rows],
                    "offset": _offsets(values[rows, at]),
                }
            )
        )
    frame = pd.concat(found, ignore_index=True)
    frame.attrs.update(rows=len(rows), of=len(values), output=output)
    return frame


def waterfall(explanation: Explanation, row: int, most: int = 10, output: int | None = None) -> pd.DataFrame:
    """How one row's prediction comes about: from the base, column by column, largest contribution first.

    Columns: column, value (as the file writes it), contribution, from, to. The first step starts at the base, the last
    ends at the prediction. Columns beyond the `most` largest are one step, "n other columns". `row` is a position in
    the explanation; `output` the position of a class, by default the one that the row is predicted to be. The class
    spoken of is in `attrs` as "output".
    """
    if not 0 <= row < len(explanation.frame):
        raise WorkbenchError(
            f"There is no row {row:,} in this explanation.", hint=f"It has rows 0 to {len(explanation.frame) - 1:,}."
        )
    if output is None:
        output = int(explanation.predicted[row].argmax()) if len(explanation.classes) > 1 else 0
    values = explanation.array[row, :, output]
    order = np.argsort(-np.abs(values), kind="stable")
    # One column more needs no more room than the step that would stand for it.
    shown = order if len(order) <= most + 1 else order[:most]
    by_name = {column.name: column for column in explanation.schema}
    names = [explanation.columns[i] for i in shown]
    written = [as_written(explanation.frame[name].array[row], by_name[name]) for name in names]
    steps = values[shown].tolist()
    if len(shown) < len(order):
        names.append(f"{len(order) - len(shown):,} other columns")
        written.append("")
        steps.append(float(values[order[len(shown) :]].sum()))
    levels = float(explanation.bases[output]) + np.concatenate([[0.0], np.cumsum(steps)])
    frame = pd.DataFrame(
        {"column": names, "value": written, "contribution": steps, "from": levels[:-1], "to": levels[1:]}
    )
    frame.attrs["output"] = output
    return frame


def positions(values: pd.Series) -> np.ndarray:
    """Where each value lies among the others, 0 for the lowest to 1 for the highest, ties alike; NaN without an order.

    >>> positions(pd.Series([10.0, 30.0, 20.0, None])).tolist()
    [0.0, 1.0, 0.5, nan]
    """
    if values.dtype.kind not in "fiuMb":
        return np.full(len(values), np.nan)
    numbers = pd.Series(quantity(values))
    ranks = numbers.rank(method="average")
    low, high = ranks.min(), ranks.max()
    return ((ranks - low) / (high - low) if high > low else ranks * 0 + 0.5).to_numpy()


def _sampled(rows: int, most: int, seed: int) -> np.ndarray:
    if rows <= most:
        return np.arange(rows)
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False, shuffle=False))


def _offsets(values: np.ndarray) -> np.ndarray:
    """Points of nearly the same value stacked around the middle: -1 to 1, wider where there are more of them."""
    low, high = values.min(initial=0.0), values.max(initial=0.0)
    if not high > low:
        return np.linspace(-1, 1, len(values)) if len(values) > 1 else np.zeros(len(values))
    cells = np.minimum(((values - low) / (high - low) * LANES).astype(np.intp), LANES - 1)
    order = np.argsort(cells, kind="stable")
    counts = np.bincount(cells, minlength=LANES)
    place = np.empty(len(values))
    place[order] = np.arange(len(values)) - np.repeat(np.cumsum(counts) - counts, counts)
    # 0, 1, -1, 2, -2, …: from the middle outwards.
    outwards = np.ceil(place / 2) * np.where(place % 2 == 1, 1.0, -1.0)
    return outwards / max(float(np.abs(outwards).max()), 1.0) + 0.0
