"""One model judged once on the rows it never saw."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.training.bootstrap import RESAMPLES, affordable, intervals
from backends.training.formulas import Judged, predicted_codes
from backends.training.results import TrainedModel


@dataclass(frozen=True)
class Evaluation:
    """What a model's probabilities say about the held-out rows.

    `y` (rows,) are the true class codes, `proba` (rows, classes) the probabilities, in the order of
    `classes`. `scores` is indexed by metric key with the columns value, low and high (the ends of the
    95 % bootstrap interval over the rows) and resamples. `notes` say what the numbers leave out.
    """

    classes: tuple[str, ...]
    y: np.ndarray
    proba: np.ndarray
    scores: pd.DataFrame
    notes: tuple[str, ...] = ()
    title: str = ""  # the model's

    @property
    def binary(self) -> bool:
        """Two classes, of which the second is the positive one."""
        return len(self.classes) == 2

    @property
    def rows(self) -> int:
        """How many held-out rows there are."""
        return len(self.y)

    @property
    def predicted(self) -> np.ndarray:
        """The most probable class code of each row."""
        return predicted_codes(self.proba)

    @property
    def shown_classes(self) -> tuple[int, ...]:
        """The class codes that one-against-the-rest curves are drawn for: the positive one, or all."""
        return (1,) if self.binary else tuple(range(len(self.classes)))


_DEPENDENT = {
    "group": "Rows of one group were drawn as if they were independent, so the intervals are too narrow.",
    "time": "Rows were drawn as if they were independent of their time, so the intervals may be too narrow.",
}


def evaluate(model: TrainedModel, seed: int = 0, resamples: int = RESAMPLES) -> Evaluation:
    """Judge `model` on its held-out rows, with a 95 % bootstrap interval per metric.

    The same model and seed give the same numbers. Raises WorkbenchError when no row was held out.
    """
    _check_rows(model.holdout_codes)
    proba = model.probabilities(model.holdout)
    evaluation = evaluate_probabilities(model.holdout_codes, proba, model.classes, seed, resamples, model.title)
    dependent = _DEPENDENT.get(model.spec.scheme)
    return replace(evaluation, notes=(*evaluation.notes, dependent)) if dependent else evaluation


def evaluate_probabilities(
    y: np.ndarray,
    proba: np.ndarray,
    classes: tuple[str, ...],
    seed: int = 0,
    resamples: int = RESAMPLES,
    title: str = "",
) -> Evaluation:
    """Judge probabilities (rows, classes) against true class codes (rows,), wherever they come from.

    >>> proba = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.2, 0.8]])
    >>> evaluate_probabilities(np.array([0, 0, 1, 1]), proba, ("no", "yes")).scores.loc["accuracy"].round(2).tolist()
    [0.75, 0.25, 1.0, 1000.0]
    """
    _check_rows(y)
    if not np.isfinite(proba).all():
        raise WorkbenchError(
            f"{title or 'The model'} gave probabilities that are not numbers for "
            f"{int((~np.isfinite(proba)).any(axis=1).sum())} of {len(y)} rows.",
            hint="Choose another model, or look for infinite values in the features.",
        )
    codes, count = np.asarray(y, dtype=np.intp), affordable(resamples, len(y), len(classes))
    scores = intervals(Judged(codes, np.asarray(proba)), count, seed)
    return Evaluation(
        classes, codes, np.asarray(proba), scores, _notes(codes, classes, scores, count, resamples), title
    )


def _check_rows(y: np.ndarray) -> None:
    if len(y) == 0:
        raise WorkbenchError("There are no held-out rows to judge the model on.", hint="Hold out a share of the rows.")


def _notes(y: np.ndarray, classes: tuple[str, ...], scores: pd.DataFrame, count: int, wanted: int) -> tuple[str, ...]:
    absent = [name for code, name in enumerate(classes) if code not in np.unique(y)]
    partial = scores["resamples"].min()
    lines = (
        (
            bool(absent),
            f"The {len(y):,} held-out rows have none of {', '.join(absent[:5])}; it is left out of the means.",
        ),
        (partial < count, f"{count - partial:,} of {count:,} resamples lost a class; metrics that need it skip them."),
        (count < wanted, f"{count:,} resamples were drawn, not {wanted:,}: there are {len(y):,} rows."),
    )
    return tuple(text for applies, text in lines if applies)
