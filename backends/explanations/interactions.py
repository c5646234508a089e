"""How a column's values go with its SHAP values, and which other column changes that."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.coding import quantity
from backends.explanations.explanation import Explanation

MOST_POINTS = 2_000
BINS, ROWS_PER_BIN = 20, 25  # of the column itself
GROUPS = 4  # of the other column
PARTNERS = 100  # columns that are looked at: the most important ones
TRACE = 1e-6  # of the values' variance: what is left within bins below it is rounding
KEPT = 0.05  # strength from which an interaction is worth a colour


def dependence(
    explanation: Explanation, column: str, colour: str | None = None, output: int | None = None, seed: int = 0
) -> pd.DataFrame:
    """A column's values and SHAP values row by row: value, shap and, where there is a partner, colour.

    `colour` names the partner; by default it is the column with the strongest interaction (`interactions`), none where
    no interaction is stronger than 0.05. `output` is the position of a class, by default that of
    `Explanation.values`. At most 2,000 rows, a seeded sample of more. `attrs` hold "column", "colour" (name or ""),
    "strength" (NaN without a partner) and "rows" (of how many rows these are).
    """
    at = _position(explanation, column)
    ranked = interactions(explanation, column, output)
    strengths = dict(zip(ranked["column"], ranked["strength"], strict=True))
    if colour is None and len(ranked) and ranked["strength"].iloc[0] >= KEPT:
        colour = str(ranked["column"].iloc[0])
    frame = pd.DataFrame({"value": explanation.frame[column].array, "shap": _values(explanation, output)[:, at]})
    if colour is not None:
        _position(explanation, colour)
        frame["colour"] = explanation.frame[colour].array
    rows = len(frame)
    if rows > MOST_POINTS:
        chosen = np.random.default_rng(seed).choice(rows, MOST_POINTS, replace=False, shuffle=False)
        frame = frame.iloc[np.sort(chosen)].reset_index(drop=True)
    strength = strengths.get(colour, np.nan) if colour is not None else np.nan
    frame.attrs.update(column=column, colour=colour or "", strength=float(strength), rows=rows, output=output)
    return frame


def interactions(explanation: Explanation, column: str, output: int | None = None) -> pd.DataFrame:
    """How much each other column changes the effect of `column`, strongest first: column, strength.

    An approximation from the values at hand: rows are binned by `column` (bins of equally many rows, or levels), within
    each bin what a straight line in `column` says of its SHAP values is taken away, and `strength` is the share of the
    rest's variance that knowing the other column's quarter (or level) explains, corrected for the number of groups
    (adjusted R²): 0 for none, 1 for all. Only the 100 most important columns are looked at; NaN where there are too few
    rows.
    """
    at, values = _position(explanation, column), _values(explanation, output)
    sizes = np.abs(values).mean(axis=0)
    others = [i for i in np.argsort(-sizes, kind="stable") if i != at][:PARTNERS]
    rest, bins = _rest(explanation.frame[column], values[:, at])
    strengths = [_explained(rest, bins, groups(explanation.frame[explanation.columns[i]], GROUPS)) for i in others]
    frame = pd.DataFrame({"column": [explanation.columns[i] for i in others], "strength": strengths}, dtype=object)
    frame = frame.astype({"strength": float})
    return frame.sort_values("strength", ascending=False, kind="stable", ignore_index=True)


def groups(values: pd.Series, most: int) -> np.ndarray:
    """A group for each row, (rows,): quantities in groups of about equally many rows, levels by themselves.

    Of many levels the `most` with the most rows are kept and the others are one group; missing is a group of its own.

    >>> groups(pd.Series([1.0, 2.0, 3.0, 4.0, np.nan]), 2).tolist()
    [1, 1, 2, 2, 0]
    """
    if values.dtype.kind in "fiuM" and values.nunique() > most:
        numbers = quantity(values)
        known = ~np.isnan(numbers)
        edges = np.unique(np.quantile(numbers[known], np.linspace(0, 1, most + 1)[1:-1]))
        return np.where(known, 1 + np.searchsorted(edges, numbers, side="left"), 0)
    codes, levels = pd.factorize(values)
    order = np.empty(len(levels), dtype=np.intp)
    order[np.argsort(-np.bincount(codes[codes >= 0], minlength=len(levels)), kind="stable")] = np.arange(len(levels))
    return np.where(codes < 0, 0, 1 + np.minimum(order[codes] if len(levels) else codes, most))


def _rest(values: pd.Series, shap: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """SHAP values less a line in each bin, and the bins."""
    bins = groups(values, max(2, min(BINS, len(values) // ROWS_PER_BIN)))
    x = np.nan_to_num(quantity(values)) if values.dtype.kind in "fiuM" else np.zeros(len(values))
    rows = np.maximum(np.bincount(bins), 1)
    x = x - (np.bincount(bins, x) / rows)[bins]
    y = shap - (np.bincount(bins, shap) / rows)[bins]
    spread = np.bincount(bins, x * x)
    slope = np.divide(np.bincount(bins, x * y), spread, out=np.zeros(len(rows)), where=spread > 0)
    rest = y - slope[bins] * x
    trace = TRACE * max(float(shap.var()), np.finfo(float).tiny)
    return (rest if rest.var() > trace else np.zeros(len(rest))), bins


def _explained(rest: np.ndarray, bins: np.ndarray, other: np.ndarray) -> float:
    """Adjusted share of the rest's variance within bins that the other column's groups explain."""
    _, cells = np.unique(bins * (other.max(initial=0) + 1) + other, return_inverse=True)
    rows = np.bincount(cells)
    free_before, free_after = len(rest) - 2 * len(np.unique(bins)), len(rest) - len(rows)
    if free_before <= 0 or free_after <= 0:
        return np.nan
    before = float(rest @ rest)
    if before == 0:
        return 0.0
    after = before - float((np.bincount(cells, rest) ** 2 / rows).sum())
    return max(0.0, 1 - (after / free_after) / (before / free_before))


def _values(explanation: Explanation, output: int | None) -> np.ndarray:
    """(rows, columns) of one output, or of the one that the explanation speaks of."""
    return (explanation.values if output is None else explanation.of(output)).to_numpy()


def _position(explanation: Explanation, column: str) -> int:
    if column not in explanation.columns:
        raise WorkbenchError(
            f"{column!r} is no column of the model.", hint=f"It has {', '.join(explanation.columns[:20])}."
        )
    return explanation.columns.index(column)
