"""Hyper-parameter search by successive halving, within a time budget.

Many candidates are judged on few rows, the better third of them on three times as many rows, and so on up to
all training rows (Jamieson & Talwalkar 2016). The first candidate of every model is its defaults, and it goes
through all rounds, so a tuned model is never one that looked worse than its defaults. When a bracket is
through and time is left, the next one begins with fresh candidates.

A candidate is fitted on rows of the training part of two of the comparison's folds and judged on their test
parts; the hold-out is never touched. The fold scores of a tuned model are therefore slightly optimistic —
its parameters were chosen on part of the same rows — while its score on the hold-out is not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from backends.training.candidates import Candidate, CandidateTask, Memory
from backends.training.events import PhaseStarted, TuningBest
from backends.training.fitting import Learner
from backends.training.guard import Limits, Trouble
from backends.training.models import ModelRow
from backends.training.plan import Problem
from backends.training.scoring import metric
from backends.training.shared import Table
from backends.training.validation import Fold
from backends.training.workers import Crew

KEEP = 3  # one of so many candidates goes on to the next round, on so many times the rows
ROUNDS = 3
CANDIDATES = 18  # per model and bracket
SMALLEST_ROUND = 300  # rows; a round on fewer says little
JUDGE_FOLDS = 2
JUDGE_ROWS = 5_000  # test rows a candidate is judged on at most
BRACKETS = 20


@dataclass(frozen=True)
class Tuning:
    """What the search found: parameters by model (missing where the defaults are best), and how it went.

    `candidates` has one row per candidate and round: model, candidate (0 is the defaults), rows, value and
    parameters.
    """

    parameters: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    candidates: pd.DataFrame = field(default_factory=pd.DataFrame)
    notes: tuple[str, ...] = ()


def tune(problem: Problem, table: Table, crew: Crew, tell: Callable[..., None], memory: Path | None = None) -> Tuning:
    """Search for `problem.spec.tune_seconds`; see the module's text for how.

    `tell` is told the phase and every new best. `memory` is a file of what was judged before: judgements of
    the same data and spec are taken from it instead of being made again, and new ones are added at once, so
    that nothing is lost by a cancel.
    """
    search = _Search(problem, table, crew, tell, Memory.of(problem, memory))
    tell(PhaseStarted, phase="tuning", text=f"Tuning {len(search.rows)} models")
    search.run()
    return search.result()


@dataclass
class _Search:
    problem: Problem
    table: Table
    crew: Crew
    tell: Any
    memory: Memory
    values: dict[tuple[str, int, int], dict[int, float]] = field(default_factory=dict)
    start: float = field(default_factory=time.monotonic)

    @property
    def rows(self) -> tuple[ModelRow, ...]:
        """The models that have something to tune."""
        return tuple(row for row in self.problem.rows if row.space)

    @cached_property
    def folds(self) -> tuple[Fold, ...]:
        """The folds that judge: the last ones, which in time order have the most training rows."""
        return tuple(self._shuffled(fold) for fold in self.problem.split.folds[-JUDGE_FOLDS:])

    @property
    def round_sizes(self) -> list[int]:
        """Training rows of each round, the last one being all."""
        most = min(len(fold.train) for fold in self.folds)
        sizes = [most // KEEP**power for power in range(ROUNDS - 1, -1, -1)]
        return [size for size in sizes if size >= min(SMALLEST_ROUND, most)]

    def time_over(self, share: float = 1.0) -> bool:
        """Whether this share of the budget is spent."""
        return time.monotonic() - self.start > share * self.problem.spec.tune_seconds

    def run(self) -> None:
        """Bracket after bracket until the time is over."""
        for bracket in range(BRACKETS if self.rows else 0):
            if self.time_over() or self.crew.cancelled():
                return
            first = 1 + bracket * (CANDIDATES - 1)
            self._bracket({row.key: [0, *range(first, first + CANDIDATES - 1)] for row in self.rows}, bracket)

    def result(self) -> Tuning:
        """The best candidate of each model and the table of all that were judged."""
        found = {row.key: self._best(row.key) for row in self.rows}
        chosen = {key: best[0].parameters for key, best in found.items() if best and best[0].parameters}
        rows = {row.key: row for row in self.rows}
        table = [
            (*key, self._value(key), Candidate(rows[key[0]], key[1], self.problem.spec.seed).parameters)
            for key in self.values
        ]
        frame = pd.DataFrame(table, columns=["model", "candidate", "rows", "value", "parameters"])
        return Tuning(chosen, frame, self._notes(frame, len(chosen)))

    def _bracket(self, numbers: dict[str, list[int]], bracket: int) -> None:
        sizes = self.round_sizes
        for place, size in enumerate(sizes):
            # In the first bracket each round may use its share of the time, so that the last one is reached.
            share = (place + 1) / len(sizes) if bracket == 0 else 1.0
            self._judge([(row, n, size) for n in _turns(numbers) for row in self.rows if n in numbers[row.key]], share)
            keep = {key: max(1, len(tried) // KEEP) for key, tried in numbers.items()}
            numbers = {key: self._better(key, tried, size, keep[key]) for key, tried in numbers.items()}
            if self.time_over() or self.crew.cancelled():
                return

    def _judge(self, wanted: Sequence[tuple[ModelRow, int, int]], share: float) -> None:
        tasks = []
        for task in (task for row, number, size in wanted for task in self._tasks(row, number, size)):
            known = self.memory.recall(task)
            if known is None:
                tasks.append(task)
            else:
                self._take(task, known)
        hard = replace(
            self.crew,
            cancelled=lambda: self.crew.cancelled() or self.time_over(),
            limits=Limits(
                min(self.crew.limits.seconds or np.inf, self.problem.spec.tune_seconds), self.crew.limits.memory_mb
            ),
        )
        for task, result in hard.run(tasks, skip=lambda task: self.time_over(share)):
            value = np.nan if isinstance(result, Trouble) else result
            if not (isinstance(result, Trouble) and result.kind == "cancelled"):
                self.memory.keep(task, value)
            self._take(task, value)

    def _take(self, task: CandidateTask, value: float) -> None:
        key = task.learner.row.key
        before = self._best(key)
        self.values.setdefault((key, task.candidate, task.rows), {})[task.fold] = value
        best = self._best(key)
        if best is not None and best != before:
            self._tell_best(*best)

    def _best(self, key: str) -> tuple[Candidate, int, float] | None:
        """The best candidate, its rows and its value, in the latest round that judged the defaults too."""
        sizes = [size for size in self.round_sizes if not np.isnan(self._value((key, 0, size)))]
        if not sizes:
            return None
        values = {n: self._value((k, n, size)) for k, n, size in self.values if k == key and size == sizes[-1]}
        number = max((n for n in values if not np.isnan(values[n])), key=lambda n: (values[n], -n))
        row = next(row for row in self.rows if row.key == key)
        return Candidate(row, number, self.problem.spec.seed), sizes[-1], values[number]

    def _tell_best(self, candidate: Candidate, rows: int, value: float) -> None:
        judged = metric(self.problem.plan.metric)
        spent = min(1.0, (time.monotonic() - self.start) / self.problem.spec.tune_seconds)
        self.tell.done = int(spent * self.problem.plan.fits)
        self.tell(
            TuningBest,
            model=candidate.row.key,
            title=candidate.row.title,
            metric=judged.key,
            value=value if judged.greater_is_better else -value,
            rows=rows,
            parameters=candidate.parameters,
        )

    def _value(self, key: tuple[str, int, int]) -> float:
        """The mean over the judging folds; NaN until all of them are in."""
        values = self.values.get(key, {})
        return float(np.mean(list(values.values()))) if len(values) == len(self.folds) else np.nan

    def _better(self, key: str, tried: Sequence[int], size: int, count: int) -> list[int]:
        """The defaults and the best others of those judged on `size` rows."""
        values = {number: self._value((key, number, size)) for number in tried if number}
        order = sorted((n for n in values if not np.isnan(values[n])), key=lambda n: (-values[n], n))
        return [0, *order[:count]]

    def _tasks(self, row: ModelRow, number: int, size: int) -> Iterator[CandidateTask]:
        problem, codes = self.problem, self.problem.target.codes
        found = Candidate(row, number, problem.spec.seed).parameters
        learner = Learner(row, problem.schema, problem.spec.seed, len(problem.plan.classes), found)
        for place, fold in enumerate(self.folds):
            train, test = fold.train[:size], fold.test[:JUDGE_ROWS]
            if len(np.unique(codes[train])) > 1:
                yield CandidateTask(
                    learner,
                    self.table,
                    number,
                    size,
                    place,
                    train,
                    test,
                    codes[train],
                    codes[test],
                    problem.plan.metric,
                )

    def _shuffled(self, fold: Fold) -> Fold:
        """The same rows in an order of which any beginning is a fair sample; in time order, the latest first."""
        if self.problem.spec.scheme == "time":
            return Fold(fold.train[::-1], fold.test)
        random = np.random.default_rng(self.problem.spec.seed)
        return Fold(random.permutation(fold.train), random.permutation(fold.test))

    def _notes(self, frame: pd.DataFrame, changed: int) -> tuple[str, ...]:
        if not self.rows:
            return ()
        settings = frame[["model", "candidate"]].drop_duplicates() if len(frame) else frame
        return (
            f"Tuning judged {len(settings):,} settings of {len(self.rows)} models in "
            f"{time.monotonic() - self.start:.0f} seconds; {changed} models have new "
            f"parameters. Their fold scores are slightly optimistic, their hold-out scores are not.",
        )


def _turns(numbers: Mapping[str, Sequence[int]]) -> list[int]:
    """All candidate numbers in ascending order: the models take turns."""
    return sorted({number for tried in numbers.values() for number in tried})
