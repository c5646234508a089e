"""A model's decisions by group, with intervals: `assess` for a trained model, `assess_decisions` for plain arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from backends.datasets.grouping import Grouping
from backends.datasets.schema import Schema
from backends.datasets.wording import agreeing, number_of
from backends.errors import WorkbenchError
from backends.fairness.decided import Decided, outcome
from backends.fairness.disparities import comparisons, corrected, disparities
from backends.fairness.groups import Groups, choose, from_labels, left_out, partitions
from backends.fairness.result import FairnessReport
from backends.fairness.sampled import Options, Sampled, everyone
from backends.metrics.curves import calibration
from backends.metrics.evaluation import Evaluation
from backends.training.results import TrainedModel

CALIBRATION = ["split", "group", "predicted", "observed", "low", "high", "count"]
_DEPENDENT = {
    "group": "Rows that belong together were drawn as if they were independent, so the intervals are too narrow.",
    "time": "Rows were drawn as if they were independent of their time, so the intervals may be too narrow.",
}


def assess(
    model: TrainedModel,
    sensitive: Sequence[str] | Sequence[Grouping],
    positive: str | None = None,
    reference: str | None = None,
    decisions: np.ndarray | None = None,
    options: Options | None = None,
) -> FairnessReport:
    """Judge `model` by group on its held-out rows.

    `sensitive` names columns of the held-out rows, features or not; a `Grouping` says where numbers are cut.
    `positive` is the outcome that is spoken of, told from all others: by default the positive one of two classes, the
    most frequent one of more. `reference` is the name of a group ("sex=m"). `decisions` (rows,) are class codes to
    judge instead of the model's own. Raises WorkbenchError for an unknown column, outcome or group, and when there is
    nobody to compare.
    """
    frame = model.held_out
    if not len(frame):
        raise WorkbenchError("There are no held-out rows to judge the model on.", hint="Hold out a share of the rows.")
    groupings = choose(Schema((*model.schema, *model.aside_schema)), frame, sensitive)
    code, options = outcome(model, positive), options or Options()
    decided = Decided.by(model, code, decisions)
    partitioned = partitions(frame, groupings, options.depth)
    found = _assessed(decided, partitioned, reference, options, model.classes[code])
    dependent = [words for scheme, words in _DEPENDENT.items() if scheme == model.spec.scheme]
    return replace(found, title=model.title, notes=(*left_out(frame, groupings), *found.notes, *dependent))


def assess_each(
    model: TrainedModel, sensitive: Sequence[str] | Sequence[Grouping], options: Options | None = None
) -> dict[str, FairnessReport]:
    """A report per outcome of the model, each told from the rest; for two classes the positive one only."""
    outcomes = model.classes[1:] if model.binary else model.classes
    return {name: assess(model, sensitive, name, options=options) for name in outcomes}


def assess_decisions(
    y: np.ndarray,
    decisions: np.ndarray,
    groups: Groups | Sequence[object] | np.ndarray | pd.Series,
    probabilities: np.ndarray | None = None,
    reference: str | None = None,
    *,
    positive: str = "yes",
    options: Options | None = None,
) -> FairnessReport:
    """Judge decisions wherever they come from.

    `y` (rows,) is the truth and `decisions` (rows,) what was decided, both as 0 and 1; `groups` the label of each
    row's group, or ready partitions; `probabilities` (rows,) those of the outcome, without which AUC, Brier score and
    calibration are not measurable. Raises WorkbenchError for other values, other lengths and a single group.

    >>> y, yes, sex = np.array([0, 1] * 20), np.array([0, 1] * 10 + [0, 0] * 10), ["f"] * 20 + ["m"] * 20
    >>> assess_decisions(y, yes, sex).wide[["group", "selection_rate", "tpr"]].values.tolist()
    [['group=f', 0.5, 1.0], ['group=m', 0.0, 0.0]]
    """
    decided = Decided.of(y, decisions, probabilities)
    partitioned = _partitions(groups)
    for partition in partitioned:
        _check_partition(partition, len(decided))
    return _assessed(decided, partitioned, reference, options or Options(), positive)


def _partitions(groups: Groups | Sequence[object] | np.ndarray | pd.Series) -> list[Groups]:
    if isinstance(groups, Groups):
        return [groups]
    ready = [one for one in groups if isinstance(one, Groups)]
    return ready if ready and len(ready) == len(groups) else [from_labels(groups)]


def _check_partition(partition: Groups, rows: int) -> None:
    if len(partition.codes) != rows:
        raise WorkbenchError(
            f"There are {len(partition.codes):,} group labels for {rows:,} rows.", hint="Give one per row."
        )
    if len(partition) < 2:
        raise WorkbenchError(
            f"There is nobody to compare: all {rows:,} rows are one group.", hint="Give at least two groups."
        )


def _assessed(
    decided: Decided, partitioned: Sequence[Groups], reference: str | None, options: Options, positive: str
) -> FairnessReport:
    """Everything that the arrays say."""
    places = [_place(groups, reference) for groups in partitioned]
    _check_reference(partitioned, places, reference)
    sampled = [Sampled.of(groups, decided, options) for groups in partitioned]
    compared = [comparisons(one, place) for one, place in zip(sampled, places, strict=True)]
    gaps = [disparities(one, found) for one, found in zip(sampled, compared, strict=True)]
    return FairnessReport(
        positive=positive,
        groups=tuple(partitioned),
        overall=everyone(decided, options).by_group().drop(columns=["split", "group"]),
        by_group=pd.concat([one.by_group() for one in sampled], ignore_index=True),
        comparisons=corrected(pd.concat(compared, ignore_index=True)),
        disparities=corrected(pd.concat(gaps, ignore_index=True)),
        calibration=_calibration(decided, sampled),
        options=options,
        reference=reference,
        notes=tuple(_notes(decided, sampled)),
        rows=len(decided),
    )


def _place(groups: Groups, reference: str | None) -> int | None:
    """The place of the reference group: by its name ("sex=m") or by its labels alone ("m")."""
    by_label = [", ".join(labels) for labels in groups.labels]
    return next((names.index(reference) for names in (list(groups.names), by_label) if reference in names), None)


def _check_reference(partitioned: Sequence[Groups], places: Sequence[int | None], reference: str | None) -> None:
    if reference is None or any(place is not None for place in places):
        return
    known = [name for groups in partitioned for name in groups.names]
    raise WorkbenchError(f"There is no group {reference!r}.", hint=f"The groups are {'; '.join(known[:20])}.")


def _calibration(decided: Decided, sampled: Sequence[Sampled]) -> pd.DataFrame:
    """The calibration curve of each group that is large enough."""
    frames = [pd.DataFrame(columns=CALIBRATION)]
    for one in sampled if decided.scores is not None else ():
        for code in np.flatnonzero(~one.small).tolist():
            curve = _curve(decided, one.groups.codes == code)
            frames.append(curve.assign(split=one.groups.title, group=one.groups.names[code])[CALIBRATION])
    return pd.concat(frames[1:] or frames, ignore_index=True)


def _curve(decided: Decided, mask: np.ndarray) -> pd.DataFrame:
    assert decided.scores is not None
    scores = decided.scores[mask]
    proba = np.stack([1 - scores, scores], axis=1)
    return calibration(Evaluation(("no", "yes"), decided.y[mask], proba, pd.DataFrame()))


def _notes(decided: Decided, sampled: Sequence[Sampled]) -> Iterator[str]:
    """What was left out and what to be careful with."""
    if decided.scores is None:
        yield "There are no probabilities, so ROC AUC, Brier score and calibration are not measurable."
    for one in sampled:
        if one.groups.note:
            yield one.groups.note
        small = int(one.small.sum())
        if small:
            yield (
                f"{small} of {number_of(len(one.groups), 'group')} of {one.groups.title} "
                f"{agreeing(small, 'has', 'have')} fewer than {one.options.minimum_rows} rows and "
                f"{agreeing(small, 'is', 'are')} not measurable."
            )
        positives, negatives = one.point.tp + one.point.fn, one.point.fp + one.point.tn
        if not ((positives > 0) & (negatives > 0)).any():
            yield (
                f"{one.groups.title} tells the truth of every row: each group has one outcome only. "
                "Rates among those with and without the outcome cannot be compared across groups."
            )
