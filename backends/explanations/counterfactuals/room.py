"""The values that a counterfactual may have, column by column, and how any row is brought into them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from backends.datasets.schema import Column
from backends.errors import WorkbenchError
from backends.explanations.coding import Coding, changed
from backends.explanations.counterfactuals.constraints import NEVER, Constraints

VALUES = 25  # tried of one column by itself
DAY = 86_400.0
MOST_DECIMALS = 6
READ = 2_000  # values that a column's decimals are read from


@dataclass(frozen=True)
class Room:
    """What is permitted around one coded row (`own`), all arrays by column.

    `base` is the row brought into the constraints: itself where it keeps them. `free` columns may leave it: quantities
    between `low` and `high` in steps (`decimals`, dates in whole days), others to one of `options`. `options` of a
    quantity are values worth trying.
    """

    coding: Coding
    own: np.ndarray
    base: np.ndarray
    free: np.ndarray
    low: np.ndarray
    high: np.ndarray
    decimals: np.ndarray
    options: tuple[np.ndarray, ...] = field(repr=False)

    @classmethod
    def around(cls, own: np.ndarray, pool: np.ndarray, coding: Coding, wanted: Constraints) -> Room:
        """The room around `own` (columns,), with real rows (`pool`, coded) for what values there are.

        Raises WorkbenchError where constraints leave a column no value at all.
        """
        frozen = set(wanted.frozen)
        walls = [
            _quantity(column, own[at], pool[:, at], wanted)
            if levels is None
            else _levels(column, own[at], pool[:, at], levels, wanted)
            for at, (column, levels) in enumerate(zip(coding.columns, coding.levels, strict=True))
        ]
        for column, wall, value in zip(coding.columns, walls, own, strict=True):
            if column.name in frozen and not _same(wall.base, value):
                raise WorkbenchError(
                    f"{column.name!r} is frozen at a value that its own constraint excludes.",
                    hint="Free the column, or widen its range or levels.",
                )
        free = np.array(
            [wall.free and c.name not in frozen for wall, c in zip(walls, coding.columns, strict=True)], dtype=bool
        )
        base, low, high = (np.array([getattr(wall, key) for wall in walls]) for key in ("base", "low", "high"))
        decimals = np.array([wall.decimals for wall in walls], dtype=int)
        options = tuple(wall.options if may else np.empty(0) for wall, may in zip(walls, free.tolist(), strict=True))
        return cls(coding, own, base, free, low, high, decimals, options)

    def without(self, at: int) -> Room:
        """The same room with one more column that stays as it is."""
        free = self.free.copy()
        free[at] = False
        options = tuple(np.empty(0) if place == at else values for place, values in enumerate(self.options))
        return replace(self, free=free, options=options)

    def inside(self, matrix: np.ndarray) -> np.ndarray:
        """Rows brought into the room: quantities moved to the nearest permitted value, the rest back to the base."""
        rows = np.tile(self.base, (len(matrix), 1))
        for at in np.flatnonzero(self.free):
            values = matrix[:, at]
            if self.coding.levels[at] is None:
                permitted = ~np.isnan(values)
                values = self.snap(values, int(at))
            else:
                permitted = np.isin(values, self.options[at])
            rows[permitted, at] = values[permitted]
        return rows

    def snap(self, values: np.ndarray, at: int) -> np.ndarray:
        """Values of one quantity moved onto its steps, between its lowest and highest; the base itself stays."""
        if self.coding.columns[at].kind == "datetime":
            stepped = np.floor(values / DAY) * DAY
        else:
            stepped = np.round(values, int(self.decimals[at]))
        return np.where(values == self.base[at], values, np.clip(stepped, self.low[at], self.high[at]))

    def changes(self, matrix: np.ndarray) -> np.ndarray:
        """Which columns of each row differ from the row that was asked about, (rows, columns) bool."""
        return changed(matrix, self.own)

    def distances(self, matrix: np.ndarray) -> np.ndarray:
        """Gower's distance of each row from the row that was asked about, (rows,)."""
        return self.coding.distances(matrix, self.own)


@dataclass(frozen=True)
class _Wall:
    """One column's part of a room."""

    base: float
    free: bool
    low: float = np.nan
    high: float = np.nan
    decimals: int = 0
    options: np.ndarray = field(default_factory=lambda: np.empty(0))


