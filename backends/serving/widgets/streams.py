"""How many answers may stay open at the same time: events and heartbeats, which end when whoever asked goes away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from backends.serving.networks import is_internal, network_of
from backends.serving.refusals import Overloaded

OF_ONE = 50  # of one address, or network: a class behind one router
OF_ALL = 500
AGAIN = 5.0  # seconds after which it is worth asking again


class Streams:
    """The streams of a process that are open. It belongs to one event loop.

    An internal address may be a proxy's, with everybody behind it: it may have as many as there are.
    """

    def __init__(self, of_one: int = OF_ONE, of_all: int = OF_ALL) -> None:
        self._of_one, self._of_all = of_one, of_all
        self._open: Counter[str] = Counter()  # by network

    @property
    def taken(self) -> int:
        """Streams that are open."""
        return self._open.total()

    @contextmanager
    def place(self, address: str) -> Iterator[None]:
        """Hold a place for a stream of this address, as long as it is open. Raises Overloaded.

        >>> streams = Streams(of_one=1)
        >>> with streams.place("203.0.113.9"), streams.place("203.0.113.9"):
        ...     pass
        Traceback (most recent call last):
        backends.serving.refusals.Overloaded: From this address 1 stream is open, which is all that one may have. ...
        """
        network = network_of(address)
        if self.taken >= self._of_all:
            raise Overloaded(f"{_streams(self.taken)} open, which is all that are served at once.", HINT, AGAIN)
        if self._open[network] >= self._of_one and not is_internal(address):
            raise Overloaded(
                f"From this address {_streams(self._open[network])} open, which is all that one may have.", HINT, AGAIN
            )
        self._open[network] += 1
        try:
            yield
        finally:
            self._open[network] -= 1
            if not self._open[network]:
                del self._open[network]


HINT = "Close one, or try again in a moment."


def _streams(count: int) -> str:
    return "1 stream is" if count == 1 else f"{count:,} streams are"
