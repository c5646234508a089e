"""Tasks on a Dask cluster, until all are done or the cluster is lost.

Dask itself does a task again whose worker has died, and gives up when that has happened four times. Here the tasks
are futures of Dask's own client: joblib's `dask` back end waits for ever for a task that Dask has given up.
"""

from __future__ import annotations

import queue
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from backends.errors import WorkbenchError
from backends.training.dask_cluster import Cluster
from backends.training.dask_worker import OURS, TOPIC, fit
from backends.training.guard import Trouble
from backends.training.shared import PackedTable
from backends.training.workers import POLL_SECONDS, Crew, Task, sentence

if TYPE_CHECKING:
    from distributed import Future

LOOK_SECONDS = 1.0  # between two looks at how many workers there are
# Looks after which a task counts as lost that the scheduler still has in this state, or does not have (None): its only
# dependency is the table, so it never has to wait, and a result is fetched as soon as it is there.
LOST_AFTER = {None: 3, "released": 5, "waiting": 5, "erred": 10, "memory": 120}
LOSSES = 3
SCHEDULER_LOST = "scheduler-connection-lost"  # as Dask's client puts it


class Lost(Exception):  # noqa: N818 - what is lost is a task
    """The cluster does not work on a task any more, and has not said so."""


@dataclass
class DaskAttempt:
    """See `workers.Attempt`. `width` 1 has one task at a time; more is as many as the cluster takes."""

    cluster: Cluster
    crew: Crew
    tasks: Sequence[Any]
    skip: Callable[[Any], bool]
    width: int
    left: tuple[str, ...] = ()
    broken: BaseException | None = None
    hopeless: str = ""
    _run: str = field(default_factory=lambda: f"{OURS}{secrets.token_hex(6)}-")
    _flying: dict[str, Future] = field(default_factory=dict)  # by the task's id
    _outbox: queue.SimpleQueue[tuple[str, Any]] = field(default_factory=queue.SimpleQueue)
    _looked: float = float("-inf")
    _room: int = 0
    _states: dict[str, tuple[str | None, int]] = field(default_factory=dict)  # by the task's id, and for how many looks

    def results(self) -> Iterator[tuple[str, Any]]:
        """Each task's id with its result, or with a `Trouble`, as they come."""
        turns = iter(self.tasks)
        with self._listening():
            try:
                while not self.crew.cancelled() and not self._given_up():
                    more = self._fill(turns)
                    if not more and not self._flying:
                        return
                    yield from self._come()
            finally:
                self._drop(self._flying)
                if self.broken is not None:
                    self.cluster.forget_tables()

    def blamed(self) -> dict[str, Trouble]:
        """The task that has ended its workers time and again when it was alone."""
        return {name: self.crash() for name in self.left if self._guilty(name)}

    def suspects(self) -> tuple[str, ...]:
        """The tasks whose workers died; one of them may have done it."""
        return tuple(name for name in self.left if not self._guilty(name))

    def _guilty(self, name: str) -> bool:
        """Dask has tried four times where it knows that the worker died, once where it lost the task with it."""
        from distributed import KilledWorker

        return self.width == 1 and (isinstance(self.broken, KilledWorker) or self.cluster.losses[name] >= LOSSES)

    def crash(self) -> Trouble:
        """Why a task has no result."""
        if self.hopeless:
            return Trouble("cancelled", f"Not finished: {self.hopeless}.")
        if self.left:
            return Trouble("crashed", "The Dask worker of one fit ended by force, time and again.")
        return Trouble("crashed", "Dask lost one fit time and again.")

    def _given_up(self) -> bool:
        """Look now and then how much the cluster takes, and whether it is there at all."""
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            threads = self.cluster.threads()
            self._looked = time.monotonic()
            # As many tasks as can be fitted now: more would wait at one worker behind a long fit, out of their turn.
            self._room = min(1, threads) if self.width == 1 else threads
            self.hopeless = self.cluster.hopeless(threads)
            self._look_for_lost()
        return bool(self.hopeless)

    def _look_for_lost(self) -> None:
        """Find tasks that never come: Dask may forget one whose worker died with the last copy of the table."""
        states = self.cluster.states([self._run + name for name in self._flying])
        seen = {name: (states[self._run + name], 0) for name in self._flying if self._run + name in states}
        for name, (state, _) in seen.items():
            before, looks = self._states.get(name, (state, 0))
            seen[name] = (state, looks + 1 if before == state else 1)
            if seen[name][1] == LOST_AFTER.get(state):
                self._outbox.put((name, Lost(f"{name} is {state}")))
        self._states = seen

    def _fill(self, turns: Iterator[Task]) -> bool:
        """Send tasks while there is room; returns whether there may be more of them."""
        while len(self._flying) < self._room and self.broken is None:
            task = next(turns, None)
            if task is None:
                return False
            if not self.skip(task):
                self._send(task)
        return self.broken is None

    def _send(self, task: Task) -> None:
        table = getattr(task, "table", None)
        held = None
        if isinstance(table, PackedTable):
            try:
                held = self.cluster.table(table)
            except WorkbenchError as error:  # the next attempt sees whether anybody is left
                self.broken = error
                return
            task = replace(task, table=None)  # type: ignore[type-var]
        future = self.cluster.client.submit(
            fit, task, held, self.crew.limits, key=self._run + task.id, pure=False, retries=0
        )
        self._flying[task.id] = future
        future.add_done_callback(self._done)

    def _done(self, future: Future) -> None:
        """In a thread of the client: fetch a result, which may have to be worked out again if its worker is gone."""
        try:
            self._outbox.put(future.result())
        except BaseException as error:  # handed over to the caller's thread
            self._outbox.put((str(future.key).removeprefix(self._run), error))

    def _come(self) -> Iterator[tuple[str, Any]]:
        """What has come, waiting a moment for it."""
        try:
            name, result = self._outbox.get(timeout=POLL_SECONDS)
        except queue.Empty:
            return
        future = self._flying.pop(name, None)
        if future is None:  # given up before
            return
        if isinstance(result, BaseException):
            yield from self._failed(name, result)
            return
        yield name, result
        if isinstance(result, Trouble) and result.kind != "failed":  # its worker ends it; the like of it need not run
            like = [task.id for task in self.tasks if task.id in self._flying and self.skip(task)]
            self._drop({name: future} | {other: self._flying.pop(other) for other in like})

    def _failed(self, name: str, error: BaseException) -> Iterator[tuple[str, Any]]:
        from concurrent.futures import CancelledError

        from distributed import KilledWorker

        if isinstance(error, KilledWorker | CancelledError | Lost):
            self.broken = error
            # Without the scheduler nobody is to blame; otherwise the last worker with the table has died too.
            if getattr(error, "reason", "") != SCHEDULER_LOST:
                self.left = (*self.left, name)
                self.cluster.losses[name] += self.width == 1
        elif isinstance(error, Exception):
            yield name, Trouble("failed", sentence(error))
        else:
            raise error

    def _drop(self, futures: dict[str, Future]) -> None:
        """Tell the cluster that nobody waits for these any more."""
        if futures and self.cluster.client.status == "running":
            self.cluster.client.cancel(list(futures.values()))

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """While it lasts, what workers say of fits that they end comes in."""

        def hear(event: tuple[float, dict[str, str]]) -> None:
            said = event[1]
            if said["key"].startswith(self._run):
                trouble = Trouble(said["kind"], said["reason"])  # type: ignore[arg-type]
                self._outbox.put((said["key"].removeprefix(self._run), trouble))

        self.cluster.client.subscribe_topic(TOPIC, hear)
        try:
            yield
        finally:
            if self.cluster.client.status == "running":
                self.cluster.client.unsubscribe_topic(TOPIC)
