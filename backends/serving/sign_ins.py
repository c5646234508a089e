"""Visitors who have given the administrator's token, for as long as that lasts."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

MOST = 1_000  # visitors at once; the earliest goes first


class SignIns:
    """Who is signed in, in all tabs of their browser. Kept are digests of visitors' names. Safe from any thread.

    >>> sign_ins = SignIns(seconds=60)
    >>> sign_ins.begin("ana")
    >>> sign_ins.holds("ana"), sign_ins.holds("ben")
    (True, False)
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def begin(self, visitor: str) -> None:
        """Sign a visitor in, or prolong it."""
        with self._lock:
            self._until[_digest(visitor)] = self._clock() + self._seconds
            self._until.move_to_end(_digest(visitor))
            while len(self._until) > MOST:
                self._until.popitem(last=False)

    def holds(self, visitor: str) -> bool:
        """Whether a visitor is signed in."""
        with self._lock:
            return self._until.get(_digest(visitor), self._clock()) > self._clock()

    def end(self, visitor: str) -> None:
        """Sign a visitor out; nothing happens to who was not signed in."""
        with self._lock:
            self._until.pop(_digest(visitor), None)


def _digest(visitor: str) -> bytes:
    return hashlib.sha256(visitor.encode()).digest()
