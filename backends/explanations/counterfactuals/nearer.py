"""Bringing rows that flip the decision nearer to the row that was asked about."""

from __future__ import annotations

import numpy as np

from backends.explanations.coding import apart, changed
from backends.explanations.counterfactuals.judge import Judge
from backends.explanations.counterfactuals.room import Room

GROUPS = 32  # parts of a row's changes that are undone at a time
CUTS = 8  # points tried between two values of a quantity


def sparsify(rows: np.ndarray, room: Room, judge: Judge) -> None:
    """Undo changes of each row, in place, many at a time, as long as the decision stays flipped.

    All rows are worked on together. In each round the changed columns of a row are taken back in groups; the groups
    that are not needed are then taken back together, as many as go.
    """
    groups, active = np.full(len(rows), GROUPS), np.arange(len(rows))
    while len(active):
        parts = [_groups(rows[at], room.base, int(groups[at])) for at in active]
        together = [
            _needless(each, leads) for each, leads in zip(parts, _tried(rows[active], parts, room, judge), strict=True)
        ]
        going = np.zeros(len(active), dtype=bool)
        for turn, leads in enumerate(_tried(rows[active], together, room, judge)):
            if (leads > 0).any():
                back = together[turn][int(np.flatnonzero(leads > 0)[-1])]
                rows[active[turn], back] = room.base[back]
            else:
                groups[active[turn]] *= 4
            going[turn] = (leads > 0).any() or max((len(part) for part in parts[turn]), default=1) > 1
        active = active[going]


def shrink(rows: np.ndarray, room: Room, judge: Judge) -> None:
    """Move the quantities of each row, in place, towards the base while the decision stays flipped, largest first.

    Between the base and the value, evenly spaced points are tried until no permitted value is left between the last
    one that does not flip the decision and the first one that does.
    """
    parts = apart(rows, room.base, room.coding.scales)
    quantities = np.array([levels is None for levels in room.coding.levels], dtype=bool)
    movable = changed(rows, room.base) & quantities & ~np.isnan(room.base)
    order = np.argsort(np.where(movable, -parts, 1.0), axis=1, kind="stable")
    for turn in range(int(movable.sum(axis=1).max(initial=0))):
        at = np.flatnonzero(movable.sum(axis=1) > turn)
        _shrink_one(rows, at, order[at, turn], room, judge)


def _shrink_one(rows: np.ndarray, at: np.ndarray, columns: np.ndarray, room: Room, judge: Judge) -> None:
    """Move one column of each of the rows `at`, in place."""
    near, far = room.base[columns], rows[at, columns]
    open_ = np.arange(len(at))
    while len(open_):
        shares = np.arange(1, CUTS + 1) / (CUTS + 1)
        points = near[open_, None] + (far - near)[open_, None] * shares
        for place, column in enumerate(columns[open_]):
            points[place] = room.snap(points[place], int(column))
        low, high = np.minimum(near, far)[open_, None], np.maximum(near, far)[open_, None]
        between = (points > low) & (points < high)
        trials = np.repeat(rows[at[open_]], CUTS, axis=0)
        trials[np.arange(len(trials)), np.repeat(columns[open_], CUTS)] = points.ravel()
        flips = np.zeros(between.size, dtype=bool)
        flips[between.ravel()] = judge.leads(trials[between.ravel()]) > 0
        flips = flips.reshape(between.shape)
        for place, row in enumerate(open_):
            tried = points[place][between[place]]
            works = flips[place][between[place]]
            first = int(works.argmax()) if works.any() else len(tried)
            near[row] = tried[first - 1] if first else near[row]
            far[row] = tried[first] if works.any() else far[row]
        rows[at[open_], columns[open_]] = far[open_]
        open_ = open_[between.any(axis=1)]


def _groups(row: np.ndarray, base: np.ndarray, parts: int) -> list[np.ndarray]:
    """The changed columns of a row in `parts` groups, or each by itself where there are fewer."""
    where = np.flatnonzero(changed(row, base))
    return np.array_split(where, min(len(where), parts)) if len(where) > 1 else []


def _needless(parts: list[np.ndarray], leads: np.ndarray) -> list[np.ndarray]:
    """The groups that can be taken back one at a time, joined: the first, the first two, …; the safest come first."""
    order = [place for place in np.argsort(-leads, kind="stable") if leads[place] > 0]
    return [np.concatenate([parts[place] for place in order[: count + 1]]) for count in range(len(order))]


def _tried(rows: np.ndarray, undone: list[list[np.ndarray]], room: Room, judge: Judge) -> list[np.ndarray]:
    """How far each row leads with each of its groups of columns taken back."""
    trials = [np.tile(row, (len(parts), 1)) for row, parts in zip(rows, undone, strict=True)]
    for block, parts in zip(trials, undone, strict=True):
        for trial, part in zip(block, parts, strict=True):
            trial[part] = room.base[part]
    leads = judge.leads(np.concatenate([*trials, np.empty((0, rows.shape[1]))]))
    return np.split(leads, np.cumsum([len(parts) for parts in undone])[:-1])
