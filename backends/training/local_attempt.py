"""Tasks in processes of this machine, or wherever a joblib back end has them.

The tasks go through joblib, so that another back end can take them over. With joblib's own worker processes, which are
used even when one process is asked for, nothing runs in a process that matters: the guard ends the worker of a task
that is over its limits, and the pool, which breaks with it, is replaced.
"""

from __future__ import annotations

import os
import queue
import re
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import BrokenProcessPool
from joblib.parallel import LokyBackend, get_active_backend
from threadpoolctl import threadpool_limits

from backends.training.guard import Guard, Trouble
from backends.training.workers import POLL_SECONDS, Crew, Task, outcome


def local_workers() -> bool:
    """Whether tasks run in joblib's own worker processes on this machine, which the guard can watch."""
    return isinstance(get_active_backend()[0], LokyBackend)


class LocalAttempt:
    """See `workers.Attempt`."""

    hopeless = ""

    def __init__(self, crew: Crew, tasks: Sequence[Task], skip: Callable[[Task], bool], width: int) -> None:
        self.crew, self.tasks, self.skip, self.width = crew, tasks, skip, width
        self.broken: BaseException | None = None
        self.left: tuple[str, ...] = ()
        self._error: BaseException | None = None
        self._halt = threading.Event()
        self._outbox: queue.SimpleQueue[tuple[str, Any] | None] = queue.SimpleQueue()

    def results(self) -> Iterator[tuple[str, Any]]:
        """Each task's id with its result, as they come."""
        with tempfile.TemporaryDirectory(prefix="workbench-running-") as folder:
            self.guard = Guard(Path(folder), self.crew.limits)
            home = _Home(folder, os.getpid()) if local_workers() else None
            reader = threading.Thread(target=self._read, args=(self._parallel(), home), daemon=True)
            reader.start()
            finished = False
            try:
                finished = yield from self._watched()
            finally:
                self._end(reader, finished)
                self.left = tuple(self.guard.running())
        if self._error is not None:
            raise self._error

    def blamed(self) -> dict[str, Trouble]:
        """Those that the guard has ended, or the only one that ran when its process died."""
        if self.guard.ended or self.broken is None or self._halt.is_set():
            return dict(self.guard.ended)
        return {name: self.crash() for name in self.left} if len(self.left) == 1 else {}

    def suspects(self) -> tuple[str, ...]:
        """Those that ran when a process died by itself."""
        return () if self.broken is None or self.blamed() or self._halt.is_set() else self.left

    def crash(self) -> Trouble:
        """By which signal a process died."""
        codes = re.search(r"\{(.*)\}", str(self.broken), re.DOTALL)
        signals = f" ({codes.group(1).strip()})" if codes else ""
        why = ", as the system does when memory runs out" if "SIGKILL" in signals else ""
        return Trouble("crashed", f"The process of one fit ended by force{signals}{why}.")

    def _parallel(self) -> Parallel:
        """Made in the caller's thread, where the choice of a joblib back end is known."""
        options: dict[str, Any] = {"return_as": "generator_unordered", "batch_size": 1}
        if not local_workers():
            return Parallel(**options)
        # joblib runs a single job inside this very process; two jobs of which one is fed keep it outside.
        ahead = 1 if self.width == 1 else 2 * self.width
        return Parallel(n_jobs=max(2, self.width), pre_dispatch=ahead, **options)

    def _read(self, parallel: Parallel, home: _Home | None) -> None:
        """Collect the results in a thread of its own, so that the caller can watch meanwhile."""
        try:
            for result in parallel(delayed(_work)(task, home) for task in self._turns()):
                self._outbox.put(result)
        except BrokenProcessPool as error:
            self.broken = error
        except BaseException as error:  # handed over to the caller's thread, which raises it
            self._error = error
        finally:
            self._outbox.put(None)

    def _turns(self) -> Iterator[Task]:
        for task in self.tasks:
            if self._halt.is_set():
                return
            if not self.skip(task):
                yield task

    def _watched(self) -> Generator[tuple[str, Any], None, bool]:
        """Hand out results, looking after the workers in between; returns whether all were handed out."""
        checked = 0.0
        while True:
            try:
                item = self._outbox.get(timeout=POLL_SECONDS)
                if item is None:
                    return True
                yield item
            except queue.Empty:
                pass
            if time.monotonic() - checked >= POLL_SECONDS:
                checked = time.monotonic()
                self.guard.check()
                if self.crew.cancelled():
                    return False

    def _end(self, reader: threading.Thread, finished: bool) -> None:
        """After a cancel, or when the caller has had enough, end what is still running."""
        if not finished:
            self._halt.set()
        while reader.is_alive():
            if not finished:
                self.guard.end_all()
            reader.join(POLL_SECONDS / 4)


@dataclass(frozen=True)
class _Home:
    """Where a local worker leaves word of its task, and the process that it must not outlive."""

    folder: str
    process: int


def _work(task: Task, home: _Home | None) -> tuple[str, Any]:
    with _marked(task, home), threadpool_limits(1):
        return outcome(task)


@contextmanager
def _marked(task: Task, home: _Home | None) -> Iterator[None]:
    """While the task runs, a file with its name holds the number of this process."""
    if home is None:
        yield
        return
    _stay_with(home.process)
    mark = Path(home.folder) / task.id
    mark.write_text(str(os.getpid()), encoding="ascii")
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


@lru_cache
def _stay_with(process: int) -> None:
    """End this worker when the process that it works for has ended, however that happened."""

    def watch() -> None:
        while os.getppid() == process:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
