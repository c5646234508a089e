"""Compare classifiers on the same folds: the entry point of the stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from backends.datasets.schema import Dataset
from backends.errors import WorkbenchError
from backends.training.checks import judge
from backends.training.events import Event, FoldDone, Listener, ModelDone, ModelFailed, PhaseStarted, PlanReady
from backends.training.evidence import Evidence
from backends.training.fitting import FoldResult, FoldTask, Learner, Refit, RefitTask
from backends.training.guard import Limits, Trouble
from backends.training.leaderboard import ModelRun, fold_scores, leaderboard, record
from backends.training.models import MODELS, ModelRow
from backends.training.plan import Problem, prepare
from backends.training.ranking import Ranking, rank
from backends.training.results import Comparison, Failure, OutOfFold, TrainedModel
from backends.training.shared import Table
from backends.training.spec import TrainingSpec
from backends.training.tuning import Tuning, tune
from backends.training.workers import Crew
from backends.training.workplace import workplace

FitTask = FoldTask | RefitTask


def compare(
    dataset: Dataset,
    spec: TrainingSpec,
    on_progress: Listener | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    table: Sequence[ModelRow] = MODELS,
    tuning_memory: Path | None = None,
) -> Comparison:
    """Train the spec's models on every fold and on all training rows, and rank them.

    `on_progress` is told each `events.Event` as it happens; `cancelled` is asked several times a second, and
    once it is true what runs is ended and a comparison of the finished models is returned. Both are called
    in the caller's thread. `table` is the model table. `tuning_memory` is a file that remembers tuned
    candidates, so that a later call with the same data and spec goes on where this one stopped.

    A model that fails, takes longer than `spec.fit_seconds`, uses more than `spec.fit_memory_mb` or takes its
    process down is a `Failure` of the result and does no harm to the others. Raises WorkbenchError when the
    table cannot be trained on as the spec says (see `plan`).
    """
    tell = _Teller(on_progress or (lambda event: None))
    tell(PhaseStarted, phase="plan", text="Looking at the table")
    problem = prepare(dataset, spec, table)
    tell.total = problem.plan.fits * (2 if spec.tune_seconds else 1)
    tell(PlanReady, plan=problem.plan.to_dict())
    crew = Crew(problem.plan.processes, Limits(spec.fit_seconds, spec.fit_memory_mb), cancelled or (lambda: False))
    with workplace(crew, problem.frame) as place:
        tuning = tune(problem, place.table, place.crew, tell, tuning_memory) if spec.tune_seconds else Tuning()
        tell.done = tell.total - problem.plan.fits
        board = _Board(problem, place.table, tuning.parameters, tell)
        tell(PhaseStarted, phase="folds", text=f"Training {len(problem.rows)} models{place.where}")
        for task, result in place.crew.run(board.tasks(), skip=board.is_settled):
            board.take(task, result)
    tell(PhaseStarted, phase="ranking", text="Ranking the models")
    comparison = board.comparison(tuning, place.notes)
    with threadpool_limits(1):  # threads that wait for each other cost more than they save on one prediction
        verdict = judge(Evidence.from_comparison(dataset, comparison))
    return replace(comparison, checks=verdict.found, passed=verdict.fine)


@dataclass
class _Teller:
    """Tells events with how much is done so far."""

    listener: Listener
    done: int = 0
    total: int = 0

    def __call__(self, event: Callable[..., Event], /, **facts: Any) -> None:
        self.listener(event(done=self.done, total=self.total, **facts))


@dataclass
class _Board:
    """The models of a running comparison, filling up as results come in."""

    problem: Problem
    shared: Table
    parameters: Mapping[str, Mapping[str, object]]
    tell: _Teller
    runs: dict[str, ModelRun] = field(init=False)

    def __post_init__(self) -> None:
        self.runs = {row.key: ModelRun(self._learner(row), self.problem.plan.folds) for row in self.problem.rows}

    def tasks(self) -> list[FitTask]:
        """All fits: two of the simplest models left, one of the costliest, and so on.

        The board fills early, and the last fits are of middling length: no process is left with a long one
        while the others have nothing to do.
        """
        runs = sorted(self.runs.values(), key=lambda run: run.learner.row.simplicity)
        tasks = [task for run in runs for task in self._tasks_of(run)]
        most = len(tasks) - len(tasks) // 3
        turns = zip_longest(tasks[:most:2], tasks[1:most:2], reversed(tasks[most:]))
        return [task for turn in turns for task in turn if task is not None]

    def is_settled(self, task: FitTask) -> bool:
        """Whether the task's model has failed, so that its other fits are for nothing."""
        return self.runs[task.learner.row.key].failure is not None

    def take(self, task: FitTask, result: FoldResult | Refit | Trouble) -> None:
        """Note a result and tell of it."""
        run = self.runs[task.learner.row.key]
        if run.failure is not None:
            return
        if isinstance(result, Trouble):
            self._fail(run, result)
            return
        self.tell.done += 1
        if isinstance(result, Refit):
            run.refit = result
        else:
            run.folds[result.fold] = result
            facts = {"fold": result.fold + 1, "seconds": result.seconds, "scores": result.scores}
            self.tell(FoldDone, model=run.key, title=run.title, **facts)
        if run.done:
            self.tell(ModelDone, model=run.key, title=run.title, row=record(run))

    def comparison(self, tuning: Tuning, notes: tuple[str, ...] = ()) -> Comparison:
        """The result; models that are not finished count as cancelled."""
        for run in self.runs.values():
            if not run.done and run.failure is None:
                self._fail(run, Trouble("cancelled", f"Cancelled after {len(run.folds)} of {run.folds_wanted} folds."))
        runs, plan = list(self.runs.values()), self.problem.plan
        done = [run for run in runs if run.done]
        scores = fold_scores(done)
        ranking, doubt = _ranked(done, scores, self.problem)
        return Comparison(
            spec=self.problem.spec,
            metric=plan.metric,
            classes=plan.classes,
            class_counts=plan.class_counts,
            leaderboard=leaderboard(runs, ranking, plan.metric, self.problem.split.sizes),
            fold_scores=scores,
            models=self._models(done),
            failures=tuple(run.failure for run in runs if run.failure is not None),
            notes=plan.notes + notes + tuning.notes + tuple(_warnings(done)),
            recommended=ranking.recommended if ranking else None,
            reason=ranking.reason if ranking else doubt,
        )

    def _learner(self, row: ModelRow) -> Learner:
        problem = self.problem
        tuned = dict(self.parameters.get(row.key, {}))
        return Learner(row, problem.schema, problem.spec.seed, len(problem.plan.classes), tuned)

    def _tasks_of(self, run: ModelRun) -> Iterator[FitTask]:
        codes, split = self.problem.target.codes, self.problem.split
        for number, fold in enumerate(split.folds):
            yield FoldTask(run.learner, self.shared, number, fold.train, fold.test, codes[fold.train], codes[fold.test])
        yield RefitTask(run.learner, self.shared, split.train_rows, codes[split.train_rows])

    def _fail(self, run: ModelRun, trouble: Trouble) -> None:
        self.tell.done += run.fits_left
        run.failure = Failure(run.key, run.title, trouble.kind, trouble.reason)
        self.tell(ModelFailed, model=run.key, title=run.title, kind=trouble.kind, reason=trouble.reason)

    def _models(self, runs: Sequence[ModelRun]) -> dict[str, TrainedModel]:
        problem, split = self.problem, self.problem.split
        holdout = problem.frame.iloc[split.holdout_rows].reset_index(drop=True)
        aside = problem.dataset.schema.without((*problem.schema.names, problem.target.column.name))
        others = problem.dataset.frame[list(aside.names)].iloc[split.holdout_rows].reset_index(drop=True)
        return {
            run.key: TrainedModel(
                key=run.key,
                title=run.title,
                pipeline=run.refit.load(),
                schema=problem.schema,
                target=problem.target.column,
                classes=problem.plan.classes,
                spec=problem.spec,
                train_rows=split.train_rows,
                holdout_rows=split.holdout_rows,
                holdout=holdout,
                holdout_codes=problem.target.codes[split.holdout_rows],
                dataset=problem.dataset.name,
                digest=problem.dataset.digest,
                parameters=dict(run.learner.parameters),
                out_of_fold=self._out_of_fold(run),
                recipe=problem.dataset.recipe.rowwise,
                aside=others,
                aside_schema=aside,
            )
            for run in runs
            if run.refit is not None
        }

    def _out_of_fold(self, run: ModelRun) -> OutOfFold | None:
        """The folds' probabilities for their test rows, fold after fold; None with more than two classes."""
        said = [(fold, result.positive) for fold, result in sorted(run.folds.items()) if result.positive is not None]
        if not said:
            return None
        codes, folds = self.problem.target.codes, self.problem.split.folds
        rows = np.concatenate([folds[fold].test for fold, _ in said])
        return OutOfFold(codes[rows], np.concatenate([positive for _, positive in said]))


def _ranked(runs: Sequence[ModelRun], scores: pd.DataFrame, problem: Problem) -> tuple[Ranking | None, str]:
    """The ranking of the finished models; without one, the reason in words."""
    if not runs:
        return None, "No model was finished."
    records = pd.DataFrame([record(run) | {"simplicity": run.learner.row.simplicity} for run in runs])
    costs = records.set_index("model")[["predict_ms_1", "fit_seconds", "simplicity"]]
    titles = {run.key: run.title for run in runs}
    try:
        return rank(scores, problem.plan.metric, problem.split.sizes, costs, titles=titles), ""
    except WorkbenchError as error:  # no fold could measure the metric: the models stay, unranked
        return None, str(error)


def _warnings(runs: Sequence[ModelRun]) -> Iterator[str]:
    for run in runs:
        stopped = sum(bool(result.warnings) for result in run.folds.values())
        if stopped:
            words = next(result.warnings[0] for result in run.folds.values() if result.warnings)
            yield f"{run.title} {words} on {stopped} of {run.folds_wanted} folds."
