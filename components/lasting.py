"""Keeping things for as long as the process runs: one of a kind, or the last of many."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")
Made = TypeVar("Made")


class Once(Generic[Made]):
    """What the whole server has one of: made by the first who asks, and kept for as long as the process runs."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._lock = threading.RLock()
        self._made: tuple[Made, ...] = ()
        functools.update_wrapper(self, make)

    def __call__(self) -> Made:
        """The one there is."""
        with self._lock:
            if not self._made:
                self._made = (self._make(),)
            return self._made[0]

    def clear(self) -> None:
        """Forget it: the next who asks gets a new one (for tests)."""
        with self._lock:
            self._made = ()


class Remembered(Generic[Value]):
    """The last values by a name, the longest unused forgotten first. Safe to use from any thread."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._values: OrderedDict[str, Value] = OrderedDict()

    def get(self, name: str) -> Value | None:
        """What is remembered under this name, None when that is nothing."""
        with self._lock:
            if name in self._values:
                self._values.move_to_end(name)
            return self._values.get(name)

    def put(self, name: str, value: Value) -> None:
        """Remember it, and forget the longest unused when there are too many."""
        with self._lock:
            self._values[name] = value
            self._values.move_to_end(name)
            while len(self._values) > self._size:
                self._values.popitem(last=False)
