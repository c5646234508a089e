"""What tuning judges: a setting of a model, the task that judges it, and the memory of those judged before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from backends.training.fitting import Learner, fitted
from backends.training.models import ModelRow
from backends.training.plan import Problem
from backends.training.scoring import metric
from backends.training.shared import Table

FORMAT = 1  # of the memory file


@dataclass(frozen=True)
class Candidate:
    """One setting of one model; number 0 has the defaults."""

    row: ModelRow
    number: int
    seed: int

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Drawn from the row's space by number and seed alone, so that a later run draws the same."""
        if self.number == 0:
            return {}
        random = np.random.default_rng([self.seed, self.number, *self.row.key.encode()])
        return {name: space.draw(random) for name, space in self.row.space.items()}


@dataclass(frozen=True)
class CandidateTask:
    """Fit a candidate on some rows of a fold and judge it on others. The value is better when greater."""

    learner: Learner
    table: Table
    candidate: int
    rows: int
    fold: int
    train: np.ndarray
    test: np.ndarray
    train_codes: np.ndarray
    test_codes: np.ndarray
    metric: str

    @property
    def id(self) -> str:
        """The task's name."""
        return f"{self.learner.row.key}-candidate-{self.candidate}-rows-{self.rows}-fold-{self.fold}"

    def __call__(self) -> float:
        """Do it; runs in a worker."""
        frame = self.table.frame()
        pipeline, _, _ = fitted(self.learner, frame.iloc[self.train], self.train_codes)
        proba = self.learner.probabilities(pipeline, frame.iloc[self.test])
        judged = metric(self.metric)
        value = judged.function(self.test_codes, proba, self.learner.classes)
        return value if judged.greater_is_better else -value


@dataclass
class Memory:
    """Judgements made before, from a file of JSON lines that nobody has to trust: odd lines are left out."""

    path: Path | None
    about: dict[str, Any]
    known: dict[str, tuple[dict[str, Any], float]] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem, path: Path | None) -> Memory:
        """What `path` remembers of the same data and spec; None remembers nothing."""
        spec = {k: v for k, v in asdict(problem.spec).items() if k not in _NO_MATTER}
        about = {"format": FORMAT, "digest": problem.dataset.digest, "features": problem.schema.names, "spec": spec}
        memory = cls(path, json.loads(json.dumps({**about, "metric": problem.plan.metric})))
        if path is not None and path.exists():
            memory._read(path.read_text(encoding="utf-8").splitlines())
        return memory

    def recall(self, task: CandidateTask) -> float | None:
        """The value of the same candidate on the same rows; None when it was not judged."""
        parameters, value = self.known.get(task.id, ({}, None))
        return value if value is not None and parameters == _plain(task.learner.parameters) else None

    def keep(self, task: CandidateTask, value: float) -> None:
        """Add a judgement to the file."""
        if self.path is None:
            return
        line = {"about": self.about, "task": task.id, "parameters": dict(task.learner.parameters), "value": value}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _read(self, lines: Sequence[str]) -> None:
        for line in lines:
            try:
                data = json.loads(line)
                if data["about"] == self.about:
                    self.known[data["task"]] = (dict(data["parameters"]), float(data["value"]))
            except (ValueError, KeyError, TypeError):
                continue


_NO_MATTER = frozenset({"processes", "tune_seconds", "fit_seconds", "fit_memory_mb", "models"})


def _plain(parameters: Mapping[str, object]) -> dict[str, Any]:
    """As JSON gives them back: tuples become lists."""
    found: dict[str, Any] = json.loads(json.dumps(dict(parameters)))
    return found
