"""How much worse a model gets on the held-out rows when a column is shuffled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd
from scipy import sparse

from backends.errors import WorkbenchError
from backends.explanations.budget import ExplainBudget, taken
from backends.explanations.explain import explain
from backends.explanations.held_out import in_words, restricted
from backends.explanations.importance import global_importance
from backends.explanations.rates import UNKNOWN, seconds_per_prediction
from backends.explanations.sources import Sources, dense, prepared, sources
from backends.explanations.tree_reading import read_trees
from backends.profiling.budget import Sample
from backends.training.results import TrainedModel
from backends.training.scoring import Metric, default_metric, metric
from backends.training.threads import one_thread, pool_of

MOST_COLUMNS = 100  # of a wider table, those with the largest SHAP values
FEWEST_REPEATS = 3
CELLS_AT_ONCE = 8_000_000
BUDGET = ExplainBudget(seconds=5.0, least=500)


@dataclass(frozen=True)
class PermutationImportance:
    """The loss of the ranking metric when one column's values are shuffled among the held-out rows.

    `frame` has one row per column, largest first: column, importance (mean loss over the repeats, in units of the
    metric, positive where the model got worse), spread (standard deviation over the repeats), low and high (95 %
    interval of the mean loss over repeats of the shuffling, by Student's t). `score` is the metric on these rows as
    they are; `sample` says which rows, `notes` what was left out.
    """

    frame: pd.DataFrame
    judged: Metric = field(repr=False)
    score: float
    repeats: int
    sample: str = ""
    notes: tuple[str, ...] = ()


def permutation_importance(
    model: TrainedModel,
    repeats: int = 10,
    budget: ExplainBudget = BUDGET,
    columns: Sequence[str] | None = None,
    rows: np.ndarray | None = None,
) -> PermutationImportance:
    """Shuffle each source column of the held-out rows, all its parts together, and judge the model again.

    `columns` are those to shuffle, by default all (in a table of more than `MOST_COLUMNS`, those with the largest SHAP
    values). `rows` are positions among the held-out rows to look at, by default all. Where the budget does not allow
    all of them, a sample is used and named, then fewer repeats; the orders and the sample follow the budget's seed.
    Raises WorkbenchError where the metric cannot be measured on these rows, for no held-out rows, for fewer than 10
    chosen ones and for a model without probabilities.
    """
    model.needs_probabilities()
    if not len(model.holdout):
        raise WorkbenchError(
            "There are no held-out rows to shuffle a column among.", hint="Hold out a share of the rows."
        )
    key = _metric_key(model)
    held_out = len(model.holdout)
    if rows is not None:
        model = restricted(model, rows)
    chosen, notes = _chosen(model, columns, budget)
    repeats, sample = _plan(model, len(chosen), repeats, budget)
    with one_thread():
        table = _table(model, taken(model.holdout, sample))
    judge = _Judge.of(model, key, sample.take(model.holdout_codes))
    score = judge(table.probabilities)
    if np.isnan(score):
        raise WorkbenchError(
            f"{judge.metric.title} cannot be measured on {sample.rows:,} held-out rows.",
            hint="Choose more rows with every class among them, or rank by another metric.",
        )
    orders = np.random.default_rng(budget.seed).random((repeats, sample.rows)).argsort(axis=1)

    def losses(column: int) -> np.ndarray:
        if not table.matters(column):
            return np.zeros(repeats)
        scores = np.array([judge(found) for found in table.shuffled(column, orders)])
        return score - scores if judge.metric.greater_is_better else scores - score

    with pool_of(budget.threads) as pool:
        found = np.array(list(pool.map(losses, chosen))).reshape(len(chosen), repeats)
    frame = _frame([model.schema.names[i] for i in chosen], found)
    return PermutationImportance(frame, judge.metric, score, repeats, in_words(sample, held_out), notes)


@dataclass(frozen=True)
class _Judge:
    """The ranking metric on rows with these true codes."""

    metric: Metric
    codes: np.ndarray
    classes: int
    known: np.ndarray
    threshold: float

    @classmethod
    def of(cls, model: TrainedModel, key: str, codes: np.ndarray) -> _Judge:
        known = np.asarray(model.pipeline.classes_, dtype=int)
        return cls(metric(key), codes, len(model.classes), known, model.policy.threshold)

    def __call__(self, known_probabilities: np.ndarray) -> float:
        full = np.zeros((len(known_probabilities), self.classes))
        full[:, self.known] = known_probabilities
        return self.metric.function(self.codes, full, self.classes, self.threshold)


class _Table(Protocol):
    @property
    def probabilities(self) -> np.ndarray:
        """Of the rows as they are, (rows, classes known)."""

    def matters(self, column: int) -> bool:
        """Whether shuffling the column can change anything."""

    def shuffled(self, column: int, orders: np.ndarray) -> list[np.ndarray]:
        """The probabilities for each order (repeats, rows) of the column's values."""


@dataclass(frozen=True)
class _MatrixTable:
    """Shuffles the inputs of a column together, in the prepared matrix."""

    estimator: Any
    sources: Sources
    matrix: Any
    probabilities: np.ndarray
    used: np.ndarray  # (inputs,): whether the estimator looks at it

    def matters(self, column: int) -> bool:
        inputs = self.sources.inputs_of[column]
        inputs = inputs[self.used[inputs]]
        values = dense(self.matrix, inputs)
        return bool(len(inputs)) and not ((values == values[:1]) | (np.isnan(values) & np.isnan(values[:1]))).all()

    def shuffled(self, column: int, orders: np.ndarray) -> list[np.ndarray]:
        inputs = self.sources.inputs_of[column]
        rows, at_once = (
            self.matrix.shape[0],
            max(1, CELLS_AT_ONCE // max(self.matrix.shape[0] * self.matrix.shape[1], 1)),
        )
        found: list[np.ndarray] = []
        whole = dense(self.matrix)
        for start in range(0, len(orders), at_once):
            some = orders[start : start + at_once]
            made = np.tile(whole, (len(some), 1))
            made[:, inputs] = (
                whole[some.ravel()][:, inputs] if len(inputs) > 1 else whole[some.ravel()[:, None], inputs]
            )
            answers = self.estimator.predict_proba(sparse.csr_matrix(made) if sparse.issparse(self.matrix) else made)
            found += list(answers.reshape(len(some), rows, -1))
        return found


@dataclass(frozen=True)
class _FrameTable:
    """Shuffles a column of the table itself: for pipelines of any make."""

    model: TrainedModel
    frame: pd.DataFrame
    probabilities: np.ndarray

    def matters(self, column: int) -> bool:
        return self.frame.iloc[:, column].nunique(dropna=False) > 1

    def shuffled(self, column: int, orders: np.ndarray) -> list[np.ndarray]:
        name = self.frame.columns[column]
        values = self.frame[name].array
        return [self.model.known_probabilities(self.frame.assign(**{name: values.take(order)})) for order in orders]


def _table(model: TrainedModel, frame: pd.DataFrame) -> _Table:
    found = sources(model)
    if found is None:
        frame = frame[list(model.schema.names)]
        return _FrameTable(model, frame, model.known_probabilities(frame))
    estimator, matrix = model.pipeline[-1], prepared(model, frame)
    trees, used = read_trees(estimator), np.ones(len(found.part_of), dtype=bool)
    if trees is not None:
        used[:] = False
        used[trees.used] = True
    return _MatrixTable(estimator, found, matrix, estimator.predict_proba(matrix), used)


def _metric_key(model: TrainedModel) -> str:
    """The ranking metric of all held-out rows, so that some of them are judged by the same."""
    counts = np.bincount(model.holdout_codes, minlength=len(model.classes))
    return model.spec.metric or default_metric(counts.tolist())[0]


def _chosen(
    model: TrainedModel, columns: Sequence[str] | None, budget: ExplainBudget
) -> tuple[list[int], tuple[str, ...]]:
    """Positions in the schema of the columns to shuffle."""
    names = model.schema.names
    at = {name: i for i, name in enumerate(names)}
    if columns is not None:
        unknown = next((name for name in columns if name not in at), None)
        if unknown is not None:
            raise WorkbenchError(f"{unknown!r} is no column of the model.", hint=f"It has {', '.join(names[:20])}.")
        return [at[name] for name in columns], ()
    if len(names) <= MOST_COLUMNS:
        return list(range(len(names))), ()
    quick = budget.draw(len(model.holdout), 50)
    first = global_importance(explain(model, taken(model.holdout, quick)), resamples=2)["column"][:MOST_COLUMNS]
    words = f"Of {len(names):,} columns, the {MOST_COLUMNS} with the largest SHAP values were shuffled."
    return [at[name] for name in first], (words,)


def _plan(model: TrainedModel, columns: int, repeats: int, budget: ExplainBudget) -> tuple[int, Sample]:
    found = sources(model)
    one = UNKNOWN if found is None else seconds_per_prediction(model.pipeline[-1], len(found.part_of))
    one *= max(columns, 1) / budget.threads
    sample = budget.sample(len(model.holdout), one * repeats)
    affordable = int(budget.seconds / max(one * sample.rows, 1e-12))
    return max(min(repeats, affordable), min(repeats, FEWEST_REPEATS)), sample


def _frame(names: list[str], losses: np.ndarray) -> pd.DataFrame:
    """One row per column from losses (columns, repeats)."""
    from scipy.stats import t

    repeats = losses.shape[1]
    spread = losses.std(axis=1, ddof=1) if repeats > 1 else np.full(len(losses), np.nan)
    half = t.ppf(0.975, repeats - 1) * spread / np.sqrt(repeats) if repeats > 1 else spread
    mean = losses.mean(axis=1)
    frame = pd.DataFrame(
        {"column": names, "importance": mean, "spread": spread, "low": mean - half, "high": mean + half}
    )
    return frame.sort_values("importance", ascending=False, kind="stable", ignore_index=True)
