"""What was worked out of tables and models: made once, and let go with what it was made of."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

Made = TypeVar("Made")
Key = tuple[Hashable, ...]


class Derived:
    """Values by a kind and a key. Whoever asks first makes one, the others wait for it. Safe to use from any thread.

    A key holds the digest of the table, or the id of the job, that a value was made of; `forget` takes these. Of each
    kind the `most` last used are kept beside. A failure is not kept.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kinds: dict[str, OrderedDict[Key, Any]] = {}
        self._making: dict[tuple[str, Key], threading.Lock] = {}
        self._unwanted: set[tuple[str, Key]] = set()  # what was let go while it was being made

    def get(
        self,
        kind: str,
        key: Key,
        make: Callable[[], Made],
        most: int = 256,
        waiting: AbstractContextManager[Any] | None = None,
    ) -> Made:
        """The value of this kind and key; where it has to be made, that is done inside `waiting`."""
        with self._lock:
            if key in (known := self._kinds.setdefault(kind, OrderedDict())):
                known.move_to_end(key)
                return known[key]
            making = self._making.setdefault((kind, key), threading.Lock())
        with waiting or nullcontext(), making:
            with self._lock:
                if key in known:
                    return known[key]
            try:
                made = make()
                with self._lock:
                    if (kind, key) not in self._unwanted:
                        known[key] = made
                    while len(known) > most:
                        known.popitem(last=False)
            finally:
                with self._lock:
                    self._making.pop((kind, key), None)
                    self._unwanted.discard((kind, key))
            return made

    def forget(self, names: AbstractSet[str]) -> None:
        """Let go everything whose key holds one of these digests or ids."""
        with self._lock:
            self._unwanted.update(one for one in self._making if not names.isdisjoint(_texts(one[1])))
            for known in self._kinds.values():
                for key in [key for key in known if not names.isdisjoint(_texts(key))]:
                    del known[key]

    def clear(self, but: AbstractSet[str] = frozenset()) -> None:
        """Let go everything that can be made again, except of these kinds."""
        with self._lock:
            for kind, known in self._kinds.items():
                if kind not in but:
                    known.clear()

    def __len__(self) -> int:
        with self._lock:
            return sum(len(known) for known in self._kinds.values())


def _texts(key: Hashable) -> Iterator[str]:
    if isinstance(key, str):
        yield key
    elif isinstance(key, tuple):
        for part in key:
            yield from _texts(part)
