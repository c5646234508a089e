"""How much memory this process holds, and giving back what is free."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

import psutil

from backends.settings import MEGABYTE

DOUBTFUL = 8  # times the least plausible size, and `SLACK`: a measurement beyond it is repeated
SLACK = 8 * MEGABYTE

T = TypeVar("T")

# One thread makes all that is measured. Threads allocate from arenas of their own, and glibc never trims the top of an
# arena that is not the main one: models loaded by many threads would each leave some megabytes behind.
_loader = ThreadPoolExecutor(1, thread_name_prefix="model-loader")


def resident() -> int:
    """Resident memory of this process, in bytes."""
    return int(psutil.Process().memory_info().rss)


def give_back() -> bool:
    """Return freed memory to the system; False where the C library cannot (anything but glibc).

    A freed model stays with malloc otherwise: its many small blocks lie below others that are in use. Nothing has to
    be collected before: a session of ONNX Runtime is in no reference cycle and is gone with its last user.
    """
    trim = _trim()
    return trim is not None and bool(trim(0))


def measured(make: Callable[[], T], least: int) -> tuple[T, int]:
    """What `make` gives, and by how many bytes resident memory grew while it did; at least `least`.

    One at a time, in a thread kept for it. Free memory is given back before and after, so that the growth is not
    hidden in it and what was only needed for making does not count. What other threads take meanwhile does: where the
    growth is much larger than `least`, the thing is made once more and the smaller growth counts.
    """
    return _loader.submit(_measured, make, least).result()


def _measured(make: Callable[[], T], least: int) -> tuple[T, int]:
    made, grown = _grown(make)
    if grown > DOUBTFUL * least + SLACK:
        del made
        made, again = _grown(make)
        grown = min(grown, again)
    return made, max(grown, least)


def _grown(make: Callable[[], T]) -> tuple[T, int]:
    give_back()
    before = resident()
    made = make()
    give_back()
    return made, resident() - before


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if function is not None:
        function.argtypes, function.restype = [ctypes.c_size_t], ctypes.c_int
    return function
