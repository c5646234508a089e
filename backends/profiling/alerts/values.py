"""Columns that hold nothing, always the same, or much too little."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backends.datasets.describe import percentage
from backends.datasets.wording import agreeing, number_of, per_cent
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule, cut, drop, quoted

NEARLY = 0.99  # share of the values that one value has in a nearly constant column
LEAST = 100  # values below which shares of a few per cent say nothing
MANY_MISSING = 0.4
MOSTLY_MISSING = 0.7


def _all_missing(e: Evidence) -> Iterator[Finding]:
    for _, name in e.where((e.present == 0) & (e.rows > 0)):
        yield Finding((name,), f"{name!r} has no value in any of {number_of(e.rows, 'row')}.", e.rows, drop(name))


def _constant(e: Evidence) -> Iterator[Finding]:
    for at, name in e.where((e.figures("distinct") == 1) & (e.present >= 2)):
        value, gaps = e.figures("mode")[at], int(e.rows - e.present[at])
        found = f"{name!r} is {quoted(value)} in all {e.rows:,} rows."
        if gaps:
            found = (
                f"{name!r} is {quoted(value)} in {e.present[at]:,} of {e.rows:,} rows, missing in the other {gaps:,}."
            )
        yield Finding((name,), found, e.present[at], drop(name), (cut(value),), severity="low" if gaps else None)


def _near_constant(e: Evidence) -> Iterator[Finding]:
    share = np.nan_to_num(e.figures("mode_share").astype(float))
    for at, name in e.where((share >= NEARLY) & (e.figures("distinct") > 1) & (e.present >= LEAST)):
        most, value = int(e.figures("mode_count")[at]), e.figures("mode")[at]
        others = int(e.present[at]) - most
        found = (
            f"{name!r} is {quoted(value)} in {most:,} of {number_of(int(e.present[at]), 'value')} "
            f"({percentage(most, int(e.present[at]))}); {others:,} {agreeing(others, 'is', 'are')} something else."
        )
        yield Finding((name,), found, share[at], drop(name), (cut(value),))


def _many_missing(e: Evidence) -> Iterator[Finding]:
    missing, share = e.figures("missing"), e.figures("missing_share")
    for at, name in e.where((share >= MANY_MISSING) & (e.rows >= 2)):
        found = f"{name!r} has no value in {missing[at]:,} of {e.rows:,} rows ({percentage(missing[at], e.rows)})."
        yield Finding((name,), found, share[at], drop(name), severity="medium" if share[at] >= MOSTLY_MISSING else None)


RULES = (
    Rule(
        "all_missing",
        "No value at all",
        "No row has a value.",
        "medium",
        "There is nothing to learn from, and a form would ask people for something that was never used.",
        "Drop the column, or find out why it was lost on the way into this file.",
        _all_missing,
    ),
    Rule(
        "constant",
        "Always the same value",
        "At least two values, and all of them equal.",
        "medium",
        "A column that never changes cannot tell one row from another. Where it has gaps, only the gaps can.",
        "Drop the column; where it has gaps, look first whether they go with the target.",
        _constant,
        unless=("all_missing",),
    ),
    Rule(
        "near_constant",
        "Nearly always the same value",
        f"At least {per_cent(NEARLY)} of the values are equal, in a column with at least {LEAST} values.",
        "low",
        "A model sees too few exceptions to learn from, and some parts of the data will have none of them.",
        "Drop the column unless the exceptions are what matters, as a rare warning sign does.",
        _near_constant,
        unless=("placeholder_texts",),
    ),
    Rule(
        "many_missing",
        "Many missing values",
        f"At least {per_cent(MANY_MISSING)} of the rows have no value; from {per_cent(MOSTLY_MISSING)} on it weighs "
        "more.",
        "low",
        "What is filled in for the gaps is made up, and decides more than what was measured.",
        "Look whether being missing goes with the target: then it is information. Else drop the column.",
        _many_missing,
        unless=("all_missing", "constant"),
    ),
)
