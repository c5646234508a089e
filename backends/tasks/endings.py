"""What is to be closed when the server ends, in whatever way it is ended.

A server that is told to stop (SIGTERM) ends itself by that signal once it has closed its connections, so what was
registered with `atexit` is not called. Therefore both ways lead here: the end of the application's life, which comes
with every signal, and the end of the interpreter, which comes without a server.
"""

from __future__ import annotations

import atexit
import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)

_lock = threading.Lock()
_closings: list[Callable[[], object]] = []


def at_end(close: Callable[[], object]) -> None:
    """Have `close` called once when the server or the interpreter ends; what was opened last is closed first."""
    with _lock:
        _closings.append(close)


def end_all() -> None:
    """Close everything now, each thing once. One that fails is logged and does not keep the others open.

    >>> at_end(lambda: print("first opened"))
    >>> at_end(lambda: print("last opened"))
    >>> end_all()
    last opened
    first opened
    >>> end_all()
    """
    while True:
        with _lock:
            if not _closings:
                return
            close = _closings.pop()
        try:
            close()
        except Exception:
            log.exception("Something could not be closed at the end.")


atexit.register(end_all)
