"""Who is here and what they work on: in memory, apart from Streamlit's sessions, and let go when it is not used.

A visitor is a browser, known by its cookie; each of its tabs works on something of its own. A tab that is opened goes
on with what the visitor did last. What a tab works on goes with the tab, the last of it stays with the visitor, and
all of it is let go when they have done nothing for so long. A session holds its `Tab` alone, which is but a key: so
letting go frees the memory, though a browser may still show the page.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

log = logging.getLogger(__name__)

Value = TypeVar("Value")
AWAY_SECONDS = 600.0  # who is away for longer may be let go early, where memory is needed
MOST = 10_000  # visitors; beyond, who is away longest is let go
MOST_GONE = 10_000  # visitors who are still to be told that their data is gone; the first of them first forgotten


class Tab:
    """The key of what one tab works on."""


@dataclass(frozen=True)
class Gone:
    """What was let go: in words, after how long without use, and whether only because others needed the memory."""

    what: tuple[str, ...]
    seconds: float
    needed: bool = False


@dataclass
class _Visit(Generic[Value]):
    seen: float
    latest: Value | None = None
    tabs: WeakKeyDictionary[Tab, Value] = field(default_factory=WeakKeyDictionary)

    def values(self) -> tuple[Value, ...]:
        """Everything that is worked on, each once, what was done last first."""
        found = [*([] if self.latest is None else [self.latest]), *self.tabs.values()]
        return tuple({id(one): one for one in found}.values())


class Visits(Generic[Value]):
    """What every visitor works on. Safe to use from any thread.

    After `idle_seconds` without use (0: never) a visitor's data is let go, unless `busy` says that something of theirs
    is still running. `on_end` ends and deletes what belongs to them, and says in words what that was; where only memory
    was needed, it is told so.
    """

    def __init__(
        self,
        idle_seconds: float,
        busy: Callable[[str], bool],
        on_end: Callable[[str, tuple[Value, ...], bool], tuple[str, ...]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.idle_seconds = idle_seconds
        self._busy, self._on_end, self._clock = busy, on_end, clock
        self._lock = threading.RLock()
        self._visits: OrderedDict[str, _Visit[Value]] = OrderedDict()
        self._gone: OrderedDict[str, Gone] = OrderedDict()

    def get(self, owner: str, tab: Tab) -> Value | None:
        """What this tab works on: at first what the visitor did last; None when that is nothing."""
        with self._lock:
            visit = self._visits.get(owner)
            if visit is None:
                return None
            if tab not in visit.tabs and visit.latest is not None:
                visit.tabs[tab] = visit.latest
            return visit.tabs.get(tab)

    def put(self, owner: str, tab: Tab, value: Value) -> None:
        """This tab works on something else from now on, which is also the last that the visitor did."""
        with self._lock:
            self.seen(owner)
            visit = self._visits[owner]
            visit.tabs[tab] = visit.latest = value

    def seen(self, owner: str) -> None:
        """The visitor does something."""
        with self._lock:
            if owner not in self._visits:
                self._visits[owner] = _Visit(0.0)
            self._visits[owner].seen = self._clock()
            self._visits.move_to_end(owner)

    def owners(self) -> tuple[str, ...]:
        """Who is here, the longest away first."""
        with self._lock:
            return tuple(self._visits)

    def values(self) -> tuple[Value, ...]:
        """Everything that anybody works on."""
        with self._lock:
            return tuple(value for visit in self._visits.values() for value in visit.values())

    def others(self, owner: str, tab: Tab) -> tuple[Value, ...]:
        """What the visitor's other tabs work on."""
        with self._lock:
            visit = self._visits.get(owner)
            return () if visit is None else tuple(value for other, value in visit.tabs.items() if other is not tab)

    def expire(self) -> int:
        """Let go who has done nothing for too long, and who is too many; how many that were."""
        away = self._away(self.idle_seconds) if self.idle_seconds else []
        many = self.owners()[: max(0, len(self.owners()) - MOST)]
        ended = sum(self._end(owner, self.idle_seconds) for owner in away)
        return ended + sum(self._end(owner, 0.0, needed=True) for owner in many)

    def make_room(self, enough: Callable[[], bool]) -> None:
        """Let go who is away, the longest away first, until there is `enough` memory or nobody is away any more."""
        for owner in self._away(AWAY_SECONDS):
            if enough():
                return
            self._end(owner, AWAY_SECONDS, needed=True)

    def gone(self, owner: str) -> Gone | None:
        """What of this visitor's was let go, until they have been told."""
        with self._lock:
            return self._gone.get(owner)

    def told(self, owner: str) -> None:
        """The visitor knows now."""
        with self._lock:
            self._gone.pop(owner, None)

    def _away(self, seconds: float) -> list[str]:
        with self._lock:
            before = self._clock() - seconds
            return [owner for owner, visit in self._visits.items() if visit.seen <= before]

    def _end(self, owner: str, seconds: float, needed: bool = False) -> bool:
        """End a visit, unless it is busy: then what is running counts as doing something."""
        if self._busy(owner):
            self._still_busy(owner)
            return False
        with self._lock:
            visit = self._visits.get(owner)
            if visit is None or self._clock() - visit.seen < seconds:  # back meanwhile
                return False
            away = self._clock() - visit.seen
            values = visit.values()
            del self._visits[owner]
        del visit
        try:
            what = self._on_end(owner, values, needed)
        except Exception:  # the others' turn comes all the same
            log.exception("what a visitor left could not be let go")
            what = ()
        if what:
            with self._lock:
                self._gone[owner] = Gone(what, away if needed else seconds, needed)
                while len(self._gone) > MOST_GONE:
                    self._gone.popitem(last=False)
        return True

    def _still_busy(self, owner: str) -> None:
        with self._lock:
            if owner in self._visits:
                self.seen(owner)
