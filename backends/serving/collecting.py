"""Garbage in reference cycles, collected now and then instead of after every run of a page.

Streamlit collects all of it at the end of each run. The libraries that a workbench has loaded hold about a million
objects, and to look at every one takes 0.1 to 0.3 s in which nothing else in the process runs: no page of anybody, no
answer of the API. A page itself takes some hundredths. So that is off (`runner.postScriptGC`),
and it is done here, at most once in `EVERY` seconds and only when somebody has been at work since.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

from backends.serving.memory import give_back

EVERY = 30.0  # seconds


class Collector:
    """Collects in a thread of its own until it is closed."""

    def __init__(self, every: float = EVERY) -> None:
        self._every = every
        self._seen = -1
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._work, name="garbage", daemon=True)

    def begin(self) -> Callable[[], None]:
        """Start; the function that ends it."""
        self._thread.start()
        return self.close

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._thread.join()

    def collect(self) -> bool:
        """Collect and give the memory back to the system, unless nothing has been at work since the last time.

        That is told by Python's own collections of the youngest objects, of which any work brings some.
        """
        young = gc.get_stats()[0]["collections"]
        if young == self._seen:
            return False
        gc.collect()
        give_back()
        self._seen = gc.get_stats()[0]["collections"]
        return True

    def _work(self) -> None:
        while not self._closed.wait(self._every):
            self.collect()
