"""Mitigations as a background job: the folder holds the model, the dataset and the plans, and then the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib

from backends.datasets import Dataset, load_dataset, save_dataset
from backends.datasets.grouping import Grouping
from backends.errors import WorkbenchError
from backends.fairness.mitigation import METHODS, Mitigated, MitigationPlan, mitigate
from backends.training.results import TrainedModel
from backends.training.store import Trusted

ADDRESS = "backends.fairness.job:run"
MITIGATED = "mitigated.joblib"
_INPUT = "model.joblib"  # written by the server into the job's private folder, read by the job alone
_DATASET = "dataset"


@dataclass(frozen=True)
class Outcome:
    """What a job leaves: the mitigations that were made, and why the others were not (title, sentence)."""

    made: tuple[Mitigated, ...]
    failed: tuple[tuple[str, str], ...] = ()


def prepare(
    dataset: Dataset,
    model: TrainedModel,
    sensitive: Sequence[str] | Sequence[Grouping],
    plans: Sequence[MitigationPlan],
) -> Callable[[Path], None]:
    """What writes the input of the job into its folder."""

    def write(folder: Path) -> None:
        joblib.dump((model, tuple(sensitive), tuple(plans)), folder / _INPUT)
        (folder / _DATASET).mkdir()
        save_dataset(dataset, folder / _DATASET)

    return write


def run(folder: Path, report: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]) -> None:
    """Carry out one plan after the other; those done before a cancellation are kept."""
    model, sensitive, plans = joblib.load(folder / _INPUT)
    dataset = load_dataset(folder / _DATASET)
    made: list[Mitigated] = []
    failed: list[tuple[str, str]] = []
    for number, plan in enumerate(plans):
        if cancelled():
            break
        title = METHODS[plan.method].title if plan.method in METHODS else plan.method
        report({"doing": f"{title} ({number + 1} of {len(plans)})", "fraction": number / len(plans)})
        try:
            made.append(mitigate(model, dataset, sensitive, plan))
        except WorkbenchError as error:
            failed.append((title, str(error)))
    joblib.dump(Outcome(tuple(made), tuple(failed)), folder / MITIGATED)


def read(trusted: Trusted) -> Outcome:
    """What the job left; `trusted` hands out a file's path after checking that it is the job's own (`Job.output`)."""
    outcome: Outcome = joblib.load(trusted(MITIGATED))
    return outcome
