"""A table with columns of every kind, missing values in each, and classes that depend on most of them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from backends.datasets.schema import Column, Schema

LETTERS, SHARES = list("abcdefgh"), [0.3, 0.25, 0.2, 0.1, 0.1, 0.03, 0.01, 0.01]
WORDS = ["good", "bad", "fine", "très", "awful,", "service!", "FOOD", "slow", "quick", "Ärger", "日本", "no_1", "x"]
SCHEMA = Schema(
    (
        Column("x (€)", "number"),
        Column("count", "integer"),
        Column("flag", "boolean"),
        Column("c:d", "category", distinct=8),
        Column("town", "category", distinct=200),
        Column("when", "datetime", low="2020-01-01T06:30:00"),
        Column("said", "text", distinct=300),
        Column("nothing", "number"),
    )
)


def mixed(rows: int, classes: int, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """The features, with the types that a dataset has, and class codes of about equal frequency."""
    random = np.random.default_rng(seed)
    x, count, flag = random.normal(size=rows), random.integers(0, 50, rows), random.random(rows) < 0.4
    letter = random.choice(LETTERS, rows, p=SHARES)
    town = np.array([f"town {i}" for i in random.integers(0, 200, rows)])
    when = pd.Timestamp("2020-01-01 06:30") + pd.to_timedelta(random.integers(0, 24_000, rows), unit="h")
    said = [" ".join(random.choice(WORDS, random.integers(0, 8))) for _ in range(rows)]
    score = x + (count > 25) + flag + (letter == "a") + np.array(["bad" in text for text in said])
    score = score + (when.hour.to_numpy() > 12) * 0.5 + random.normal(size=rows) * 0.5
    values = {
        "x (€)": x * 1234.567,
        "count": count,
        "flag": flag,
        "c:d": letter,
        "town": town,
        "when": when,
        "said": said,
    }
    types = {"x (€)": "float64", "count": "Int64", "flag": "boolean", "c:d": "str", "town": "str", "said": "str"}
    frame = pd.DataFrame(
        {name: pd.Series(column).astype(types.get(name, "datetime64[us]")) for name, column in values.items()}
    )
    frame = frame.mask(random.random(frame.shape) < 0.1).assign(nothing=np.nan)
    return frame, np.digitize(score, np.quantile(score, np.arange(1, classes) / classes))


def unfamiliar(rows: int, classes: int, seed: int = 1) -> pd.DataFrame:
    """Further rows, many of them with levels, words and sizes of numbers that `mixed` does not have."""
    frame, _ = mixed(rows, classes, seed)
    third, random = rows // 3, np.random.default_rng(seed)
    frame.loc[:third, "c:d"] = "never seen"
    frame.loc[third : 2 * third, "town"] = "nowhere"
    frame.loc[random.permutation(rows)[:20], "said"] = "wholly different вещь"
    frame.loc[:11, "x (€)"] = [np.inf, -np.inf, 1e30, -1e30, 1e-30, 3.5e38, 3.3e38, 0.0, -0.0, 1e300, -1e300, 7.0]
    frame.loc[5:25, "nothing"] = 3.5
    return frame
