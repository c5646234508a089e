"""An error tree: the held-out rows split, step by step, into parts with more and with fewer errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from backends.datasets.schema import Dataset
from backends.datasets.wording import per_cent
from backends.explanations.cohorts.cohort import Cohort, merged
from backends.explanations.cohorts.comparing import Moments
from backends.explanations.cohorts.condition import Condition
from backends.explanations.cohorts.scores import Decided, dependence
from backends.explanations.held_out import part_of
from backends.explanations.slices.bins import Bins
from backends.explanations.slices.literals import gain, moments_by_bin
from backends.explanations.slices.plan import Halves, Plan
from backends.explanations.slices.worst import (
    CONFIRMED,
    SIGNIFICANT,
    columns_in_bins,
    groups_of,
    held_out_table,
    why_not,
)
from backends.profiling.intervals import wilson
from backends.training.results import TrainedModel


@dataclass(frozen=True)
class ErrorTree:
    """The parts of the held-out rows, from all of them down to the leaves.

    `nodes` has one row per part, a parent before its children: id, parent (-1 for the root), depth, column and words of
    its own condition ("" and "all rows" for the root), path (all conditions), rows, errors, error (rate; NaN of no
    row), low and high (its 95 % Wilson interval), share (of all errors) and leaf. The children of a part share its
    rows out among them. `cohorts` holds each leaf's conditions by its id; empty where nothing was split. `message` and
    `notes` say what was found and how.
    """

    nodes: pd.DataFrame = field(repr=False)
    cohorts: dict[int, Cohort]
    rows: int
    errors: int
    apart: bool  # counted on rows the search did not see
    message: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Split:
    """Two parts of a node: the rows for which `yes` holds and those for which `no`, its opposite, does."""

    yes: Condition
    no: Condition
    inside: np.ndarray  # of the searched rows
    score: float  # standard errors by which the first part's error rate is above the node's; negative: below


def error_tree(
    model: TrainedModel,
    depth: int = 3,
    least_rows: int | None = None,
    rows: np.ndarray | None = None,
    seed: int = 0,
    seconds: float = 5.0,
) -> ErrorTree:
    """Split the held-out rows by the conditions that best tell errors from hits, at most `depth` times in a row.

    A node is split where the error rates of the two parts differ by more than chance allows, with the number of
    possible splits taken into account (Bonferroni), and each has `least_rows` (None: 1 % of the rows, at least 30).
    From 400 rows on the splits are chosen on one half and counted on the other, and a split that the other half does
    not confirm (one-sided, 1 %) is left out. `rows` and the errors raised are those of `worst_cohorts`.
    """
    model = part_of(model, rows)
    plan = Plan(depth, least_rows, seed, seconds, groups_of(model))
    table, wrong = held_out_table(model), Decided.of(model).wrong.astype(np.float64)
    halves = Halves.of(table.rows, len(table.schema), plan)
    reason = why_not(wrong, halves, plan, "error rate")
    paths = [] if reason else list(_grown(table, wrong, halves, plan))
    nodes = _counted(table.frame.iloc[halves.judge], wrong[halves.judge], [(), *paths])
    leaves = set(nodes.loc[nodes["leaf"], "id"].tolist())
    cohorts = {number: Cohort.of(*path) for number, path in enumerate(paths, 1) if number in leaves}
    notes = tuple(filter(None, ("" if reason else halves.words, dependence(model))))
    message = reason or _message(nodes)
    return ErrorTree(nodes, cohorts, len(halves.judge), int(wrong[halves.judge].sum()), halves.apart, message, notes)


Conditions = tuple[Condition, ...]


@dataclass(frozen=True)
class _Node:
    """A node that may be split: its conditions, its searched rows (positions) and its judged rows (bool)."""

    path: Conditions
    searched: np.ndarray
    judged: np.ndarray


def _grown(table: Dataset, wrong: np.ndarray, halves: Halves, plan: Plan) -> Iterator[Conditions]:
    """The conditions of every node below the root, parents first, the worse child first."""
    bins, loss = columns_in_bins(table, halves.search), wrong[halves.search]
    least = plan.least_of(halves.search, table.rows)
    others, gaps = table.frame.iloc[halves.judge], set(table.frame.columns[table.frame.isna().any()])
    waiting = [_Node((), np.arange(len(loss)), np.ones(len(others), dtype=bool))]
    while waiting:
        node = waiting.pop(0)
        split = _best_split([column.part(node.searched) for column in bins], loss[node.searched], least, gaps)
        if split is None:
            continue
        seen = node.judged & split.yes.mask(others)
        if halves.apart and not _confirmed(split, wrong[halves.judge], seen, node.judged):
            continue
        yes = _Node((*node.path, split.yes), node.searched[split.inside], seen)
        no = _Node((*node.path, split.no), node.searched[~split.inside], node.judged & ~seen)
        for child in (yes, no) if split.score > 0 else (no, yes):
            yield child.path
            if len(child.path) < plan.depth:
                waiting.append(child)


def _confirmed(split: Split, wrong: np.ndarray, part: np.ndarray, whole: np.ndarray) -> bool:
    """Whether the rows that the search did not see differ in the same direction."""
    score = float(gain(Moments.whole(wrong[part]), Moments.whole(wrong[whole]))[0])
    return score * np.sign(split.score) >= CONFIRMED


def _best_split(bins: Sequence[Bins], loss: np.ndarray, least: int, gaps: set[str]) -> Split | None:
    """The split whose parts differ most; None where no difference is beyond chance. `gaps` have missing values."""
    from scipy.stats import norm

    whole, best, tried = Moments.whole(loss), (0.0, -1, 0), 0
    for place, column in enumerate(bins):
        sides, each = _sides(column), moments_by_bin(column, loss)
        sums = Moments(*(sides @ values for values in (each.rows, each.total, each.squares)))
        enough = (sums.rows >= least) & (len(loss) - sums.rows >= least)
        tried += int(enough.sum())
        scores = np.where(enough, gain(sums, whole), 0.0)
        strongest = int(np.abs(scores).argmax())
        if abs(scores[strongest]) > abs(best[0]):
            best = (float(scores[strongest]), place, strongest)
    score, place, chosen = best
    if not tried or abs(score) < norm.isf(SIGNIFICANT / 2 / tried):
        return None
    column, side = bins[place], _sides(bins[place])[chosen]
    yes, no = _conditions(column, side, column.column.name in gaps)
    return Split(yes, no, side[column.codes], score)


def _sides(bins: Bins) -> np.ndarray:
    """(splits, bins) bool: which bins go to one side: below a cut (with or without missing), one level, missing."""
    missing = np.zeros((1, bins.count), dtype=bool)
    missing[0, bins.known] = True
    if not bins.ordered:
        return np.concatenate([np.eye(bins.count, dtype=bool)[: len(bins.levels)], missing])
    below = np.tri(bins.known - 1, bins.count, dtype=bool)
    return np.concatenate([below, below | missing, missing])


def _conditions(bins: Bins, side: np.ndarray, gaps: bool) -> tuple[Condition, Condition]:
    """The condition of one side and its opposite; missing values are spoken of where there are any."""
    if not side[: bins.known].any():
        return bins.condition(bins.known, bins.known + 1), bins.condition(0, bins.known)
    if bins.ordered:
        first, with_missing = int(side[: bins.known].argmin()), bool(side[bins.known])
        below, above = bins.interval(0, first), bins.interval(first, bins.known)
        return replace(below, or_missing=gaps and with_missing), replace(above, or_missing=gaps and not with_missing)
    first = int(side.argmax())
    chosen = bins.condition(first, first + 1)
    return chosen, replace(chosen, operator="is not", or_missing=gaps)


def _counted(frame: pd.DataFrame, wrong: np.ndarray, paths: Sequence[Conditions]) -> pd.DataFrame:
    """The frame of `ErrorTree.nodes`."""
    masks = [np.logical_and.reduce([np.ones(len(frame), dtype=bool), *(c.mask(frame) for c in path)]) for path in paths]
    ids = {path: number for number, path in enumerate(paths)}
    parents = [ids[path[:-1]] if path else -1 for path in paths]
    rows, errors = np.array([m.sum() for m in masks]), np.array([wrong[m].sum() for m in masks])
    low, high = wilson(errors, rows)
    return pd.DataFrame(
        {
            "id": np.arange(len(paths)),
            "parent": parents,
            "depth": [len(path) for path in paths],
            "column": pd.Series([path[-1].column if path else "" for path in paths], dtype="str"),
            "words": pd.Series([path[-1].words if path else "all rows" for path in paths], dtype="str"),
            "path": pd.Series(
                [" and ".join(c.words for c in merged(path)) or "all rows" for path in paths], dtype="str"
            ),
            "rows": rows,
            "errors": errors.astype(np.int64),
            "error": errors / np.where(rows > 0, rows, np.nan),
            "low": low,
            "high": high,
            "share": errors / (wrong.sum() or np.nan),
            "leaf": [number not in parents for number in range(len(paths))],
        }
    )


def _message(nodes: pd.DataFrame) -> str:
    leaves = nodes[nodes["leaf"] & (nodes["rows"] > 0)]
    if len(nodes) == 1:
        return "No split tells rows with more errors from rows with fewer: they look like chance."
    worst = leaves.iloc[int(leaves["error"].argmax())]
    return (
        f"The error rate is highest for {worst['path']}: {per_cent(worst['error'])} of {worst['rows']:,} rows are "
        f"wrong, {per_cent(worst['share'])} of all errors on "
        f"{per_cent(worst['rows'] / nodes['rows'].iloc[0])} of the rows."
    )
