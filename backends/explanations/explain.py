"""Why a model says what it says of each row, in the columns that were uploaded."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pandas as pd

from backends.errors import WorkbenchError
from backends.explanations.budget import ExplainBudget, taken
from backends.explanations.computed import Computed, Engine
from backends.explanations.explanation import TOLERANCE, Explanation, Space
from backends.explanations.linear import LinearEngine
from backends.explanations.permutation import PermutationEngine
from backends.explanations.sources import sources
from backends.explanations.tree import TreeEngine
from backends.profiling.budget import Sample
from backends.training.results import TrainedModel
from backends.training.threads import one_thread

SEVERAL = (
    "With several classes, log-odds are each class's score before they are made to sum to 1: "
    "what counts is how the classes' scores differ."
)
UNUSED_BACKGROUND = "The given background is not used: a tree model is explained against its training rows."
HARD = "{} cannot be read as plain trees or a line, so it was asked about mixed rows instead."


def explain(
    model: TrainedModel,
    rows: pd.DataFrame | None = None,
    budget: ExplainBudget | None = None,
    background: pd.DataFrame | None = None,
) -> Explanation:
    """SHAP values of a model, in the table's own columns.

    `rows` have the columns of the model's schema; without them the held-out rows are explained, all where the budget
    allows, else a seeded sample that is named. Tree models (decision tree, forests, boosting) and linear ones are
    exact; all others are asked about rows mixed with a `background` (by default held-out rows, seeded and named).
    Voting trees and all others are explained in probability, boosting and linear models in log-odds.

    That base and values add up to the prediction is computed for every row (`Explanation.residuals`); where they do
    not, a note says so first. Raises WorkbenchError when there are no rows, for a model without probabilities, and when
    it would take far too long.
    """
    started = time.perf_counter()
    budget = budget or ExplainBudget()
    _refuse_nothing(rows if rows is not None else model.holdout, background)
    engine = engine_of(model, budget, background)
    sample_words = ""
    if rows is None:
        sample = budget.sample(len(model.holdout), engine.seconds_per_row(len(model.holdout)))
        rows, sample_words = taken(model.holdout, sample), sample.words
    found = explained_by(engine, model, rows, _remarks(model, engine, background))
    return replace(found, sample=sample_words, seconds=time.perf_counter() - started)


def explained_by(engine: Engine, model: TrainedModel, rows: pd.DataFrame, remarks: tuple[str, ...] = ()) -> Explanation:
    """What one engine says of these rows, checked against the model; `explain` chooses the engine by itself.

    `remarks` are told in the notes, after a failed check and before the engine's own.
    """
    started = time.perf_counter()
    frame = _features(model, rows)
    with one_thread():
        found = _told(model, frame, engine, _checked(model, frame, engine.space, engine.run(frame)))
    notes = (*_failure(found), *remarks, *found.notes)
    return replace(found, notes=notes, seconds=time.perf_counter() - started)


def explain_some(model: TrainedModel, rows: pd.DataFrame, budget: ExplainBudget | None = None) -> Explanation:
    """As `explain`, of these rows: all where the budget allows, else a seeded sample of them that is named."""
    _refuse_nothing(rows, None)
    sample, _ = what_fits(model, len(rows), budget)
    return replace(explain(model, taken(rows, sample), budget), sample=sample.words)


def what_fits(model: TrainedModel, rows: int, budget: ExplainBudget | None = None) -> tuple[Sample, float]:
    """Which of so many rows are explained within the budget, and the seconds that this is expected to take."""
    budget = budget or ExplainBudget()
    one = engine_of(model, budget).seconds_per_row(rows)
    sample = budget.sample(rows, one)
    return sample, sample.rows * one


def space_of(model: TrainedModel) -> Space:
    """The space that `explain` explains a model in, without explaining anything."""
    return engine_of(model, ExplainBudget()).space


def engine_of(model: TrainedModel, budget: ExplainBudget, background: pd.DataFrame | None = None) -> Engine:
    """The first engine that fits: nothing to explain, trees, a line, and for all others mixed rows.

    Raises WorkbenchError for a model without probabilities.
    """
    model.needs_probabilities()
    if len(model.pipeline.classes_) == 1 or type(_estimator(model)).__name__ == "DummyClassifier":
        return ConstantEngine(model)
    found = sources(model)
    if found is not None and (trees := TreeEngine.of(model, found, budget)):
        return trees
    if found is not None and (line := LinearEngine.of(model, found, budget, background)):
        return line
    return PermutationEngine(model, found, budget, background)


@dataclass(frozen=True)
class ConstantEngine:
    """For a model that says the same of every row: no column has any effect."""

    model: TrainedModel
    title: ClassVar[str] = "nothing to compute"
    exact: ClassVar[bool] = True
    space: ClassVar[Space] = "probability"

    def seconds_per_row(self, of: int) -> float:
        """Nothing."""
        return 0.0

    def run(self, frame: pd.DataFrame) -> Computed:
        """Values of zero."""
        predicted = self.model.known_probabilities(frame)
        predicted = predicted[:, 1:] if predicted.shape[1] == 2 else predicted
        array = np.zeros((len(frame), len(self.model.schema), predicted.shape[1]))
        return Computed(array, predicted[0].copy(), predicted, notes=("The model says the same of every row.",))


def _estimator(model: TrainedModel) -> object:
    return model.pipeline[-1] if hasattr(model.pipeline, "steps") else model.pipeline


def _refuse_nothing(rows: pd.DataFrame, background: pd.DataFrame | None) -> None:
    if not len(rows):
        raise WorkbenchError("There are no rows to explain.", hint="Choose at least one row.")
    if background is not None and not len(background):
        raise WorkbenchError("The background has no rows.", hint="Compare with at least one row.")


def _features(model: TrainedModel, rows: pd.DataFrame) -> pd.DataFrame:
    present = set(rows.columns)
    absent = [name for name in model.schema.names if name not in present]
    if absent:
        raise WorkbenchError(
            f"Column {absent[0]!r} is missing ({len(absent)} of {len(model.schema)} columns are).",
            hint=f"The model needs the columns {', '.join(model.schema.names[:20])}.",
        )
    return rows[list(model.schema.names)]


def _checked(model: TrainedModel, frame: pd.DataFrame, space: Space, found: Computed) -> Computed:
    """The same, but with what the pipeline says as `predicted` where it differs: then the values do not add up."""
    from scipy.special import expit, softmax

    said = model.known_probabilities(frame)
    said = said[:, 1:] if said.shape[1] == 2 else said
    if space == "probability":
        return replace(found, predicted=said)
    implied = expit(found.predicted) if said.shape[1] == 1 else softmax(found.predicted, axis=1)
    if np.abs(implied - said).max() <= TOLERANCE:
        return found
    held = np.clip(said, 1e-12, 1 - 1e-12)
    return replace(found, predicted=np.log(held / (1 - held)) if said.shape[1] == 1 else np.log(held))


def _told(model: TrainedModel, frame: pd.DataFrame, engine: Engine, found: Computed) -> Explanation:
    """An explanation with named outputs: the positive class of two, else every class that the model knows."""
    known = [model.classes[int(code)] for code in model.pipeline.classes_]
    single = found.array.shape[2] == 1
    if single and len(known) == 2 and not model.binary:
        found = _both_sides(found, engine.space)
    classes = (known[-1],) if model.binary else tuple(known)
    notes = found.notes
    unknown = [name for name in model.classes if name not in known]
    if unknown:
        notes += (f"No training row was of class {unknown[0]!r}, so the model cannot predict it.",)
    if engine.space == "log-odds" and len(classes) > 1:
        notes += (SEVERAL,)
    return Explanation(
        model.schema.names, classes, frame, model.schema, found.array, found.bases, found.predicted, engine.space,
        engine.title, engine.exact and found.errors is None, background=found.background, notes=notes,
        parts=found.parts, part_names=found.part_names, errors=found.errors,
    )  # fmt: skip


def _both_sides(found: Computed, space: Space) -> Computed:
    """One output for the second of two classes as an output for each of them."""
    one = 1.0 if space == "probability" else 0.0

    def mirrored(values: np.ndarray | None, less: float, sign: float = -1.0) -> np.ndarray | None:
        return None if values is None else np.concatenate([less + sign * values, values], axis=-1)

    array, bases, predicted = mirrored(found.array, 0.0), mirrored(found.bases, one), mirrored(found.predicted, one)
    assert array is not None
    assert bases is not None
    assert predicted is not None
    parts, errors = mirrored(found.parts, 0.0), mirrored(found.errors, 0.0, sign=1.0)
    return replace(found, array=array, bases=bases, predicted=predicted, parts=parts, errors=errors)


def _failure(explanation: Explanation) -> tuple[str, ...]:
    if explanation.adds_up:
        return ()
    worst = explanation.residuals.max()
    wrong = int((~(explanation.residuals <= TOLERANCE)).sum())
    return (
        f"This explanation fails its check: in {wrong:,} of {len(explanation.frame):,} rows the values do not add up "
        f"to what the model says (by up to {worst:.3g}). Do not rely on it.",
    )


def _remarks(model: TrainedModel, engine: Engine, background: pd.DataFrame | None) -> tuple[str, ...]:
    remarks = []
    if isinstance(engine, TreeEngine) and background is not None:
        remarks.append(UNUSED_BACKGROUND)
    if isinstance(engine, PermutationEngine) and "Boosting" in type(_estimator(model)).__name__:
        remarks.append(HARD.format(model.title))
    return tuple(remarks)
