"""Models kept loaded within a budget of bytes: on demand, the longest unused ones go first, none while it is in use."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from backends.serving.memory import give_back
from backends.serving.refusals import Overloaded
from backends.settings import MEGABYTE


class Sized(Protocol):
    """Something that was loaded and measured."""

    @property
    def resident_bytes(self) -> int:
        """The memory it takes."""


T = TypeVar("T", bound=Sized)

KNOWN = 10_000  # models whose size is remembered after they were unloaded


@dataclass
class _Place(Generic[T]):
    """Where one model is or will be: `ready` is set when `thing` or `error` is there."""

    ready: threading.Event = field(default_factory=threading.Event)
    thing: T | None = None
    error: BaseException | None = None
    leases: int = 0

    @property
    def bytes(self) -> int:
        return self.thing.resident_bytes if self.thing is not None else 0


class Pool(Generic[T]):
    """Loaded models by key, least recently used first, together at most `budget` bytes.

    The size of a model is what was measured when it was loaded (see `memory.measured`). One that is leased is never
    unloaded, so leases alone can hold more than the budget; it is kept again when they end. A model is loaded once
    however many ask for it at the same time, and the others wait for it. Safe from any thread.
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.loads = 0
        self.unloads = 0
        self._places: OrderedDict[str, _Place[T]] = OrderedDict()
        self._known: OrderedDict[str, int] = OrderedDict()  # sizes as last measured, to make room beforehand
        self._bytes = 0
        self._lock = threading.Lock()
        self._loading = threading.Lock()

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        place = self._places.get(str(key))
        return place is not None and place.thing is not None

    @property
    def bytes(self) -> int:
        """Measured bytes of all that is loaded."""
        return self._bytes

    @property
    def keys(self) -> tuple[str, ...]:
        """What is loaded, the longest unused first."""
        with self._lock:
            return tuple(key for key, place in self._places.items() if place.thing is not None)

    @contextmanager
    def lease(self, key: str, load: Callable[[], T]) -> Iterator[T]:
        """The model under `key`, loaded with `load` where it is not there; it stays for as long as this lasts.

        Raises what `load` raises, to all that waited for it, and Overloaded for a model beyond the whole budget.
        """
        place, first = self._taken(key)
        try:
            if first:
                self._load(key, place, load)
            place.ready.wait()
            if place.error is not None:
                raise place.error
            assert place.thing is not None
            yield place.thing
        finally:
            self._release(place)

    def keep_only(self, keys: Iterable[str]) -> None:
        """Unload all others, those in use when their leases end."""
        wanted = set(keys)
        with self._lock:
            gone = self._drop([key for key, place in self._places.items() if key not in wanted and place.bytes])
        if gone:
            give_back()

    def _taken(self, key: str) -> tuple[_Place[T], bool]:
        """The place of a key with one lease more, and whether it is new."""
        with self._lock:
            place = self._places.get(key)
            first = place is None
            if place is None:
                place = self._places[key] = _Place()
            place.leases += 1
            self._places.move_to_end(key)
            return place, first

    def _release(self, place: _Place[T]) -> None:
        with self._lock:
            place.leases -= 1
            freed = not place.leases and self._bytes > self.budget and self._make_room(0)
        if freed:
            give_back()

    def _load(self, key: str, place: _Place[T], load: Callable[[], T]) -> None:
        """Fill a place; one at a time, so that two loads do not find the same room."""
        try:
            with self._loading:
                with self._lock:
                    self._make_room(self._known.get(key, 0))
                thing = load()
                with self._lock:
                    self._remember(key, thing.resident_bytes)
                    self._check(thing.resident_bytes)
                    place.thing = thing
                    self._bytes += thing.resident_bytes
                    self.loads += 1
                    self._make_room(0)
        except BaseException as error:
            place.error = error
            with self._lock:
                if self._places.get(key) is place:  # the next who asks tries again
                    del self._places[key]
            raise
        finally:
            place.ready.set()

    def _check(self, size: int) -> None:
        if size > self.budget:
            raise Overloaded(
                f"This model takes {size / MEGABYTE:,.0f} MB; all models together may take "
                f"{self.budget / MEGABYTE:,.0f} MB.",
                hint="Set WORKBENCH_MODEL_MEMORY_MB to a larger number.",
            )

    def _make_room(self, size: int) -> bool:
        """Unload the longest unused until `size` bytes more fit or all that is left is in use."""
        excess, gone = self._bytes + size - self.budget, []
        for key, place in self._places.items():
            if excess <= 0:
                break
            if place.bytes and not place.leases:
                excess -= place.bytes
                gone.append(key)
        return self._drop(gone)

    def _drop(self, keys: list[str]) -> bool:
        for key in keys:
            self._bytes -= self._places.pop(key).bytes
        self.unloads += len(keys)
        return bool(keys)

    def _remember(self, key: str, size: int) -> None:
        self._known[key] = size
        self._known.move_to_end(key)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
