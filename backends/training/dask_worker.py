"""What runs on a Dask worker: one fit, watched from inside its process.

A thread of Dask cannot be ended from outside, so the worker watches itself: a fit that is over its limits, or that
nobody waits for any more, ends its own process, and Dask's nanny starts a new one. That is done only where it harms
nobody else: the process has a nanny, one thread, and holds nothing but what this workbench put there.
"""

from __future__ import annotations

import hashlib
import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from backends.settings import MEGABYTE
from backends.training.guard import Limits, Trouble, end_process
from backends.training.shared import PackedTable
from backends.training.workers import outcome

if TYPE_CHECKING:
    from distributed import Worker

OURS = "workbench-"  # what the keys of everything of ours begin with
TOPIC = "workbench-troubles"  # of Dask's events, by which a worker says what it is about to do
WATCH_SECONDS = 0.25
WORD_SECONDS = 1.0  # for the word of an ended fit to reach the workbench before its process is gone
PACKAGES = ("distributed", "cloudpickle", "joblib", "numpy", "pandas", "pyarrow", "scikit-learn", "scipy")
ROOT = Path(__file__).parents[1]
CODE = ("errors.py", "datasets/**/*.py", "training/**/*.py", "metrics/**/*.py")


@dataclass(frozen=True)
class About:
    """What decides whether a process gives the same scores as another, and whether its fits can be watched."""

    versions: tuple[tuple[str, str], ...]
    code: str  # SHA-256 of the workbench's own code that trains
    threads: int = 1
    nanny: bool = True

    @property
    def watched(self) -> bool:
        """Whether a fit there can be ended without harm to others."""
        return self.nanny and self.threads == 1


def about(dask_worker: Worker | None = None) -> About:
    """This process; Dask fills in the worker when it is asked there."""
    versions = (("python", platform.python_version()), *((name, _version(name)) for name in PACKAGES))
    if dask_worker is None:
        return About(versions, _code())
    return About(versions, _code(), dask_worker.state.nthreads, bool(dask_worker.nanny))


@lru_cache
def _code() -> str:
    """Worked out once: a worker that was started before the files changed keeps the code that it has."""
    digest = hashlib.sha256()
    for path in sorted(path for pattern in CODE for path in ROOT.glob(pattern)):
        digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def fit(task: Any, table: PackedTable | None, limits: Limits) -> tuple[str, Any]:
    """Do a task whose table was sent ahead; returns its id and its result, or a `Trouble`."""
    threadpool_limits(1)  # not taken back: another thread of this worker may be fitting
    with _watched(task.id, limits):
        return outcome(task if table is None else replace(task, table=table))


@contextmanager
def _watched(task: str, limits: Limits) -> Iterator[None]:
    from distributed import get_worker

    worker = get_worker()
    done = threading.Event()
    watch = _Watch(worker, str(worker.get_current_task()), task, limits, done)
    threading.Thread(target=watch.run, name="workbench-watch", daemon=True).start()
    try:
        yield
    finally:
        done.set()


@dataclass(frozen=True)
class _Watch:
    """Looks after one fit from a thread beside it, until `done`."""

    worker: Worker
    key: str
    task: str
    limits: Limits
    done: threading.Event

    def run(self) -> None:
        start = time.monotonic()
        while not self.done.wait(WATCH_SECONDS):
            trouble = self._trouble(time.monotonic() - start)
            if trouble is not None:
                said = {"key": self.key, "kind": trouble.kind, "reason": trouble.reason}
                self.worker.loop.add_callback(self.worker.log_event, TOPIC, said)
            if trouble is not None or self._unwanted():
                if not self.done.wait(WORD_SECONDS) and self._alone():
                    end_process(os.getpid())
                return

    def _trouble(self, seconds: float) -> Trouble | None:
        import psutil

        return self.limits.exceeded(seconds, psutil.Process().memory_info().rss / MEGABYTE)

    def _unwanted(self) -> bool:
        """Whether the workbench has given the fit up: it was cancelled, or is gone."""
        state = self.worker.state.tasks.get(self.key)
        return state is None or state.state == "cancelled"

    def _alone(self) -> bool:
        """Whether nothing in this process is anybody else's."""
        keys = [*self.worker.state.tasks, *self.worker.data]
        return about(self.worker).watched and all(str(key).startswith(OURS) for key in keys)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
