"""One mitigation carried out and judged: before and after on the same held-out rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from zlib import crc32

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from backends.datasets.schema import Dataset
from backends.errors import WorkbenchError
from backends.fairness.costs import Costs
from backends.fairness.decided import Decided
from backends.fairness.effect import effect
from backends.fairness.groups import Groups
from backends.fairness.mitigation.material import Material
from backends.fairness.mitigation.optimiser import threshold_optimizer
from backends.fairness.mitigation.reductions import SUBSTITUTE, Reduced, exponentiated_gradient, grid_search
from backends.fairness.mitigation.table import METHODS, Method, method
from backends.fairness.mitigation.weights import reweighing
from backends.fairness.tallies import CRITERIA
from backends.fairness.thresholds.choosing import Sensitive
from backends.training.models import model_row
from backends.training.policy import Policy
from backends.training.results import TrainedModel

SECONDS = 60.0


@dataclass(frozen=True)
class MitigationPlan:
    """What is asked for: a method (a key of `METHODS`), a constraint (of `CRITERIA`), and its limits."""

    method: str
    constraint: str = "demographic_parity"
    seconds: float = SECONDS
    seed: int = 0
    costs: Costs = field(default_factory=Costs)


@dataclass(frozen=True)
class Mitigated:
    """A mitigation and what it brought.

    `rows` are positions of the held-out rows it is judged on, `decisions` (rows,) what it decides about them, `chance`
    (rows,) how likely a yes was where answers are drawn by lot (else the decision or the probability itself).
    `before_after` compares with the model as it was: see `effect.effect`. `model` is the new model where there is one
    that answers the same row the same way and can be kept; otherwise `why_no_model` says why not.
    """

    plan: MitigationPlan
    method: Method
    of: str  # the title of the model as it was
    rows: np.ndarray
    decisions: np.ndarray
    chance: np.ndarray
    before_after: pd.DataFrame
    notes: tuple[str, ...]
    seconds: float
    model: TrainedModel | None = None
    why_no_model: str = ""

    @property
    def title(self) -> str:
        """What it is called in a table or a chart."""
        return f"{self.of}: {self.method.title.lower()} for {CRITERIA[self.plan.constraint].title.lower()}"


def mitigate(model: TrainedModel, dataset: Dataset, sensitive: Sensitive, plan: MitigationPlan) -> Mitigated:
    """Carry out `plan` for the groups of the `sensitive` columns and judge it on the held-out rows.

    `dataset` is what the model was trained on: its training rows are used again, the held-out rows are not. The same
    plan and seed give the same decisions. Raises WorkbenchError for an unknown method or constraint, another dataset,
    more than two classes, a model that takes no weights (reweighing), and when the time is over.
    """
    start = time.monotonic()
    row = method(plan.method, plan.constraint)
    material = Material.of(model, dataset, sensitive)
    with threadpool_limits(1):  # many short fits: threads would wait for each other
        made = _MAKERS[row.key](material, dataset, plan)
    y, before = np.asarray(model.holdout_codes)[made.rows], material.decisions[made.rows]
    groups: Groups = replace(material.groups, codes=material.groups.codes[made.rows])
    found = effect(Decided(y, before), made.reduced.decisions, groups, plan.costs, plan.seed)
    return Mitigated(
        plan=plan,
        method=row,
        of=model.title,
        rows=made.rows,
        decisions=made.reduced.decisions,
        chance=made.reduced.chance,
        before_after=found,
        notes=made.reduced.notes,
        seconds=time.monotonic() - start,
        model=made.model,
        why_no_model=made.reduced.why_no_model,
    )


@dataclass(frozen=True)
class _Made:
    reduced: Reduced
    rows: np.ndarray
    model: TrainedModel | None = None


def _reweighed(material: Material, dataset: Dataset, plan: MitigationPlan) -> _Made:
    """The same pipeline fitted with weights; the preparation of the inputs takes none."""
    from sklearn.utils.validation import has_fit_parameter

    model = material.model
    if not has_fit_parameter(model.pipeline[-1], "sample_weight"):
        raise WorkbenchError(
            f"{model.title} cannot weigh its training rows, so reweighing is not possible.",
            hint="Choose another model or another mitigation.",
        )
    weights = reweighing(material.train, material.codes)
    pipeline = clone(model.pipeline).fit(material.features, material.codes, model__sample_weight=weights)
    fresh = _renewed(material, pipeline, plan, "reweighed")
    positive = fresh.probabilities(model.holdout)[:, 1]
    decisions = fresh.policy.decide(positive, model.held_out)
    low, high = float(weights.min()), float(weights.max())
    note = f"Training rows count {low:.2f} to {high:.2f} times."
    return _Made(Reduced(positive, decisions, (note,)), np.arange(len(positive)), fresh)


def _renewed(material: Material, pipeline: Pipeline, plan: MitigationPlan, words: str) -> TrainedModel:
    """The model with another pipeline, under a name and a key of its own: "Logistic regression, reweighed by sex".

    Its out-of-fold predictions were another's. A reduction was fitted to decide by the more
    probable class; reweighing leaves the policy.
    """
    model, by = material.model, material.groups.groupings
    mark = crc32(repr((plan.method, plan.constraint, plan.seed, [one.to_dict() for one in by])).encode())
    policy = model.policy if plan.method == "reweighing" else Policy()
    who = " and ".join(one.column for one in by)
    own = type(pipeline[-1]) is type(model.pipeline[-1])  # or that of the substitute
    return replace(
        model,
        key=f"{model.key}_{plan.method}_{mark:08x}",
        parameters=model.parameters if own else {},
        title=f"{model.title if own else model_row(SUBSTITUTE).title}, {words} by {who}",
        pipeline=pipeline,
        out_of_fold=None,
        policy=policy,
    )


def _reduced(search: Callable[[Material, str, float, int], Reduced]) -> Callable[..., _Made]:
    def make(material: Material, dataset: Dataset, plan: MitigationPlan) -> _Made:
        found = search(material, plan.constraint, plan.seconds, plan.seed)
        words = f"{METHODS[plan.method].title.lower()} for {CRITERIA[plan.constraint].title.lower()}"
        fresh = None if found.pipeline is None else _renewed(material, found.pipeline, plan, words)
        return _Made(found, np.arange(len(material.test)), fresh)

    return make


def _optimised(material: Material, dataset: Dataset, plan: MitigationPlan) -> _Made:
    return _Made(*threshold_optimizer(material, dataset, plan.constraint, plan.seed))


_MAKERS: dict[str, Callable[[Material, Dataset, MitigationPlan], _Made]] = {
    "reweighing": _reweighed,
    "exponentiated_gradient": _reduced(exponentiated_gradient),
    "grid_search": _reduced(grid_search),
    "threshold_optimizer": _optimised,
}
