"""Every feature against the target, one at a time: what it tells, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from backends.profiling.blocks import Ranked, blocks
from backends.profiling.budget import Budget, Sample
from backends.profiling.intervals import rank_correlation_interval
from backends.profiling.target.auc import rank_auc
from backends.profiling.target.information import bins_for, entropy, lumped, mutual_information, rank_bins, tables
from backends.profiling.target.levels import folds, level_auc, level_means
from backends.profiling.target.outcome import Outcome, Problem, outcome
from backends.profiling.values import Values

RATE = 800_000  # cells per second that the time of a budget is reckoned with
TOO_FEW = "too few rows with both values"
NOT_TRIED = {"text": "text is not tried", "identifier": "identifies the rows"}
MEASURES = ("auc", "auc_low", "auc_high", "spearman", "spearman_low", "spearman_high")
COLUMNS = ("column", "kind", "rows", "missing", "mutual_information", "mi_share", *MEASURES, "note")
LEAST_RANKED = 20  # rows
PERFECT_LOW = 0.9  # with every pair in order, the interval of 35 rows of the rarer class starts here


@dataclass(frozen=True)
class TargetView:
    """Every other column against the target, the most telling first.

    `features` has one row per column: column, kind, rows (with feature and target), missing (rows with a target
    but without the feature), mutual_information (nats), mi_share (of the target's entropy, 0 to 1), auc, auc_low,
    auc_high (classes), spearman, spearman_low, spearman_high (a numeric target), and note: why a figure is missing.

    Mutual information is that of the two columns cut into levels: numbers and dates into up to 20 bins of equally
    many rows, categories into the 50 most frequent levels of at least five rows and one for the others, missing
    as a level of its own; with the Miller-Madow correction, and not below 0. AUC and Spearman are those of a
    number, a date or a boolean (0 and 1) itself; a category is told by its levels' class rates (or mean rank of a
    numeric target) on other rows, in five seeded folds. Both leave out rows without the feature.

    `rows` have a target and were looked at (see `sample`), `left_out` have none. `problem` is "none" where nothing
    can be told from such a target: `reason` says why, and `features` is empty.
    """

    target: str
    problem: Problem
    reason: str
    classes: tuple[str, ...]
    features: pd.DataFrame
    rows: int
    left_out: int
    sample: Sample

    @property
    def positive(self) -> str | None:
        """The positive one of two classes; None for anything else."""
        return self.classes[1] if self.problem == "binary" else None


@dataclass(frozen=True)
class _Task:
    """What the features are set against: class codes (with the levels of `information`), or ranks."""

    codes: np.ndarray
    levels: int
    ranks: np.ndarray | None
    fold: np.ndarray

    @classmethod
    def of(cls, told: Outcome, seed: int) -> _Task:
        if told.problem != "numeric":
            return cls(told.codes, len(told.classes), None, folds(told.codes, seed))
        ranked = Ranked.of(told.numbers[None])
        ranks = ranked.unordered(ranked.ranks)[0]
        codes = rank_bins(ranks, np.array(len(ranks)), bins_for(len(ranks)))
        return cls(codes, int(codes.max()) + 1, ranks, folds(codes, seed))


def target_view(values: Values, target: str, budget: Budget, positive: str | None = None) -> TargetView:
    """Set every column against the target; `positive` names the positive one of two classes.

    Raises WorkbenchError for an unknown target, and for a positive class that is none of two.
    """
    told = outcome(values, target, RATE, budget, positive)
    features = _empty()
    if told.problem != "none":
        features = _features(values, told, _Task.of(told, budget.seed))
    counted = len(told.rows), told.left_out, told.sample
    return TargetView(target, told.problem, told.reason, told.classes, features, *counted)


def nearly_determines(view: TargetView, at_least: float = 0.98) -> list[str]:
    """The features that nearly give the target away, in the view's order.

    Such a feature has an AUC whose interval lies above `at_least`, or puts every row in order, with an interval
    above 0.9; or a rank correlation with a numeric target whose interval lies beyond `at_least` of either sign, on
    at least 20 rows (fewer may be in order by chance); or it holds 95 % of the target's information.
    """
    features = view.features
    ranked = np.maximum(features["spearman_low"], -features["spearman_high"])
    ordered = (ranked >= at_least) & (features["rows"] >= LEAST_RANKED)
    sure = features["auc_low"] >= at_least
    perfect = (features["auc"] > 1 - 1e-12) & (features["auc_low"] >= PERFECT_LOW)
    return features.loc[sure | perfect | ordered | (features["mi_share"] >= 0.95), "column"].tolist()


def _features(values: Values, told: Outcome, task: _Task) -> pd.DataFrame:
    columns = [column for column in values.dataset.schema if column.name != told.column.name]
    if not columns:
        return _empty()
    parts = []
    for kinds, measured in MEASURED.items():
        at = [place for place, column in enumerate(columns) if column.kind in kinds]
        figures = measured(values, [columns[place].name for place in at], told.rows, task)
        parts.append(pd.DataFrame(figures, index=at))
    found = pd.concat(parts).sort_index()
    found["column"] = pd.Series([column.name for column in columns], index=found.index, dtype="str")
    found["kind"] = pd.Series([column.kind for column in columns], index=found.index, dtype="str")
    found["missing"] = len(told.rows) - found["rows"]
    found["mi_share"] = (found["mutual_information"] / max(float(entropy(np.bincount(task.codes))), 1e-12)).clip(
        upper=1
    )
    found["note"] = found["note"].mask((found["note"] == "") & found[["auc", "spearman"]].isna().all(axis=1), TOO_FEW)
    found = found.sort_values("mutual_information", ascending=False, kind="stable", ignore_index=True)
    return found[list(COLUMNS)]


def _numbers(values: Values, names: list[str], rows: np.ndarray, task: _Task) -> dict[str, np.ndarray]:
    figures = _nothing(len(names))
    bins = bins_for(len(rows))
    for at, matrix in blocks(names, (values, rows)):
        ranked = Ranked.of(matrix)
        binned = np.where(ranked.there, rank_bins(ranked.ranks, ranked.present[:, None], bins), bins)
        figures["mutual_information"][at] = mutual_information(
            tables(binned, task.codes[ranked.order], (bins + 1, task.levels))
        )
        figures["rows"][at], figures["note"][at] = ranked.present, _notes(ranked.distinct)
        for name, found in _against(ranked, task).items():
            figures[name][at] = np.where(ranked.distinct > 1, found, np.nan)
    return figures


def _categories(values: Values, names: list[str], rows: np.ndarray, task: _Task) -> dict[str, np.ndarray]:
    figures = _nothing(len(names))
    distinct = np.zeros(len(names), dtype=np.int64)
    for place, name in enumerate(names):
        levels = values.coded(name).codes[rows]
        counts = np.bincount(levels + 1)[1:]
        distinct[place], figures["rows"][place] = (counts > 0).sum(), counts.sum()
        shared = lumped(levels)
        table = tables(shared[None], task.codes, (int(shared.max()) + 1, task.levels))
        figures["mutual_information"][place] = mutual_information(table)[0]
        if distinct[place] > 1:
            for measure, found in _by_level(levels, task).items():
                figures[measure][place] = found[0]
    figures["note"][:] = _notes(distinct)
    return figures


def _untried(values: Values, names: list[str], rows: np.ndarray, task: _Task) -> dict[str, np.ndarray]:
    figures = _nothing(len(names))
    figures["mutual_information"][:] = np.nan
    for place, name in enumerate(names):
        figures["rows"][place] = len(rows) - values.missing(name)[rows].sum()
        figures["note"][place] = NOT_TRIED[values.column(name).kind]
    return figures


MEASURED: dict[tuple[str, ...], Callable[..., dict[str, np.ndarray]]] = {
    ("number", "integer", "boolean", "datetime"): _numbers,
    ("category",): _categories,
    tuple(NOT_TRIED): _untried,
}


def _against(ranked: Ranked, task: _Task) -> dict[str, np.ndarray]:
    """AUC or Spearman's correlation of ranked columns with the target, with intervals."""
    if task.ranks is None:
        area = rank_auc(ranked, task.codes, task.levels)
        return {"auc": area.auc, "auc_low": area.low, "auc_high": area.high}
    rank = _spearman(ranked, task.ranks)
    low, high = rank_correlation_interval(rank, ranked.present)
    return {"spearman": rank, "spearman_low": low, "spearman_high": high}


