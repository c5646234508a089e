"""Wrong keys, counted by the address (or the network) that they came from, so that nobody can try out many."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from backends.serving.limits import RateLimit
from backends.serving.networks import network_of
from backends.serving.refusals import TooMany

PER_MINUTE = 20  # different wrong keys of one address; also how many it may send at once
REMEMBERED = 10_000  # wrong keys that are known again


class Guesses:
    """Slows the guessing of keys: an address that sent `PER_MINUTE` wrong ones waits before another key is looked at.

    Right keys wait too, or the answer would tell which one is right. As the peer's address is all that tells clients
    apart, those that share one (a proxy's, a company's) share the wait; what keeps that short:

    - A wrong key counts once. A program that goes on with an old key tells its sender nothing new, and blocks nobody.
    - A refused request does not prolong the wait: after three seconds the next key is looked at.

    So an address is shut only as long as somebody there goes on sending ever new keys. Kept are salted digests.
    """

    def __init__(self, per_minute: int = PER_MINUTE, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = RateLimit(per_minute, clock=clock)
        self._salt = os.urandom(16)
        self._seen: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, address: str) -> None:
        """Raise TooMany, with the seconds to wait, for an address that has sent too many wrong keys."""
        wait = self._rate.wait(network_of(address))
        if wait:
            raise TooMany(
                "Too many different wrong keys came from this address.",
                hint="Check the key, and try again later; until then no key from there is looked at.",
                retry_after=wait,
            )

    def wrong(self, address: str, key: str) -> None:
        """Count a wrong key of an address, unless it is one that came from there before."""
        network = network_of(address)
        given = f"{network} {key}".encode("utf-8", "surrogateescape")
        digest = hashlib.sha256(self._salt + given).digest()
        with self._lock:
            known = digest in self._seen
            self._seen[digest] = None
            self._seen.move_to_end(digest)
            if len(self._seen) > REMEMBERED:
                self._seen.popitem(last=False)
        if not known:
            self._rate.take(network)
