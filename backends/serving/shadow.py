"""Work behind the answer: what a shadow version would have said, run by one thread when there is time."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable

log = logging.getLogger(__name__)

JOBS = 256  # requests that wait for their shadow
ROWS = 20_000  # and rows in them

Job = Callable[[], None]


class Background:
    """Runs jobs one after the other in a thread of its own. What finds no room is left out and counted in `dropped`.

    A job that fails is written to the program's log and harms nothing else. `close` ends after the job at hand.
    """

    def __init__(self, jobs: int = JOBS, rows: int = ROWS) -> None:
        self.dropped = 0
        self.failed = 0
        self._most = (jobs, rows)
        self._queue: deque[tuple[Job, int]] = deque()
        self._rows = 0
        self._open = True
        self._busy = False
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """Jobs that wait."""
        return len(self._queue)

    def put(self, job: Job, rows: int) -> bool:
        """Run `job`, which concerns so many rows, some time; False when there is no room for it. Never waits."""
        jobs, most = self._most
        with self._change:
            if not self._open or len(self._queue) >= jobs or (self._queue and self._rows + rows > most):
                self.dropped += 1
                return False
            self._queue.append((job, rows))
            self._rows += rows
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
                self._thread.start()
            self._change.notify_all()
            return True

    def flush(self) -> None:
        """Wait until nothing waits or runs."""
        with self._change:
            self._change.wait_for(lambda: not self._queue and not self._busy)

    def close(self) -> None:
        """Drop what waits and end the thread."""
        with self._change:
            self._open = False
            self.dropped += len(self._queue)
            self._queue.clear()
            self._change.notify_all()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception:
                self.failed += 1
                log.exception("A shadow version failed.")
            with self._change:
                self._busy = False
                self._change.notify_all()

    def _next(self) -> Job | None:
        with self._change:
            self._change.wait_for(lambda: self._queue or not self._open)
            if not self._queue:
                return None
            job, rows = self._queue.popleft()
            self._rows -= rows
            self._busy = True
            return job
