"""Accuracy against disparity, of all models and mitigations in one picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.fairness.decided import Decided
from backends.fairness.effect import standing
from backends.fairness.groups import Groups
from backends.fairness.mitigation.mitigate import Mitigated
from backends.fairness.tallies import CRITERIA
from backends.fairness.thresholds.choosing import Sensitive, held_out_groups
from backends.training.results import TrainedModel


@dataclass(frozen=True)
class Standing:
    """One way of deciding: its name, its kind ("model", "mitigation" or "policy") and its figures.

    `figures` is indexed by the keys of `effect.QUANTITIES`, with the columns title, value, low and high; `rows` is how
    many held-out rows it was judged on.
    """

    title: str
    kind: str
    figures: pd.DataFrame
    rows: int


def standings(
    models: Mapping[str, TrainedModel] | Iterable[TrainedModel],
    sensitive: Sensitive,
    mitigated: Sequence[Mitigated] = (),
    seed: int = 0,
) -> tuple[Standing, ...]:
    """The standing of each model and of each mitigation, on the models' held-out rows."""
    chosen = list(models.values() if isinstance(models, Mapping) else models)
    if not chosen:
        raise WorkbenchError("There is no model to compare.", hint="Train one first.")
    groups, _ = held_out_groups(chosen[0], sensitive)
    y = np.asarray(chosen[0].holdout_codes)
    found = [_standing((model.title, "model"), Decided.by(model, 1), groups, seed) for model in chosen]
    for one in mitigated:
        kept = replace(groups, codes=groups.codes[one.rows])
        found.append(_standing((one.title, "mitigation"), Decided(y[one.rows], one.decisions), kept, seed))
    return tuple(found)


def pareto(rows: Sequence[Standing], criterion: str = "demographic_parity") -> pd.DataFrame:
    """Accuracy against one disparity, most accurate first, with what no other beats in both.

    Columns: title, kind, rows, accuracy, accuracy_low, accuracy_high, disparity, disparity_low, disparity_high and
    `best`: no other is at least as accurate and at least as even and better in one. What cannot be measured is never
    best. The intervals (95 %) say how far chance alone may have put one before another.
    """
    if criterion not in CRITERIA:
        raise WorkbenchError(f"There is no criterion {criterion!r}.", hint=f"They are {', '.join(CRITERIA)}.")
    frame = pd.DataFrame({"title": [row.title for row in rows], "kind": [row.kind for row in rows]})
    frame = frame.assign(rows=[row.rows for row in rows])
    for key, name in (("accuracy", "accuracy"), (criterion, "disparity")):
        figures = pd.DataFrame([row.figures.loc[key] for row in rows], columns=["value", "low", "high"], dtype=float)
        frame[[name, f"{name}_low", f"{name}_high"]] = figures.to_numpy()
    frame = frame.assign(best=_undominated(frame["accuracy"].to_numpy(), frame["disparity"].to_numpy()))
    return frame.sort_values(["accuracy", "disparity"], ascending=[False, True], kind="stable", ignore_index=True)


def _undominated(accuracy: np.ndarray, disparity: np.ndarray) -> np.ndarray:
    """Which points no other beats: more of the first, less of the second.

    >>> _undominated(np.array([0.9, 0.8, 0.8, 0.7]), np.array([0.3, 0.1, 0.2, np.nan])).tolist()
    [True, True, False, False]
    """
    known = ~(np.isnan(accuracy) | np.isnan(disparity))
    as_good = (accuracy[None, :] >= accuracy[:, None]) & (disparity[None, :] <= disparity[:, None])
    better = (accuracy[None, :] > accuracy[:, None]) | (disparity[None, :] < disparity[:, None])
    found: np.ndarray = known & ~(as_good & better).any(axis=1)
    return found


def _standing(name: tuple[str, str], decided: Decided, groups: Groups, seed: int) -> Standing:
    return Standing(*name, standing(decided, groups, seed=seed).set_index("key"), len(decided))
