"""What visitors hold, kept within the memory there is and the time they are about."""

from __future__ import annotations

import gc
import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from backends.datasets.wording import number_of
from backends.serving.memory import give_back
from backends.settings import Settings
from backends.tasks import JobRunner
from backends.tasks.memory import Budget
from components import holdings
from components.derived import Derived
from components.visits import Visits

if TYPE_CHECKING:
    from backends.query.queries import Queries
    from backends.retrieval import PrivateLibraries

log = logging.getLogger(__name__)

SWEEP_SECONDS = 20.0
LASTING = frozenset({"warm explanations", "embedding anew"})  # kinds of what is not made of a visitor's data
PRIVATE = "visitors"  # in home; only where it is there, the library of documents has to be imported to sweep it


class Housekeeping:
    """Whom there is, what was worked out for them, and how all of it goes.

    `jobs` and `queries` give the runners, whose jobs are ended and deleted with their owner.
    """

    def __init__(
        self,
        settings: Settings,
        jobs: Callable[[], JobRunner],
        queries: Callable[[], Queries],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._jobs, self._queries = settings, jobs, queries
        self.budget = Budget.of(settings)
        self.derived = Derived()
        self.visits: Visits[Any] = Visits(settings.session_idle_minutes * 60, self._busy, self._let_go, clock)

    def make_room(self, what: str, more: int = 0) -> None:
        """See to it that there is memory for `what`, which takes `more` bytes at least.

        What can be made again goes first, then what visitors who are away have in memory, the longest away first: not
        where it would not help, because running jobs hold the memory. Raises WorkbenchError where it is not enough.
        """
        if not self.budget.enough(more):
            self.derived.clear(but=LASTING)
            if self.budget.reachable(more):
                self.visits.make_room(lambda: self._enough(more))
        self.budget.check(what, more)

    def forget_unheld(self, names: frozenset[str]) -> None:
        """Let go what was worked out of tables and models with these names, but for those that somebody holds."""
        if names:
            held = frozenset[str]().union(*map(holdings.names, self.visits.values()))
            self.derived.forget(names - held)

    def seen(self, visitor: str) -> None:
        """The visitor does something."""
        self.visits.seen(visitor)
        private = self._private()
        if private is not None:
            private.seen(visitor)

    def sweep(self) -> None:
        """Let go who has done nothing for too long, and what a former process left of such visitors."""
        if self.visits.expire():
            _free()
        private = self._private()
        if private is not None and self.visits.idle_seconds:
            private.sweep(self.visits.idle_seconds, self.visits.owners())

    def sweep_on(self) -> None:
        """Sweep now and then, in the background, for as long as the process runs."""

        def run() -> None:
            while True:
                time.sleep(SWEEP_SECONDS)
                try:
                    self.sweep()
                except Exception:  # it must not end for one visitor, or one moment
                    log.exception("what visitors left could not be let go; it is tried again")

        threading.Thread(target=run, name="housekeeping", daemon=True).start()

    def _enough(self, more: int) -> bool:
        _free()
        return self.budget.enough(more)

    def _busy(self, visitor: str) -> bool:
        busy = self._jobs().busy(visitor)
        if busy and (private := self._private()) is not None:
            private.seen(visitor)  # told to other servers on this home too
        return busy

    def _let_go(self, visitor: str, works: tuple[Any, ...], needed: bool = False) -> tuple[str, ...]:
        """End and delete everything of a visitor; what they would miss, in words.

        Where only memory is `needed`, their documents, which are on the disk, stay until their time is over.
        """
        self._jobs().forget(visitor)
        self._queries().forget(visitor)
        private = None if needed else self._private()
        collections = private.drop(visitor) if private is not None else ()
        self.forget_unheld(frozenset[str]().union(*map(holdings.names, works)))
        own = (f"{number_of(len(collections), 'collection')} of your own",) if collections else ()
        return (*(holdings.missed(works[0]) if works else ()), *own)

    def _private(self) -> PrivateLibraries | None:
        """The visitors' own documents; None where nobody has any."""
        if not (self._settings.home_folder / PRIVATE).is_dir():
            return None
        from backends.retrieval import private_libraries

        return private_libraries()


def _free() -> None:
    """Give memory back to the system that nobody uses."""
    import pyarrow as pa

    gc.collect()
    pa.default_memory_pool().release_unused()
    give_back()
