"""Two models explained in one space, so that what they make of each column can be compared."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.budget import ExplainBudget
from backends.explanations.disagreement.drivers import drivers
from backends.explanations.explain import explained_by
from backends.explanations.explanation import Explanation
from backends.explanations.permutation import BACKGROUNDS, LEAST_ROWS, PermutationEngine
from backends.explanations.sources import sources
from backends.training.results import TrainedModel

BUDGET = ExplainBudget(seconds=2.0, least=20)
MOST_ROWS = 500  # beyond it intervals hardly narrow


@dataclass(frozen=True)
class Shared:
    """Two explanations of the same rows in probability, against the same background, and the `drivers` of the two.

    `words` says which rows they are and why these.
    """

    first: Explanation = field(repr=False)
    second: Explanation = field(repr=False)
    drivers: pd.DataFrame = field(repr=False)
    words: str


def shared_explanations(
    first: TrainedModel, second: TrainedModel, points: pd.DataFrame, budget: ExplainBudget = BUDGET
) -> Shared:
    """Why two models differ, whatever space each is explained in by itself.

    Both are asked about the same mixed rows (permutation SHAP), where they decide differently; where they never do,
    on the rows whose probabilities are furthest apart. `points` are those of `Disagreement`. The rows are a seeded
    sample that fits the budget with both models; the background is the same held-out rows for both. Raises
    WorkbenchError where there are no rows, or where it would take far too long.
    """
    if points.empty:
        raise WorkbenchError("There are no rows to compare the models on.", hint="Choose some of the held-out rows.")
    columns = dict.fromkeys((*first.schema.names, *second.schema.names))
    budget, size = _plan((first, second), len(points), budget)
    positions, words = _rows(points, size, budget)
    holdouts = pd.concat([first.holdout, second.holdout], axis=1)
    rows = holdouts.loc[:, ~holdouts.columns.duplicated()][list(columns)].iloc[positions]
    one, two = (explained_by(_engine(model, budget), model, rows) for model in (first, second))
    return Shared(one, two, drivers(one, two, budget.seed), words)


def _engine(model: TrainedModel, budget: ExplainBudget) -> PermutationEngine:
    return PermutationEngine(model, sources(model), budget, None)


def _plan(models: tuple[TrainedModel, TrainedModel], rows: int, budget: ExplainBudget) -> tuple[ExplainBudget, int]:
    """A budget with the background that both models have the time for, and how many rows are explained.

    Each model by itself then needs less than `budget.seconds`, so that neither engine cuts the background down.
    """
    for background in BACKGROUNDS:
        tried = replace(budget, background=min(background, budget.background))
        unbound = replace(tried, seconds=float("inf"))
        seconds = sum(_engine(model, unbound).seconds_per_row(rows) for model in models)
        if seconds * min(rows, LEAST_ROWS) <= budget.seconds:
            break
    return tried, min(max(budget.least, int(budget.seconds / max(seconds, 1e-9))), MOST_ROWS)


def _rows(points: pd.DataFrame, size: int, budget: ExplainBudget) -> tuple[np.ndarray, str]:
    """Positions among the held-out rows, and which they are in words."""
    position, differ = points["position"].to_numpy(), points["differ"].to_numpy(dtype=bool)
    if differ.any():
        where = position[differ]
        sample = budget.draw(len(where), size)
        of = f"{len(where):,} rows that the two models decide differently"
        return sample.take(where), f"on a random sample of {sample.rows:,} of the {of}" if not sample.whole else (
            f"on the {of}" if len(where) > 1 else "on the one row that the two models decide differently"
        )
    furthest = np.argsort(-points["difference"].to_numpy(), kind="stable")[:size]
    told = f"on the {len(furthest):,} rows whose probabilities are furthest apart, as no row is decided differently"
    return np.sort(position[furthest]), told
