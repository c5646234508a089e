"""Every finished training as runs in MLflow, written in the background."""

from __future__ import annotations

import logging
import threading

from backends.datasets import Dataset
from backends.training.results import Comparison
from components import cached

log = logging.getLogger(__name__)
BY = "workbench"


def begin(result: str, comparison: Comparison, dataset: Dataset) -> threading.Thread:
    """Write the comparison to MLflow; `result` is the id of the job that made it. Returns at once.

    A registry that cannot be reached costs the record, never the training: it is said in the log.
    """
    tracked, registry = cached.tracked(), cached.registry

    def run() -> None:
        try:
            tracked.put(result, registry().track(comparison, dataset, BY))
        except Exception:  # the server of a registry may fail in its own ways
            log.warning("the training %s could not be written to MLflow", result, exc_info=True)

    thread = threading.Thread(target=run, name=f"track-{result}", daemon=True)
    thread.start()
    return thread


def run_of(result: str) -> str | None:
    """The MLflow run of a training; None as long as, or when, there is none."""
    return cached.tracked().get(result)
