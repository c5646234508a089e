"""How much may be asked: requests per minute of one caller, and requests at once of all."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from types import TracebackType

from backends.serving.refusals import Overloaded, TooMany

CALLERS = 10_000  # keys and addresses that are remembered; the one that asked longest ago is forgotten first
AT_ONCE = 64  # requests that one process works on
TABLES = 16  # whole tables that it works on beside them, until their results are sent
WAIT_SECONDS = 1.0  # what a caller is asked to wait when all places are taken


class RateLimit:
    """A token bucket per caller: it holds a minute's requests and fills evenly, `per_minute` in a minute.

    So a caller may spend a minute's requests at once and has then to keep to the rate. A caller that was forgotten
    because `callers` others came after it starts with a full bucket. 0 means no limit.
    """

    def __init__(self, per_minute: int, callers: int = CALLERS, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._per_second = per_minute / 60.0
        self._callers = callers
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens left, and when that was
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._buckets)

    def wait(self, caller: str) -> float:
        """The seconds until a caller's next request has room, 0 where it has; nothing is counted."""
        if not self._size:
            return 0.0
        with self._lock:
            return max(0.0, (1.0 - self._left(caller, self._clock())) / self._per_second)

    def take(self, caller: str, tokens: float = 1.0) -> None:
        """Count one request of a caller. Raises TooMany, with the seconds until there is room for it."""
        if not self._size:
            return
        with self._lock:
            now = self._clock()
            left = self._left(caller, now)
            enough = left >= tokens
            self._buckets[caller] = (left - tokens if enough else left, now)
            self._buckets.move_to_end(caller)
            if len(self._buckets) > self._callers:
                self._buckets.popitem(last=False)
        if not enough:
            raise TooMany(
                f"More than {self._size:,.0f} requests in a minute.",
                hint="Ask more slowly, or send several rows in one request.",
                retry_after=(tokens - left) / self._per_second,
            )

    def _left(self, caller: str, now: float) -> float:
        """The tokens in a caller's bucket."""
        left, then = self._buckets.get(caller, (self._size, now))
        return min(self._size, left + (now - then) * self._per_second)


class Gate:
    """Lets at most `places` requests in at the same time; a further one is refused rather than queued without end.

    >>> gate = Gate(1)
    >>> with gate, gate:
    ...     pass
    Traceback (most recent call last):
    backends.serving.refusals.Overloaded: 1 request is being answered, which is all that may run at once. ...
    """

    def __init__(self, places: int = AT_ONCE, what: str = "request") -> None:
        self._places = places
        self._what = what
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """Requests inside."""
        return self._taken

    def __enter__(self) -> Gate:
        with self._lock:
            if self._taken < self._places:
                self._taken += 1
                return self
        are = f"{self._what} is" if self._places == 1 else f"{self._what}s are"
        raise Overloaded(
            f"{self._places:,} {are} being answered, which is all that may run at once.",
            hint="Try again in a moment.",
            retry_after=WAIT_SECONDS,
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._taken -= 1
