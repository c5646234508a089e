"""Running tasks in worker processes, such that one that fails, hangs or crashes costs nothing but itself.

A crew has one attempt after the other at what is left: with a pool of processes on this machine (`local_attempt`), or
on a Dask cluster (`dask_attempt`). When workers die by themselves, the tasks that were running then are tried once
more, each alone, so that only the culprit fails.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from backends.errors import WorkbenchError
from backends.training.guard import Limits, Trouble

POLL_SECONDS = 0.2
QUIET_BREAKS = 3  # times the pool may break while no task is running before all that is left counts as crashed
log = logging.getLogger(__name__)


class Task(Protocol):
    """A piece of work that travels to a worker; `id` is unique and serves as a file name."""

    @property
    def id(self) -> str: ...  # noqa: D102

    def __call__(self) -> Any:
        """Do the work. An exception becomes a `Trouble`."""
        ...


class Attempt(Protocol):
    """One pool of workers, until all tasks are done or it breaks."""

    left: tuple[str, ...]  # the tasks that were running when it broke
    broken: BaseException | None  # what it broke with
    hopeless: str  # why another attempt would be in vain; empty while it may help

    def results(self) -> Iterator[tuple[str, Any]]: ...  # noqa: D102
    def blamed(self) -> dict[str, Trouble]:
        """The tasks that are known to have broken the pool."""

    def suspects(self) -> tuple[str, ...]:
        """The tasks of which one has broken the pool."""

    def crash(self) -> Trouble:
        """Why a task has no result that was lost with the pool."""


@dataclass(frozen=True)
class Crew:
    """How tasks are run: so many at a time, within these limits, until `cancelled()` says so.

    `cancelled` is asked several times a second, in the caller's thread; once it is true the running tasks are
    ended at once. Each task runs on a single thread, so that results do not depend on the number of cores.
    `begin` makes the pools: of processes on this machine, unless it is another's.
    """

    processes: int = 1
    limits: Limits = field(default_factory=Limits)
    cancelled: Callable[[], bool] = lambda: False
    begin: Callable[[Crew, Sequence[Any], Callable[[Any], bool], int], Attempt] | None = None

    def run(self, tasks: Sequence[Any], skip: Callable[[Any], bool] = lambda task: False) -> Iterator[tuple[Any, Any]]:
        """Yield each task with its result, or with a `Trouble`, as they come.

        A task for which `skip` is true when its turn comes is left out, and after a cancel all the rest are.
        """
        from backends.training.local_attempt import LocalAttempt

        waiting = {task.id: task for task in tasks}
        suspects: list[str] = []
        quiet = 0
        while not self.cancelled():
            waiting = {name: task for name, task in waiting.items() if not skip(task)}
            suspects = [name for name in suspects if name in waiting]
            batch = [waiting[suspects[0]]] if suspects else list(waiting.values())
            if not batch:
                return
            attempt = (self.begin or LocalAttempt)(self, batch, skip, 1 if suspects else self.processes)
            for name, result in attempt.results():
                yield waiting.pop(name), result
            for name, trouble in attempt.blamed().items():
                if name in waiting:
                    yield waiting.pop(name), trouble
            suspects = [*suspects, *attempt.suspects()]
            quiet += attempt.broken is not None and not attempt.left
            if quiet >= QUIET_BREAKS or attempt.hopeless:
                yield from ((task, attempt.crash()) for task in waiting.values())
                return


def outcome(task: Task) -> tuple[str, Any]:
    """Do the task; its id with its result, or with the `Trouble` that it had."""
    try:
        return task.id, task()
    except MemoryError:
        return task.id, Trouble("out of memory", "One fit asked for more memory than there is.")
    except Exception as error:
        log.warning("Task %s failed", task.id, exc_info=True)
        return task.id, Trouble("failed", sentence(error))


def sentence(error: Exception) -> str:
    """What an error says, short enough for a table.

    >>> sentence(ValueError("Found unknown value 3. \\n More text"))
    'ValueError: Found unknown value 3.'
    """
    if isinstance(error, WorkbenchError):
        return str(error)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__
