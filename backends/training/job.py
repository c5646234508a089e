"""A comparison as a background job: the folder holds the dataset and the spec, and then the result."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backends.datasets import Dataset, load_dataset, save_dataset
from backends.training.comparison import compare
from backends.training.events import Event, FoldDone, ModelDone, PhaseStarted, TuningBest
from backends.training.scoring import metric
from backends.training.spec import TrainingSpec
from backends.training.store import save_comparison

ADDRESS = "backends.training.job:run"
_SPEC = "spec.json"
_DATASET = "dataset"
_TUNING = "tuning.json"


def prepare(dataset: Dataset, spec: TrainingSpec, tuning: str = "") -> Callable[[Path], None]:
    """What writes the input of the job into its folder; `tuning` is what a cancelled job had found."""

    def write(folder: Path) -> None:
        (folder / _SPEC).write_text(json.dumps(spec.to_dict()), encoding="utf-8")
        if tuning:
            (folder / _TUNING).write_text(tuning, encoding="utf-8")
        (folder / _DATASET).mkdir()
        save_dataset(dataset, folder / _DATASET)

    return write


def run(folder: Path, report: Callable[[dict[str, Any]], None], cancelled: Callable[[], bool]) -> None:
    """Compare, telling every event, and leave the comparison in the folder."""
    spec = TrainingSpec.from_dict(json.loads((folder / _SPEC).read_text(encoding="utf-8")))
    comparison = compare(
        load_dataset(folder / _DATASET),
        spec,
        on_progress=lambda event: report(progress(event)),
        cancelled=cancelled,
        tuning_memory=folder / _TUNING,
    )
    save_comparison(comparison, folder)


def tuning_left(folder: Path) -> str:
    """What the job had found by tuning, for a later one to go on from; empty when it did not tune."""
    path = folder / _TUNING
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def progress(event: Event) -> dict[str, Any]:
    """An event for the job runner: how far it is and what happened last, beside the event itself."""
    fraction = event.done / event.total if event.total else 0.0
    return {**event.to_dict(), "fraction": fraction, **({"doing": in_words(event)} if in_words(event) else {})}


def in_words(event: Event) -> str:
    """What an event says to the person who waits; empty when it says nothing new.

    >>> in_words(FoldDone(model="rf", title="Random forest", fold=2, seconds=1.0, done=7, total=18))
    'Fit 7 of 18 done: random forest, fold 2'
    """
    match event:
        case PhaseStarted(text=text):
            return text
        case FoldDone():
            title = event.title if event.title[1:2].isupper() else event.title[:1].lower() + event.title[1:]
            return f"Fit {event.done} of {event.total} done: {title}, fold {event.fold}"
        case ModelDone():
            return f"{event.title} is done"
        case TuningBest():
            judged = metric(event.metric)
            return f"Tuning {event.title}: best {judged.title} so far {judged.short(event.value)}"
    return ""
