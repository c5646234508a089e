"""How well a model does on a cohort, against the rest of the held-out rows."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.cohorts.cohort import Cohort
from backends.explanations.cohorts.comparing import Moments, binomial_share, rates_against
from backends.training.bootstrap import RESAMPLES, affordable, intervals
from backends.training.formulas import Judged
from backends.training.results import TrainedModel
from backends.training.scoring import METRICS
from backends.training.threads import one_thread

LEAST = 10  # rows under which nothing is measured
ERROR = "error_rate"


@dataclass(frozen=True)
class CohortScores:
    """A model on a cohort and on the rest.

    `frame` is indexed by metric key (`error_rate` first, then those of the leaderboard) with the columns title, value,
    low, high, words for the cohort and rest, rest_low, rest_high, rest_words for the other held-out rows. The error
    rate's interval is Wilson's, the others' the 95 % bootstrap over the rows. What cannot be measured is NaN, and
    "not measurable (n = 3)" in words. `difference` is the error rate's, cohort minus rest, with its 95 % interval
    and the one-sided p-value of Fisher's exact test that the cohort is no worse; NaN where not measurable.
    """

    cohort: Cohort
    rows: int
    rest_rows: int
    errors: int
    rest_errors: int
    frame: pd.DataFrame = field(repr=False)
    difference: float
    low: float
    high: float
    p: float
    note: str = ""

    @property
    def measurable(self) -> bool:
        """Whether both the cohort and the rest have enough rows to be compared."""
        return min(self.rows, self.rest_rows) >= LEAST


@dataclass(frozen=True)
class Decided(Judged):
    """Probabilities beside the decisions that were made of them, whichever threshold they had."""

    decisions: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.intp))

    @property
    def predicted(self) -> np.ndarray:
        """The class code decided for each row."""
        return self.decisions

    def part(self, mask: np.ndarray) -> Decided:
        """The rows of `mask` only."""
        return Decided(self.y[mask], self.proba[mask], decisions=self.decisions[mask])

    @classmethod
    def of(cls, model: TrainedModel) -> Decided:
        """The model on its held-out rows. Raises WorkbenchError for none, or probabilities that are not numbers."""
        frame = model.held_out
        if not len(frame):
            raise WorkbenchError("There are no held-out rows to look at.", hint="Hold out a share of the rows.")
        with one_thread():
            proba = model.probabilities(frame)
        wrong = int((~np.isfinite(proba)).any(axis=1).sum())
        if wrong:
            raise WorkbenchError(
                f"{model.title} gave probabilities that are not numbers for {wrong:,} of {len(frame):,} rows.",
                hint="Choose another model, or look for infinite values in the features.",
            )
        decisions = model.policy.decide(proba[:, 1], frame) if model.binary else proba.argmax(axis=1)
        return cls(np.asarray(model.holdout_codes, dtype=np.intp), proba, decisions=decisions)

    @property
    def wrong(self) -> np.ndarray:
        """Where the decision is not the truth, (rows,) bool."""
        return self.decisions != self.y


def cohort_scores(model: TrainedModel, cohort: Cohort, seed: int = 0, resamples: int = RESAMPLES) -> CohortScores:
    """Judge `model` on the held-out rows of `cohort` and on the rest of them.

    Decisions are the model's own, by its policy. Raises WorkbenchError when no row was held out, or the cohort is about
    a column that is neither a feature nor was left aside.
    """
    judged = Decided.of(model)
    inside = cohort.mask(model.held_out)
    wrong = judged.wrong
    rows, errors = int(inside.sum()), int(wrong[inside].sum())
    rest_rows, rest_errors = len(wrong) - rows, int(wrong.sum()) - errors
    own = _scores(judged.part(inside), seed, resamples)
    rest = _scores(judged.part(~inside), seed, resamples).drop(columns="title").add_prefix("rest_")
    frame = own.join(rest.rename(columns={"rest_value": "rest"}))
    difference = _difference(wrong, inside) if min(rows, rest_rows) >= LEAST else (np.nan,) * 4
    return CohortScores(cohort, rows, rest_rows, errors, rest_errors, frame, *difference, note=dependence(model))


def dependence(model: TrainedModel) -> str:
    """What the intervals leave out when rows belong together; empty when they do not."""
    return {
        "group": "Rows of one group are counted as if they were independent, so the intervals are too narrow.",
        "time": "Rows are counted as if they were independent of their time, so the intervals may be too narrow.",
    }.get(model.spec.scheme, "")


def _difference(wrong: np.ndarray, inside: np.ndarray) -> tuple[float, float, float, float]:
    part, rest = (Moments.of(mask[None, :], wrong.astype(float)) for mask in (inside, ~inside))
    found = rates_against(part, rest)
    return tuple(float(x[0]) for x in (found.difference, found.difference_low, found.difference_high, found.p))  # type: ignore[return-value]


def _scores(judged: Decided, seed: int, resamples: int) -> pd.DataFrame:
    """Columns title, value, low, high and words; one row per metric."""
    rows = len(judged.y)
    titles = {ERROR: "Error rate", **{metric.key: metric.title for metric in METRICS}}
    frame = pd.DataFrame(np.nan, index=pd.Index(list(titles), name="metric"), columns=["value", "low", "high"])
    if rows >= LEAST:
        frame.loc[ERROR] = binomial_share(int(judged.wrong.sum()), rows)
        measured = intervals(judged, affordable(resamples, rows, judged.n_classes), seed)
        frame.loc[list(measured.index)] = measured[["value", "low", "high"]]
    frame.insert(0, "title", list(titles.values()))
    ends = frame[["value", "low", "high"]].to_numpy(dtype=np.float64)
    frame["words"] = [_in_words(value, low, high, rows) for value, low, high in ends.tolist()]
    return frame


def _in_words(value: float, low: float, high: float, rows: int) -> str:
    if np.isnan(value):
        return f"not measurable (n = {rows:,})"
    return f"{value:.3f}" if np.isnan(low) else f"{value:.3f} ({low:.3f}–{high:.3f})"
