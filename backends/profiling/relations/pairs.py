"""What two columns look like beside each other, by a third as colour: small frames, ready to be drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from backends.datasets.classes import positive_code
from backends.datasets.wording import agreeing, number_of
from backends.profiling.budget import Budget, Sample
from backends.profiling.relations.axes import Axis, as_levels, axis, equal_groups, moments
from backends.profiling.relations.grids import cells_of, quartiles
from backends.profiling.values import Values

Picture = Literal["points", "density", "boxes", "counts"]
POINTS = 2_000
LEVELS = 20  # of an axis
COLOURS = 8  # levels told apart by colour
RANGES = 4  # of a quantity as colour
TREND = 20  # points of a trend line
BINS = 50  # of a density, each way


@dataclass(frozen=True)
class Pair:
    """Two columns beside each other; `x` is drawn across and `y` up, and both say what they hold.

    `frame` by `picture`: "points" x, y and colour; "density" x, y (middle of a cell), rows; "boxes" level, group,
    low, p25, p50, p75, high (the whiskers end at values within 1.5 times the quartiles' distance), mean, rows, where
    one of x and y has the levels and the other the quantity; "counts" first (level of x), second (level of y), rows,
    share (of the rows of `first`), colour. Colour is missing where there is no third column: a number, or one of
    `groups`. `trend` goes with points and density: x (middle of a group of equal size), p25, p50 and p75 of y, rows.
    Only rows with both values are drawn: `rows` of them.
    """

    picture: Picture
    x: Axis
    y: Axis
    third: Axis | None
    frame: pd.DataFrame
    rows: int
    sample: Sample
    trend: pd.DataFrame = field(default_factory=pd.DataFrame)
    colour_title: str = ""
    notes: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The labels of the third column's levels, in the order of their colours; empty for a quantity."""
        return self.third.labels if self.third is not None and self.third.form == "levels" else ()


def pair(values: Values, first: str, second: str, third: str | None = None, budget: Budget | None = None) -> Pair:
    """The data of a picture of `first` across and `second` up, by `third` as colour; at most 5,000 points.

    Two quantities: their points, when there are more than POINTS rows a density, or with a third column a seeded
    sample. A quantity and levels: quartile boxes. Two columns of levels: counts. Everything but the points is made
    from all rows. Free text is drawn as its number of characters. Raises WorkbenchError for an unknown column.
    """
    x, y = axis(values, first, LEVELS), axis(values, second, LEVELS)
    colour = None if third is None else axis(values, third, COLOURS)
    both = x.present & y.present
    rows, notes = int(both.sum()), tuple(shown.note for shown in (x, y, colour) if shown and shown.note)
    if rows < values.rows:
        notes += (_not_shown(values.rows - rows, "without both values"),)
    found = Pair("counts", x, y, colour, pd.DataFrame(), rows, Sample(rows, rows), notes=notes)
    if "levels" in (x.form, y.form):
        return _counts(found, both) if x.form == y.form else _boxes(found, both)
    if colour is None and rows > POINTS:
        return _density(found, both)
    return _points(found, both, (budget or Budget()).seed)


def _points(found: Pair, both: np.ndarray, seed: int) -> Pair:
    at, sample = np.flatnonzero(both), found.sample
    if len(at) > POINTS:
        places = np.sort(np.random.default_rng(seed).choice(len(at), POINTS, replace=False, shuffle=False))
        at, sample = at[places], Sample(POINTS, found.rows, places)
    columns = {"x": _drawn(found.x, found.x.numbers[at]), "y": _drawn(found.y, found.y.numbers[at])}
    title = ""
    if found.third is not None:
        title, columns["colour"] = found.third.title, _colours(found.third, at)
    frame, trend = pd.DataFrame(columns), _trend(found, both)
    return replace(found, picture="points", frame=frame, trend=trend, sample=sample, colour_title=title)


def _density(found: Pair, both: np.ndarray) -> Pair:
    x, y = (cells_of(shown.numbers[both], BINS, shown.whole) for shown in (found.x, found.y))
    cells = x.cell * len(y.middles) + y.cell
    inside = (x.cell >= 0) & (y.cell >= 0)
    counts = np.bincount(cells[inside], minlength=len(x.middles) * len(y.middles))
    filled = np.flatnonzero(counts)
    across, up = np.divmod(filled, max(len(y.middles), 1))
    frame = pd.DataFrame(
        {"x": _drawn(found.x, x.middles[across]), "y": _drawn(found.y, y.middles[up]), "rows": counts[filled]}
    )
    beyond = int((~inside).sum())
    outside = f"{number_of(beyond, 'row')} with extreme values {agreeing(beyond, 'lies', 'lie')} outside the picture"
    notes = (*found.notes, outside) if beyond else found.notes
    return replace(found, picture="density", frame=frame, trend=_trend(found, both), notes=notes)


def _boxes(found: Pair, both: np.ndarray) -> Pair:
    third = None if found.third is None else as_levels(found.third, RANGES)
    levels, numbers = (found.x, found.y) if found.x.form == "levels" else (found.y, found.x)
    drawn = both if third is None else both & third.present
    groups = np.zeros(int(drawn.sum()), dtype=np.intp) if third is None else third.codes[drawn]
    width = 1 if third is None else max(len(third.labels), 1)
    boxes = quartiles(levels.codes[drawn] * width + groups, numbers.numbers[drawn])
    level, group = np.divmod(boxes.pop("group").to_numpy(), width)
    boxes.insert(0, "level", _labels(levels.labels, level))
    if third is not None:
        boxes.insert(1, "group", _labels(third.labels, group))
    if numbers.form == "date":
        boxes = boxes.assign(
            **{name: moments(boxes[name].to_numpy()) for name in ("low", "p25", "p50", "p75", "high", "mean")}
        )
    notes = found.notes + _without_third(both, drawn, found.third)
    return replace(
        found, picture="boxes", frame=boxes, third=third, notes=notes, rows=int(drawn.sum()),
        colour_title=third.title if third else "",
    )  # fmt: skip


def _counts(found: Pair, both: np.ndarray) -> Pair:
    width = max(len(found.y.labels), 1)
    cell = found.x.codes[both] * width + found.y.codes[both]
    counts = np.bincount(cell, minlength=len(found.x.labels) * width)
    at = np.flatnonzero(counts)
    first, second = np.divmod(at, width)
    per_first = np.bincount(found.x.codes[both], minlength=len(found.x.labels))
    columns = {"first": _labels(found.x.labels, first), "second": _labels(found.y.labels, second), "rows": counts[at]}
    columns["share"] = counts[at] / per_first[first]
    title = ""
    if found.third is not None:
        title, weight = _weight(found.third)
        known = ~np.isnan(weight[both])
        rows = np.bincount(cell[known], minlength=len(counts))[at]
        totals = np.bincount(cell[known], weights=weight[both][known], minlength=len(counts))[at]
        columns["colour"] = np.divide(totals, rows, out=np.full(len(at), np.nan), where=rows > 0)
    return replace(found, frame=pd.DataFrame(columns), colour_title=title)


def _weight(third: Axis) -> tuple[str, np.ndarray]:
    """What a cell is coloured by, as numbers to take the mean of: the column's own, or 1 for the level that is told.

    That is the positive one of two levels, the most frequent one of more.
    """
    if third.form != "levels":
        return f"mean of {third.title}", third.numbers
    told = positive_code(third.labels, np.bincount(third.codes[third.codes >= 0])) if len(third.labels) == 2 else 0
    label = third.labels[told] if third.labels else "no level"
    return f"share of {third.name} = {label}", np.where(third.codes < 0, np.nan, third.codes == told)


def _trend(found: Pair, both: np.ndarray) -> pd.DataFrame:
    """The quartiles of y in groups of x of about equal size."""
    x, y = found.x.numbers[both], found.y.numbers[both]
    if len(x) < 2:
        return pd.DataFrame({name: [] for name in ("x", "p25", "p50", "p75", "rows")})
    groups = equal_groups(x, min(TREND, max(1, len(x) // 5)))
    frame = quartiles(groups, y)[["p25", "p50", "p75", "rows"]]
    frame.insert(0, "x", _drawn(found.x, quartiles(groups, x)["p50"].to_numpy()))
    return frame.assign(**{name: _drawn(found.y, frame[name].to_numpy()) for name in ("p25", "p50", "p75")})


def _drawn(shown: Axis, numbers: np.ndarray) -> np.ndarray:
    return moments(numbers) if shown.form == "date" else numbers


def _colours(third: Axis, at: np.ndarray) -> np.ndarray:
    if third.form != "levels":
        return _drawn(third, third.numbers[at])
    return np.array([*third.labels, None], dtype=object)[third.codes[at]]


def _labels(labels: tuple[str, ...], codes: np.ndarray) -> pd.Series:
    return pd.Series([labels[code] for code in codes.tolist()], dtype="str")


def _without_third(both: np.ndarray, drawn: np.ndarray, third: Axis | None) -> tuple[str, ...]:
    lost = int(both.sum() - drawn.sum())
    return (_not_shown(lost, f"without a value of {third.name!r}"),) if third is not None and lost else ()


def _not_shown(rows: int, which: str) -> str:
    return f"{number_of(rows, 'row')} {which} {agreeing(rows, 'is', 'are')} not shown"
