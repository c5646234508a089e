"""Whether the target differs where a value is missing: a gap may be a message of its own, or a leak."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.profiling.budget import Budget
from backends.profiling.discovery import benjamini_hochberg
from backends.profiling.missing.differences import Differences, classes, means, shares
from backends.profiling.missing.masks import gaps_of
from backends.profiling.relations.nominal import cramers_v
from backends.profiling.target.outcome import Outcome, outcome
from backends.profiling.values import Values

FEWEST = 5  # rows with a gap, and without, that a comparison needs
ALL_ROWS = 1e18  # cells per second: nothing is sampled
NUMBERS = ("where_missing", "where_present", "difference", "low", "high", "strength", "p", "q")


def missing_against_target(values: Values, target: str, budget: Budget, positive: str | None = None) -> pd.DataFrame:
    """The target where a column's value is missing against where it is there; one row per column with gaps.

    Columns: column, missing and present (rows with a target), measure, where_missing, where_present, difference
    (the first minus the second), low and high (its 95 % interval), strength, p, q, note. Two classes: `measure` is
    the share of the positive one, with Newcombe's interval and a chi-square or Fisher's exact p. A quantity: its
    mean, with Welch's interval and p; finite values only. More classes: no difference, but `strength`, Cramér's V
    (bias-corrected), and a chi-square p. `q` is p after Benjamini and Hochberg over the columns. With fewer than 5
    rows on a side nothing is measured, and the note says so. Sorted by p; exact, on all rows.

    Raises WorkbenchError for an unknown column, and for a target with one value or too many to be classes.
    """
    told = outcome(values, target, ALL_ROWS, budget, positive)
    if told.problem == "none":
        raise WorkbenchError(f"The target {target!r} {told.reason}.", hint="Choose a target with classes or numbers.")
    known, told = _finite(told)
    masks = {name: mask[known] for name, mask in gaps_of(values).items() if name != target}
    rows = np.array([[mask.sum(), len(mask) - mask.sum()] for mask in masks.values()]).reshape(-1, 2).T
    frame = pd.DataFrame({"column": pd.Series(list(masks), dtype="str"), "missing": rows[0], "present": rows[1]})
    frame = frame.assign(measure=_measure(told)).astype({"measure": "str"})
    compare = {"binary": _by_share, "numeric": _by_mean}.get(told.problem, _by_class)
    frame = frame.assign(**dict.fromkeys(NUMBERS, np.nan) | compare(told, list(masks.values()), rows))
    few = (frame["missing"] < FEWEST) | (frame["present"] < FEWEST)
    frame.loc[few, list(NUMBERS)] = np.nan
    least = frame[["missing", "present"]].min(axis=1)
    frame["q"] = benjamini_hochberg(frame["p"])
    frame["note"] = pd.Series(
        [f"not measurable (n = {n})" if no else "" for n, no in zip(least, few, strict=True)], dtype="str"
    )
    return frame.sort_values(["p", "missing"], ascending=[True, False], kind="stable", ignore_index=True)


def _finite(told: Outcome) -> tuple[np.ndarray, Outcome]:
    """The rows of the table that are compared, and the target on them."""
    if told.problem != "numeric":
        return told.rows, told
    finite = np.isfinite(told.numbers)
    return told.rows[finite], replace(told, rows=told.rows[finite], numbers=told.numbers[finite])


def _measure(told: Outcome) -> str:
    names = {"binary": f"share of {told.positive}", "numeric": f"mean of {told.column.name}"}
    return names.get(told.problem, f"classes of {told.column.name}")


def _by_share(told: Outcome, masks: list[np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    positive = told.codes == 1
    hits = np.array([np.count_nonzero(mask & positive) for mask in masks], dtype=np.int64)
    both = np.array([hits, positive.sum() - hits])
    with np.errstate(divide="ignore", invalid="ignore"):
        return _columns(both / rows, shares(both, rows))


def _by_mean(told: Outcome, masks: list[np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    mean, variance = np.full(rows.shape, np.nan), np.full(rows.shape, np.nan)
    for at, mask in enumerate(masks):
        if rows[:, at].min() >= FEWEST:
            for side, numbers in enumerate((told.numbers[mask], told.numbers[~mask])):
                mean[side, at], variance[side, at] = numbers.mean(), numbers.var(ddof=1)
    return _columns(mean, means(mean, variance, rows))


def _by_class(told: Outcome, masks: list[np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    every = np.bincount(told.codes, minlength=len(told.classes))
    there = [np.bincount(told.codes[mask], minlength=len(told.classes)) for mask in masks]
    tables = [np.array([lacking, every - lacking]) for lacking in there]
    return {
        "strength": np.array([cramers_v(table) for table in tables], dtype=np.float64),
        "p": np.array([classes(table) for table in tables], dtype=np.float64),
    }


def _columns(groups: np.ndarray, found: Differences) -> dict[str, np.ndarray]:
    return {
        "where_missing": groups[0],
        "where_present": groups[1],
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "p": found.p,
    }