def _quantity(column: Column, own: float, pool: np.ndarray, wanted: Constraints) -> _Wall:
    low, high = wanted.bounds(column)
    real = np.unique(pool[~np.isnan(pool)])
    way = wanted.directions.get(column.name)
    if np.isnan(own) and (way is not None or not len(real)):
        return _Wall(own, free=False)  # from nothing there is no way up, and where there is no value none can be tried
    least, most = _ends(own, real, (low, high))
    least, most = max(least, own) if way == "up" else least, min(most, own) if way == "down" else most
    decimals = 0 if column.kind == "integer" else decimals_of(real)
    least, most = _on_steps(column, (least, most))
    inside = np.isnan(own) or ((low is None or own >= low) and (high is None or own <= high))
    if least > most:
        if inside:
            return _Wall(own, free=False)
        raise WorkbenchError(
            f"No value of {column.name!r} keeps to its range and its direction.", hint="Widen one of the two."
        )
    base = own if inside else float(np.clip(own, least, most))
    wall = _Wall(base, True, least, most, decimals)
    return _Wall(base, True, least, most, decimals, _tried(column, real, wall))


def _ends(own: float, real: np.ndarray, asked: tuple[float | None, float | None]) -> tuple[float, float]:
    """The lowest and highest value: as asked for, else of the real rows and the row itself."""
    low, high = asked
    known = np.append(real, own)
    least = low if low is not None else float(min(np.nanmin(known), np.inf if high is None else high))
    most = high if high is not None else float(max(np.nanmax(known), least))
    return least, most


def _on_steps(column: Column, ends: tuple[float, float]) -> tuple[float, float]:
    """The ends moved inwards onto whole numbers or whole days."""
    step = {"integer": 1.0, "datetime": DAY}.get(column.kind)
    return ends if step is None else (float(np.ceil(ends[0] / step) * step), float(np.floor(ends[1] / step) * step))


def _tried(column: Column, real: np.ndarray, wall: _Wall) -> np.ndarray:
    """Quantiles of the real values that are permitted, and the two ends."""
    within = real[(real >= wall.low) & (real <= wall.high)]
    values = within[np.unique(np.linspace(0, len(within) - 1, VALUES).astype(int))] if len(within) else within
    if column.kind == "datetime":
        values = np.floor(values / DAY) * DAY
    values = np.unique(np.clip(np.append(values, [wall.low, wall.high]), wall.low, wall.high))
    return values[values != wall.base]


def _levels(column: Column, own: float, pool: np.ndarray, levels: np.ndarray, wanted: Constraints) -> _Wall:
    if column.kind in NEVER:
        return _Wall(own, free=False)
    counts = np.bincount(pool[~np.isnan(pool)].astype(np.intp), minlength=len(levels))
    order = np.argsort(-counts, kind="stable").astype(np.float64)
    if column.name not in wanted.levels:
        return _Wall(own, True, options=order[order != own])
    asked = wanted.levels[column.name]
    unknown = [level for level in asked if level not in levels.tolist()]
    if unknown or not asked:
        raise WorkbenchError(
            f"{column.name!r} has no value {unknown[0]!r}." if unknown else f"{column.name!r} is left without a value.",
            hint=f"It can be {', '.join(map(repr, levels[:10].tolist()))}.",
        )
    permitted = order[np.isin(order, [levels.tolist().index(level) for level in asked])]
    base = own if np.isnan(own) or own in permitted else float(permitted[0])
    return _Wall(base, True, options=permitted[permitted != base])


def decimals_of(values: np.ndarray) -> int:
    """Decimal places that the values are written with, six at most; negative where all end in zeros.

    >>> decimals_of(np.array([1.5, 2.25])), decimals_of(np.array([3.0, 4.0])), decimals_of(np.array([100.0, 2500.0]))
    (2, 0, -2)
    """
    some = values[:: max(1, len(values) // READ)]
    if (np.round(some, MOST_DECIMALS - 1) != some).any():
        return MOST_DECIMALS
    for places in range(-3, MOST_DECIMALS):
        if len(some) and (np.round(some, places) == some).all():
            return places
    return MOST_DECIMALS


def _same(first: float, second: float) -> bool:
    return first == second or (np.isnan(first) and np.isnan(second))
