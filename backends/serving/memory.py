"""How much memory this process holds, and giving back what is free."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, TypeVar

import psutil

from backends.settings import MEGABYTE

DOUBTFUL = 8  # times the least plausible size, and `SLACK`: a measurement beyond it is repeated
SLACK = 8 * MEGABYTE

T = TypeVar("T")

# One thread makes all that is measured. Threads allocate from arenas of their own, and glibc never trims the top of an
# arena that is not the main one: models loaded by many threads would each leave some megabytes behind.
_loader = ThreadPoolExecutor(1, thread_name_prefix="model-loader")


class _Mallinfo2(ctypes.Structure):
    """What `mallinfo2` of glibc says, see mallinfo(3): `uordblks` and `hblkhd` are bytes in use."""

    _fields_ = [
        *((name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd")),
        *((name, ctypes.c_size_t) for name in ("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")),
    ]


def resident() -> int:
    """Resident memory of this process, in bytes."""
    return int(psutil.Process().memory_info().rss)


def allocated() -> int:
    """Bytes that malloc has handed out and not got back, in all arenas; 0 where it does not say (anything but glibc).

    Memory that the process held already and that is used again counts here, and not in `resident`.
    """
    ask = _function("mallinfo2", _Mallinfo2)
    if ask is None:
        return 0
    said = ask()
    return int(said.uordblks + said.hblkhd)


def give_back() -> bool:
    """Return freed memory to the system; False where the C library cannot (anything but glibc).

    A freed model stays with malloc otherwise: its many small blocks lie below others that are in use. Nothing has to
    be collected before: a session of ONNX Runtime is in no reference cycle and is gone with its last user.
    """
    trim = _function("malloc_trim", ctypes.c_int, ctypes.c_size_t)
    return trim is not None and bool(trim(0))


def measured(make: Callable[[], T], least: int) -> tuple[T, int]:
    """What `make` gives, and by how many bytes memory grew while it did; at least `least`.

    The larger growth of `resident` and `allocated` counts. Free memory is given back before and after, so that what
    was only needed for making does not count; but whole pages only. After weeks of work a heap is full of holes that
    are smaller than a page: small blocks go into these, and resident memory does not grow. They count as allocated.

    One at a time, in a thread kept for it. What other threads take meanwhile counts too: where the growth is much
    larger than `least`, the thing is made once more and the smaller growth counts.
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
    before, in_use = resident(), allocated()
    made = make()
    give_back()
    return made, max(resident() - before, allocated() - in_use)


@lru_cache(maxsize=8)
def _function(name: str, gives: Any, *takes: Any) -> Callable[..., Any] | None:
    """A function of the C library, where it has it."""
    if not sys.platform.startswith("linux"):
        return None
    function = getattr(ctypes.CDLL(None), name, None)
    if function is not None:
        function.argtypes, function.restype = list(takes), gives
    return function
