"""What a query's process may have: a bounded memory and nothing of the server's environment."""

from __future__ import annotations

import os
import sys

import psutil

from backends.settings import MEGABYTE

HEADROOM = 1.25  # the whole process may use this much of the engine's own limit, for what the engine does not count


def bound_memory(memory_mb: int) -> None:
    """From now on this process may use `HEADROOM` × `memory_mb` more of private memory; a request beyond that fails.

    The bound is RLIMIT_DATA: what a process can write to, mapped files and reserved addresses aside. Where the
    system has none (outside Linux), the engine's own limit and the job runner's are what is left.
    """
    if sys.platform != "linux":
        return
    import resource

    used = psutil.Process().memory_info().data
    limit = used + int(memory_mb * HEADROOM) * MEGABYTE
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def forget_environment() -> None:
    """Drop every environment variable of this process, keys and passwords among them.

    To be called before Arrow is imported: its usual allocator reserves a gigabyte at once, which would count as used.
    """
    os.environ.clear()
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"
