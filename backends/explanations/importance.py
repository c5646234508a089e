"""Which columns move a model's output most, over many rows, and how sure that is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backends.explanations.explanation import Explanation

RESAMPLES = 1_000
LEVEL = 0.95


def global_importance(explanation: Explanation, resamples: int = RESAMPLES, seed: int = 0) -> pd.DataFrame:
    """Mean |SHAP value| of each column over the explained rows, largest first.

    Columns: column, importance, low, high, mean. `low` and `high` are the 95 % interval over other rows of this kind
    (percentile bootstrap of the rows, seeded; NaN for a single row), `mean` is the mean signed value. With several
    classes there is one more column per class, "importance of <class>", `importance` is their mean and `mean` is NaN:
    the signed values of all classes cancel.
    """
    sizes = np.abs(explanation.array)
    overall = sizes.mean(axis=2)
    low, high = interval_of_means(overall, resamples, seed)
    single = len(explanation.classes) == 1
    frame = pd.DataFrame(
        {
            "column": list(explanation.columns),
            "importance": overall.mean(axis=0),
            "low": low,
            "high": high,
            "mean": explanation.array[:, :, 0].mean(axis=0) if single else np.nan,
        }
    )
    if not single:
        means = sizes.mean(axis=0)
        names = [f"importance of {name}" for name in explanation.classes]
        frame = pd.concat([frame, pd.DataFrame(means, columns=names)], axis=1)
    return frame.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def part_importance(explanation: Explanation, column: str) -> pd.DataFrame:
    """Mean |SHAP value| and mean signed value of the parts of one column, largest first: part, importance, mean.

    Empty for a column that is a single number to the model, or whose parts were not kept. `mean` is NaN with several
    classes.
    """
    at = [i for i, (name, _) in enumerate(explanation.part_names) if name == column]
    if explanation.parts is None or not at:
        return pd.DataFrame({"part": pd.Series(dtype="str"), "importance": [], "mean": []})
    values = explanation.parts[:, at]
    single = len(explanation.classes) == 1
    frame = pd.DataFrame(
        {
            "part": [explanation.part_names[i][1] for i in at],
            "importance": np.abs(values).mean(axis=(0, 2)),
            "mean": values[:, :, 0].mean(axis=0) if single else np.nan,
        }
    )
    return frame.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def interval_of_means(values: np.ndarray, resamples: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The 95 % interval of each column's mean, (columns,) twice, by resampling the rows of `values` (rows, columns).

    A resample is a multinomial draw of how often each row occurs, so all means are one matrix product. NaN with fewer
    than two rows: nothing is known about others.

    >>> low, high = interval_of_means(np.array([[1.0], [1.0], [1.0]]), 100, seed=0)
    >>> round(float(low[0]), 9), round(float(high[0]), 9)
    (1.0, 1.0)
    """
    rows, columns = values.shape
    if rows < 2:
        return np.full(columns, np.nan), np.full(columns, np.nan)
    counts = np.random.default_rng(seed).multinomial(rows, np.full(rows, 1 / rows), size=resamples)
    means = (counts / rows) @ values
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    return low, high