def _by_level(levels: np.ndarray, task: _Task) -> dict[str, np.ndarray]:
    """The same of one category, told out of fold by its levels."""
    if task.ranks is not None:
        return _against(Ranked.of(level_means(levels, task.ranks, task.fold)[None]), task)
    area = level_auc(levels, task.codes, task.fold, task.levels)
    return {"auc": area.auc, "auc_low": area.low, "auc_high": area.high}


def _spearman(ranked: Ranked, target: np.ndarray) -> np.ndarray:
    """Spearman's correlation of each column with the target, on the rows with both; NaN where one is constant."""
    there, mean = ranked.there, (ranked.present[:, None] + 1) / 2
    told = target[ranked.order]
    if not there.all():  # rows without the feature leave gaps in the target's ranks
        within = Ranked.of(np.where(there, told, np.nan))
        told = within.unordered(within.ranks)
    first, second = (np.where(there, ranks - mean, 0.0) for ranks in (ranked.ranks, told))
    with np.errstate(invalid="ignore"):
        found = (first * second).sum(axis=1) / np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    return np.clip(found, -1.0, 1.0)


def _empty() -> pd.DataFrame:
    kinds = {"column": "str", "kind": "str", "rows": "int64", "missing": "int64", "note": "str"}
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "float64")) for name in COLUMNS})


def _nothing(columns: int) -> dict[str, np.ndarray]:
    figures = {name: np.full(columns, np.nan) for name in MEASURES}
    counted = {"rows": np.zeros(columns, dtype=np.int64), "mutual_information": np.zeros(columns)}
    return {**figures, **counted, "note": np.full(columns, "", dtype=object)}


def _notes(distinct: np.ndarray) -> np.ndarray:
    return np.array(["no value", "one value only", ""], dtype=object)[np.minimum(distinct, 2)]
