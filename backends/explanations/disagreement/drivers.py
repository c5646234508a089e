"""Why two models differ: the columns that they weigh differently."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.explanation import Explanation

RESAMPLES = 1_000
CELLS = 20_000_000  # resamples × rows that are drawn at most


def drivers(first: Explanation, second: Explanation, seed: int = 0) -> pd.DataFrame:
    """How differently two explanations of the same rows weigh each column, the largest difference first.

    Columns: column, difference (mean over the rows of |value in the first − value in the second|; with several
    classes also over the classes), low and high (95 % bootstrap interval over the rows; NaN below two rows), first and
    second (mean |value| in each), all in the explanations' space. A column that only one of the models uses has the
    value 0 in the other. Raises WorkbenchError when rows, classes or space are not the same.
    """
    _check(first, second)
    names = list(dict.fromkeys(first.columns + second.columns))
    arrays = [_spread(explanation, names) for explanation in (first, second)]
    apart = np.abs(arrays[0] - arrays[1]).mean(axis=2)
    low, high = _interval(apart, seed)
    frame = pd.DataFrame(
        {
            "column": pd.Series(names, dtype="str"),
            "difference": apart.mean(axis=0) if len(apart) else np.full(len(names), np.nan),
            "low": low,
            "high": high,
            "first": np.abs(arrays[0]).mean(axis=(0, 2)) if len(apart) else np.nan,
            "second": np.abs(arrays[1]).mean(axis=(0, 2)) if len(apart) else np.nan,
        }
    )
    return frame.sort_values("difference", ascending=False, kind="stable", ignore_index=True)


def _check(first: Explanation, second: Explanation) -> None:
    rows = f"{len(first.frame):,} and {len(second.frame):,}"
    checks = (
        (first.space != second.space, f"One explanation is in {first.space}, the other in {second.space}",
         "Explain both models in the same space."),
        (first.classes != second.classes, "The explanations are of different classes",
         "Compare two models of one target."),
        (not _same_rows(first.frame, second.frame), f"The explanations are of different rows ({rows} of them)",
         "Explain the same rows with both models."),
    )  # fmt: skip
    for wrong, message, hint in checks:
        if wrong:
            raise WorkbenchError(f"{message}, so their values cannot be compared.", hint=hint)


def _same_rows(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    """Whether two frames hold the same rows, as far as the columns that both have can tell."""
    shared = first.columns.intersection(second.columns)
    return first.index.equals(second.index) and first[shared].equals(second[shared])


def _spread(explanation: Explanation, names: list[str]) -> np.ndarray:
    """(rows, names, outputs): the values in the order of `names`, 0 for a column that is not used."""
    array = explanation.array
    found = np.zeros((array.shape[0], len(names), array.shape[2]))
    places = {name: place for place, name in enumerate(names)}
    found[:, [places[name] for name in explanation.columns]] = array
    return found


def _interval(values: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % percentile bootstrap interval of each column's mean, from (rows, columns)."""
    rows, columns = values.shape
    if rows < 2:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    random, resamples = np.random.default_rng(seed), max(min(RESAMPLES, CELLS // rows), 200)
    means = np.stack(
        [np.bincount(random.integers(rows, size=rows), minlength=rows) @ values / rows for _ in range(resamples)]
    )
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return low, high
