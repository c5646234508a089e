"""Columns that say the same, or that are missing in the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd

from backends.datasets.describe import percentage
from backends.datasets.recipe import listed
from backends.datasets.wording import number_of, per_cent
from backends.profiling.alerts.evidence import SAME, Evidence
from backends.profiling.alerts.rule import Finding, Rule, drop

LEAST = 5  # rows missing together
OVERLAP = 0.95  # of the rows in which either has none: nearly the same rows

Neighbour = tuple[str, float]


def stars(pairs: Sequence[tuple[str, str, float]], rank: Callable[[str], int]) -> list[tuple[str, list[Neighbour]]]:
    """Pairs as stars: a column and those that go with it, so that without these no pair is left.

    Columns are taken in the order of `rank`; one that is in an earlier star is no centre of its own.

    >>> stars([("a", "b", 1.0), ("b", "c", 0.99), ("a", "c", 0.98)], "abc".index)
    [('a', [('b', 1.0), ('c', 0.98)])]
    >>> stars([("a", "b", 1.0), ("b", "c", 0.99)], "abc".index)
    [('a', [('b', 1.0)])]
    """
    around: dict[str, list[Neighbour]] = {}
    for first, second, strength in pairs:
        around.setdefault(first, []).append((second, strength))
        around.setdefault(second, []).append((first, strength))
    covered: set[str] = set()
    found = []
    for centre in sorted(around, key=rank):
        if centre in covered:
            continue
        others = [(name, strength) for name, strength in around[centre] if name not in covered]
        covered |= {centre, *(name for name, _ in others)}
        if others:
            found.append((centre, sorted(others, key=lambda other: (-other[1], rank(other[0])))))
    return found


def _rank(e: Evidence) -> Callable[[str], int]:
    """Columns in table order, the target in front: it is not the one to drop."""
    return lambda name: -1 if name == e.target else e.place[name]


def _identical(e: Evidence) -> Iterator[Finding]:
    for kept, others in stars(_pairs(e.near_duplicates, identical=True), _rank(e)):
        names = [name for name, _ in others]
        found = (
            f"{listed(tuple(names))} {'has' if len(names) == 1 else 'have'} the very values of {kept!r} in all "
            f"{number_of(e.rows, 'row')}."
        )
        yield Finding((kept, *names), found, len(names), drop(*names))


def _near(e: Evidence) -> Iterator[Finding]:
    copies = {name for _, others in stars(_pairs(e.near_duplicates, True), _rank(e)) for name, _ in others}
    pairs = [pair for pair in _pairs(e.near_duplicates, False) if not copies & {*pair[:2]}]
    for kept, others in stars(pairs, _rank(e)):
        names = [name for name, _ in others]
        told = ", ".join(f"{name!r} ({strength:.3f})" for name, strength in others[:3])
        left = f" and {len(others) - 3:,} more" if len(others) > 3 else ""
        found = f"{kept!r} says nearly the same as {told}{left}."
        yield Finding((kept, *names), found, others[0][1], drop(*names))


def _pairs(table: pd.DataFrame, identical: bool) -> list[tuple[str, str, float]]:
    rows = table[table["identical"] == identical]
    return list(zip(rows["first"].tolist(), rows["second"].tolist(), rows["strength"].tolist(), strict=True))


def _missing_together(e: Evidence) -> Iterator[Finding]:
    """Columns whose gaps are the same rows, all of them or nearly all."""
    gaps = e.figures("missing")
    alike: dict[tuple[int, int], list[str]] = {}
    for at, name in e.where((gaps >= LEAST) & (gaps < e.rows)):
        mask = np.packbits(e.values.missing(name))
        alike.setdefault((int(gaps[at]), hash(mask.tobytes())), []).append(name)
    for (count, _), names in alike.items():
        if len(names) > 1:
            shown = f"{listed(tuple(names))} have no value in the same {number_of(count, 'row')} of {e.rows:,}."
            yield Finding(tuple(names), shown, len(names) * count)
    first = {names[0] for names in alike.values()}  # stands for those whose gaps are the very same
    counts = dict(zip(e.names, gaps.astype(int).tolist(), strict=True))
    nearly = []
    for one, other, both in e.profile.missing.together[["first", "second", "rows_both"]].itertuples(index=False):
        shared = both / (counts[one] + counts[other] - both)
        if both >= LEAST and shared >= OVERLAP and {one, other} <= first:
            nearly.append((one, other, shared))
    for one, around in stars(nearly, e.names.index):
        shares = ", ".join(f"{other!r} ({percentage(round(1_000 * shared), 1_000)})" for other, shared in around[:3])
        more = f" and {len(around) - 3:,} more" if len(around) > 3 else ""
        shown = f"{one!r} has no value in {number_of(counts[one], 'row')}, nearly the same as {shares}{more}."
        yield Finding((one, *(other for other, _ in around)), shown, (1 + len(around)) * counts[one])


RULES = (
    Rule(
        "duplicate_columns",
        "The same column more than once",
        "Two columns have equal values, or are both missing, in every row.",
        "medium",
        "The copies add nothing, and share the weight that a model gives to one of them: its explanations mislead.",
        "Keep one and drop the others.",
        _identical,
        unless=("all_missing", "constant"),
    ),
    Rule(
        "near_duplicate_columns",
        "Columns that say nearly the same",
        f"Two columns go together with a strength of at least {SAME} of 1: as numbers (correlation) or as levels.",
        "low",
        "Which of them a model uses is chance; its explanations are split between them and unstable.",
        "Keep the one that is easier to measure and to explain.",
        _near,
        unless=("all_missing", "constant", "near_constant"),
    ),
    Rule(
        "missing_together",
        "Missing in the same rows",
        f"At least {LEAST} rows lack two columns, and these are {per_cent(OVERLAP)} or more of the rows that "
        "lack either.",
        "low",
        "Some rows lack a whole block: a form that was not sent, a sensor that was off, a join that found nothing.",
        "Find out why. One column that says whether the block is there is often worth more than filling each gap.",
        _missing_together,
        unless=("duplicate_columns",),
    ),
)
