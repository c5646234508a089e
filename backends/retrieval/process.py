"""The collections of this process: those that everybody sees, and those of each visitor."""

from __future__ import annotations

import threading
from collections.abc import Callable

from backends.retrieval.library import Library
from backends.retrieval.private import PrivateLibraries

_lock = threading.Lock()
_library: Library | None = None
_private: PrivateLibraries | None = None


def library(make: Callable[[], Library] = Library) -> Library:
    """The library of this process, made by the first who asks."""
    global _library
    with _lock:
        if _library is None:
            _library = make()
        return _library


def private_libraries(make: Callable[[], PrivateLibraries] = PrivateLibraries) -> PrivateLibraries:
    """The visitors' own libraries in this process, made by the first who asks."""
    global _private
    with _lock:
        if _private is None:
            _private = make()
        return _private


def close_library() -> None:
    """Close the libraries of this process; the next who asks gets new ones."""
    global _library, _private
    with _lock:
        for opened in (_library, _private):
            if opened is not None:
                opened.close()
        _library = _private = None
