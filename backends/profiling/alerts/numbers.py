"""Numbers that are infinite, far away, lopsided, mostly zero, or stand for "no value"."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from backends.datasets.describe import percentage
from backends.datasets.recipe import Step
from backends.datasets.wording import agreeing, number_of, per_cent
from backends.profiling.alerts.evidence import NUMBERS, Evidence
from backends.profiling.alerts.rule import Finding, Rule, figure

LEAST = 100  # values below which tails say nothing
ZEROS = 0.5
SKEWED = 3.0
OUTLYING = 0.05
FAR = 10.0  # how many times farther from the median than the 1st or 99th percentile
FEW = 10  # distinct values below which a column of numbers is a scale, not a quantity
MARKS = (-1.0, *(sign * float("9" * digits) for digits in range(2, 9) for sign in (1, -1)))
_ABOVE = 20.0  # how far the values reach in a column where a lone -1 stands out


def _infinite(e: Evidence) -> Iterator[Finding]:
    infinite = np.nan_to_num(e.figures("infinite").astype(float))
    for at, name in e.where(infinite > 0):
        count = int(infinite[at])
        found = f"{count:,} of {number_of(int(e.present[at]), 'value')} of {name!r} {agreeing(count, 'is', 'are')}"
        yield Finding((name,), f"{found} infinite.", count, _missing(name, float("inf"), float("-inf")))


def _marks(e: Evidence) -> Iterator[Finding]:
    ends = [e.figures(end).astype(float) for end in ("min", "max")]
    suspects = np.isin(ends[0], MARKS) | np.isin(ends[1], MARKS)
    for at, name in e.where(suspects & (e.present >= 20) & (e.figures("distinct") > FEW)):
        values = e.values.numbers(name)
        told = [(end[at], int((values == end[at]).sum())) for end in ends if _stands_out(values, end[at])]
        if not told:
            continue
        present, count = int(e.present[at]), sum(count for _, count in told)
        marks = " and ".join(
            f"{figure(mark)} {count:,} times (the next value is {figure(_next(values, mark))})" for mark, count in told
        )
        found = f"{name!r} holds {marks} in {number_of(present, 'value')}."
        steps = _missing(name, *(float(mark) for mark, _ in told))
        yield Finding((name,), found, count / present, steps, tuple(figure(mark) for mark, _ in told))


def _next(values: np.ndarray, mark: float) -> float:
    """The value that is next to an end of a column."""
    others = values[np.isfinite(values) & (values != mark)]
    return float(others[np.argmin(np.abs(others - mark))])


def _stands_out(values: np.ndarray, mark: float) -> bool:
    """Whether an end of a column is written like "no value", repeats, and lies apart from all other values.

    -1 does below values from 0 to at least 20; -99, 999 and the like do when the gap to the nearest other value is
    at least as wide as the middle 98 % of the others.
    """
    if mark not in MARKS:
        return False
    others = values[np.isfinite(values) & (values != mark)]
    if len(others) < 10 or int((values == mark).sum()) < 2:
        return False
    if mark == -1:
        return bool(others.min() >= 0 and others.max() >= _ABOVE and (others == np.round(others)).all())
    low, high = np.quantile(others, (0.01, 0.99))
    gap = others.min() - mark if mark < 0 else mark - others.max()
    return bool(gap >= high - low > 0)


def _zeros(e: Evidence) -> Iterator[Finding]:
    zeros = np.nan_to_num(e.figures("zeros").astype(float))
    share = zeros / np.maximum(e.present, 1)
    for at, name in e.where(e.of_kind(*NUMBERS) & (share >= ZEROS) & (e.figures("distinct") > FEW)):
        count, present = int(zeros[at]), int(e.present[at])
        found = f"{count:,} of {number_of(present, 'value')} of {name!r} are 0 ({percentage(count, present)})."
        yield Finding((name,), found, share[at], _missing(name, 0.0))


def _far_values(e: Evidence) -> Iterator[Finding]:
    low, first, middle, last, high = (e.figures(q).astype(float) for q in ("min", "p1", "p50", "p99", "max"))
    with np.errstate(all="ignore"):
        times = np.fmax(_times(high - middle, last - middle), _times(middle - low, middle - first))
    for at, name in e.where(_measured(e) & (times >= FAR)):
        limits = middle[at] - FAR * (middle[at] - first[at]), middle[at] + FAR * (last[at] - middle[at])
        values = e.values.numbers(name)
        values = values[np.isfinite(values)]
        below = values <= limits[0] if first[at] < middle[at] else np.zeros(len(values), dtype=bool)
        above = values >= limits[1] if last[at] > middle[at] else np.zeros(len(values), dtype=bool)
        if (far := values[below | above]).size:
            yield _far(e, name, far, times[at], middle[at])


def _far(e: Evidence, name: str, far: np.ndarray, times: float, middle: float) -> Finding:
    extremes = np.unique(far)
    extremes = extremes[np.argsort(-np.abs(extremes - middle), kind="stable")]
    shown = tuple(figure(value) for value in extremes[:5])
    count = len(far)
    found = (
        f"{count:,} of {number_of(int(e.present[e.place[name]]), 'value')} of {name!r} "
        f"{agreeing(count, 'lies', 'lie')} far outside ({', '.join(shown[:3])}): up to {times:,.0f} times as far from "
        f"the median {figure(middle)} as the outer percentiles."
    )
    steps = _missing(name, *extremes.tolist()) if len(extremes) <= 5 else ()
    return Finding((name,), found, times, steps, shown, e.measured_on)


def _skewed(e: Evidence) -> Iterator[Finding]:
    skewness = np.nan_to_num(e.figures("skewness").astype(float))
    for at, name in e.where(_measured(e) & (np.abs(skewness) >= SKEWED)):
        side = "right" if skewness[at] > 0 else "left"
        middle, mean = figure(e.figures("p50")[at]), figure(e.figures("mean")[at])
        found = f"{name!r} has a long tail to the {side}: skewness {skewness[at]:.1f}, median {middle}, mean {mean}."
        yield Finding((name,), found, abs(skewness[at]), sample=e.measured_on)


def _outliers(e: Evidence) -> Iterator[Finding]:
    outliers = np.nan_to_num(e.figures("outliers").astype(float))
    share = outliers / np.maximum(e.present, 1)
    for at, name in e.where(_measured(e) & (share >= OUTLYING)):
        low, high = e.figures("p25")[at], e.figures("p75")[at]
        reach = 1.5 * (high - low)
        count, present = int(outliers[at]), int(e.present[at])
        found = (
            f"{count:,} of {number_of(present, 'value')} of {name!r} ({percentage(count, present)}) lie outside "
            f"{figure(low - reach)} to {figure(high + reach)}."
        )
        yield Finding((name,), found, share[at], sample=e.measured_on)


def _times(distance: np.ndarray, usual: np.ndarray) -> np.ndarray:
    return np.where(usual > 0, distance / usual, 0.0)


def _measured(e: Evidence) -> np.ndarray:
    """Columns of numbers with enough values, and enough different ones, to speak of tails."""
    return e.of_kind(*NUMBERS) & (e.present >= LEAST) & (e.figures("distinct") > FEW)


def _missing(name: str, *values: float) -> tuple[Step, ...]:
    whole = (int(value) if abs(value) < 2**53 and value == int(value) else value for value in values)
    return (Step("treat_as_missing", (name,), values=tuple(whole)),)


RULES = (
    Rule(
        "infinite",
        "Infinite values",
        "At least one value is infinite.",
        "high",
        "Most models refuse infinite numbers, and a mean or a scale that includes one is infinite too.",
        "Find the division by zero or the overflow that made them; until then treat them as missing.",
        _infinite,
    ),
    Rule(
        "placeholder_numbers",
        "A number that stands for a missing value",
        "The smallest or largest value is -1 (below whole numbers from 0 to 20 or more) or all nines (99, -999, …), "
        "occurs at least twice, and is as far from its neighbour as the middle 98 % of the others are wide.",
        "medium",
        "Read as a quantity it shifts means and scales, and a model learns a gap in the data as if it were a size.",
        "Ask what the number means; where it means that nothing is known, treat it as missing.",
        _marks,
        unless=("near_constant",),
    ),
    Rule(
        "far_values",
        "Values far from all others",
        f"A value is at least {FAR:.0f} times as far from the median as the 1st or 99th percentile on its side.",
        "medium",
        "A slip of the keyboard or a wrong unit can decide a mean, a scale and a straight-line model alone.",
        "Look at these rows. Where the values cannot be true, treat them as missing.",
        _far_values,
        unless=("near_constant", "placeholder_numbers"),
    ),
    Rule(
        "zeros",
        "Mostly zeros",
        f"At least {per_cent(ZEROS)} of the numbers are 0, among more than {FEW} different ones.",
        "low",
        "The column answers two questions at once: whether there is anything, and how much.",
        "Where 0 means that nothing was measured, treat it as missing; else leave it, and prefer models made of trees.",
        _zeros,
        unless=("near_constant",),
    ),
    Rule(
        "skewed",
        "A long tail",
        f"The skewness is {SKEWED:.0f} or more, or -{SKEWED:.0f} or less, in at least {LEAST} numbers.",
        "low",
        "A mean says little here, and linear models, scales and distances follow the few large values.",
        "Show medians, not means; a logarithm, or a model made of trees, copes with the tail.",
        _skewed,
        unless=("near_constant", "placeholder_numbers", "far_values", "zeros"),
    ),
    Rule(
        "outliers",
        "Outliers",
        f"At least {per_cent(OUTLYING)} of the numbers lie more than 1.5 interquartile ranges beyond the quartiles.",
        "low",
        "The column has heavier tails than a bell curve; a scale or straight line fitted to it follows the tails.",
        "Look at the histogram before you cut anything: these are too many to be mistakes.",
        _outliers,
        unless=("near_constant", "placeholder_numbers", "zeros", "skewed"),
    ),
)
