"""Dates that cannot be, and series of dates with holes and repetitions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from backends.datasets.describe import iso
from backends.datasets.recipe import Step
from backends.datasets.wording import agreeing, number_of, per_cent
from backends.profiling.alerts.evidence import Evidence
from backends.profiling.alerts.rule import Finding, Rule

EARLIEST = np.datetime64("1900-01-01", "us")
PLANNED = re.compile(r"(?i)due|expir|end|valid|until|deadline|deliver|plan|target|schedul|next|renew|matur")
LEAST = 20  # different dates
REGULAR = 0.9  # share of the steps that are the usual one
GAP = 3  # usual steps
SELDOM = 0.05  # share of the rows that repeat a moment where moments are otherwise all different
LISTED = 10  # different dates that a step names
_DAY = np.timedelta64(1, "D")


def _implausible(e: Evidence) -> Iterator[Finding]:
    latest = np.datetime64(e.today + timedelta(days=1), "us")
    for _, name in e.where(e.of_kind("datetime") & (e.present > 0)):
        moments = _moments(e, name)
        early = moments[moments < EARLIEST]
        late = moments[moments >= latest + _DAY] if not PLANNED.search(name) else moments[:0]
        parts = []
        if len(early):
            parts.append(f"{_lie(early)} before 1900 (the earliest is {iso(early.min())})")
        if len(late):
            parts.append(f"{_lie(late)} after {latest.astype('datetime64[D]')} (the latest is {iso(late.max())})")
        if parts:
            found = f"Of {number_of(len(moments), 'date')} of {name!r}, {' and '.join(parts)}."
            wrong = tuple(iso(moment) for moment in np.unique(np.concatenate([early, late])))
            steps = (Step("treat_as_missing", (name,), values=wrong),) if len(wrong) <= LISTED else ()
            yield Finding((name,), found, len(early) + len(late), steps, wrong[:LISTED])


def _lie(moments: np.ndarray) -> str:
    return f"{len(moments):,} {agreeing(len(moments), 'lies', 'lie')}"


def _gaps(e: Evidence) -> Iterator[Finding]:
    for _, name in e.where(e.of_kind("datetime") & (e.figures("distinct") >= LEAST)):
        moments = np.unique(_moments(e, name))
        steps, unit = _steps(moments)
        usual, share = _usual(steps)
        holes = np.flatnonzero(steps >= GAP * usual)
        if share < REGULAR or not len(holes):
            continue
        widest = int(np.argmax(steps))
        found = (
            f"{name!r} goes on by {_length(usual, unit)} with {number_of(len(holes), 'gap')} of {GAP} steps or more. "
            f"The widest is from {iso(moments[widest])} to {iso(moments[widest + 1])}."
        )
        yield Finding((name,), found, steps.max() / usual, (Step("split_in_time", (name,)),))


def _repeated(e: Evidence) -> Iterator[Finding]:
    distinct = e.figures("distinct")
    repeated = e.present - distinct
    seldom = (repeated > 0) & (repeated <= SELDOM * e.present) & (distinct >= LEAST)
    for at, name in e.where(e.of_kind("datetime") & seldom):
        found = f"{repeated[at]:,} of {number_of(int(e.present[at]), 'moment')} of {name!r} repeat an earlier one."
        yield Finding((name,), found, repeated[at] / e.present[at], (Step("split_in_time", (name,)),))


def _moments(e: Evidence, name: str) -> np.ndarray:
    """The dates that are there, as datetime64[us]."""
    moments = e.profile.dataset.frame[name].to_numpy()
    return moments[~np.isnat(moments)].astype("datetime64[us]")


def _steps(moments: np.ndarray) -> tuple[np.ndarray, str]:
    """The steps between sorted dates in months (where all stand at one place in them), working days, days or seconds.

    Working days are counted where no date is on a weekend.
    """
    days = moments.astype("datetime64[D]")
    if (moments != days).any():
        return np.diff(moments) / np.timedelta64(1, "s"), "second"
    if _monthly(days):
        return np.diff(days.astype("datetime64[M]")).astype(float), "month"
    if np.is_busday(days).all() and len(days) > 5:
        return np.busday_count(days[:-1], days[1:]).astype(float), "working day"
    return np.diff(days).astype(float), "day"


def _monthly(days: np.ndarray) -> bool:
    """Whether all dates are the same day of a month, its last one, or its first or last working day."""
    first = days.astype("datetime64[M]").astype("datetime64[D]")
    last = (days.astype("datetime64[M]") + 1).astype("datetime64[D]") - _DAY
    places = (
        first + (days[0] - first[0]),
        last,
        np.busday_offset(first, 0, roll="forward"),
        np.busday_offset(last, 0, roll="backward"),
    )
    return any(bool((days == place).all()) for place in places)


def _usual(steps: np.ndarray) -> tuple[float, float]:
    """The most frequent step and its share."""
    lengths, counts = np.unique(steps, return_counts=True)
    most = int(np.argmax(counts))
    return float(lengths[most]), counts[most] / counts.sum()


def _length(step: float, unit: str) -> str:
    """A step in words.

    >>> _length(1.0, "month"), _length(3600.0, "second"), _length(0.5, "second")
    ('1 month', '1 hour', '0.5 seconds')
    """
    if unit == "second":
        for size, larger in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
            if step >= size and step % size == 0:
                return number_of(int(step // size), larger)
    return number_of(int(step), unit) if step == int(step) else f"{step:g} {unit}s"


RULES = (
    Rule(
        "implausible_dates",
        "Dates that can hardly be",
        "A date lies before 1900, or more than a day in the future in a column that is not named like a plan "
        "(due, end, expiry, valid until, …).",
        "medium",
        "Ages and durations computed from them are wild, and 1900-01-01 or 2099-12-31 often stand for no date at all.",
        "Look at these rows; where the date stands for none, treat it as missing.",
        _implausible,
    ),
    Rule(
        "time_gaps",
        "Holes in a regular series",
        f"At least {LEAST} dates, {per_cent(REGULAR)} of whose steps are equal, and a step of {GAP} times that "
        "or more.",
        "low",
        "Something was not recorded for a while: sums, lags and moving averages across the hole are wrong.",
        "Find out what happened then. Validate in the order of time, so that a hole is not filled from both sides.",
        _gaps,
    ),
    Rule(
        "time_repeats",
        "Moments that occur twice",
        f"Up to {per_cent(SELDOM)} of the dates repeat another one, in a column whose dates are otherwise all "
        "different.",
        "low",
        "Where there should be one row per moment, a record was written twice, or two series were put into one file.",
        "Look at these rows together; if there are two series, their name is missing as a column.",
        _repeated,
    ),
)
