"""A search for subgroups in a sentence or two: where it looked, and what came of it."""

from __future__ import annotations

import numpy as np

from backends.datasets.wording import agreeing, were

NONE_LARGE = "No subgroup has enough rows to be measured."


def note(looked_at: int, split: bool, rows: int, found: np.ndarray, title: str) -> str:
    """How many subgroups were looked at in how many rows, and which of those tested (`found`, a mask) are worse.

    `title` is the rate in words, `split` says whether they were tested on other rows than those searched.

    >>> note(40, True, 2_000, np.array([True, False]), "selection rate")[-56:]
    '1 of the 2 tested is worse by more than chance makes it.'
    """
    if not looked_at:
        return NONE_LARGE
    return f"{_where(looked_at, split, rows)} {_verdict(len(found), int(found.sum()), title)}"


def _where(looked_at: int, split: bool, rows: int) -> str:
    looked = f"{were(looked_at, 'subgroup')} looked at"
    if split:
        return f"{looked} in one half of the {rows:,} rows; the figures are of the other half."
    return (
        f"{looked} in {rows:,} rows, too few to keep half of them for a test: the differences shown were "
        "picked for being large and are optimistic, the q-values account for all that were looked at."
    )


def _verdict(tested: int, found: int, title: str) -> str:
    if not tested:
        return f"None had a {title} so much worse than that of all others that it was worth a test."
    if not found:
        return f"None of the {tested:,} tested is worse by more than chance makes it."
    return f"{found:,} of the {tested:,} tested {agreeing(found, 'is', 'are')} worse by more than chance makes it."
