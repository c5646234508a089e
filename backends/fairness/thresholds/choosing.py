"""The rows a policy is chosen on, the rows it is judged on, and the model that decides by it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from backends.datasets.grouping import Grouping
from backends.datasets.schema import Dataset
from backends.errors import WorkbenchError
from backends.fairness.costs import Costs
from backends.fairness.decided import Decided
from backends.fairness.effect import effect
from backends.fairness.groups import Groups, choose, partitions
from backends.fairness.tallies import MINIMUM_ROWS
from backends.fairness.thresholds.table import ThresholdTable
from backends.training.plan import prepare
from backends.training.policy import Policy
from backends.training.results import TrainedModel

Sensitive = Sequence[str] | Sequence[Grouping]
FEWEST = 40  # held-out rows that can be halved


@dataclass(frozen=True)
class ChosenOn:
    """Where thresholds are chosen and where they are judged: never on the same rows.

    `table` counts policies on the rows to choose on; `judged` are positions of the held-out rows to report on; `note`
    says which they are.
    """

    table: ThresholdTable
    judged: np.ndarray
    note: str


def choose_rows(
    model: TrainedModel, sensitive: Sensitive, dataset: Dataset | None = None, minimum_rows: int = MINIMUM_ROWS
) -> ChosenOn:
    """The rows to choose thresholds on: out-of-fold predictions of the training rows, else half of the hold-out.

    With the dataset that the model was trained on, the folds are cut again as the spec says, which tells whose
    prediction each out-of-fold probability is; then the whole hold-out is left to judge on. Raises WorkbenchError for
    a model with more than two classes and for a hold-out too small to be halved.
    """
    groups, by = held_out_groups(model, sensitive)
    rows = out_of_fold_rows(model, dataset)
    if rows is not None and dataset is not None and model.out_of_fold is not None:
        frame = dataset.frame[[grouping.column for grouping in by]].iloc[rows]
        table = ThresholdTable.of(
            model.out_of_fold.codes, model.out_of_fold.positive, partitions(frame, by)[-1], minimum_rows
        )
        note = f"Chosen on {len(rows):,} out-of-fold rows and judged on all {len(groups.codes):,} held-out rows."
        return ChosenOn(table, np.arange(len(groups.codes)), note)
    return _halved(model, groups, minimum_rows)


def held_out_groups(model: TrainedModel, sensitive: Sensitive) -> tuple[Groups, tuple[Grouping, ...]]:
    """The held-out rows' groups by all sensitive columns together, and how they are made.

    A column with a single group tells nobody apart and is left out. Raises WorkbenchError for a model with more than
    two classes, when there are no held-out rows and when there is nobody to compare.
    """
    if not model.binary:
        raise WorkbenchError(
            f"Thresholds need two classes; this model has {len(model.classes)}.",
            hint="With more classes the most probable one is predicted.",
        )
    if not hasattr(model.pipeline, "predict_proba"):
        raise WorkbenchError(
            f"{model.title} gives no probabilities, so there is nothing to set a threshold on.",
            hint="Choose a model that gives probabilities.",
        )
    if not len(model.holdout_codes):
        raise WorkbenchError("There are no held-out rows to judge on.", hint="Hold out a share of the rows.")
    frame = model.held_out
    schema = replace(model.schema, columns=(*model.schema.columns, *model.aside_schema.columns))
    groups = partitions(frame, choose(schema, frame, sensitive))[-1]
    return groups, groups.groupings


def out_of_fold_rows(model: TrainedModel, dataset: Dataset | None) -> np.ndarray | None:
    """Positions in the dataset of the rows of `model.out_of_fold`; None when they cannot be known.

    They are known when it is the dataset that the model was trained on and cutting its folds again gives the very
    same true classes.
    """
    said = model.out_of_fold
    if said is None or dataset is None or dataset.digest != model.digest:
        return None
    spec = replace(model.spec, features=model.schema.names, models=("dummy",))
    try:
        problem = prepare(dataset, spec)
    except WorkbenchError:  # the table was prepared in another way since: the folds are not those of the model
        return None
    rows = np.concatenate([fold.test for fold in problem.split.folds])
    same = np.array_equal(problem.target.codes[rows], said.codes) and problem.target.classes == model.classes
    return rows if same and np.array_equal(problem.split.train_rows, model.train_rows) else None


def with_policy(model: TrainedModel, policy: Policy) -> TrainedModel:
    """The model that decides by `policy`. Raises WorkbenchError when its rows lack a column that the policy needs."""
    if not model.binary:
        raise WorkbenchError(f"A policy needs two classes; this model has {len(model.classes)}.")
    known = {*model.schema.names, *model.aside_schema.names}
    absent = next((name for name in policy.columns if name not in known), None)
    if absent is not None:
        raise WorkbenchError(
            f"The policy tells groups apart by {absent!r}, a column that this model's table does not have.",
            hint=f"It has {', '.join(sorted(known)[:20])}.",
        )
    return replace(model, policy=policy)


def before_after(
    model: TrainedModel,
    policy: Policy,
    sensitive: Sensitive,
    costs: Costs | None = None,
    rows: np.ndarray | None = None,
) -> pd.DataFrame:
    """The model's own policy against `policy` on the same held-out rows: see `effect.effect` for the columns.

    `rows` are positions of held-out rows, those that the policy was not chosen on (`ChosenOn.judged`); all by default.
    """
    groups, _ = held_out_groups(model, sensitive)
    rows = np.arange(len(model.holdout_codes)) if rows is None else np.asarray(rows)
    frame = model.held_out
    positive = model.probabilities(model.holdout)[:, 1]
    was, now = (one.decide(positive, frame)[rows] for one in (model.policy, with_policy(model, policy).policy))
    kept = replace(groups, codes=groups.codes[rows])
    return effect(Decided(model.holdout_codes[rows], was), now, kept, costs, model.spec.seed)


def halves(y: np.ndarray, groups: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions of two halves of the held-out rows, with the groups and classes in like shares, sorted.

    Raises WorkbenchError under 40 rows.
    """
    if len(y) < FEWEST:
        raise WorkbenchError(
            f"Thresholds cannot be chosen and judged on {len(y)} held-out rows.",
            hint="Give the table that the model was trained on, or hold out more rows.",
        )
    order = np.random.default_rng(seed).permutation(len(y))
    order = order[np.lexsort((y[order], groups[order]))]  # every second row of each group and class
    return np.sort(order[::2]), np.sort(order[1::2])


def _halved(model: TrainedModel, groups: Groups, minimum_rows: int) -> ChosenOn:
    """Choose on one half of the hold-out, judge on the other."""
    y = np.asarray(model.holdout_codes)
    chosen, judged = halves(y, groups.codes, model.spec.seed)
    positive = model.probabilities(model.holdout)[:, 1]
    table = ThresholdTable.of(y[chosen], positive[chosen], replace(groups, codes=groups.codes[chosen]), minimum_rows)
    note = (
        f"Which training row each out-of-fold prediction is of is not known, so it was chosen on one half of the "
        f"hold-out ({len(chosen):,} rows) and is judged on the other ({len(judged):,} rows)."
    )
    return ChosenOn(table, judged, note)
