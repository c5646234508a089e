"""Gaps between groups: each group against another, and the largest gap of each fairness criterion.

A gap is a difference and a ratio of a rate, against the best-off group, against all other rows ("the rest"), and
against a reference group where one is chosen. Its interval comes from the resamples, for this pair of groups: the pair
is not chosen anew in each resample, so that the interval of no gap can hold 0.

A rate of fewer rows than a group needs takes part in no gap: all of 2 against none of 1 are 100 percentage points.

Its p-value is Fisher's exact test of the two rates. Against the best of k groups it is multiplied by k − 1, since any
other group could have been the best. The largest gap of a criterion has the p-value of its own pair and rate.
Looking at many gaps finds some by chance, so p-values are adjusted to q-values over a whole frame. Those of the
comparisons are Benjamini and Hochberg's (1995): of all with q ≤ 0.05, 5 % or fewer are expected to be false. The
largest gaps are claims of their own, and each was picked from many for being the widest: their p-values are multiplied
by the number of all comparisons that they were picked from (Bonferroni). However they are picked, the chance that any
with q ≤ 0.05 is false is 5 % or less.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from backends.fairness.measures import BY_KEY, Measure
from backends.fairness.resampling import interval
from backends.fairness.sampled import Sampled
from backends.fairness.significance import SIGNIFICANT as SIGNIFICANT
from backends.fairness.significance import bonferroni, fisher
from backends.profiling.discovery import benjamini_hochberg

Against = Literal["reference", "best", "rest"]
FOUR_FIFTHS = 0.8
REST = "all other rows"
NAMED = 3  # groups that are left out and named
ROUNDING = 1e-12  # 0.24 / 0.3 is a little less than 0.8
COMPARISONS = [
    *("split", "measure", "group", "against", "other", "difference", "difference_low", "difference_high"),
    *("ratio", "ratio_low", "ratio_high", "p"),
]
DISPARITIES = [
    *("split", "criterion", "measure", "kind", "against", "value", "low", "high", "p", "looks", "group"),
    *("other", "largest", "smallest", "passes_four_fifths", "note"),
]


@dataclass(frozen=True)
class Criterion:
    """A notion of fairness: these rates are the same for every group."""

    key: str
    title: str
    measures: tuple[str, ...]
    definition: str
    matters: str


CRITERIA: tuple[Criterion, ...] = (
    Criterion(
        "demographic_parity", "Demographic parity", ("selection_rate",),
        "Every group gets yes at the same rate, whatever the truth is.",
        "When the outcome should not depend on the group at all, or when the recorded truth is itself biased.",
    ),
    Criterion(
        "equalised_odds", "Equalised odds", ("tpr", "fpr"),
        "Of those who have the outcome, and of those who have not, every group gets yes at the same rate.",
        "When the recorded truth can be trusted and both kinds of error hurt.",
    ),
    Criterion(
        "equal_opportunity", "Equal opportunity", ("tpr",),
        "Of those who have the outcome, every group gets yes at the same rate.",
        "When the recorded truth can be trusted and what hurts is a no to somebody who should have had a yes.",
    ),
    Criterion(
        "predictive_parity", "Predictive parity", ("ppv",),
        "A yes is right equally often in every group.",
        "When somebody acts on a yes and has to be able to rely on it, whoever it is about.",
    ),
)  # fmt: skip
COMPARED = tuple(BY_KEY[key] for key in ("selection_rate", "tpr", "fpr", "ppv"))


@dataclass(frozen=True)
class Opponents:
    """Whom each group is set against for one rate: arrays with one entry per group."""

    names: tuple[str, ...]
    value: np.ndarray
    draws: np.ndarray  # (resamples, groups)
    part: np.ndarray
    whole: np.ndarray
    chances: int = 1  # how many groups could have been the opponent
    itself: int = -1  # the group that is the opponent


def comparisons(sampled: Sampled, reference: int | None = None) -> pd.DataFrame:
    """Every group against the best group, the rest and the group at `reference`; columns `COMPARISONS`.

    The difference is the group's rate less the other's, the ratio the group's rate divided by the other's (infinite
    where only the other's is 0). NaN where one of the two cannot be measured.
    """
    kinds: tuple[Against, ...] = ("best", "rest") if reference is None else ("reference", "best", "rest")
    frames = [_compared(sampled, row, kind, reference) for row in COMPARED for kind in kinds]
    return pd.concat(frames, ignore_index=True)


def disparities(sampled: Sampled, compared: pd.DataFrame) -> pd.DataFrame:
    """The largest gap of each criterion, kind and opponent among `comparisons`; columns `DISPARITIES`.

    A difference is ≥ 0, a ratio ≤ 1 (the smaller rate divided by the larger). Against the best group they are the
    difference and the ratio of the largest and the smallest rate. p is that of this very pair and rate, looks the
    number of comparisons that it was picked from.
    """
    rows = []
    for criterion in CRITERIA:
        for against, gaps in compared[compared["measure"].isin(criterion.measures)].groupby("against", sort=False):
            rows += [_largest(sampled, criterion, str(against), kind, gaps) for kind in ("difference", "ratio")]
    found = pd.DataFrame(rows, columns=DISPARITIES)
    return found.astype({"passes_four_fifths": "boolean", **dict.fromkeys(("group", "other", "largest"), "str")})


def corrected(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame, comparisons or disparities, with a column q behind p.

    A difference and a ratio are picked from the same comparisons, which count once.
    """
    p = frame["p"].to_numpy(dtype=float)
    if "kind" in frame:
        q = bonferroni(p, int(frame["looks"][frame["kind"] == "difference"].sum()))
    else:
        q = benjamini_hochberg(p)
    found = frame.copy()
    found.insert(list(frame.columns).index("p") + 1, "q", q)
    return found


def best(measure: Measure, values: np.ndarray, favourable: bool) -> int:
    """The place of the group that is best off; of several, or when none is measurable, the first.

    A favourable yes is best where it is most frequent; an error and an unfavourable yes where they are rarest; a yes
    that can be relied on is best in any case.
    """
    if np.isnan(values).all():
        return 0
    rarest = measure.key == "fpr" or (not favourable and measure.key != "ppv")
    return int(np.nanargmin(values) if rarest else np.nanargmax(values))


def _opponents(sampled: Sampled, measure: Measure, kind: Against, reference: int | None) -> Opponents:
    values, draws = sampled.comparable(measure)
    part, whole = sampled.counts(measure)
    if kind == "rest":
        total = (part.sum() - part[:-1], whole.sum() - whole[:-1])
        return Opponents((REST,) * len(values), *sampled.rest(measure), *total)
    measurable = int((~np.isnan(values)).sum())
    at = (
        reference
        if kind == "reference" and reference is not None
        else best(measure, values, sampled.options.favourable)
    )
    one = np.full(len(values), at)
    chances = 1 if kind == "reference" else max(measurable - 1, 1)
    return Opponents(
        (sampled.groups.names[at],) * len(values), values[one], draws[:, one], part[one], whole[one], chances, at
    )


def _compared(sampled: Sampled, measure: Measure, kind: Against, reference: int | None) -> pd.DataFrame:
    others = _opponents(sampled, measure, kind, reference)
    values, draws = sampled.comparable(measure)
    part, whole = sampled.counts(measure)
    difference, ratio = values - others.value, _ratio(values, others.value)
    tests = list(_tests(np.isnan(difference), part[:-1], whole[:-1], others))
    difference_low, difference_high = interval(draws - others.draws, difference)
    ratio_low, ratio_high = interval(_ratio(draws, others.draws), ratio)
    found = {
        **{"split": sampled.groups.title, "measure": measure.key, "group": list(sampled.groups.names)},
        **{"against": kind, "other": list(others.names)},
        **{"difference": difference, "difference_low": difference_low, "difference_high": difference_high},
        **{"ratio": ratio, "ratio_low": ratio_low, "ratio_high": ratio_high, "p": tests},
    }
    return pd.DataFrame(found)[np.arange(len(values)) != others.itself]


def _tests(skipped: np.ndarray, part: np.ndarray, whole: np.ndarray, others: Opponents) -> Iterator[float]:
    counts = (np.asarray(array).astype(int).tolist() for array in (part, whole, others.part, others.whole))
    for skip, *four in zip(skipped.tolist(), *counts, strict=True):
        yield float("nan") if skip else min(1.0, others.chances * fisher(*four))


def _ratio(value: np.ndarray, other: np.ndarray) -> np.ndarray:
    """value / other: NaN for 0 / 0, infinite for anything else divided by 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return value / other


def _largest(sampled: Sampled, criterion: Criterion, against: str, kind: str, gaps: pd.DataFrame) -> list[object]:
    """The row of `DISPARITIES` for the widest gap."""
    start = [sampled.groups.title, criterion.key]
    scarce = _left_out(sampled, criterion)
    size = _size(kind, gaps[kind].to_numpy(dtype=float))
    if np.isnan(size).all():
        few = gaps["difference"].isna().all()
        why = f"not measurable: {'fewer than two groups have a value' if few else 'both rates are 0'}"
        blank = [*[np.nan] * 4, 0, *[""] * 4]
        return [*start, criterion.measures[0], kind, against, *blank, pd.NA, "; ".join(filter(None, (why, scarce)))]
    widest = gaps.iloc[int(np.nanargmax(size))].to_dict()
    measure = BY_KEY[str(widest["measure"])]
    value, low, high = _oriented(kind, *(float(widest[name]) for name in (kind, f"{kind}_low", f"{kind}_high")))
    values, names = sampled.comparable(measure)[0], sampled.groups.names
    flag = value >= FOUR_FIFTHS - ROUNDING if (criterion.key, kind) == ("demographic_parity", "ratio") else pd.NA
    return [
        *(*start, measure.key, kind, against, value, low, high, widest["p"], int(gaps["p"].notna().sum())),
        *(widest["group"], widest["other"], names[int(np.nanargmax(values))], names[int(np.nanargmin(values))]),
        *(flag, scarce),
    ]


def _left_out(sampled: Sampled, criterion: Criterion) -> str:
    """Which groups take no part because a rate is a share of too few rows: "left out: age=90 (n = 2)"."""
    fewest: dict[str, int] = {}
    for measure in (BY_KEY[key] for key in criterion.measures):
        whole = sampled.counts(measure)[1]
        for at in np.flatnonzero(sampled.scarce(measure)).tolist():
            name = sampled.groups.names[at]
            fewest[name] = min(int(whole[at]), fewest.get(name, int(whole[at])))
    told = [f"{name} (n = {rows})" for name, rows in list(fewest.items())[:NAMED]]
    more = [f"{len(fewest) - NAMED} more"] if len(fewest) > NAMED else []
    return f"left out: {', '.join([*told, *more])}" if fewest else ""


def _size(kind: str, gap: np.ndarray) -> np.ndarray:
    """How wide a gap is: the larger, the further apart."""
    if kind == "difference":
        return np.abs(gap)
    return -np.minimum(gap, _ratio(np.ones(len(gap)), gap))


def _oriented(kind: str, value: float, low: float, high: float) -> tuple[float, float, float]:
    """A gap turned so that a difference is not negative and a ratio at most 1."""
    if kind == "difference":
        return (value, low, high) if value >= 0 else (-value, 0.0 - high, 0.0 - low)
    if value <= 1:
        return value, low, high
    low, high = (np.divide(1.0, end) if end else np.inf for end in (high, low))
    return 1 / value, float(low), float(high)
